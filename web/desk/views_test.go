package desk

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
)

// TestViewsKeepAList: what was looked at comes back as it was, under its name,
// for its user alone; it is renamed and dropped, and all of it is on record.
func TestViewsKeepAList(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("wang", nil, accounts.Investigator)
	h.user("audit", nil, accounts.Audit)
	query := "status=all&county=" + left + "&sort=date&col=id&col=status&col=nonsense&density=compact&page=3"
	a := h.post("zhang", "/views", "name", "左旗全部", "query", query)
	a.want(t, 303)
	at := a.Header().Get("Location")
	if u, err := url.Parse(at); err != nil || u.Path != "/leads" || u.RawQuery != "col=status&col=id&county="+left+"&density=compact&sort=date&status=all" {
		t.Error("the view shows " + at)
	}
	page := h.get("zhang", at)
	page.want(t, 200, `aria-current="page">左旗全部`, "leads full cards compact", "<code>"+h.leadID(inLeft)+"</code>")
	if strings.Contains(page.text, "保存为视图") || strings.Contains(page.text, `<th scope="col">县区`) {
		t.Error("it can be saved again, or shows a column that was left out")
	}
	h.get("zhang", "/leads?density=compact").want(t, 200, "保存为视图", "左旗全部")
	var p viewsPage
	if err := json.Unmarshal(h.get("zhang", "/views", asJSON).Body.Bytes(), &p); err != nil || len(p.Views) != 1 || p.Views[0].URL != at ||
		!strings.Contains(p.Views[0].Shown.ZH, "县区: 阿拉善左旗") || !strings.Contains(p.Views[0].Shown.EN, "Columns: Status Lead; compact") {
		t.Fatal(p, err)
	}
	view := "/views/" + p.Views[0].ID
	if a := h.get("wang", "/views"); strings.Contains(a.text, "左旗全部") {
		t.Error("another user sees it")
	}
	h.post("wang", view, "name", "我的").want(t, 404)
	h.post("wang", view+"/drop").want(t, 404)
	h.post("zhang", "/views", "name", "左旗全部", "query", "").want(t, 422, "同名", `name="query" value=""`)
	h.post("zhang", "/views", "name", "", "query", "status=all").want(t, 422, "1 至 40 字", "status=all")
	h.post("zhang", view, "name", strings.Repeat("长", 41)).want(t, 422, "1 至 40 字")
	for _, form := range [][2]string{{person, "status=all"}, {"某人", "q=" + person}, {"150000199001011234", ""}} {
		h.post("zhang", "/views", "name", form[0], "query", form[1]).want(t, 422, "像人员编号")
	}
	h.post("zhang", "/views", "name", "x", "query", "%zz").want(t, 400)
	h.post("zhang", view, "name", "左旗").want(t, 303)
	h.get("zhang", "/leads").want(t, 200, ">左旗</a>")
	h.post("zhang", view+"/drop").want(t, 303)
	h.post("zhang", view+"/drop").want(t, 404)
	h.get("zhang", "/views").want(t, 200, "还没有保存的视图")
	h.sync()
	for kind, n := range map[string]int{"view.save": 2, "view.drop": 1} {
		if a := h.get("audit", "/audit?kind="+kind, asJSON); strings.Count(a.text, `"`+kind+`"`) != n+1 || strings.Contains(a.text, person) {
			t.Error(kind, a.text)
		}
	}
}

// TestColumnsKeepTheirOrder: what is no column is none, and the usual ones need
// not be named.
func TestColumnsKeepTheirOrder(t *testing.T) {
	for _, c := range []struct{ given, want []string }{
		{nil, nil},
		{[]string{"x"}, nil},
		{[]string{"id", "county", "id", "x"}, []string{"county", "id"}},
		{[]string{"updated", "assignee", "status", "period", "union", "amount", "findings", "county"}, nil},
	} {
		if have := knownColumns(c.given); !slices.Equal(have, c.want) {
			t.Errorf("%v gives %v, want %v", c.given, have, c.want)
		}
	}
}
