package cases_test

import (
	"bytes"
	"fmt"
	"testing"

	"fundwatch/cases"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// BenchmarkApply does steps of 50 leads and 60 findings, as some thousand
// claims may give. With FUNDWATCH_TEST_REDIS it measures that server.
func BenchmarkApply(b *testing.B) {
	w := fresh(b)
	i := int64(0)
	for b.Loop() {
		w.apply(b, busy(i))
		i++
	}
}

func busy(i int64) cases.Step {
	var g cases.Gatherer
	s := cases.Step{Generation: 1, From: i, To: i + 1, At: noon, Counters: map[string]int64{"claims": 2000}}
	for k := range 60 {
		f := finding(int(i)*60+k, "2026-03-05", 12345)
		f.Subject.Code = fmt.Sprintf("H%d", (int(i)*7+k%50)%5000)
		g.Add(f, employee, "verify", "r1")
		s.Findings = append(s.Findings, cases.FindingChange{ID: f.ID, Value: bytes.Repeat([]byte("x"), 900)})
	}
	s.Leads = g.Leads()
	return s
}

// BenchmarkRebuild applies 1,000 such lines to an empty state.
func BenchmarkRebuild(b *testing.B) {
	w := fresh(b)
	for i := range int64(1000) {
		w.apply(b, busy(i))
	}
	k := &journaltest.Kafka{}
	for n := 1; n > 0; {
		var err error
		if n, err = journal.NewRelay(w.journal, k).Once(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	var file []byte
	for _, m := range k.Topics[journal.Topic] {
		file = append(append(file, m.Value...), '\n')
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		s := fresh(b)
		if _, err := journal.Rebuild(b.Context(), s.journal, journal.Read(bytes.NewReader(file))); err != nil {
			b.Fatal(err)
		}
	}
}
