package blacklist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"fundwatch/blacklist/edition"
	"fundwatch/clock"
	"fundwatch/internal/journal"
)

// asking is a policy of tests that lets everything through, as it is masked.
var asking = Rule{Ask: func(_ context.Context, a Asked) (Verdict, error) {
	if a.Kind == Institution {
		return Verdict{Path: PathPublish}, nil
	}
	return Verdict{Path: PathMask}, nil
}}

// saying is a policy that answers by what it knows of a record.
func saying(path func(Asked) string) Rule {
	return Rule{Ask: func(_ context.Context, a Asked) (Verdict, error) {
		p := path(a)
		return Verdict{Path: p, Reasons: []Why{{Code: p, ZH: "虚构：" + p, EN: "invented", Basis: []string{"虚构条款"}}}, Decision: `{"path":"` + p + `"}`}, nil
	}}
}

func (w *world) publishBy(f folder, r Rule) {
	w.t.Helper()
	if _, problems, err := w.Publish(w.t.Context(), f, testKey(w.t), w.act("丙"), r); err != nil || len(problems) > 0 {
		w.t.Fatal(err, problems)
	}
}

// inEdition gives the ids of the last edition.
func inEdition(t *testing.T, f folder) string {
	t.Helper()
	_, records, err := edition.Last(f)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

// TestAnEditionObeysPolicy: what policy holds, removes or withholds is in no
// edition, whatever was listed; what was in one before leaves with a reason that
// tells nothing of the person, and comes back when policy lets it.
func TestAnEditionObeysPolicy(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	first, second := w.listed(1), w.listed(2)
	if _, _, err := w.Publish(t.Context(), f, testKey(t), w.act("丙"), Rule{}); !errors.Is(err, ErrUnasked) || len(f.MapFS) > 0 {
		t.Fatalf("published without asking: %v", err)
	}
	e, err := w.Entry(t.Context(), mustListing(t, w, second).Entry)
	if err != nil {
		t.Fatal(err)
	}
	say := func(path string) Rule {
		return saying(func(a Asked) string { return path })
	}
	w.publishBy(f, say(PathPublish))
	both := inEdition(t, f)
	if !strings.Contains(both, first) || !strings.Contains(both, second) {
		t.Fatalf("edition of %s", both)
	}
	for i, c := range []struct{ path, reason string }{{PathHold, "暂停公开"}, {PathWithhold, "不再公开"}, {PathRemove, "不再公开"}, {"", "暂停公开"}, {"nonsense", "暂停公开"}} {
		// One of the two, told apart by what the test knows of the order of asking.
		n := 0
		rule := Rule{Ask: func(ctx context.Context, a Asked) (Verdict, error) {
			n++
			path := PathPublish
			if n%2 == 0 {
				path = c.path
			}
			return say(path).Ask(ctx, a)
		}}
		w.publishBy(f, rule)
		if got := inEdition(t, f); got == both || strings.Contains(got, " ") || got == "" {
			t.Errorf("%q: the edition holds %s", c.path, got)
		}
		delta, err := f.ReadFile(fmt.Sprintf("delta-%d.json", 2*i+2))
		if err != nil || !strings.Contains(string(delta), c.reason) || strings.Contains(string(delta), "虚构：") {
			t.Errorf("%q: %s %v", c.path, delta, err)
		}
		held := 0
		for _, id := range []string{first, second} {
			l := mustListing(t, w, id)
			if l.Held != 0 {
				held++
			}
			if x, err := w.Index(t.Context()); err != nil || x.Of(l.Subject.Key).Restricted != (l.Held == 0) {
				t.Errorf("%q: %s is restricted: %v", c.path, id, x.Of(l.Subject.Key).Restricted)
			}
		}
		if held != 1 {
			t.Errorf("%q: %d are held", c.path, held)
		}
		w.publishBy(f, say(PathPublish))
		if got := inEdition(t, f); got != both {
			t.Errorf("%q: they do not come back: %s", c.path, got)
		}
	}
	w.publishBy(f, say(PathMask))
	whole, err := f.ReadFile("list-12.json")
	if err != nil || strings.Contains(string(whole), e.Subject.Name) || strings.Contains(string(whole), e.Subject.Key) {
		t.Errorf("masked: %s %v", whole, err)
	}
}

func mustListing(t *testing.T, w *world, id string) Listing {
	t.Helper()
	l, err := w.Listing(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTheFloorHoldsWhateverPolicySays: a policy that lets everything through
// publishes nothing that one person alone put there, or whose ground fell.
func TestTheFloorHoldsWhateverPolicySays(t *testing.T) {
	good := Listing{Status: Listed, Subject: Subject{Kind: Institution}, Proposer: "甲", Lister: "乙"}
	for name, c := range map[string]struct {
		l    Listing
		e    Entry
		code string
	}{
		"good": {l: good}, "one person": {l: Listing{Status: Listed, Proposer: "甲", Lister: "甲"}, code: "second"},
		"nobody": {l: Listing{Status: Listed, Proposer: "甲"}, code: "second"}, "revoked": {l: good, e: Entry{Revoked: "2026-03-01"}, code: "standing"},
	} {
		for _, path := range []string{PathPublish, PathMask} {
			v := floor(&c.l, &c.e, Verdict{Path: path})
			if c.code == "" && v.Path != path || c.code != "" && (v.Path != PathHold || v.Reasons[0].Code != c.code) {
				t.Errorf("%s, %s: %+v", name, path, v)
			}
		}
	}
	if v := floor(&good, &Entry{}, Verdict{}); v.Path != PathHold || v.Reasons[0].Code != "no-answer" {
		t.Errorf("without an answer %+v", v)
	}
}

// TestMonthsEndWithTheLongestDay: what policy counts as over and what this room
// counts as over is one day.
func TestMonthsEndWithTheLongestDay(t *testing.T) {
	for _, from := range []string{"2026-01-31", "2026-03-01", "2026-02-28", "2024-02-29"} {
		for _, most := range []int64{1, 3, 12, 36} {
			last := monthsAfter(from, most)
			next := dayAfter(last)
			if wholeMonths(from, last) >= most || wholeMonths(from, next) != most {
				t.Errorf("from %s, %d months to %s: %d on that day, %d after it", from, most, last, wholeMonths(from, last), wholeMonths(from, next))
			}
		}
	}
	if wholeMonths("", "2026-03-01") != 0 || wholeMonths("2026-03-01", "2026-03-01") != 0 {
		t.Error("months of what is not listed")
	}
}

func dayAfter(day string) string {
	d, err := clock.ParseDay(day)
	if err != nil {
		panic(err)
	}
	return (d + 1).String()
}

// TestTheEditionIsWhatWasShown: another verdict meanwhile, and nothing is
// written; the line of the edition keeps each decision once, with its records.
func TestTheEditionIsWhatWasShown(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	first := w.listed(1)
	second := w.listed(2)
	rule := saying(func(Asked) string { return PathPublish })
	all, err := w.Next(t.Context(), w.today(), rule.Ask)
	if err != nil || len(all) != 2 || !all[0].In() {
		t.Fatal(all, err)
	}
	other := saying(func(Asked) string { return PathHold })
	other.Shown = NextDigest(all)
	if _, _, err := w.Publish(t.Context(), f, testKey(t), w.act("丙"), other); !errors.Is(err, ErrShown) || len(f.MapFS) > 0 {
		t.Fatalf("published what was not shown: %v", err)
	}
	rule.Shown = NextDigest(all)
	w.publishBy(f, rule)
	var kept []KeptDecision
	for _, l := range journalLines(t, w) {
		if l.Kind == "list.edition" {
			if err := json.Unmarshal([]byte(l.Body[bodyDecisions]), &kept); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(kept) != 1 || len(kept[0].Records) != 2 || string(kept[0].Decision) != `{"path":"publish"}` || !strings.Contains(strings.Join(kept[0].Records, " "), first) || !strings.Contains(strings.Join(kept[0].Records, " "), second) {
		t.Errorf("kept %+v", kept)
	}
}

// carried takes what the relay carries.
type carried []*journal.Line

func (c *carried) Publish(_ context.Context, topic string, msgs []journal.Message) error {
	for i := range msgs {
		if topic != journal.Topic {
			continue
		}
		r, err := journal.ParseRecord(msgs[i].Value)
		if err != nil {
			return err
		}
		*c = append(*c, &r.Line)
	}
	return nil
}

// journalLines are those of the journal that nobody has carried yet.
func journalLines(t *testing.T, w *world) []*journal.Line {
	t.Helper()
	var c carried
	relay := journal.NewRelay(w.j, &c)
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestWhatLeavesIsShownBeforeItGoes: a record whose ground fell is among what is
// shown of the next edition, and an edition of which it was not is refused.
func TestWhatLeavesIsShownBeforeItGoes(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	id := w.listed(1)
	w.publishBy(f, asking)
	l := mustListing(t, w, id)
	before, err := w.Next(t.Context(), w.today(), asking.Ask)
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Entry(t.Context(), l.Entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(t.Context(), e.ID, e.Version, w.act("乙")); err != nil {
		t.Fatal(err)
	}
	after, err := w.Next(t.Context(), w.today(), asking.Ask)
	if err != nil || len(after) != 1 || after[0].In() || after[0].Verdict.Path != PathRemove || after[0].Verdict.Reasons[0].ZH != "依据撤销" {
		t.Fatalf("%+v %v", after, err)
	}
	if _, _, err := w.Publish(t.Context(), f, testKey(t), w.act("丙"), Rule{Ask: asking.Ask, Shown: NextDigest(before)}); !errors.Is(err, ErrShown) {
		t.Fatalf("published what was not shown: %v", err)
	}
	w.publishBy(f, Rule{Ask: asking.Ask, Shown: NextDigest(after)})
	if in := inEdition(t, f); in != "" {
		t.Errorf("edition of %s", in)
	}
	if left, err := w.Next(t.Context(), w.today(), asking.Ask); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}
