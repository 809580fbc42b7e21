package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"fundwatch/ingest/kafka"
)

// publish sends n messages with invented keys (虚构) and gives what the ledger
// of each partition must hold.
func publish(ctx context.Context, t testing.TB, p *kafka.Producer, topic string, partitions, from, n int) map[int][]string {
	t.Helper()
	var all []kafka.Message
	want := map[int][]string{}
	for i := from; i < from+n; i++ {
		key, value := fmt.Sprintf("P%d", i%97), fmt.Sprintf("%d", i)
		all = append(all, kafka.Message{Key: []byte(key), Value: []byte(value)})
		home := kafka.PartitionOf([]byte(key), partitions)
		want[home] = append(want[home], key+"="+value)
	}
	if err := p.Publish(ctx, topic, all); err != nil {
		t.Fatal(err)
	}
	return want
}

// same compares what a ledger holds with what was sent.
func same(t testing.TB, l *ledger, wants ...map[int][]string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[int][]string{}
	for _, w := range wants {
		for p, s := range w {
			all[p] = append(all[p], s...)
		}
	}
	if len(all) != len(l.seen) {
		t.Errorf("messages in %d partitions, want %d", len(l.seen), len(all))
	}
	for p := range all {
		if !slices.Equal(l.seen[p], all[p]) {
			t.Errorf("partition %d: %d messages, want %d, in the order sent", p, len(l.seen[p]), len(all[p]))
		}
	}
}

func handlers(l *ledger, handle func(context.Context, kafka.Assignment, kafka.Batch) error) func(kafka.Assignment) kafka.Handler {
	return func(kafka.Assignment) kafka.Handler { return &booker{ledger: l, handle: handle} }
}

func TestOrderAndResume(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 3)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	first := publish(ctx, t, p, name, 3, 0, 1000)
	l, e := newLedger(), newEvents(t)
	o := kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), Report: e.report, MaxMessages: 64, MaxBytes: 10_000}
	stop := consume(ctx, t, c, o)
	l.wait(ctx, t, 1000)
	stop()
	same(t, l, first)
	if got, want := len(e.of(kafka.Revoked)), len(e.of(kafka.Assigned)); got != want || got < 3 {
		t.Errorf("%d partitions given up of %d", got, want)
	}
	// A new member goes on where the ledger says, whatever Kafka remembers.
	second := publish(ctx, t, p, name, 3, 1000, 500)
	consume(ctx, t, c, o)
	l.wait(ctx, t, 1500)
	same(t, l, first, second)
}

func TestKafkaIsToldForDashboards(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	publish(ctx, t, kafka.NewProducer(c, kafka.Uncompressed), name, 1, 0, 10)
	l := newLedger()
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), Commit: 10 * time.Millisecond})
	l.wait(ctx, t, 10)
	plain := kafkago.Client{Addr: kafkago.TCP(broker(t))}
	for again(ctx) {
		r, err := plain.OffsetFetch(ctx, &kafkago.OffsetFetchRequest{GroupID: name, Topics: map[string][]int{name: {0}}})
		if err == nil && r.Topics[name][0].CommittedOffset == 10 {
			return
		}
	}
	t.Fatal("offset 10 was never committed")
}

func TestGapStopsOnePartitionOnly(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 2)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	publish(ctx, t, p, name, 2, 0, 400)
	trim(ctx, t, name, 0, 50)

	for _, x := range []struct {
		story      string
		next, have int64
	}{
		{"messages were deleted that had not been read", 20, 50},
		{"the log was cut behind what had been read", 100_000, -1},
	} {
		t.Run(x.story, func(t *testing.T) {
			l, e := newLedger(), newEvents(t)
			l.next[0], l.next[1] = x.next, 0
			consume(ctx, t, c, kafka.Options{Topic: name, Group: name + x.story, Handler: handlers(l, nil), Report: e.report})
			got := e.wait(ctx, kafka.Gap, 1)[0]
			var gap *kafka.GapError
			if !errors.As(got.Err, &gap) || gap.Topic != name || gap.Partition != 0 || gap.Want != x.next || x.have >= 0 && gap.Have != x.have {
				t.Fatalf("%v", got.Err)
			}
			want := 0
			for i := range 400 {
				if kafka.PartitionOf(fmt.Appendf(nil, "P%d", i%97), 2) == 1 {
					want++
				}
			}
			l.wait(ctx, t, want) // the other goes on
			if len(l.seen[0]) > 0 {
				t.Errorf("%d messages behind the gap were taken", len(l.seen[0]))
			}
		})
	}

	t.Run("without an offset it begins with what is there", func(t *testing.T) {
		l := newLedger()
		consume(ctx, t, c, kafka.Options{Topic: name, Group: name + "-first", Handler: handlers(l, nil)})
		l.wait(ctx, t, 350)
	})
}

