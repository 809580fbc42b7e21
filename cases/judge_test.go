package cases_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// All people, certificates and amounts here are invented (虚构).

// plainDays is a calendar for tests: every term in whole days, and no year after
// 2026.
type plainDays struct{}

func (plainDays) Ends(from string, t cases.Term, extend int64) (string, error) {
	d, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return "", err
	}
	end := d.AddDate(0, 0, int(t.N+extend))
	if end.Year() > 2026 {
		return "", errors.New("no calendar")
	}
	return end.Format(time.DateOnly), nil
}

func procedure() cases.Procedure {
	return cases.Procedure{Calendar: plainDays{}, Terms: map[string]cases.Term{
		cases.Handling: {N: 90, Unit: "days", Basis: "虚构1"}, cases.ExtensionHead: {N: 30, Unit: "days", Basis: "虚构2"}, cases.ExtensionTotal: {N: 90, Unit: "days", Basis: "虚构2"},
		cases.DefenceTerm: {N: 3, Unit: "days", Basis: "虚构3"}, cases.HearingTerm: {N: 5, Unit: "days", Basis: "虚构4"}, cases.ServiceTerm: {N: 7, Unit: "days", Basis: "虚构5"},
		cases.PaymentTerm: {N: 15, Unit: "days", Basis: "虚构6"},
	}}
}

// on is noon of a day in Asia/Shanghai.
func on(day string) time.Time {
	d, _ := time.Parse(time.DateOnly, day)
	return d.Add(4 * time.Hour)
}

// walk carries a case along the table.
type walk struct {
	t    testing.TB
	c    cases.Case
	p    cases.Procedure
	day  string
	acts int
}

func newWalk(t testing.TB) *walk {
	return &walk{t: t, p: procedure(), day: "2026-03-02",
		c: cases.Case{ID: "C1", Status: cases.Opened, Version: 1, Leads: []string{"L1"}, Subjects: []detectors.Subject{hospital}}}
}

func (w *walk) by(who string) cases.Act {
	w.acts++
	return cases.Act{ID: fmt.Sprint("act-", w.acts), Who: who, Reason: "虚构", At: on(w.day)}
}

// try does a deed of the version at hand and keeps what comes of it.
func (w *walk) try(who, move string, change ...func(*cases.Deed)) error {
	w.t.Helper()
	d := cases.Deed{Move: move, Version: w.c.Version, Fields: maps.Clone(fields[move]), By: w.by(who)}
	switch move {
	case "verify":
		d.Lines = []cases.Line{{ID: "H1/S1/1", AtRisk: 60_000, Verified: 50_000}, {ID: "H1/S1/2", AtRisk: 50_000, Verified: 50_000}}
	case "evidence":
		d.Evidence = waiver()
	case cases.ApproveIt:
		s, err := w.c.Seal()
		if err != nil {
			w.t.Fatal(err)
		}
		d.Seal = s.String()
	}
	for _, f := range change {
		f(&d)
	}
	next, err := cases.Judge(&w.c, &d, &w.p)
	if err == nil {
		w.c = next
	}
	return err
}

func (w *walk) do(who, move string, change ...func(*cases.Deed)) {
	w.t.Helper()
	if err := w.try(who, move, change...); err != nil {
		w.t.Fatalf("%s by %s: %v", move, who, err)
	}
}

func with(name, value string) func(*cases.Deed) {
	return func(d *cases.Deed) { d.Fields[name] = value }
}

// leads names leads that a deed joins or takes out.
func leads(ids ...string) func(*cases.Deed) {
	return func(d *cases.Deed) {
		for _, id := range ids {
			d.Leads = append(d.Leads, cases.Seen{Lead: id, Version: 1})
		}
	}
}

// many gives as many ids of leads.
func many(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint("M", i))
	}
	return out
}

// checked says that an inspection found the party.
func (w *walk) checked() *walk {
	w.c.Check = &cases.Check{Campaign: "K1", Object: hospital.Code, Subject: hospital}
	return w
}

