package recall_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/embedded"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/internal/recall"
)

// broker is Kafka for one test, and what puts messages there.
type broker struct {
	*kafka.Client
	producer *kafka.Producer
}

func newBroker(t *testing.T, topics ...string) *broker {
	t.Helper()
	s, err := embedded.Kafka("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := kafka.Open(kafka.Config{Brokers: []string{s.Addr}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Stop() })
	for _, name := range topics {
		topic := kafka.Topics(3, 1, 0)[0]
		topic.Name = name
		if name == journal.Topic {
			topic.Partitions = 1
		}
		if _, err := c.EnsureTopics(t.Context(), []kafka.Topic{topic}); err != nil {
			t.Fatal(err)
		}
	}
	return &broker{c, kafka.NewProducer(c, kafka.Zstd)}
}

func (b *broker) put(t *testing.T, topic string, messages ...kafka.Message) {
	t.Helper()
	if err := b.producer.Publish(t.Context(), topic, messages); err != nil {
		t.Fatal(err)
	}
}

// rounds follows for so many rounds.
func rounds(t *testing.T, n int, follow func(context.Context, func(context.Context) bool, func(error))) {
	follow(t.Context(), func(context.Context) bool { n--; return n > 0 }, func(err error) { t.Error(err) })
}

func TestTheLastMessageOfAKeyIsFound(t *testing.T) {
	b := newBroker(t, "findings")
	var all []kafka.Message
	for i := range 300 {
		all = append(all, kafka.Message{Key: fmt.Append(nil, "S05-", i), Value: fmt.Append(nil, "first ", i)})
	}
	b.put(t, "findings", all...)
	x := recall.NewIndex(b, "findings")
	if _, err := x.Get(t.Context(), "S05-7"); !errors.Is(err, recall.ErrUnknown) || x.Ready() {
		t.Fatalf("before it was read: %v", err)
	}
	rounds(t, 1, x.Follow)
	if !x.Ready() || x.Len() != 300 {
		t.Fatalf("ready %v, %d keys", x.Ready(), x.Len())
	}
	for i := range 300 {
		if m, err := x.Get(t.Context(), fmt.Sprint("S05-", i)); err != nil || string(m.Value) != fmt.Sprint("first ", i) {
			t.Fatalf("key %d: %v", i, err)
		}
	}
	b.put(t, "findings", kafka.Message{Key: []byte("S05-7"), Value: []byte("withdrawn")})
	rounds(t, 1, x.Follow)
	if m, err := x.Get(t.Context(), "S05-7"); err != nil || string(m.Value) != "withdrawn" {
		t.Errorf("the later message: %v", err)
	}
	if _, err := x.Get(t.Context(), "none"); !errors.Is(err, recall.ErrUnknown) {
		t.Errorf("a key that is not there: %v", err)
	}
}

// TestTheTrailTellsWhatPeopleDid reads a journal in which records come twice.
func TestTheTrailTellsWhatPeopleDid(t *testing.T) {
	b := newBroker(t, journal.Topic)
	j := journaltest.Open(t, journaltest.Config(t, "check.x = function() end apply.x = function() end"))
	at := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
	for i, e := range []journal.Entry{
		{Chain: "p3", Kind: "step", Object: "part:3", Who: "worker", Ops: []journal.Op{{"op": "x"}}},
		{Chain: "staff", Kind: "lead.dismiss", Object: "lead:L1", Who: "zhang", ID: "a", Ops: []journal.Op{{"op": "x"}}},
		{Chain: "staff", Kind: "case.open", Object: "case:C1", Who: "wang", ID: "b", Ops: []journal.Op{{"op": "x", "leads": []string{"L1", "L2"}}}},
	} {
		e.At, e.Version, e.Body = at, int64(i), map[string]string{"reason": "虚构"}
		if _, err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	k := &journaltest.Kafka{}
	if _, err := journal.NewRelay(j, k).Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, m := range k.Topics[journal.Topic] {
			b.put(t, journal.Topic, kafka.Message{Key: []byte(m.Key), Value: m.Value})
		}
	}
	trail := recall.NewTrail(b, journal.Topic, recall.DefaultTrail)
	rounds(t, 1, trail.Follow)
	about := func(object string) (kinds string) {
		for _, a := range trail.About(object) {
			kinds += a.Kind + "/" + a.Who + "/" + a.Reason + " "
		}
		return kinds
	}
	if got := about("lead:L1"); got != "lead.dismiss/zhang/虚构 case.open/wang/虚构 " || about("lead:L2") != "case.open/wang/虚构 " {
		t.Error(got, about("lead:L2"))
	}
	total, last := trail.Last(func(a *recall.Act) bool { return !strings.HasPrefix(a.Kind, "none") }, 0, 1)
	if total != 2 || len(last) != 1 || last[0].Kind != "case.open" || last[0].N != 3 || !trail.Ready() {
		t.Error(total, last)
	}
}
