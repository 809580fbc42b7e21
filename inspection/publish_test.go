package inspection

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"fundwatch/inspection/draw"
)

// settle records a result for every object; the first is skipped.
func (o *office) settle(t *testing.T, id string) {
	t.Helper()
	w, err := o.Work(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Skip(t.Context(), Seen{id, w.Tasks[0].ID(), 0}, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if w, err = o.Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, task := range w.Tasks[1:] {
		if err := o.Record(t.Context(), Seen{id, task.ID(), task.Version}, Result{State: Breach}, o.by("jia")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatIsPublic: the hash before the seed, nothing of a plan that nobody
// approved, and the rest as the rule and the approval say.
func TestWhatIsPublic(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	c := o.drawn(t)
	all := Rule{Objects: true, Results: true}
	planned, err := o.Plan(ctx, "", 0, planJSON, o.by("jia"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Published(ctx, planned, all); !errors.Is(err, ErrMissing) {
		t.Error("a plan is public", err)
	}
	if err := o.Withdraw(ctx, planned, 1, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	if _, list, err := o.PublishedCampaigns(ctx, 0, 10); err != nil || len(list) != 1 || list[0].ID != c.ID {
		t.Error(list, err)
	}
	look := func(rule Rule) Published {
		t.Helper()
		p, err := o.Published(ctx, c.ID, rule)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range p.Steps {
			if step.Who != "" {
				t.Error("it says who did it")
			}
		}
		return p
	}
	if p := look(Rule{}); p.SHA256 != c.SHA256 || p.Seed != "314159" || p.Open || len(p.Objects) > 0 || p.Draw() != nil || p.SeedSource != "虚构" {
		t.Errorf("without a rule: %+v", p)
	}
	if p := look(Rule{Results: true}); p.Open || len(p.Objects) > 0 {
		t.Errorf("before the approval: %+v", p)
	}
	if p := look(all); !p.Open || p.Results || len(p.Objects) != 2 || p.Objects[0].State != "" || p.Files || p.Draw() != nil {
		t.Errorf("objects: %+v", p)
	}
	if err := o.Release(ctx, c.ID, 3, "", o.by("yi")); !errors.Is(err, ErrPending) {
		t.Error("approved before all is in:", err)
	}
	o.settle(t, c.ID)
	if p := look(all); len(p.Objects) != 1+1 || p.Results {
		t.Errorf("who stepped in is told before the approval: %+v", p.Objects)
	}
	w, err := o.Work(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	digest, _ := w.Results()
	if err := o.Release(ctx, c.ID, 3, digest, o.by("jia")); !errors.Is(err, ErrRecorded) {
		t.Error("who recorded approved:", err)
	}
	if err := o.Release(ctx, c.ID, 3, strings.Repeat("0", 64), o.by("yi")); !errors.Is(err, ErrOther) {
		t.Error("something else was approved:", err)
	}
	var stale *VersionError
	if err := o.Release(ctx, c.ID, 2, digest, o.by("yi")); !errors.As(err, &stale) {
		t.Error(err)
	}
	if err := o.Release(ctx, c.ID, 3, digest, o.by("yi")); err != nil {
		t.Fatal(err)
	}
	if p := look(Rule{Objects: true}); p.Results || p.Objects[0].State != "" {
		t.Errorf("results that no rule makes public: %+v", p)
	}
	p := look(Rule{Results: true})
	if !p.Open || !p.Results || len(p.Objects) != 3 || p.Objects[0].State != Skipped || p.Objects[1].State != Breach || p.Objects[2].For != p.Objects[0].ID {
		t.Errorf("results: %+v", p)
	}
	// The case of a breach is no part of what was approved.
	task, _ := w.Task(p.Objects[1].ID)
	if err := o.File(ctx, Seen{c.ID, task.ID(), task.Version}, "C1", o.by("yi")); err != nil {
		t.Fatal(err)
	}
	if p := look(Rule{Results: true}); !p.Results {
		t.Error("a case hides results")
	}
	o.again(t)
}

// TestFilesArePublicWithoutNames: byte for byte as committed, or not at all.
func TestFilesArePublicWithoutNames(t *testing.T) {
	o := newOffice(t)
	bare := "id,name,licence_no,licence_until,unit,skills,recuse\nI1,,,,一科,,\nI2,,,,一科,,\nI3,,,,二科,,H1\n"
	o.stock(t)
	id, err := o.Import(t.Context(), Inspectors, []byte(bare), o.by("jia"))
	if err == nil {
		err = o.Use(t.Context(), Inspectors, id, 1, o.by("jia"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if id, err = o.Plan(t.Context(), "", 0, planJSON, o.by("jia")); err != nil {
		t.Fatal(err)
	}
	c, err := o.Campaign(t.Context(), id)
	if err == nil {
		err = o.Approve(t.Context(), id, 1, c.SHA256, Officers{}, o.by("yi"))
	}
	if err == nil {
		err = o.Store.Draw(t.Context(), id, 2, "271828", "271828", o.by("jia"))
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Published(t.Context(), id, Rule{Objects: true})
	if err != nil || !p.Files {
		t.Fatalf("%+v %v", p, err)
	}
	if _, err := draw.Verify(p.Draw(), p.Commit()); err != nil {
		t.Error(err)
	}
	for want, b := range map[string][]byte{p.SHA256: p.Commit(), p.DrawSHA256: p.Draw()} {
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Error("a file has not the hash that is public")
		}
	}
	for _, change := range [][2]string{{"I1,,", "I1,甲,"}, {"I1,,,", "I1,,9,"}, {"I1,", "1529211990,"}, {"一科,,\nI2", "一科,医药,\nI2"}, {"recuse\n", "recuse,phone\n"}} {
		text := strings.Replace(bare, change[0], change[1], 1)
		if strings.Contains(change[1], "phone") {
			text = strings.ReplaceAll(strings.TrimSpace(text), "\n", ",\n") + ","
			text = strings.Replace(text, "phone,", "phone", 1)
		}
		commit, err := draw.NewCommit(draw.Source{Name: "o", Text: []byte(objectsCSV)}, draw.Source{Name: "i", Text: []byte(text)}, draw.Source{Name: "p", Text: []byte(planJSON)})
		if err != nil || Pseudonymous(commit) {
			t.Errorf("%s: public, or %v", change[1], err)
		}
	}
}
