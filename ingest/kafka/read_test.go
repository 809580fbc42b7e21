package kafka_test

import (
	"fmt"
	"testing"

	"fundwatch/ingest/kafka"
)

func TestMessagesAreReadToTheEnd(t *testing.T) {
	ctx, c := limit(t), open(t, broker(t))
	name := topic(t, c, 1)
	p := kafka.NewProducer(c, kafka.Zstd)
	const n = 500
	var all []kafka.Message
	for i := range n {
		all = append(all, kafka.Message{Key: []byte("P1"), Value: fmt.Append(nil, i)})
	}
	ends, err := p.PublishOffsets(ctx, name, all)
	if err != nil || ends[0] != n {
		t.Fatal(ends, err)
	}
	for from, want := range map[int64]int{-1: n, 0: n, n - 3: 3, n: 0} {
		have := 0
		for m, err := range c.Messages(ctx, name, 0, from) {
			if err != nil {
				t.Fatal(err)
			}
			if string(m.Value) != fmt.Sprint(n-want+have) {
				t.Fatalf("from %d: message %d is %s", from, have, m.Value)
			}
			have++
		}
		if have != want {
			t.Errorf("from %d: %d messages, want %d", from, have, want)
		}
	}
	for _, err := range c.Messages(ctx, name+"-none", 0, 0) {
		if err == nil {
			t.Error("a topic that is not there gave a message")
		}
	}
}
