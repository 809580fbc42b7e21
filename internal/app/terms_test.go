package app

import (
	"testing"

	"fundwatch/clock"
	"fundwatch/policies/regions"
)

// sameClock says which law clock stands behind a period of the profiles.
var sameClock = map[string]string{
	"tip-reply": "tell-tipster", "verification": "clue-check", "handling": "case-handling", "preservation": "registered-evidence", "sealing": "sealing",
	"legal-review": "legal-review", "defence": "defence", "hearing-request": "hearing-request", "hearing-notice": "hearing-notice", "service": "decision-service",
	"service-by-publication": "service-by-notice", "payment": "payment", "review": "reconsideration", "lawsuit": "litigation", "publication": "publish-decision",
	"publication-withdrawal": "withdraw-publication", "transfer-decision": "transfer-decision", "transfer-handover": "transfer", "draw-publication": "publish-inspection",
}

// TestProfilesAndClocksAgree: what the country's profile and the room of clocks
// both know has one length, one unit and one extension. A number that nobody has
// read in a text binds nobody, so it is not in the profile.
func TestProfilesAndClocksAgree(t *testing.T) {
	p, err := regions.LoadPolicy(regions.Builtin(), "152900")
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range sameClock {
		l, ok := clock.Find(clock.National(), id)
		if !ok {
			t.Errorf("%s: no law clock %s", name, id)
			continue
		}
		have, set := p.Clocks[name]
		if want := l.N != 0 && l.Seen != clock.SeenNone; set != want {
			t.Errorf("%s: set %v, the law clock has a number that was read: %v", name, set, want)
			continue
		}
		if !set {
			continue
		}
		if have.Number != int64(l.N) || have.Unit != string(l.Unit) {
			t.Errorf("%s: %s, the law clock %d %s", name, have.Text(), l.N, l.Unit)
		}
		extend, total := int64(0), int64(0)
		for i, x := range l.Extensions {
			if i == 0 {
				extend = int64(x.N)
			}
			total += int64(x.N)
		}
		if name == "handling" {
			if p.Clocks["extension-head"].Number != extend || p.Clocks["extension-total"].Number != total {
				t.Errorf("%s: extensions %+v and %+v, the law clock %d and %d", name, p.Clocks["extension-head"], p.Clocks["extension-total"], extend, total)
			}
		} else if have.Extend != extend || total != extend {
			t.Errorf("%s: may be extended by %d, the law clock by %d", name, have.Extend, total)
		}
	}
	for _, n := range regions.ClockNames() {
		if _, set := p.Clocks[n.Name]; set && sameClock[n.Name] == "" && n.Name != "extension-head" && n.Name != "extension-total" && n.Name != "repair-review" {
			t.Errorf("%s: no law clock stands behind it", n.Name)
		}
	}
}
