package kafka_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"fundwatch/ingest/kafka"
)

// late is a booker that books a batch when the next one comes, or when it is to
// settle.
type late struct {
	booker
	kept *kafka.Batch
	fail *atomic.Int64 // how many more times settling fails; nil: never
}

func (h *late) Handle(ctx context.Context, b kafka.Batch) error {
	if err := h.book(ctx); err != nil {
		return err
	}
	b.Messages = slices.Clone(b.Messages) // valid only during Handle
	for i := range b.Messages {
		m := &b.Messages[i]
		m.Key, m.Value = slices.Clone(m.Key), slices.Clone(m.Value)
	}
	h.kept = &b
	return nil
}

func (h *late) Settle(ctx context.Context) error {
	if h.fail != nil && h.fail.Add(-1) >= 0 {
		return errors.New("the store is away")
	}
	return h.book(ctx)
}

func (h *late) book(ctx context.Context) error {
	if h.kept == nil {
		return nil
	}
	b := *h.kept
	h.kept = nil
	return h.booker.Handle(ctx, b)
}

// What a handler has not stored yet is settled when no more comes, and when it
// is to end; where that fails it is done again.
func TestSettle(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 3)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	first := publish(ctx, t, p, name, 3, 0, 1000)
	l, e := newLedger(), newEvents(t)
	var fail atomic.Int64
	fail.Store(4)
	o := kafka.Options{Topic: name, Group: name, Report: e.report, MaxMessages: 64, Handler: func(kafka.Assignment) kafka.Handler {
		return &late{booker: booker{ledger: l}, fail: &fail}
	}}
	stop := consume(ctx, t, c, o)
	l.wait(ctx, t, 1000) // nothing more comes, and yet the last batch is there
	second := publish(ctx, t, p, name, 3, 1000, 7)
	l.wait(ctx, t, 1007)
	stop()
	same(t, l, first, second)
	if n := len(e.of(kafka.HandleFailed)); n < 4 {
		t.Errorf("%d failures told of 4", n)
	}
}
