package cases_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// gather puts leads of as many institutions into the store and gives their ids.
func (w world) gather(t testing.TB, partition, n int) (ids []string) {
	t.Helper()
	var g cases.Gatherer
	for i := range n {
		f := finding(1000*partition+i, "2026-03-01", 100)
		f.Subject.Code += fmt.Sprint("-", partition, "-", i)
		g.Add(f, employee, "", "")
		ids = append(ids, w.LeadID(f.Subject, employee))
	}
	w.apply(t, cases.Step{Partition: partition, Generation: 1, To: 1, At: noon, Leads: g.Leads()})
	return ids
}

// seen are leads as they are now.
func (w world) seen(t testing.TB, ids ...string) (out []cases.Seen) {
	t.Helper()
	for _, id := range ids {
		l, err := w.Lead(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, cases.Seen{Lead: id, Version: l.Version})
	}
	return out
}

// attempt does a deed about leads, of the version at hand.
func (w world) attempt(t testing.TB, id, move string, n int, leads []cases.Seen) (cases.Case, error) {
	t.Helper()
	c, err := w.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	d := deedOf(&c, "jia", move, "2026-03-05", n)
	d.Leads = leads
	next, err := w.Do(t.Context(), id, d, procedure())
	if err == nil {
		again, failed := w.Do(t.Context(), id, d, procedure())
		if failed != nil || again.Version != next.Version {
			t.Fatalf("%s again: version %d after %d, %v", move, again.Version, next.Version, failed)
		}
	}
	return next, err
}

