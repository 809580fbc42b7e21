package cases_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/internal/journal/journaltest"
)

func act(n int) cases.Act {
	return cases.Act{ID: fmt.Sprint("act-", n), Who: "稽核员甲", Reason: "虚构：现场核实", At: noon.Add(time.Duration(n) * time.Minute)}
}

func TestACaseIsOpenedByHand(t *testing.T) {
	w := fresh(t)
	ctx := t.Context()
	w.apply(t, step(0, 1, list(finding(1, "2026-03-05", 100)), nil))
	l := w.lead(t)
	if err := w.DismissLead(ctx, cases.Seen{Lead: l.ID, Version: l.Version}, act(1)); err != nil {
		t.Fatal(err)
	}
	// A colleague who still sees version 1 does not overwrite that.
	_, err := w.OpenCase(ctx, []cases.Seen{{Lead: l.ID, Version: 1}}, act(2))
	if e, ok := errors.AsType[*cases.VersionError](err); !ok || e.Have != 2 || e.Want != 1 {
		t.Fatalf("got %v", err)
	}
	if l := w.lead(t); l.Status != cases.Dismissed || l.Decided.Who != "稽核员甲" || l.DecidedAt == "" {
		t.Errorf("dismissed: %+v", l)
	}
	// Findings do not move the version, so a busy lead can be filed.
	w.apply(t, step(1, 2, list(finding(2, "2026-03-05", 100)), nil))
	id, err := w.OpenCase(ctx, []cases.Seen{{Lead: l.ID, Version: 2}}, act(3))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.OpenCase(ctx, []cases.Seen{{Lead: l.ID, Version: 2}}, act(3)); err != nil || again != id {
		t.Errorf("the same act again: %s, %v", again, err)
	}
	c, err := w.Case(ctx, id)
	if err != nil || !slices.Equal(c.Leads, []string{l.ID}) || c.How != "hand" || c.Opened.Reason != act(3).Reason || c.Version != 1 {
		t.Errorf("case %+v, %v", c, err)
	}
	if l := w.lead(t); l.Status != cases.Filed || l.Case != id || l.Findings != 2 {
		t.Errorf("filed: %+v", l)
	}
	_, err = w.OpenCase(ctx, []cases.Seen{{Lead: l.ID, Version: 3}}, act(4))
	if e, ok := errors.AsType[*cases.StatusError](err); !ok || e.Status != cases.Filed {
		t.Errorf("filed twice: %v", err)
	}
	if err := w.DismissLead(ctx, cases.Seen{Lead: "Lxx", Version: 1}, act(5)); !errors.Is(err, cases.ErrMissing) {
		t.Errorf("a lead that is not there: %v", err)
	}
	if err := w.DismissLead(ctx, cases.Seen{Lead: l.ID, Version: 3}, cases.Act{ID: "x", Who: "甲", At: noon}); err == nil {
		t.Error("dismissed without a reason")
	}
	w.apply(t, step(2, 3, list(finding(3, "2026-03-05", 100)), nil))
	if l := w.lead(t); l.Status != cases.Filed || l.Findings != 3 {
		t.Errorf("a filed lead goes on gathering: %+v", l)
	}
}

