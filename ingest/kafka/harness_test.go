package kafka_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/embedded"
)

// realKafka names the environment variable with the address of a real broker:
// the same tests run against it.
const realKafka = "FUNDWATCH_TEST_KAFKA"

var (
	brokerOnce sync.Once
	brokerAddr string
	topicCount atomic.Int64
)

// broker gives the address of the broker of this test run.
func broker(t testing.TB) string {
	t.Helper()
	brokerOnce.Do(func() {
		if brokerAddr = os.Getenv(realKafka); brokerAddr != "" {
			return
		}
		s, err := embedded.Kafka("")
		if err != nil {
			t.Fatal(err)
		}
		brokerAddr = s.Addr
	})
	return brokerAddr
}

// open makes a client of a broker.
func open(t testing.TB, addr string) *kafka.Client {
	t.Helper()
	c, err := kafka.Open(kafka.Config{Brokers: []string{addr}, ClientID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// topic makes a topic that no other test uses.
func topic(t testing.TB, c *kafka.Client, partitions int) string {
	t.Helper()
	name := fmt.Sprintf("t-%d-%d", time.Now().UnixNano(), topicCount.Add(1))
	spec := kafka.Topic{Name: name, Partitions: partitions, Replicas: 1, InSync: 1, MaxBytes: kafka.MaxMessageBytes, Keyed: true}
	if d, err := c.EnsureTopics(t.Context(), []kafka.Topic{spec}); err != nil || len(d) > 0 {
		t.Fatal(d, err)
	}
	return name
}

// limit bounds a test, so that one that hangs says where.
func limit(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// ledger is a store as the product's: offset and effects change in one step,
// fenced by the generation and the expected offset.
type ledger struct {
	mu          sync.Mutex
	generations map[int]int64
	next        map[int]int64
	seen        map[int][]string // keys=values by partition, in order
	changed     chan struct{}
}

func newLedger() *ledger {
	return &ledger{generations: map[int]int64{}, next: map[int]int64{}, seen: map[int][]string{}, changed: make(chan struct{}, 1)}
}

func (l *ledger) begin(a kafka.Assignment) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Generation < l.generations[a.Partition] {
		return 0, fmt.Errorf("generation %d is over", a.Generation)
	}
	l.generations[a.Partition] = a.Generation
	if next, ok := l.next[a.Partition]; ok {
		return next, nil
	}
	return -1, nil
}

// step takes a batch if it fits what is there.
func (l *ledger) step(a kafka.Assignment, from int64, b kafka.Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Generation != l.generations[a.Partition] {
		return fmt.Errorf("generation %d is over", a.Generation)
	}
	if have, ok := l.next[a.Partition]; ok && have != from {
		return fmt.Errorf("step from %d, but %d is next", from, have)
	}
	for _, m := range b.Messages {
		l.seen[a.Partition] = append(l.seen[a.Partition], string(m.Key)+"="+string(m.Value))
	}
	l.next[a.Partition] = b.Next
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return nil
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, s := range l.seen {
		n += len(s)
	}
	return n
}

// distinct lists what was seen, once.
func (l *ledger) distinct() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]bool{}
	for _, s := range l.seen {
		for _, m := range s {
			out[m] = true
		}
	}
	return out
}

// again lets a moment go by before something outside is asked again.
func again(ctx context.Context) bool {
	select {
	case <-time.After(20 * time.Millisecond):
		return true
	case <-ctx.Done():
		return false
	}
}

// wait until the ledger holds n messages.
func (l *ledger) wait(ctx context.Context, t testing.TB, n int) {
	t.Helper()
	for l.count() < n {
		select {
		case <-l.changed:
		case <-ctx.Done():
			t.Fatalf("have %d of %d messages: %v", l.count(), n, ctx.Err())
		}
	}
}

// booker is a handler that writes into a ledger.
type booker struct {
	ledger     *ledger
	assignment kafka.Assignment
	next       int64
	handle     func(context.Context, kafka.Assignment, kafka.Batch) error // before the step; may be nil
	ended      *atomic.Int64
}

func (h *booker) Begin(_ context.Context, a kafka.Assignment) (int64, error) {
	h.assignment = a
	next, err := h.ledger.begin(a)
	h.next = next
	return next, err
}

func (h *booker) Handle(ctx context.Context, b kafka.Batch) error {
	if h.handle != nil {
		if err := h.handle(ctx, h.assignment, b); err != nil {
			return err
		}
	}
	if h.next < 0 && len(b.Messages) > 0 {
		h.next = b.Messages[0].Offset
	}
	if err := h.ledger.step(h.assignment, h.next, b); err != nil {
		return err
	}
	h.next = b.Next
	return nil
}

func (h *booker) End() {
	if h.ended != nil {
		h.ended.Add(1)
	}
}

// events collects what a consumer reports.
type events struct {
	t   testing.TB
	mu  sync.Mutex
	all []kafka.Event
	new chan struct{}
}

func newEvents(t testing.TB) *events { return &events{t: t, new: make(chan struct{}, 1)} }

func (e *events) report(one kafka.Event) {
	e.mu.Lock()
	e.all = append(e.all, one)
	e.mu.Unlock()
	e.t.Logf("%s %+v", time.Now().Format("05.000"), one) // of a test that fails
	select {
	case e.new <- struct{}{}:
	default:
	}
}

func (e *events) of(kind kafka.Kind) (out []kafka.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range e.all {
		if one.Kind == kind {
			out = append(out, one)
		}
	}
	return out
}

func (e *events) wait(ctx context.Context, kind kafka.Kind, n int) []kafka.Event {
	e.t.Helper()
	for {
		if got := e.of(kind); len(got) >= n {
			return got
		}
		select {
		case <-e.new:
		case <-ctx.Done():
			e.t.Fatalf("waited for %d times %q; have %+v", n, kind, e.all)
		}
	}
}

// consume runs a consumer until the test ends or stop is called.
func consume(ctx context.Context, t testing.TB, c *kafka.Client, o kafka.Options) (stop func()) {
	t.Helper()
	if o.Session == 0 {
		o.Session, o.Heartbeat = 6*time.Second, 100*time.Millisecond
	}
	o.Grace = min(max(o.Grace, 100*time.Millisecond), time.Second)
	one, err := kafka.NewConsumer(c, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := one.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return stop
}

// proxy stands before a broker; its connections can be cut, and cut in the
// middle of an answer.
type proxy struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	open     map[net.Conn]bool
	down     bool
}

func newProxy(t testing.TB, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to, open: map[net.Conn]bool{}}
	go p.run()
	t.Cleanup(func() { l.Close(); p.cut(true) })
	return p
}

func (p *proxy) run() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(in)
	}
}

func (p *proxy) serve(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer out.Close()
	p.mu.Lock()
	if p.down {
		p.mu.Unlock()
		return
	}
	p.open[in], p.open[out] = true, true
	p.mu.Unlock()
	go io.Copy(out, in)
	io.Copy(in, out)
	p.mu.Lock()
	delete(p.open, in)
	delete(p.open, out)
	p.mu.Unlock()
}

// cut closes all connections; with stay, new ones are refused too.
func (p *proxy) cut(stay bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = stay
	for c := range p.open {
		c.Close()
	}
}

func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}
