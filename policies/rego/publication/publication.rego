# METADATA
# title: 一条记录现在能否公开、怎样公开
# description: Whether a record may be published in the next edition, and how.
# custom:
#   basis: [行政处罚法48, 行政处罚法50, 国办发〔2020〕49号, 国办发〔2025〕22号]
package publication

import data.answer

# METADATA
# title: 公开与否只有一个答案
# description: There is one answer only, the first of the order.
# custom:
#   basis: [国办发〔2025〕22号]
decision := object.union(answer.decide("publication", circumstances), {"also": set()})

# METADATA
# title: 涉及国家秘密、商业秘密、个人隐私或安全
# description: A secret, privacy or safety is concerned.
# custom:
#   code: secret
#   basis: [条例32, 行政处罚法50]
circumstances contains c if {
	input.secret
	c := rego.metadata.rule()
}

# METADATA
# title: 当事人是未成年人
# description: The subject is a minor.
# custom:
#   code: juvenile
#   basis: [未成年人保护法4]
circumstances contains c if {
	input.juvenile
	c := rego.metadata.rule()
}

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
# title: 公示期届满
# description: The longest time of publication is over.
# custom:
#   code: expired
#   basis: [国办发〔2025〕22号]
circumstances contains c if {
	input.months >= most.number
	c := rego.metadata.rule()
}

# METADATA
# title: 信用已修复，最短公示期已满
# description: Credit was repaired, and the shortest time of publication is over.
# custom:
#   code: repaired
#   basis: [国家发展改革委令第36号]
circumstances contains c if {
	input.repaired
	input.months >= least
	clean
	c := rego.metadata.rule()
}

# METADATA
# title: 当事人还没有得到告知
# description: The subject was not told yet.
# custom:
#   code: not-told
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	not input.told
	c := rego.metadata.rule()
}

# METADATA
# title: 列入前的异议期没有规定天数，由人决定
# description: How long an objection may be made before listing is not defined. Undefined, goes to a person.
# custom:
#   code: period-open
#   undefined: [clocks.listing-objection]
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	running
	not data.policy.clocks["listing-objection"]
	c := rego.metadata.rule()
}

# METADATA
# title: 列入前的异议期未满
# description: The time for objection before listing is not over.
# custom:
#   code: period-running
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	running
	c := rego.metadata.rule()
}

# METADATA
# title: 异议正在处理
# description: An objection is being dealt with.
# custom:
#   code: objection
#   basis: [国办发〔2020〕49号]
circumstances contains c if {
	input.objection == "open"
	c := rego.metadata.rule()
}

# METADATA
# title: 自然人，隐去部分姓名和号码后公开
# description: A natural person, who is published with parts of the name and the numbers left out.
# custom:
#   code: person
#   basis: [行政处罚法50, 个人信息保护法28]
circumstances contains c if {
	natural
	c := rego.metadata.rule()
}

# METADATA
# title: 单位，全文公开
# description: An organisation, which is published in full.
# custom:
#   code: organisation
#   basis: [行政处罚法48, 条例34]
circumstances contains c if {
	not natural
	c := rego.metadata.rule()
}

# METADATA
# title: 当事人是自然人
# description: The subject is a natural person.
# custom:
#   basis: [行政处罚法50]
natural if input.subject in {"person", "practitioner", "official"}

# METADATA
# title: 已告知而异议期未满
# description: Told, and the time for objection is not over.
# custom:
#   basis: [国办发〔2020〕49号]
running if {
	input.told
	not input.over
}

# METADATA
# title: 所属类别的最长公示期
# description: The longest publication of the class.
# custom:
#   basis: [国办发〔2025〕22号]
most := data.policy.values[concat("_", ["publish", input.class, "most_months"])]

# METADATA
# title: 所属类别的最短公示期，没有规定的为零
# description: The shortest publication of the class, none where none is set.
# custom:
#   basis: [国办发〔2025〕22号]
least := object.get(data.policy.values, [concat("_", ["publish", input.class, "least_months"]), "number"], 0)

# METADATA
# title: 本地未规定修复前须无新违规
# description: This region asks for no time without a new breach before repair.
# custom:
#   basis: [国家发展改革委令第36号]
clean if not data.policy.values.repair_clean_months

# METADATA
# title: 修复前无新违规的期限已满
# description: The time without a new breach before repair is over.
# custom:
#   basis: [国家发展改革委令第36号]
clean if input.clean_months >= data.policy.values.repair_clean_months.number