// TestLeadsAreJoinedToACase: the lead follows as when a case is opened by hand,
// one that does not fit leaves all of them as they were, and what was joined by
// mistake goes back.
func TestLeadsAreJoinedToACase(t *testing.T) {
	w := fresh(t)
	id, other := w.opened(t, 0), w.opened(t, 1)
	ids := w.gather(t, 2, 3)
	if err := w.DismissLead(t.Context(), w.seen(t, ids[1])[0], act(5)); err != nil {
		t.Fatal(err)
	}
	taken, err := w.Case(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.attempt(t, id, "join", 1, append(w.seen(t, ids[0]), w.seen(t, taken.Leads[0])...))
	if e, ok := errors.AsType[*cases.TakenError](err); !ok || e.Case != other || e.Lead != taken.Leads[0] || !strings.Contains(err.Error(), other) {
		t.Fatalf("a lead of another case: %v", err)
	}
	if l, err := w.Lead(t.Context(), ids[0]); err != nil || l.Status != cases.New {
		t.Errorf("what was refused changed a lead: %+v %v", l, err)
	}
	_, err = w.attempt(t, id, "join", 2, []cases.Seen{{Lead: ids[1], Version: 1}})
	if e, ok := errors.AsType[*cases.VersionError](err); !ok || e.Have != 2 || e.Want != 1 {
		t.Errorf("a lead that changed: %v", err)
	}
	if _, err = w.attempt(t, id, "join", 3, []cases.Seen{{Lead: "Lnone", Version: 1}}); !errors.Is(err, cases.ErrMissing) {
		t.Errorf("a lead that is not there: %v", err)
	}
	c, err := w.attempt(t, id, "join", 4, w.seen(t, ids[0], ids[1]))
	if err != nil || len(c.Leads) != 3 || !slices.IsSorted(c.Leads) || len(c.Subjects) != 3 || len(c.File.Joined) != 2 || c.File.Joined[0].By != "jia" {
		t.Fatalf("%+v %v", c, err)
	}
	for _, lead := range ids[:2] {
		if l, err := w.Lead(t.Context(), lead); err != nil || l.Status != cases.Filed || l.Case != id {
			t.Errorf("joined: %+v %v", l, err)
		}
	}
	if _, err := w.OpenCase(t.Context(), w.seen(t, ids[0]), act(6)); err == nil {
		t.Error("a joined lead opened another case")
	}
	if _, err := w.attempt(t, other, "unjoin", 5, w.seen(t, ids[0])); err == nil {
		t.Error("a lead was taken out of a case that it is not in")
	}
	c, err = w.attempt(t, id, "unjoin", 6, w.seen(t, ids[1]))
	if err != nil || len(c.Leads) != 2 || len(c.Subjects) != 2 || len(c.File.Joined) != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	if l, err := w.Lead(t.Context(), ids[1]); err != nil || l.Status != cases.New || l.Case != "" {
		t.Errorf("taken out: %+v %v", l, err)
	}
	if _, err := w.attempt(t, other, "join", 7, w.seen(t, ids[1])); err != nil {
		t.Errorf("what was taken out is not free: %v", err)
	}
	w.explained(t, id)
}

// TestWhatRestsOnALeadGoesWithIt: lines that were verified as nothing on a lead
// leave the file with it, so that the money is that of the leads that stay; the
// others stay as they were.
func TestWhatRestsOnALeadGoesWithIt(t *testing.T) {
	w := fresh(t)
	from := cases.Check{Campaign: "K1", Object: "H1", Subject: detectors.Subject{Kind: detectors.Institution, Code: "H1"}}
	id, err := w.OpenCheck(t.Context(), from, act(1))
	if err != nil {
		t.Fatal(err)
	}
	ids := w.gather(t, 2, 2)
	n := 10
	do := func(who, move string, change ...func(*cases.Deed)) cases.Case {
		t.Helper()
		n++
		c, err := w.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		d := deedOf(&c, who, move, "2026-03-05", n)
		for _, f := range change {
			f(&d)
		}
		next, err := w.Do(t.Context(), id, d, procedure())
		if err != nil {
			t.Fatalf("%s: %v", move, err)
		}
		return next
	}
	do("jia", "file", with("party", "institution:H1"))
	do("zhang", cases.ApproveIt)
	do("jia", "investigate")
	do("jia", "join", func(d *cases.Deed) { d.Leads = w.seen(t, ids...) })
	lines := func(d *cases.Deed) {
		d.Lines = []cases.Line{{ID: "H1/S1/1", AtRisk: 500, Verified: 300, Leads: ids[0]}, {ID: "H1/S1/2", AtRisk: 700, Leads: ids[0] + " " + ids[1]}, {ID: "H1/S2/1", AtRisk: 900, Leads: ids[1]}}
	}
	c := do("jia", "verify", lines)
	if c.File.Money.AtRisk != 2100 || c.File.Lines[1].Leads != ids[0]+" "+ids[1] {
		t.Fatalf("%+v", c.File)
	}
	if _, err := w.attempt(t, id, "unjoin", 30, w.seen(t, ids[0])); !slices.Equal(lacking(err), []string{"rests"}) {
		t.Errorf("money rests on it: %v", err)
	}
	if c = do("jia", "unjoin", func(d *cases.Deed) { d.Leads = w.seen(t, ids[1]) }); len(c.File.Lines) != 1 || c.File.Money.AtRisk != 500 || c.File.Money.Verified != 300 {
		t.Errorf("%+v", c.File)
	}
	_, err = w.attempt(t, id, "verify", 31, nil)
	if err != nil {
		t.Error(err)
	}
	w.explained(t, id)
}

// TestACaseFromATip: one tip opens at most one case, whoever asks how often; the
// case holds the id of the tip and whom it is about, and goes the way of others.
func TestACaseFromATip(t *testing.T) {
	w := fresh(t)
	from := cases.Tip{ID: "T1", Subject: detectors.Subject{Kind: detectors.Institution, Code: "H/1"}}
	id, err := w.OpenTip(t.Context(), from, act(1))
	if err != nil || id != w.TipCase("T1") {
		t.Fatal(id, err)
	}
	first, err := w.Case(t.Context(), id)
	if err != nil || first.How != "tip" || *first.Tip != from || len(first.Subjects) != 1 || first.Subjects[0] != from.Subject || first.Status != cases.Opened {
		t.Fatalf("%+v %v", first, err)
	}
	later := act(2)
	later.Who, later.Reason = "another", "虚构：再次"
	if again, err := w.OpenTip(t.Context(), from, later); err != nil || again != id {
		t.Error(again, err)
	}
	other := cases.Tip{ID: "T1", Subject: detectors.Subject{Kind: detectors.Institution, Code: "H2"}}
	if _, err := w.OpenTip(t.Context(), other, act(3)); !isOther(err, id) {
		t.Errorf("about somebody else: %v", err)
	}
	if c, err := w.Case(t.Context(), id); err != nil || c.Opened != first.Opened || c.Version != 1 {
		t.Errorf("opened again, it is %+v %v", c, err)
	}
	for _, wrong := range []cases.Tip{{}, {ID: "T2"}, {ID: "T 2", Subject: from.Subject}, {ID: "T2", Subject: detectors.Subject{Kind: detectors.Institution, Code: strings.Repeat("H", 200)}}} {
		if _, err := w.OpenTip(t.Context(), wrong, act(4)); err == nil {
			t.Errorf("%+v opened a case", wrong)
		}
	}
	ids := w.gather(t, 2, 1)
	if _, err := w.attempt(t, id, "join", 5, w.seen(t, ids...)); err != nil {
		t.Error(err)
	}
	for n, step := range [][2]string{{"jia", "file"}, {"zhang", cases.ApproveIt}} {
		c, err := w.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		d := deedOf(&c, step[0], step[1], "2026-03-05", 20+n)
		if step[1] == "file" {
			d.Fields["party"] = from.Subject.Kind + ":" + from.Subject.Code
		}
		if _, err := w.Do(t.Context(), id, d, procedure()); err != nil {
			t.Fatal(step, err)
		}
	}
	if _, err := w.attempt(t, id, "unjoin", 30, w.seen(t, ids...)); err != nil {
		t.Errorf("the tip names the party, so the lead can go: %v", err)
	}
	w.explained(t, id)
}

func isOther(err error, id string) bool {
	e, ok := errors.AsType[*cases.OtherSubjectError](err)
	return ok && e.Case == id
}
