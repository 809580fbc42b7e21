package cases_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// listed gives the leads of a roll as the lists of Redis tell them.
func listed(r *cases.Roll, by cases.Sort) (out []cases.Ref) {
	for _, e := range r.Entries(by) {
		score := e.Amount
		if by == cases.ByDate {
			score = e.Date
		}
		out = append(out, cases.Ref{ID: e.ID, Status: e.Status, Scheme: e.Scheme, Score: score})
	}
	return out
}

// TestTheRosterIsWhatTheListsAre after whatever happens to leads, also to those
// of a state from before Redis kept which record changed them, and after
// another state has taken its place.
func TestTheRosterIsWhatTheListsAre(t *testing.T) {
	h := fresh(t)
	roster := cases.NewRoster(h.Store)
	look := func(what string, changed int) {
		t.Helper()
		before, err := roster.Look(t.Context())
		if err != nil {
			t.Fatal(what, err)
		}
		for _, by := range []cases.Sort{cases.ByAmount, cases.ByDate} {
			want, err := h.Store.Refs(t.Context(), cases.Query{Sort: by})
			if err != nil {
				t.Fatal(err)
			}
			if have := listed(before, by); !slices.Equal(have, want) {
				t.Fatalf("%s, %s: %v, want %v", what, by, have, want)
			}
		}
		n := 0
		for _, e := range before.Entries(cases.ByAmount) {
			if e.N == before.N {
				n++
			}
			if e.Subject.Code == "" {
				t.Errorf("%s: lead %s is about nobody", what, e.ID)
			}
		}
		if changed >= 0 && n != changed {
			t.Errorf("%s: %d leads were changed by the last record, want %d", what, n, changed)
		}
	}
	offset := int64(0)
	gather := func(subjects ...string) {
		t.Helper()
		var g cases.Gatherer
		for _, code := range subjects {
			offset++
			f := finding(int(offset), "2026-03-01", offset*100)
			f.Subject = detectors.Subject{Kind: detectors.Institution, Code: code}
			g.Add(f, "F0"+code[1:2], "lead", "rev")
		}
		if _, err := h.Apply(t.Context(), cases.Step{Generation: 1, From: offset - int64(len(subjects)), To: offset, At: noon.Add(time.Duration(offset) * time.Second), Leads: g.Leads()}); err != nil {
			t.Fatal(err)
		}
	}
	look("nothing", -1)
	gather("H1", "H2", "H1x")
	look("the first", 3)
	gather("H2", "H3")
	look("one grows, one comes", 2)
	id := h.LeadID(detectors.Subject{Kind: detectors.Institution, Code: "H2"}, "F02")
	if err := h.DismissLead(t.Context(), cases.Seen{Lead: id, Version: 1}, act(int(offset))); err != nil {
		t.Fatal(err)
	}
	look("dismissed", 1)
	if _, err := h.OpenCase(t.Context(), []cases.Seen{{Lead: id, Version: 2}}, act(int(offset)+1)); err != nil {
		t.Fatal(err)
	}
	look("in a case", 1)
	look("again", 1)

	// A state from before leads:changed.
	if err := h.journal.Reader().Del(t.Context(), h.journal.Key("leads:changed")).Err(); err != nil {
		t.Fatal(err)
	}
	roster = cases.NewRoster(h.Store)
	look("an older state", 0)
	gather("H1", "H4")
	look("an older state goes on", 2)

	// Another state: fewer records than are known.
	many := make([]string, 0, 30)
	for i := range 30 {
		many = append(many, fmt.Sprintf("H%d", i+10))
	}
	gather(many...)
	look("many", -1)
	if err := h.journal.Reader().HSet(t.Context(), h.journal.Key("journal"), "n", "1").Err(); err != nil {
		t.Fatal(err)
	}
	look("another state", -1)
}
