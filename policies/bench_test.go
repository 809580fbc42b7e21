package policies

import (
	"context"
	"testing"
)

// BenchmarkRemembered is a question that the policy has answered before;
// BenchmarkEvaluated asks OPA.
func BenchmarkRemembered(b *testing.B) {
	e := engine(b)
	in := TriageInput{Detector: "S01-duplicate-charge", Grade: "violation", Subject: "institution", Basis: []string{"条例38(三)"}, From: "2026-01-02", To: "2026-01-03", Today: anyDay}
	for b.Loop() {
		in.AmountFen++
		if _, err := e.Triage(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluated(b *testing.B) {
	r := engine(b).now.Load()
	in := TriageInput{Grade: "violation", Subject: "institution", AmountFen: 5, Basis: []string{"条例38(三)"}, From: "2026-01-02", To: "2026-01-03", Today: anyDay}
	seen := in.canonical().see(r.edges)
	for b.Loop() {
		if _, err := r.ask(context.Background(), "triage", seen); err != nil {
			b.Fatal(err)
		}
	}
}
