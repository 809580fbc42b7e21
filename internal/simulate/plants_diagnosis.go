package simulate

// diagnosisPlants: R06, R12, R13, R14.
func diagnosisPlants() []plantKind {
	const r06, r12, r13, r14 = "R06-indication", "R12-insurance-type", "R13-diagnosis-sex-age", "R14-department"
	filling := func(diagnose func(*draft)) func(*bench) {
		return func(b *bench) {
			d := b.bare(b.adult(), b.anyHospital(), "11", b.noon(b.start))
			diagnose(d)
			d.one("牙体缺损充填")
			b.sole(d)
		}
	}
	screening := func(insutype string) func(*bench) {
		return func(b *bench) {
			p := b.person("2", 28)
			p.insutype = insutype
			d := b.ill(p, b.bigHospital(), b.start, "Z34.000", "首次正常妊娠的监督")
			d.dept = "A05"
			d.one("产前血清学筛查")
			b.sole(d)
		}
	}
	ill := func(p func(*bench) *person, diagnose func(*draft)) func(*bench) {
		return func(b *bench) {
			d := b.bare(p(b), b.anyHospital(), "11", b.noon(b.start))
			diagnose(d)
			d.one("血常规（五分类）")
			b.rest(d)
		}
	}
	man := func(b *bench) *person { return b.person("1", 40) }
	aged := func(days int64) func(*bench) *person {
		return func(b *bench) *person { return b.agedDays("2", days, b.start) }
	}
	with := func(codes ...string) func(*draft) {
		return func(d *draft) {
			for _, c := range codes {
				d.diagnose(c, diagnosisNames[c])
			}
		}
	}
	needle := func(dept string) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.adult(), b.anyHospital(), b.start)
			d.one("普通针刺").BilgDeptCodg = dept
			b.sole(d)
		}
	}
	return []plantKind{
		{r06, "above", true, "诊断均不在适应症内", nil, filling(with(cold))},
		{r06, "above", true, "适应症只作为中医诊断出现", nil, filling(func(d *draft) { with(cold)(d); d.diagnoseTCM("K02.900") })},
		{r06, "below", false, "次要诊断在适应症内", nil, filling(with(cold, "K02.900"))},
		{r06, "no-diagnosis", false, "结算没有诊断", nil, filling(func(*draft) {})},
		{r12, "above", true, "限职工、居民、生育险种的项目用于330", nil, screening("330")},
		{r12, "below", false, "居民险种下级39003", nil, screening("39003")},
		{r12, "below", false, "生育保险510", nil, screening("510")},
		{r13, "above", true, "男性患者的女性诊断", nil, ill(man, with("N80.100"))},
		{r13, "above", true, "男性患者的次要诊断为产科", nil, ill(man, with(cold, "O26.900"))},
		{r13, "above", true, "出生29天的新生儿诊断", nil, ill(aged(29), with("P59.900"))},
		{r13, "below", false, "出生28天的新生儿诊断", nil, ill(aged(28), with("P59.900"))},
		{r13, "below", false, "更长的编码前缀另有年龄范围", nil, ill(aged(200), with("P96.800"))},
		{r13, "unknown-sex", false, "性别未说明", nil, ill(func(b *bench) *person { return b.person("0", 40) }, with("N80.100"))},
		{r14, "above", true, "限中医、康复科的项目由内科开单", nil, needle("A03")},
		{r14, "below", false, "中医科下级科室A5001", nil, needle("A5001")},
		{r14, "no-department", false, "没有开单科室", nil, needle("")},
	}
}

var diagnosisNames = map[string]string{
	cold: coldName, "K02.900": "龋（牙）", "N80.100": "卵巢的子宫内膜异位症", "O26.900": "与妊娠有关的情况", "P59.900": "新生儿黄疸",
	"P96.800": "起源于围生期的其他特指情况",
}
