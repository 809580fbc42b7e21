package cases_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// The simulator plays workers that crash, repeat themselves, lose their
// partition and lose answers, among staff and a relay that fails, all from one
// seed. The outcome must be that of a calm run.

const (
	partitions = 3
	messages   = 12 // of a partition
)

// effect is what one message does.
type effect struct {
	add, withdraw []*detectors.Finding
	dead, decide  bool
	union         int64
}

// script is what all messages do, by partition and offset.
type script [partitions][messages]effect

// staffed is the lead that staff moves to and fro. Its finding stays, and
// policy never asks for it.
var staffed = detectors.Subject{Kind: "person", Code: "虚构0001"}

func drawScript(t *rapid.T) (s script) {
	for p := range s {
		var standing []*detectors.Finding
		for m := range s[p] {
			e := &s[p][m]
			for range rapid.IntRange(0, 3).Draw(t, "add") {
				day := fmt.Sprintf("2026-03-%02d", rapid.IntRange(1, 9).Draw(t, "day"))
				f := finding(p*1_000_000+m*1000+len(e.add), day, rapid.Int64Range(-1e6, 1e15).Draw(t, "fen"))
				f.Subject.Code += fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "subject"))
				e.add = append(e.add, f)
			}
			if len(standing) > 0 && rapid.IntRange(0, 2).Draw(t, "withdraw") == 0 {
				i := rapid.IntRange(0, len(standing)-1).Draw(t, "which")
				e.withdraw = list(standing[i])
				standing = slices.Delete(standing, i, i+1)
			}
			standing = append(standing, e.add...)
			e.dead = rapid.IntRange(0, 4).Draw(t, "dead") == 0
			e.decide = rapid.IntRange(0, 9).Draw(t, "decide") == 0
			e.union = rapid.Int64Range(-1e6, 1e6).Draw(t, "union")
		}
	}
	f := finding(999, "2026-03-05", 1)
	f.Subject = staffed
	s[0][0].add = append(s[0][0].add, f)
	return s
}

// decided is what policy files: findings of it never go, so that the case does
// not depend on batches.
func decided(p int) *detectors.Finding {
	f := finding(500_000+p, "2026-03-07", 1)
	f.Subject = detectors.Subject{Kind: "practitioner", Code: "D152900000001"}
	return f
}

// step is what a batch does: a finding that comes and goes in it is not told.
func (s *script) step(p int, generation, from, to int64) cases.Step {
	var add, withdraw []*detectors.Finding
	out := cases.Step{Partition: p, Generation: generation, From: from, To: to, At: noon.Add(time.Duration(from) * time.Minute), Counters: map[string]int64{}}
	var g cases.Gatherer
	for m := from; m < to; m++ {
		e := &s[p][m]
		add = append(add, e.add...)
		for _, f := range e.withdraw {
			if i := slices.Index(add, f); i >= 0 {
				add = slices.Delete(add, i, i+1)
			} else {
				withdraw = append(withdraw, f)
			}
		}
		if e.dead {
			out.Dead = append(out.Dead, cases.DeadLetter{Topic: "claims", Offset: m, Kind: "problem", Raw: []byte("虚构")})
			out.Counters["dead"]++
		}
		if e.decide && m == messages-1 {
			add = append(add, decided(p))
			out.Cases = []cases.Decision{{Subject: decided(p).Subject, Scheme: employee, Path: "investigate"}}
		}
		g.Union(hospital, employee, e.union)
		out.Counters["messages"]++
	}
	for _, f := range add {
		g.Add(f, employee, "verify", "")
		out.Findings = append(out.Findings, cases.FindingChange{ID: f.ID, Value: []byte(f.ID)})
	}
	for _, f := range withdraw {
		g.Withdraw(f, employee, "verify")
		out.Findings = append(out.Findings, cases.FindingChange{ID: f.ID, Withdrawn: true, Value: []byte(f.ID)})
	}
	out.Leads = g.Leads()
	return out
}

// calm is how it ought to end.
func (s *script) calm(t testing.TB) string {
	w := fresh(t)
	for p := range partitions {
		for from := int64(0); from < messages; from += 4 {
			w.apply(t, s.step(p, 1, from, from+4))
		}
	}
	if err := w.DismissLead(t.Context(), cases.Seen{Lead: w.LeadID(staffed, employee), Version: 1}, act(1)); err != nil {
		t.Fatal(err)
	}
	_, content := w.digests(t)
	return content
}

// owner is the worker of a partition.
type owner struct {
	world
	generation, next int64
	last             *cases.Step
}

// storm is a run in which everything goes wrong.
type storm struct {
	t      testing.TB
	rt     *rapid.T
	script *script
	cfg    journal.Config
	owners [partitions]owner
	office world
	kafka  journaltest.Kafka
	acts   int
}

func (s *storm) fault() journaltest.Fault {
	return rapid.SampledFrom([]journaltest.Fault{0, 0, 0, 0, journaltest.Before, journaltest.After}).Draw(s.rt, "fault")
}

// takeOver starts a worker from nothing, as after a crash or a rebalance.
func (s *storm) takeOver(p int) {
	o := &s.owners[p]
	o.generation++
	o.last = nil
	o.world = open(s.t, s.cfg)
	for {
		next, err := o.Fence(s.t.Context(), p, o.generation, noon)
		if err == nil {
			o.next = max(next, 0) // a new partition begins at 0
			break
		}
	}
	o.journal.AddHook(&journaltest.Network{Next: s.fault})
}

