package simulate

// setting says where a scenario is treated.
type setting uint8

const (
	inClinic setting = 1 << iota
	inOutpatient
	inEmergency
	inStay
	inChronic
	inMaternity
	inNewborn
)

// scenario is one ordinary reason to see a doctor and what is ordinarily done
// about it. Which of the items are billed is drawn; items that the starter
// set does not allow for this person, place or day are left out.
type scenario struct {
	code, name     string
	where          setting
	dept           string
	sex            string
	ageMin, ageMax int // years
	days           int // usual length of a stay
	tcm            string
	drugs          []string
	tests          []string
	cares          []string
	materials      []string
	surgery        []string // operation, anaesthesia, materials
}

// scenarios lists common diagnoses; codes and names are those of the national
// ICD-10 edition.
var scenarios = []scenario{
	{code: "J06.900", name: "急性上呼吸道感染", where: inClinic | inOutpatient | inEmergency, dept: "A03", ageMax: 120,
		drugs: []string{"感冒清热颗粒", "连翘清瘟胶囊", "银翘解毒片", "对乙酰氨基酚片", "盐酸西替利嗪片", "小儿豉翘清热颗粒", "阿莫西林胶囊"},
		tests: []string{"血常规（五分类）", "C反应蛋白"}, cares: []string{"肌肉注射"}},
	{code: "J20.900", name: "急性支气管炎", where: inClinic | inOutpatient | inStay, dept: "A03", ageMax: 120, days: 6,
		drugs: []string{"阿奇霉素片", "盐酸氨溴索片", "急支糖浆", "右美沙芬糖浆", "肺力咳合剂", "头孢呋辛酯片", "小儿肺热咳喘口服液", "盐酸氨溴索注射液", "注射用头孢曲松钠"},
		tests: []string{"血常规（五分类）", "C反应蛋白", "胸部正侧位X线摄影"}, cares: []string{"雾化吸入", "静脉输液"}, materials: []string{"雾化面罩", "一次性使用输液器"}},
	{code: "J18.900", name: "肺炎", where: inStay | inEmergency, dept: "A03", ageMax: 120, days: 8,
		drugs: []string{"注射用头孢曲松钠", "注射用头孢哌酮钠舒巴坦钠", "盐酸氨溴索注射液", "吸入用布地奈德混悬液", "氯化钠注射液", "莫西沙星氯化钠注射液"},
		tests: []string{"血常规（五分类）", "C反应蛋白", "降钙素原", "胸部CT平扫", "痰培养及药敏", "肝功能检测", "肾功能检测", "电解质检测"},
		cares: []string{"雾化吸入", "静脉输液", "吸氧（每小时）"}, materials: []string{"一次性使用输液器", "一次性使用静脉留置针", "雾化面罩"}},
	{code: "J44.100", name: "慢性阻塞性肺病伴有急性加重", where: inStay, dept: "A03", ageMin: 45, ageMax: 120, days: 9,
		drugs: []string{"注射用头孢哌酮钠舒巴坦钠", "吸入用布地奈德混悬液", "盐酸氨溴索注射液", "茶碱缓释片", "葡萄糖注射液", "布地奈德福莫特罗粉吸入剂"},
		tests: []string{"血常规（五分类）", "血气分析", "胸部CT平扫", "肺功能检查", "电解质检测", "常规心电图"},
		cares: []string{"雾化吸入", "静脉输液", "吸氧（每小时）"}, materials: []string{"一次性使用输液器", "氧气湿化瓶", "雾化面罩"}},
	{code: "J02.900", name: "急性咽炎", where: inClinic | inOutpatient, dept: "A11", ageMax: 120,
		drugs: []string{"利咽响声丸", "罗红霉素胶囊", "银翘解毒片", "布洛芬缓释胶囊", "布洛芬混悬液"}, tests: []string{"血常规（五分类）"}},
	{code: "J45.900", name: "哮喘", where: inOutpatient | inEmergency | inChronic, dept: "A03", ageMin: 6, ageMax: 120,
		drugs: []string{"布地奈德福莫特罗粉吸入剂", "孟鲁司特钠咀嚼片", "沙丁胺醇吸入气雾剂", "氯雷他定片"}, tests: []string{"肺功能检查", "血常规（五分类）", "C反应蛋白", "常规心电图"}, cares: []string{"雾化吸入"}},
	{code: "J30.400", name: "变应性鼻炎", where: inOutpatient | inClinic, dept: "A11", ageMin: 3, ageMax: 120,
		drugs: []string{"糠酸莫米松鼻喷雾剂", "氯雷他定片", "鼻渊舒口服液", "孟鲁司特钠咀嚼片"}, tests: []string{"血常规（五分类）"}},
	{code: "I10.x00", name: "特发性（原发性）高血压", where: inChronic, dept: "A03", ageMin: 30, ageMax: 120,
		drugs: []string{"苯磺酸氨氯地平片", "缬沙坦胶囊", "琥珀酸美托洛尔缓释片", "氢氯噻嗪片", "硝苯地平控释片", "盐酸贝那普利片"},
		tests: []string{"肾功能检测", "电解质检测", "常规心电图", "血脂四项", "动态血压监测"}},
	{code: "E11.900", name: "2型糖尿病", where: inChronic, dept: "A03", ageMin: 30, ageMax: 120,
		drugs: []string{"盐酸二甲双胍缓释片", "格列美脲片", "阿卡波糖片", "达格列净片", "磷酸西格列汀片", "甘精胰岛素注射液"},
		tests: []string{"空腹血糖", "糖化血红蛋白", "尿常规", "肾功能检测"}, materials: []string{"血糖试纸", "胰岛素笔用针头"}},
	{code: "I25.103", name: "冠状动脉粥样硬化性心脏病", where: inChronic | inStay, dept: "A03", ageMin: 40, ageMax: 120, days: 8,
		drugs: []string{"阿托伐他汀钙片", "阿司匹林肠溶片", "单硝酸异山梨酯缓释片", "复方丹参滴丸", "富马酸比索洛尔片", "通络养心胶囊"},
		tests: []string{"常规心电图", "心肌酶谱", "血脂四项", "心脏彩色多普勒超声", "凝血功能四项"}, cares: []string{"心电监护（每小时）", "静脉输液"}, materials: []string{"一次性使用静脉留置针"},
	},
	{code: "I63.900", name: "脑梗死", where: inStay, dept: "A03", ageMin: 45, ageMax: 120, days: 10,
		drugs: []string{"阿托伐他汀钙片", "硫酸氢氯吡格雷片", "注射用血栓通", "氯化钠注射液", "脑络通胶囊", "银杏叶片"},
		tests: []string{"头颅CT平扫", "头颅磁共振平扫", "血常规（五分类）", "凝血功能四项", "血脂四项", "颈动脉彩色多普勒超声", "常规心电图"},
		cares: []string{"静脉输液", "普通针刺", "偏瘫肢体综合训练"}, materials: []string{"一次性使用静脉留置针", "一次性使用输液器"}},
	{code: "I69.300", name: "脑梗死后遗症", where: inChronic | inOutpatient, dept: "A21", ageMin: 45, ageMax: 120,
		drugs: []string{"阿司匹林肠溶片", "瑞舒伐他汀钙片", "银杏叶片", "天麻钩藤颗粒"}, tests: []string{"血脂四项", "凝血功能四项"}, cares: []string{"运动疗法", "电针治疗"}},
	{code: "I50.900", name: "心力衰竭", where: inStay, dept: "A03", ageMin: 50, ageMax: 120, days: 8,
		drugs: []string{"呋塞米片", "螺内酯片", "富马酸比索洛尔片", "地高辛片", "葡萄糖注射液"},
		tests: []string{"血常规（五分类）", "电解质检测", "心脏彩色多普勒超声", "常规心电图", "心肌酶谱"}, cares: []string{"心电监护（每小时）", "吸氧（每小时）"}, materials: []string{"氧气湿化瓶"}},
	{code: "E78.500", name: "高脂血症", where: inChronic | inOutpatient, dept: "A03", ageMin: 30, ageMax: 120,
		drugs: []string{"瑞舒伐他汀钙片", "阿托伐他汀钙片", "依折麦布片"}, tests: []string{"血脂四项", "肝功能检测", "空腹血糖", "常规心电图", "肾功能检测"}},
	{code: "E03.900", name: "甲状腺功能减退症", where: inChronic, dept: "A03", ageMin: 25, ageMax: 120,
		drugs: []string{"左甲状腺素钠片", "碳酸钙D3片"}, tests: []string{"甲状腺功能五项", "甲状腺彩色多普勒超声", "血常规（五分类）", "肝功能检测", "常规心电图", "电解质检测"}},
	{code: "M10.900", name: "痛风", where: inOutpatient | inChronic, dept: "A03", ageMin: 25, ageMax: 120,
		drugs: []string{"别嘌醇片", "双氯芬酸钠缓释片"}, tests: []string{"肾功能检测", "血常规（五分类）", "尿常规", "肝功能检测", "常规心电图"}},
	{code: "K29.500", name: "慢性胃炎", where: inOutpatient | inClinic, dept: "A03", ageMin: 16, ageMax: 120,
		drugs: []string{"奥美拉唑肠溶胶囊", "铝碳酸镁咀嚼片", "多潘立酮片", "香砂养胃丸", "气滞胃痛颗粒", "雷贝拉唑钠肠溶片"}, tests: []string{"幽门螺杆菌碳13呼气试验", "电子胃镜检查", "粪便常规"}},
	{code: "A09.900", name: "胃肠炎和结肠炎", where: inClinic | inOutpatient | inEmergency, dept: "A03", ageMax: 120,
		drugs: []string{"蒙脱石散", "双歧杆菌三联活菌散", "口服补液盐散", "藿香正气口服液"}, tests: []string{"血常规（五分类）", "粪便常规", "电解质检测"}, cares: []string{"静脉输液"}, materials: []string{"一次性使用输液器"}},
	{code: "R10.400", name: "腹痛", where: inEmergency | inOutpatient, dept: "A04", ageMin: 6, ageMax: 120,
		drugs: []string{"法莫替丁片", "注射用奥美拉唑钠", "铝碳酸镁咀嚼片"}, tests: []string{"血常规（五分类）", "腹部彩色多普勒超声", "全腹CT平扫", "尿常规"}, cares: []string{"肌肉注射"}},
	{code: "K35.800", name: "急性阑尾炎", where: inStay, dept: "A04", ageMin: 8, ageMax: 80, days: 6,
		drugs: []string{"注射用头孢曲松钠", "葡萄糖注射液", "复方氯化钠注射液"}, tests: []string{"血常规（五分类）", "凝血功能四项", "腹部彩色多普勒超声", "病理切片诊断"}, cares: []string{"静脉输液", "换药（中）"},
		materials: []string{"一次性使用静脉留置针"}, surgery: []string{"阑尾切除术", "椎管内麻醉", "可吸收缝合线"}},
	{code: "K80.200", name: "胆囊结石不伴有胆囊炎", where: inStay, dept: "A04", ageMin: 20, ageMax: 85, days: 7,
		drugs: []string{"注射用头孢曲松钠", "熊去氧胆酸胶囊", "葡萄糖注射液"}, tests: []string{"血常规（五分类）", "肝功能检测", "腹部彩色多普勒超声", "凝血功能四项", "常规心电图"}, cares: []string{"静脉输液"},
		materials: []string{"一次性使用引流管"}, surgery: []string{"腹腔镜胆囊切除术", "全身麻醉", "腹腔镜用一次性穿刺器"}},
	{code: "K40.900", name: "腹股沟疝", where: inStay, dept: "A04", ageMin: 18, ageMax: 85, days: 5,
		drugs: []string{"氯化钠注射液", "头孢呋辛酯片"}, tests: []string{"血常规（五分类）", "凝血功能四项", "常规心电图"}, cares: []string{"换药（中）"}, surgery: []string{"单侧腹股沟疝修补术", "椎管内麻醉", "疝修补补片"}},
	{code: "N20.100", name: "输尿管结石", where: inEmergency | inOutpatient, dept: "A04", ageMin: 18, ageMax: 85,
		drugs: []string{"排石颗粒", "双氯芬酸钠缓释片"}, tests: []string{"尿常规", "腹部彩色多普勒超声", "肾功能检测"}},
	{code: "M54.500", name: "下背痛", where: inOutpatient | inClinic, dept: "A50", ageMin: 18, ageMax: 120, tcm: "A17.41",
		drugs: []string{"腰痛舒胶囊", "盐酸乙哌立松片", "塞来昔布胶囊", "活血止痛膏"}, tests: []string{"腰椎正侧位X线摄影"}, cares: []string{"普通针刺", "拔罐治疗", "中频脉冲电治疗", "艾灸治疗"}},
	{code: "M51.202", name: "腰椎间盘突出", where: inStay | inOutpatient, dept: "A50", ageMin: 25, ageMax: 90, days: 9, tcm: "A17.41",
		drugs: []string{"腰痛舒胶囊", "塞来昔布胶囊", "活血止痛膏"}, tests: []string{"腰椎磁共振平扫", "血常规（五分类）"}, cares: []string{"电针治疗", "腰椎间盘突出推拿治疗", "拔罐治疗", "中频脉冲电治疗"}},
	{code: "M17.900", name: "膝关节病", where: inOutpatient | inClinic | inStay, dept: "A04", ageMin: 45, ageMax: 90, days: 8,
		drugs: []string{"氨基葡萄糖胶囊", "双氯芬酸二乙胺乳膏", "塞来昔布胶囊"}, tests: []string{"四肢关节X线摄影", "血常规（五分类）"}, cares: []string{"红外线治疗", "超短波治疗"}},
	{code: "S61.900", name: "腕和手的开放性伤口", where: inEmergency, dept: "A20", ageMin: 2, ageMax: 90,
		drugs: []string{"头孢呋辛酯片", "破伤风人免疫球蛋白注射液"}, tests: []string{"血常规（五分类）", "四肢关节X线摄影"}, cares: []string{"小清创缝合", "局部浸润麻醉", "肌肉注射"}, materials: []string{"医用纱布敷料", "医用弹性绷带"}},
	{code: "S82.000", name: "髌骨骨折", where: inStay, dept: "A04", ageMin: 16, ageMax: 85, days: 9,
		drugs: []string{"接骨红药胶囊", "低分子肝素钠注射液", "氯化钠注射液"}, tests: []string{"四肢关节X线摄影", "血常规（五分类）", "凝血功能四项"}, cares: []string{"换药（中）", "红外线治疗"},
		materials: []string{"医用弹性绷带"}, surgery: []string{"骨折切开复位内固定术", "椎管内麻醉", "骨科金属接骨螺钉"}},
	{code: "L30.900", name: "皮炎", where: inOutpatient | inClinic, dept: "A13", ageMin: 1, ageMax: 120, drugs: []string{"丁酸氢化可的松乳膏", "盐酸西替利嗪片", "莫匹罗星软膏"}},
	{code: "H10.900", name: "结膜炎", where: inOutpatient | inClinic, dept: "A10", ageMin: 3, ageMax: 120, drugs: []string{"左氧氟沙星滴眼液", "玻璃酸钠滴眼液"}, tests: []string{"裂隙灯检查", "眼压检查"}},
	{code: "H25.900", name: "老年性白内障", where: inStay, dept: "A10", ageMin: 55, ageMax: 95, days: 3,
		drugs: []string{"左氧氟沙星滴眼液", "玻璃酸钠滴眼液"}, tests: []string{"裂隙灯检查", "眼压检查", "血常规（五分类）"}, surgery: []string{"白内障超声乳化摘除联合人工晶体植入术", "局部浸润麻醉", "人工晶状体"}},
	{code: "K02.900", name: "龋（牙）", where: inOutpatient | inClinic, dept: "A12", ageMin: 6, ageMax: 90, drugs: []string{"甲硝唑片", "布洛芬缓释胶囊"}, cares: []string{"牙体缺损充填", "阻生牙拔除术"}},
	{code: "G47.900", name: "睡眠障碍", where: inOutpatient, dept: "A15", ageMin: 20, ageMax: 95, drugs: []string{"右佐匹克隆片", "阿普唑仑片", "甲磺酸倍他司汀片"}, tests: []string{"精神科A类量表"}, cares: []string{"心理治疗（每次）"}},
	{code: "F41.900", name: "焦虑障碍", where: inOutpatient, dept: "A15", ageMin: 18, ageMax: 80, drugs: []string{"盐酸舍曲林片", "阿普唑仑片"}, tests: []string{"精神科A类量表"}, cares: []string{"心理治疗（每次）"}},
	{code: "N39.000", name: "泌尿道感染", where: inOutpatient | inEmergency, dept: "A03", ageMin: 18, ageMax: 120, drugs: []string{"左氧氟沙星片", "头孢呋辛酯片"}, tests: []string{"尿常规", "血常规（五分类）", "肾功能检测"}},
	{code: "N40.x00", name: "前列腺增生", where: inOutpatient | inChronic, dept: "A04", sex: "1", ageMin: 50, ageMax: 120,
		drugs: []string{"盐酸坦索罗辛缓释胶囊", "非那雄胺片", "前列舒通胶囊"}, tests: []string{"前列腺超声检查", "前列腺特异性抗原", "尿常规"}},
	{code: "N76.000", name: "急性阴道炎", where: inOutpatient, dept: "A05", sex: "2", ageMin: 16, ageMax: 70,
		drugs: []string{"硝呋太尔阴道栓", "妇科清带片", "氟康唑胶囊"}, tests: []string{"阴道分泌物检查", "妇科检查"}},
	{code: "N73.900", name: "女性盆腔炎性疾病", where: inOutpatient | inStay, dept: "A05", sex: "2", ageMin: 18, ageMax: 60, days: 6,
		drugs: []string{"妇科清带片", "注射用头孢曲松钠", "甲硝唑片", "氯化钠注射液"}, tests: []string{"血常规（五分类）", "经阴道超声检查", "阴道分泌物检查"}, cares: []string{"静脉输液", "妇科检查"}},
	{code: "D25.900", name: "子宫平滑肌瘤", where: inStay, dept: "A05", sex: "2", ageMin: 30, ageMax: 60, days: 8,
		drugs: []string{"注射用头孢曲松钠", "葡萄糖注射液"}, tests: []string{"血常规（五分类）", "经阴道超声检查", "凝血功能四项", "病理切片诊断"}, cares: []string{"静脉输液", "会阴护理"}, surgery: []string{"子宫肌瘤剔除术", "全身麻醉", "可吸收缝合线"}},
	{code: "O80.000", name: "头位顺产", where: inMaternity, dept: "A05", sex: "2", ageMin: 20, ageMax: 42, days: 4,
		drugs: []string{"缩宫素注射液", "葡萄糖注射液"}, tests: []string{"血常规（五分类）", "尿常规", "产科超声检查", "凝血功能四项"}, cares: []string{"胎心监护"}, surgery: []string{"单胎顺产接生", "", "一次性使用产包"}},
	{code: "O82.000", name: "经选择性剖宫产术的分娩", where: inMaternity, dept: "A05", sex: "2", ageMin: 20, ageMax: 42, days: 6,
		drugs: []string{"缩宫素注射液", "复方氯化钠注射液", "注射用头孢曲松钠"}, tests: []string{"血常规（五分类）", "产科超声检查", "凝血功能四项"}, cares: []string{"胎心监护", "换药（中）"}, surgery: []string{"剖宫产术", "椎管内麻醉", "可吸收缝合线"}},
	{code: "P59.900", name: "新生儿黄疸", where: inNewborn, dept: "A07", ageMax: 0, days: 5,
		drugs: []string{"茵栀黄口服液", "双歧杆菌三联活菌散"}, tests: []string{"血常规（五分类）", "肝功能检测", "新生儿疾病筛查", "新生儿听力筛查"}, cares: []string{"新生儿蓝光治疗"}, materials: []string{"新生儿脐带护理包"}},
	{code: "Z34.000", name: "首次正常妊娠的监督", where: inOutpatient, dept: "A05", sex: "2", ageMin: 20, ageMax: 42,
		drugs: []string{"叶酸片"}, tests: []string{"产科超声检查", "血常规（五分类）", "尿常规", "产前血清学筛查"}, cares: []string{"胎心监护"}},
}

