// Command streambench measures the way of claims from Kafka to Redis on real
// services, beside what it is compared with, in one run:
//
//	.ci/services go run ./internal/streambench -claims 200000
//
// Per core means that this program has one (GOMAXPROCS 1); Kafka and Redis have
// the others. The last line is
//
//	ratio N.NN p50 N ms p99 N ms calls N
//
// where ratio is the speed of the whole way divided by that of the slower of
// reading alone and decoding alone, p50 and p99 are from produced to visible in
// Redis at 2,000 claims a second, and calls are those of Redis for 1,000 claims.
// With -memory PERSONS it measures instead what a book takes in memory, part by
// part, and needs no services.
//
// A line before it says how long a restart from a large archive takes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/trial"
	"fundwatch/internal/worker"
)

func main() {
	claims := flag.Int("claims", 200_000, "claims of the throughput run")
	rate := flag.Int("rate", 2_000, "claims a second of the latency run")
	seconds := flag.Int("seconds", 10, "length of the latency run")
	batch := flag.Int("batch", 4096, "most messages of a step")
	restart := flag.Int("restart", 10_000_000, "lines in the archive of the restart, 0 for none")
	persons := flag.Int("memory", 0, "persons of a book whose memory is measured, and nothing else; needs no services")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the whole way")
	flag.Parse()
	if *persons > 0 {
		if err := remember(context.Background(), *persons, *batch); err != nil {
			fmt.Fprintln(os.Stderr, "streambench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*claims, *rate, *seconds, *batch, *restart, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "streambench:", err)
		os.Exit(1)
	}
}

// bench is the services and the invented claims.
type bench struct {
	*trial.Services
	place    *trial.Place
	messages []kafka.Message
	bytes    int
	sent     int // messages in the topic
	batch    int
	profile  string
}

func run(claims, rate, seconds, batch, restart int, profile string) error {
	ctx := context.Background()
	b, err := open(ctx, claims)
	if err != nil {
		return err
	}
	defer b.Client.Close()
	b.batch, b.profile = batch, profile
	topic := fmt.Sprintf("claims-bench-%d", time.Now().UnixNano())
	if err := b.fill(ctx, topic); err != nil {
		return err
	}
	cores := runtime.GOMAXPROCS(1)
	bare, err := b.bare(ctx, topic)
	if err != nil {
		return err
	}
	alone := b.decode()
	whole, calls, err := b.whole(ctx, topic)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(cores)
	p50, p99, err := b.latency(ctx, rate, seconds)
	if err != nil {
		return err
	}
	if restart > 0 {
		if err := b.restart(ctx, restart); err != nil {
			return fmt.Errorf("restart: %w", err)
		}
	}
	n := float64(len(b.messages))
	fmt.Printf("claims %d, %.0f bytes each\n", len(b.messages), float64(b.bytes)/n)
	fmt.Printf("bare consumer    %9.0f claims/s per core\n", n/bare.Seconds())
	fmt.Printf("decoding alone   %9.0f claims/s per core\n", n/alone.Seconds())
	fmt.Printf("Kafka to Redis   %9.0f claims/s per core\n", n/whole.Seconds())
	fmt.Printf("ratio %.2f p50 %d ms p99 %d ms calls %.0f\n", max(bare, alone).Seconds()/whole.Seconds(), p50.Milliseconds(), p99.Milliseconds(), calls)
	return nil
}

func open(ctx context.Context, claims int) (*bench, error) {
	s, err := trial.Open()
	if err != nil {
		return nil, err
	}
	b := &bench{Services: s}
	if b.place, err = trial.NewPlace(ctx, 1, claims); err != nil {
		return nil, err
	}
	for _, value := range b.place.Claims() {
		key, _ := kafka.KeyOf(value)
		b.messages = append(b.messages, kafka.Message{Key: key, Value: value})
		b.bytes += len(value)
	}
	return b, nil
}

// fill makes a topic of one partition with all claims.
func (b *bench) fill(ctx context.Context, topic string) error {
	if err := b.Topics(ctx, 1, topic); err != nil {
		return err
	}
	for some := range slices.Chunk(b.messages, 5000) {
		if err := b.Producer.Publish(ctx, topic, some); err != nil {
			return err
		}
	}
	return nil
}

// decode reads all claims into columns, and nothing else.
func (b *bench) decode() time.Duration {
	keep := detectors.Fields(all.Detectors())
	dec := claim.NewDecoder(arrow.NewGoAllocator(), claim.Seed{1, 2}, keep, true)
	began := time.Now()
	for some := range slices.Chunk(b.messages, b.batch) {
		dec.Batch.Reset()
		dec.Reset(dec.Batch)
		for i := range some {
			dec.Decode(some[i].Value)
		}
	}
	return time.Since(began)
}

// whole takes all claims from Kafka to Redis, and counts Redis's calls for 1,000.
func (b *bench) whole(ctx context.Context, topic string) (took time.Duration, calls float64, err error) {
	store, j, err := b.Store(ctx, 0)
	if err != nil {
		return 0, 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var began time.Time
	left := b.sent
	w, err := b.place.Worker(store, b.Services, nil, func(r worker.Report) {
		if left -= r.Counts.Messages; left <= 0 {
			took = time.Since(began)
			stop()
		}
	})
	if err != nil {
		return 0, 0, err
	}
	defer w.Close()
	before, err := commands(ctx, j)
	if err != nil {
		return 0, 0, err
	}
	if b.profile != "" {
		f, err := os.Create(b.profile)
		if err != nil {
			return 0, 0, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return 0, 0, err
		}
		defer pprof.StopCPUProfile()
	}
	// Joining the group is no part of the way.
	if err := b.consume(ctx, topic, func(a kafka.Assignment) kafka.Handler { began = time.Now(); return w.Handler(a) }); err != nil && ctx.Err() == nil {
		return 0, 0, err
	}
	after, err := commands(context.WithoutCancel(ctx), j)
	return took, float64(after-before) / float64(len(b.messages)) * 1000, err
}

// consume reads a topic with a new group until ctx ends.
func (b *bench) consume(ctx context.Context, topic string, handler func(kafka.Assignment) kafka.Handler) error {
	c, err := kafka.NewConsumer(b.Client, kafka.Options{
		Topic: topic, Group: topic + fmt.Sprint(time.Now().UnixNano()), Handler: handler, MaxMessages: b.batch, MaxBytes: 16 << 20, MaxWait: 20 * time.Millisecond,
		Report: func(e kafka.Event) {
			if e.Err != nil {
				fmt.Fprintln(os.Stderr, "streambench:", e.Kind, e.Err)
			}
		},
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}
