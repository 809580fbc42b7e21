package referral_test

import data.referral

# 虚构 · invented: what the data say of an institution, not verified.
plain := {
	"grade": "violation", "subject": "institution", "articles": {"条例38"}, "signs": set(),
	"amount_fen": 5, "verified": false, "intent": "unknown",
}

asked(change) := d if {
	d := referral.decision with input as object.union(plain, change)
}

codes(d) := {r.code | some r in d.reasons}

verified := {"verified": true, "intent": "none"}

shown := {"verified": true, "intent": "shown"}

test_unverified_violation_is_for_the_bureau if {
	d := asked({})
	d.path == "administrative"
	codes(d) == {"unverified-violation"}
	d.clocks == {{"name": "verification", "unit": "working-days"}}
	d.to.zh == "盟、旗（区）医疗保障局"
	d.undefined == set()
}

test_unverified_suspicion_is_for_the_agency if {
	d := asked({"grade": "suspicious"})
	d.path == "agency"
	codes(d) == {"unverified-suspicion"}
}

test_loss_without_deceit if {
	d := asked(verified)
	d.path == "administrative"
	codes(d) == {"loss-38"}
	d.clocks == {{"name": "handling", "unit": "days"}}
}

test_misuse_without_loss_is_agreement_handling if {
	d := asked(object.union(verified, {"amount_fen": 0}))
	d.path == "agency"
	codes(d) == {"no-loss-38"}
}

test_management_of_an_institution if {
	d := asked(object.union(verified, {"articles": {"条例39"}}))
	d.path == "administrative"
	codes(d) == {"article-39"}
}

test_verified_with_no_article_is_agreement_handling if {
	d := asked(object.union(verified, {"articles": set()}))
	d.path == "agency"
	codes(d) == {"agreement"}
}

test_person if {
	codes(asked(object.union(verified, {"subject": "person", "articles": {"条例41"}}))) == {"article-41"}
	codes(asked(object.union(shown, {"subject": "person"}))) == {"article-41"}
	codes(asked(object.union(verified, {"subject": "person"}))) == {"agreement"}
}

test_practitioner_is_scored_by_the_agency if {
	d := asked(object.union(verified, {"subject": "practitioner"}))
	d.path == "agency"
	codes(d) == {"practitioner"}
}

test_deceit_lies_in_article_40_unless_excluded if {
	unknown := {"verified": true, "articles": {"条例40"}}
	codes(asked(unknown)) == {"article-40"}
	codes(asked(object.union(verified, {"articles": {"条例40"}}))) == {"agreement"}
}

test_small_deceit_is_administrative if {
	d := asked(object.union(shown, {"amount_fen": 299999}))
	d.path == "administrative"
	d.also == set()
	d.undefined == set()
}

test_between_the_national_limits_a_person_decides if {
	every fen in {300000, 999999} {
		d := asked(object.union(shown, {"amount_fen": fen}))
		d.path == "administrative"
		d.undefined == {"values.criminal_large_fen"}
		"crime-open" in codes(d)
	}
}

test_above_the_national_limits_it_is_the_police if {
	d := asked(object.union(shown, {"amount_fen": 1000000}))
	d.path == "police"
	d.also == {"administrative"}
	d.priority == 1
	d.undefined == set()
	{c.name | some c in d.clocks} == {"handling", "transfer-decision", "transfer-handover"}
}

test_amount_of_the_region_goes_before if {
	own := {"number": 500000, "unit": "fen", "clause": "虚构"}
	below := asked(object.union(shown, {"amount_fen": 499999})) with data.policy.values.criminal_large_fen as own
	below.path == "administrative"
	below.undefined == set()
	reached := asked(object.union(shown, {"amount_fen": 500000})) with data.policy.values.criminal_large_fen as own
	reached.path == "police"
}

test_unverified_is_never_police if {
	asked({"amount_fen": 1000000, "articles": {"条例40"}, "signs": {"organised"}}).path == "administrative"
}

test_organised_is_police_whatever_the_amount if {
	d := asked(object.union(shown, {"amount_fen": 0, "signs": {"organised"}}))
	d.path == "police"
	d.reasons[0].code == "organised"
}

test_official_is_for_discipline_inspection if {
	d := asked({"subject": "official"})
	d.path == "discipline"
	codes(d) == {"official"}
}

test_agency_does_not_handle_itself if {
	every change in [{}, {"grade": "suspicious"}, verified, {"signs": {"uncooperative"}}] {
		d := asked(object.union(change, {"subject": "agency"}))
		d.path == "administrative"
		d.also == set()
	}
}

test_signs_go_beside_the_matter_of_the_fund if {
	beside := {
		"practice": "health", "price": "market", "drug-channel": "drug",
		"public-official": "discipline", "uncooperative": "agency",
	}
	every sign, path in beside {
		d := asked(object.union(verified, {"signs": {sign}}))
		d.path == "administrative"
		d.also == {path}
	}
	asked(object.union(verified, {"signs": {"cross-region"}})).also == set()
	"cross-region" in codes(asked(object.union(verified, {"signs": {"cross-region"}})))
}

test_sign_alone_decides if {
	d := asked(object.union(verified, {"articles": set(), "signs": {"practice"}}))
	d.path == "health"
	d.also == {"agency"}
}

test_department_that_no_text_names if {
	d := asked(object.union(verified, {"articles": set(), "signs": {"drug-channel"}}))
	d.path == "drug"
	d.to == {}
	d.undefined == {"departments.drug"}
	"department-open" in codes(d)
}

test_unverified_holds_nothing_against_anyone if {
	every change in [
		{"articles": {"条例39"}}, {"subject": "practitioner"}, {"subject": "person", "articles": {"条例41"}},
		{"intent": "shown", "amount_fen": 1000000}, {"articles": set()},
	] {
		codes(asked(change)) == {"unverified-violation"}
	}
}

test_grave_conduct_of_a_head_where_the_region_says_to_whom if {
	grave := object.union(verified, {"signs": {"grave-head"}})
	codes(asked(grave)) == {"loss-38"}
	own := {"responsible-head": {"path": "health", "priority": 2, "clause": "虚构"}}
	ways := object.union(data.policy.referral.ways, own)
	order := array.concat(data.policy.referral.order.list, ["responsible-head"])
	d := asked(grave) with data.policy.referral.ways as ways with data.policy.referral.order.list as order
	d.path == "administrative"
	d.also == {"health"}
	unverified := asked({"signs": {"grave-head"}}) with data.policy.referral.ways as ways
		with data.policy.referral.order.list as order
	not "responsible-head" in codes(unverified)
}