// overCounter is what people buy at pharmacies: baskets of things that go together.
var overCounter = [][]string{
	{"感冒清热颗粒", "对乙酰氨基酚片", "医用纱布敷料"}, {"连翘清瘟胶囊", "急支糖浆"}, {"香砂养胃丸", "铝碳酸镁咀嚼片"},
	{"六味地黄丸"}, {"补中益气丸"}, {"藿香正气口服液", "蒙脱石散"}, {"氯雷他定片", "丁酸氢化可的松乳膏"},
	{"双氯芬酸二乙胺乳膏", "医用弹性绷带"}, {"碳酸钙D3片"}, {"阿莫西林胶囊", "银翘解毒片"}, {"莫匹罗星软膏", "医用纱布敷料"},
	{"叶酸片"}, {"三黄片", "一次性使用无菌注射器"}, {"医用护理口罩", "盐酸西替利嗪片"}, {"银翘解毒片", "布洛芬缓释胶囊"}, {"多种维生素矿物质片", "盐酸氨溴索片"},
}

// alsoIll are second diagnoses that go with everything at their age.
var alsoIll = []struct {
	code, name string
	ageMin     int
}{{"I10.x00", "特发性（原发性）高血压", 45}, {"E78.500", "高脂血症", 45}, {"K29.500", "慢性胃炎", 30}}

func (s *scenario) fits(sex string, age int) bool {
	return (s.sex == "" || s.sex == sex) && age >= s.ageMin && age <= s.ageMax
}
