# METADATA
# title: 处理决定怎样进入名单和信用记录
# description: What a decision about somebody leads to in the published list and in the credit ledger.
# custom:
#   basis: [条例33, 国办发〔2020〕49号, 国办发〔2025〕22号]
package listing

import data.answer

# METADATA
# title: 去向以一个为主，其余并行
# description: One path is the first, the others go beside.
# custom:
#   basis: [国办发〔2025〕22号]
decision := answer.decide("listing", circumstances)

# METADATA
# title: 依据的决定已撤销、变更或确认违法
# description: The decision it rests on was revoked, changed or found unlawful.
# custom:
#   code: revoked
#   basis: [行政处罚法48]
circumstances contains c if {
	input.revoked
	c := rego.metadata.rule()
}

# METADATA
# title: 没有生效的处理决定
# description: There is no effective decision.
# custom:
#   code: no-decision
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	not input.effective
	not input.revoked
	c := rego.metadata.rule()
}

# METADATA
# title: 拟列入严重失信主体名单，而没有国家规定的依据
# description: It is meant for the list of seriously dishonest subjects, and no national text founds that.
# custom:
#   code: no-national-basis
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	effective
	input.named
	not input.founded
	c := rego.metadata.rule()
}

# METADATA
# title: 当事人是未成年人
# description: The subject is a minor.
# custom:
#   code: juvenile
#   basis: [未成年人保护法4]
circumstances contains c if {
	effective
	input.juvenile
	c := rego.metadata.rule()
}

# METADATA
# title: 吊销、关闭或限制从业
# description: A licence revoked, a closure, or work forbidden.
# custom:
#   code: restriction
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	effective
	input.measure == "restriction"
	c := rego.metadata.rule()
}

# METADATA
# title: 罚没数额达到“巨额”
# description: The amount fined or confiscated is a huge one.
# custom:
#   code: huge-amount
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	monetary
	input.amount_fen >= data.policy.values.huge_fine_fen.number
	c := rego.metadata.rule()
}

# METADATA
# title: 罚没数额达到“较大数额”
# description: The amount fined or confiscated is a large one.
# custom:
#   code: large-amount
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	monetary
	input.amount_fen >= data.policy.values.large_fine_fen.number
	c := rego.metadata.rule()
}

# METADATA
# title: 罚没数额的类别没有起点，由人决定
# description: Where large and huge amounts begin is not defined. Undefined, goes to a person.
# custom:
#   code: amount-open
#   undefined: [values.large_fine_fen, values.huge_fine_fen]
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	monetary
	some name in open
	c := rego.metadata.rule()
}

# METADATA
# title: 文件没有写明这种措施属于哪一类，由人决定
# description: The texts put this measure into no class. Undefined, goes to a person.
# custom:
#   code: measure-open
#   undefined: [listing.suspension]
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	effective
	input.measure == "suspension"
	c := rego.metadata.rule()
}

# METADATA
# title: 警告、通报批评，具有一定社会影响
# description: A warning or criticism of some influence in society.
# custom:
#   code: social-influence
#   basis: [行政处罚法48]
circumstances contains c if {
	minor
	input.social
	c := rego.metadata.rule()
}

# METADATA
# title: 警告、通报批评或简易程序的处罚
# description: A warning, criticism, or a penalty decided on the spot.
# custom:
#   code: minor-measure
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	minor
	c := rego.metadata.rule()
}

# METADATA
# title: 罚没数额未达“较大数额”
# description: The amount fined or confiscated is below a large one.
# custom:
#   code: small-amount
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	monetary
	input.amount_fen < data.policy.values.large_fine_fen.number
	c := rego.metadata.rule()
}

# METADATA
# title: 协议处理，本地须公开此类对象的违规信息，公开期限由人决定
# description: Handled under the agreement, and this region publishes breaches of such subjects; for how long is not defined. Undefined, goes to a person.
# custom:
#   code: disclosed-breach
#   undefined: [values.disclosure_months]
#   basis: [条例34]
circumstances contains c if {
	breach
	input.subject in data.policy.values.disclosed_subjects.list
	not data.policy.values.disclosure_months
	c := rego.metadata.rule()
}

# METADATA
# title: 协议处理或责令退回，未受处罚
# description: Handled under the agreement or ordered to return money, without a penalty.
# custom:
#   code: agreement
#   basis: [条例13]
circumstances contains c if {
	breach
	c := rego.metadata.rule()
}

# METADATA
# title: 行政处罚，纳入信用信息共享
# description: An administrative penalty, which enters the sharing of credit information.
# custom:
#   code: platform
#   basis: [条例33]
circumstances contains c if {
	effective
	not breach
	not input.juvenile
	c := rego.metadata.rule()
}

# METADATA
# title: 生效的决定记入内部信用记录
# description: Every effective decision enters the internal credit ledger.
# custom:
#   code: ledger
#   basis: [条例33]
circumstances contains c if {
	effective
	c := rego.metadata.rule()
}

# METADATA
# title: 决定已生效且未被撤销
# description: The decision is effective and was not revoked.
# custom:
#   basis: [国办发〔2020〕49号]
effective if {
	input.effective
	not input.revoked
}

# METADATA
# title: 按一般程序作出的罚款或没收
# description: A fine or confiscation by the ordinary procedure.
# custom:
#   basis: [国办发〔2025〕22号]
monetary if {
	effective
	input.measure == "money"
	not input.summary
}

# METADATA
# title: 警告或通报批评
# description: A warning or criticism.
# custom:
#   basis: [国办发〔2025〕22号]
minor if {
	effective
	input.measure == "reprimand"
}

# METADATA
# title: 当场作出的处罚
# description: A penalty decided on the spot.
# custom:
#   basis: [国办发〔2025〕22号, 行政处罚法51]
minor if {
	effective
	input.summary
}

# METADATA
# title: 协议处理或责令退回
# description: Handling under the agreement, or money to be returned.
# custom:
#   basis: [条例13]
breach if {
	effective
	input.measure == "agreement"
}

# METADATA
# title: 没有规定而判断所需的起点
# description: Beginnings of amounts that are not defined and would matter.
# custom:
#   basis: [国办发〔2025〕22号]
open contains "large_fine_fen" if not data.policy.values.large_fine_fen

# METADATA
# title: 达到较大数额而巨额的起点没有规定
# description: The beginning of huge amounts, for amounts that are large.
# custom:
#   basis: [国办发〔2025〕22号]
open contains "huge_fine_fen" if {
	input.amount_fen >= data.policy.values.large_fine_fen.number
	not data.policy.values.huge_fine_fen
}
