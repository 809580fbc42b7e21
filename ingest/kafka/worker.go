package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// worker drives the handlers of one partition in one generation.
type worker struct {
	consumer   *Consumer
	assignment Assignment
	hold       *HoldError // why no batch is taken at the moment
}

// errLeftBehind is a handler that did not return although its context ended.
var errLeftBehind = errors.New("the handler did not return")

// run begins handlers until ctx ends. It gives errLeftBehind when a handler
// may still be at work: then the generation must end, so that nothing that
// handler still does can count.
func (w *worker) run(ctx context.Context) error {
	w.tell(Assigned, nil)
	defer w.tell(Revoked, nil)
	o := &w.consumer.options
	wait := backoff{most: o.Retry}
	for ctx.Err() == nil {
		moved, err := w.session(ctx)
		if err == errLeftBehind {
			return err
		}
		if ctx.Err() != nil || err == nil {
			break
		}
		if moved {
			wait.reset()
		}
		var gap *GapError
		switch {
		case errors.As(err, &gap):
			w.consumer.setPosition(Position{Partition: w.assignment.Partition, Next: gap.Want, End: gap.Have, Gap: gap})
			w.tell(Gap, gap)
			pause(ctx, o.Retry)
			continue
		case errors.As(err, &w.hold):
			w.consumer.hold(w.assignment.Partition, w.hold)
			w.tell(Held, err)
			pause(ctx, o.Retry)
			continue
		case errors.Is(err, errStalled):
			w.tell(Stalled, err)
		default:
			w.tell(HandleFailed, err)
		}
		wait.pause(ctx)
	}
	return nil
}

func (w *worker) tell(k Kind, err error) {
	w.consumer.options.Report(Event{k, w.assignment.Topic, w.assignment.Partition, w.assignment.Generation, err})
}

// errStalled is a partition without progress for Options.Stall.
var errStalled = errors.New("no progress")

// session is the life of one handler. moved reports whether it took a batch.
func (w *worker) session(ctx context.Context) (moved bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := w.assignment
	if err := w.retry(ctx, func() (err error) {
		a.Partitions, err = w.consumer.client.partitions(ctx, a.Topic)
		return err
	}); err != nil {
		return false, err
	}
	h := w.consumer.options.Handler(a)
	next, err := h.Begin(ctx, a)
	if err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	t := &turns{w: w, h: h, cancel: cancel}
	defer t.end(ctx)
	next, err = w.start(ctx, next)
	if err != nil {
		return false, err
	}
	batches, give := w.read(ctx, next)
	for {
		b, more, err := t.wait(ctx, batches)
		switch {
		case err != nil:
			return t.moved, err
		case !more:
			return t.moved, ctx.Err()
		case b.err != nil:
			return t.moved, b.err
		}
		for rest := (Batch{b.messages, b.next, b.end}); rest.Next > next; {
			var part Batch
			part, rest = rest.cut(w.consumer.options.MaxMessages, w.consumer.options.MaxBytes)
			if err := t.handle(ctx, part); err != nil {
				return t.moved, err
			}
			next = part.Next
			t.reached(Position{Partition: a.Partition, Next: next, End: b.end})
		}
		give <- b.fetched
	}
}

// turns gives a handler its batches.
type turns struct {
	w         *worker
	h         Handler
	cancel    context.CancelFunc // of the session
	unsettled bool               // a batch may be on its way to the store
	moved     bool               // a batch is in the store
	left      bool               // a call did not return
	at        Position
}

// reached tells how far the handler has come. A partition that was held is so
// until something is in the store again.
func (t *turns) reached(at Position) {
	if t.moved {
		t.w.hold = nil
	}
	t.at, t.at.Hold = at, t.w.hold
	t.w.consumer.setPosition(t.at)
}

// wait gives the next batch, and has the handler settle while there is none.
func (t *turns) wait(ctx context.Context, batches <-chan ahead) (b ahead, more bool, err error) {
	select {
	case b, more = <-batches:
		return b, more, nil
	default:
	}
	if err := t.settle(ctx); err != nil {
		return b, false, err
	}
	b, more = <-batches
	return b, more, nil
}

func (t *turns) handle(ctx context.Context, b Batch) error {
	err := t.watch(ctx, func() error { return t.h.Handle(ctx, b) })
	if err != nil {
		return err
	}
	_, settles := t.h.(Settler)
	t.moved = t.moved || t.unsettled || !settles
	t.unsettled = settles
	return nil
}

func (t *turns) settle(ctx context.Context) error {
	if !t.unsettled {
		return nil
	}
	t.unsettled = false
	if err := t.watch(ctx, func() error { return t.h.(Settler).Settle(ctx) }); err != nil {
		return err
	}
	t.moved = true
	t.reached(t.at)
	return nil
}

