package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Publisher carries messages to Kafka. It returns nil only when every one of
// them is safe there; after an error any of them may be there too. It keeps
// their order within a partition.
type Publisher interface {
	Publish(ctx context.Context, topic string, msgs []Message) error
}

const (
	relayBatch = 256         // messages carried at a time
	relayBlock = time.Second // how long an empty outbox is listened at
)

// Relay carries the outbox out. Several may run: messages then come more than
// once, and the first of each still in order.
type Relay struct {
	store *Store
	to    Publisher
}

// NewRelay makes a relay.
func NewRelay(s *Store, to Publisher) *Relay { return &Relay{store: s, to: to} }

// Run carries messages out until ctx ends (then it returns nil) or something
// fails. After an error it may be run again: nothing is lost.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := r.Once(ctx)
		if err == nil && n == 0 {
			err = r.listen(ctx)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// Once carries out what waits, up to one batch, and gives how many messages
// that were. What is acknowledged is trimmed.
func (r *Relay) Once(ctx context.Context) (int, error) {
	outbox := r.store.Key("outbox")
	entries, err := r.store.reader.XRangeN(ctx, outbox, "-", "+", relayBatch).Result()
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	if len(entries) == 0 {
		return 0, nil
	}
	topics, byTopic, err := sortOut(entries)
	if err != nil {
		return 0, err
	}
	// A record is out only after the messages of its step: who rebuilds the
	// state from the journal then has all they tell of.
	for _, topic := range append(topics, Topic) {
		if len(byTopic[topic]) == 0 {
			continue
		}
		if err := r.to.Publish(ctx, topic, byTopic[topic]); err != nil {
			return 0, fmt.Errorf("publish %d messages to %s: %w", len(byTopic[topic]), topic, err)
		}
	}
	after, err := next(entries[len(entries)-1].ID)
	if err != nil {
		return 0, err
	}
	if err := r.store.writer.XTrimMinID(ctx, outbox, after).Err(); err != nil {
		return 0, fmt.Errorf("trim outbox: %w", err)
	}
	return len(entries), nil
}

// listen waits until the outbox has something, or a moment.
func (r *Relay) listen(ctx context.Context) error {
	args := &redis.XReadArgs{Streams: []string{r.store.Key("outbox"), "0"}, Count: 1, Block: relayBlock}
	if err := r.store.reader.XRead(ctx, args).Err(); err != nil && err != redis.Nil {
		return fmt.Errorf("listen at outbox: %w", err)
	}
	return nil
}

// sortOut parts entries by topic, each in order. The topic of records is not
// among topics.
func sortOut(entries []redis.XMessage) (topics []string, byTopic map[string][]Message, err error) {
	byTopic = map[string][]Message{}
	for i := range entries {
		m, err := message(&entries[i])
		if err != nil {
			return nil, nil, err
		}
		if m.Topic != Topic && byTopic[m.Topic] == nil {
			topics = append(topics, m.Topic)
		}
		byTopic[m.Topic] = append(byTopic[m.Topic], m)
	}
	return topics, byTopic, nil
}

func message(x *redis.XMessage) (Message, error) {
	field := func(name string) string {
		s, _ := x.Values[name].(string)
		return s
	}
	m := Message{Topic: field("topic"), Key: field("key"), Value: []byte(field("value")), ID: x.ID}
	if h := field("headers"); h != "" {
		if err := json.Unmarshal([]byte(h), &m.Headers); err != nil {
			return m, fmt.Errorf("read headers of message %s: %w", x.ID, err)
		}
	}
	return m, nil
}

// next gives the smallest id after id.
func next(id string) (string, error) {
	n, k, ok := strings.Cut(id, "-")
	number, err := strconv.ParseUint(k, 10, 64)
	if err != nil || !ok {
		return "", fmt.Errorf("outbox has the id %q", id)
	}
	return n + "-" + strconv.FormatUint(number+1, 10), nil
}

// Waiting gives how many messages wait in the outbox.
func (s *Store) Waiting(ctx context.Context) (int64, error) {
	n, err := s.reader.XLen(ctx, s.Key("outbox")).Result()
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	return n, nil
}
