package regions

// Name is a value that policies or rooms know, and what it is for.
type Name struct {
	Name string
	Unit Unit
	// Compared says that a policy compares an amount, a time or a day of its
	// question with it. Others are read as they are.
	Compared bool
	ZH, EN   string
}

// Names lists the values that a policy may set. A name that is not here is
// refused, so that a misspelt one cannot pass for one left open.
func Names() []Name {
	return []Name{
		{"case_amount_fen", Fen, true, "达到即立刻建案的涉及金额", "amount from which a case is opened at once"},
		{"criminal_large_fen", Fen, true, "本地“数额较大”的起点", "where “a relatively large amount” begins here"},
		{"criminal_large_least_fen", Fen, true, "全国“数额较大”起点的下限", "the lowest place where “a relatively large amount” may begin"},
		{"criminal_large_most_fen", Fen, true, "全国“数额较大”起点的上限", "the highest place where “a relatively large amount” may begin"},
		{"deceit_articles", List, true, "以骗取为要件的条款", "articles whose conduct is obtaining by deceit"},
		{"focus_schemes", List, true, "国家重点套路，核查前不通知机构", "schemes of national focus: the institution is not told before the check"},
		{"limitation_months", Months, true, "行政处罚的一般追责期限", "ordinary time limit of an administrative penalty"},
		{"limitation_grave_months", Months, false, "涉及生命健康、金融安全且有危害后果的追责期限", "time limit where life, health or financial safety suffered harm"},
		{"regulation_from", Day, true, "条例施行日", "the day the regulation came into force"},

		{"officers_least", Persons, false, "执法人员最少人数", "the least number of officers"},
		{"hearing_person_fen", Fen, false, "个人罚款达到即告知听证权利的数额", "fine of a person from which a hearing is offered"},
		{"hearing_organisation_fen", Fen, false, "单位罚款达到即告知听证权利的数额", "fine of an organisation from which a hearing is offered"},
		{"summary_person_fen", Fen, false, "对公民可当场处罚的罚款上限", "the highest fine of a citizen that may be decided on the spot"},
		{"summary_organisation_fen", Fen, false, "对单位可当场处罚的罚款上限", "the highest fine of an organisation that may be decided on the spot"},
		{"spot_collection_fen", Fen, false, "可当场收缴的罚款上限", "the highest fine that may be collected on the spot"},
		{"surcharge_percent", Percent, false, "逾期每日加处罚款占罚款的比例", "surcharge a day on a fine paid late, of the fine"},
		{"surcharge_most_percent", Percent, false, "加处罚款的上限占罚款的比例", "the most that surcharges add up to, of the fine"},

		{"fine_37_least_times", Times, false, "条例37罚款下限，占骗取金额的倍数", "lowest fine under article 37, times the amount obtained"},
		{"fine_37_most_times", Times, false, "条例37罚款上限，占骗取金额的倍数", "highest fine under article 37, times the amount obtained"},
		{"fine_38_least_times", Times, false, "条例38罚款下限，占造成损失的倍数", "lowest fine under article 38, times the loss"},
		{"fine_38_most_times", Times, false, "条例38罚款上限，占造成损失的倍数", "highest fine under article 38, times the loss"},
		{"fine_39_least_fen", Fen, false, "条例39罚款下限", "lowest fine under article 39"},
		{"fine_39_most_fen", Fen, false, "条例39罚款上限", "highest fine under article 39"},
		{"fine_40_least_times", Times, false, "条例40罚款下限，占骗取金额的倍数", "lowest fine under article 40, times the amount obtained"},
		{"fine_40_most_times", Times, false, "条例40罚款上限，占骗取金额的倍数", "highest fine under article 40, times the amount obtained"},
		{"fine_41_least_times", Times, false, "条例41罚款下限，占骗取金额的倍数", "lowest fine under article 41, times the amount obtained"},
		{"fine_41_most_times", Times, false, "条例41罚款上限，占骗取金额的倍数", "highest fine under article 41, times the amount obtained"},
		{"fine_optional_articles", List, false, "也有不处罚款情形的条款", "articles that also have conduct without a fine"},
		{"department_suspension_least_months", Months, false, "暂停责任部门医药服务的最短期限", "shortest suspension of the department responsible"},
		{"department_suspension_most_months", Months, false, "暂停责任部门医药服务的最长期限", "longest suspension of the department responsible"},
		{"person_suspension_least_months", Months, false, "暂停参保人联网结算的最短期限", "shortest suspension of a person's online settlement"},
		{"person_suspension_most_months", Months, false, "暂停参保人联网结算的最长期限", "longest suspension of a person's online settlement"},
		{"manager_ban_months", Months, false, "法定代表人、主要负责人的从业禁止期", "how long a legal representative or head may not run an institution"},

		{"reward_most_fen", Fen, false, "每案举报奖励上限", "the highest reward for a tip, a case"},
		{"reward_least_fen", Fen, false, "每案举报奖励下限", "the lowest reward for a tip, a case"},
		{"reward_percent", Percent, false, "举报奖励占案值的比例", "reward for a tip, of the value of the case"},

		{"large_fine_fen", Fen, true, "公示分类中“较大数额”的起点", "where a “large amount” begins in the classes of publication"},
		{"huge_fine_fen", Fen, true, "公示分类中“巨额”的起点", "where a “huge amount” begins in the classes of publication"},
		{"publish_minor_most_months", Months, true, "轻微类公示的最长期限", "longest publication, minor class"},
		{"publish_ordinary_least_months", Months, true, "一般类公示的最短期限", "shortest publication, ordinary class"},
		{"publish_ordinary_most_months", Months, true, "一般类公示的最长期限", "longest publication, ordinary class"},
		{"publish_serious_least_months", Months, true, "严重类公示的最短期限", "shortest publication, serious class"},
		{"publish_serious_most_months", Months, true, "严重类公示的最长期限", "longest publication, serious class"},
		{"disclosed_subjects", List, true, "协议违约等违规信息也须公开的对象", "subjects whose breaches are published too where no penalty followed"},
		{"disclosure_months", Months, false, "协议违约等违规信息的公开期限", "how long breaches without a penalty are published"},
		{"adult_months", Months, false, "成年的年龄", "age of adults"},
		{"list_interval_months", Months, false, "名单定期公布的间隔", "how often the list is published"},
		{"repair_clean_months", Months, true, "信用修复前须无新违规的期限", "how long without a new breach before credit is repaired"},

		{"credit_excellent_points", Points, false, "信用优秀等次的最低分", "lowest points of credit grade excellent"},
		{"credit_good_points", Points, false, "信用良好等次的最低分", "lowest points of credit grade good"},
		{"credit_poor_points", Points, false, "信用较差等次的最低分，低于此为差", "lowest points of credit grade poor; below it bad"},
		{"credit_contract_months", Months, false, "协议不足此期限的不参加评价", "contracted for less than this is not graded"},

		{"staff_suspend_points", Points, false, "一年内记分达到即暂停支付资格", "points in a year from which payment qualification is suspended"},
		{"staff_terminate_points", Points, false, "一年内记分达到即终止支付资格", "points in a year at which payment qualification ends"},
		{"staff_suspend_least_months", Months, false, "暂停支付资格的最短期限", "shortest suspension of payment qualification"},
		{"staff_suspend_most_months", Months, false, "暂停支付资格的最长期限", "longest suspension of payment qualification"},
		{"staff_return_months", Months, false, "累计满分终止后再次登记的间隔", "time before registration anew when points added up to the end"},
		{"staff_return_grave_months", Months, false, "一次满分终止后再次登记的间隔", "time before registration anew when one entry gave all points"},
	}
}