// end ends the handler.
func (t *turns) end(ctx context.Context) {
	if !t.left {
		if err := t.settle(ctx); err != nil && ctx.Err() == nil {
			t.w.tell(HandleFailed, err)
		}
	}
	if !t.left {
		t.h.End()
	}
}

// start compares the handler's offset with the log.
func (w *worker) start(ctx context.Context, next int64) (int64, error) {
	var first, end int64
	a := w.assignment
	err := w.retry(ctx, func() (err error) {
		first, end, err = w.consumer.client.bounds(ctx, a.Topic, a.Partition)
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case next < 0:
		next = first
	case next < first:
		return 0, &GapError{a.Topic, a.Partition, next, first}
	case next > end:
		return 0, &GapError{a.Topic, a.Partition, next, end}
	}
	w.consumer.setPosition(Position{Partition: a.Partition, Next: next, End: end, Hold: w.hold})
	return next, nil
}

// cut takes as many messages off the front as a batch may hold.
func (b Batch) cut(most, bytes int) (part, rest Batch) {
	n, size := 0, 0
	for n < len(b.Messages) && n < most {
		size += b.Messages[n].size()
		if n > 0 && size > bytes {
			break
		}
		n++
	}
	if n == len(b.Messages) {
		return b, Batch{Next: b.Next, End: b.End}
	}
	return Batch{b.Messages[:n:n], b.Messages[n].Offset, b.End}, Batch{b.Messages[n:], b.Next, b.End}
}

// watch calls the handler and sees to it that it returns.
func (t *turns) watch(ctx context.Context, call func() error) error {
	w, o := t.w, &t.w.consumer.options
	done := make(chan error, 1)
	go func() { done <- call() }()
	stall := time.NewTimer(o.Stall)
	defer stall.Stop()
	hung := false
	select {
	case err := <-done:
		return wrapHandle(err)
	case <-ctx.Done():
	case <-stall.C:
		hung = true
		t.cancel()
	}
	grace := time.NewTimer(o.Grace)
	defer grace.Stop()
	select {
	case err := <-done:
		if hung {
			return fmt.Errorf("handle: %w for %v", errStalled, o.Stall)
		}
		return wrapHandle(err)
	case <-grace.C:
		w.tell(Stalled, fmt.Errorf("handle: %w, %w: leaving the generation", errStalled, errLeftBehind))
		t.left = true
		go func() {
			<-done
			t.h.End()
		}()
		return errLeftBehind
	}
}

func wrapHandle(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("handle: %w", err)
}

// retry tries until it succeeds, a gap shows, ctx ends or the partition has
// stalled.
func (w *worker) retry(ctx context.Context, try func() error) error {
	limit, cancel := context.WithTimeout(ctx, w.consumer.options.Stall)
	defer cancel()
	wait := backoff{most: time.Second}
	for {
		err := try()
		var gap *GapError
		switch {
		case err == nil, errors.As(err, &gap):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		w.tell(ReadFailed, err)
		if !wait.pause(limit) && ctx.Err() == nil {
			return fmt.Errorf("read: %w for %v: %w", errStalled, w.consumer.options.Stall, err)
		}
	}
}

// ahead is what the reader brings, or why it ended.
type ahead struct {
	*fetched
	err error
}

// readAhead is how many requests' worth lies ready beside the one that the
// handler has. With only one a handler that is faster than a request finds
// nothing, settles at once, and waits for the store's disk in every round.
const readAhead = 2

// read fetches ahead of the handler, so that network and handler work at the
// same time. The channel is closed when ctx ends or after an error. What is
// handed back is filled again.
func (w *worker) read(ctx context.Context, next int64) (<-chan ahead, chan<- *fetched) {
	a, o := w.assignment, &w.consumer.options
	f := &fetcher{client: w.consumer.client, topic: a.Topic, partition: a.Partition, maxBytes: o.MaxBytes, maxWait: o.MaxWait}
	out, free := make(chan ahead, readAhead), make(chan *fetched, readAhead+1)
	for range readAhead + 1 {
		free <- &fetched{}
	}
	go func() {
		defer close(out)
		for {
			var b *fetched
			select {
			case b = <-free:
			case <-ctx.Done():
				return
			}
			var err error
			for b.next = next; b.next == next && err == nil; {
				err = w.retry(ctx, func() error { return f.fetch(ctx, next, b) })
			}
			if ctx.Err() != nil {
				return
			}
			select {
			case out <- ahead{b, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			next = b.next
		}
	}()
	return out, free
}
