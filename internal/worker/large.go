package worker

import (
	"context"
	"fmt"

	"fundwatch/ingest/kafka"
)

// limit is how many messages a step of a partition may have after one was too
// large for a line of the journal.
type limit struct {
	messages int // 0: any number
	steps    int // done with it
	calm     int // how many are done with it before twice as many messages are tried
}

// Memory has to be read again each time a step is too large, so what was tried in
// vain is tried again later each time.
const (
	firstCalm   = 64
	calmer      = 4
	longestCalm = 1 << 16
)

// inSteps does a batch in parts within the partition's limit. When a part is too
// large for one step its memory is ahead of the store and is thrown away as after
// every failure; the next handler does half as many messages at a time. A
// single message that is too large holds the partition.
func (h *handler) inSteps(ctx context.Context, b kafka.Batch, do func(context.Context, kafka.Batch) error) error {
	for rest := b; ; {
		var part kafka.Batch
		part, rest = split(rest, h.w.limitOf(h.a.Partition))
		if err := do(ctx, part); err != nil {
			return err
		}
		if rest.Next <= part.Next {
			return nil
		}
	}
}

// split takes so many messages off the front of a batch, all where most is 0.
func split(b kafka.Batch, most int) (part, rest kafka.Batch) {
	if most == 0 || len(b.Messages) <= most {
		return b, kafka.Batch{}
	}
	return kafka.Batch{Messages: b.Messages[:most:most], Next: b.Messages[most].Offset, End: b.End},
		kafka.Batch{Messages: b.Messages[most:], Next: b.Next, End: b.End}
}

// limitOf is how many messages a step of a partition may have, 0 for any number.
func (w *Worker) limitOf(partition int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.limits[partition]; l != nil {
		return l.messages
	}
	return 0
}

// tooLarge halves the limit of a partition after a step of n messages, which was
// to end before an offset.
func (w *Worker) tooLarge(partition, n int, to int64, cause error) error {
	if n <= 1 {
		return &kafka.HoldError{
			ZH:  "一条消息引起的变更超过一行日志的上限，该分区停下：请联系开发者。",
			EN:  "What one message changes is larger than a line of the journal may be; the partition stands still: ask the developers.",
			Err: fmt.Errorf("offset %d: %w", to-1, cause),
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	calm := firstCalm
	if before := w.limits[partition]; before != nil {
		calm = min(calmer*before.calm, longestCalm)
	}
	w.limits[partition] = &limit{messages: n / 2, calm: calm}
	return fmt.Errorf("步骤过大，改为每步 %d 条重做 a step of %d messages is too large, it is done again by %d at a time: %w", n/2, n, n/2, cause)
}

// fitted notes a step that was done, and lifts the limit by and by.
func (w *Worker) fitted(partition int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.limits[partition]
	if l == nil || l.messages == 0 {
		return
	}
	if l.steps++; l.steps < l.calm {
		return
	}
	if l.messages, l.steps = 2*l.messages, 0; l.messages > manyMessages {
		l.messages = 0
	}
}

// manyMessages are more than any batch has by default: a limit above says nothing.
const manyMessages = 4096
