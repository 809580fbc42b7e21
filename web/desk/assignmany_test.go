package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// TestLeadsAreAssignedTogether: the preview says what would change and what
// would not, and why; who changed one meanwhile is told of that one; the act
// sent again does nothing more.
func TestLeadsAreAssignedTogether(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("west", []string{right}, accounts.Investigator)
	h.user("li.inspect", nil, accounts.Inspector)
	filed := h.cases.LeadID(inLeft, "R05")
	l, r, doctor := h.leadID(inLeft), h.leadID(inRight), h.leadID(ofDoctor)
	pick := "/leads/assign?lead=" + strings.Join([]string{l, r, doctor, filed, l}, "&lead=")

	h.get("zhang", "/leads").want(t, 200, `formaction="/leads/assign" name="every" value="1">分派全部 4 条`)
	h.get("zhang", "/leads/assign").want(t, 422, "没有选择线索")
	h.get("west", pick).want(t, 403)
	h.get("li.inspect", pick).want(t, 403)
	a := h.get("zhang", pick)
	a.want(t, 200, "共 3 条可以分派", "不是待处理", "虚构 west (west)")
	if strings.Contains(a.text, "li.inspect") || strings.Contains(a.text, "确认分派") {
		t.Error("an inspector can be chosen, or it can be confirmed before anybody is")
	}
	var p assignPage
	preview := func(query string) {
		t.Helper()
		p = assignPage{}
		if err := json.Unmarshal(h.get("zhang", query, asJSON).Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
	}
	why := func(rows []assignRow) map[string]string {
		out := map[string]string{}
		for _, row := range rows {
			out[row.ID] = row.Why
		}
		return out
	}
	preview(pick + "&to=west")
	if left := why(p.Left); len(p.Leads) != 2 || len(left) != 2 || left[filed] != "status" || left[l] != "county" {
		t.Fatalf("%+v", p)
	}
	h.get("zhang", pick+"&to=west").want(t, 200, "将把 2 条线索分派给 虚构 west", r+"@1", doctor+"@1", "不在承办人的县区范围内")
	if preview(pick + "&to=nobody.there"); p.To != "" || p.Fault != "assignee" {
		t.Errorf("%+v", p)
	}

	// Somebody else is quicker with one of them.
	h.post("west", "/leads/"+r+"/dismiss", "version", "1", "reason", "虚构").want(t, 303)
	form := url.Values{"act": {"batch"}, "to": {"west"}, "reason": {"虚构：集中核查"}, "leads": {r + "@1", doctor + "@1", l + "@1"}}
	send := func(status int) (out assignedPage) {
		t.Helper()
		a := h.ask("zhang", "POST", "/leads/assign", form, asJSON)
		a.want(t, status)
		if err := json.Unmarshal(a.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for range 2 { // the button pressed twice
		out := send(200)
		if left := why(out.Left); len(out.Done) != 1 || out.Done[0].ID != doctor || out.Done[0].Assignee != "west" || out.Done[0].Version != 2 || left[r] != "version" || left[l] != "county" {
			t.Fatalf("%+v", out)
		}
	}
	h.ask("zhang", "POST", "/leads/assign", form).want(t, 200, "已把 1 条线索分派给 虚构 west", "2 条没有分派", "已被别人修改", "对这些线索重新预览")
	form.Set("act", "another")
	form["leads"] = []string{r + "@2", doctor + "@1"}
	if left := why(send(409).Left); left[r] != "status" || left[doctor] != "version" {
		t.Error(left)
	}
	preview(pick + "&to=west")
	if left := why(p.Left); len(p.Leads) != 0 || left[doctor] != "same" {
		t.Errorf("%+v", p)
	}

	// All that fit, and back to nobody.
	if preview("/leads/assign?every=1&kind=practitioner&to=-"); len(p.Leads) != 1 || p.Leads[0].ID != doctor {
		t.Errorf("%+v", p)
	}
	h.post("zhang", "/leads/assign", "to", "-", "leads", doctor+"@2").want(t, 200, "已收回 1 条")
	h.sync()
	h.get("zhang", "/leads/"+doctor).want(t, 200, "虚构：集中核查", "收回")
	for _, bad := range []struct {
		status int
		form   []string
	}{
		{422, []string{"to", "west"}}, {422, []string{"to", "", "leads", l + "@1"}}, {422, []string{"to", "li.inspect", "leads", l + "@1"}},
		{400, []string{"to", "west", "leads", l}}, {400, []string{"to", "west", "leads", l + "@1", "leads", l + "@2"}}, {404, []string{"to", "west", "leads", "L00000000000000000000@1"}},
	} {
		h.post("zhang", "/leads/assign", bad.form...).want(t, bad.status)
	}
	h.post("west", "/leads/assign", "to", "west", "leads", l+"@1").want(t, 403)
}

// TestAssigningIsBounded: the first of the list, and how many are left out.
func TestAssigningIsBounded(t *testing.T) {
	h := newHouse(t)
	h.many(mostAssigned + 5)
	h.user("zhang", nil, accounts.Investigator)
	var p assignPage
	if err := json.Unmarshal(h.get("zhang", "/leads/assign?every=1&to=zhang", asJSON).Body.Bytes(), &p); err != nil || len(p.Leads) != mostAssigned || p.Beyond != 5 {
		t.Fatal(len(p.Leads), p.Beyond, err)
	}
	a := h.get("zhang", "/leads/assign?every=1&to=zhang")
	if a.want(t, 200, "另有 5 条未列入"); len(a.text) > 100_000 {
		t.Errorf("%d bytes", len(a.text))
	}
	form := url.Values{"to": {"zhang"}}
	for i := range mostAssigned + 1 {
		form.Add("leads", fmt.Sprintf("L%020d@1", i))
	}
	h.ask("zhang", "POST", "/leads/assign", form).want(t, 422, "至多分派 200 条")
}

// TestWhatKeptALeadFromChanging: an error that is nobody's stays one.
func TestWhatKeptALeadFromChanging(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{{nil, ""}, {fmt.Errorf("x: %w", cases.ErrMissing), "missing"}, {&cases.VersionError{}, "version"}, {&cases.StatusError{}, "status"}} {
		if have, err := whyNot(c.err); have != c.want || err != nil {
			t.Errorf("%v is %q, %v", c.err, have, err)
		}
	}
	for _, err := range []error{errors.New("away"), context.DeadlineExceeded} {
		if why, again := whyNot(err); why != "" || !errors.Is(again, err) {
			t.Errorf("%v is %q, %v", err, why, again)
		}
	}
}