func TestGapWhileReading(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	publish(ctx, t, p, name, 1, 0, 10)
	l, e := newLedger(), newEvents(t)
	hold := make(chan struct{})
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Report: e.report, MaxMessages: 10,
		Handler: handlers(l, func(ctx context.Context, _ kafka.Assignment, b kafka.Batch) error {
			if b.Messages[0].Offset == 0 {
				<-hold
				return errors.New("once more") // begins again at 0, which is gone by now
			}
			return nil
		})})
	publish(ctx, t, p, name, 1, 10, 10)
	trim(ctx, t, name, 0, 15)
	l.mu.Lock()
	l.next[0] = 0
	l.mu.Unlock()
	close(hold)
	if gap := e.wait(ctx, kafka.Gap, 1)[0].Err.(*kafka.GapError); gap.Want != 0 || gap.Have != 15 {
		t.Errorf("%v", gap)
	}
}

// trim deletes the messages below an offset.
func trim(ctx context.Context, t testing.TB, topic string, partition int, below int64) {
	t.Helper()
	if err := deleteRecords(ctx, broker(t), topic, partition, below); err != nil {
		t.Fatal(err)
	}
}

func TestMembersComeAndGo(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	const partitions = 6
	name := topic(t, c, partitions)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	l := newLedger()
	o := kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), MaxMessages: 7}
	var wants []map[int][]string
	sent := 0
	more := func() {
		wants = append(wants, publish(ctx, t, p, name, partitions, sent, 600))
		sent += 600
	}
	e := newEvents(t)
	o.Report = e.report
	more()
	one := consume(ctx, t, c, o)
	e.wait(ctx, kafka.Assigned, partitions)
	more()
	two := consume(ctx, t, c, o)
	e.wait(ctx, kafka.Assigned, 2*partitions)
	more()
	consume(ctx, t, c, o)
	e.wait(ctx, kafka.Assigned, 3*partitions)
	more()
	one()
	more()
	two()
	more()
	l.wait(ctx, t, sent)
	same(t, l, wants...)
}

func TestHandlerErrorsAreBegunAnew(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	want := publish(ctx, t, kafka.NewProducer(c, kafka.Uncompressed), name, 1, 0, 50)
	l, e := newLedger(), newEvents(t)
	var calls, ended atomic.Int64
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Report: e.report, MaxMessages: 5,
		Handler: func(kafka.Assignment) kafka.Handler {
			return &booker{ledger: l, ended: &ended, handle: func(context.Context, kafka.Assignment, kafka.Batch) error {
				if calls.Add(1)%3 == 0 {
					return errors.New("the store is away")
				}
				return nil
			}}
		}})
	l.wait(ctx, t, 50)
	same(t, l, want)
	if n := len(e.of(kafka.HandleFailed)); n == 0 || int64(n) > ended.Load() {
		t.Errorf("%d failures told, %d handlers ended; want each of them ended", n, ended.Load())
	}
}

