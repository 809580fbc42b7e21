package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/journal"
	"fundwatch/internal/trial"
	"fundwatch/internal/worker"
)

// The place of the slope: its persons come back year after year, a year goes by
// in a minute, and few days are remembered, so that most claims of the run are
// forgotten and memory should be level.
const (
	slopeClaims = 4_000_000 // in a year, more than can be done in a minute
	slopeWindow = 20        // days
)

// slope gives a worker claims as fast as it takes them and prints by how much
// its memory grows. They come from memory, Redis and the archive's files are
// real, and a relay empties the outbox.
func (b *bench) slope(ctx context.Context, long time.Duration, profile string) error {
	b.messages = nil // they would lie in the memory that is measured
	dir, err := os.MkdirTemp("", "archive")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	years := int(long.Minutes()) + 1
	place, err := trial.NewPlace(ctx, 1, years*slopeClaims, years*365)
	if err != nil {
		return err
	}
	store, j, err := b.Store(ctx, 3)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, long)
	defer stop()
	go journal.NewRelay(j, nowhere{}).Run(ctx)
	var claims atomic.Int64
	w, err := place.Worker(store, b.Services, trial.Archiving{Archive: &archive.Archive{Store: archive.Folder(dir), Alloc: memory.NewGoAllocator()}}, slopeWindow,
		func(r worker.Report) {
			claims.Add(int64(r.Counts.Claims))
			if r.Warning != "" {
				fmt.Fprintln(os.Stderr, "streambench:", r.Warning)
			}
		})
	if err != nil {
		return err
	}
	defer w.Close()
	failed := make(chan error, 1)
	go func() { failed <- b.feed(ctx, w, place) }()
	seen := watch(failed)
	if seen.err != nil {
		return seen.err
	}
	last := seen.samples[len(seen.samples)-1]
	fmt.Printf("heap, lows of the run in MiB:")
	for _, one := range seen.lows(heapOf) {
		fmt.Printf(" %.0f", one.heap)
	}
	fmt.Printf("\nmemory at the end: heap %.0f MiB, RSS %.0f MiB (RSS slope %.1f MiB/min)\n", last.heap, last.rss, seen.slope(func(s sample) float64 { return s.rss }))
	fmt.Printf("memory slope %.1f MiB/min over %.0f min (%d claims)\n", seen.slope(heapOf), last.minutes, claims.Load())
	return writeHeap(profile)
}

// writeHeap writes a profile of what is in use.
func writeHeap(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	runtime.GC()
	return pprof.WriteHeapProfile(f)
}

// nowhere takes what a relay carries.
type nowhere struct{}

// Publish forgets the messages.
func (nowhere) Publish(context.Context, string, []journal.Message) error { return nil }

// feed hands a worker claims until ctx ends.
func (b *bench) feed(ctx context.Context, w *worker.Worker, place *trial.Place) error {
	a := kafka.Assignment{Topic: "claims-slope", Partitions: 1, Generation: 1, Member: "1"}
	h := w.Handler(a)
	if _, err := h.Begin(ctx, a); err != nil {
		return err
	}
	defer h.End()
	batches, free := make(chan []kafka.Message, 1), make(chan []kafka.Message, 3)
	for range cap(free) {
		free <- make([]kafka.Message, 0, b.batch)
	}
	go invent(ctx, place, batches, free)
	for some := range batches {
		next := some[len(some)-1].Offset + 1
		// The last batch ends: memory stays, for who wants to look at it.
		if err := h.Handle(context.WithoutCancel(ctx), kafka.Batch{Messages: some, Next: next, End: next}); err != nil {
			return err
		}
		free <- some
	}
	return h.(kafka.Settler).Settle(context.WithoutCancel(ctx))
}

// invent fills batches with claims, in memory that is used again.
func invent(ctx context.Context, place *trial.Place, batches chan<- []kafka.Message, free <-chan []kafka.Message) {
	defer close(batches)
	some, next := (<-free)[:0], int64(0)
	for c := range place.Each() {
		n := len(some)
		some = some[:n+1]
		m := &some[n]
		m.Offset, m.Value = next, append(m.Value[:0], c...)
		key, _ := kafka.KeyOf(m.Value)
		m.Key = append(m.Key[:0], key...)
		if next++; len(some) < cap(some) {
			continue
		}
		select {
		case batches <- some:
		case <-ctx.Done():
			return
		}
		some = (<-free)[:0]
	}
}

// sample is the memory at a moment, in MiB.
type sample struct{ minutes, heap, rss float64 }

func heapOf(s sample) float64 { return s.heap }

// samples is what watch saw.
type samples struct {
	samples []sample
	err     error
}

// watch takes a sample every second until feeding ends.
func watch(failed <-chan error) (s samples) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began := time.Now()
	for {
		select {
		case s.err = <-failed:
			if s.err == nil && len(s.samples) < stretches {
				s.err = errors.New("too short to say anything")
			}
			return s
		case <-tick.C:
			heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}} // what the last collection left
			metrics.Read(heap)
			rss, err := resident()
			if err != nil {
				s.err = err
				return s
			}
			s.samples = append(s.samples, sample{time.Since(began).Minutes(), float64(heap[0].Value.Uint64()) / (1 << 20), rss})
		}
	}
}

// resident is how much memory of the process the system holds, in MiB.
func resident() (float64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if rest, ok := strings.CutPrefix(string(line), "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the system does not say how much memory the process holds")
}

// stretches is how many lows a run has: what is remembered grows by a quarter
// and falls back all the time, and only where it falls back to tells anything.
const stretches = 30

// lows gives the least sample of each stretch of the run.
func (s *samples) lows(of func(sample) float64) (out []sample) {
	for some := range slices.Chunk(s.samples, max(1, len(s.samples)/stretches)) {
		out = append(out, slices.MinFunc(some, func(a, b sample) int { return cmp.Compare(of(a), of(b)) }))
	}
	return out
}

// slope fits a line through the lows of the second half, by least squares, and
// gives what it gains in a minute.
func (s *samples) slope(of func(sample) float64) float64 {
	lows := s.lows(of)
	var n, x, y, xx, xy float64
	for _, one := range lows[len(lows)/2:] {
		v := of(one)
		n, x, y, xx, xy = n+1, x+one.minutes, y+v, xx+one.minutes*one.minutes, xy+one.minutes*v
	}
	return (n*xy - x*y) / (n*xx - x*x)
}
