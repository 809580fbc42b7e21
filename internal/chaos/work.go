package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	kafkago "github.com/segmentio/kafka-go"

	"fundwatch/cases"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/trial"
	"fundwatch/internal/worker"
)

// beWorker reads the topic into a database until it is killed or asked to end, or
// until so many messages are done.
func (o *options) beWorker(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	err := o.consume(ctx, stop)
	if ctx.Err() != nil { // whatever was broken off
		return nil
	}
	return err
}

func (o *options) consume(ctx context.Context, stop func()) error {
	s, err := trial.Open()
	if err != nil {
		return err
	}
	place, err := trial.NewPlace(ctx, o.seed, o.claims, 0)
	if err != nil {
		return err
	}
	store, _, err := s.Store(ctx, o.db)
	for tries := 0; err != nil && tries < 600 && ctx.Err() == nil; tries++ { // Redis may be down just now
		time.Sleep(100 * time.Millisecond)
		store, _, err = s.Store(ctx, o.db)
	}
	if err != nil {
		return err
	}
	w, err := place.Worker(store, s, o.archiving(), 0, func(r worker.Report) {
		if r.Warning != "" {
			fmt.Fprintf(os.Stderr, "chaos: partition %d: %s\n", r.Partition, r.Warning)
		}
		if n, err := done(ctx, store); o.until > 0 && err == nil && n >= o.until {
			stop()
		}
	})
	if err != nil {
		return err
	}
	c, err := kafka.NewConsumer(s.Client, kafka.Options{
		Topic: o.work, Group: fmt.Sprintf("%s-%d", o.work, o.db), Handler: w.Handler, MaxMessages: 500, Session: 3 * time.Second,
		Heartbeat: 300 * time.Millisecond, Retry: time.Second, Stall: 20 * time.Second, Grace: 2 * time.Second,
		Report: tell,
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// archiving says where and how a worker archives: in small ranges, of which few
// may wait, so that trouble meets many.
func (o *options) archiving() trial.Archiving {
	if o.keep == "" {
		return trial.Archiving{}
	}
	return trial.Archiving{Archive: &archive.Archive{Store: archive.Folder(o.keep), Alloc: memory.NewGoAllocator()},
		Claims: o.rows, Again: 300 * time.Millisecond, Waiting: 20_000}
}

// tell writes down what told counts.
func tell(e kafka.Event) {
	switch e.Kind {
	case kafka.Assigned:
		fmt.Fprintf(os.Stderr, "chaos: %s %d in generation %d\n", saysTaken, e.Partition, e.Generation)
	case kafka.Held:
		fmt.Fprintf(os.Stderr, "chaos: partition %d %s: %v\n", e.Partition, saysHeld, e.Err)
	case kafka.HandleFailed:
		fmt.Fprintf(os.Stderr, "chaos: partition %d: %v\n", e.Partition, e.Err)
	}
}

// done counts the messages whose effects are in the store.
func done(ctx context.Context, store *cases.Store) (n int64, err error) {
	parts, err := store.Partitions(ctx)
	for _, p := range parts {
		n += max(0, p.Next)
	}
	return n, err
}

// ends counts the messages of a topic.
func ends(ctx context.Context, s *trial.Services, topic string) (n int64, err error) {
	for p := range partitions {
		conn, err := kafkago.DialLeader(ctx, "tcp", s.Broker, topic, p)
		if err != nil {
			return 0, err
		}
		end, err := conn.ReadLastOffset()
		conn.Close()
		if err != nil {
			return 0, err
		}
		n += end
	}
	return n, nil
}

// verdict compares what trouble and calm left.
func (o *options) verdict(ctx context.Context, s *trial.Services) error {
	var digests [2]string
	var counters [2]map[string]int64
	var standing [2]int64
	for db := range digests {
		store, _, err := s.Store(ctx, db)
		if err != nil {
			return err
		}
		if digests[db], err = store.Digest(ctx); err != nil {
			return err
		}
		if counters[db], err = store.Counters(ctx); err != nil {
			return err
		}
		parts, err := store.Partitions(ctx)
		if err != nil {
			return err
		}
		for _, p := range parts {
			standing[db] += p.Findings
		}
	}
	rough, calm := counters[0], counters[1]
	lost, extra := int64(0), int64(0)
	for _, name := range []string{"claims", "duplicates", "conflicts", "problems"} {
		lost += max(0, calm[name]-rough[name])
		extra += max(0, rough[name]-calm[name])
		fmt.Printf("%-12s %8d after trouble, %8d after calm\n", name, rough[name], calm[name])
	}
	fmt.Printf("%-12s %8d after trouble, %8d after calm\n", "findings", standing[0], standing[1])
	sum := rough["claims"] + rough["duplicates"] + rough["conflicts"] + rough["problems"] + rough["forwarded"]
	fmt.Printf("%d faults lost %d extra %d\n", o.faults, lost+max(0, standing[1]-standing[0]), extra+max(0, standing[0]-standing[1]))
	switch {
	case digests[0] != digests[1]:
		if err := differences(ctx, s); err != nil {
			return err
		}
		return errors.New("what trouble left differs from what calm left")
	case sum != rough["messages"]:
		return fmt.Errorf("%d messages, but %d claims, duplicates and dead letters", rough["messages"], sum)
	}
	return nil
}

// differences prints the leads, cases and counters that are not the same.
func differences(ctx context.Context, s *trial.Services) error {
	var seen [2]map[string]string
	for db := range seen {
		store, _, err := s.Store(ctx, db)
		if err != nil {
			return err
		}
		seen[db] = map[string]string{}
		page, err := store.Leads(ctx, cases.Query{Limit: 1000})
		if err != nil {
			return err
		}
		for _, l := range page.Leads {
			seen[db][l.ID] = fmt.Sprint(l.Scheme, " ", l.Status, " ", l.Findings, " ", l.Amount, " ", l.Union, " ", l.First, " ", l.Last, " ", l.Detectors, " ", l.Paths)
		}
		counters, err := store.Counters(ctx)
		if err != nil {
			return err
		}
		for name, n := range counters {
			seen[db]["counter "+name] = fmt.Sprint(n)
		}
		_, list, err := store.Cases(ctx, 0, 1000)
		if err != nil {
			return err
		}
		for _, c := range list {
			seen[db]["case of "+fmt.Sprint(c.Leads)] = string(c.Status)
		}
	}
	for _, db := range []int{0, 1} {
		for name, was := range seen[db] {
			if is := seen[1-db][name]; is != was {
				fmt.Printf("%s: in database %d %q, in the other %q\n", name, db, was, is)
			}
		}
	}
	return nil
}
