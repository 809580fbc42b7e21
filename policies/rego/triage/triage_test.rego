package triage_test

import data.triage

# 虚构 · invented: a first question of reasonableness about an institution.
plain := {
	"grade": "suspicious", "subject": "institution", "articles": {"条例38"}, "schemes": set(),
	"amount_fen": 0, "total_fen": 0, "earlier": 0,
}

asked(change) := d if {
	d := triage.decision with input as object.union(plain, change)
}

codes(d) := {r.code | some r in d.reasons}

violation := {"grade": "violation", "amount_fen": 5, "total_fen": 5}

test_first_suspicion_asks_the_institution if {
	d := asked({})
	d.path == "notify"
	codes(d) == {"first-suspicion"}
	d.clocks == set()
	d.undefined == set()
	d.also == set()
}

test_second_suspicion_is_gathered if {
	d := asked({"earlier": 1})
	d.path == "lead"
	codes(d) == {"repeated"}
	d.clocks == {{"name": "verification", "unit": "working-days"}}
}

test_focus_scheme_is_not_told if {
	d := asked({"schemes": {"F26"}})
	d.path == "lead"
	d.reasons[0].code == "focus-scheme"
}

test_nobody_to_tell_about_a_person if {
	d := asked({"subject": "person"})
	d.path == "lead"
	codes(d) == {"person-subject"}
}

test_indicator_is_watched_whatever_it_is_about if {
	d := asked({"grade": "indicator", "schemes": {"F26"}, "earlier": 1, "months": 99, "from": "2000-01-01", "subject": "person"})
	d.path == "watch"
	codes(d) == {"indicator"}
}

test_violation_with_loss_is_a_lead_and_says_what_is_open if {
	d := asked(violation)
	d.path == "lead"
	d.undefined == {"values.case_amount_fen"}
	codes(d) == {"violation-loss", "case-amount-open"}
}

test_violation_without_loss_is_told if {
	d := asked({"grade": "violation"})
	d.path == "notify"
	codes(d) == {"violation-no-loss"}
	d.undefined == set()
}

test_violation_under_article_40_is_a_case if {
	d := asked(object.union(violation, {"articles": {"条例40", "条例41"}}))
	d.path == "case"
	d.priority == 1
	d.reasons[0].code == "article-40"
	d.reasons[0].basis == {"条例40", "医疗保障行政处罚程序暂行规定14"}
}

test_suspicion_under_article_40_is_no_case if asked({"articles": {"条例40"}}).path == "notify"

test_case_amount_where_the_region_sets_one if {
	own := {"number": 1000, "unit": "fen", "clause": "虚构"}
	above := asked(object.union(violation, {"total_fen": 1000})) with data.policy.values.case_amount_fen as own
	above.path == "case"
	above.undefined == set()
	below := asked(object.union(violation, {"total_fen": 999})) with data.policy.values.case_amount_fen as own
	below.path == "lead"
	below.undefined == set()
}

test_large_amount_comes_first if {
	asked(object.union(violation, {"total_fen": 299999})).priority == 2
	d := asked(object.union(violation, {"total_fen": 300000}))
	d.path == "lead"
	d.priority == 1
	d.reasons[0].code == "criminal-amount"
}

test_large_amount_of_the_region_goes_before if {
	own := {"number": 600000, "unit": "fen", "clause": "虚构"}
	below := asked(object.union(violation, {"total_fen": 300000})) with data.policy.values.criminal_large_fen as own
	below.priority == 2
	reached := asked(object.union(violation, {"total_fen": 600000})) with data.policy.values.criminal_large_fen as own
	reached.priority == 1
}

test_old_conduct_goes_to_a_person if {
	asked({"months": 23}).path == "notify"
	d := asked({"months": 24})
	d.path == "lead"
	d.reasons[0].code == "late"
}

test_conduct_before_the_regulation if {
	asked({"from": "2021-05-01"}).path == "notify"
	asked({"from": "2021-04-30"}).reasons[0].code == "before-regulation"
}

test_circumstance_without_way_is_told if {
	d := asked({"earlier": 1, "subject": "person"}) with data.policy.triage.order.list as ["repeated"]
	d.path == "lead"
	d.undefined == {"triage.ways.person-subject"}
}

test_no_way_at_all_is_no_answer if {
	not asked({}) with data.policy.triage.order.list as []
}