// ClockName is a period of law that policies or rooms know.
type ClockName struct{ Name, ZH, EN string }

// ClockNames lists the periods that a policy may set.
func ClockNames() []ClockName {
	return []ClockName{
		{"tip-reply", "告知实名举报人是否立案", "telling a named tipster whether a case is filed"},
		{"verification", "线索核查、决定是否立案", "checking a lead and deciding whether to file a case"},
		{"handling", "立案至作出处罚决定", "from filing to the decision"},
		{"extension-head", "负责人批准的办案延长", "extension of the handling by the head"},
		{"extension-total", "办案延长的总计上限", "all extensions of the handling together"},
		{"preservation", "先行登记保存后的处理", "disposing of evidence registered and kept"},
		{"sealing", "封存", "sealing"},
		{"assistance", "答复协助调查函", "answering a request for assistance"},
		{"legal-review", "法制审核", "legal review"},
		{"defence", "陈述申辩", "statement and defence"},
		{"hearing-request", "要求听证", "asking for a hearing"},
		{"hearing-notice", "听证前的通知", "notice before the hearing"},
		{"service", "送达决定书", "service of the decision"},
		{"service-by-publication", "公告送达", "service by publication"},
		{"payment", "缴纳罚款", "payment of the fine"},
		{"review", "申请行政复议", "application for administrative review"},
		{"lawsuit", "提起行政诉讼", "action in court"},
		{"transfer-decision", "决定是否移送公安", "deciding on the transfer to the police"},
		{"transfer-handover", "批准后移送公安", "handing over after approval"},
		{"listing-objection", "列入名单前的异议", "objection before listing"},
		{"objection-review", "复核对公开信息的异议", "review of an objection to what is published"},
		{"publication", "决定作出后的公开", "publication of a decision"},
		{"publication-withdrawal", "决定变更、撤销后撤回公开信息", "withdrawal of what was published when its decision changed"},
		{"repair-review", "审核信用修复申请", "review of an application for repair of credit"},
		{"draw-publication", "公布抽查结果", "publication of the results of drawn inspections"},
	}
}
