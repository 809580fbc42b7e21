package recall

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"fundwatch/ingest/kafka"
)

// Log is what is asked of Kafka: [kafka.Client].
type Log interface {
	Partitions(ctx context.Context, topic string) (int, error)
	Messages(ctx context.Context, topic string, partition int, from int64) iter.Seq2[*kafka.Message, error]
	MessageAt(ctx context.Context, topic string, partition int, offset int64) (*kafka.Message, error)
}

// ErrUnknown says that a key has no message, or none yet.
var ErrUnknown = errors.New("尚未读到 not read yet, or never there")

// Index knows where the last message of each key of a topic lies. It is safe
// for many goroutines.
type Index struct {
	log   Log
	topic string
	key   func(*kafka.Message) []byte // nil: the message's own
	first bool                        // the first message of a key counts, not the last

	mu    sync.RWMutex
	at    map[uint64]place
	ready bool
}

// place is a partition and an offset below 2^48 in one word.
type place uint64

const offsetBits = 48

func placeOf(partition int, offset int64) place { return place(partition)<<offsetBits | place(offset) }

func (p place) partition() int { return int(p >> offsetBits) }
func (p place) offset() int64  { return int64(p & (1<<offsetBits - 1)) }

// NewIndex makes an index of a topic; [Index.Follow] fills it.
func NewIndex(log Log, topic string) *Index {
	return &Index{log: log, topic: topic, at: map[uint64]place{}}
}

// NewClaims makes an index of a topic of claims by their identity, institution
// and settlement with a stroke between them. The first claim of an identity is
// the one that counts.
func NewClaims(log Log, topic string) *Index {
	x := NewIndex(log, topic)
	x.key, x.first = identity, true
	return x
}

// identity reads institution/settlement from a claim; nil where it is none.
func identity(m *kafka.Message) []byte {
	var c struct {
		Setlinfo struct {
			Institution string `json:"fixmedins_code"`
			Settlement  string `json:"setl_id"`
		} `json:"setlinfo"`
	}
	if json.Unmarshal(m.Value, &c) != nil || c.Setlinfo.Institution == "" || c.Setlinfo.Settlement == "" {
		return nil
	}
	return []byte(strings.TrimSpace(c.Setlinfo.Institution) + "/" + strings.TrimSpace(c.Setlinfo.Settlement))
}

// keyOf gives the key of a message.
func (x *Index) keyOf(m *kafka.Message) []byte {
	if x.key == nil {
		return m.Key
	}
	return x.key(m)
}

// short stands for a key: 64 bits. That two keys of a topic share them is told
// by the message itself, which holds its key.
func short(key []byte) uint64 {
	sum := sha256.Sum256(key)
	return binary.LittleEndian.Uint64(sum[:])
}

// Follow reads the topic from its beginning and on until ctx ends. pause waits
// before it looks again, and gives false when ctx has ended; failed is told of
// errors, after which it goes on.
func (x *Index) Follow(ctx context.Context, pause func(context.Context) bool, failed func(error)) {
	f := follower{log: x.log, topic: x.topic, pause: pause, failed: failed}
	f.take = func(partition int, m *kafka.Message) error {
		key := x.keyOf(m)
		if key == nil {
			return nil
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		if _, known := x.at[short(key)]; !known || !x.first {
			x.at[short(key)] = placeOf(partition, m.Offset)
		}
		return nil
	}
	f.caughtUp = func() {
		x.mu.Lock()
		x.ready = true
		x.mu.Unlock()
	}
	f.run(ctx)
}

// Ready reports whether the topic was read to its end once.
func (x *Index) Ready() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ready
}

// Len is the number of keys.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.at)
}

// Get gives the last message of a key, or [ErrUnknown].
func (x *Index) Get(ctx context.Context, key string) (*kafka.Message, error) {
	x.mu.RLock()
	p, ok := x.at[short([]byte(key))]
	x.mu.RUnlock()
	if !ok {
		return nil, ErrUnknown
	}
	m, err := x.log.MessageAt(ctx, x.topic, p.partition(), p.offset())
	if err != nil {
		return nil, fmt.Errorf("recall from %s: %w", x.topic, err)
	}
	if string(x.keyOf(m)) != key {
		return nil, ErrUnknown
	}
	return m, nil
}

// follower gives every message of a topic to take, each partition in order.
// caughtUp is called after each round that reached the ends.
type follower struct {
	log      Log
	topic    string
	pause    func(context.Context) bool
	failed   func(error)
	take     func(partition int, m *kafka.Message) error
	caughtUp func()
}

func (f *follower) run(ctx context.Context) {
	next := map[int]int64{}
	for ctx.Err() == nil {
		if err := f.round(ctx, next); err == nil {
			f.caughtUp()
		} else if ctx.Err() == nil {
			f.failed(fmt.Errorf("follow %s: %w", f.topic, err))
		}
		if !f.pause(ctx) {
			return
		}
	}
}

func (f *follower) round(ctx context.Context, next map[int]int64) error {
	n, err := f.log.Partitions(ctx, f.topic)
	if err != nil {
		return err
	}
	for p := range n {
		from, known := next[p]
		if !known {
			from = -1
		}
		for m, err := range f.log.Messages(ctx, f.topic, p, from) {
			if err != nil {
				return err
			}
			if err := f.take(p, m); err != nil {
				return err
			}
			next[p] = m.Offset + 1
		}
	}
	return nil
}
