package cases_test

import (
	"errors"
	"slices"
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
)

func TestALeadIsAssigned(t *testing.T) {
	w := fresh(t)
	ctx := t.Context()
	w.apply(t, step(0, 1, list(finding(1, "2026-03-05", 100)), nil))
	l := w.lead(t)
	assign := func(n int, version int64, to string) error {
		return w.AssignLead(ctx, cases.Seen{Lead: l.ID, Version: version}, to, act(n))
	}
	if err := assign(1, l.Version, "zhang"); err != nil {
		t.Fatal(err)
	}
	if e, ok := errors.AsType[*cases.VersionError](assign(2, l.Version, "wang")); !ok || e.Have != l.Version+1 {
		t.Error("two people take one lead")
	}
	if err := assign(3, l.Version+1, "wang"); err != nil {
		t.Fatal(err)
	}
	mine := func(who string) []string {
		ids, err := w.Assigned(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	now := w.lead(t)
	if now.Assignee != "wang" || now.Updated != l.Updated || len(mine("zhang")) > 0 || !slices.Equal(mine("wang"), []string{l.ID}) {
		t.Errorf("%+v, zhang %v, wang %v", now, mine("zhang"), mine("wang"))
	}
	if err := assign(4, now.Version, ""); err != nil || len(mine("wang")) > 0 {
		t.Errorf("taken back: %v %v", err, mine("wang"))
	}
	for _, bad := range []string{"a b", "a:b", "王"} {
		if assign(5, now.Version+1, bad) == nil {
			t.Errorf("%q is a login", bad)
		}
	}
	if err := w.DismissLead(ctx, cases.Seen{Lead: l.ID, Version: now.Version + 1}, act(6)); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*cases.StatusError](assign(7, now.Version+2, "zhang")); !ok {
		t.Error("a dismissed lead was assigned")
	}
}

// TestRefsAreTheLeadsOfTheLists: the same leads in the same order, with what
// the lists do not know.
func TestRefsAreTheLeadsOfTheLists(t *testing.T) {
	w := fresh(t)
	if refs, err := w.Refs(t.Context(), cases.Query{}); err != nil || len(refs) > 0 {
		t.Fatal(refs, err)
	}
	var g cases.Gatherer
	for i := range 5 {
		f := finding(i, "2026-03-0"+string(rune('1'+i)), int64(100*(i%3)))
		f.Subject.Code += string(rune('a' + i))
		g.Add(f, []string{employee, "F07"}[i%2], "", "")
	}
	w.apply(t, cases.Step{Generation: 1, To: 1, At: noon, Leads: g.Leads()})
	for _, q := range []cases.Query{{}, {Sort: cases.ByDate}, {Schemes: []string{"F07"}}, {Statuses: []cases.Status{cases.Filed}}} {
		refs, err := w.Refs(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		page, err := w.Leads(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var have, want, ids []string
		for _, r := range refs {
			have = append(have, r.ID+" "+r.Scheme+" "+string(r.Status))
			ids = append(ids, r.ID)
		}
		for _, l := range page.Leads {
			want = append(want, l.ID+" "+l.Scheme+" "+string(l.Status))
		}
		if !slices.Equal(have, want) {
			t.Errorf("%+v:\nhave %v\nwant %v", q, have, want)
		}
		subjects, err := w.Subjects(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.Leads {
			if subjects[l.ID] != l.Subject {
				t.Errorf("%s is about %v, want %v", l.ID, subjects[l.ID], l.Subject)
			}
		}
	}
	if got, err := w.Subjects(t.Context(), []string{"Lnone"}); err != nil || got["Lnone"] != (detectors.Subject{}) {
		t.Error(got, err)
	}
}

func TestDaysOfALead(t *testing.T) {
	w := fresh(t)
	w.apply(t, step(0, 1, list(finding(1, "2026-03-07", 1), finding(2, "2026-03-05", 1), finding(3, "2026-03-05", 1)), nil))
	days, err := w.Days(t.Context(), w.lead(t).ID)
	if err != nil || !slices.Equal(days, []cases.Day{{Day: "2026-03-05", Findings: 2}, {Day: "2026-03-07", Findings: 1}}) {
		t.Error(days, err)
	}
}
