package desk

import (
	"encoding/json"
	"net/http"
	"testing"

	"fundwatch/web/words"
)

// TestPoliciesAreReadable: everything that the region sets, what the country
// sets, what nobody does, and where each circumstance leads.
func TestPoliciesAreReadable(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.get("audit", "/policies").want(t, http.StatusOK, "15 个工作日，可延长 15 个工作日", "医疗保障行政处罚程序暂行规定14", "200,000.00 元", "未规定，由人决定", "百分之3",
		"阿署办发〔2020〕30号29", "本地", "国务院令第735号")
	var page policiesPage
	if err := json.Unmarshal(h.get("audit", "/policies", asJSON).Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	open, own := 0, 0
	for _, v := range page.Values {
		if v.Clause == "" && (v.Number != 0 || v.Day != "" || v.List != nil) {
			t.Errorf("%s: a value without its clause", v.Name)
		}
		if v.Clause == "" {
			open++
		}
		if v.Own {
			own++
		}
	}
	for _, c := range page.Clocks {
		if c.Clause == "" {
			open++
		}
	}
	for _, d := range page.Departments {
		if d.Clause == "" {
			open++
		}
	}
	if open == 0 || own == 0 || page.Open != open || len(page.Questions) != 5 {
		t.Errorf("%d open, %d own: %+v", open, own, page)
	}
	for _, q := range page.Questions {
		var one policyPage
		if err := json.Unmarshal(h.get("audit", "/policies/"+q.Name, asJSON).Body.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		if len(one.Circumstances) != q.Circumstances || q.Circumstances == 0 || one.title(words.ZH) == "" || one.Order == "" {
			t.Errorf("%s: %+v", q.Name, one)
		}
	}
	h.get("audit", "/policies/none").want(t, http.StatusNotFound)
	h.get("", "/policies").want(t, http.StatusSeeOther)
}