func waiver() *cases.Evidence {
	return &cases.Evidence{Hash: cases.HashOf([]byte("虚构")), Size: 6, Type: "text/plain", Kind: "party", Title: "虚构的书面意见", By: "jia", At: "2026-03-05 12:00:00"}
}

// fields fill every form as it should be.
var fields = map[string]map[string]string{
	"file": {"party": "institution:" + hospital.Code, "cause": "虚构案由", "article": "条例38(三)"}, "not-file": {},
	"investigate": {"officer1": "jia", "licence1": "虚构001", "until1": "2026-12-31", "officer2": "yi", "licence2": "虚构002", "until2": "2026-12-31"},
	"replace":     {"officer1": "jia", "licence1": "虚构001", "until1": "2026-12-31", "officer2": "yi", "licence2": "虚构002", "until2": "2026-12-31"},
	"join":        {}, "unjoin": {}, "recuse": {"who": "yi"}, "extend": {"days": "30", "ground": "head"}, "verify": {}, "evidence": {},
	"notice": {"facts": "虚构事实", "article": "条例38(三)", "refund": "1000", "fine": "1500.50", "day": "2026-03-05", "way": "direct"},
	"hear":   {"stance": "statement", "said": "虚构陈述", "found": "虚构复核"}, "review": {"outcome": "passed", "opinion": "虚构意见"},
	"decide": {"kind": "penalty", "refund": "1000", "fine": "1500.50", "article": "条例38(三)", "text": "虚构理由"}, "serve": {"day": "2026-03-12", "way": "mail"},
	"receive": {"what": "refund", "amount": "1000", "day": "2026-03-15", "voucher": "虚构-1"}, "execute": {},
	"transfer": {"to": "police", "documents": "虚构材料"}, "return": {}, "return-unfiled": {}, "close": {}, cases.ApproveIt: {}, cases.RefuseIt: {},
}

// approved proposes and approves.
func (w *walk) approved(move string) {
	w.t.Helper()
	w.do("jia", move)
	w.do("zhang", cases.ApproveIt)
}

// to carries a fresh case to a status in the straight way.
func (w *walk) to(status cases.Status) *walk {
	w.t.Helper()
	for _, s := range []struct {
		at cases.Status
		do func()
	}{
		{cases.Opened, func() { w.approved("file") }},
		{cases.Filed, func() { w.do("jia", "investigate") }},
		{cases.Investigating, func() { w.do("jia", "verify"); w.day = "2026-03-05"; w.do("jia", "notice") }},
		{cases.Noticed, func() { w.day = "2026-03-06"; w.do("jia", "hear") }},
		{cases.Heard, func() { w.do("li", "review"); w.day = "2026-03-11"; w.approved("decide") }},
		{cases.Decided, func() { w.day = "2026-03-12"; w.do("jia", "serve") }},
		{cases.Served, func() {
			w.day = "2026-03-15"
			w.do("jia", "receive")
			w.do("jia", "receive", with("what", "fine"), with("amount", "1500.50"), with("voucher", "虚构-2"))
			w.do("jia", "execute")
		}},
		{cases.Executed, func() { w.approved("close") }},
	} {
		if w.c.Status == status {
			break
		}
		if w.c.Status != s.at {
			w.t.Fatalf("the case is %s, not %s", w.c.Status, s.at)
		}
		s.do()
	}
	if w.c.Status != status {
		w.t.Fatalf("the case is %s, not %s", w.c.Status, status)
	}
	return w
}

func TestTheStraightWay(t *testing.T) {
	w := newWalk(t).to(cases.Closed)
	f := &w.c.File
	if want := (cases.Money{AtRisk: 110_000, Verified: 100_000, Refund: 100_000, Fine: 150_050, RefundIn: 100_000, FineIn: 150_050}); f.Money != want {
		t.Errorf("money %+v", f.Money)
	}
	if f.Notices[0].Until != "2026-03-08" || f.Proposal != nil || f.Decision.Day != "2026-03-11" {
		t.Errorf("file %+v", f)
	}
	for _, c := range f.Clocks {
		if c.End == "" || c.Done == "" {
			t.Errorf("clock %+v", c)
		}
	}
}

