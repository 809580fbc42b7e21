package worker

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/simulate"
)

// BenchmarkWork measures the worker without Kafka and Redis, beside decoding
// the same claims alone; CLAIMS of them, 100,000 unless told. It gives the time
// of both for a claim, and how many times the one is the other.
func BenchmarkWork(b *testing.B) {
	claims, err := strconv.Atoi(os.Getenv("CLAIMS"))
	if err != nil {
		claims = 100_000
	}
	c := simulate.Config{Seed: 1, Claims: claims}
	dir := b.TempDir()
	if err := simulate.WriteKnowledge(c, dir); err != nil {
		b.Fatal(err)
	}
	know, problems, err := knowledge.Load(os.DirFS(dir))
	if err != nil || len(problems) > 0 {
		b.Fatal(err, problems)
	}
	var messages []kafka.Message
	for x := range simulate.Claims(c) {
		value := x.AppendJSON(nil)
		key, _ := kafka.KeyOf(value)
		messages = append(messages, kafka.Message{Offset: int64(len(messages)), Key: key, Value: value})
	}
	var decoding, working time.Duration
	for b.Loop() {
		began := time.Now()
		dec := claim.NewDecoder(arrow.NewGoAllocator(), claim.Seed{3, 4}, detectors.Fields(all.Detectors()), true)
		for some := range slices.Chunk(messages, 4096) {
			dec.Batch.Reset()
			dec.Reset(dec.Batch)
			for i := range some {
				dec.Decode(some[i].Value)
			}
		}
		decoding += time.Since(began)
		began = time.Now()
		w, err := New(Options{Region: "152900", Detectors: all.Detectors(), Knowledge: know, Policy: fakePolicy{}, Store: newFakeStore(),
			Forward: func(context.Context, kafka.Assignment, []kafka.Message) error { return nil }, Seed: claim.Seed{3, 4},
			Clock: func() time.Time { return time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC) }})
		if err != nil {
			b.Fatal(err)
		}
		m := newMemory(w)
		for some := range slices.Chunk(messages, 4096) {
			if _, err := m.work(b.Context(), kafka.Assignment{Topic: "claims", Partitions: 1}, some); err != nil {
				b.Fatal(err)
			}
			m.next += int64(len(some))
		}
		working += time.Since(began)
		m.release()
	}
	n := float64(b.N) * float64(len(messages))
	b.ReportMetric(float64(decoding.Nanoseconds())/n, "decode-ns/claim")
	b.ReportMetric(float64(working.Nanoseconds())/n, "work-ns/claim")
	b.ReportMetric(float64(working)/float64(decoding), "ratio")
}
