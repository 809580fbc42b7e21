package worker

import (
	"context"
	"errors"
	"testing"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/cases"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
)

// switched is an archive's folder that has room or not.
type switched struct {
	archive.Folder
	full *bool
}

func (s switched) Write(ctx context.Context, name string, data []byte) error {
	if *s.full {
		return errNoRoom
	}
	return s.Folder.Write(ctx, name, data)
}

// onePartition is a cluster whose messages all lie in partition 0.
func onePartition() *cluster {
	c := &cluster{store: newFakeStore()}
	for _, msg := range place().messages {
		if key, _ := kafka.KeyOf(msg); kafka.PartitionOf(key, partitions) == 0 {
			c.send(0, kafka.Message{Key: key, Value: msg})
		}
	}
	return c
}

// While the archive has no room the worker goes on until as much waits as may,
// then it takes nothing in, and goes on by itself when there is room again.
func TestArchiveWithoutRoom(t *testing.T) {
	calm, c := onePartition(), onePartition()
	calm.drain(t, calm.worker(t, calm.store), func() int { return 5 })
	isFull := true
	dir := archive.Folder(t.TempDir())
	c.archive = &archive.Archive{Store: switched{dir, &isFull}, Alloc: arrow.NewGoAllocator()}
	w := c.worker(t, c.store)
	h, next := c.begin(t, w, 0, 1)
	var hold *kafka.HoldError
	for range 3 { // held again and again, nothing moves
		for !errors.As(c.handle(h, &next, 5), &hold) {
			if int(next) == len(c.logs[0]) {
				t.Fatal("the archive has no room, and the partition was never held")
			}
		}
		if !errors.Is(hold, errNoRoom) || c.store.next[0] != next || next < 6 {
			t.Fatalf("held at %d for %v, the store is at %d", next, hold, c.store.next[0])
		}
		m := h.(*handler).m
		h.End()
		before := next
		if h, next = c.begin(t, w, 0, 1); next != before || h.(*handler).m != m {
			t.Fatal("memory was lost although nothing was taken in")
		}
		if size := m.archived.size(); size > 2*w.o.ArchiveWaiting {
			t.Fatalf("%d bytes wait, %d may", size, w.o.ArchiveWaiting)
		}
		hold = nil
	}
	isFull = false
	for int(next) < len(c.logs[0]) {
		if err := c.handle(h, &next, 5); err != nil {
			t.Fatal(err)
		}
	}
	h.End()
	if got, want := c.unforwarded(), calm.unforwarded(); got != want {
		t.Errorf("after the archive was full\n%s\nelse\n%s", got, want)
	}
	claims := int64(0)
	ranges, err := c.archive.Ranges(context.Background(), 0)
	for _, r := range ranges {
		claims += r.Claims
	}
	if open := w.memory[0].archived.writer.Claims(); err != nil || claims+open != c.store.counters["claims"] || claims == 0 {
		t.Errorf("%d claims are archived, %d are to be, of %d: %v", claims, open, c.store.counters["claims"], err)
	}
}

// handle gives a handler the next messages.
func (c *cluster) handle(h kafka.Handler, next *int64, most int) error {
	to := min(int(*next)+most, len(c.logs[0]))
	err := h.Handle(context.Background(), c.batch(0, int(*next), to))
	if err == nil {
		err = settle(h)
	}
	if err == nil {
		*next = int64(to)
	}
	return err
}

// A new worker that has much to read again archives it on the way.
func TestReadingAgainArchives(t *testing.T) {
	c := onePartition()
	c.drain(t, c.worker(t, c.store), func() int { return 5 })
	c.archive = &archive.Archive{Store: archive.Folder(t.TempDir()), Alloc: arrow.NewGoAllocator()}
	h, next := c.begin(t, c.worker(t, c.store), 0, 200)
	for int(next) < len(c.logs[0]) {
		if err := c.handle(h, &next, 2); err != nil {
			t.Fatal(err)
		}
		if open := h.(*handler).m.archived.writer.Claims(); open > 4 {
			t.Fatalf("%d claims wait at %d", open, next)
		}
	}
}

// A step that is too large is done again in smaller ones, and the limit is
// lifted when there was no need of it for long.
func TestStepsTooLarge(t *testing.T) {
	calm, c := onePartition(), onePartition()
	calm.drain(t, calm.worker(t, calm.store), func() int { return 1000 })
	c.store.most = 2000
	w := c.worker(t, c.store)
	c.drain(t, w, func() int { return 1000 })
	if c.store.large == 0 || w.limitOf(0) == 0 || w.limitOf(0) > 100 {
		t.Errorf("%d steps refused, then %d messages at a time", c.store.large, w.limitOf(0))
	}
	if got, want := c.unforwarded(), calm.unforwarded(); got != want {
		t.Errorf("in small steps\n%s\nin one\n%s", got, want)
	}
	first := w.limits[0].calm
	for range 2 * longestCalm {
		w.fitted(0)
	}
	if w.limitOf(0) != 0 {
		t.Errorf("the limit is still %d", w.limitOf(0))
	}
	if err := w.tooLarge(0, 6, 10, errNoRoom); w.limitOf(0) != 3 || w.limits[0].calm <= first {
		t.Errorf("%v, then limit %d for %d steps, before for %d", err, w.limitOf(0), w.limits[0].calm, first)
	}
}

// One message that is too large holds the partition, and nothing of it is done.
func TestMessageTooLarge(t *testing.T) {
	c := onePartition()
	c.store.most = 1
	c.store.whole = true
	w := c.worker(t, c.store)
	var hold *kafka.HoldError
	for generation := int64(1); hold == nil; generation++ {
		h, next := c.begin(t, w, 0, generation)
		err := c.handle(h, &next, 1000)
		if !errors.Is(err, cases.ErrLarge) || generation > 20 {
			t.Fatal(generation, err)
		}
		errors.As(err, &hold)
		h.End()
	}
	if len(c.store.findings) > 0 || c.store.next[0] != 0 {
		t.Errorf("%d findings, next %d", len(c.store.findings), c.store.next[0])
	}
	c.store.most = 0
	c.drain(t, w, func() int { return 1000 })
	if c.store.counters["claims"] != int64(len(c.logs[0])) {
		t.Errorf("%v", c.store.counters)
	}
}
