package blacklist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fundwatch/blacklist/edition"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// world is a store with its journal and a clock that is set by hand. All people
// and institutions are invented.
type world struct {
	*Store
	t    testing.TB
	cfg  journal.Config
	j    *journal.Store
	now  time.Time
	acts int
}

func fresh(t testing.TB) *world {
	cfg := journaltest.Config(t, Ops())
	j := journaltest.Open(t, cfg)
	return &world{Store: Open(j), t: t, cfg: cfg, j: j, now: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)}
}

func (w *world) act(who string) Act {
	w.acts++
	return Act{ID: fmt.Sprintf("act%d", w.acts), Who: who, Reason: "虚构理由", At: w.now}
}

func (w *world) days(n int) { w.now = w.now.AddDate(0, 0, n) }

func (w *world) today() string { return journal.Stamp(w.now)[:10] }

// A credit code with its check character, of an invented institution.
const credit = "91152900MA0N000006"

func decision(n int) Decision {
	return Decision{Case: fmt.Sprintf("C%d", n), Number: fmt.Sprintf("阿医保罚〔2026〕%d号（虚构）", n), Authority: "虚构医疗保障局", Decided: "2026-02-01", Effective: "2026-02-20",
		Subject: Subject{Kind: Institution, Key: creditOf(n), Name: "虚构医院", Codes: []string{fmt.Sprintf("H%d", n), fmt.Sprintf("H%d-2", n)}},
		Measure: "suspension", Facts: "重复收费（虚构）", Basis: []string{"条例38(七)"}, AmountFen: 1200}
}

// creditOf makes a credit code with its check character.
func creditOf(n int) string {
	s := fmt.Sprintf("91152900MA%07d", n)
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if edition.CreditCode(s + string(c)) {
			return s + string(c)
		}
	}
	panic("no check character")
}

var ordinary = Proposal{Class: "ordinary", Least: 3, Most: 12, Basis: []string{"国办发〔2025〕22号"}, Revision: "r1"}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) enter(n int) string {
	w.t.Helper()
	id, err := w.Enter(w.t.Context(), decision(n), w.act("甲"))
	w.must(err)
	return id
}

func (w *world) proposed(n int) string {
	w.t.Helper()
	id, err := w.Propose(w.t.Context(), w.enter(n), ordinary, w.act("甲"))
	w.must(err)
	return id
}

func (w *world) get(id string) (Listing, Entry) {
	w.t.Helper()
	l, err := w.Listing(w.t.Context(), id)
	w.must(err)
	e, err := w.Entry(w.t.Context(), l.Entry)
	w.must(err)
	return l, e
}

// order fills in everything that an action may ask for.
func (w *world) order(id string, a Action) Order {
	l, e := w.get(id)
	return Order{Listing: id, Version: l.Version, Action: a, Until: w.today(), Basis: "虚构条款", From: w.today(), Shown: l.Digest(&e), Facts: "更正后的事实（虚构）"}
}

func (w *world) do(id string, a Action, who string) error {
	w.t.Helper()
	return w.Do(w.t.Context(), w.order(id, a), w.act(who))
}

// listed goes the whole way to the list.
func (w *world) listed(n int) string {
	w.t.Helper()
	id := w.proposed(n)
	w.must(w.do(id, ActionServe, "甲"))
	w.days(1)
	w.must(w.do(id, ActionList, "乙"))
	return id
}

// folder is a folder in memory.
type folder struct{ fstest.MapFS }

func (f folder) Create(name string, b []byte) error {
	f.MapFS[name] = &fstest.MapFile{Data: b}
	return nil
}

func (f folder) Rename(from, to string) error {
	f.MapFS[to] = f.MapFS[from]
	delete(f.MapFS, from)
	return nil
}

func (f folder) Remove(name string) error {
	if _, ok := f.MapFS[name]; !ok {
		return fs.ErrNotExist
	}
	delete(f.MapFS, name)
	return nil
}

