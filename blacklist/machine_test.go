package blacklist

import (
	"slices"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"fundwatch/blacklist/edition"
)

// model is the table once more, by hand: where an action leads.
var model = map[Status]map[Action]Status{
	Proposed: {ActionServe: Noticed, ActionDrop: Dropped},
	Noticed:  {ActionObject: Disputed, ActionList: Listed, ActionDrop: Dropped},
	Disputed: {ActionReject: Noticed, ActionUphold: Dropped},
	Listed:   {ActionContest: Review, ActionCorrect: Listed, ActionRepair: Leaving, ActionExpire: Leaving},
	Review:   {ActionKeep: Listed, ActionCorrect: Listed, ActionWithdraw: Leaving, ActionRepair: Leaving, ActionExpire: Leaving},
}

var actions = []Action{ActionServe, ActionObject, ActionUphold, ActionReject, ActionList, ActionDrop, ActionContest, ActionKeep, ActionCorrect,
	ActionWithdraw, ActionRepair, ActionExpire, ActionRevoke}

// TestNoIllegalMove asks for anything at any time: a listing goes only where
// the model goes, is never listed without everything that is needed, the
// published list is what is listed, and the journal explains the state.
func TestNoIllegalMove(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := fresh(t)
		f := folder{fstest.MapFS{}}
		var ids []string
		for n := range rapid.IntRange(1, 3).Draw(rt, "listings") {
			ids = append(ids, w.proposed(n+1))
		}
		for range rapid.IntRange(5, 40).Draw(rt, "events") {
			id := rapid.SampledFrom(ids).Draw(rt, "listing")
			switch rapid.SampledFrom([]string{"move", "move", "move", "move", "days", "publish", "revoke"}).Draw(rt, "event") {
			case "move":
				tryMove(rt, w, id)
			case "days":
				w.days(rapid.SampledFrom([]int{1, 1, 100, 370}).Draw(rt, "days"))
			case "publish":
				publishAll(rt, w, f)
			case "revoke":
				if rapid.IntRange(0, 4).Draw(rt, "really") == 0 {
					tryRevoke(rt, w, id)
				}
			}
		}
		publishAll(rt, w, f)
		w.explains()
	})
}

func tryMove(rt *rapid.T, w *world, id string) {
	before, e := w.get(id)
	action := rapid.SampledFrom(actions).Draw(rt, "action")
	if next := model[before.Status]; len(next) > 0 && rapid.Bool().Draw(rt, "likely") {
		action = rapid.SampledFrom(sortedActions(next)).Draw(rt, "action")
	}
	o := w.order(id, action)
	if rapid.IntRange(0, 9).Draw(rt, "forget") == 0 {
		o.Shown, o.From, o.Until = "", "", ""
	}
	o.Version -= int64(rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(rt, "stale"))
	by := w.act(rapid.SampledFrom([]string{"甲", "乙"}).Draw(rt, "who"))
	err := w.Do(w.t.Context(), o, by)
	after, _ := w.get(id)
	if err != nil {
		if after.Version != before.Version || after.Status != before.Status {
			rt.Fatalf("%s was refused (%v) and moved", action, err)
		}
		return
	}
	to, ok := model[before.Status][action]
	if to == Leaving && before.In == 0 {
		to = Removed
	}
	if !ok || after.Status != to || o.Version != before.Version {
		rt.Fatalf("%s from %s went to %s", action, before.Status, after.Status)
	}
	if after.Version != before.Version+1 {
		rt.Fatal("the version stands still")
	}
	switch {
	case action == ActionList && (by.Who == before.Proposer || w.today() <= before.Until || o.Shown != before.Digest(&e) || e.Revoked != ""):
		rt.Fatal("listed without what is needed")
	case action == ActionRepair && (by.Who == before.Proposer || w.today() < before.LeastDay):
		rt.Fatal("repaired too soon, or by one person")
	case action == ActionExpire && w.today() <= before.MostDay:
		rt.Fatal("expired too soon")
	}
}

func sortedActions(m map[Action]Status) (out []Action) {
	for a := range m {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

func tryRevoke(rt *rapid.T, w *world, id string) {
	l, e := w.get(id)
	err := w.Revoke(w.t.Context(), e.ID, e.Version, w.act("乙"))
	after, _ := w.get(id)
	switch {
	case e.Revoked != "":
		if lacks(err) != Standing {
			rt.Fatalf("revoked twice: %v", err)
		}
	case err != nil:
		rt.Fatal(err)
	case l.Status.shown() && after.Status != Leaving && (l.In > 0 || after.Status != Removed), l.Status.over() && after.Status != l.Status, !l.Status.shown() && !l.Status.over() && after.Status != Dropped:
		rt.Fatalf("a ground that fell took a listing from %s to %s", l.Status, after.Status)
	}
}

// publishAll publishes and compares the list with what is listed.
func publishAll(rt *rapid.T, w *world, f folder) {
	_, problems, err := w.Publish(w.t.Context(), f, testKey(w.t), w.act("丙"), asking)
	if err != nil {
		rt.Fatal(err)
	}
	for _, p := range problems {
		if p.File != edition.InList { // nothing changed
			rt.Fatal(p)
		}
	}
	_, records, err := edition.Last(f)
	if err != nil {
		rt.Fatal(err)
	}
	var have, want []string
	for _, r := range records {
		have = append(have, r.ID)
	}
	for _, status := range []Status{Listed, Review} {
		_, all, err := w.Listings(w.t.Context(), status, 0, 0)
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range all {
			want = append(want, l.ID)
			if l.MostDay < w.today() || l.In == 0 {
				rt.Fatalf("%s is on the list although it ended on %s, or is in no edition", l.ID, l.MostDay)
			}
		}
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		rt.Fatalf("the list has %v, listed are %v", have, want)
	}
	if _, leaving, err := w.Listings(w.t.Context(), Leaving, 0, 0); err != nil || len(leaving) > 0 {
		rt.Fatalf("left behind: %v %v", leaving, err)
	}
	if _, fail, err := edition.Verify(f, testKey(w.t).Verifier()); len(f.MapFS) > 0 && (fail != nil || err != nil) {
		rt.Fatal(fail, err)
	}
	for _, status := range []Status{Proposed, Noticed, Disputed, Dropped} {
		_, all, err := w.Listings(w.t.Context(), status, 0, 0)
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range all {
			if l.In != 0 {
				rt.Fatalf("%s is %s and in edition %d", l.ID, l.Status, l.In)
			}
		}
	}
}
