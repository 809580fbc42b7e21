package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/simulate"
	"fundwatch/policies"
)

// world is an invented place (虚构): its claims as messages, and what is known.
type world struct {
	messages [][]byte
	know     *knowledge.Knowledge
}

var place = sync.OnceValue(func() world {
	c := simulate.Config{Seed: 7, Claims: 60}
	dir, err := os.MkdirTemp("", "knowledge")
	if err == nil {
		defer os.RemoveAll(dir)
		err = simulate.WriteKnowledge(c, dir)
	}
	if err != nil {
		panic(err)
	}
	know, problems, err := knowledge.Load(os.DirFS(dir))
	if err != nil || len(problems) > 0 {
		panic(fmt.Sprint(err, problems))
	}
	w := world{know: know}
	for x := range simulate.Claims(c) {
		w.messages = append(w.messages, x.AppendJSON(nil))
	}
	return w
})

// someMessages gives about so many messages of the place in any order: claims,
// some of them twice, some with another content, and some that are none.
func (w world) someMessages(rng *rand.Rand, n int) [][]byte {
	var out [][]byte
	from := rng.IntN(len(w.messages))
	for i := range n {
		msg := w.messages[(from+i)%len(w.messages)]
		out = append(out, msg)
		switch rng.IntN(12) {
		case 0, 1:
			out = append(out, msg)
		case 2:
			out = append(out, bytes.Replace(msg, []byte(`"hifp_pay":"`), []byte(`"hifp_pay":"9`), 1))
		case 3:
			out = append(out, bytes.Replace(msg, []byte(`"gend":"`), []byte(`"gend":"7`), 1))
		case 4:
			out = append(out, msg[:len(msg)/2])
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

const partitions = 3

// cluster is logs of partitions and the store: what survives every crash.
type cluster struct {
	logs    [partitions][]kafka.Message
	first   [partitions]int // what lies before is not in Kafka any more
	store   *fakeStore
	archive *archive.Archive // nil: none
	asked   int              // how often the clock was asked
}

// clock moves on by a second whenever it is asked.
func (c *cluster) clock() time.Time {
	c.asked++
	return time.Date(2026, 12, 31, 0, 0, c.asked, 0, time.UTC)
}

func newCluster(rng *rand.Rand, messages [][]byte) *cluster {
	c := &cluster{store: newFakeStore()}
	contents := map[string]map[string]bool{}
	for _, msg := range messages {
		if contents[idOf(msg)] == nil {
			contents[idOf(msg)] = map[string]bool{}
		}
		contents[idOf(msg)][string(msg)] = true
	}
	for _, msg := range messages {
		key, _ := kafka.KeyOf(msg)
		p := kafka.PartitionOf(key, partitions)
		// Which of two contents came first is for the log of their partition to
		// say, so only those with one are sent elsewhere.
		if rng.IntN(5) == 0 && len(contents[idOf(msg)]) == 1 {
			p = rng.IntN(partitions) // a sender with another partitioner
		}
		c.send(p, kafka.Message{Key: key, Value: msg})
	}
	return c
}

// idOf is the beginning of a message, up to the settlement's id and beyond.
func idOf(msg []byte) string { return string(msg[:min(len(msg), 60)]) }

func (c *cluster) send(p int, m kafka.Message) {
	m.Offset = int64(len(c.logs[p]))
	c.logs[p] = append(c.logs[p], m)
}

func (c *cluster) forward(_ context.Context, from kafka.Assignment, messages []kafka.Message) error {
	for _, m := range messages {
		m.Headers = append(slices.Clone(m.Headers), kafka.Header{Key: kafka.HeaderForwarded, Value: []byte(strconv.FormatInt(m.Offset, 10))})
		m.Value = slices.Clone(m.Value)
		c.send(from.Home(m.Key), m)
	}
	return nil
}

func (c *cluster) worker(t testing.TB, store Store) *Worker {
	w, err := New(Options{
		Region: "152900", Detectors: all.Detectors(), Knowledge: place().know, Policy: fakePolicy{}, Store: store, Forward: c.forward,
		Seed: claim.Seed{3, 4}, Clock: c.clock,
		Archive: c.archive, ArchiveClaims: 3, ArchiveAgain: 5 * time.Second, ArchiveWaiting: 30_000, Alongside: lately,
		Report: func(r Report) {
			if strings.Contains(r.Warning, "rebuild") {
				t.Errorf("warning: %s", r.Warning)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// lately stores a step when somebody waits for it: as late as it may be.
func lately(store func() error) (wait func() error) { return store }

func settle(h kafka.Handler) error { return h.(kafka.Settler).Settle(context.Background()) }

// drain lets one worker do everything that is in the logs, in whole batches.
func (c *cluster) drain(t testing.TB, w *Worker, size func() int) {
	for generation := int64(100); ; generation++ {
		moved := false
		for p := range partitions {
			h, next := c.begin(t, w, p, generation)
			for settled := true; int(next) < len(c.logs[p]) || !settled; {
				to := min(int(next)+size(), len(c.logs[p]))
				var err error
				if settled = int(next) == to; settled {
					err = settle(h)
				} else {
					err = h.Handle(context.Background(), c.batch(p, int(next), to))
				}
				if errors.Is(err, cases.ErrLarge) || errors.Is(err, errNoRoom) {
					h.End()
					h, next = c.begin(t, w, p, generation)
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				next, moved = int64(to), moved || !settled
			}
			h.End()
		}
		if !moved { // nothing was forwarded meanwhile
			return
		}
	}
}

func (c *cluster) begin(t testing.TB, w *Worker, p int, generation int64) (kafka.Handler, int64) {
	a := kafka.Assignment{Topic: "claims", Partition: p, Partitions: partitions, Generation: generation}
	h := w.Handler(a)
	next, err := h.Begin(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	if next == cases.Nothing {
		next = int64(c.first[p])
	}
	if int(next) < c.first[p] {
		t.Fatalf("partition %d is to begin at %d, Kafka has %d and later", p, next, c.first[p])
	}
	return h, next
}

// retain drops from Kafka what the archive holds of a partition.
func (c *cluster) retain(t testing.TB, p int) {
	ranges, err := c.archive.Ranges(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(ranges); n > 0 {
		c.first[p] = int(ranges[n-1].To)
	}
}

func (c *cluster) batch(p, from, to int) kafka.Batch {
	return kafka.Batch{Messages: slices.Clone(c.logs[p][from:to]), Next: int64(to), End: int64(len(c.logs[p]))}
}

// fakePolicy makes cases of larger amounts.
type fakePolicy struct{}

func (fakePolicy) Triage(_ context.Context, in policies.TriageInput) (policies.Decision, error) {
	d := policies.Decision{Path: "lead", Record: policies.Record{Policy: "r1", Input: in.Detector}}
	switch {
	case in.AmountFen > 100_000:
		d.Path = "case"
	case in.Grade == detectors.Indicator:
		return d, policies.ErrUndefined
	}
	return d, nil
}

// fakeStore does what the contract of [Store] says, in memory.
type fakeStore struct {
	next       map[int]int64
	generation map[int]int64
	leads      map[string]*cases.LeadDelta
	findings   map[string]string       // those that stand, as JSON
	of         map[int]map[string]bool // their ids by partition
	dead       []string
	counters   map[string]int64
	stale      int  // steps refused
	withdrawn  int  // findings
	most       int  // bytes that a step of several messages may have, 0: any number
	whole      bool // that of one too
	large      int  // steps refused for more
}

func newFakeStore() *fakeStore {
	return &fakeStore{next: map[int]int64{}, generation: map[int]int64{}, leads: map[string]*cases.LeadDelta{}, findings: map[string]string{}, of: map[int]map[string]bool{},
		counters: map[string]int64{}}
}

func (s *fakeStore) Fence(_ context.Context, p int, generation int64, _ time.Time) (int64, error) {
	if generation < s.generation[p] {
		return 0, cases.ErrStale
	}
	s.generation[p] = generation
	if next, known := s.next[p]; known {
		return next, nil
	}
	return cases.Nothing, nil
}

func (s *fakeStore) Partitions(context.Context) (out []cases.Partition, _ error) {
	for p, ids := range s.of {
		out = append(out, cases.Partition{Partition: p, Next: s.next[p], Set: cases.Fingerprint(maps.Keys(ids))})
	}
	return out, nil
}

func (s *fakeStore) Apply(_ context.Context, step cases.Step) (cases.Result, error) {
	if step.Generation < s.generation[step.Partition] {
		s.stale++
		return cases.Result{}, cases.ErrStale
	}
	if next, known := s.next[step.Partition]; known && next != step.From {
		return cases.Result{}, &cases.OffsetError{Partition: step.Partition, Have: next, From: step.From, To: step.To}
	}
	if line, err := json.Marshal([]any{step.Leads, step.Dead}); err != nil || s.most > 0 && len(line) > s.most && (s.whole || step.To-step.From > 1) {
		s.large++
		return cases.Result{}, errors.Join(cases.ErrLarge, err)
	}
	s.next[step.Partition] = step.To
	for _, f := range step.Findings {
		_, stands := s.findings[f.ID]
		if stands != f.Withdrawn {
			return cases.Result{}, fmt.Errorf("finding %s: stands %t, withdrawn %t", f.ID, stands, f.Withdrawn)
		}
		if s.of[step.Partition] == nil {
			s.of[step.Partition] = map[string]bool{}
		}
		if f.Withdrawn {
			s.withdrawn++
		}
		delete(s.findings, f.ID)
		delete(s.of[step.Partition], f.ID)
		if !f.Withdrawn {
			s.findings[f.ID] = string(f.Value)
			s.of[step.Partition][f.ID] = true
		}
	}
	for _, d := range step.Leads {
		s.lead(d)
	}
	for _, d := range step.Dead {
		s.dead = append(s.dead, fmt.Sprintf("%d/%d %s %v %x", step.Partition, d.Offset, d.Kind, d.Problems, sha256.Sum256(d.Raw)))
	}
	for name, n := range step.Counters {
		s.counters[name] += n
	}
	return cases.Result{Next: step.To}, nil
}

func (s *fakeStore) lead(d cases.LeadDelta) {
	key := fmt.Sprint(d.Subject, d.Scheme)
	l := s.leads[key]
	if l == nil {
		l = &cases.LeadDelta{Detectors: map[string]int64{}, Paths: map[string]int64{}}
		s.leads[key] = l
	}
	l.Findings, l.Amount, l.Union = l.Findings+d.Findings, l.Amount+d.Amount, l.Union+d.Union
	for name, n := range d.Detectors {
		l.Detectors[name] += n
	}
	for name, n := range d.Paths {
		l.Paths[name] += n
	}
}

// digest stands for everything.
func (s *fakeStore) digest() string {
	slices.Sort(s.dead)
	leads := map[string]cases.LeadDelta{}
	for key, l := range s.leads {
		maps.DeleteFunc(l.Detectors, func(_ string, n int64) bool { return n == 0 })
		maps.DeleteFunc(l.Paths, func(_ string, n int64) bool { return n == 0 })
		if l.Findings != 0 || l.Amount != 0 || l.Union != 0 {
			leads[key] = *l
		}
	}
	text, err := json.MarshalIndent([]any{s.findings, leads, s.dead, s.counters}, "", " ")
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]) + "\n" + string(text)
}
