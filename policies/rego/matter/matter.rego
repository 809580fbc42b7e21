# METADATA
# title: 归属的基金事项
# description: What a lead or case is about where the fund is concerned.
# custom:
#   basis: [条例37, 条例38, 条例39, 条例40, 条例41]
package matter

# METADATA
# title: 被查对象是公职人员
# description: The subject is a public official.
# custom:
#   code: official
#   basis: [行政执法机关移送涉嫌犯罪案件的规定19, 条例47]
circumstances contains c if {
	input.subject == "official"
	c := rego.metadata.rule()
}

# METADATA
# title: 被查对象是经办机构，不由其自行处理
# description: The subject is the agency itself, which does not handle its own matter.
# custom:
#   code: agency-37
#   basis: [条例36, 条例37]
circumstances contains c if {
	input.subject == "agency"
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，定点机构或其人员的行为以骗取为要件或目的
# description: Verified, and the conduct of an institution or its staff is, or aims at, obtaining by deceit.
# custom:
#   code: article-40
#   basis: [条例40]
circumstances contains c if {
	input.subject in {"institution", "practitioner"}
	deceit
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，参保人的行为属个人情形
# description: Verified conduct of a person under the article on individuals.
# custom:
#   code: article-41
#   basis: [条例41]
circumstances contains c if {
	input.subject == "person"
	personal
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，机构造成基金损失，未见骗取目的
# description: Verified, the institution caused a loss to the fund, and no aim to deceive is seen.
# custom:
#   code: loss-38
#   basis: [条例38]
circumstances contains c if {
	misuse
	input.amount_fen > 0
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，机构行为不当，未造成基金损失
# description: Verified, the institution acted against the rules without loss to the fund.
# custom:
#   code: no-loss-38
#   basis: [条例13, 条例38]
circumstances contains c if {
	misuse
	input.amount_fen <= 0
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，机构管理、资料、数据或信息公开不合规定
# description: Verified, the institution's management, records, data or disclosure are not as required.
# custom:
#   code: article-39
#   basis: [条例39]
circumstances contains c if {
	input.subject == "institution"
	input.verified
	"条例39" in input.articles
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，医务人员对机构的行为负有责任，处理定案后记分
# description: Verified, staff share in what the institution did; points follow once the matter is settled.
# custom:
#   code: practitioner
#   basis: [医保发〔2024〕23号]
circumstances contains c if {
	input.subject == "practitioner"
	input.verified
	some article in input.articles
	article in {"条例38", "条例39", "条例40"}
	c := rego.metadata.rule()
}

# METADATA
# title: 尚未核实，数据与限定相抵触
# description: Not verified yet, and the data contradict a limit.
# custom:
#   code: unverified-violation
#   basis: [条例25]
circumstances contains c if {
	not input.verified
	ordinary
	input.grade == "violation"
	c := rego.metadata.rule()
}

# METADATA
# title: 尚未核实，只是可疑或提示，先审核并听取说明
# description: Not verified yet, suspicious or a hint only, so it is reviewed and explanations are heard first.
# custom:
#   code: unverified-suspicion
#   basis: [条例13]
circumstances contains c if {
	not input.verified
	ordinary
	input.grade != "violation"
	c := rego.metadata.rule()
}

# METADATA
# title: 被查对象是机构、参保人或医务人员
# description: The subject is an institution, a person or a practitioner.
# custom:
#   basis: [条例38, 条例41]
ordinary if input.subject in {"institution", "person", "practitioner"}

# METADATA
# title: 已核实，骗取目的已查明
# description: Verified, and the aim to deceive is shown.
# custom:
#   basis: [条例40, 条例41]
deceit if {
	input.verified
	input.intent == "shown"
}

# METADATA
# title: 已核实，条款本身以骗取为要件，而目的尚未排除
# description: Verified, and the aim to deceive lies in the article itself and is not excluded.
# custom:
#   basis: [条例37, 条例40]
deceit if {
	input.verified
	input.intent == "unknown"
	some article in input.articles
	article in data.policy.values.deceit_articles.list
}

# METADATA
# title: 参保人以骗取为目的
# description: A person's conduct with the aim to deceive.
# custom:
#   basis: [条例41]
personal if deceit

# METADATA
# title: 已核实属个人条款
# description: Verified under the article on individuals.
# custom:
#   basis: [条例41]
personal if {
	input.verified
	"条例41" in input.articles
}

# METADATA
# title: 已核实，机构使用基金不当，未见骗取
# description: Verified misuse by an institution without deceit.
# custom:
#   basis: [条例38]
misuse if {
	input.subject == "institution"
	input.verified
	"条例38" in input.articles
	not deceit
}
