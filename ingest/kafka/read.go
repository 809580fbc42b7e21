package kafka

import (
	"context"
	"iter"
	"time"
)

// readTries is how often a read that failed is made in all.
const readTries = 8

// Messages reads a partition from an offset (below 0: from its first message)
// to the end it has when the reading begins, and does not wait for more. A
// message is valid only until the next one. An error is the last thing given.
func (c *Client) Messages(ctx context.Context, topic string, partition int, from int64) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		first, end, err := c.bounds(ctx, topic, partition)
		if err != nil {
			yield(nil, err)
			return
		}
		if from < 0 {
			from = first
		}
		f := &fetcher{client: c, topic: topic, partition: partition, maxBytes: pageBytes, maxWait: time.Second}
		var b fetched
		wait := backoff{most: time.Second}
		for tries := 1; from < end; {
			if err := f.fetch(ctx, from, &b); err != nil {
				if tries++; tries <= readTries && temporary(err) && wait.pause(ctx) {
					continue
				}
				yield(nil, err)
				return
			}
			for i := range b.messages {
				if b.messages[i].Offset >= end || !yield(&b.messages[i], nil) {
					return
				}
			}
			from, tries = b.next, 1
		}
	}
}

// PublishOffsets is Publish, and gives for each partition the offset after the
// last of the messages there.
func (p *Producer) PublishOffsets(ctx context.Context, topic string, messages []Message) (map[int]int64, error) {
	return p.publish(ctx, topic, messages)
}
