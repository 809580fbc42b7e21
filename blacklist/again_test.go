package blacklist

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"fundwatch/blacklist/edition"
	"fundwatch/internal/journal"
)

// TestTheSameActAgain: whose connection broke off asks again, a moment later, and
// is told that it is done. What is done once stays done once; another act, or the
// same id for something else, is refused.
func TestTheSameActAgain(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	var entry, listing string
	const days = 100
	for _, step := range []struct {
		name string
		wait int
		who  string
		do   func(by Act) error
	}{
		{"enter", 0, "甲", func(by Act) (err error) { entry, err = w.Enter(t.Context(), decision(1), by); return err }},
		{"propose", 0, "甲", func(by Act) (err error) { listing, err = w.Propose(t.Context(), entry, ordinary, by); return err }},
		{"serve", 0, "甲", func(by Act) error {
			return w.Do(t.Context(), Order{Listing: listing, Version: 1, Action: ActionServe, Until: w.today(), Basis: "虚构条款"}, by)
		}},
		{"list", 1, "乙", func(by Act) error {
			l, e := w.get(listing)
			return w.Do(t.Context(), Order{Listing: listing, Version: 2, Action: ActionList, From: w.today(), Shown: l.Digest(&e)}, by)
		}},
		{"publish", 0, "丙", func(by Act) error {
			p, problems, err := w.Publish(t.Context(), f, testKey(t), by, asking)
			if err == nil && (len(problems) > 0 || p.Edition != 1) {
				t.Errorf("published %+v %v", p, problems)
			}
			return err
		}},
		{"repair", days, "乙", func(by Act) error {
			return w.Do(t.Context(), Order{Listing: listing, Version: 3, Action: ActionRepair}, by)
		}},
		{"revoke", 0, "甲", func(by Act) error { return w.Revoke(t.Context(), entry, 1, by) }},
	} {
		w.days(step.wait)
		by := w.act(step.who)
		w.must(step.do(by))
		before, err := w.j.Head(t.Context())
		w.must(err)
		w.now = w.now.Add(time.Second)
		by.At = w.now
		if err := step.do(by); err != nil {
			t.Errorf("%s, again: %v", step.name, err)
		}
		if after, err := w.j.Head(t.Context()); err != nil || after != before {
			t.Errorf("%s, again: the journal has %d lines, not %d: %v", step.name, after.N, before.N, err)
		}
		if step.name == "publish" {
			continue // another act makes the next edition, or says that nothing changed
		}
		if err := step.do(w.act(step.who)); err == nil {
			t.Errorf("%s, as another act: no error", step.name)
		}
	}
	other := decision(2)
	by := w.act("甲")
	if _, err := w.Enter(t.Context(), other, by); err != nil {
		t.Fatal(err)
	}
	other.Facts = "另一事实（虚构）"
	if _, err := w.Enter(t.Context(), other, by); !errors.Is(err, journal.ErrReused) {
		t.Errorf("the same id for another decision: %v", err)
	}
	w.explains()
}

// TestAnActThatMadeAnEditionNotesIt: killed between the folder and the journal,
// the same act sent again notes the edition and makes no other.
func TestAnActThatMadeAnEditionNotesIt(t *testing.T) {
	w := fresh(t)
	f := folder{fstest.MapFS{}}
	id := w.listed(1)
	by := w.act("丙")
	all, err := w.Next(t.Context(), by.day(), asking.Ask)
	w.must(err)
	want, err := w.wanted(t.Context(), nil, all, by.day())
	w.must(err)
	w.must(publishAlone(t, f, want))
	p, problems, err := w.Publish(t.Context(), f, testKey(t), by, asking)
	if err != nil || len(problems) > 0 || p.Edition != 1 {
		t.Errorf("%+v %v %v", p, problems, err)
	}
	if l, _ := w.get(id); l.In != 1 {
		t.Errorf("it is in since edition %d", l.In)
	}
}

// publishAlone writes an edition into the folder, and no line.
func publishAlone(t *testing.T, f folder, want edition.Wanted) error {
	t.Helper()
	_, problems, err := edition.Publish(f, testKey(t), want)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return err
}
