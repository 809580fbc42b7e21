package cases_test

import (
	"strings"
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// TestACaseFromAnInspection: one result makes one case, whoever asks how often,
// and it goes the same way as others.
func TestACaseFromAnInspection(t *testing.T) {
	w := fresh(t)
	from := cases.Check{Campaign: "K1", Object: "H/1", Subject: detectors.Subject{Kind: detectors.Institution, Code: "H/1"}}
	id, err := w.OpenCheck(t.Context(), from, act(1))
	if err != nil || id != w.CheckCase(from) {
		t.Fatal(id, err)
	}
	first, err := w.Case(t.Context(), id)
	if err != nil || first.How != "check" || *first.Check != from || len(first.Subjects) != 1 || first.Subjects[0] != from.Subject || first.Status != cases.Opened {
		t.Fatalf("%+v %v", first, err)
	}
	later := act(2)
	later.Who, later.Reason = "another", "虚构：再次"
	if again, err := w.OpenCheck(t.Context(), from, later); err != nil || again != id {
		t.Error(again, err)
	}
	if c, err := w.Case(t.Context(), id); err != nil || c.Opened != first.Opened || c.Version != 1 {
		t.Errorf("opened again, it is %+v %v", c, err)
	}
	other := from
	other.Object = "H2"
	if w.CheckCase(other) == id {
		t.Error("two results make one case")
	}
	for _, wrong := range []cases.Check{{}, {Campaign: "K1", Object: "H1"}, {Campaign: strings.Repeat("K", 201), Object: "H1", Subject: from.Subject}} {
		if _, err := w.OpenCheck(t.Context(), wrong, act(3)); err == nil {
			t.Errorf("%+v opened a case", wrong)
		}
	}
	for n, step := range [][2]string{{"jia", "file"}, {"zhang", cases.ApproveIt}} {
		c, err := w.Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Do(t.Context(), id, deedOf(&c, step[0], step[1], "2026-03-05", n), procedure()); err != nil {
			t.Fatal(step, err)
		}
	}
	c, err := w.Case(t.Context(), id)
	if err != nil || c.Status != cases.Filed || c.File.Party.Subject != from.Subject || *c.Check != from {
		t.Errorf("%+v %v", c, err)
	}
	if total, all, err := w.Cases(t.Context(), 0, 10); err != nil || total != 1 || all[0].Check == nil {
		t.Error(total, all, err)
	}
	w.explained(t, id)
}