func testKey(t testing.TB) *edition.Key {
	seed := sha256.Sum256([]byte("虚构"))
	secret, _, err := edition.NewKey(bytes.NewReader(seed[:]), "fund.example")
	if err != nil {
		t.Fatal(err)
	}
	key, err := edition.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (w *world) publish(f folder) *edition.Published {
	w.t.Helper()
	p, problems, err := w.Publish(w.t.Context(), f, testKey(w.t), w.act("丙"), asking)
	if err != nil || len(problems) > 0 {
		w.t.Fatal(err, problems)
	}
	return p
}

func TestOnlyEffectiveDecisionsMakeEntries(t *testing.T) {
	w := fresh(t)
	for name, change := range map[string]func(d *Decision){
		"no case":            func(d *Decision) { d.Case = "" },
		"no number":          func(d *Decision) { d.Number = " " },
		"no authority":       func(d *Decision) { d.Authority = "" },
		"no day":             func(d *Decision) { d.Decided = "2026-2-1" },
		"no effect":          func(d *Decision) { d.Effective = "" },
		"effect later":       func(d *Decision) { d.Effective = "2026-03-03" },
		"effect before":      func(d *Decision) { d.Effective = "2026-01-01" },
		"no measure":         func(d *Decision) { d.Measure = "" },
		"no facts":           func(d *Decision) { d.Facts = "" },
		"no basis":           func(d *Decision) { d.Basis = nil },
		"a wrong code":       func(d *Decision) { d.Subject.Key = "91152900MA0000000X" },
		"a site for an org":  func(d *Decision) { d.Subject.Key = "H1" },
		"no name":            func(d *Decision) { d.Subject.Name = "" },
		"no codes":           func(d *Decision) { d.Subject.Codes = nil },
		"a code with a line": func(d *Decision) { d.Subject.Codes = []string{"H1\nH2"} },
		"another kind":       func(d *Decision) { d.Subject.Kind = "agency" },
	} {
		d := decision(1)
		change(&d)
		if _, err := w.Enter(t.Context(), d, w.act("甲")); !errors.Is(err, ErrDecision) && !errors.Is(err, ErrSubject) {
			t.Errorf("%s: %v", name, err)
		}
	}
	noReason := w.act("甲")
	noReason.Reason = " "
	if _, err := w.Enter(t.Context(), decision(1), noReason); err == nil {
		t.Error("an entry without a reason")
	}
	id := w.enter(1)
	if again, err := w.Enter(t.Context(), decision(1), w.act("乙")); !errors.Is(err, ErrTwice) || again != id {
		t.Errorf("the same case again: %s %v", again, err)
	}
	e, err := w.Entry(t.Context(), id)
	if want := decision(1); err != nil || e.Version != 1 || e.Number != want.Number || len(e.Subject.Codes) != 2 || e.AmountFen != 1200 || e.Basis[0] != want.Basis[0] {
		t.Errorf("entry %+v %v", e, err)
	}
	if total, all, err := w.Entries(t.Context(), 0, 10); err != nil || total != 1 || len(all) != 1 {
		t.Errorf("ledger %d %v %v", total, all, err)
	}
}

func TestProposals(t *testing.T) {
	w := fresh(t)
	entry := w.enter(1)
	for name, change := range map[string]func(p *Proposal){
		"ledger only":  func(p *Proposal) { p.Class = "ledger" },
		"no basis":     func(p *Proposal) { p.Basis = nil },
		"no revision":  func(p *Proposal) { p.Revision = "" },
		"no end":       func(p *Proposal) { p.Most = 0 },
		"end too soon": func(p *Proposal) { p.Most = 2 },
	} {
		p := ordinary
		change(&p)
		if _, err := w.Propose(t.Context(), entry, p, w.act("甲")); !errors.Is(err, ErrProposal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := decision(2)
	d.Facts = "当事人电话13812345678"
	if _, err := w.Enter(t.Context(), d, w.act("甲")); lacks(err) != Clean {
		t.Errorf("an entry with a number in its facts, which nobody can change: %v", err)
	}
	older := Entry{ID: "R" + strings.Repeat("0", 20), Decision: d, Entered: "2026-01-01T00:00:00Z"} // from before that was refused
	dirty := older.ID
	w.must(w.append(t.Context(), "credit.enter", "entry:"+dirty, 1, w.act("甲"), older.op()))
	if _, err := w.Propose(t.Context(), dirty, ordinary, w.act("甲")); lacks(err) != Clean {
		t.Errorf("facts with a number: %v", err)
	}
	w.must(w.Revoke(t.Context(), dirty, 1, w.act("甲")))
	if _, err := w.Propose(t.Context(), dirty, ordinary, w.act("甲")); lacks(err) != Standing {
		t.Errorf("a ground that fell: %v", err)
	}
	id, err := w.Propose(t.Context(), entry, ordinary, w.act("甲"))
	w.must(err)
	if again, err := w.Propose(t.Context(), entry, ordinary, w.act("甲")); !errors.Is(err, ErrProposed) || again != id {
		t.Errorf("twice: %v", err)
	}
}

func lacks(err error) Need {
	if m, ok := errors.AsType[*MissingError](err); ok {
		return m.Need
	}
	return ""
}

// TestGuards tries each guard by itself: everything else is in order.
func TestGuards(t *testing.T) {
	reached := map[Status]func(w *world) string{
		Proposed: func(w *world) string { return w.proposed(1) },
		Noticed: func(w *world) string {
			id := w.proposed(1)
			w.must(w.do(id, ActionServe, "甲"))
			return id
		},
		Disputed: func(w *world) string {
			id := w.proposed(1)
			w.must(w.do(id, ActionServe, "甲"))
			w.must(w.do(id, ActionObject, "甲"))
			return id
		},
		Listed: func(w *world) string { return w.listed(1) },
		Review: func(w *world) string {
			id := w.listed(1)
			w.must(w.do(id, ActionContest, "甲"))
			return id
		},
	}
	for _, c := range []struct {
		from   Status
		action Action
		who    string
		later  int // days
		change func(o *Order)
		want   Need
	}{
		{Proposed, ActionServe, "甲", 0, func(o *Order) { o.Until = "" }, Deadline},
		{Proposed, ActionServe, "甲", 0, func(o *Order) { o.Until = "2026-03-01" }, Deadline},
		{Noticed, ActionObject, "甲", 1, nil, InTime},
		{Noticed, ActionList, "乙", 0, nil, Over},
		{Noticed, ActionList, "甲", 1, nil, Second},
		{Noticed, ActionList, "乙", 1, func(o *Order) { o.From = "" }, From},
		{Noticed, ActionList, "乙", 1, func(o *Order) { o.From = "2026-03-02" }, From},
		{Noticed, ActionList, "乙", 1, func(o *Order) { o.Shown = "" }, Shown},
		{Disputed, ActionReject, "甲", 0, nil, Second},
		{Review, ActionKeep, "甲", 0, nil, Second},
		{Listed, ActionCorrect, "甲", 0, nil, Second},
		{Listed, ActionCorrect, "乙", 0, func(o *Order) { o.Facts = " " }, Clean},
		{Listed, ActionCorrect, "乙", 0, func(o *Order) { o.Facts = "证件11010519491231002X" }, Clean},
		{Review, ActionWithdraw, "甲", 0, nil, Second},
		{Listed, ActionRepair, "甲", 100, nil, Second},
		{Listed, ActionRepair, "乙", 91, nil, Least},
		{Listed, ActionExpire, "乙", 365, nil, Most},
		{Listed, ActionRevoke, "乙", 0, nil, Fallen},
		{Proposed, ActionRevoke, "乙", 0, nil, Fallen},
	} {
		name := fmt.Sprintf("%s from %s lacks %s", c.action, c.from, c.want)
		w := fresh(t)
		id := reached[c.from](w)
		w.days(c.later)
		o := w.order(id, c.action)
		if c.change != nil {
			c.change(&o)
		}
		before, _ := w.get(id)
		if err := w.Do(t.Context(), o, w.act(c.who)); lacks(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := w.get(id); after.Version != before.Version {
			t.Errorf("%s: it moved", name)
		}
		if c.want == Fallen {
			continue
		}
		// With what was missing it works.
		switch c.want {
		case Over, Least:
			w.days(1)
		case Most:
			w.days(1)
		case InTime:
			w.days(-1)
		}
		if err := w.do(id, c.action, "乙"); err != nil {
			t.Errorf("%s, and with it: %v", name, err)
		}
	}
}

func TestEveryGuardIsUsedAndSays(t *testing.T) {
	used := map[Need]bool{}
	for _, m := range Moves() {
		for _, n := range m.Needs {
			used[n] = true
			if g := guards[n]; g.holds == nil || g.zh == "" || g.en == "" {
				t.Errorf("%s needs %s, which says nothing", m.Action, n)
			}
		}
	}
	for n := range guards {
		if !used[n] {
			t.Errorf("no move needs %s", n)
		}
	}
}

func TestAStaleDigestDoesNotList(t *testing.T) {
	w := fresh(t)
	id := w.proposed(1)
	w.must(w.do(id, ActionServe, "甲"))
	shown := w.order(id, ActionList)
	w.must(w.do(id, ActionObject, "甲"))
	w.must(w.do(id, ActionReject, "乙"))
	w.days(1)
	o := w.order(id, ActionList)
	o.Shown = shown.Shown
	if err := w.Do(t.Context(), o, w.act("乙")); lacks(err) != Shown {
		t.Errorf("listed by what was shown before: %v", err)
	}
	o = shown
	if err := w.Do(t.Context(), o, w.act("乙")); !isVersion(err) {
		t.Errorf("a stale version: %v", err)
	}
}

func isVersion(err error) bool { _, ok := errors.AsType[*VersionError](err); return ok }

func TestARevokedGroundEndsItsListing(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	published, dropped := w.listed(1), w.proposed(2)
	w.publish(f)
	for _, id := range []string{published, dropped} {
		l, e := w.get(id)
		w.must(w.Revoke(t.Context(), l.Entry, e.Version, w.act("乙")))
	}
	if l, _ := w.get(published); l.Status != Leaving {
		t.Errorf("the published one is %s", l.Status)
	}
	if l, _ := w.get(dropped); l.Status != Dropped {
		t.Errorf("the proposed one is %s", l.Status)
	}
	w.publish(f)
	if l, _ := w.get(published); l.Status != Removed || l.Out != 2 || l.In != 1 {
		t.Errorf("after the next edition %+v", l)
	}
	if b := f.MapFS["delta-2.json"].Data; !bytes.Contains(b, []byte("依据撤销")) {
		t.Errorf("the removal says %s", b)
	}
	if s, err := w.Suspensions(t.Context()); err != nil || len(s) != 0 {
		t.Errorf("a listing without ground flags claims: %v %v", s, err)
	}
}

func TestEditionsFollowTheListings(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	a, b := w.listed(1), w.listed(2)
	if p := w.publish(f); p.Edition != 1 || p.Records != 2 {
		t.Errorf("%+v", p)
	}
	if _, problems, err := w.Publish(t.Context(), f, testKey(t), w.act("丙"), asking); err != nil || len(problems) != 1 {
		t.Errorf("an edition that changes nothing: %v %v", problems, err)
	}
	w.must(w.do(a, ActionContest, "甲"))
	if p := w.publish(f); p.Changed != 1 {
		t.Errorf("a mark of review: %+v", p)
	}
	if !bytes.Contains(f.MapFS["list-2.json"].Data, []byte(`"review":true`)) {
		t.Error("review is not marked")
	}
	w.must(w.do(a, ActionCorrect, "乙"))
	w.days(95)
	w.must(w.do(b, ActionRepair, "乙"))
	c := w.listed(3)
	if p := w.publish(f); p.Added != 1 || p.Changed != 1 || p.Removed != 1 {
		t.Errorf("%+v", p)
	}
	w.days(300) // a is over, c is not
	if p := w.publish(f); p.Removed != 1 || p.Records != 1 {
		t.Errorf("expiry: %+v", p)
	}
	for id, want := range map[string]Status{a: Removed, b: Removed, c: Listed} {
		if l, _ := w.get(id); l.Status != want {
			t.Errorf("%s is %s, want %s", id, l.Status, want)
		}
	}
	if _, fail, err := edition.Verify(f, testKey(t).Verifier()); err != nil || fail != nil {
		t.Error(err, fail)
	}
	w.explains()
}

// TestStoppedBetweenFolderAndJournal: an edition that is in the folder and not
// in the journal is noted by the next publication.
func TestStoppedBetweenFolderAndJournal(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	a := w.listed(1)
	w.j.AddHook(&journaltest.Network{Next: failNext(w)})
	network = true
	_, _, err := w.Publish(t.Context(), f, testKey(t), w.act("丙"), asking)
	network = false
	if err == nil {
		t.Fatal("the journal was to fail")
	}
	if l, _ := w.get(a); l.In != 0 {
		t.Fatal("it was noted")
	}
	b := w.listed(2)
	if p := w.publish(f); p.Edition != 2 || p.Added != 1 {
		t.Errorf("%+v", p)
	}
	for id, in := range map[string]int64{a: 1, b: 2} {
		if l, _ := w.get(id); l.In != in {
			t.Errorf("%s is in since edition %d, want %d", id, l.In, in)
		}
	}
	older := folder{fstest.MapFS{}}
	if _, _, err := w.Publish(t.Context(), older, testKey(t), w.act("丙"), asking); !errors.Is(err, ErrBehind) {
		t.Errorf("a folder that lacks editions: %v", err)
	}
}

var network bool

func failNext(*world) func() journaltest.Fault {
	return func() journaltest.Fault {
		if network {
			return journaltest.Before
		}
		return journaltest.None
	}
}

// explains rebuilds the state from the journal and compares.
func (w *world) explains() {
	w.t.Helper()
	var kafka journaltest.Kafka
	relay := journal.NewRelay(w.j, &kafka)
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
	var b bytes.Buffer
	for _, m := range kafka.Topics[journal.Topic] {
		b.Write(append(m.Value, '\n'))
	}
	again := journaltest.Open(w.t, journaltest.Config(w.t, Ops()))
	if _, err := journal.Rebuild(context.Background(), again, journal.Read(&b)); err != nil {
		w.t.Fatal(err)
	}
	want, err := journal.Digest(context.Background(), w.j)
	w.must(err)
	got, err := journal.Digest(context.Background(), again)
	w.must(err)
	if got != want {
		w.t.Fatal("the journal does not explain the state")
	}
}

func TestNothingPersonalIsPublished(t *testing.T) {
	w := fresh(t)
	d := decision(1)
	d.Subject = Subject{Kind: Person, Key: "PSN-虚构-1", Name: "张虚构", Codes: []string{"PSN-虚构-1"}}
	entry, err := w.Enter(t.Context(), d, w.act("甲"))
	w.must(err)
	id, err := w.Propose(t.Context(), entry, ordinary, w.act("甲"))
	w.must(err)
	l, e := w.get(id)
	r, problems := l.Record(&e)
	if s := string(r.JSON); len(problems) > 0 || strings.Contains(s, "PSN") || strings.Contains(s, "虚构1") || strings.Contains(s, "张虚构") || !strings.Contains(s, `"张某某"`) {
		t.Errorf("published: %s", s)
	}
	for name, want := range map[string]string{"李四": "李某", "王": "王某", "欧阳虚构某": "欧某某", "Nomin": "N**"} {
		if got := (&Subject{Kind: Practitioner, Name: name}).PublicName(); got != want {
			t.Errorf("%s becomes %s", name, got)
		}
	}
}

func TestRestrictions(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	id := w.listed(1)
	index := func() *Index {
		x, err := w.Index(t.Context())
		w.must(err)
		return x
	}
	if a := index().Of("H1"); a.Restricted || a.Edition != 0 {
		t.Errorf("before an edition: %+v", a)
	}
	w.publish(f)
	l, _ := w.get(id)
	x := index()
	for _, code := range []string{"H1", "H1-2", creditOf(1)} {
		a := x.Of(code)
		if !a.Restricted || len(a.Restrictions) != 1 || a.Edition != 1 || a.Hash != edition.Hash(f.MapFS["list-1.json"].Data) || a.Restrictions[0].From != l.From {
			t.Errorf("%s: %+v", code, a)
		}
	}
	if a := x.Of("H2"); a.Restricted || a.Restrictions == nil || a.Edition != 1 {
		t.Errorf("another: %+v", a)
	}
	s, err := w.Suspensions(t.Context())
	if err != nil || len(s) != 2 || s[0].From != "2026-03-03" || s[0].To != "2027-03-03" || s[0].Kind != Institution {
		t.Errorf("suspensions %+v %v", s, err)
	}
	w.days(120)
	w.must(w.do(id, ActionRepair, "乙"))
	if s, _ = w.Suspensions(t.Context()); len(s) != 2 || s[0].To != "2026-06-30" {
		t.Errorf("after repair on 2026-07-01: %+v", s)
	}
	v := x.Version
	w.publish(f)
	if y := index(); y.Of("H1").Restricted || y.Edition() != 2 || y.Version == v {
		t.Errorf("after removal %+v", y.Of("H1"))
	}
}

func (x *Index) Edition() int64 { return x.N }

// BenchmarkRestrictions looks codes up among 20,000 listings, as the address
// answers: each answer is made as JSON. It prints look-ups a second on one core.
func BenchmarkRestrictions(b *testing.B) {
	x := &Index{InForce: InForce{N: 7, Day: "2026-03-02", Hash: edition.Hash(nil)}, by: map[string][]Restriction{}}
	for i := range 20000 {
		l := Listing{ID: fmt.Sprintf("B%020d", i), Class: "ordinary", Measure: "suspension", From: "2026-03-02", MostDay: "2027-03-02", Editions: Editions{In: 1},
			Subject: Subject{Kind: Institution, Key: fmt.Sprintf("U%d", i), Codes: []string{fmt.Sprintf("H%d", i)}}}
		x.add(&l)
	}
	ids := make([]string, 1024)
	for i := range ids {
		ids[i] = fmt.Sprintf("H%d", i*37) // about half are listed
	}
	var buf []byte
	var err error
	b.ResetTimer()
	for i := range b.N {
		if buf, err = x.AppendJSON(buf[:0], ids[i%len(ids)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lookups/s")
}
