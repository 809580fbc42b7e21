package recall

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
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
		x.mu.Lock()
		defer x.mu.Unlock()
		x.at[short(m.Key)] = placeOf(partition, m.Offset)
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
	if string(m.Key) != key {
		return nil, ErrUnknown
	}
	return m, nil
}

// follower gives every message of a topic to take, each partition in order.
// caughtUp is called after each round that reached the ends. begin says where a
// partition is begun, and gone is told how many messages that should have come
// next are no longer kept; without them reading begins with what is there.
type follower struct {
	log      Log
	topic    string
	pause    func(context.Context) bool
	failed   func(error)
	take     func(partition int, m *kafka.Message) error
	caughtUp func()
	begin    func(ctx context.Context, partition int) int64
	gone     func(messages int64)
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
		if _, known := next[p]; !known {
			next[p] = -1
			if f.begin != nil {
				next[p] = f.begin(ctx, p)
			}
		}
		err := f.partition(ctx, p, next)
		var gap *kafka.GapError
		if errors.As(err, &gap) && f.gone != nil && gap.Want < gap.Have {
			f.gone(gap.Have - gap.Want)
			next[p] = gap.Have
			err = f.partition(ctx, p, next)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// partition reads a partition to its end and remembers how far it came.
func (f *follower) partition(ctx context.Context, p int, next map[int]int64) error {
	for m, err := range f.log.Messages(ctx, f.topic, p, next[p]) {
		if err != nil {
			return err
		}
		if err := f.take(p, m); err != nil {
			return err
		}
		next[p] = m.Offset + 1
	}
	return nil
}
