package kafka_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"fundwatch/ingest/kafka"
)

// TestTransactionsOfOthers: marks of transactions take up offsets but are no
// messages; a log that ends with one must not be asked for again and again.
func TestTransactionsOfOthers(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	other, err := kgo.NewClient(kgo.SeedBrokers(broker(t)), kgo.TransactionalID(name), kgo.DefaultProduceTopic(name))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var want []string
	for i := range 3 {
		if err := other.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		m := &kgo.Record{Key: []byte("P1"), Value: fmt.Appendf(nil, "%d", i)}
		if err := other.ProduceSync(ctx, m).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := other.EndTransaction(ctx, kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("P1=%d", i))
	}
	l := newLedger()
	batches := 0
	end := make(chan struct{})
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, func(_ context.Context, _ kafka.Assignment, b kafka.Batch) error {
		if batches++; b.Next == 6 {
			close(end)
		}
		return nil
	})})
	select {
	case <-end:
	case <-ctx.Done():
		t.Fatalf("never came to offset 6: %v", l.next)
	}
	if err := kafka.NewProducer(c, kafka.Uncompressed).Publish(ctx, name, []kafka.Message{{Key: []byte("P1"), Value: []byte("after")}}); err != nil {
		t.Fatal(err)
	}
	l.wait(ctx, t, 4)
	same(t, l, map[int][]string{0: append(want, "P1=after")})
	if batches > 5 {
		t.Errorf("%d batches for 4 messages", batches)
	}
}

// produce sends one batch as another program might, in its own way.
func produce(ctx context.Context, t testing.TB, name string, codec kafkago.Compression, records func() []kafkago.Record) {
	t.Helper()
	// A connection of its own: the shared one may not have heard of the topic.
	plain := kafkago.Client{Addr: kafkago.TCP(broker(t)), Transport: &kafkago.Transport{}}
	for {
		r, err := plain.Produce(ctx, &kafkago.ProduceRequest{Topic: name, RequiredAcks: kafkago.RequireAll, Compression: codec,
			Records: kafkago.NewRecordReader(records()...)})
		if err == nil && r.Error == nil {
			return
		}
		if !again(ctx) {
			t.Fatal(err)
		}
	}
}

// TestMessagesOfOthers: no key, no value, no headers, headers without value.
func TestMessagesOfOthers(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	produce(ctx, t, name, 0, func() []kafkago.Record {
		return []kafkago.Record{{}, {Key: kafkago.NewBytes([]byte{}), Value: kafkago.NewBytes([]byte{}), Headers: []kafkago.Header{{Key: "empty"}}}}
	})
	var got []string
	l := newLedger()
	stop := consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, func(_ context.Context, _ kafka.Assignment, b kafka.Batch) error {
		for _, m := range b.Messages {
			got = append(got, fmt.Sprintf("%v %v %d %v", m.Key == nil, m.Value == nil, len(m.Headers), m.Forwarded()))
		}
		return nil
	})})
	l.wait(ctx, t, 2)
	stop()
	if fmt.Sprint(got) != "[true true 0 false false false 1 false]" {
		t.Errorf("%v", got)
	}
}

// TestBomb: a batch that unpacks to more memory than a machine has must stop
// its partition, not the program.
func TestBomb(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 1)
	p := kafka.NewProducer(c, kafka.Zstd)
	// 31 MiB of zeros in each of 20 messages: a small batch, 620 MiB unpacked.
	zeros := make([]byte, 31<<20)
	if err := p.Publish(ctx, name, []kafka.Message{{Key: []byte("P1"), Value: []byte("before")}}); err != nil {
		t.Fatal(err)
	}
	produce(ctx, t, name, kafkago.Zstd, func() (out []kafkago.Record) {
		for range 20 {
			out = append(out, kafkago.Record{Key: kafkago.NewBytes([]byte("P1")), Value: kafkago.NewBytes(zeros)})
		}
		return out
	})
	l, e := newLedger(), newEvents(t)
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), Report: e.report})
	failed := e.wait(ctx, kafka.ReadFailed, 1)[0]
	if !strings.Contains(failed.Err.Error(), "512 MiB") {
		t.Errorf("%v", failed.Err)
	}
	if l.count() != 1 {
		t.Errorf("%d messages, want the one before it", l.count())
	}
}

// TestBrokerIsKilled needs a broker that may be killed: kill -9 while messages
// are sent and read, then start again. Nothing that was acknowledged is lost.
func TestBrokerIsKilled(t *testing.T) {
	restart := os.Getenv("FUNDWATCH_TEST_KAFKA_RESTART")
	if restart == "" {
		t.Skip("no broker that may be killed: run .ci/services")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a JVM starts slowly on a busy machine
	defer cancel()
	c := open(t, broker(t))
	const partitions = 3
	name := topic(t, c, partitions)
	l := newLedger()
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil), Report: newEvents(t).report})
	p := kafka.NewProducer(c, kafka.Uncompressed)
	sent := make(chan int)
	stop := make(chan struct{})
	go func() {
		n := 0
		defer func() { sent <- n }()
		for again(ctx) {
			select {
			case <-stop:
				return
			default:
			}
			publish(ctx, t, p, name, partitions, n, 100)
			n += 100
		}
	}()
	l.wait(ctx, t, 1000)
	for range 2 {
		if out, err := exec.CommandContext(ctx, restart).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Log(time.Now().Format("05.000"), "started again")
		l.wait(ctx, t, l.count()+1000)
	}
	close(stop)
	n := <-sent
	for l.count() < n || len(l.distinct()) < n {
		select {
		case <-l.changed:
		case <-ctx.Done():
			t.Fatalf("%d of %d acknowledged messages", len(l.distinct()), n)
		}
	}
}
