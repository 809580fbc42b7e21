package worker

import (
	"context"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/journal/journaltest"
)

// Leads whose policy asks for a case get one when their findings have stood,
// once, and others never.
func TestFiler(t *testing.T) {
	ctx := context.Background()
	store := cases.Open(journaltest.Open(t, journaltest.Config(t, cases.Ops())), cases.Caps{})
	at := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	if _, err := store.Fence(ctx, 0, 1, at); err != nil {
		t.Fatal(err)
	}
	var g cases.Gatherer
	for i, path := range []string{"case", "lead", "case"} {
		f := &detectors.Finding{ID: "R01-000000000000000" + string(rune('0'+i)), Detector: "R01-price-over-cap",
			Subject: detectors.Subject{Kind: detectors.Institution, Code: "H" + string(rune('0'+i))}, From: "2026-03-01", To: "2026-03-01"}
		g.Add(f, "F51", path, "r1")
	}
	if _, err := store.Apply(ctx, cases.Step{Partition: 0, Generation: 1, From: 0, To: 3, At: at, Leads: g.Leads()}); err != nil {
		t.Fatal(err)
	}
	now := at.Add(time.Hour)
	f := &Filer{Store: store, Stand: 24 * time.Hour, Clock: func() time.Time { return now }}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{time.Hour, 0}, {24 * time.Hour, 2}, {48 * time.Hour, 0}} {
		now = at.Add(c.after)
		if got, err := f.Once(ctx); err != nil || got != c.want {
			t.Errorf("after %s: %d cases (%v), want %d", c.after, got, err, c.want)
		}
	}
	n, list, err := store.Cases(ctx, 0, 10)
	if err != nil || n != 2 {
		t.Fatalf("%d cases, %v", n, err)
	}
	for _, c := range list {
		if c.How != "decision" || c.Path != "case" || c.Revision != "r1" {
			t.Errorf("%+v", c)
		}
	}
}
