# METADATA
# title: 新疑点的处置
# description: What becomes of a new finding of a lead. It is never asked whether it is a finding.
# custom:
#   basis: [条例24, 条例25]
package triage

import data.answer

# METADATA
# title: 处置只有一个去向
# description: A new finding goes one way only, the first of the region's order.
# custom:
#   basis: [医疗保障行政处罚程序暂行规定14]
decision := object.union(answer.decide("triage", circumstances), {"also": set()})

# METADATA
# title: 数据与限定相抵触，且属以骗取为要件的条款
# description: The data contradict a limit, under an article whose conduct is obtaining by deceit.
# custom:
#   code: article-40
#   basis: [条例40]
circumstances contains c if {
	input.grade == "violation"
	some article in input.articles
	article in data.policy.values.deceit_articles.list
	c := rego.metadata.rule()
}

# METADATA
# title: 线索涉及金额达到本地规定的建案金额
# description: The money of the lead reaches the amount from which this region opens a case.
# custom:
#   code: case-amount
#   basis: [条例25]
circumstances contains c if {
	input.grade == "violation"
	input.total_fen >= data.policy.values.case_amount_fen.number
	c := rego.metadata.rule()
}

# METADATA
# title: 线索涉及金额达到“数额较大”的起点，优先核实
# description: The money of the lead reaches where a relatively large amount may begin, so it is checked first.
# custom:
#   code: criminal-amount
#   basis: [法释〔2011〕7号第一条, 行政执法机关移送涉嫌犯罪案件的规定3]
circumstances contains c if {
	input.grade == "violation"
	input.total_fen >= large
	c := rego.metadata.rule()
}

# METADATA
# title: “数额较大”的起点，本地未定时取全国下限
# description: Where a relatively large amount begins; the lowest of the country where the region has none.
# custom:
#   basis: [法释〔2011〕7号第一条]
large := fen if {
	fen := data.policy.values.criminal_large_fen.number
} else := data.policy.values.criminal_large_least_fen.number

# METADATA
# title: 本地未规定达到多少金额即建案，由人决定
# description: This region does not define from which amount a case is opened at once. Undefined, goes to a person.
# custom:
#   code: case-amount-open
#   undefined: [values.case_amount_fen]
#   basis: [条例25]
circumstances contains c if {
	input.grade == "violation"
	input.amount_fen > 0
	not data.policy.values.case_amount_fen
	c := rego.metadata.rule()
}

# METADATA
# title: 数据与限定相抵触，涉及基金支出
# description: The data contradict a limit, and fund money is at stake.
# custom:
#   code: violation-loss
#   basis: [条例38, 条例41]
circumstances contains c if {
	input.grade == "violation"
	input.amount_fen > 0
	c := rego.metadata.rule()
}

# METADATA
# title: 属国家重点套路，核实前不通知机构
# description: A scheme of national focus, so the institution is not told before the check.
# custom:
#   code: focus-scheme
#   basis: [条例24, 条例30]
circumstances contains c if {
	input.grade != "indicator"
	some scheme in input.schemes
	scheme in data.policy.values.focus_schemes.list
	c := rego.metadata.rule()
}

# METADATA
# title: 同一线索已有疑点
# description: The lead already holds findings.
# custom:
#   code: repeated
#   basis: [条例25]
circumstances contains c if {
	input.grade != "indicator"
	input.earlier > 0
	c := rego.metadata.rule()
}

# METADATA
# title: 被查对象是参保人，没有可以通知的机构
# description: The finding is about a person, so there is no institution to tell.
# custom:
#   code: person-subject
#   basis: [条例17, 条例41]
circumstances contains c if {
	input.grade != "indicator"
	input.subject == "person"
	c := rego.metadata.rule()
}

# METADATA
# title: 行为结束已满一般追责期限，能否处罚须由人判断
# description: The conduct ended longer ago than the ordinary time limit. Whether it may still be penalised is for a person.
# custom:
#   code: late
#   basis: [行政处罚法36]
circumstances contains c if {
	input.grade != "indicator"
	input.months >= data.policy.values.limitation_months.number
	c := rego.metadata.rule()
}

# METADATA
# title: 行为始于条例施行之前，适用何法须由人判断
# description: The conduct began before the regulation was in force. Which law applies is for a person.
# custom:
#   code: before-regulation
#   basis: [条例50, 行政处罚法37]
circumstances contains c if {
	input.grade != "indicator"
	input.from < data.policy.values.regulation_from.day
	c := rego.metadata.rule()
}

# METADATA
# title: 数据与限定相抵触，未涉及基金支出
# description: The data contradict a limit, and no fund money is at stake.
# custom:
#   code: violation-no-loss
#   basis: [条例13, 条例38]
circumstances contains c if {
	input.grade == "violation"
	input.amount_fen <= 0
	c := rego.metadata.rule()
}

# METADATA
# title: 合理性疑点首次出现，先请机构说明
# description: A first question of reasonableness, so the institution is asked to explain.
# custom:
#   code: first-suspicion
#   basis: [条例13]
circumstances contains c if {
	input.grade == "suspicious"
	input.earlier == 0
	input.subject != "person"
	c := rego.metadata.rule()
}

# METADATA
# title: 仅为提示，留作分析
# description: A hint only, kept for analysis.
# custom:
#   code: indicator
#   basis: [条例24]
circumstances contains c if {
	input.grade == "indicator"
	c := rego.metadata.rule()
}