// lacking gives the guards that an error names.
func lacking(err error) (names []string) {
	if e, ok := errors.AsType[*cases.LackError](err); ok {
		for _, l := range e.Lacks {
			names = append(names, l.Guard)
			if l.What.ZH == "" || l.What.EN == "" || l.Where.ZH == "" || l.Where.EN == "" {
				names = append(names, l.Guard+" says nothing")
			}
		}
	}
	return names
}

// TestEachGuard breaks one condition at a time: the move is refused for that
// guard and no other, and goes through when it is mended.
func TestEachGuard(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range []struct {
		guard cases.Guard
		at    cases.Status
		move  string
		who   string
		bend  func(*walk)
		with  []func(*cases.Deed)
		mend  func(*walk)         // nil: without with
		then  []func(*cases.Deed) // of the second try
	}{
		{guard: cases.TwoOfficers, at: cases.Filed, move: "investigate", with: []func(*cases.Deed){with("officer2", "jia")}},
		{guard: cases.TwoOfficers, at: cases.Filed, move: "investigate", with: []func(*cases.Deed){with("licence2", "虚构001")}},
		{guard: cases.Licences, at: cases.Filed, move: "investigate", with: []func(*cases.Deed){with("until2", "2026-03-01")}, then: []func(*cases.Deed){with("until2", "2026-03-02")}},
		{guard: cases.Licences, at: cases.Noticed, move: "hear", bend: func(w *walk) { w.day = "2026-03-20"; w.c.File.Officers[1].Until = "2026-03-19" }, mend: func(w *walk) { w.do("jia", "replace") }},
		{guard: cases.TwoOfficers, at: cases.Investigating, move: "verify", bend: func(w *walk) { w.do("zhang", "recuse") }, mend: func(w *walk) { w.do("jia", "replace", with("officer2", "bing")) }},
		{guard: cases.NoneRecused, at: cases.Filed, move: "investigate", bend: func(w *walk) { w.do("zhang", "recuse") }, then: []func(*cases.Deed){with("officer2", "bing")}},
		{guard: cases.NoneRecused, at: cases.Heard, move: "review", who: "li", bend: func(w *walk) { w.do("zhang", "recuse", with("who", "li")) }, mend: func(w *walk) { w.acts++ }, then: []func(*cases.Deed){func(d *cases.Deed) { d.By.Who = "wang" }}},
		{guard: cases.NoneRecused, at: cases.Opened, move: cases.ApproveIt, who: "zhang", bend: func(w *walk) { w.do("zhang", "recuse", with("who", "zhang")); w.do("jia", "file") }, then: []func(*cases.Deed){func(d *cases.Deed) { d.By.Who = "wang" }}},
		{guard: cases.ByOfficer, at: cases.Investigating, move: "verify", who: "bing", then: []func(*cases.Deed){func(d *cases.Deed) { d.By.Who = "yi" }}},
		{guard: cases.HasParty, at: cases.Opened, move: "file", with: []func(*cases.Deed){with("party", "institution:H999")}},
		{guard: cases.VerifiedMoney, at: cases.Noticed, move: "notice", with: []func(*cases.Deed){with("refund", "1000.01")}},
		{guard: cases.FineFits, at: cases.Noticed, move: "notice", bend: func(w *walk) { w.p.Fines = map[string]cases.FineRange{"条例38": times("条例38", 1, 2, false)} },
			with: []func(*cases.Deed){with("fine", "2000.01")}, then: []func(*cases.Deed){with("fine", "2000")}},
		{guard: cases.NoOverlap, at: cases.Investigating, move: "verify", with: []func(*cases.Deed){func(d *cases.Deed) { d.Lines = append(d.Lines, cases.Line{ID: "H1/S1", AtRisk: 5}) }}},
		{guard: cases.DefenceSet, at: cases.Noticed, move: "notice", bend: func(w *walk) { delete(w.p.Terms, cases.DefenceTerm) }, mend: func(w *walk) { w.p = procedure() }},
		{guard: cases.DefenceSet, at: cases.Noticed, move: "notice", bend: func(w *walk) { w.p.Calendar = nil }, mend: func(w *walk) { w.p = procedure() }},
		{guard: cases.ServedNotice, at: cases.Heard, move: "review", who: "li", bend: func(w *walk) { w.c.File.Notices = nil; w.c.File.Defence = nil }, mend: func(w *walk) { *w = *newWalk(t).to(cases.Heard) }},
		{guard: cases.DefenceHeard, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-11"; w.c.File.Defence = nil }, mend: func(w *walk) {
			*w = *newWalk(t).to(cases.Heard)
			w.do("li", "review")
			w.day = "2026-03-11"
		}},
		{guard: cases.DefenceOver, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-08" }, mend: func(w *walk) { w.day = "2026-03-09" }},
		{guard: cases.SilenceOver, at: cases.Noticed, move: "hear", bend: func(w *walk) { w.day = "2026-03-08" }, with: []func(*cases.Deed){with("stance", "none")}, mend: func(w *walk) { w.day = "2026-03-09" }, then: []func(*cases.Deed){with("stance", "none")}},
		{guard: cases.DefenceComplete, at: cases.Noticed, move: "hear", with: []func(*cases.Deed){with("found", "")}},
		{guard: cases.DefenceComplete, at: cases.Noticed, move: "hear", with: []func(*cases.Deed){with("stance", "waived"), with("written", waiver().Hash)},
			mend: func(w *walk) { w.do("jia", "evidence") }, then: []func(*cases.Deed){with("stance", "waived"), with("written", waiver().Hash)}},
		{guard: cases.ReviewerApart, at: cases.Heard, move: "review", who: "yi", then: []func(*cases.Deed){func(d *cases.Deed) { d.By.Who = "li" }}},
		{guard: cases.ReviewerApart, at: cases.Heard, move: "decide", bend: func(w *walk) {
			w.do("li", "review")
			w.day = "2026-03-11"
			w.do("jia", "replace", with("officer2", "li"))
		}, mend: func(w *walk) { w.do("jia", "replace") }},
		{guard: cases.Reviewed, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review", with("outcome", "returned")); w.day = "2026-03-11" }, mend: func(w *walk) { w.do("li", "review") }},
		{guard: cases.WithinNotice, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-11" }, with: []func(*cases.Deed){with("fine", "1500.51")}},
		{guard: cases.WithinNotice, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-11" }, with: []func(*cases.Deed){with("refund", "1000.01")}},
		{guard: cases.KindFits, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-11" }, with: []func(*cases.Deed){with("kind", "no-penalty")}, then: []func(*cases.Deed){with("kind", "no-penalty"), with("fine", "0")}},
		{guard: cases.KindFits, at: cases.Heard, move: "decide", bend: func(w *walk) { w.do("li", "review"); w.day = "2026-03-11" }, with: []func(*cases.Deed){with("article", "")}},
		{guard: cases.InOrder, at: cases.Decided, move: "serve", with: []func(*cases.Deed){with("day", "2026-03-10")}, then: []func(*cases.Deed){with("day", "2026-03-11")}},
		{guard: cases.InOrder, at: cases.Decided, move: "serve", bend: func(w *walk) { w.day = "2026-03-12" }, with: []func(*cases.Deed){with("day", "2026-03-13")}},
		{guard: cases.NotTooMuch, at: cases.Served, move: "receive", bend: func(w *walk) { w.day = "2026-03-15" }, with: []func(*cases.Deed){with("amount", "1000.01")}},
		{guard: cases.NotTooMuch, at: cases.Served, move: "receive", bend: func(w *walk) { w.day = "2026-03-15"; w.do("jia", "receive", with("amount", "1")) }, with: []func(*cases.Deed){with("amount", "1")}, then: []func(*cases.Deed){with("amount", "1"), with("voucher", "虚构-9")}},
		{guard: cases.Paid, at: cases.Served, move: "execute", bend: func(w *walk) { w.day = "2026-03-15"; w.do("jia", "receive") }, mend: func(w *walk) {
			w.do("jia", "receive", with("what", "fine"), with("amount", "1500.50"), with("voucher", "虚构-2"))
		}},
		{guard: cases.Paid, at: cases.Served, move: "execute", mend: func(w *walk) { w.do("jia", "evidence") }, then: []func(*cases.Deed){with("court", waiver().Hash)}},
		{guard: cases.TimeAllows, at: cases.Filed, move: "extend", who: "zhang", with: []func(*cases.Deed){with("days", "31")}},
		{guard: cases.TimeAllows, at: cases.Filed, move: "extend", who: "zhang", bend: func(w *walk) { w.do("zhang", "extend", with("days", "10")) }, then: []func(*cases.Deed){with("ground", "council"), with("days", "80")}},
		{guard: cases.OtherPerson, at: cases.Opened, move: cases.ApproveIt, who: "jia", bend: func(w *walk) { w.do("jia", "file") }, then: []func(*cases.Deed){func(d *cases.Deed) { d.By.Who = "zhang" }}},
		{guard: cases.HasProposal, at: cases.Opened, move: cases.ApproveIt, who: "zhang", mend: func(w *walk) { w.do("jia", "file") }},
		{guard: cases.HasProposal, at: cases.Opened, move: cases.RefuseIt, who: "zhang", mend: func(w *walk) { w.do("jia", "file") }},
		{guard: cases.NoParty, at: cases.Filed, move: "return-unfiled", bend: func(w *walk) { w.approved("transfer") }, mend: func(w *walk) { *w = *newWalk(t); w.approved("transfer") }},
		{guard: cases.HasParty, at: cases.Opened, move: "return", bend: func(w *walk) { w.approved("transfer") }, mend: func(w *walk) { *w = *newWalk(t).to(cases.Filed); w.approved("transfer") }},
		{guard: cases.NotJoined, at: cases.Opened, move: "join", with: []func(*cases.Deed){leads("L1")}, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.RoomForLeads, at: cases.Opened, move: "join", bend: func(w *walk) { w.c.Leads = many(cases.MaxLeads) }, with: []func(*cases.Deed){leads("L2")},
			mend: func(w *walk) { w.c.Leads = many(cases.MaxLeads - 1) }, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.JoinedByHand, at: cases.Opened, move: "unjoin", bend: func(w *walk) { w.do("jia", "join", leads("L2")) }, with: []func(*cases.Deed){leads("L1")}, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.NotTold, at: cases.Investigating, move: "unjoin", bend: func(w *walk) {
			w.checked().do("jia", "join", leads("L2"))
			w.do("jia", "verify")
			w.day = "2026-03-05"
			w.do("jia", "notice")
		}, with: []func(*cases.Deed){leads("L2")}, mend: func(w *walk) {
			*w = *newWalk(t).to(cases.Noticed).checked()
			w.do("jia", "join", leads("L2"))
		}, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.NothingRests, at: cases.Investigating, move: "unjoin", bend: func(w *walk) {
			w.checked().do("jia", "join", leads("L2"))
			w.do("jia", "verify", func(d *cases.Deed) { d.Lines[0].Leads = "L1 L2" })
		}, with: []func(*cases.Deed){leads("L2")}, mend: func(w *walk) {
			w.do("jia", "verify", func(d *cases.Deed) { d.Lines[0].Leads, d.Lines[0].Verified = "L1 L2", 0 })
		}, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.PartyStays, at: cases.Filed, move: "unjoin", bend: func(w *walk) { w.do("jia", "join", leads("L2")) }, with: []func(*cases.Deed){leads("L2")},
			mend: func(w *walk) { w.checked() }, then: []func(*cases.Deed){leads("L2")}},
		{guard: cases.JoinedTold, at: cases.Heard, move: "decide", bend: func(w *walk) {
			w.checked().do("li", "review")
			w.day = "2026-03-11"
			w.do("jia", "join", leads("L2"))
		}, mend: func(w *walk) { w.do("jia", "unjoin", leads("L2")) }},
	} {
		tested[c.guard.Name] = true
		where := c.guard.Name + " " + c.move
		w := newWalk(t).to(c.at)
		if c.bend != nil {
			c.bend(w)
		}
		who := c.who
		if who == "" {
			who = "jia"
		}
		before := w.c.Version
		err := w.try(who, c.move, c.with...)
		if got := lacking(err); !slices.Equal(got, []string{c.guard.Name}) && !(c.guard.Name == cases.DefenceHeard.Name && slices.Contains(got, c.guard.Name)) {
			t.Errorf("%s: refused for %v, %v", where, got, err)
		}
		if w.c.Version != before {
			t.Errorf("%s: a refused move changed the case", where)
		}
		if c.mend != nil {
			c.mend(w)
		}
		then := c.then
		if strings.Contains(c.move, "hear") && c.guard.Name == cases.SilenceOver.Name {
			then = c.with
		}
		if err := w.try(who, c.move, then...); err != nil {
			t.Errorf("%s: mended, and still %v", where, err)
		}
	}
	for _, m := range cases.Moves() {
		for _, g := range slices.Concat(m.Before, m.After) {
			if !tested[g.Name] {
				t.Errorf("no test breaks the guard %s", g.Name)
			}
			if g.Basis == "" || g.What.ZH == "" || g.What.EN == "" || g.Where.ZH == "" || g.Where.EN == "" {
				t.Errorf("the guard %s does not say what, where and by which clause", g.Name)
			}
		}
	}
}

// TestMovesBeginWhereTheTableSays tries every move in every status.
func TestMovesBeginWhereTheTableSays(t *testing.T) {
	for _, status := range cases.Stages() {
		for _, m := range cases.Moves() {
			w := newWalk(t)
			w.c.Status = status
			got := lacking(w.try("jia", m.Name))
			if in := slices.Contains(m.From, status); in == slices.Contains(got, "status") {
				t.Errorf("%s from %s: %v", m.Name, status, got)
			}
		}
	}
}

func TestFieldsAreChecked(t *testing.T) {
	for _, m := range cases.Moves() {
		for _, f := range m.Fields {
			w := newWalk(t)
			w.c.Status = m.From[0]
			bad := map[cases.FieldKind][]string{cases.DayField: {"2026-02-30", "x"}, cases.YuanField: {"1.234", "-1", "1e3", "１"}, cases.CountField: {"0", "x", "99999"},
				cases.ChoiceField: {"other"}, cases.ProofField: {"abc"}, cases.PersonField: {"a b"}, cases.TextField: {"a\nb"}}[f.Kind]
			if f.Needed {
				bad = append(bad, "")
			}
			for _, text := range bad {
				if got := lacking(w.try("jia", m.Name, with(f.Name, text))); !slices.Contains(got, "field."+f.Name) {
					t.Errorf("%s takes %q as %s: %v", m.Name, text, f.Name, got)
				}
			}
		}
	}
	for _, move := range []string{"verify", "evidence"} {
		w := newWalk(t).to(cases.Investigating)
		if got := lacking(w.try("jia", move, func(d *cases.Deed) { d.Lines, d.Evidence = nil, nil })); !slices.Contains(got, "field") {
			t.Errorf("%s of nothing: %v", move, got)
		}
	}
	w := newWalk(t)
	if err := w.try("jia", "close-by-magic"); !errors.Is(err, cases.ErrMissing) {
		t.Errorf("a move that there is not: %v", err)
	}
}

// TestAnApprovalIsBoundToWhatWasShown: of the case, and of the proposal.
func TestAnApprovalIsBoundToWhatWasShown(t *testing.T) {
	w := newWalk(t).to(cases.Heard)
	w.do("li", "review")
	w.day = "2026-03-11"
	w.do("jia", "decide")
	shown, err := w.c.Seal()
	if err != nil {
		t.Fatal(err)
	}
	seal := func(d *cases.Deed) { d.Seal = shown.String() }
	w.do("jia", "evidence") // meanwhile
	err = w.try("zhang", cases.ApproveIt, seal)
	if e, ok := errors.AsType[*cases.StaleError](err); !ok || e.Propose || !slices.Equal(e.Changed, []string{"evidence"}) {
		t.Errorf("an approval of what was shown before: %v", err)
	}
	// Who looks again sees that the proposal was made without that evidence.
	err = w.try("zhang", cases.ApproveIt)
	if e, ok := errors.AsType[*cases.StaleError](err); !ok || !e.Propose || !slices.Equal(e.Changed, []string{"evidence"}) {
		t.Errorf("an approval of a proposal made on another file: %v", err)
	}
	w.do("jia", "decide")
	w.do("zhang", cases.ApproveIt)
	if w.c.Status != cases.Decided {
		t.Errorf("the case is %s", w.c.Status)
	}
	if err := w.try("zhang", cases.ApproveIt, func(d *cases.Deed) { d.Seal = "x" }); lacking(err) == nil {
		t.Errorf("approved twice: %v", err)
	}
}

func TestAProposalDoesNothingYet(t *testing.T) {
	w := newWalk(t)
	w.do("jia", "file")
	if w.c.Status != cases.Opened || w.c.File.Party != nil || w.c.File.Clocks != nil || w.c.File.Proposal.Move != "file" {
		t.Errorf("proposed: %+v", w.c)
	}
	w.do("zhang", cases.RefuseIt)
	if w.c.File.Proposal != nil || w.c.Status != cases.Opened {
		t.Errorf("refused: %+v", w.c)
	}
}

func TestMovedCasesAreNotTouched(t *testing.T) {
	w := newWalk(t)
	err := w.try("jia", "file", func(d *cases.Deed) { d.Version = 7 })
	if e, ok := errors.AsType[*cases.MovedError](err); !ok || e.Have != 1 || e.Want != 7 {
		t.Errorf("got %v", err)
	}
}

// TestANewNoticeNeedsANewDefenceAndReview: the old ones were about other amounts.
func TestANewNoticeNeedsANewDefenceAndReview(t *testing.T) {
	w := newWalk(t).to(cases.Heard)
	w.do("li", "review")
	w.day = "2026-03-10"
	w.do("jia", "notice", with("fine", "1800"), with("day", "2026-03-10"))
	if w.c.Status != cases.Noticed || w.c.File.Notices[1].Until != "2026-03-13" {
		t.Fatalf("%+v", w.c)
	}
	w.day = "2026-03-14"
	w.do("jia", "hear", with("stance", "none"))
	if got := lacking(w.try("jia", "decide", with("fine", "1800"))); !slices.Equal(got, []string{cases.Reviewed.Name}) {
		t.Errorf("decided on a review of the old notice: %v", got)
	}
	w.do("li", "review")
	w.do("jia", "decide", with("fine", "1800"))
}

func TestExtensionsMoveTheClock(t *testing.T) {
	w := newWalk(t).to(cases.Filed)
	end := func() string { return w.c.File.Clocks[0].End }
	if end() != "2026-05-31" {
		t.Fatal(end())
	}
	w.do("zhang", "extend")
	if end() != "2026-06-30" {
		t.Error(end())
	}
	w.do("zhang", "extend", with("days", "60"), with("ground", "council"))
	if end() != "2026-08-29" {
		t.Error(end())
	}
	if got := lacking(w.try("zhang", "extend", with("days", "1"), with("ground", "council"))); !slices.Equal(got, []string{cases.TimeAllows.Name}) {
		t.Errorf("beyond the limit: %v", got)
	}
}

func TestScheduleCountsEachFenOnce(t *testing.T) {
	got := cases.Schedule([]cases.Share{
		{Fen: 101, Pieces: []string{"H/S/1", "H/S/2"}}, // 51, 50
		{Fen: 60, Pieces: []string{"H/S/2"}},           // another finding, another lead, one line
		{Fen: 100, Pieces: []string{"H/S"}},            // the whole settlement: less than its lines
		{Fen: 70, Pieces: []string{"H/T/1"}},
		{Fen: 90, Pieces: []string{"H/T"}}, // more than its line
		{Fen: 7, Pieces: nil},
	})
	want := []cases.Line{{ID: "H/S/1", AtRisk: 51}, {ID: "H/S/2", AtRisk: 60}, {ID: "H/T", AtRisk: 90}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}
