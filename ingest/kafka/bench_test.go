package kafka_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"fundwatch/claim/claimtest"
	"fundwatch/ingest/kafka"
)

// counting takes messages and counts them.
type counting struct {
	mu   *sync.Mutex
	left *int
	done func()
}

func (h counting) Begin(context.Context, kafka.Assignment) (int64, error) { return -1, nil }
func (h counting) End()                                                   {}
func (h counting) Handle(_ context.Context, b kafka.Batch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if *h.left -= len(b.Messages); *h.left <= 0 {
		h.done()
	}
	return nil
}

// reading makes a topic of one partition with as many claims as the benchmark
// takes.
func reading(b *testing.B) (c *kafka.Client, name string) {
	c = open(b, broker(b))
	name = topic(b, c, 1)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	for sent := 0; sent < b.N; {
		var chunk []kafka.Message
		for ; len(chunk) < 5000 && sent < b.N; sent++ {
			chunk = append(chunk, kafka.Message{Key: fmt.Appendf(nil, "P%d", sent), Value: []byte(claimtest.Example)})
		}
		if err := p.Publish(b.Context(), name, chunk); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(claimtest.Example)))
	b.ReportAllocs()
	b.ResetTimer()
	return c, name
}

// The three benchmarks compare this package with kafka-go as it comes: run
// with -bench Read -benchtime 200000x.
func BenchmarkReadConsumer(b *testing.B) {
	c, name := reading(b)
	var mu sync.Mutex
	left := b.N
	ctx, done := context.WithCancel(b.Context())
	one, err := kafka.NewConsumer(c, kafka.Options{Topic: name, Group: name, Handler: func(kafka.Assignment) kafka.Handler { return counting{&mu, &left, done} }})
	if err != nil {
		b.Fatal(err)
	}
	if err := one.Run(ctx); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkReadBatch(b *testing.B) {
	_, name := reading(b)
	conn, err := kafkago.DialLeader(b.Context(), "tcp", broker(b), name, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	buf := make([]byte, 1<<20)
	for n := 0; n < b.N; {
		batch := conn.ReadBatchWith(kafkago.ReadBatchConfig{MinBytes: 1, MaxBytes: 4 << 20, MaxWait: 100 * time.Millisecond})
		for n < b.N {
			if _, err := batch.Read(buf); err != nil {
				break
			}
			n++
		}
		batch.Close()
	}
}

func BenchmarkReadReader(b *testing.B) {
	_, name := reading(b)
	r := kafkago.NewReader(kafkago.ReaderConfig{Brokers: []string{broker(b)}, Topic: name, Partition: 0, MaxBytes: 4 << 20})
	defer r.Close()
	for range b.N {
		if _, err := r.ReadMessage(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
