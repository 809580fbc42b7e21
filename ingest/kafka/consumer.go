package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Assignment is one partition given to one handler for one generation of the
// group.
type Assignment struct {
	Topic      string
	Partition  int
	Partitions int // of the topic
	// Generation grows with every change in the group. Kafka forgets a group
	// that was empty for offsets.retention.minutes (a week) and begins again
	// at 1: a store that only compares numbers would then refuse for ever.
	Generation int64
	Member     string // Kafka's name of this member, new with every start
}

// Home gives the partition a key belongs to. Where it is not this one the
// message was sent with another partitioner: see [Producer.Forward].
func (a Assignment) Home(key []byte) int { return PartitionOf(key, a.Partitions) }

// Batch holds messages of one partition in the order of their offsets. It is
// valid only during Handle. One without messages only moves Next.
type Batch struct {
	Messages []Message
	// Next is where to go on after this batch. It may be more than one above
	// the last message: marks of transactions take up offsets.
	Next int64
	// End is the offset after the last message in the log: End - Next is the
	// lag.
	End int64
}

// Handler takes the messages of one partition. Its methods are called one at a
// time, Begin once and first, End once and last if Begin gave no error.
type Handler interface {
	// Begin gives the offset of the next message to take, -1 for the first
	// that is there.
	Begin(ctx context.Context, a Assignment) (next int64, err error)
	// Handle takes a batch, wholly or not at all. On an error the handler is
	// ended and a new one begins where its store says; on a *HoldError it does so
	// after Options.Retry, and until a batch is taken the partition stands still.
	Handle(ctx context.Context, b Batch) error
	// End gives back what the handler holds. It must not wait.
	End()
}

// Settler is a Handler whose Handle may return while its batch is still on its
// way to the store, so that the next one is worked on meanwhile.
type Settler interface {
	Handler
	// Settle returns when all batches are in the store. It is called whenever
	// there is no batch to go on with, and before End. After an error the handler
	// is ended as after one of Handle, which tells those of batches before.
	Settle(ctx context.Context) error
}

// Options of a consumer. Only Topic, Group and Handler are needed.
type Options struct {
	Topic   string
	Group   string
	Handler func(Assignment) Handler // called for each beginning
	Report  func(Event)              // may be nil; called from several goroutines

	MaxBytes    int // of messages in a batch, but for a single larger one; 16 MiB
	MaxMessages int // in a batch; 8192

	MaxWait time.Duration // that a request waits for news; 500 ms
	// Stall is how long Handle may take and reading may fail before the
	// partition is reported and begun anew; 1 minute. A handler that also
	// ignores the end of its context for Grace is left behind, and the member
	// joins the group again, so that its generation is over.
	Stall time.Duration
	Grace time.Duration // 5 s
	// Retry is how long to wait before a partition that stands still for a gap
	// or is held, or whose handler failed again and again, is tried again; 30 s.
	Retry time.Duration

	// Session is how long without a heartbeat until a member counts as dead;
	// 10 s. A member that lost its connection to Kafka comes back as a new one,
	// and partitions stand still until Kafka has given up the old one.
	Session   time.Duration
	Heartbeat time.Duration // 1 s
	Commit    time.Duration // between commits to Kafka, for dashboards; 1 s
}

func (o Options) filled() (Options, error) {
	if o.Topic == "" || o.Group == "" || o.Handler == nil {
		return o, errors.New("kafka consumer: Topic, Group and Handler must be given")
	}
	if o.Report == nil {
		o.Report = func(Event) {}
	}
	for _, d := range []struct {
		value  *time.Duration
		unless time.Duration
	}{
		{&o.MaxWait, 500 * time.Millisecond}, {&o.Stall, time.Minute}, {&o.Grace, 5 * time.Second}, {&o.Retry, 30 * time.Second},
		{&o.Session, 10 * time.Second}, {&o.Heartbeat, time.Second}, {&o.Commit, time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.unless
		}
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 16 << 20
	}
	if o.MaxMessages <= 0 {
		o.MaxMessages = 8192
	}
	return o, nil
}

// Kind says what an event is about.
type Kind string

// Kinds of events.
const (
	Assigned     Kind = "assigned"      // a partition came to this member
	Revoked      Kind = "revoked"       // it is given up: the generation is over
	Gap          Kind = "gap"           // it stands still: Err is a *GapError
	Held         Kind = "held"          // it stands still: Err has a *HoldError
	Stalled      Kind = "stalled"       // no progress for Options.Stall: it is begun anew
	ReadFailed   Kind = "read-failed"   // reading failed; it is tried again
	HandleFailed Kind = "handle-failed" // Begin or Handle gave an error; it is begun anew
	CommitFailed Kind = "commit-failed" // dashboards are behind, nothing else
	GroupFailed  Kind = "group-failed"  // no place in the group at the moment; tried again
)

// Event tells what happens to a consumer. Partition is -1 where it concerns
// none alone. Err never holds a key or a value, as long as the handler's errors
// hold none.
type Event struct {
	Kind       Kind
	Topic      string
	Partition  int
	Generation int64
	Err        error
}

// Position says how far a partition has come.
type Position struct {
	Partition int
	Next      int64
	End       int64
	// Where one of these is not nil the partition stands still.
	Gap  *GapError
	Hold *HoldError
}

