package publication_test

import data.publication

# 虚构 · invented: an institution that was told and did not object in time.
plain := {
	"subject": "institution", "class": "ordinary", "told": true, "over": true, "objection": "none",
	"revoked": false, "repaired": false, "secret": false, "juvenile": false, "months": 0, "clean_months": 0,
}

asked(change) := d if {
	d := publication.decision with input as object.union(plain, change)
}

test_organisation_in_full if {
	d := asked({})
	d.path == "publish"
	d.also == set()
	d.undefined == set()
}

test_person_with_parts_left_out if {
	every kind in {"person", "practitioner", "official"} {
		asked({"subject": kind}).path == "mask"
	}
}

test_secrets_and_minors_never if {
	asked({"secret": true}).path == "withhold"
	asked({"subject": "person", "juvenile": true}).path == "withhold"
}

test_revoked_goes_within_three_working_days if {
	d := asked({"revoked": true})
	d.path == "remove"
	d.clocks == {{"name": "publication-withdrawal", "unit": "working-days"}}
}

test_longest_time_of_each_class if {
	every class, months in {"minor": 3, "ordinary": 12, "serious": 36} {
		asked({"class": class, "months": months}).path == "remove"
		asked({"class": class, "months": months - 1}).path == "publish"
	}
}

test_repair_not_before_the_shortest_time if {
	every class, months in {"ordinary": 3, "serious": 12} {
		asked({"class": class, "months": months, "repaired": true, "clean_months": 9}).path == "remove"
		asked({"class": class, "months": months - 1, "repaired": true, "clean_months": 9}).path == "publish"
	}
	asked({"class": "minor", "repaired": true, "clean_months": 9}).path == "remove"
}

test_repair_asks_for_time_without_a_breach_where_the_region_does if {
	asked({"months": 5, "repaired": true, "clean_months": 5}).path == "publish"
	asked({"months": 6, "repaired": true, "clean_months": 6}).path == "remove"
	elsewhere := {name: value | some name, value in data.policy.values; name != "repair_clean_months"}
	d := asked({"months": 5, "repaired": true}) with data.policy.values as elsewhere
	d.path == "remove"
}

test_not_told_is_held if asked({"told": false, "over": false}).path == "hold"

test_period_without_days_goes_to_a_person if {
	d := asked({"over": false})
	d.path == "hold"
	d.undefined == {"clocks.listing-objection"}
}

test_period_that_runs if {
	own := {"number": 5, "unit": "working-days", "clause": "虚构"}
	d := asked({"over": false}) with data.policy.clocks["listing-objection"] as own
	d.path == "hold"
	d.undefined == set()
	d.reasons[0].code == "period-running"
}

test_objection_is_answered_first if {
	asked({"objection": "open"}).path == "hold"
	asked({"objection": "answered"}).path == "publish"
}
