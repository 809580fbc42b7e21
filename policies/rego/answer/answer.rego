# METADATA
# title: 由成立的情形得出判定
# description: How the circumstances that hold become one decision, by the region's data alone.
# custom:
#   basis: [条例22, 条例25]
package answer

# METADATA
# title: 判定由次序中最先成立的情形决定去向
# description: The first circumstance of the region's order decides the path; every circumstance is told.
# custom:
#   basis: [条例22, 条例25]
decide(question, holding) := {
	"path": path,
	"also": {way.path | some way in ways} - {path},
	"priority": min([way.priority | some way in ways]),
	"reasons": [reason(c, data.policy[question].ways[c.custom.code]) | some c in known],
	"clocks": {{"name": name, "unit": data.policy.clocks[name].unit} | some name in ways[_].clocks},
	"undefined": ({name | some name in holding[_].custom.undefined} | wayless(question, holding)),
} if {
	known := [c | some code in data.policy[question].order.list; some c in holding; c.custom.code == code]
	ways := [data.policy[question].ways[c.custom.code] | some c in known]
	path := ways[0].path
}

# METADATA
# title: 理由写明情形、去向和条款
# description: A reason tells the circumstance, where it leads, and by which clauses.
# custom:
#   basis: [行政处罚法44]
reason(circumstance, way) := {
	"code": circumstance.custom.code,
	"path": way.path,
	"zh": circumstance.title,
	"en": circumstance.description,
	"basis": ({clause | some clause in circumstance.custom.basis} | {way.clause}),
}

# METADATA
# title: 成立而本地未规定去向的情形
# description: Circumstances that hold and for which the region sets no way.
# custom:
#   basis: [条例22]
wayless(question, holding) := {concat(".", [question, "ways", c.custom.code]) |
	some c in holding
	not c.custom.code in data.policy[question].order.list
}
