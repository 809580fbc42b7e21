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

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

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

// scan gives the ids of what a scan of all messages finds.
func scan(t testing.TB, messages [][]byte) []string {
	w, _ := New(Options{Detectors: all.Detectors(), Knowledge: place().know, Store: newFakeStore(), Policy: fakePolicy{}, Forward: (&cluster{}).forward, Clock: time.Now})
	alloc := arrow.NewGoAllocator()
	seed := claim.Seed{9, 9}
	d := claim.NewDecoder(alloc, seed, claim.AllFields, true)
	for _, msg := range messages {
		d.Decode(msg)
	}
	in := claim.NewIntake(alloc, seed, claim.AllFields)
	in.Add(d.Batch)
	pool, _ := in.Net(1)
	result, err := (&detectors.Run{Pool: pool, Knowledge: place().know, Detectors: w.o.Detectors, Settings: &detectors.Settings{Region: "152900"}, Workers: 1}).Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range result.Findings {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return ids
}

// What the worker has found when all messages of a place are done is what a
// scan of them finds, whatever the batches.
func TestWorkerFindsWhatAScanFinds(t *testing.T) {
	messages := place().messages
	want := scan(t, messages)
	if len(want) < 50 {
		t.Fatalf("only %d findings to compare", len(want))
	}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(messages)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		c := newCluster(rng, shuffled)
		c.drain(t, c.worker(t, c.store), func() int { return 1 + rng.IntN(60) })
		got := slices.Sorted(maps.Keys(c.store.findings))
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d findings, want %d", seed, len(got), len(want))
		}
		n := c.store.counters
		if n["claims"] != int64(len(messages)) || n["messages"]-n["forwarded"] != n["claims"]+n["duplicates"]+n["conflicts"]+n["problems"] {
			t.Fatalf("seed %d: %v", seed, n)
		}
	}
}

var errCrash = errors.New("crash")

// crashing is a store whose calls are cut off now and then, before or after
// they have done their work.
type crashing struct {
	*fakeStore
	rng *rand.Rand
}

func (s crashing) Apply(ctx context.Context, step cases.Step) (cases.Result, error) {
	at := s.rng.IntN(8)
	if at == 0 {
		return cases.Result{}, errCrash
	}
	r, err := s.fakeStore.Apply(ctx, step)
	if at == 1 && err == nil {
		return cases.Result{}, errCrash
	}
	return r, err
}

var errNoRoom = errors.New("no space left")

// full is an archive's folder that is out of room now and then.
type full struct {
	archive.Folder
	rng *rand.Rand
}

func (f full) Write(ctx context.Context, name string, data []byte) error {
	if f.rng.IntN(8) == 0 {
		return errNoRoom
	}
	return f.Folder.Write(ctx, name, data)
}

