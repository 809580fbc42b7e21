package worker

import (
	"slices"
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
)

// TestKnowledgeChangesWhileClaimsCome lists an institution between two claims:
// without a restart the next claim is flagged, as is a claim from before that
// the listing covers; when the listing never held, both are withdrawn.
func TestKnowledgeChangesWhileClaimsCome(t *testing.T) {
	c := &cluster{store: newFakeStore()}
	day := func(s string) int64 { d, _ := claim.ParseDay([]byte(s)); return d }
	base := knowledge.Empty()
	listed := base.WithSuspensions([]knowledge.Suspension{{Subject: knowledge.SubjectInstitution, Code: "H1", From: day("2026-03-07"), To: day("2026-03-20"), Measure: "虚构"}})
	if listed.Hash == base.Hash || len(base.Suspensions) != 0 || base.WithSuspensions(nil) != base {
		t.Fatal("knowledge does not say that it is another")
	}
	now := base
	w, err := New(Options{Region: "152900", Detectors: all.Detectors(), Know: func() *knowledge.Knowledge { return now }, Policy: fakePolicy{},
		Store: c.store, Forward: c.forward, Seed: claim.Seed{3, 4}, Clock: c.clock, Alongside: lately})
	if err != nil {
		t.Fatal(err)
	}
	h, next := c.begin(t, w, 0, 1)
	send := func(short, person, hour string) []string {
		t.Helper()
		msg := []byte(claimtest.Claim(short + " person=" + person + " visit=V" + short + "; 1 1 30/20 fee_ocur_time=" + hour))
		key, _ := kafka.KeyOf(msg)
		c.send(0, kafka.Message{Key: key, Value: msg, Headers: []kafka.Header{{Key: kafka.HeaderForwarded, Value: []byte("0")}}})
		if err := c.handle(h, &next, 1); err != nil {
			t.Fatal(err)
		}
		if err := settle(h); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range c.store.findings {
			if strings.Contains(f, "R11-") {
				for _, s := range []string{"S1", "S2", "S3", "S4", "S5"} {
					if strings.Contains(f, `"H1/`+s+`"`) {
						out = append(out, s)
					}
				}
			}
		}
		slices.Sort(out)
		return out
	}
	steps := []struct {
		know  *knowledge.Knowledge
		short string
		day   string
		want  string
	}{
		{base, "S1", "2026-03-05", ""},
		{base, "S2", "2026-03-08", ""},
		{listed, "S3", "2026-03-09", "S2 S3"},
		{listed, "S4", "2026-03-21", "S2 S3"},
		{base, "S5", "2026-03-09", ""},
	}
	for i, s := range steps {
		now = s.know
		if got := strings.Join(send(s.short, "P"+s.short, s.day+"_09:00:00"), " "); got != s.want {
			t.Errorf("step %d: R11 of %q, want %q", i, got, s.want)
		}
	}
	if c.store.withdrawn == 0 {
		t.Error("nothing was withdrawn")
	}
}
