package inspection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fundwatch/clock"
	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

const (
	objectsCSV = "id,name,kind,admdvs,credit\nH1,虚构一院,hospital,152900,C\nH2,虚构二院,hospital,152900,D\nH3,虚构三院,hospital,152921,D\nH4,虚构四院,hospital,152921,C\nC1,虚构诊所,clinic,152921,A\n"

	inspectorsCSV = "id,name,licence_no,licence_until,unit,skills,recuse\nI1,甲,1,,一科,,\nI2,乙,2,,一科,,\nI3,丙,3,,二科,,H1\nI4,丁,4,,二科,,\n"

	planJSON = `{"campaign":"虚构抽查","day":"2026-11-30","seed_source":"虚构","strata":[{"name":"医院","where":{"kind":["hospital"]},"count":2}],"inspectors_per_object":2,"substitutes":2,"max_load":2}`
)

// office is a store with the people who use it.
type office struct {
	*Store
	journal *journal.Store
	acts    int
	day     time.Time
}

func newOffice(t testing.TB) *office {
	j := journaltest.Open(t, journaltest.Config(t, Ops()))
	return &office{Store: Open(j), journal: j, day: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
}

func (o *office) by(who string) Act {
	o.acts++
	return Act{ID: fmt.Sprintf("act-%d", o.acts), Who: who, Reason: "虚构理由", At: o.day}
}

func (o *office) stock(t testing.TB) {
	t.Helper()
	for kind, text := range map[Kind]string{Objects: objectsCSV, Inspectors: inspectorsCSV} {
		id, err := o.Import(t.Context(), kind, []byte(text), o.by("jia"))
		if err == nil {
			var shelf Shelf
			if shelf, err = o.Shelf(t.Context(), kind); err == nil {
				err = o.Use(t.Context(), kind, id, shelf.Version, o.by("jia"))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (o *office) drawn(t testing.TB) Campaign {
	t.Helper()
	o.stock(t)
	id, err := o.Plan(t.Context(), "", 0, planJSON, o.by("jia"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Campaign(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Approve(t.Context(), id, 1, c.SHA256, Officers{}, o.by("yi")); err != nil {
		t.Fatal(err)
	}
	if err := o.Store.Draw(t.Context(), id, 2, "314159", "314159", o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if c, err = o.Campaign(t.Context(), id); err != nil || c.Status != Drawn {
		t.Fatal(c, err)
	}
	return c
}

// again rebuilds the state from the journal and compares.
func (o *office) again(t testing.TB) {
	t.Helper()
	var records []journal.Record
	entries, err := o.journal.Reader().XRange(context.Background(), o.journal.Key("outbox"), "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Values["topic"] == journal.Topic {
			r, err := journal.ParseRecord([]byte(e.Values["value"].(string)))
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
	}
	other := journaltest.Open(t, journaltest.Config(t, Ops()))
	if _, err := journal.Rebuild(context.Background(), other, func(yield func(journal.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	want, err := journal.Digest(context.Background(), o.journal)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := journal.Digest(context.Background(), other); err != nil || have != want {
		t.Errorf("rebuilt %s, want %s (%v)", have, want, err)
	}
}

func TestCampaign(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	if _, err := o.Plan(ctx, "", 0, planJSON, o.by("jia")); !errors.Is(err, ErrLibrary) {
		t.Error(err)
	}
	o.stock(t)
	var problems draw.Problems
	if _, err := o.Plan(ctx, "", 0, strings.Replace(planJSON, `"虚构抽查"`, `""`, 1), o.by("jia")); !errors.As(err, &problems) {
		t.Error(err)
	}
	if _, err := o.Plan(ctx, "", 0, `{}`, o.by("jia")); !errors.As(err, &problems) || len(problems) < 3 {
		t.Error(err)
	}
	act := o.by("jia")
	id, err := o.Plan(ctx, "", 0, planJSON, act)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := o.Plan(ctx, "", 0, planJSON, act); err != nil || twice != id {
		t.Error("the same act makes two campaigns", err)
	}
	c, err := o.Campaign(ctx, id)
	if err != nil || c.Status != Planned || c.Name != "虚构抽查" {
		t.Fatal(c, err)
	}
	var version *VersionError
	var status *StatusError
	if err := o.Approve(ctx, id, 1, c.SHA256, Officers{}, o.by("jia")); !errors.Is(err, ErrOwn) {
		t.Error(err)
	}
	if err := o.Approve(ctx, id, 1, strings.Repeat("0", 64), Officers{}, o.by("yi")); !errors.Is(err, ErrOther) {
		t.Error(err)
	}
	for _, none := range []string{"K", "\xff"} {
		if err := o.Approve(ctx, none, 1, c.SHA256, Officers{}, o.by("yi")); !errors.Is(err, ErrMissing) {
			t.Errorf("%q: %v", none, err)
		}
	}
	if err := o.Approve(ctx, id, 7, c.SHA256, Officers{}, o.by("yi")); !errors.As(err, &version) || version.Have != 1 {
		t.Error(err)
	}
	if err := o.Store.Draw(ctx, id, 1, "1", "1", o.by("jia")); !errors.As(err, &status) {
		t.Error(err)
	}
	if err := o.Approve(ctx, id, 1, c.SHA256, Officers{}, o.by("yi")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Plan(ctx, id, 2, planJSON, o.by("jia")); !errors.As(err, &status) {
		t.Error("a committed plan was changed", err)
	}
	if err := o.Store.Draw(ctx, id, 2, "314159", "314158", o.by("jia")); !errors.Is(err, ErrSeeds) {
		t.Error(err)
	}
	if err := o.Store.Draw(ctx, id, 2, "", "", o.by("jia")); !errors.Is(err, ErrSeed) {
		t.Error(err)
	}
	if err := o.Store.Draw(ctx, id, 2, "314159", "314159", o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if err := o.Store.Draw(ctx, id, 3, "2", "2", o.by("jia")); !errors.As(err, &status) {
		t.Error("a second draw", err)
	}
	if err := o.Withdraw(ctx, id, 3, o.by("jia")); !errors.As(err, &status) {
		t.Error("a drawn campaign was withdrawn", err)
	}
	if c, err = o.Campaign(ctx, id); err != nil || len(c.Steps) != 3 {
		t.Fatal(c, err)
	}
	d, err := o.DrawOf(ctx, &c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := draw.Verify(d.Bytes(), d.Commit.Bytes()); err != nil {
		t.Error(err)
	}
	total, all, err := o.Campaigns(ctx, 0, 10)
	if err != nil || total != 1 || len(all) != 1 || all[0].ID != id {
		t.Error(total, all, err)
	}
	o.again(t)
}

// TestLibraries: a library comes into force as a whole, and campaigns keep the
// one they were planned with.
func TestLibraries(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	c := o.drawn(t)
	var problems draw.Problems
	if _, err := o.Import(ctx, Inspectors, []byte(inspectorsCSV+"I1,,,x,,,\n"), o.by("jia")); !errors.As(err, &problems) || len(problems) != 2 {
		t.Error(err)
	}
	if _, err := o.Import(ctx, Objects, []byte(objectsCSV), o.by("jia")); !errors.Is(err, ErrSame) {
		t.Error(err)
	}
	var large strings.Builder
	large.WriteString(objectsCSV)
	for i := range 20_000 {
		fmt.Fprintf(&large, "X%d,虚构机构第%d号,clinic,152921,B\n", i, i)
	}
	id, err := o.Import(ctx, Objects, []byte(large.String()), o.by("jia"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := o.Library(ctx, Objects, id)
	if err != nil || string(l.Text) != large.String() || l.Rows != 20_005 {
		t.Error(len(l.Text), l.Rows, err)
	}
	var version *VersionError
	if err := o.Use(ctx, Objects, id, 0, o.by("jia")); !errors.As(err, &version) {
		t.Error(err)
	}
	if err := o.Use(ctx, Objects, "B1", 1, o.by("jia")); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	other, err := o.Import(ctx, Objects, []byte(objectsCSV+"Z,虚构,clinic,152921,B\n"), o.by("jia"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Library(ctx, Objects, id); !errors.Is(err, ErrMissing) {
		t.Error("a draft that nobody used is kept", err)
	}
	if err := o.Use(ctx, Objects, other, 1, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	o.draws = map[string]*draw.Draw{}
	if d, err := o.DrawOf(ctx, &c); err != nil || d.Commit.SHA256() != c.SHA256 {
		t.Error(err)
	}
	old, _ := Objects.Read([]byte(objectsCSV))
	new, _ := Objects.Read([]byte(strings.Replace(strings.Replace(objectsCSV, "H1,虚构一院", "H1,虚构七院", 1), "H2,", "H9,", 1)))
	if x := Compare(old, new); !slices.Equal(x.Added, []string{"H9"}) || !slices.Equal(x.Removed, []string{"H2"}) || !slices.Equal(x.Changed, []string{"H1"}) || x.Same != 3 {
		t.Errorf("%+v", x)
	}
	o.again(t)
}

func TestResults(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	c := o.drawn(t)
	w, err := o.Work(ctx, c.ID)
	if err != nil || len(w.Tasks) != 2 || len(w.Waiting) != 2 {
		t.Fatal(w, err)
	}
	first, second := w.Tasks[0].ID(), w.Tasks[1].ID()
	at := func(object string, version int64) Seen { return Seen{c.ID, object, version} }
	var status *StatusError
	var version *VersionError
	if err := o.Record(ctx, at(first, 0), Result{State: Rectify}, o.by("jia")); !errors.Is(err, ErrDue) {
		t.Error(err)
	}
	if err := o.Record(ctx, at(first, 0), Result{State: Pending}, o.by("jia")); !errors.Is(err, ErrState) {
		t.Error(err)
	}
	if err := o.Record(ctx, at("C1", 0), Result{State: None}, o.by("jia")); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if err := o.Record(ctx, at(first, 0), Result{Rectify, 15, clock.Days}, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if err := o.Record(ctx, at(first, 0), Result{State: None}, o.by("yi")); !errors.As(err, &version) || version.Have != 1 {
		t.Error(err)
	}
	if err := o.Record(ctx, at(first, 1), Result{State: None}, o.by("yi")); !errors.As(err, &status) {
		t.Error(err)
	}
	if err := o.Record(ctx, at(first, 1), Result{State: Rectified}, o.by("yi")); err != nil {
		t.Error(err)
	}
	act := o.by("jia")
	substitute, err := o.Skip(ctx, at(second, 0), act)
	if err != nil || substitute != w.Waiting[0].ID {
		t.Fatal(substitute, err)
	}
	if twice, err := o.Skip(ctx, at(second, 0), act); err != nil || twice != substitute {
		t.Error(twice, err)
	}
	if w, err = o.Work(ctx, c.ID); err != nil || len(w.Tasks) != 3 || len(w.Waiting) != 1 {
		t.Fatal(w, err)
	}
	task, err := w.Task(substitute)
	if err != nil || task.For != second || len(task.Inspectors) != 2 || task.State != Pending {
		t.Error(task, err)
	}
	if done, _ := w.Task(first); done.Due != "2026-12-15" || done.State != Rectified {
		t.Errorf("%+v", done)
	}
	if err := o.Record(ctx, at(substitute, 1), Result{State: Breach}, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if err := o.File(ctx, at(substitute, 2), "C00000000000000000001", o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if err := o.File(ctx, at(substitute, 3), "C00000000000000000002", o.by("jia")); !errors.As(err, &status) {
		t.Error(err)
	}
	o.again(t)
}

// TestNothingIsFoundBeforeTheDay: a result is recorded from the day of inspection
// on, as the day is in China; an object can be skipped before.
func TestNothingIsFoundBeforeTheDay(t *testing.T) {
	o := newOffice(t)
	c := o.drawn(t)
	w, err := o.Work(t.Context(), c.ID)
	if err != nil || w.Day() != "2026-11-30" {
		t.Fatal(w.Day(), err)
	}
	seen := Seen{c.ID, w.Tasks[0].ID(), 0}
	o.day = time.Date(2026, 11, 29, 15, 59, 59, 0, time.UTC) // 23:59:59 there
	for _, state := range []State{None, Rectify, Breach} {
		err := o.Record(t.Context(), seen, Result{state, 5, clock.Days}, o.by("jia"))
		if early, ok := errors.AsType[*EarlyError](err); !ok || early.Day != "2026-11-30" {
			t.Errorf("%s: %v", state, err)
		}
	}
	if _, err := o.Skip(t.Context(), Seen{c.ID, w.Tasks[1].ID(), 0}, o.by("jia")); err != nil {
		t.Error(err)
	}
	o.day = o.day.Add(time.Second)
	if err := o.Record(t.Context(), seen, Result{State: None}, o.by("jia")); err != nil {
		t.Error(err)
	}
	o.again(t)
}

// TestAnyOrder: whatever people do in whatever order, every object that was
// skipped has a reason and at most one substitute, nobody has more objects than
// the plan allows, nobody inspects what they stand aside from, and the journal
// makes the same state again.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := newOffice(t)
		c := o.drawn(t)
		for range rapid.IntRange(1, 12).Draw(r, "acts") {
			w, err := o.Work(t.Context(), c.ID)
			if err != nil {
				r.Fatal(err)
			}
			task := rapid.SampledFrom(w.Tasks).Draw(r, "object")
			seen := Seen{c.ID, task.ID(), task.Version - int64(rapid.IntRange(0, 1).Draw(r, "late"))}
			state := rapid.SampledFrom([]State{None, Rectify, Rectified, Breach, Skipped, Pending}).Draw(r, "what")
			allowed := seen.Version == task.Version && (task.State == Pending && state != Rectified && state != Pending || task.State == Rectify && state == Rectified)
			if state == Skipped {
				_, err = o.Skip(t.Context(), seen, o.by("jia"))
				if err == nil && task.State == Skipped && seen.Version == task.Version-1 {
					continue // taken for the same act again
				}
			} else {
				err = o.Record(t.Context(), seen, Result{state, 5, clock.WorkingDays}, o.by("jia"))
			}
			if (err == nil) != allowed {
				r.Fatalf("%s of %s (%s, version %d) seen at %d: %v", state, task.ID(), task.State, task.Version, seen.Version, err)
			}
		}
		w, err := o.Work(t.Context(), c.ID)
		if err != nil {
			r.Fatal(err)
		}
		load, stands := map[string]int{}, map[string]string{}
		for _, task := range w.Tasks {
			if task.For != "" {
				if stands[task.For] != "" {
					r.Fatalf("two stand for %s", task.For)
				}
				stands[task.For] = task.ID()
			}
			if task.State == Skipped && task.Note == "" {
				r.Fatal("skipped without a reason")
			}
			for _, i := range task.Inspectors {
				if task.ID() == "H1" && i["id"] == "I3" {
					r.Fatal("I3 does not stand aside")
				}
				if task.State != Skipped {
					load[i["id"]]++
				}
			}
		}
		for _, task := range w.Tasks {
			if task.Substitute != stands[task.ID()] {
				r.Fatalf("%s says %q stands for it, not %q", task.ID(), task.Substitute, stands[task.ID()])
			}
		}
		for id, n := range load {
			if n > 2 {
				r.Fatalf("%s has %d objects", id, n)
			}
		}
		o.again(t)
	})
}

// TestAllErrorsOfAPlanAreNamedAtOnce: what a plan does not say, and what
// contradicts the libraries, in one answer and always in one order.
func TestAllErrorsOfAPlanAreNamedAtOnce(t *testing.T) {
	o := newOffice(t)
	o.stock(t)
	plan := strings.NewReplacer("虚构抽查", "", `"seed_source":"虚构",`, "", `"count":2`, `"count":99`).Replace(planJSON)
	_, err := o.Plan(t.Context(), "", 0, plan, o.by("jia"))
	problems, ok := errors.AsType[draw.Problems](err)
	if !ok || len(problems) != 3 || problems[0].Where != "plan.json campaign" || problems[1].Where != "plan.json seed_source" || !strings.Contains(problems[2].Sentence, "quota above its pool") {
		t.Errorf("%+v", err)
	}
}
