package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/config"
	"fundwatch/internal/journal"
	"fundwatch/tips"
)

// services are Kafka and Redis as the configuration names them.
type services struct {
	cfg      *config.Config
	kafka    *kafka.Client
	producer *kafka.Producer
	journal  *journal.Store
	cases    *cases.Store
	lists    *blacklist.Store
	law      law
}

// openServices makes the clients; nothing is connected yet.
func openServices(cfg *config.Config) (_ *services, err error) {
	s := &services{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	k := kafka.Config{Brokers: cfg.Kafka.Brokers, ClientID: cfg.Kafka.ClientID, SASL: kafka.SASL{
		Mechanism: cfg.Kafka.SASL.Mechanism, User: cfg.Kafka.SASL.User, Password: string(cfg.Kafka.SASL.Password)}}
	if k.TLS, err = cfg.Kafka.TLS.Client(os.ReadFile); err != nil {
		return nil, fmt.Errorf("kafka.tls: %w", err)
	}
	if s.kafka, err = kafka.Open(k); err != nil {
		return nil, err
	}
	s.producer = kafka.NewProducer(s.kafka, kafka.Zstd)
	if s.journal, err = openState(cfg, cfg.Redis.Addrs); err != nil {
		return nil, err
	}
	s.cases = cases.Open(s.journal, cases.Caps{})
	s.lists = blacklist.Open(s.journal)
	return s, nil
}

// openState opens the state at some addresses of Redis.
func openState(cfg *config.Config, addrs []string) (*journal.Store, error) {
	encryption, err := cfg.Redis.TLS.Client(os.ReadFile)
	if err != nil {
		return nil, fmt.Errorf("redis.tls: %w", err)
	}
	return journal.Open(journal.Config{
		Region: cfg.Region, Addrs: addrs, User: cfg.Redis.User, Secret: string(cfg.Redis.Password), TLS: encryption,
		DB: cfg.Redis.DB, Cluster: cfg.Redis.Cluster, Embedded: cfg.Redis.Embedded,
		MaxOutbox: int64(cfg.Redis.MaxOutbox), Wait: waitLonger, Ops: roomOps()})
}

// roomOps are the operations of all rooms: every state that is written or
// rebuilt knows them all.
func roomOps() []journal.Ops {
	return []journal.Ops{cases.Ops(), accounts.Ops(), blacklist.Ops(), inspection.Ops(), tips.Ops()}
}

// waitLonger waits before a step is sent again, longer each time.
func waitLonger(ctx context.Context, try int) error {
	if !pause(ctx, time.Duration(try)*100*time.Millisecond) {
		return ctx.Err()
	}
	return nil
}

// pause waits; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (s *services) close() (err error) {
	if s.journal != nil {
		err = s.journal.Close()
	}
	if s.kafka != nil {
		s.kafka.Close()
	}
	return err
}

// topic gives the name that a topic of the program has in this installation.
func (s *services) topic(name string) string {
	t := s.cfg.Kafka.Topics
	switch name {
	case kafka.TopicClaims:
		return t.Claims
	case kafka.TopicDead:
		return t.Dead
	case kafka.TopicFindings:
		return t.Findings
	case kafka.TopicJournal:
		return t.Journal
	}
	return name
}

// ensureTopics makes what is missing and tells what differs.
func (s *services) ensureTopics(ctx context.Context) ([]kafka.Difference, error) {
	k := s.cfg.Kafka
	all := kafka.Topics(k.Partitions, k.Replicas, time.Duration(k.RetentionDays)*24*time.Hour)
	for i := range all {
		all[i].Name = s.topic(all[i].Name)
	}
	return s.kafka.EnsureTopics(ctx, all)
}

// headerMessage names a message of the outbox: one that comes again has the
// same.
const headerMessage = "fundwatch-message"

// carrier takes messages of the journal's outbox to Kafka.
type carrier struct {
	*services
	carried func(topic string, n int)
}

// Publish carries messages to their topic, in order within a partition.
func (c *carrier) Publish(ctx context.Context, topic string, msgs []journal.Message) error {
	out := make([]kafka.Message, len(msgs))
	for i := range msgs {
		m := &msgs[i]
		out[i] = kafka.Message{Key: []byte(m.Key), Value: m.Value}
		for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
			out[i].Headers = append(out[i].Headers, kafka.Header{Key: name, Value: []byte(m.Headers[name])})
		}
		out[i].Headers = append(out[i].Headers, kafka.Header{Key: headerMessage, Value: []byte(m.ID)})
	}
	if err := c.producer.Publish(ctx, c.topic(topic), out); err != nil {
		return err
	}
	c.carried(topic, len(msgs))
	return nil
}

// journalRecords reads the whole journal from its topic.
func (s *services) journalRecords(ctx context.Context) func(yield func(journal.Record, error) bool) {
	return func(yield func(journal.Record, error) bool) {
		place := int64(0)
		for m, err := range s.kafka.Messages(ctx, s.topic(journal.Topic), 0, -1) {
			if err != nil {
				yield(journal.Record{}, err)
				return
			}
			place++
			r, err := journal.ParseRecord(m.Value)
			if err != nil {
				err = &journal.Break{Place: place, Reason: fmt.Sprintf("at offset %d: %v", m.Offset, err)}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// readInput reads a file, or standard input for "-".
func (e *env) readInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(e.in), nil
	}
	return os.Open(path)
}