func TestOneLeadThatDoesNotFitStopsTheWholeCase(t *testing.T) {
	w := fresh(t)
	var leads []cases.Seen
	var s cases.Step
	var g cases.Gatherer
	for i := range 3 {
		f := finding(i, "2026-03-05", 100)
		f.Subject.Code += fmt.Sprint(i)
		g.Add(f, employee, "", "")
		leads = append(leads, cases.Seen{Lead: w.LeadID(f.Subject, employee), Version: 1})
	}
	s = cases.Step{Generation: 1, To: 1, At: noon, Leads: g.Leads()}
	w.apply(t, s)
	if err := w.DismissLead(t.Context(), leads[2], act(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.OpenCase(t.Context(), leads, act(2)); err == nil {
		t.Fatal("opened over a lead that changed")
	}
	for _, l := range leads[:2] {
		if got, _ := w.Lead(t.Context(), l.Lead); got.Status != cases.New {
			t.Errorf("a refused case changed a lead: %+v", got)
		}
	}
	leads[2].Version = 2
	if err := w.ReopenLead(t.Context(), leads[2], act(3)); err != nil {
		t.Fatal(err)
	}
	leads[2].Version = 3
	if _, err := w.OpenCase(t.Context(), leads, act(4)); err != nil {
		t.Error(err)
	}
}

func TestPolicyOpensACaseOnce(t *testing.T) {
	w := fresh(t)
	decision := []cases.Decision{{Subject: hospital, Scheme: employee, Path: "investigate", Revision: "r1"}}
	for p := range 2 { // both partitions decide the same
		s := step(0, 1, list(finding(p, "2026-03-05", 100)), nil)
		s.Partition = p
		s.Cases = decision
		w.apply(t, s)
	}
	total, all, err := w.Cases(t.Context(), 0, 10)
	if err != nil || total != 1 || all[0].How != "decision" || all[0].Path != "investigate" || all[0].Opened.Who != "worker" {
		t.Errorf("%d cases: %+v, %v", total, all, err)
	}
	// What a person dismissed, policy does not file.
	other := detectors.Subject{Kind: "person", Code: "虚构0001"}
	f := finding(9, "2026-03-05", 1)
	f.Subject = other
	var g cases.Gatherer
	g.Add(f, employee, "", "")
	w.apply(t, cases.Step{Generation: 1, From: 1, To: 2, At: noon, Leads: g.Leads()})
	id := w.LeadID(other, employee)
	if err := w.DismissLead(t.Context(), cases.Seen{Lead: id, Version: 1}, act(1)); err != nil {
		t.Fatal(err)
	}
	w.apply(t, cases.Step{Generation: 1, From: 2, To: 3, At: noon, Cases: []cases.Decision{{Subject: other, Scheme: employee, Path: "investigate"}}})
	if l, _ := w.Lead(t.Context(), id); l.Status != cases.Dismissed {
		t.Errorf("the lead is %s", l.Status)
	}
}

func TestActsCountOnceWhenAnswersAreLost(t *testing.T) {
	w := fresh(t)
	calls := 0
	w.journal.AddHook(&journaltest.Network{Next: func() journaltest.Fault {
		calls++
		return journaltest.Fault(calls % 3)
	}})
	w.apply(t, step(0, 1, list(finding(1, "2026-03-05", 100)), nil))
	id, version := w.LeadID(hospital, employee), int64(1)
	for i := range 10 {
		move := w.DismissLead
		if i%2 == 1 {
			move = w.ReopenLead
		}
		if err := move(t.Context(), cases.Seen{Lead: id, Version: version}, act(i)); err != nil {
			t.Fatal(err)
		}
		version++
	}
	if l := w.lead(t); l.Version != 11 || l.Status != cases.New {
		t.Errorf("after ten moves: %+v", l)
	}
}

func TestLeadsAreListed(t *testing.T) {
	w := fresh(t)
	ctx := t.Context()
	var all []string // by amount, largest first
	for i := range 12 {
		f := finding(i, "2026-03-05", int64(1000-i))
		f.Subject.Code = fmt.Sprintf("H%02d", i)
		scheme := []string{"310", "390"}[i%2]
		var g cases.Gatherer
		g.Add(f, scheme, "", "")
		s := cases.Step{Generation: 1, From: int64(i), To: int64(i + 1), At: noon.Add(time.Duration(i) * time.Hour), Leads: g.Leads()}
		w.apply(t, s)
		all = append(all, w.LeadID(f.Subject, scheme))
	}
	for _, i := range []int{1, 4} {
		if err := w.DismissLead(ctx, cases.Seen{Lead: all[i], Version: 1}, act(i)); err != nil {
			t.Fatal(err)
		}
	}
	pick := func(is ...int) (out []string) {
		for _, i := range is {
			out = append(out, all[i])
		}
		return out
	}
	for name, c := range map[string]struct {
		q     cases.Query
		total int64
		want  []string
	}{
		"all":       {cases.Query{}, 12, all},
		"page":      {cases.Query{Offset: 3, Limit: 4}, 12, all[3:7]},
		"beyond":    {cases.Query{Offset: 30, Limit: 4}, 12, nil},
		"last page": {cases.Query{Offset: 10, Limit: 4}, 12, all[10:]},
		"dismissed": {cases.Query{Statuses: []cases.Status{cases.Dismissed}}, 2, pick(1, 4)},
		"scheme":    {cases.Query{Schemes: []string{"390"}, Limit: 3}, 6, pick(1, 3, 5)},
		"new 390":   {cases.Query{Statuses: []cases.Status{cases.New}, Schemes: []string{"390"}}, 5, pick(3, 5, 7, 9, 11)},
		"last ones": {cases.Query{Statuses: []cases.Status{cases.New}, Sort: cases.ByDate, Limit: 3}, 10, pick(11, 10, 9)},
		"subject":   {cases.Query{Subject: detectors.Subject{Kind: "institution", Code: "H05"}}, 1, pick(5)},
		"nobody":    {cases.Query{Subject: detectors.Subject{Kind: "institution", Code: "H99"}}, 0, nil},
	} {
		page, err := w.Leads(ctx, c.q)
		var got []string
		for _, l := range page.Leads {
			got = append(got, l.ID)
		}
		if err != nil || page.Total != c.total || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d %v, %v; want %d %v", name, page.Total, got, err, c.total, c.want)
		}
	}
	for _, q := range []cases.Query{{Sort: "name"}, {Offset: -1}, {Statuses: []cases.Status{"x"}}} {
		if _, err := w.Leads(ctx, q); err == nil {
			t.Errorf("%+v was answered", q)
		}
	}
}

func TestClamp(t *testing.T) {
	wide := claim.Product(1<<62, 1<<62)
	for _, c := range []struct {
		w    claim.Wide
		want int64
	}{
		{claim.WideOf(5), 5}, {claim.WideOf(-5), -5}, {claim.WideOf(1 << 62), cases.MaxAmount}, {claim.WideOf(-1 << 62), -cases.MaxAmount},
		{wide, cases.MaxAmount}, {wide.Neg(), -cases.MaxAmount},
	} {
		if got := cases.Clamp(c.w); got != c.want {
			t.Errorf("Clamp(%s) = %d, want %d", c.w, got, c.want)
		}
	}
}
