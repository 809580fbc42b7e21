package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/trial"
	"fundwatch/internal/worker"
)

// linesPerClaim is about what the simulator gives a claim.
const linesPerClaim = 5

// restart lets a worker archive so many lines, and measures how long a new one
// takes until it goes on where that one ended: the archive's window, then the
// messages that the archive had not got yet. They come from memory; Redis and
// the archive's files are real.
func (b *bench) restart(ctx context.Context, lines int) error {
	dir, err := os.MkdirTemp("", "archive")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	place, err := trial.NewPlace(ctx, 1, lines/linesPerClaim, 0)
	if err != nil {
		return err
	}
	r := &restarting{bench: b, place: place, files: archive.Folder(dir)}
	if err := r.all(ctx); err != nil {
		return err
	}
	sent, before := r.next, r.counts
	began := time.Now()
	l, err := r.begin(ctx, 2)
	if err != nil {
		return err
	}
	loaded, again := time.Since(began), sent-l.start
	at, found := slices.BinarySearchFunc(r.recent, l.start, func(m kafka.Message, offset int64) int { return int(m.Offset - offset) })
	if again > 0 && !found {
		return fmt.Errorf("the archive ends at %d, too far before %d", l.start, sent)
	}
	for some := range slices.Chunk(r.recent[at:], b.batch) {
		if err := l.handle(ctx, some); err != nil {
			return err
		}
	}
	took := time.Since(began)
	if r.counts != before {
		return errors.New("messages had effects twice")
	}
	fmt.Printf("restart with %d claims of %d lines: %.1f s for the archive, %.1f s with %d messages again\n",
		r.counts.Claims, r.counts.Lines, loaded.Seconds(), took.Seconds(), again)
	l.end()
	return nil
}

// restarting is a worker's claims on their way to its archive.
type restarting struct {
	*bench
	place  *trial.Place
	files  archive.Folder
	recent []kafka.Message
	next   int64
	counts worker.Counts
}

// life is a worker from start to end.
type life struct {
	kafka.Handler
	start int64
	end   func()
}

func (l *life) handle(ctx context.Context, some []kafka.Message) error {
	next := some[len(some)-1].Offset + 1
	if err := l.Handle(ctx, kafka.Batch{Messages: some, Next: next, End: next}); err != nil {
		return err
	}
	return l.Handler.(kafka.Settler).Settle(ctx)
}

func (r *restarting) begin(ctx context.Context, generation int64) (*life, error) {
	store, _, err := r.Store(ctx, 2)
	if err != nil {
		return nil, err
	}
	w, err := r.place.Worker(store, r.Services, trial.Archiving{Archive: &archive.Archive{Store: r.files, Alloc: memory.NewGoAllocator()}}, 0, func(rep worker.Report) {
		r.counts.Claims += rep.Counts.Claims
		r.counts.Lines += rep.Counts.Lines
		if rep.Warning != "" {
			fmt.Fprintln(os.Stderr, "streambench:", rep.Warning)
		}
	})
	if err != nil {
		return nil, err
	}
	a := kafka.Assignment{Topic: "claims-restart", Partitions: 1, Generation: generation, Member: fmt.Sprint(generation)}
	l := &life{Handler: w.Handler(a), end: w.Close}
	l.start, err = l.Begin(ctx, a)
	return l, err
}

// all gives a worker all claims, and keeps the last of them.
func (r *restarting) all(ctx context.Context) error {
	l, err := r.begin(ctx, 1)
	if err != nil {
		return err
	}
	const keep = 100_000 // more than the archive may lack
	var some []kafka.Message
	give := func() error {
		if len(some) == 0 {
			return nil
		}
		if err := l.handle(ctx, some); err != nil {
			return err
		}
		if r.recent = append(r.recent, some...); len(r.recent) > 2*keep {
			r.recent = slices.Clone(r.recent[len(r.recent)-keep:])
		}
		some = nil
		return nil
	}
	for c := range r.place.Each() {
		value := bytes.Clone(c)
		key, _ := kafka.KeyOf(value)
		some = append(some, kafka.Message{Offset: r.next, Key: key, Value: value})
		if r.next++; len(some) == r.batch {
			if err := give(); err != nil {
				return err
			}
		}
	}
	if err := give(); err != nil {
		return err
	}
	l.end()
	return nil
}
