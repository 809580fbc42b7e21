package cases_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// All persons, institutions and amounts here are invented (虚构).

var (
	noon     = time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)
	hospital = detectors.Subject{Kind: "institution", Code: "H15290000001"}
)

const employee = "310"

func finding(n int, day string, fen int64) *detectors.Finding {
	return &detectors.Finding{
		ID: fmt.Sprintf("S05-%06d", n), Detector: "S05-overlapping-stays", Subject: hospital, From: day, To: day, Amount: claim.WideOf(fen),
	}
}

// world is a store with its journal.
type world struct {
	*cases.Store
	journal *journal.Store
}

func open(t testing.TB, cfg journal.Config) world {
	j := journaltest.Open(t, cfg)
	return world{cases.Open(j, cases.Caps{}), j}
}

func fresh(t testing.TB) world { return open(t, journaltest.Config(t, cases.Ops())) }

// step is a step of partition 0, generation 1, with these findings.
func step(from, to int64, add, withdraw []*detectors.Finding) cases.Step {
	var g cases.Gatherer
	s := cases.Step{Generation: 1, From: from, To: to, At: noon}
	for _, f := range add {
		g.Add(f, employee, "verify", "r1")
		s.Findings = append(s.Findings, cases.FindingChange{ID: f.ID, Value: []byte(`{"id":"` + f.ID + `"}`)})
	}
	for _, f := range withdraw {
		g.Withdraw(f, employee, "verify")
		s.Findings = append(s.Findings, cases.FindingChange{ID: f.ID, Withdrawn: true, Value: []byte(`{"id":"` + f.ID + `","withdrawn":true}`)})
	}
	s.Leads = g.Leads()
	return s
}