// A handler that takes nothing for a while holds its partition: that shows, and
// it goes on from the same message.
func TestAHeldPartitionShowsAndGoesOn(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	want := publish(ctx, t, kafka.NewProducer(c, kafka.Uncompressed), name, 1, 0, 50)
	l, e := newLedger(), newEvents(t)
	var free atomic.Bool
	one, err := kafka.NewConsumer(c, kafka.Options{Topic: name, Group: name, Report: e.report, MaxMessages: 5, Retry: 10 * time.Millisecond,
		Session: 6 * time.Second, Heartbeat: 100 * time.Millisecond, Grace: time.Second,
		Handler: func(kafka.Assignment) kafka.Handler {
			return &booker{ledger: l, handle: func(context.Context, kafka.Assignment, kafka.Batch) error {
				if l.count() < 20 || free.Load() {
					return nil
				}
				return fmt.Errorf("partition 0: %w", &kafka.HoldError{ZH: "满。", EN: "Full.", Err: io.ErrShortWrite})
			}}
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- one.Run(ctx) }()
	if held := e.wait(ctx, kafka.Held, 3); !errors.Is(held[2].Err, io.ErrShortWrite) || l.count() != 20 {
		t.Errorf("%v, %d messages", held[2], l.count())
	}
	if at := one.Positions(); len(at) != 1 || at[0].Hold == nil || at[0].Next != 20 {
		t.Errorf("%+v", at)
	}
	free.Store(true)
	l.wait(ctx, t, 50)
	same(t, l, want)
	for at := one.Positions(); at[0].Next < 50 || at[0].Hold != nil; at = one.Positions() {
		if !again(ctx) {
			t.Fatalf("%+v", at)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestHandlerThatHangs(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("deaf=%v", deaf), func(t *testing.T) {
			ctx := limit(t)
			c := open(t, broker(t))
			name := topic(t, c, 2)
			want := publish(ctx, t, kafka.NewProducer(c, kafka.Uncompressed), name, 2, 0, 100)
			l, e := newLedger(), newEvents(t)
			var once atomic.Bool
			release := make(chan struct{})
			t.Cleanup(func() { close(release) })
			consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Report: e.report, Stall: 300 * time.Millisecond, Grace: 100 * time.Millisecond,
				Handler: handlers(l, func(ctx context.Context, a kafka.Assignment, b kafka.Batch) error {
					if a.Partition == 0 && once.CompareAndSwap(false, true) {
						if deaf {
							<-release
						} else {
							<-ctx.Done()
						}
						return errors.New("too late")
					}
					return nil
				})})
			e.wait(ctx, kafka.Stalled, 1)
			l.wait(ctx, t, 100)
			same(t, l, want)
			if deaf { // only a new generation makes sure that what it still does cannot count
				if all := e.of(kafka.Assigned); all[len(all)-1].Generation <= all[0].Generation {
					t.Error("the generation did not change")
				}
			}
		})
	}
}

func TestConnectionsThatBreak(t *testing.T) {
	ctx := limit(t)
	direct := open(t, broker(t))
	const partitions = 3
	name := topic(t, direct, partitions)
	proxy := newProxy(t, broker(t))
	c, err := kafka.OpenThrough(kafka.Config{Brokers: []string{"127.0.0.1:9092"}}, proxy.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l := newLedger()
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), MaxWait: 50 * time.Millisecond, Report: newEvents(t).report,
		// A member that lost its connection is taken for alive until then.
		Session: 2 * time.Second, Heartbeat: 100 * time.Millisecond})
	calm, storm := kafka.NewProducer(direct, kafka.Uncompressed), kafka.NewProducer(c, kafka.Uncompressed)
	stormy := topic(t, direct, partitions)
	var wants []map[int][]string
	acknowledged := map[string]bool{}
	for i := range 6 {
		wants = append(wants, publish(ctx, t, calm, name, partitions, i*300, 300))
		l.wait(ctx, t, i*300+1) // it reads
		if i%2 == 0 {
			proxy.cut(false)
		} else { // the broker is away for a moment
			proxy.cut(true)
			time.AfterFunc(200*time.Millisecond, proxy.heal)
		}
		for _, all := range publish(ctx, t, storm, stormy, partitions, i*100, 100) {
			for _, m := range all {
				acknowledged[m] = true
			}
		}
	}
	l.wait(ctx, t, 1800)
	same(t, l, wants...)

	sent := newLedger()
	consume(ctx, t, direct, kafka.Options{Topic: stormy, Group: stormy, Handler: handlers(sent, nil)})
	for len(sent.distinct()) < len(acknowledged) {
		select {
		case <-sent.changed:
		case <-ctx.Done():
			t.Fatalf("%d of %d acknowledged messages", len(sent.distinct()), len(acknowledged))
		}
	}
}

func TestStopDoesNotWaitForKafka(t *testing.T) {
	ctx := limit(t)
	direct := open(t, broker(t))
	name := topic(t, direct, 1)
	proxy := newProxy(t, broker(t))
	c, err := kafka.OpenThrough(kafka.Config{Brokers: []string{"127.0.0.1:9092"}}, proxy.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e := newEvents(t)
	stop := consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(newLedger(), nil), Report: e.report})
	e.wait(ctx, kafka.Assigned, 1)
	proxy.cut(true)
	stop()
}

func TestLargeMessage(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	for _, size := range []int{5 << 20, kafka.MaxMessageBytes - 4096} {
		if err := p.Publish(ctx, name, []kafka.Message{{Key: []byte("P1"), Value: []byte("small")},
			{Key: []byte("P1"), Value: []byte(strings.Repeat("x", size))}, {Key: []byte("P1"), Value: []byte("after")}}); err != nil {
			t.Fatal(err)
		}
	}
	err := p.Publish(ctx, name, []kafka.Message{{Key: []byte("P1"), Value: make([]byte, kafka.MaxMessageBytes+1)}})
	if !errors.Is(err, kafka.ErrTooLarge) {
		t.Errorf("above the limit: %v, want ErrTooLarge", err)
	}
	l := newLedger()
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), MaxBytes: 1 << 20})
	l.wait(ctx, t, 6)
	if n := len(l.seen[0][1]); n != 5<<20+3 {
		t.Errorf("the large one has %d bytes", n)
	}
}

func TestCompressedBatches(t *testing.T) {
	for _, codec := range []kafka.Compression{kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd} {
		t.Run(codec.String(), func(t *testing.T) {
			ctx := limit(t)
			c := open(t, broker(t))
			name := topic(t, c, 1)
			want := publish(ctx, t, kafka.NewProducer(c, codec), name, 1, 0, 500)
			l := newLedger()
			// Beginning in the middle of a batch: Kafka sends it from its start.
			l.next[0] = 123
			consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), MaxMessages: 100})
			l.wait(ctx, t, 377)
			same(t, l, map[int][]string{0: want[0][123:]})
		})
	}
}
