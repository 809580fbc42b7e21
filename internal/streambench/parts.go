package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"fundwatch/internal/journal"
	"fundwatch/internal/trial"
	"fundwatch/internal/worker"
)

// bare reads all messages with kafka-go as it comes and counts bytes.
func (b *bench) bare(ctx context.Context, topic string) (took time.Duration, err error) {
	buf, size := make([]byte, 1<<20), 0
	b.sent = 0
	for p := range b.partitions {
		conn, err := kafkago.DialLeader(ctx, "tcp", b.Broker, topic, p)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		end, err := conn.ReadLastOffset() // sending again may have left some twice
		if err != nil {
			return 0, err
		}
		b.sent += int(end)
		began := time.Now()
		for n := 0; n < int(end); {
			batch := conn.ReadBatchWith(kafkago.ReadBatchConfig{MinBytes: 1, MaxBytes: 16 << 20, MaxWait: time.Second})
			for {
				m, err := batch.Read(buf)
				if err != nil {
					break
				}
				n, size = n+1, size+m
			}
			if err := batch.Close(); err != nil {
				return 0, err
			}
		}
		took += time.Since(began)
	}
	if size < b.bytes {
		return 0, fmt.Errorf("%d bytes read, %d sent", size, b.bytes)
	}
	return took, nil
}

// commands counts the calls Redis has had, those of scripts once.
func commands(ctx context.Context, j *journal.Store) (int64, error) {
	info, err := j.Reader().Info(ctx, "stats").Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(info) {
		if text, ok := strings.CutPrefix(line, "total_commands_processed:"); ok {
			return strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		}
	}
	return 0, fmt.Errorf("no count of commands")
}

// latency sends claims at a steady rate and measures from the call that
// produces one to the step that made it visible.
func (b *bench) latency(ctx context.Context, rate, seconds int) (p50, p99 time.Duration, err error) {
	topic := fmt.Sprintf("claims-steady-%d", time.Now().UnixNano())
	if err := b.Topics(ctx, 1, topic); err != nil {
		return 0, 0, err
	}
	store, _, err := b.Store(ctx, 1) // an empty one
	if err != nil {
		return 0, 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var sent []time.Time // by message
	var waits []time.Duration
	total := min(rate*seconds, len(b.messages))
	w, err := b.place.Worker(store, b.Services, trial.Archiving{}, 0, func(r worker.Report) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		for range r.Counts.Messages {
			waits = append(waits, now.Sub(sent[len(waits)]))
		}
		if len(waits) >= total {
			stop()
		}
	})
	if err != nil {
		return 0, 0, err
	}
	defer w.Close()
	failed := make(chan error, 1)
	go func() { failed <- b.steady(ctx, topic, rate, total, &mu, &sent) }()
	if err := b.consume(ctx, topic, w.Handler); err != nil && ctx.Err() == nil {
		return 0, 0, err
	}
	if err := <-failed; err != nil {
		return 0, 0, err
	}
	slices.Sort(waits)
	return waits[len(waits)/2], waits[len(waits)*99/100], nil
}

// steady produces every ten milliseconds what the rate asks for.
func (b *bench) steady(ctx context.Context, topic string, rate, total int, mu *sync.Mutex, sent *[]time.Time) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n < total; {
		<-tick.C
		to := min(n+rate/100, total)
		mu.Lock()
		for range to - n {
			*sent = append(*sent, time.Now())
		}
		mu.Unlock()
		if err := b.Producer.Publish(context.WithoutCancel(ctx), topic, b.messages[n:to]); err != nil {
			return err
		}
		n = to
	}
	return nil
}
