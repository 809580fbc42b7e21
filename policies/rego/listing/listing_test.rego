package listing_test

import data.listing

# 虚构 · invented: an effective fine of an institution by the ordinary procedure.
plain := {
	"subject": "institution", "measure": "money", "amount_fen": 5, "summary": false, "effective": true, "revoked": false,
	"social": false, "juvenile": false, "named": false, "founded": false,
}

asked(change) := d if {
	d := listing.decision with input as object.union(plain, change)
}

codes(d) := {r.code | some r in d.reasons}

large := {"number": 1000, "unit": "fen", "clause": "虚构"}

huge := {"number": 9000, "unit": "fen", "clause": "虚构"}

test_amounts_without_a_beginning_go_to_a_person if {
	d := asked({})
	d.path == "ledger"
	d.also == {"platform"}
	codes(d) == {"amount-open", "platform", "ledger"}
	d.undefined == {"values.large_fine_fen", "values.huge_fine_fen"}
}

test_amounts_where_the_region_sets_beginnings if {
	every fen, path in {999: "ledger", 1000: "ordinary", 8999: "ordinary", 9000: "serious"} {
		d := asked({"amount_fen": fen}) with data.policy.values.large_fine_fen as large
			with data.policy.values.huge_fine_fen as huge
		d.path == path
		d.undefined == set()
	}
}

test_large_amount_where_huge_has_no_beginning if {
	small := asked({"amount_fen": 999}) with data.policy.values.large_fine_fen as large
	small.undefined == set()
	codes(small) == {"small-amount", "platform", "ledger"}
	d := asked({"amount_fen": 1000}) with data.policy.values.large_fine_fen as large
	d.path == "ordinary"
	codes(d) == {"large-amount", "amount-open", "platform", "ledger"}
}

test_nothing_without_an_effective_decision if {
	d := asked({"effective": false, "named": true})
	d.path == "none"
	d.also == set()
	codes(d) == {"no-decision"}
}

test_revoked_is_removed_at_once if {
	d := asked({"revoked": true})
	d.path == "remove"
	d.clocks == {{"name": "publication-withdrawal", "unit": "working-days"}}
}

test_no_list_of_ones_own if {
	d := asked({"measure": "restriction", "amount_fen": 0, "named": true})
	d.path == "ledger"
	d.reasons[0].code == "no-national-basis"
	asked({"measure": "restriction", "amount_fen": 0, "named": true, "founded": true}).path == "serious"
}

test_minors_stay_in_the_ledger if {
	d := asked({"subject": "person", "measure": "restriction", "amount_fen": 0, "juvenile": true})
	d.path == "ledger"
	not "platform" in d.also
}

test_restriction_is_serious if asked({"measure": "restriction", "amount_fen": 0}).path == "serious"

test_suspension_has_no_class if {
	d := asked({"measure": "suspension", "amount_fen": 0})
	d.path == "ledger"
	d.undefined == {"listing.suspension"}
}

test_reprimand_and_summary_are_not_published if {
	asked({"measure": "reprimand", "amount_fen": 0}).path == "ledger"
	asked({"measure": "reprimand", "amount_fen": 0, "social": true}).path == "minor"
	asked({"summary": true}).path == "ledger"
	codes(asked({"summary": true})) == {"minor-measure", "platform", "ledger"}
}

test_agreement_handling if {
	d := asked({"measure": "agreement", "amount_fen": 0})
	d.path == "ledger"
	d.also == set()
	codes(d) == {"agreement", "ledger"}
}

test_agreement_handling_where_breaches_are_published if {
	own := {"list": ["institution"], "clause": "虚构"}
	d := asked({"measure": "agreement", "amount_fen": 0}) with data.policy.values.disclosed_subjects as own
	d.path == "minor"
	d.undefined == {"values.disclosure_months"}
	person := asked({"measure": "agreement", "amount_fen": 0, "subject": "person"}) with data.policy.values.disclosed_subjects as own
	person.path == "ledger"
}