// Consumer is a member of a group.
type Consumer struct {
	client  *Client
	options Options
	keep    *keepBalancer

	mu        sync.Mutex
	positions map[int]Position
}

// NewConsumer makes a consumer of one topic.
func NewConsumer(c *Client, o Options) (*Consumer, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	return &Consumer{client: c, options: o, keep: &keepBalancer{}, positions: map[int]Position{}}, nil
}

// Positions lists the partitions of this member, in no order.
func (c *Consumer) Positions() []Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Position, 0, len(c.positions))
	for _, p := range c.positions {
		out = append(out, p)
	}
	return out
}

func (c *Consumer) setPosition(p Position) {
	c.mu.Lock()
	c.positions[p.Partition] = p
	c.mu.Unlock()
}

// hold marks a partition as standing still where it is.
func (c *Consumer) hold(partition int, why *HoldError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.positions[partition]
	p.Partition, p.Hold = partition, why
	c.positions[partition] = p
}

func (c *Consumer) forgetPositions() {
	c.mu.Lock()
	clear(c.positions)
	c.mu.Unlock()
}

// Run takes part in the group until ctx ends. It never gives up before.
func (c *Consumer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := c.member(ctx)
		if err == nil || ctx.Err() != nil {
			break
		}
		c.options.Report(Event{GroupFailed, c.options.Topic, -1, 0, err})
		pause(ctx, time.Second)
	}
	c.forgetPositions()
	return nil
}

// manyFailures in a row, and the group object is made anew: kafka-go is known
// to keep a member name that Kafka no longer knows.
const manyFailures = 10

// member is one life of the group object. nil means that ctx has ended.
func (c *Consumer) member(ctx context.Context) error {
	links := &links{plain: c.client.dial}
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.options.Group, Brokers: c.client.config.Brokers, Topics: []string{c.options.Topic},
		Dialer: &kafka.Dialer{ClientID: c.client.config.ClientID, Timeout: dialTimeout, TLS: c.client.config.TLS,
			SASLMechanism: c.client.mechanism, DialFunc: links.dial},
		GroupBalancers:    []kafka.GroupBalancer{c.keep, kafka.RangeGroupBalancer{}},
		HeartbeatInterval: c.options.Heartbeat, SessionTimeout: c.options.Session, RebalanceTimeout: c.options.Session + c.options.Grace,
		WatchPartitionChanges: true, PartitionWatchInterval: 10 * time.Second,
		JoinGroupBackoff: time.Second, StartOffset: kafka.FirstOffset,
	})
	if err != nil {
		return fmt.Errorf("join the group: %w", err)
	}
	over, leave := context.WithCancel(ctx)
	closed := make(chan struct{})
	go func() {
		<-over.Done()
		group.Close() // ends the generation and leaves the group
		close(closed)
	}()
	defer func() {
		leave()
		// A member that waits in a join does not hear that it is closed.
		if !waitFor(closed, c.options.Grace) {
			links.cut()
			<-closed
		}
	}()
	for failures := 0; failures < manyFailures; {
		generation, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, kafka.ErrGroupClosed):
			return nil
		case errors.Is(err, kafka.RebalanceInProgress):
		case err != nil:
			failures++
			c.options.Report(Event{GroupFailed, c.options.Topic, -1, 0, fmt.Errorf("join the group: %w", err)})
		default:
			failures = 0
			c.generation(generation)
		}
	}
	return fmt.Errorf("join the group: failed %d times in a row, beginning anew", manyFailures)
}

// generation starts the partitions of a generation and the commits.
func (c *Consumer) generation(g *kafka.Generation) {
	var mine []int
	for _, p := range g.Assignments[c.options.Topic] {
		mine = append(mine, p.ID)
	}
	c.keep.owned(int64(g.ID), mine)
	c.forgetPositions()
	g.Start(func(over context.Context) {
		ctx, cancel := context.WithCancel(over)
		defer cancel()
		var all sync.WaitGroup
		for _, p := range mine {
			w := &worker{consumer: c, assignment: Assignment{Topic: c.options.Topic, Partition: p, Generation: int64(g.ID), Member: g.MemberID}}
			all.Go(func() {
				if w.run(ctx) == errLeftBehind {
					cancel()
				}
			})
		}
		all.Go(func() { c.commits(ctx, g) })
		all.Wait()
	})
}

// commits tells Kafka now and then how far the partitions have come.
func (c *Consumer) commits(ctx context.Context, g *kafka.Generation) {
	told := map[int]int64{}
	for pause(ctx, c.options.Commit) {
		next := map[int]int64{}
		for _, p := range c.Positions() {
			if p.Next >= 0 && told[p.Partition] != p.Next {
				next[p.Partition] = p.Next
			}
		}
		if len(next) == 0 {
			continue
		}
		if err := g.CommitOffsets(map[string]map[int]int64{c.options.Topic: next}); err != nil {
			c.options.Report(Event{CommitFailed, c.options.Topic, -1, int64(g.ID), fmt.Errorf("commit: %w", err)})
			continue
		}
		for p, n := range next {
			told[p] = n
		}
	}
}
