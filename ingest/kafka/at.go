package kafka

import (
	"context"
	"fmt"
	"time"
)

// oneBytes is asked for when one message is wanted; a broker gives a whole
// batch however large it is.
const oneBytes = 64 << 10

// Partitions counts the partitions of a topic.
func (c *Client) Partitions(ctx context.Context, topic string) (int, error) {
	return c.partitions(ctx, topic)
}

// MessageAt reads the message at an offset, or fails where there is none. The
// message is valid for as long as it is held.
func (c *Client) MessageAt(ctx context.Context, topic string, partition int, offset int64) (*Message, error) {
	f := &fetcher{client: c, topic: topic, partition: partition, maxBytes: oneBytes, maxWait: time.Second}
	var b fetched
	wait := backoff{most: time.Second}
	for tries := 1; ; tries++ {
		err := f.fetch(ctx, offset, &b)
		switch {
		case err == nil && len(b.messages) > 0 && b.messages[0].Offset == offset:
			return &b.messages[0], nil
		case err == nil:
			return nil, fmt.Errorf("read %s/%d: no message at %d", topic, partition, offset)
		case tries >= readTries || !temporary(err) || !wait.pause(ctx):
			return nil, err
		}
	}
}
