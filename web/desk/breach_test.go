package desk

import (
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
)

// TestABreachBecomesACase: one button opens the case and writes it to the
// result; a step that was lost between the two is healed by pressing again.
func TestABreachBecomesACase(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.user("second", nil, accounts.Inspector)
	h.inspect()
	var id string
	for _, c := range h.campaigns(t) {
		if c.Status == inspection.Drawn {
			id = c.ID
		}
	}
	tasks := h.workOn(id).Tasks
	object := tasks[len(tasks)-1].ID()
	at := taskPath(id, object)
	h.post("inspector", at+"/case", "version", "1", "reason", "虚构").want(t, 409)
	h.post("inspector", at, "version", "1", "state", "breach", "reason", "虚构：账实不符").want(t, 303)
	h.get("inspector", at).want(t, 200, "转为案件", "虚构：账实不符")
	h.post("inspector", at+"/case", "version", "2").want(t, 422, "理由")
	h.post("inspector", at+"/case", "version", "1", "reason", "虚构").want(t, 409)
	h.post("investigator", at+"/case", "version", "2", "reason", "虚构").want(t, 403)
	if _, all, err := h.cases.Cases(t.Context(), 0, 10); err != nil || len(all) != 0 {
		t.Fatal("what was refused opened a case", all, err)
	}

	// The process dies after the case was opened and before the result knew.
	from := cases.Check{Campaign: id, Object: object, Subject: detectors.Subject{Kind: detectors.Institution, Code: object}}
	opened, err := h.cases.OpenCheck(t.Context(), from, cases.Act{ID: "lost", Who: "inspector", Reason: "虚构：账实不符", At: h.now})
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"second", "second", "inspector"} { // pressed again, and by somebody who has the old page
		h.post(login, at+"/case", "act", "a"+login, "version", "2", "reason", "虚构：账实不符").want(t, 303)
	}
	task, err := h.taskOf(id, object)
	if err != nil || task.Case != opened || task.Version != 3 {
		t.Fatalf("%+v %v", task, err)
	}
	if total, all, err := h.cases.Cases(t.Context(), 0, 10); err != nil || total != 1 || all[0].ID != opened {
		t.Error(total, all, err)
	}
	h.sync()
	h.get("inspector", at).want(t, 200, opened)
	h.get("investigator", "/cases/"+opened).want(t, 200, "来自抽查", "检查结果", at, "立案")
	h.get("investigator", "/cases").want(t, 200, opened, "检查结果")
}

func (h *house) taskOf(id, object string) (*inspection.Task, error) {
	work := h.workOn(id)
	return work.Task(object)
}
