package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// ops is a room for tests: add adds to a number, with an upper limit.
const ops journal.Ops = `
check.add = function(a)
  local have = tonumber(call('HGET', key('numbers'), a.name) or '0')
  if a.most and have + tonumber(a.by) > tonumber(a.most) then return 'most', tostring(have) end
end
apply.add = function(a) call('HINCRBY', key('numbers'), a.name, a.by) end
`

var noon = time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)

func add(chain, name string, by int) journal.Entry {
	return journal.Entry{
		Chain: chain, At: noon, Kind: "add", Object: name, Version: 1, Who: "虚构甲",
		Ops: []journal.Op{{"op": "add", "name": name, "by": fmt.Sprint(by)}},
	}
}

func store(t testing.TB) *journal.Store {
	return journaltest.Open(t, journaltest.Config(t, ops))
}

func mustAppend(t testing.TB, s *journal.Store, e journal.Entry) journal.Receipt {
	t.Helper()
	r, err := s.Append(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func number(t testing.TB, s *journal.Store, name string) string {
	t.Helper()
	v, _ := s.Reader().HGet(t.Context(), s.Key("numbers"), name).Result()
	return v
}

// relayed carries the outbox out and gives what Kafka got.
func relayed(t testing.TB, s *journal.Store) *journaltest.Kafka {
	t.Helper()
	k := &journaltest.Kafka{}
	r := journal.NewRelay(s, k)
	for {
		n, err := r.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return k
		}
	}
}

// file writes messages as an exported journal.
func file(msgs []journal.Message) []byte {
	var b []byte
	for _, m := range msgs {
		b = append(append(b, m.Value...), '\n')
	}
	return b
}

func read(b []byte) iter.Seq2[journal.Record, error] { return journal.Read(bytes.NewReader(b)) }

func TestChangeAndLineAreOneStep(t *testing.T) {
	s := store(t)
	e := add("p3", "a", 5)
	e.Out = []journal.Message{{Topic: "findings", Key: "k", Value: []byte("值"), Headers: map[string]string{"change": "new"}}}
	if r := mustAppend(t, s, e); r.N != 1 || r.Waiting != 2 {
		t.Errorf("receipt %+v", r)
	}
	if got := number(t, s, "a"); got != "5" {
		t.Errorf("a = %s, want 5", got)
	}
	k := relayed(t, s)
	m := k.Topics["findings"]
	if len(m) != 1 || m[0].Key != "k" || string(m[0].Value) != "值" || m[0].Headers["change"] != "new" || m[0].ID != "1-1" {
		t.Errorf("findings got %+v", m)
	}
	const want = `{"line":{"at":"2026-03-05 12:00:00","body":{},"chain":"152900/p3","hash":"`
	if got := string(k.Topics[journal.Topic][0].Value); !strings.HasPrefix(got, want) {
		t.Errorf("record %s", got)
	}
	if n, _ := s.Waiting(t.Context()); n != 0 {
		t.Errorf("%d messages wait after all were acknowledged", n)
	}
}

func TestRefusedStepWritesNothing(t *testing.T) {
	s := store(t)
	mustAppend(t, s, add("p0", "a", 5))
	e := add("p0", "b", 1)
	e.Ops = append(e.Ops, journal.Op{"op": "add", "name": "a", "by": "9", "most": "10"})
	before, _ := journal.Digest(t.Context(), s)
	_, err := s.Append(t.Context(), e)
	refused, ok := errors.AsType[*journal.Refused](err)
	if !ok || refused.Op != 1 || refused.Reason != "most" || refused.Found != "5" {
		t.Fatalf("got %v", err)
	}
	e.Ops[1]["op"] = "nobody's"
	if _, err := s.Append(t.Context(), e); err == nil {
		t.Error("an operation that nobody knows was done")
	}
	e = add("p0", "a", 1)
	e.Body = map[string]string{"text": strings.Repeat("x", journal.MaxLine)}
	if _, err := s.Append(t.Context(), e); !errors.Is(err, journal.ErrLarge) {
		t.Errorf("a line too large for Kafka: %v", err)
	}
	if after, _ := journal.Digest(t.Context(), s); after != before {
		t.Error("a refused step changed the state")
	}
}

// Every call fails in turn; each entry must count exactly once.
func TestLostAnswersCountOnce(t *testing.T) {
	s := store(t)
	calls := 0
	s.AddHook(&journaltest.Network{Next: func() journaltest.Fault {
		calls++
		return journaltest.Fault(calls % 3)
	}})
	for i := range 30 {
		e := add("staff", "a", 1)
		e.ID = fmt.Sprintf("op-%d", i)
		mustAppend(t, s, e)
		if i%5 == 0 { // and again from the browser
			if r := mustAppend(t, s, e); !r.Repeated {
				t.Error("an act sent twice was done twice")
			}
		}
	}
	if got := number(t, s, "a"); got != "30" {
		t.Errorf("a = %s, want 30", got)
	}
	e := add("staff", "a", 7)
	e.ID = "op-3"
	if _, err := s.Append(t.Context(), e); !errors.Is(err, journal.ErrReused) {
		t.Errorf("another request under a used id: %v", err)
	}
}

func TestGivesUpWhenTheNetworkIsGone(t *testing.T) {
	cfg := journaltest.Config(t, ops)
	waits := 0
	cfg.Tries = 4
	cfg.Wait = func(_ context.Context, try int) error { waits += try; return nil }
	s := journaltest.Open(t, cfg)
	s.AddHook(&journaltest.Network{Next: func() journaltest.Fault { return journaltest.Before }})
	if _, err := s.Append(t.Context(), add("p0", "a", 1)); err == nil || waits != 1+2+3 {
		t.Errorf("error %v after waits of sum %d", err, waits)
	}
}

// The calm case is one call; a writer that was overtaken needs a second.
func TestRoundTrips(t *testing.T) {
	cfg := journaltest.Config(t, ops)
	s, other := journaltest.Open(t, cfg), journaltest.Open(t, cfg)
	calls := 0
	s.AddHook(&journaltest.Network{Next: func() journaltest.Fault { calls++; return journaltest.None }})
	mustAppend(t, s, add("p0", "a", 1))
	calls = 0
	for range 10 {
		mustAppend(t, s, add("p0", "a", 1))
	}
	if calls != 10 {
		t.Errorf("10 entries took %d calls", calls)
	}
	mustAppend(t, other, add("p0", "a", 1))
	calls = 0
	mustAppend(t, s, add("p0", "a", 1))
	if calls != 2 {
		t.Errorf("an overtaken writer took %d calls, want 2", calls)
	}
}

func TestManyWriters(t *testing.T) {
	cfg := journaltest.Config(t, ops)
	var wg sync.WaitGroup
	for w := range 4 {
		s := journaltest.Open(t, cfg)
		wg.Go(func() {
			for i := range 25 {
				e := add([]string{"staff", "p0"}[w%2], "a", 1)
				e.ID = fmt.Sprintf("w%d-%d", w, i)
				if _, err := s.Append(context.Background(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s := journaltest.Open(t, cfg)
	if got := number(t, s, "a"); got != "100" {
		t.Errorf("a = %s, want 100", got)
	}
	head, _ := s.Head(t.Context())
	if _, err := journal.Verify(read(file(relayed(t, s).Topics[journal.Topic])), &head); err != nil {
		t.Error(err)
	}
}

func TestRelayKeepsOrderThroughFailures(t *testing.T) {
	s := store(t)
	for i := range 200 {
		e := add("p0", "a", 1)
		e.Out = []journal.Message{{Topic: "findings", Key: fmt.Sprint(i), Value: []byte(fmt.Sprint(i))}}
		mustAppend(t, s, e)
	}
	calls := 0
	k := &journaltest.Kafka{Fail: func() error {
		if calls++; calls%5 == 1 || calls%5 == 3 { // findings fail, then the journal after them
			return errors.New("broker is away")
		}
		return nil
	}}
	r := journal.NewRelay(s, k)
	for range 20 {
		if n, err := r.Once(t.Context()); n == 0 && err == nil {
			break
		}
	}
	seen := map[string]bool{}
	var order []string
	for _, m := range k.Topics["findings"] {
		if !seen[m.ID] {
			seen[m.ID] = true
			order = append(order, string(m.Value))
		}
	}
	if len(order) != 200 || order[0] != "0" || order[199] != "199" {
		t.Errorf("findings came first in the order %v", order)
	}
	head, _ := s.Head(t.Context())
	b := file(k.Topics[journal.Topic])
	if _, err := journal.Verify(journal.Once(read(b)), &head); err != nil {
		t.Error(err)
	}
	if _, err := journal.Verify(read(b), &head); err == nil {
		t.Error("this test should have made repeats")
	}
}

// Who rebuilds from the journal must find in Kafka all that its lines tell of.
func TestMessagesGoOutBeforeTheirRecord(t *testing.T) {
	s := store(t)
	e := add("p0", "a", 1)
	e.Out = []journal.Message{{Topic: "findings", Key: "k"}, {Topic: "claims.dead", Key: "k"}}
	mustAppend(t, s, e)
	for _, away := range []string{"findings", "claims.dead"} {
		k := &journaltest.Kafka{}
		k.Fail = func() error {
			if len(k.Topics["findings"]) == 0 && away == "findings" || len(k.Topics["findings"]) > 0 && away == "claims.dead" {
				return errors.New("away")
			}
			return nil
		}
		if _, err := journal.NewRelay(s, k).Once(t.Context()); err == nil || len(k.Topics[journal.Topic]) > 0 {
			t.Errorf("%s is away: error %v, %d records out", away, err, len(k.Topics[journal.Topic]))
		}
	}
}

func TestRelayRunsUntilToldToStop(t *testing.T) {
	s := store(t)
	ctx, stop := context.WithCancel(t.Context())
	k := &journaltest.Kafka{}
	k.Fail = func() error { stop(); return nil }
	mustAppend(t, s, add("p0", "a", 1))
	if err := journal.NewRelay(s, k).Run(ctx); err != nil {
		t.Errorf("a relay that is stopped is no failure: %v", err)
	}
}

func TestFullOutboxRefusesBatchesOnly(t *testing.T) {
	cfg := journaltest.Config(t, ops)
	cfg.MaxOutbox = 3
	s := journaltest.Open(t, cfg)
	e := add("p0", "a", 1)
	e.Bounded = true
	var err error
	n := 0
	for ; err == nil && n < 10; n++ {
		_, err = s.Append(t.Context(), e)
	}
	if !errors.Is(err, journal.ErrFull) || n != 4 {
		t.Fatalf("entry %d: %v", n, err)
	}
	mustAppend(t, s, add("staff", "a", 1))
	relayed(t, s)
	mustAppend(t, s, e)
}

// grown makes a journal of several chains.
func grown(t testing.TB, entries int) (*journal.Store, []byte) {
	s := store(t)
	for i := range entries {
		e := add([]string{"p0", "p1", "staff"}[i%3], fmt.Sprint("n", i%4), i)
		e.Body = map[string]string{"reason": "虚构\n\"x\""}
		mustAppend(t, s, e)
	}
	return s, file(relayed(t, s).Topics[journal.Topic])
}

func TestRebuildMakesAnEqualState(t *testing.T) {
	s, b := grown(t, 300)
	want, err := journal.Digest(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	again := store(t)
	lines := bytes.SplitAfter(b, []byte("\n"))
	part := slices.Concat(lines[:200]...)
	broken := slices.Concat(part, []byte("{}\n"))
	if _, err := journal.Rebuild(t.Context(), again, read(broken)); err == nil {
		t.Fatal("a broken journal was rebuilt")
	}
	if _, err := again.Append(t.Context(), add("p0", "a", 1)); !errors.Is(err, journal.ErrRebuild) {
		t.Errorf("a state half rebuilt takes entries: %v", err)
	}
	if _, err := journal.Rebuild(t.Context(), again, read(slices.Concat(part[:len(part)/3], b))); err == nil {
		t.Error("a journal cut in the middle of a line was rebuilt")
	}
	twice := slices.Concat(part, b) // as a relay may send it
	n, err := journal.Rebuild(t.Context(), again, read(twice))
	if err != nil || n == 0 {
		t.Fatalf("rebuilt %d records: %v", n, err)
	}
	if got, _ := journal.Digest(t.Context(), again); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	mustAppend(t, again, add("p0", "a", 1))
	if got, _ := journal.Digest(t.Context(), again); got == want {
		t.Error("the digest does not see a change")
	}
	if _, err := journal.Rebuild(t.Context(), again, read(b)); err == nil {
		t.Error("a state in use was rebuilt over")
	}
}

func TestRebuildRefusesAnotherJournal(t *testing.T) {
	_, b := grown(t, 200)
	lines := bytes.SplitAfter(b, []byte("\n"))
	s := store(t)
	if _, err := journal.Rebuild(t.Context(), s, read(slices.Concat(slices.Concat(lines[:150]...), []byte("x\n")))); err == nil {
		t.Fatal("rebuilt from nonsense")
	}
	other := store(t)
	for range 200 {
		mustAppend(t, other, add("p0", "z", 1))
	}
	for name, journalBytes := range map[string][]byte{
		"another": file(relayed(t, other).Topics[journal.Topic]),
		"shorter": slices.Concat(lines[:50]...),
	} {
		_, err := journal.Rebuild(t.Context(), s, read(journalBytes))
		if _, ok := errors.AsType[*journal.Break](err); !ok {
			t.Errorf("going on with %s journal: %v", name, err)
		}
	}
}

func TestCheckFindsTheServer(t *testing.T) {
	if err := store(t).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A Redis that cuts its log within a step, as it does unless told otherwise, is
// refused.
func TestCheckRefusesHalves(t *testing.T) {
	s := store(t)
	const setting = "aof-load-truncated"
	if err := s.Reader().ConfigSet(t.Context(), setting, "yes").Err(); err != nil {
		t.Skip("the Redis in the process has no such setting:", err)
	}
	defer s.Reader().ConfigSet(context.WithoutCancel(t.Context()), setting, "no")
	if err := s.Check(t.Context()); !errors.Is(err, journal.ErrHalves) {
		t.Error(err)
	}
}

func TestTheClientSpeaksWhereItIsTold(t *testing.T) {
	var mu sync.Mutex
	said := 0
	journal.LogTo(func(context.Context, string) { mu.Lock(); said++; mu.Unlock() })
	defer journal.LogTo(func(context.Context, string) {})
	s := journaltest.Open(t, journal.Config{Region: "152900", Addrs: []string{"127.0.0.1:1"}, Tries: 1})
	if err := s.Check(t.Context()); err == nil {
		t.Error("found a server where there is none")
	}
	mu.Lock()
	defer mu.Unlock()
	if said == 0 {
		t.Error("nothing was said about a server that is not there")
	}
}

func TestOpenRefusesNonsense(t *testing.T) {
	for _, cfg := range []journal.Config{
		{Region: "15290", Addrs: []string{"x:1"}}, {Region: "15290}", Addrs: []string{"x:1"}}, {Region: "152900"},
	} {
		if _, err := journal.Open(cfg); err == nil {
			t.Errorf("opened region %q with %d addresses", cfg.Region, len(cfg.Addrs))
		}
	}
}
