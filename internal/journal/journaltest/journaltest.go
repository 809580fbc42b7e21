// Package journaltest gives tests an empty Redis and a network that fails.
//
// The Redis is one in this process, unless the environment names a server:
// with FUNDWATCH_TEST_REDIS=host:port tests run on it and EMPTY its databases
// 0 to 15.
package journaltest

import (
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"fundwatch/internal/journal"
)

// Region is the region of all tests.
const Region = "152900"

// databases counts those of the server that were given out.
var databases atomic.Int64

// Config describes an empty Redis that nobody else uses.
func Config(t testing.TB, ops ...journal.Ops) journal.Config {
	t.Helper()
	cfg := journal.Config{Region: Region, Ops: ops}
	addr := os.Getenv("FUNDWATCH_TEST_REDIS")
	if addr == "" {
		cfg.Addrs = []string{miniredis.RunT(t).Addr()}
		cfg.Embedded = true
		return cfg
	}
	cfg.Addrs = []string{addr}
	cfg.DB = int(databases.Add(1)-1) % 16
	c := redis.NewClient(&redis.Options{Addr: addr, DB: cfg.DB})
	defer func() { _ = c.Close() }()
	if err := c.FlushDB(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Open opens a store and closes it after the test.
func Open(t testing.TB, cfg journal.Config) *journal.Store {
	t.Helper()
	s, err := journal.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Fault is what happens to a call.
type Fault int

// Faults of a call.
const (
	None   Fault = iota
	Before       // the network fails before Redis gets it
	After        // Redis does it and the answer is lost
)

// Network is a hook that lets calls fail: Next says how the next one does.
type Network struct {
	Next func() Fault
}

// DialHook leaves dialling alone.
func (n *Network) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook leaves pipelines alone.
func (n *Network) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook makes calls fail.
func (n *Network) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		fault := n.Next()
		if fault != Before {
			if err := next(ctx, cmd); err != nil || fault == None {
				return err
			}
		}
		return lose(cmd)
	}
}

// lose gives calls the error of a connection that breaks.
func lose(cmds ...redis.Cmder) error {
	for _, cmd := range cmds {
		cmd.SetErr(io.ErrUnexpectedEOF)
	}
	return io.ErrUnexpectedEOF
}

// Outage lets a call that reads fail.
type Outage struct {
	mu   sync.Mutex
	left int // calls before it; below 0: none fails any more
	hit  bool
}

// NewOutage gives the reader of a store an outage, which does not happen yet.
func NewOutage(s *journal.Store) *Outage {
	o := &Outage{left: -1}
	s.Reader().AddHook(o)
	return o
}

// During calls f while the call after n others fails, and tells whether there
// was such a call.
func (o *Outage) During(n int, f func()) bool {
	o.set(n)
	f()
	return o.set(-1)
}

// set gives the number of calls before the one that fails, and tells whether one
// did since it was set last.
func (o *Outage) set(n int) (hit bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	hit = o.hit
	o.left, o.hit = n, false
	return hit
}

// Strike counts a call, and tells whether it is the one that fails: for other
// services than Redis.
func (o *Outage) Strike() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left--
	o.hit = o.hit || o.left == -1
	return o.left == -1
}

// DialHook leaves dialling alone.
func (o *Outage) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook makes a call fail before Redis gets it.
func (o *Outage) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if o.Strike() {
			return lose(cmd)
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook makes a pipeline fail as one call.
func (o *Outage) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if o.Strike() {
			return lose(cmds...)
		}
		return next(ctx, cmds)
	}
}

// Kafka remembers what was published.
type Kafka struct {
	// Fail, where set, is asked before each call; after an error half of the
	// messages are kept, as a broker may.
	Fail   func() error
	Topics map[string][]journal.Message
}

// Publish keeps messages.
func (k *Kafka) Publish(_ context.Context, topic string, msgs []journal.Message) error {
	if k.Topics == nil {
		k.Topics = map[string][]journal.Message{}
	}
	if k.Fail != nil {
		if err := k.Fail(); err != nil {
			k.Topics[topic] = append(k.Topics[topic], msgs[:len(msgs)/2]...)
			return err
		}
	}
	k.Topics[topic] = append(k.Topics[topic], msgs...)
	return nil
}
