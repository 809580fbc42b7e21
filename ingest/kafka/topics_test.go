package kafka_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/ingest/kafka"
)

// one waits for the one message of a topic.
func one(ctx context.Context, t testing.TB, c *kafka.Client, name string, partitions int) (out kafka.Message) {
	t.Helper()
	var mu sync.Mutex
	l := newLedger()
	consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, func(_ context.Context, a kafka.Assignment, b kafka.Batch) error {
		mu.Lock()
		defer mu.Unlock()
		for _, m := range b.Messages {
			out = kafka.CloneOf(m)
			if a.Home(m.Key) != a.Partition || a.Partitions != partitions {
				t.Errorf("it lies in partition %d of %d", a.Partition, a.Partitions)
			}
		}
		return nil
	})})
	l.wait(ctx, t, 1)
	mu.Lock()
	defer mu.Unlock()
	return out
}

func TestEnsureTopics(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	base := fmt.Sprintf("e-%d-", time.Now().UnixNano())
	keyed := kafka.Topic{Name: base + "keyed", Partitions: 3, Replicas: 1, InSync: 1, Retention: 48 * time.Hour, MaxBytes: 1 << 20, Keyed: true}
	loose := kafka.Topic{Name: base + "loose", Partitions: 1, Replicas: 1, InSync: 1, MaxBytes: 1 << 20}
	ensure := func(topics ...kafka.Topic) string {
		t.Helper()
		d, err := c.EnsureTopics(ctx, topics)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, one := range d {
			out = append(out, fmt.Sprintf("%s %s>%s %v", one.Setting, one.Have, one.Want, one.Mended))
		}
		return strings.Join(out, ", ")
	}
	if got := ensure(keyed, loose) + ensure(keyed, loose); got != "" {
		t.Fatalf("as wanted: %s", got)
	}
	more := keyed
	more.Partitions, more.MaxBytes, more.Retention = 5, 2<<20, 0
	if got := ensure(more); got != "partitions 3>5 false, retention.ms 172800000>-1 true, max.message.bytes 1048576>2097152 true" {
		t.Errorf("more of a keyed topic: %s", got)
	}
	fewer := more
	fewer.Partitions, fewer.MaxBytes, fewer.Retention = 2, 1<<20, time.Hour
	if got := ensure(fewer); got != "partitions 3>2 false, retention.ms -1>3600000 false, max.message.bytes 2097152>1048576 false" {
		t.Errorf("less of a keyed topic: %s", got)
	}
	loose.Partitions = 4
	if got := ensure(loose); got != "partitions 1>4 true" {
		t.Errorf("more of a topic without keys: %s", got)
	}
	if n, err := c.DeadPartitions(ctx, loose.Name); err != nil || n != 4 {
		t.Errorf("%d partitions, %v; want 4", n, err)
	}
	if got := ensure(loose); got != "" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestPublishTellsWhatFailed(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	p := kafka.NewProducer(c, kafka.Uncompressed)
	soon, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	secret := kafka.Message{Key: []byte("P-SECRET"), Value: []byte("V-SECRET")}
	err := p.Publish(soon, "no-such-topic", []kafka.Message{secret, secret, secret})
	var failed *kafka.PublishError
	if !errors.As(err, &failed) || failed.Failed != 3 || failed.Of != 3 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Unknown Topic") {
		t.Errorf("%v", err)
	}
	small := kafka.Topic{Name: topic(t, c, 1) + "s", Partitions: 1, Replicas: 1, InSync: 1, MaxBytes: 2000}
	if _, err := c.EnsureTopics(ctx, []kafka.Topic{small}); err != nil {
		t.Fatal(err)
	}
	tooLarge := p.Publish(ctx, small.Name, []kafka.Message{{Value: []byte(strings.Repeat("V-SECRET", 1000))}})
	if !errors.Is(tooLarge, kafka.ErrTooLarge) {
		t.Errorf("above the topic's limit: %v", tooLarge)
	}
	for _, err := range []error{err, tooLarge} {
		if text := fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)); strings.Contains(text, "SECRET") {
			t.Errorf("an error holds a message: %s", text)
		}
	}
}

func TestPing(t *testing.T) {
	ctx := limit(t)
	if err := open(t, broker(t)).Ping(ctx); err != nil {
		t.Error(err)
	}
	soon, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if err := open(t, "127.0.0.1:1").Ping(soon); err == nil {
		t.Error("nobody listens there, but it answered")
	}
}

func TestConfigCheck(t *testing.T) {
	good := kafka.SASL{Mechanism: kafka.ScramSHA512, User: "u", Password: "secret"}
	for _, x := range []struct {
		config kafka.Config
		want   string // empty: none
	}{
		{kafka.Config{Brokers: []string{"k1:9092", "[::1]:9092"}}, ""},
		{kafka.Config{Brokers: []string{"k1:9092"}, SASL: good}, ""},
		{kafka.Config{Brokers: []string{"k1:9092"}, TLS: &tls.Config{}, SASL: kafka.SASL{Mechanism: kafka.Plain, User: "u", Password: "secret"}}, ""},
		{kafka.Config{Brokers: []string{"127.0.0.1:9092"}, SASL: kafka.SASL{Mechanism: kafka.Plain, User: "u", Password: "secret"}}, ""},
		{kafka.Config{Brokers: []string{"k1:9092"}, SASL: kafka.SASL{Mechanism: kafka.Plain, User: "u", Password: "secret"}}, "use TLS"},
		{kafka.Config{}, "no broker"},
		{kafka.Config{Brokers: []string{"k1"}}, "host:port"},
		{kafka.Config{Brokers: []string{":9092"}}, "host:port"},
		{kafka.Config{Brokers: []string{"k1:70000"}}, "host:port"},
		{kafka.Config{Brokers: []string{"k1:9092"}, SASL: kafka.SASL{Mechanism: "MD5", User: "u", Password: "secret"}}, "unknown mechanism"},
		{kafka.Config{Brokers: []string{"k1:9092"}, SASL: kafka.SASL{Mechanism: kafka.ScramSHA256, Password: "secret"}}, "needs a user"},
		{kafka.Config{Brokers: []string{"k1:9092"}, SASL: kafka.SASL{Password: "secret"}}, "without a mechanism"},
	} {
		err := x.config.Check()
		if (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v: %v, want %q", x.config.Brokers, err, x.want)
		}
		if text := fmt.Sprintf("%v %+v %#v %v", x.config, x.config, x.config, err); strings.Contains(text, "secret") {
			t.Errorf("the password shows: %s", text)
		}
	}
}
