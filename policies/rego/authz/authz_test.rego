package authz_test

import data.authz

# 虚构 · invented: an inspector of one county and a lead of it.
plain := {
	"roles": {"inspector"}, "permission": "lead.read", "whole": false, "object": "county",
	"own": true, "recused": false, "second": false,
}

asked(change) := d if {
	d := authz.decision with input as object.union(plain, change)
}

test_role_gives_permission_in_ones_county if {
	d := asked({})
	d.path == "allow"
	d.also == set()
	d.undefined == set()
}

test_anything_else_is_denied if {
	every permission in {"lead.decide", "dead.read", "none", ""} {
		asked({"permission": permission}).path == "deny"
	}
	asked({"roles": set()}).path == "deny"
	asked({"roles": {"nobody"}}).path == "deny"
}

test_other_county_is_denied if {
	d := asked({"own": false})
	d.path == "deny"
	d.reasons[0].code == "outside-county"
	asked({"own": false, "whole": true}).path == "allow"
}

test_what_belongs_to_no_county_is_for_the_whole_region if {
	asked({"object": "region", "own": false}).reasons[0].code == "no-county"
	asked({"object": "region", "own": false, "whole": true}).path == "allow"
}

test_administrators_have_no_other_role if {
	asked({"roles": {"system"}, "permission": "dead.read"}).path == "allow"
	d := asked({"roles": {"system", "inspector"}})
	d.path == "deny"
	d.reasons[0].code == "mixed-administrator"
}

test_recusal_and_the_second_person if {
	asked({"recused": true}).path == "deny"
	asked({"second": true}).reasons[0].code == "second-person"
}

test_open_to_everybody if {
	nobody := {"roles": set(), "object": "", "own": false}
	asked(object.union(nobody, {"permission": "public"})).path == "allow"
	asked(object.union(nobody, {"permission": "signed-in"})).path == "allow"
}
