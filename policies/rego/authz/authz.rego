# METADATA
# title: 谁可以对什么做什么
# description: Who may do what to what; what is not allowed is denied.
# custom:
#   basis: [条例32, 数据安全法27]
package authz

import data.answer

# METADATA
# title: 只有允许或不允许
# description: Allowed or denied, and nothing beside it.
# custom:
#   basis: [数据安全法27]
decision := object.union(answer.decide("authz", circumstances), {"also": set()})

# METADATA
# title: 管理员兼任其他角色
# description: An administrator has another role.
# custom:
#   code: mixed-administrator
#   basis: [数据安全法27]
circumstances contains c if {
	some role in input.roles
	role in administrators
	count(input.roles) > 1
	c := rego.metadata.rule()
}

# METADATA
# title: 应当回避
# description: The person must stand aside.
# custom:
#   code: recused
#   basis: [行政处罚法43]
circumstances contains c if {
	input.recused
	c := rego.metadata.rule()
}

# METADATA
# title: 须由第二人办理，而前一步是本人所办
# description: A second person must do it, and the first step was their own.
# custom:
#   code: second-person
#   basis: [行政处罚法57, 行政处罚法58]
circumstances contains c if {
	input.second
	c := rego.metadata.rule()
}

# METADATA
# title: 对象属于本人辖区以外的县
# description: The object belongs to a county that is not theirs.
# custom:
#   code: outside-county
#   basis: [条例6, 条例32]
circumstances contains c if {
	bounded
	input.object == "county"
	not input.own
	c := rego.metadata.rule()
}

# METADATA
# title: 对象不属于任何一县，须管理全统筹区
# description: The object belongs to no county, which is for those of the whole region.
# custom:
#   code: no-county
#   basis: [条例6, 条例32]
circumstances contains c if {
	bounded
	input.object == "region"
	c := rego.metadata.rule()
}

# METADATA
# title: 没有角色给予这项权限
# description: No role gives this permission.
# custom:
#   code: not-granted
#   basis: [条例32]
circumstances contains c if {
	not granted
	c := rego.metadata.rule()
}

# METADATA
# title: 角色给予这项权限
# description: A role gives this permission.
# custom:
#   code: granted
#   basis: [条例6, 条例32]
circumstances contains c if {
	granted
	c := rego.metadata.rule()
}

# METADATA
# title: 本人只管部分县
# description: The person is bound to some counties.
# custom:
#   basis: [条例6]
bounded if not input.whole

# METADATA
# title: 系统、安全、审计三员
# description: The administrators of system, security and audit.
# custom:
#   basis: [数据安全法27]
administrators := {"system", "security", "audit"}

# METADATA
# title: 权限由角色表给予
# description: The table of roles gives the permission.
# custom:
#   basis: [条例32]
granted if {
	some role in input.roles
	input.permission in data.roles[role]
}

# METADATA
# title: 登录即可的权限
# description: What everybody signed in may do.
# custom:
#   basis: [条例32]
granted if input.permission == "signed-in"

# METADATA
# title: 对所有人公开
# description: What is open to everybody.
# custom:
#   basis: [条例34]
granted if input.permission == "public"
