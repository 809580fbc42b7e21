package cases_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fundwatch/cases"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// opened gives a store with one case.
func (w world) opened(t testing.TB, n int) string {
	t.Helper()
	f := finding(n, "2026-03-01", 100)
	f.Subject.Code += fmt.Sprint(n)
	var g cases.Gatherer
	g.Add(f, employee, "", "")
	w.apply(t, cases.Step{Partition: n, Generation: 1, To: 1, At: noon, Leads: g.Leads()})
	id, err := w.OpenCase(t.Context(), []cases.Seen{{Lead: w.LeadID(f.Subject, employee), Version: 1}}, act(1000+n))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// deed is a deed that fits a case of the store.
func deedOf(c *cases.Case, who, move, day string, n int) cases.Deed {
	d := cases.Deed{Move: move, Version: c.Version, Fields: maps.Clone(fields[move]), By: cases.Act{ID: fmt.Sprint("deed-", c.ID, n), Who: who, Reason: "虚构", At: on(day)}}
	switch move {
	case "file":
		d.Fields["party"] = c.Subjects[0].Kind + ":" + c.Subjects[0].Code
	case "verify":
		d.Lines = []cases.Line{{ID: "H1/S1/1", AtRisk: 60_000, Verified: 50_000}, {ID: "H1/S1/2", AtRisk: 50_000, Verified: 50_000}}
	case "evidence":
		d.Evidence = waiver()
	case "notice", "serve":
		d.Fields["day"] = day
	case "receive":
		d.Fields["day"], d.Fields["voucher"] = day, fmt.Sprint("虚构-", n)
		if m := c.File.Money; m.Refund > 0 && m.RefundIn >= m.Refund {
			d.Fields["what"], d.Fields["amount"] = "fine", fmt.Sprintf("%d.%02d", m.Fine/100, m.Fine%100)
		}
	case cases.ApproveIt:
		if s, err := c.Seal(); err == nil {
			d.Seal = s.String()
		}
	}
	return d
}

// straight is what comes next in the way of a case.
var straight = map[cases.Status][]string{
	cases.Opened: {"file", cases.ApproveIt}, cases.Filed: {"investigate"}, cases.Investigating: {"verify", "notice"}, cases.Noticed: {"hear"},
	cases.Heard: {"review", "decide", cases.ApproveIt}, cases.Decided: {"serve"}, cases.Served: {"receive", "receive", "execute"}, cases.Executed: {"close", cases.ApproveIt},
}

func TestACaseGoesTheWholeWayInTheStore(t *testing.T) {
	w := fresh(t)
	id := w.opened(t, 0)
	day := "2026-03-05"
	do := func(n int, who, move string, change ...func(*cases.Deed)) cases.Case {
		t.Helper()
		c, err := w.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		d := deedOf(&c, who, move, day, n)
		for _, f := range change {
			f(&d)
		}
		next, err := w.Do(t.Context(), id, d, procedure())
		if err != nil {
			t.Fatalf("%s: %v", move, err)
		}
		again, err := w.Do(t.Context(), id, d, procedure())
		if err != nil || again.Version != next.Version {
			t.Fatalf("%s again: version %d after %d, %v", move, again.Version, next.Version, err)
		}
		return next
	}
	if _, err := w.Effective(t.Context(), id); !errors.Is(err, cases.ErrNoEffect) {
		t.Errorf("a case that begins has effect: %v", err)
	}
	do(1, "jia", "file")
	do(2, "zhang", cases.ApproveIt)
	do(3, "jia", "investigate")
	do(4, "jia", "verify")
	do(5, "jia", "evidence")
	do(6, "jia", "notice")
	day = "2026-03-10"
	do(7, "jia", "hear")
	do(8, "li", "review")
	do(9, "jia", "decide")
	do(10, "zhang", cases.ApproveIt)
	if _, err := w.Effective(t.Context(), id); !errors.Is(err, cases.ErrNoEffect) {
		t.Errorf("a decision that was not served has effect: %v", err)
	}
	do(11, "jia", "serve")
	e, err := w.Effective(t.Context(), id)
	if want := (cases.Effective{Case: id, Subject: e.Subject, Kind: "penalty", Cause: "虚构案由", Article: "条例38(三)", Number: "医保罚〔2026〕1号", Decided: day, Served: day, Refund: 100_000, Fine: 150_050}); err != nil || e != want {
		t.Errorf("effective %+v, %v", e, err)
	}
	do(12, "jia", "receive")
	do(13, "jia", "receive")
	do(14, "jia", "execute")
	do(15, "jia", "close")
	c := do(16, "zhang", cases.ApproveIt)
	if c.Status != cases.Closed || c.File.Money.Verified != 100_000 || len(c.File.Evidence) != 1 || c.Version != 17 {
		t.Errorf("closed: %+v", c)
	}
	if total, all, err := w.Cases(t.Context(), 0, 9); err != nil || total != 1 || all[0].Status != cases.Closed {
		t.Errorf("listed: %d %+v %v", total, all, err)
	}
}

func TestWhatIsNotFiledGivesItsLeadsBack(t *testing.T) {
	w := fresh(t)
	id := w.opened(t, 0)
	c, _ := w.Case(t.Context(), id)
	c, err := w.Do(t.Context(), id, deedOf(&c, "jia", "not-file", "2026-03-05", 1), procedure())
	if err == nil {
		c, err = w.Do(t.Context(), id, deedOf(&c, "zhang", cases.ApproveIt, "2026-03-05", 2), procedure())
	}
	if err != nil || c.Status != cases.NotFiled {
		t.Fatalf("%+v, %v", c, err)
	}
	l, err := w.Lead(t.Context(), c.Leads[0])
	if err != nil || l.Status != cases.Dismissed || l.Decided.Who != "zhang" {
		t.Fatalf("lead %+v, %v", l, err)
	}
	if _, err := w.OpenCase(t.Context(), []cases.Seen{{Lead: l.ID, Version: l.Version}}, act(3)); err != nil {
		t.Error(err)
	}
}

func TestDocumentsAreNumberedWithoutGapOrRepeat(t *testing.T) {
	w := fresh(t)
	ids := []string{w.opened(t, 0), w.opened(t, 1), w.opened(t, 2)}
	for i, id := range ids {
		for n, move := range []string{"file", cases.ApproveIt, "investigate", "verify"} {
			c, err := w.Case(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Do(t.Context(), id, deedOf(&c, []string{"jia", "zhang"}[n%2*btoi(move == cases.ApproveIt)], move, "2026-03-05", n), procedure()); err != nil {
				t.Fatal(i, move, err)
			}
		}
	}
	errs := make(chan error)
	for _, id := range ids { // all at once
		go func() {
			c, err := w.Case(t.Context(), id)
			if err == nil {
				_, err = w.Do(t.Context(), id, deedOf(&c, "jia", "notice", "2026-03-05", 9), procedure())
			}
			errs <- err
		}()
	}
	for range ids {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var numbers []int
	for _, id := range ids {
		c, err := w.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, c.File.Notices[0].Number)
	}
	if slices.Sort(numbers); !slices.Equal(numbers, []int{1, 2, 3}) {
		t.Errorf("numbers %v", numbers)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// reader tells from the journal alone what a case is, and holds every line of
// it against the law. It knows the table of moves by heart, not from the code.
type reader struct {
	t      testing.TB
	status string
	parts  map[string]string
	lines  map[string]string
	leads  []string
	told   map[string]int // notices when a lead was joined, by lead
}

func texts(v any) (out []string) {
	all, _ := v.([]any)
	for _, x := range all {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

// belong holds a line that joins leads or takes them out against what there was.
func (r *reader) belong(l *journal.Line, op journal.Op) {
	if !slices.Contains(strings.Fields("opened filed investigating noticed heard"), r.status) {
		r.t.Fatalf("%s at %s", l.Kind, r.status)
	}
	notices := len(part[[]cases.Notice](r, "notices"))
	for _, id := range texts(op["leads"]) {
		if op["op"] == "join" {
			r.leads, r.told[id] = append(r.leads, id), notices
			continue
		}
		if n, joined := r.told[id]; !joined || n < notices {
			r.t.Fatalf("lead %s was taken out: joined %t, at %d of %d notices", id, joined, n, notices)
		}
		delete(r.told, id)
		r.leads = slices.DeleteFunc(r.leads, func(have string) bool { return have == id })
	}
	for _, id := range texts(op["lines"]) {
		if !strings.Contains(r.lines[id], " 0 ") {
			r.t.Fatalf("line %s fell with a lead: %q", id, r.lines[id])
		}
		delete(r.lines, id)
	}
}

// allowed are the changes of status there may be.
var allowed = map[string]string{
	"case.file": "opened>filed", "case.not-file": "opened>not-filed", "case.investigate": "filed>investigating", "case.notice": "investigating>noticed noticed>noticed heard>noticed",
	"case.hear": "noticed>heard", "case.decide": "heard>decided", "case.serve": "decided>served", "case.execute": "served>executed", "case.close": "executed>closed transferred>closed",
	"case.transfer": "opened>transferred filed>transferred investigating>transferred noticed>transferred heard>transferred", "case.return": "transferred>filed", "case.return-unfiled": "transferred>opened",
}

func part[T any](r *reader, name string) (v T) {
	if text := r.parts[name]; text != "" {
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			r.t.Fatal(err)
		}
	}
	return v
}

func strs(v any) map[string]string {
	out := map[string]string{}
	m, _ := v.(map[string]any)
	for name, x := range m {
		out[name] = fmt.Sprint(x)
	}
	return out
}

func (r *reader) take(l *journal.Line, op journal.Op) {
	from, to := fmt.Sprint(op["from"]), fmt.Sprint(op["to"])
	if from != r.status {
		r.t.Fatalf("a line says %s, the case was %s", from, r.status)
	}
	before := part[*cases.Proposal](r, "proposal")
	maps.Copy(r.parts, strs(op["set"]))
	maps.Copy(r.lines, strs(op["lines"]))
	if from == to && l.Kind != "case.notice" {
		return
	}
	r.status = to
	if !slices.Contains(strings.Fields(allowed[l.Kind]), from+">"+to) {
		r.t.Fatalf("%s went from %s to %s", l.Kind, from, to)
	}
	day := l.At[:10]
	if slices.Contains([]string{"case.file", "case.not-file", "case.decide", "case.transfer", "case.close"}, l.Kind) && (before == nil || before.By == l.Who || l.Body["proposed"] != before.By) {
		r.t.Fatalf("%s by %s, proposed %+v", l.Kind, l.Who, before)
	}
	officers := part[[]cases.Officer](r, "officers")
	if slices.Contains([]string{"case.investigate", "case.notice", "case.hear", "case.decide"}, l.Kind) {
		if len(officers) != 2 || officers[0].Login == officers[1].Login || officers[0].Licence == officers[1].Licence || officers[0].Until < day || officers[1].Until < day {
			r.t.Fatalf("%s with officers %+v on %s", l.Kind, officers, day)
		}
		for _, x := range part[[]cases.Recusal](r, "recused") {
			if x.Login == l.Who || x.Login == officers[0].Login || x.Login == officers[1].Login {
				r.t.Fatalf("%s by or with %s, who stands aside", l.Kind, x.Login)
			}
		}
	}
	r.decided(l, day, officers)
}

// decided holds the money and the order of things against the law.
func (r *reader) decided(l *journal.Line, day string, officers []cases.Officer) {
	var verified int64
	for _, v := range r.lines {
		var a, b int64
		if _, err := fmt.Sscan(v, &a, &b); err != nil {
			r.t.Fatal(err)
		}
		verified += b
	}
	notices, money := part[[]cases.Notice](r, "notices"), part[cases.Money](r, "money")
	if money.Verified != verified || money.RefundIn > money.Refund && money.Refund > 0 {
		r.t.Fatalf("money %+v, lines say %d", money, verified)
	}
	switch l.Kind {
	case "case.notice":
		if n := notices[len(notices)-1]; n.Refund > verified || n.Until <= n.Day {
			r.t.Fatalf("notice %+v over %d", n, verified)
		}
	case "case.decide":
		n, d, p, v := notices[len(notices)-1], part[*cases.Defence](r, "defence"), part[*cases.Penalty](r, "decision"), part[*cases.Review](r, "review")
		for id, told := range r.told {
			if told >= len(notices) {
				r.t.Fatalf("decided, and no notice was served since lead %s was joined", id)
			}
		}
		if p.Refund > n.Refund || p.Fine > n.Fine || d.Notice != len(notices) || day <= n.Until && d.Stance != "waived" || !v.Passed || v.Notice != len(notices) || v.By == officers[0].Login || v.By == officers[1].Login {
			r.t.Fatalf("decided %+v on %s after %+v, %+v, %+v", p, day, n, d, v)
		}
	case "case.execute":
		if money.RefundIn != money.Refund || money.FineIn != money.Fine { // no deed here names a court
			r.t.Fatalf("executed with %+v", money)
		}
	}
}

// TestNoIllegalMoveIsReachable: people who do anything, in any order, twice, on
// old versions, with answers lost on the way. The journal explains every state,
// no line of it is against the law, and a rebuilt state is equal.
func TestNoIllegalMoveIsReachable(t *testing.T) {
	reached, about := map[cases.Status]int{}, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := fresh(t)
		id := w.opened(t, 0)
		ids := append(w.gather(t, 2, 3), "Lnone")
		if other, err := w.Case(t.Context(), w.opened(t, 1)); err != nil {
			t.Fatal(err)
		} else {
			ids = append(ids, other.Leads...) // no deed gets hold of it
		}
		over := false
		w.journal.AddHook(&journaltest.Network{Next: func() journaltest.Fault {
			if over || !oneIn(rt, 5) {
				return journaltest.None
			}
			return journaltest.Fault(rapid.IntRange(1, 2).Draw(rt, "kind"))
		}})
		day, err := time.Parse(time.DateOnly, "2026-03-02")
		if err != nil {
			t.Fatal(err)
		}
		var old []cases.Deed
		for n := range rapid.IntRange(30, 90).Draw(rt, "deeds") {
			day = day.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 0, 1, 4}).Draw(rt, "days"))
			c, err := w.Case(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			d := w.anyDeed(rt, &c, w.pool(t, ids), day.Format(time.DateOnly), n)
			if len(old) > 0 && oneIn(rt, 12) {
				d = rapid.SampledFrom(old).Draw(rt, "which")
			}
			old = append(old, d)
			next, err := w.Do(t.Context(), id, d, procedure())
			if _, moved := errors.AsType[*cases.MovedError](err); moved && d.Version == c.Version {
				t.Fatal("a deed of the version at hand was told that it is old")
			}
			if err == nil {
				reached[next.Status]++
				about[d.Move]++
			}
		}
		over = true
		w.explained(t, id)
	})
	t.Logf("deeds that ended in %v", reached)
	if about["join"] == 0 || about["unjoin"] == 0 {
		t.Errorf("no lead was joined, or none taken out: %v", about)
	}
	if reached[cases.Decided] == 0 || reached[cases.Served] == 0 {
		t.Errorf("the walk does not go far enough: %v", reached)
	}
}

// pool gives leads as they are now; one that is not there has a version too.
func (w world) pool(t testing.TB, ids []string) (out []cases.Seen) {
	t.Helper()
	for _, id := range ids {
		l, err := w.Lead(t.Context(), id)
		if err != nil && !errors.Is(err, cases.ErrMissing) {
			t.Fatal(err)
		}
		out = append(out, cases.Seen{Lead: id, Version: max(l.Version, 1)})
	}
	return out
}

// oneIn is true once in n times, which IntRange, fond of small numbers, is not.
func oneIn(rt *rapid.T, n int) bool {
	return rapid.SampledFrom(rangeOf(n)).Draw(rt, "one") == n-1
}

func rangeOf(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// anyDeed is mostly what comes next, done well, and sometimes anything.
func (w world) anyDeed(rt *rapid.T, c *cases.Case, pool []cases.Seen, day string, n int) cases.Deed {
	moves := straight[c.Status]
	if c.Status == cases.Heard && slices.ContainsFunc(c.File.Joined, func(j cases.Joining) bool { return j.Notices >= len(c.File.Notices) }) {
		moves = []string{"notice", "unjoin"}
	}
	if oneIn(rt, 5) || len(moves) == 0 {
		moves = slices.Sorted(maps.Keys(fields))
	}
	move := rapid.SampledFrom(moves).Draw(rt, "move")
	who := rapid.SampledFrom([]string{"jia", "jia", "jia", "yi", "zhang", "li"}).Draw(rt, "who")
	if move == cases.ApproveIt {
		who = rapid.SampledFrom([]string{"zhang", "zhang", "jia"}).Draw(rt, "head")
	}
	if oneIn(rt, 9) {
		move = rapid.SampledFrom([]string{"join", "join", "unjoin"}).Draw(rt, "about leads")
	}
	d := deedOf(c, who, move, day, n)
	if move == "join" || move == "unjoin" {
		for range rapid.IntRange(1, 2).Draw(rt, "leads") {
			d.Leads = append(d.Leads, rapid.SampledFrom(pool).Draw(rt, "lead"))
		}
	}
	if move == "verify" && len(c.File.Joined) > 0 { // on some of the leads, as a page would note it
		for i := range d.Lines {
			j := rapid.SampledFrom(c.File.Joined).Draw(rt, "rests")
			d.Lines[i].Leads = j.Lead
			if oneIn(rt, 3) {
				d.Lines[i].Verified = 0
			}
		}
	}
	if oneIn(rt, 6) {
		name := rapid.SampledFrom([]string{"refund", "fine", "officer2", "licence2", "until1", "stance", "amount", "kind", "outcome", "day", "who", "written"}).Draw(rt, "field")
		value := rapid.SampledFrom([]string{"2000", "0", "jia", "虚构001", "2026-03-04", "none", "waived", "penalty", "returned", "li", "yi", waiver().Hash}).Draw(rt, "value")
		d.Fields[name] = value
	}
	if oneIn(rt, 15) {
		d.Version--
	}
	return d
}

// explained holds the journal against the law and against Redis, and rebuilds.
func (w world) explained(t *testing.T, id string) {
	t.Helper()
	var kafka journaltest.Kafka
	relay := journal.NewRelay(w.journal, &kafka)
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r := &reader{t: t, parts: map[string]string{}, lines: map[string]string{}, told: map[string]int{}}
	var all bytes.Buffer
	for _, m := range kafka.Topics[journal.Topic] {
		all.Write(append(m.Value, '\n'))
		rec, err := journal.ParseRecord(m.Value)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range rec.Line.Ops {
			switch op["op"] {
			case "open", "opencheck", "opentip":
				if op["case"] == id {
					r.status, r.leads = fmt.Sprint(op["status"]), texts(op["leads"])
				}
			case "act":
				if op["case"] == id {
					r.take(&rec.Line, op)
				}
			case "join", "unjoin":
				if op["case"] == id {
					r.belong(&rec.Line, op)
				}
			}
		}
	}
	c, err := w.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	have, err := w.journal.Reader().HGetAll(t.Context(), w.journal.Key("case:"+id)).Result()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range r.parts {
		if have[name] != text {
			t.Fatalf("the journal says of %s %q, Redis %q", name, text, have[name])
		}
	}
	if slices.Sort(r.leads); !slices.Equal(c.Leads, r.leads) {
		t.Fatalf("the journal says that leads %v belong to the case, Redis %v", r.leads, c.Leads)
	}
	for id := range r.told {
		if l, err := w.Lead(t.Context(), id); err != nil || l.Case != c.ID {
			t.Fatalf("lead %s was joined, and is %+v %v", id, l, err)
		}
	}
	if string(c.Status) != r.status || len(c.File.Lines) != len(r.lines) {
		t.Fatalf("the journal says %s, Redis %s", r.status, c.Status)
	}
	again := fresh(t)
	if _, err := journal.Rebuild(t.Context(), again.journal, journal.Read(&all)); err != nil {
		t.Fatal(err)
	}
	a, b := first(w.digests(t)), first(again.digests(t))
	if a != b {
		t.Fatal("the rebuilt state differs")
	}
}

func first(a, _ string) string { return a }
