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
// Lines before it say how long a restart from a large archive takes, and
//
//	memory slope N MiB/min over N min (N claims)
//
// whether memory grows while claims come and are forgotten.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
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
	claims := flag.Int("claims", 400_000, "claims of the throughput run")
	rate := flag.Int("rate", 2_000, "claims a second of the latency run")
	seconds := flag.Int("seconds", 10, "length of the latency run")
	batch := flag.Int("batch", 8192, "most messages of a step")
	fetch := flag.Int("fetch", 16<<20, "most bytes of a request for messages, and of a step")
	partitions := flag.Int("partitions", 2, "partitions of the throughput run's topic: a core has several")
	rounds := flag.Int("rounds", 7, "how often the throughput is measured, in turn with what it is compared with; medians count")
	restart := flag.Int("restart", 10_000_000, "lines in the archive of the restart, 0 for none")
	persons := flag.Int("memory", 0, "persons of a book whose memory is measured, and nothing else; needs no services")
	slope := flag.Duration("slope", time.Minute, "length of the run that looks whether memory grows, 0 for none")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the whole way")
	heap := flag.String("memprofile", "", "write a profile of the memory after the slope's run")
	flag.Parse()
	if *persons > 0 {
		if err := remember(context.Background(), *persons, *batch); err != nil {
			fmt.Fprintln(os.Stderr, "streambench:", err)
			os.Exit(1)
		}
		return
	}
	o := options{*claims, *rate, *seconds, *batch, *fetch, *rounds, *restart, *partitions, *slope, *heap, *profile}
	if err := run(context.Background(), o); err != nil {
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
	options
}

type options struct {
	claims, rate, seconds, batch, fetch, rounds, lines, partitions int
	over                                                           time.Duration // how long memory is watched
	heap, profile                                                  string        // files of profiles
}

func run(ctx context.Context, o options) error {
	b, err := open(ctx, o.claims)
	if err != nil {
		return err
	}
	defer b.Client.Close()
	b.options = o
	n := float64(len(b.messages))
	topic := fmt.Sprintf("claims-bench-%d", time.Now().UnixNano())
	if err := b.fill(ctx, topic); err != nil {
		return err
	}
	cores := runtime.GOMAXPROCS(1)
	bare, alone, whole, calls, err := b.inTurn(ctx, topic)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(cores)
	p50, p99, err := b.latency(ctx, o.rate, o.seconds)
	if err != nil {
		return err
	}
	if o.lines > 0 {
		if err := b.restart(ctx, o.lines); err != nil {
			return fmt.Errorf("restart: %w", err)
		}
	}
	if o.over > 0 {
		if err := b.slope(ctx, o.over, o.heap); err != nil {
			return fmt.Errorf("slope: %w", err)
		}
	}
	fmt.Printf("claims %.0f, %.0f bytes each\n", n, float64(b.bytes)/n)
	fmt.Printf("bare consumer    %9.0f claims/s per core\n", n/bare.Seconds())
	fmt.Printf("decoding alone   %9.0f claims/s per core\n", n/alone.Seconds())
	fmt.Printf("Kafka to Redis   %9.0f claims/s per core\n", n/whole.Seconds())
	fmt.Printf("ratio %.2f p50 %d ms p99 %d ms calls %.0f\n", max(bare, alone).Seconds()/whole.Seconds(), p50.Milliseconds(), p99.Milliseconds(), calls)
	return nil
}

// inTurn measures reading, decoding and the whole way, one after the other and
// again, and gives the median of each.
func (b *bench) inTurn(ctx context.Context, topic string) (bare, alone, whole time.Duration, calls float64, err error) {
	var took [3][]time.Duration
	for round := range b.rounds {
		one, err := b.bare(ctx, topic)
		if err != nil {
			return 0, 0, 0, 0, err
		}
		took[0] = append(took[0], one)
		took[1] = append(took[1], b.decode())
		runtime.GC() // of what the round before left
		if one, calls, err = b.whole(ctx, topic, firstRound+round); err != nil {
			return 0, 0, 0, 0, err
		}
		took[2] = append(took[2], one)
		b.profile = ""
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][b.rounds/2], took[1][b.rounds/2], took[2][b.rounds/2], calls, nil
}

// firstRound is the database of Redis that the first round has; the ones before
// belong to the other measurements.
const firstRound = 4

func open(ctx context.Context, claims int) (*bench, error) {
	s, err := trial.Open()
	if err != nil {
		return nil, err
	}
	b := &bench{Services: s}
	if b.place, err = trial.NewPlace(ctx, 1, claims, 0); err != nil {
		return nil, err
	}
	for _, value := range b.place.Claims() {
		key, _ := kafka.KeyOf(value)
		b.messages = append(b.messages, kafka.Message{Key: key, Value: value})
		b.bytes += len(value)
	}
	return b, nil
}

// fill makes a topic with all claims.
func (b *bench) fill(ctx context.Context, topic string) error {
	if err := b.Topics(ctx, b.partitions, topic); err != nil {
		return err
	}
	for some := range slices.Chunk(b.messages, 5000) {
		if err := b.Producer.Publish(ctx, topic, some); err != nil {
			return err
		}
	}
	return nil
}

// decode reads all claims into columns, as many at a time as a step has, and
// nothing else.
func (b *bench) decode() time.Duration {
	keep := detectors.Fields(all.Detectors())
	dec := claim.NewDecoder(arrow.NewGoAllocator(), claim.Seed{1, 2}, keep, true)
	step := min(b.batch, b.fetch*len(b.messages)/b.bytes)
	began := time.Now()
	for some := range slices.Chunk(b.messages, step) {
		dec.Batch.Reset()
		dec.Reset(dec.Batch)
		for i := range some {
			dec.Decode(some[i].Value)
		}
		dec.Batch.Numbers(claim.SetlTime) // the last rows go into the columns when somebody asks
	}
	return time.Since(began)
}

// whole takes all claims from Kafka to a database of Redis, and counts Redis's
// calls for 1,000.
func (b *bench) whole(ctx context.Context, topic string, db int) (took time.Duration, calls float64, err error) {
	store, j, err := b.Store(ctx, db)
	if err != nil {
		return 0, 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var began time.Time
	var start sync.Once
	var left atomic.Int64 // partitions report at the same time
	left.Store(int64(b.sent))
	w, err := b.place.Worker(store, b.Services, trial.Archiving{}, 0, func(r worker.Report) {
		if left.Add(-int64(r.Counts.Messages)) == 0 {
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
	if err := b.consume(ctx, topic, func(a kafka.Assignment) kafka.Handler { start.Do(func() { began = time.Now() }); return w.Handler(a) }); err != nil && ctx.Err() == nil {
		return 0, 0, err
	}
	after, err := commands(context.WithoutCancel(ctx), j)
	return took, float64(after-before) / float64(len(b.messages)) * 1000, err
}

// consume reads a topic with a new group until ctx ends.
func (b *bench) consume(ctx context.Context, topic string, handler func(kafka.Assignment) kafka.Handler) error {
	c, err := kafka.NewConsumer(b.Client, kafka.Options{
		Topic: topic, Group: topic + fmt.Sprint(time.Now().UnixNano()), Handler: handler, MaxMessages: b.batch, MaxBytes: b.fetch, MaxWait: 20 * time.Millisecond,
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