func (w world) apply(t testing.TB, s cases.Step) cases.Result {
	t.Helper()
	r, err := w.Apply(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w world) lead(t testing.TB) cases.Lead {
	t.Helper()
	l, err := w.Lead(t.Context(), w.LeadID(hospital, employee))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (w world) digests(t testing.TB) (whole, content string) {
	t.Helper()
	whole, err := journal.Digest(t.Context(), w.journal)
	if err != nil {
		t.Fatal(err)
	}
	content, err = w.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return whole, content
}

func list(fs ...*detectors.Finding) []*detectors.Finding { return fs }

func TestFindingsGatherInALead(t *testing.T) {
	w := fresh(t)
	a, b, c := finding(1, "2026-03-05", 100), finding(2, "2026-02-01", 9007199254740993), finding(3, "2026-04-01", 7)
	w.apply(t, step(0, 10, list(a, b), nil))
	s := step(10, 20, list(c), list(a))
	s.Leads[0].Union = 40
	w.apply(t, s)
	l := w.lead(t)
	// b is above what one finding can add.
	if l.Findings != 2 || l.Amount != cases.MaxAmount+7 || l.Union != 40 || l.First != "2026-02-01" || l.Last != "2026-04-01" {
		t.Errorf("lead %+v", l)
	}
	if l.Detectors["S05-overlapping-stays"] != 2 || l.Paths["verify"] != 2 || l.Status != cases.New || l.Version != 1 {
		t.Errorf("lead %+v", l)
	}
	w.apply(t, step(20, 21, nil, list(b)))
	if l := w.lead(t); l.First != "2026-04-01" || l.Last != "2026-04-01" {
		t.Errorf("days %s to %s after the first finding was withdrawn", l.First, l.Last)
	}
	if ids, _ := w.Evidence(t.Context(), l.ID); !slices.Equal(ids, []string{c.ID}) {
		t.Errorf("evidence %v", ids)
	}
	w.apply(t, step(21, 22, nil, list(c)))
	if l := w.lead(t); l.Status != cases.Withdrawn || l.Findings != 0 || l.Amount != 0 || l.First != "" {
		t.Errorf("a lead without findings: %+v", l)
	}
	w.apply(t, step(22, 23, list(c), nil))
	if l := w.lead(t); l.Status != cases.New {
		t.Errorf("a lead that has findings again is %s", l.Status)
	}
}

// Lua counts in doubles: fen above 2^53 must still be exact.
func TestAmountsAreExact(t *testing.T) {
	w := fresh(t)
	var want int64
	for i := range int64(5) {
		s := step(i, i+1, list(finding(int(i), "2026-03-05", 1)), nil)
		s.Leads[0].Amount = 90_071_992_547_409_931 + i
		want += s.Leads[0].Amount
		w.apply(t, s)
	}
	if l := w.lead(t); l.Amount != want {
		t.Errorf("amount %d, want %d", l.Amount, want)
	}
	for i := int64(5); ; i++ { // until it no longer fits 18 digits
		s := step(i, i+1, list(finding(int(i), "2026-03-05", 1)), nil)
		s.Leads[0].Amount = 1e17
		before, _ := w.digests(t)
		if _, err := w.Apply(t.Context(), s); err != nil {
			if after, _ := w.digests(t); after != before {
				t.Error("a step that could not be added changed the state")
			}
			break
		}
		if i > 20 {
			t.Fatal("amounts grow for ever")
		}
	}
}

func TestStepsAreDoneOnceAndInOrder(t *testing.T) {
	w := fresh(t)
	ctx := t.Context()
	if next, err := w.Fence(ctx, 0, 1, noon); err != nil || next != cases.Nothing {
		t.Fatalf("a new partition stands at %d, %v", next, err)
	}
	first := step(100, 110, list(finding(1, "2026-03-05", 100)), nil)
	if r := w.apply(t, first); r.Next != 110 || r.Repeated {
		t.Errorf("result %+v", r)
	}
	before, _ := w.digests(t)
	for name, s := range map[string]cases.Step{"the same": first, "a part of it": step(100, 105, nil, nil)} {
		if r := w.apply(t, s); !r.Repeated || r.Next != 110 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, s := range map[string]cases.Step{"a gap": step(111, 120, nil, nil), "an overlap": step(105, 120, nil, nil)} {
		_, err := w.Apply(ctx, s)
		if e, ok := errors.AsType[*cases.OffsetError](err); !ok || e.Have != 110 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Apply(ctx, step(110, 111, nil, list(finding(1, "2026-03-05", 100), finding(2, "2026-03-05", 1)))); err == nil {
		t.Error("more findings were withdrawn than there were")
	}
	if after, _ := w.digests(t); after != before {
		t.Error("a refused step changed the state")
	}
}

func TestANewOwnerFencesTheOldOne(t *testing.T) {
	cfg := journaltest.Config(t, cases.Ops())
	old, owner := open(t, cfg), open(t, cfg)
	ctx := t.Context()
	mustFence := func(w world, generation, want int64) {
		t.Helper()
		if next, err := w.Fence(ctx, 0, generation, noon); err != nil || next != want {
			t.Fatalf("fence: offset %d, %v; want %d", next, err, want)
		}
	}
	mustFence(old, 1, cases.Nothing)
	old.apply(t, step(0, 5, list(finding(1, "2026-03-05", 100)), nil))
	mustFence(owner, 2, 5)
	mustFence(owner, 2, 5) // its answer may have been lost
	if _, err := old.Apply(ctx, step(5, 6, nil, nil)); !errors.Is(err, cases.ErrStale) {
		t.Errorf("the old owner: %v", err)
	}
	if _, err := old.Fence(ctx, 0, 1, noon); !errors.Is(err, cases.ErrStale) {
		t.Errorf("the old owner announces itself again: %v", err)
	}
	s := step(5, 6, list(finding(2, "2026-03-05", 1)), nil)
	s.Generation = 2
	owner.apply(t, s)

	// Kafka forgot its group and begins with generation 1.
	act := cases.Act{ID: "a1", Who: "系统管理员甲", Reason: "消费者组重建", At: noon}
	if err := owner.ResetFences(ctx, act); err != nil {
		t.Fatal(err)
	}
	mustFence(old, 1, 6)
	old.apply(t, step(6, 7, nil, nil))
	parts, err := old.Partitions(ctx)
	if set := cases.Fingerprint(slices.Values([]string{"S05-000002", "S05-000001"})); len(parts) == 1 && parts[0].Set != set {
		t.Errorf("findings that stand have the fingerprint %s, want %s", parts[0].Set, set)
	}
	if err != nil || len(parts) != 1 || parts[0].Next != 7 || parts[0].Findings != 2 || parts[0].Generation != 1 {
		t.Errorf("partitions %+v, %v", parts, err)
	}
}

// A rule gone wild: a million findings of one hospital.
func TestAFloodLeavesALeadOfBoundedSize(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	w := fresh(t)
	const steps, each = 100, 10_000
	ids := make([]string, each)
	for i := range int64(steps) {
		for k := range ids {
			ids[k] = "S05-" + strconv.FormatInt(i*each+int64(k), 16)
		}
		w.apply(t, cases.Step{Generation: 1, From: i, To: i + 1, At: noon, Leads: []cases.LeadDelta{{
			Subject: hospital, Scheme: employee, Findings: each, Amount: each * 3, Union: 5, Add: ids,
			Detectors: map[string]int64{"S05-overlapping-stays": each}, From: map[string]int64{"2026-03-05": each}, To: map[string]int64{"2026-03-05": each},
		}}})
	}
	ebb := cases.Step{Generation: 1, From: steps, To: steps + 1, At: noon, Leads: []cases.LeadDelta{{
		Subject: hospital, Scheme: employee, Findings: -2 * each, Remove: make([]string, 2*each),
	}}}
	for k := range ebb.Leads[0].Remove {
		ebb.Leads[0].Remove[k] = "S05-" + strconv.FormatInt(int64(k)*40, 16)
	}
	before, _ := w.Evidence(t.Context(), w.lead(t).ID)
	w.apply(t, ebb)
	l := w.lead(t)
	ev, _ := w.Evidence(t.Context(), l.ID)
	for _, id := range ev {
		if slices.Contains(ebb.Leads[0].Remove, id) {
			t.Errorf("%s was withdrawn and is still shown", id)
		}
	}
	if len(before) != 200 || len(ev) == 0 || len(ev) == 200 {
		t.Errorf("evidence %d, and %d after some were withdrawn", len(before), len(ev))
	}
	if l.Findings != (steps-2)*each || l.Amount != 3*steps*each {
		t.Errorf("%d findings, %d fen, evidence %d", l.Findings, l.Amount, len(ev))
	}
	size := 0
	for _, key := range []string{"lead:" + l.ID, "lead:" + l.ID + ":days"} {
		n, _ := w.journal.Reader().HLen(t.Context(), w.journal.Key(key)).Result()
		size += int(n)
	}
	if size > 30 {
		t.Errorf("the lead has %d fields", size)
	}
	entries, _ := w.journal.Reader().XRange(t.Context(), w.journal.Key("outbox"), "-", "+").Result()
	for _, e := range entries {
		if v, _ := e.Values["value"].(string); len(v) > 20_000 {
			t.Fatalf("a step of %d findings has a line of %d bytes", each, len(v))
		}
	}
}

func TestMessagesOfAStep(t *testing.T) {
	w := fresh(t)
	s := step(7, 9, list(finding(1, "2026-03-05", 100)), list())
	s.Findings[0].Decision = `{"path":"verify"}`
	s.Dead = []cases.DeadLetter{{Topic: "claims", Offset: 8, Kind: "problem", Raw: []byte("{虚构"), Problems: []claim.Problem{{Rule: claim.RuleRequired, Field: "setlinfo.psn_no"}}}}
	s.Counters = map[string]int64{"claims": 1, "dead": 1}
	w.apply(t, s)
	k := &journaltest.Kafka{}
	if _, err := journal.NewRelay(w.journal, k).Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := k.Topics[cases.TopicFindings]
	if len(f) != 1 || f[0].Key != "S05-000001" || f[0].Headers["change"] != "new" || f[0].Headers["decision"] != `{"path":"verify"}` {
		t.Errorf("findings %+v", f)
	}
	d := k.Topics[cases.TopicDead]
	const want = `{"topic":"claims","partition":0,"offset":8,"at":"2026-03-05 12:00:00","kind":"problem","problems":[{"field":"setlinfo.psn_no","rule":"required","sentence":"`
	if len(d) != 1 || d[0].Key != "claims/0/8" || !strings.HasPrefix(string(d[0].Value), want) || !strings.HasSuffix(string(d[0].Value), `,"raw":"e+iZmuaehA=="}`) {
		t.Errorf("dead letters %+v %s", d, d[0].Value)
	}
	if rec := string(k.Topics[journal.Topic][0].Value); strings.Contains(rec, "e+iZ") {
		t.Error("the raw claim is in the journal")
	}
	letters, err := w.DeadLetters(t.Context(), 0, 0, 10)
	if err != nil || len(letters) != 1 || letters[0].Offset != 8 || letters[0].Problems[0].Rule != "required" {
		t.Errorf("listed %+v, %v", letters, err)
	}
	if c, _ := w.Counters(t.Context()); c["claims"] != 1 || c["dead"] != 1 {
		t.Errorf("counters %v", c)
	}
}

func TestDeadLettersAreCapped(t *testing.T) {
	w := world{journal: journaltest.Open(t, journaltest.Config(t, cases.Ops()))}
	w.Store = cases.Open(w.journal, cases.Caps{Dead: 10})
	var problems []claim.Problem
	for i := range 50 {
		problems = append(problems, claim.Problem{Field: fmt.Sprintf("feedetail[%d].cnt", i), Rule: claim.RuleRequired})
	}
	for i := range int64(3) {
		s := cases.Step{Generation: 1, From: i * 8, To: i*8 + 8, At: noon}
		for k := range int64(8) {
			s.Dead = append(s.Dead, cases.DeadLetter{Topic: "claims", Offset: i*8 + k, Kind: "problem", Problems: problems})
		}
		w.apply(t, s)
	}
	letters, _ := w.DeadLetters(t.Context(), 0, 20, 100)
	if len(letters) != 6 || letters[0].Offset != 19 || letters[5].Offset != 14 || len(letters[0].Problems) != 20 || letters[0].More != 30 {
		t.Errorf("letters below 20: %d, %+v", len(letters), letters)
	}
	before, _ := w.digests(t)
	fixed := cases.Repaired{Topic: "claims", Key: "P虚构1", Value: []byte("{}")}
	for name, want := range map[string]error{"first": nil, "again, its answer was lost": nil} {
		if err := w.ReplayDead(t.Context(), 0, 19, fixed, act(1)); !errors.Is(err, want) {
			t.Errorf("replay, %s: %v", name, err)
		}
	}
	if err := w.DiscardDead(t.Context(), 0, 14, act(2)); err != nil {
		t.Error(err)
	}
	if err := w.DiscardDead(t.Context(), 0, 19, act(3)); !errors.Is(err, cases.ErrSettled) {
		t.Errorf("discarded after it was replayed: %v", err)
	}
	if err := w.ReplayDead(t.Context(), 0, 3, fixed, act(4)); !errors.Is(err, cases.ErrMissing) {
		t.Errorf("one that is no longer kept: %v", err)
	}
	letters, _ = w.DeadLetters(t.Context(), 0, 20, 100)
	if letters[0].Settled != cases.Replayed || letters[5].Settled != cases.Discarded || letters[1].Settled != "" {
		t.Errorf("settled: %+v", letters)
	}
	k := &journaltest.Kafka{}
	if _, err := journal.NewRelay(w.journal, k).Once(t.Context()); err != nil || len(k.Topics["claims"]) != 1 || k.Topics["claims"][0].Key != fixed.Key {
		t.Errorf("sent %+v, %v", k.Topics["claims"], err)
	}
	if after, _ := w.digests(t); after == before {
		t.Error("settling changed nothing")
	}
	// What is no longer kept leaves nothing behind.
	s := cases.Step{Generation: 1, From: 24, To: 40, At: noon}
	for i := s.From; i < s.To; i++ {
		s.Dead = append(s.Dead, cases.DeadLetter{Topic: "claims", Offset: i, Kind: "problem"})
	}
	w.apply(t, s)
	if n, _ := w.journal.Reader().Exists(t.Context(), w.journal.Key("dead:0:settled")).Result(); n != 0 {
		t.Error("what became of letters is kept longer than they are")
	}
	if parts, _ := w.Partitions(t.Context()); parts[0].Dead != 40 {
		t.Errorf("%d dead letters counted", parts[0].Dead)
	}
}

func TestBadStepsAreRefused(t *testing.T) {
	w := fresh(t)
	f := finding(1, "2026-03-05", 100)
	for name, change := range map[string]func(*cases.Step){
		"empty":           func(s *cases.Step) { s.To = s.From },
		"below 0":         func(s *cases.Step) { s.From = -1 },
		"a lead twice":    func(s *cases.Step) { s.Leads = append(s.Leads, s.Leads[0]) },
		"a finding twice": func(s *cases.Step) { s.Findings = append(s.Findings, s.Findings[0]) },
		"scheme":          func(s *cases.Step) { s.Leads[0].Scheme = "3:1" },
		"too much":        func(s *cases.Step) { s.Leads[0].Amount = 2e17 },
		"dead elsewhere":  func(s *cases.Step) { s.Dead = []cases.DeadLetter{{Topic: "claims", Offset: 10}} },
		"counter":         func(s *cases.Step) { s.Counters = map[string]int64{"某": 1} },
		"code":            func(s *cases.Step) { s.Leads[0].Subject.Code = "" },
	} {
		s := step(0, 10, list(f), nil)
		change(&s)
		if _, err := w.Apply(t.Context(), s); err == nil {
			t.Errorf("%s: the step was taken", name)
		} else if strings.Contains(err.Error(), hospital.Code) {
			t.Errorf("%s: the error holds the code of a subject: %v", name, err)
		}
	}
}