// seeds is how many runs the simulation makes: FUNDWATCH_SEEDS, or 60.
func seeds(t *testing.T) uint64 {
	if text := os.Getenv("FUNDWATCH_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 60
}

// Whatever goes wrong, in the end everything is as after a calm run: crashes
// before and after a step is stored, workers that die and lose their memory,
// old owners that still send, batches that come again or are cut otherwise,
// messages twice, damaged or in the wrong partition, an archive that is out of
// room now and then, a store that takes small steps only.
func TestTroubleLeavesNoTrace(t *testing.T) {
	for seed := range seeds(t) {
		rng := rand.New(rand.NewPCG(seed, 2))
		messages := place().someMessages(rng, 8+rng.IntN(20))
		calm, rough := newCluster(rand.New(rand.NewPCG(seed, 3)), messages), newCluster(rand.New(rand.NewPCG(seed, 3)), messages)
		calm.drain(t, calm.worker(t, calm.store), func() int { return 1000 })
		if seed%2 == 1 {
			rough.archive = &archive.Archive{Store: full{archive.Folder(t.TempDir()), rng}, Alloc: arrow.NewGoAllocator()}
		}
		if seed%3 == 0 {
			rough.store.most = 2000
		}
		trouble(t, rough, rng)
		rough.drain(t, rough.worker(t, rough.store), func() int { return 5 })
		if got, want := rough.unforwarded(), calm.unforwarded(); got != want {
			t.Fatalf("seed %d: after trouble\n%s\nafter calm\n%s", seed, got, want)
		}
	}
}

// unforwarded is the digest without what depends on how often a message was
// forwarded: a crash between forwarding and storing forwards again, and the
// second one counts as a duplicate.
func (c *cluster) unforwarded() string {
	for _, name := range []string{"forwarded", "messages", "duplicates"} {
		delete(c.store.counters, name)
	}
	var dead []string
	for _, d := range c.store.dead { // the place of a forwarded message may differ
		_, rest, _ := bytes.Cut([]byte(d), []byte(" "))
		dead = append(dead, string(rest))
	}
	slices.Sort(dead)
	c.store.dead = slices.Compact(dead)
	delete(c.store.counters, "conflicts")
	delete(c.store.counters, "problems")
	return c.store.digest()
}

// owner is a worker that has a partition, or believes so.
type owner struct {
	w    *Worker
	h    kafka.Handler
	next int64
}

// trouble has workers come and go for a while.
func trouble(t *testing.T, c *cluster, rng *rand.Rand) {
	ctx := context.Background()
	var now, before [partitions]owner
	w := c.worker(t, crashing{c.store, rng})
	generation := int64(1)
	begin := func(p int) {
		generation++
		if now[p].h != nil && rng.IntN(2) == 0 {
			before[p] = now[p] // does not know yet that it is over
			w = c.worker(t, crashing{c.store, rng})
		} else if now[p].h != nil {
			now[p].h.End()
		}
		h, next := c.begin(t, w, p, generation)
		now[p] = owner{w, h, next}
	}
	for range 40 {
		p := rng.IntN(partitions)
		switch rng.IntN(10) {
		case 0: // the group is balanced anew
			begin(p)
		case 3: // old messages leave Kafka
			if c.archive != nil {
				c.retain(t, p)
			}
		case 1: // a worker dies with all it knows
			w = c.worker(t, crashing{c.store, rng})
			now = [partitions]owner{}
		case 2: // an old owner still works
			if o := &before[p]; o.h != nil && int(o.next) < len(c.logs[p]) {
				to := min(int(o.next)+1+rng.IntN(4), len(c.logs[p]))
				if int(o.next) < c.first[p] {
					continue
				}
				err := o.h.Handle(ctx, c.batch(p, int(o.next), to))
				if err == nil {
					err = settle(o.h)
				}
				if err == nil && c.store.generation[p] > 0 && now[p].h != nil && int(c.store.next[p]) < to {
					t.Fatal("an old owner stored something")
				}
				before[p] = owner{}
			}
		default:
			if now[p].h == nil {
				begin(p)
			}
			o := &now[p]
			from := int(o.next)
			if from >= len(c.logs[p]) {
				continue
			}
			to := min(from+1+rng.IntN(6), len(c.logs[p]))
			err := o.h.Handle(ctx, c.batch(p, from, to))
			if err == nil && rng.IntN(2) == 0 {
				err = settle(o.h)
			}
			if err != nil {
				o.h.End()
				*o = owner{}
			} else {
				o.next = int64(to)
			}
		}
	}
}

// A message that was forwarded stays where it lies, even where its key belongs
// elsewhere: partitions may have become more meanwhile.
func TestForwardedOnce(t *testing.T) {
	c := &cluster{store: newFakeStore()}
	msg := place().messages[0]
	key, _ := kafka.KeyOf(msg)
	wrong := (kafka.PartitionOf(key, partitions) + 1) % partitions
	c.send(wrong, kafka.Message{Key: key, Value: msg, Headers: []kafka.Header{{Key: kafka.HeaderForwarded, Value: []byte("claims/9/1")}}})
	c.send(wrong, kafka.Message{Key: key, Value: msg})
	c.drain(t, c.worker(t, c.store), func() int { return 2 })
	if n := c.store.counters; n["claims"] != 2 || n["forwarded"] != 1 {
		t.Errorf("%v", n)
	}
}

// Claims before the window are forgotten; findings that rest on them stand, and
// new ones are found as before.
func TestWindow(t *testing.T) {
	messages := slices.Clone(place().messages)
	slices.SortFunc(messages, func(a, b []byte) int { return strings.Compare(settled(a), settled(b)) })
	whole, short := &cluster{store: newFakeStore()}, &cluster{store: newFakeStore()}
	for _, c := range []*cluster{whole, short} {
		for _, msg := range messages {
			key, _ := kafka.KeyOf(msg)
			c.send(kafka.PartitionOf(key, partitions), kafka.Message{Key: key, Value: msg})
		}
	}
	whole.drain(t, whole.worker(t, whole.store), func() int { return 10 })
	w := short.worker(t, short.store)
	w.o.WindowDays = 30
	lookAfter = 1
	defer func() { lookAfter = 4096 }()
	short.drain(t, w, func() int { return 10 })
	kept := 0
	for _, m := range w.memory {
		kept += m.book.Rows(claim.Settlements)
	}
	if kept >= len(messages)/2 {
		t.Errorf("%d of %d claims are remembered", kept, len(messages))
	}
	for id := range short.store.findings {
		if _, also := whole.store.findings[id]; !also {
			t.Errorf("%s is found with a short memory only", id)
		}
	}
	if short.store.withdrawn > whole.store.withdrawn {
		t.Errorf("%d findings withdrawn, %d with a long memory", short.store.withdrawn, whole.store.withdrawn)
	}
	if len(short.store.findings) < len(whole.store.findings)/2 {
		t.Errorf("only %d of %d findings", len(short.store.findings), len(whole.store.findings))
	}
}

func settled(msg []byte) string {
	_, rest, _ := strings.Cut(string(msg), `"setl_time":"`)
	return rest[:19]
}

// A worker that begins again with a window finds less than was announced, and
// that is nothing to warn of.
func TestRestartBehindTheWindow(t *testing.T) {
	c := &cluster{store: newFakeStore(), archive: &archive.Archive{Store: archive.Folder(t.TempDir()), Alloc: arrow.NewGoAllocator()}}
	messages := slices.Clone(place().messages)
	slices.SortFunc(messages, func(a, b []byte) int { return strings.Compare(settled(a), settled(b)) })
	for _, msg := range messages {
		key, _ := kafka.KeyOf(msg)
		c.send(kafka.PartitionOf(key, partitions), kafka.Message{Key: key, Value: msg})
	}
	c.drain(t, c.worker(t, c.store), func() int { return 10 })
	w := c.worker(t, c.store) // tells the test of warnings
	w.o.WindowDays = 30
	left := 0
	for p := range partitions {
		h, next := c.begin(t, w, p, 1000)
		if int(next) < len(c.logs[p]) {
			if err := h.Handle(context.Background(), c.batch(p, int(next), len(c.logs[p]))); err != nil {
				t.Fatal(err)
			}
		}
		if m := h.(*handler).m; m.partial && len(slices.Collect(m.standing())) < len(c.store.of[p]) {
			left++
		}
		h.End()
	}
	if left == 0 {
		t.Error("no partition has findings before the window: the test tests nothing")
	}
}
