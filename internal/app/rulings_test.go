package app

import (
	"slices"
	"testing"

	"fundwatch/blacklist"
	"fundwatch/detectors"
	"fundwatch/internal/config"
	"fundwatch/policies"
	"fundwatch/web/desk"
)

func askedIn(region string) *server {
	return &server{services: &services{cfg: &config.Config{Region: region}}}
}

// TestTheDeskAsksTheRegionsPolicy: to whom a case belongs, by the real policy of
// each place, with what is kept of the answer.
func TestTheDeskAsksTheRegionsPolicy(t *testing.T) {
	grave := desk.Matter{Subject: detectors.Institution, Grade: detectors.Violation, Basis: []string{"条例40"}, Amount: 5_000_000, Verified: true, Intent: "shown", Signs: []string{"drug-channel"}, Today: "2026-06-01"}
	for _, region := range []string{"152900", "360900", "410900", "511725"} {
		s := askedIn(region)
		x, err := s.refer(t.Context(), grave)
		if err != nil || x.Path != "police" || !slices.Contains(x.Also, "administrative") || !slices.Contains(x.Undefined, "departments.drug") || len(x.Reasons) < 2 || len(x.Clocks) == 0 {
			t.Errorf("%s: %+v %v", region, x, err)
		}
		k, err := policies.ReadKept([]byte(x.Record))
		engine, _, _ := s.policy(t.Context())
		if err != nil || engine.Again(t.Context(), &k) != nil || k.Record.Policy != x.Revision {
			t.Errorf("%s: what is kept: %v", region, err)
		}
		unverified := grave
		unverified.Verified, unverified.Intent = false, "unknown"
		if x, err := s.refer(t.Context(), unverified); err != nil || x.Path == "police" || slices.Contains(x.Also, "police") {
			t.Errorf("%s: not verified, and %+v %v", region, x, err)
		}
	}
	head := desk.Matter{Subject: detectors.Institution, Grade: detectors.Violation, Basis: []string{"条例38"}, Amount: 100, Verified: true, Intent: "none", Signs: []string{"grave-head"}, Today: "2026-06-01"}
	for region, want := range map[string]bool{"511725": true, "152900": false} { // Quxian 4(3) alone proposes handling
		if x, err := askedIn(region).refer(t.Context(), head); err != nil || slices.Contains(x.Also, "health") != want {
			t.Errorf("%s: %+v %v", region, x, err)
		}
	}
	if x, err := askedIn("152900").refer(t.Context(), desk.Matter{Subject: "stranger", Today: "2026-06-01"}); err != nil || x.Path != "" || x.Record != "" {
		t.Errorf("a question that is none: %+v %v", x, err)
	}
}

// TestPublicationIsAskedOfPolicy: what the real policy says of records, each
// with its clause.
func TestPublicationIsAskedOfPolicy(t *testing.T) {
	s := askedIn("152900")
	good := blacklist.Asked{Kind: blacklist.Institution, Class: "ordinary", Told: true, Over: true, Objection: "none", Months: 1}
	for name, c := range map[string]struct {
		change func(*blacklist.Asked)
		path   string
		code   string
	}{
		"an institution":        {func(*blacklist.Asked) {}, blacklist.PathPublish, "organisation"},
		"a person":              {func(a *blacklist.Asked) { a.Kind = blacklist.Person }, blacklist.PathMask, "person"},
		"a practitioner":        {func(a *blacklist.Asked) { a.Kind = blacklist.Practitioner }, blacklist.PathMask, "person"},
		"a minor":               {func(a *blacklist.Asked) { a.Kind, a.Juvenile = blacklist.Person, true }, blacklist.PathWithhold, "juvenile"},
		"a secret":              {func(a *blacklist.Asked) { a.Secret = true }, blacklist.PathWithhold, "secret"},
		"a ground that fell":    {func(a *blacklist.Asked) { a.Revoked = true }, blacklist.PathRemove, "revoked"},
		"in its last month":     {func(a *blacklist.Asked) { a.Months = 11 }, blacklist.PathPublish, "organisation"},
		"expired":               {func(a *blacklist.Asked) { a.Months = 12 }, blacklist.PathRemove, "expired"},
		"minor class, expired":  {func(a *blacklist.Asked) { a.Class, a.Months = "minor", 3 }, blacklist.PathRemove, "expired"},
		"not told":              {func(a *blacklist.Asked) { a.Told, a.Over = false, false }, blacklist.PathHold, "not-told"},
		"time not over":         {func(a *blacklist.Asked) { a.Over = false }, blacklist.PathHold, "period-open"},
		"an objection before":   {func(a *blacklist.Asked) { a.Objection = "open" }, blacklist.PathHold, "objection"},
		"an objection after it": {func(a *blacklist.Asked) { a.Objection = "review" }, blacklist.PathPublish, "organisation"},
		"no class that is one":  {func(a *blacklist.Asked) { a.Class = "ledger" }, "", ""},
	} {
		a := good
		c.change(&a)
		v, err := s.askPublication(t.Context(), a)
		if err != nil || v.Path != c.path || c.path != "" && (v.Reasons[0].Code != c.code || len(v.Reasons[0].Basis) == 0) {
			t.Errorf("%s: %+v %v", name, v, err)
			continue
		}
		if c.path == "" {
			continue
		}
		if k, err := policies.ReadKept([]byte(v.Decision)); err != nil || k.Record.Question != "publication" {
			t.Errorf("%s: kept %v", name, err)
		}
	}
}

// TestPolicyIsCompiledOnce: worker, desk and pages ask one engine.
func TestPolicyIsCompiledOnce(t *testing.T) {
	s := askedIn("152900")
	a, _, err := s.policy(t.Context())
	b, data, err2 := s.policy(t.Context())
	if err != nil || err2 != nil || a != b || data.Region != "152900" {
		t.Errorf("%p %p %v %v", a, b, err, err2)
	}
}
