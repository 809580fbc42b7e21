package worker

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
)

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