// work lets a worker do its next batch. After an error it crashes.
func (s *storm) work(p, size int) {
	o := &s.owners[p]
	to := min(o.next+int64(size), messages)
	if o.next == to {
		return
	}
	step := s.script.step(p, o.generation, o.next, to)
	r, err := o.Apply(s.t.Context(), step)
	if err != nil {
		s.takeOver(p)
		return
	}
	o.next, o.last = r.Next, &step
}

// misbehave sends what must be refused or have no effect.
func (s *storm) misbehave(p int) {
	o := &s.owners[p]
	if o.last == nil {
		return
	}
	if r, err := s.office.Apply(s.t.Context(), *o.last); err != nil || !r.Repeated {
		s.rt.Fatalf("a step again: %+v, %v", r, err)
	}
	old := *o.last
	old.Generation--
	if _, err := s.office.Apply(s.t.Context(), old); !errors.Is(err, cases.ErrStale) {
		s.rt.Fatalf("a step of an old owner: %v", err)
	}
	gap := *o.last
	gap.From, gap.To, gap.Dead = o.next+1, o.next+2, nil
	_, err := s.office.Apply(s.t.Context(), gap)
	if e, ok := errors.AsType[*cases.OffsetError](err); !ok || e.Have != o.next {
		s.rt.Fatalf("a step after a gap: %v", err)
	}
}

// staff moves the lead to its other status.
func (s *storm) staff() {
	id := s.office.LeadID(staffed, employee)
	l, err := s.office.Lead(s.t.Context(), id)
	if errors.Is(err, cases.ErrMissing) {
		return
	}
	s.acts++
	move := s.office.DismissLead
	if l.Status == cases.Dismissed {
		move = s.office.ReopenLead
	}
	if err := move(s.t.Context(), cases.Seen{Lead: id, Version: l.Version}, act(s.acts)); err != nil {
		s.rt.Fatal(err)
	}
	err = move(s.t.Context(), cases.Seen{Lead: id, Version: l.Version}, act(1000+s.acts))
	if e, ok := errors.AsType[*cases.VersionError](err); !ok || e.Have != l.Version+1 {
		s.rt.Fatalf("a move over another's: %v", err)
	}
}

func (s *storm) run() {
	for p := range partitions {
		s.takeOver(p)
	}
	relay := journal.NewRelay(s.office.journal, &s.kafka)
	for range rapid.IntRange(10, 60).Draw(s.rt, "events") {
		p := rapid.IntRange(0, partitions-1).Draw(s.rt, "partition")
		switch rapid.SampledFrom([]string{"work", "work", "work", "crash", "misbehave", "staff", "relay"}).Draw(s.rt, "event") {
		case "work":
			s.work(p, rapid.IntRange(1, 5).Draw(s.rt, "size"))
		case "crash":
			s.takeOver(p)
		case "misbehave":
			s.misbehave(p)
		case "staff":
			s.staff()
		case "relay":
			_, _ = relay.Once(s.t.Context()) // Kafka may be away
		}
	}
	for p := range partitions {
		for s.owners[p].next < messages {
			s.work(p, messages)
		}
	}
	if l, err := s.office.Lead(s.t.Context(), s.office.LeadID(staffed, employee)); err != nil || l.Status != cases.Dismissed {
		s.staff()
	}
	s.kafka.Fail = nil
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(s.t.Context()); err != nil {
			s.rt.Fatal(err)
		}
	}
}

// explain proves that the journal that reached Kafka holds and makes an equal
// state.
func (s *storm) explain() {
	var b bytes.Buffer
	for _, m := range s.kafka.Topics[journal.Topic] {
		b.Write(append(m.Value, '\n'))
	}
	records := func() *bytes.Reader { return bytes.NewReader(b.Bytes()) }
	head, err := s.office.journal.Head(s.t.Context())
	if err != nil {
		s.rt.Fatal(err)
	}
	if _, err := journal.Verify(journal.Once(journal.Read(records())), &head); err != nil {
		s.rt.Fatal(err)
	}
	again := fresh(s.t)
	if _, err := journal.Rebuild(s.t.Context(), again.journal, journal.Read(records())); err != nil {
		s.rt.Fatal(err)
	}
	want, _ := s.office.digests(s.t)
	if got, _ := again.digests(s.t); got != want {
		s.rt.Fatal("the rebuilt state differs")
	}
}

// standing reads topic findings as a stranger would: the last word on each id.
func (s *storm) standing() (n int) {
	seen := map[string]bool{}
	stands := map[string]bool{}
	for _, m := range s.kafka.Topics[cases.TopicFindings] {
		if !seen[m.ID] {
			stands[m.Key] = m.Headers[cases.HeaderChange] == "new"
		}
		seen[m.ID] = true
	}
	for _, yes := range stands {
		if yes {
			n++
		}
	}
	return n
}

func TestAStormEndsAsACalmRun(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := drawScript(rt)
		want := script.calm(t)
		s := storm{t: t, rt: rt, script: &script, cfg: journaltest.Config(t, cases.Ops())}
		s.office = open(t, s.cfg)
		s.kafka.Fail = func() error {
			if rapid.Bool().Draw(rt, "Kafka is away") {
				return errors.New("away")
			}
			return nil
		}
		s.run()
		if _, got := s.office.digests(t); got != want {
			rt.Fatal("the storm ended otherwise than the calm")
		}
		s.explain()
		parts, err := s.office.Partitions(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		var findings int64
		for _, p := range parts {
			findings += p.Findings
		}
		if n := s.standing(); int64(n) != findings {
			rt.Fatalf("%d findings stand in Kafka, %d in Redis", n, findings)
		}
	})
}
