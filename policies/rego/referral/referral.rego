# METADATA
# title: 线索或案件归谁
# description: To whom a lead or case belongs, one first and others beside.
# custom:
#   basis: [条例22, 条例13]
package referral

import data.answer
import data.matter

# METADATA
# title: 归属以一家为主，其余为并行
# description: One path is the first, the others go beside; a department that no text names is told as undefined.
# custom:
#   basis: [条例22]
decision := object.union(ruled, {
	"undefined": (ruled.undefined | nameless),
	"reasons": array.concat(ruled.reasons, [c | some c in unnamed]),
	"to": object.get(data.policy.departments, ruled.path, {}),
})

# METADATA
# title: 按次序得出的归属
# description: The referral by the region's order.
# custom:
#   basis: [条例22]
ruled := answer.decide("referral", matter.circumstances | circumstances)

# METADATA
# title: 本地文件未写明的部门
# description: Departments that the region's texts do not name.
# custom:
#   basis: [条例22]
nameless contains concat(".", ["departments", path]) if {
	some path in (ruled.also | {ruled.path})
	not data.policy.departments[path]
}

# METADATA
# title: 本地文件未写明由哪个部门接收，由人决定
# description: The region's texts do not name the department that receives it. Undefined, goes to a person.
# custom:
#   code: department-open
#   basis: [条例22]
unnamed contains reason if {
	some _ in nameless
	reason := answer.reason(rego.metadata.rule(), {"path": "", "clause": "条例22"})
}

# METADATA
# title: 已核实的行为以骗取为要件或目的，金额达到“数额较大”
# description: Verified conduct that is, or aims at, obtaining by deceit, and the amount is a relatively large one.
# custom:
#   code: crime
#   basis: [条例48, 法释〔2011〕7号第一条, 医保发〔2021〕49号]
circumstances contains c if {
	matter.deceit
	input.amount_fen >= large
	c := rego.metadata.rule()
}

# METADATA
# title: “数额较大”的起点，本地未定时取全国上限
# description: Where a relatively large amount begins; the highest of the country where the region has none, beyond which there is no doubt.
# custom:
#   basis: [法释〔2011〕7号第一条]
large := fen if {
	fen := data.policy.values.criminal_large_fen.number
} else := data.policy.values.criminal_large_most_fen.number

# METADATA
# title: 金额在全国“数额较大”起点的幅度之内，而本地起点未定，是否移送由人决定
# description: The amount lies where the country leaves the beginning to the provinces, and none is set here. Undefined, goes to a person.
# custom:
#   code: crime-open
#   undefined: [values.criminal_large_fen]
#   basis: [法释〔2011〕7号第一条, 行政执法机关移送涉嫌犯罪案件的规定3]
circumstances contains c if {
	matter.deceit
	not data.policy.values.criminal_large_fen
	input.amount_fen >= data.policy.values.criminal_large_least_fen.number
	input.amount_fen < data.policy.values.criminal_large_most_fen.number
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实的行为以骗取为要件或目的，且有组织
# description: Verified conduct of an organised group that is, or aims at, obtaining by deceit.
# custom:
#   code: organised
#   basis: [条例48, 法发〔2024〕6号]
circumstances contains c if {
	matter.deceit
	"organised" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，医疗机构负责人情节严重，本地须向行政主管部门提出处理建议
# description: Verified, the head of an institution acted gravely, and this region proposes handling to the competent department.
# custom:
#   code: responsible-head
#   basis: [条例43]
circumstances contains c if {
	input.verified
	input.subject == "institution"
	"grave-head" in input.signs
	data.policy.referral.ways["responsible-head"]
	c := rego.metadata.rule()
}

# METADATA
# title: 涉及诊疗行为或执业资格
# description: Medical practice or a licence is concerned.
# custom:
#   code: practice
#   basis: [条例22, 条例40]
circumstances contains c if {
	"practice" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 涉及价格或广告
# description: Prices or advertising are concerned.
# custom:
#   code: price
#   basis: [条例22]
circumstances contains c if {
	"price" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 涉及药品来源或流通
# description: The origin or trade of medicines is concerned.
# custom:
#   code: drug-channel
#   basis: [条例38]
circumstances contains c if {
	"drug-channel" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 涉及公职人员
# description: A public official is involved.
# custom:
#   code: collusion
#   basis: [条例42, 行政执法机关移送涉嫌犯罪案件的规定19]
circumstances contains c if {
	"public-official" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 调查期间拒不配合，可报批后暂停结算
# description: Cooperation is refused during the inquiry, so settlement may be suspended after approval.
# custom:
#   code: uncooperative
#   basis: [条例30]
circumstances contains c if {
	"uncooperative" in input.signs
	matter.ordinary
	c := rego.metadata.rule()
}

# METADATA
# title: 跨统筹区，由共同的上一级指定
# description: Several regions are concerned, so the common superior designates who handles it.
# custom:
#   code: cross-region
#   basis: [条例26]
circumstances contains c if {
	"cross-region" in input.signs
	c := rego.metadata.rule()
}

# METADATA
# title: 已核实，未见条例所列情形，按服务协议或经办规程处理
# description: Verified, and none of the regulation's articles applies, so the agreement or the agency's rules do.
# custom:
#   code: agreement
#   basis: [条例13]
circumstances contains c if {
	input.verified
	count(matter.circumstances) == 0
	c := rego.metadata.rule()
}
