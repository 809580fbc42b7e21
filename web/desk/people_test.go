package desk

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// TestPeopleGoByTheirNames: wherever somebody did something or has to do it,
// also after they were renamed, and when the account is disabled.
func TestPeopleGoByTheirNames(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("zhou", nil, accounts.Security)
	h.user("audit", nil, accounts.Audit)
	li := h.user("li.si", nil, accounts.Investigator)
	lead := "/leads/" + h.leadID(inLeft)
	h.post("zhang", lead+"/assign", "version", "1", "to", "li.si").want(t, 303)
	h.post("li.si", "/leads/"+h.leadID(inRight)+"/dismiss", "version", "1", "reason", "已核实").want(t, 303)
	h.post("li.si", "/cases", "leads", h.leadID(ofDoctor)+"@1", "reason", "核查").want(t, 303)
	h.sync()
	_, all, err := h.cases.Cases(t.Context(), 0, 9)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(c cases.Case) bool { return c.Opened.Who == "li.si" })
	if at < 0 {
		t.Fatal("the case is not there")
	}
	named := func(name string) {
		t.Helper()
		person := `<span class="person" title="li.si">` + name + `</span>`
		for _, page := range []string{"/leads?status=all", lead, "/leads/" + h.leadID(inRight), "/cases/" + all[at].ID} {
			h.get("zhang", page).want(t, 200, person)
		}
		h.get("zhang", "/leads/"+h.leadID(inRight)).want(t, 200, name+" 于")
		h.get("audit", "/audit").want(t, 200, name+" <code>li.si</code>", `<a href="/users/`+li.ID+`">`+name+`</a> <code>li.si</code>`, `<option value="li.si">`+name)
		h.post("zhang", lead+"/dismiss", "version", "1", "reason", "晚了").want(t, 409, person)
		f, err := excelize.OpenReader(bytes.NewReader(h.get("zhang", "/leads.xlsx?status=new").Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(f.GetSheetName(0))
		if err != nil || !slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, html.UnescapeString(name)+" (li.si)") }) {
			t.Error(rows, err)
		}
	}
	named("虚构 li.si")
	acts := h.o.Trail.About("lead:" + h.leadID(inLeft))
	if reason := acts[0].Reason; reason != "分派给 虚构 li.si (li.si)" {
		t.Error(reason)
	}
	u, err := h.users.User(t.Context(), li.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.post("zhou", "/users/"+u.ID, "version", "2", "name", "<李四>", "roles", "investigator", "disabled", "1", "reason", "离岗").want(t, 303)
	h.sync()
	named("&lt;李四&gt;")
}

// TestWhatTheProgramDidIsNamed: policy and commands are no users.
func TestWhatTheProgramDidIsNamed(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("audit", nil, accounts.Audit)
	h.get("audit", "/audit", inEnglish)
	for login, want := range map[string]string{"policy": "policy", "worker": "the program", "nobody": "nobody", "": ""} {
		if got := h.name("en", login); got != want {
			t.Errorf("%s: %s, want %s", login, got, want)
		}
	}
	if got := string(h.whoDid("zh", "<b>")); strings.Contains(got, "<b>") {
		t.Error(got)
	}
}
