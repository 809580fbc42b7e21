package recall

import (
	"context"
	"slices"
	"strings"
	"sync"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/journal"
)

// Act is what a person did, as the journal tells it.
type Act struct {
	N       int64 // of the record
	At      string
	Kind    string
	Object  string
	Version int64
	Who     string
	Reason  string
	Hash    string // of the line
	Objects []string
}

// Trail knows what people did, the last of it: [Trail.Follow] reads topic
// journal and keeps the lines of the chain of staff. It is safe for many
// goroutines.
type Trail struct {
	log   Log
	topic string
	most  int

	mu    sync.RWMutex
	acts  []Act // by N
	seen  int64 // N of the last record
	ready bool
}

// DefaultTrail is how many acts are kept. Older ones are told by the command
// journal export.
const DefaultTrail = 100_000

// NewTrail makes a trail of a topic of journal records that keeps the last most
// acts.
func NewTrail(log Log, topic string, most int) *Trail {
	return &Trail{log: log, topic: topic, most: most}
}

// Follow reads the journal from its beginning and on until ctx ends; see
// [Index.Follow].
func (t *Trail) Follow(ctx context.Context, pause func(context.Context) bool, failed func(error)) {
	f := follower{log: t.log, topic: t.topic, pause: pause, failed: failed}
	f.take = func(_ int, m *kafka.Message) error { return t.take(m.Value) }
	f.caughtUp = func() {
		t.mu.Lock()
		t.ready = true
		t.mu.Unlock()
	}
	f.run(ctx)
}

// take adds a record of staff; a record that comes again is passed over.
func (t *Trail) take(raw []byte) error {
	r, err := journal.ParseRecord(raw)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.N <= t.seen {
		return nil
	}
	t.seen = r.N
	if !strings.HasSuffix(r.Line.Chain, "/staff") {
		return nil
	}
	a := Act{N: r.N, At: r.Line.At, Kind: r.Line.Kind, Object: r.Line.Object, Version: r.Line.Version, Who: r.Line.Who,
		Reason: r.Line.Body["reason"], Hash: r.Line.Hash, Objects: []string{r.Line.Object}}
	for _, op := range r.Line.Ops {
		leads, _ := op["leads"].([]any)
		for _, l := range leads {
			if id, ok := l.(string); ok {
				a.Objects = append(a.Objects, "lead:"+id)
			}
		}
	}
	t.acts = append(t.acts, a)
	if len(t.acts) > 2*t.most {
		t.acts = slices.Clone(t.acts[len(t.acts)-t.most:])
	}
	return nil
}

// Ready reports whether the journal was read to its end once.
func (t *Trail) Ready() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.ready
}

// About lists the acts about an object, such as lead:…, the first first.
func (t *Trail) About(object string) (out []Act) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := range t.acts {
		if slices.Contains(t.acts[i].Objects, object) {
			out = append(out, t.acts[i])
		}
	}
	return out
}

// Last lists acts that fit, the last first, and gives how many there are.
func (t *Trail) Last(fits func(*Act) bool, offset, limit int) (total int, out []Act) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := len(t.acts) - 1; i >= 0; i-- {
		if !fits(&t.acts[i]) {
			continue
		}
		if total >= offset && len(out) < limit {
			out = append(out, t.acts[i])
		}
		total++
	}
	return total, out
}
