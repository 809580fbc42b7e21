package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fundwatch/internal/accounts"
)

// jobs gives the exports of a user.
func (h *house) jobs(login string) []exportRow {
	h.t.Helper()
	var p exportsPage
	if err := json.Unmarshal(h.get(login, "/exports", asJSON).Body.Bytes(), &p); err != nil {
		h.t.Fatal(err)
	}
	return p.Jobs
}

// TestLongExportsAreMadeInTheBackground: what is too long is made by itself, on
// as many sheets as it needs, can be taken by whoever asked until its time is
// over, and is on record.
func TestLongExportsAreMadeInTheBackground(t *testing.T) {
	h := newHouse(t)
	h.many(30)
	h.limits = limits{direct: 20, sheet: 16}
	h.user("zhang", nil, accounts.Investigator)
	h.user("wang", nil, accounts.Investigator)
	h.user("audit", nil, accounts.Audit)
	if to := h.get("zhang", "/leads.xlsx?sort=date&density=compact").Header().Get("Location"); to != "/exports?density=compact&sort=date" {
		t.Error("a long list leads to " + to)
	}
	h.get("zhang", "/leads.xlsx", asJSON).want(t, 422, `"code":"rows"`)
	h.get("zhang", "/exports?sort=date").want(t, 200, "导出 30 条线索", `name="query" value="sort=date"`, "开始导出")
	for range 2 { // the button pressed twice
		h.post("zhang", "/exports", "act", "once", "query", "sort=date").want(t, 303)
	}
	jobs := h.jobs("zhang")
	if len(jobs) != 1 || jobs[0].State != jobWaiting {
		t.Fatal(jobs)
	}
	at := "/exports/" + jobs[0].ID
	h.get("zhang", "/exports").want(t, 200, "排队", `<noscript><meta http-equiv="refresh" content="10">`)
	h.get("zhang", at+"/file").want(t, 409, "还没有完成")
	h.get("wang", at+"/file").want(t, 404)
	h.post("wang", at+"/cancel").want(t, 404)
	if !h.exportNext(t.Context()) || h.exportNext(t.Context()) {
		t.Error("not one job was done")
	}
	a := h.get("zhang", "/exports")
	if a.want(t, 200, "可下载", "30 / 30", at+"/file"); strings.Contains(a.text, "http-equiv") {
		t.Error("a page that waits for nothing is asked for again")
	}
	a = h.get("zhang", at+"/file")
	a.want(t, 200)
	f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	leads := map[string]bool{}
	for i, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil || len(rows) > 16 {
			t.Fatal(len(rows), err)
		}
		head := 0
		if i == 0 {
			head = 8
		}
		if rows[head][0] != "线索编号" {
			t.Errorf("sheet %s begins with %v", name, rows[head])
		}
		for _, row := range rows[head+1:] {
			leads[row[0]] = true
		}
	}
	if names := strings.Join(f.GetSheetList(), ","); names != "线索,线索 2,线索 3" || len(leads) != 30 {
		t.Errorf("sheets %s with %d leads", names, len(leads))
	}
	h.sync()
	h.get("audit", "/audit?kind=leads.export").want(t, 200, "导出 30 行")
	h.get("audit", "/audit?kind=leads.download").want(t, 200, "导出 30 行", "zhang")

	// Other rights, other eyes: what was made is not theirs any more.
	u, _ := h.users.ByLogin(t.Context(), "zhang")
	u.Counties = []string{left}
	if err := h.users.Change(t.Context(), u, h.by("root")); err != nil {
		t.Fatal(err)
	}
	u.Version++
	h.enter(&u)
	h.get("zhang", at+"/file").want(t, 404)
	if jobs := h.jobs("zhang"); len(jobs) != 0 {
		t.Error(jobs)
	}
	h.now = h.now.Add(exportLasts)
	h.tidy(h.now)
	if n := h.files.len(); n != 0 {
		t.Errorf("%d files are left after their time", n)
	}
}

// TestExportsEnd: by their time, by a cancel, by the end of the server; and a
// user has only some.
func TestExportsEnd(t *testing.T) {
	h := newHouse(t)
	h.many(30)
	h.user("zhang", nil, accounts.Investigator)
	ids := func() (out []string) {
		for _, j := range h.jobs("zhang") {
			out = append(out, j.ID+" "+j.State)
		}
		return out
	}
	for _, act := range []string{"a", "b", "c"} {
		h.post("zhang", "/exports", "act", act, "query", "").want(t, 303)
		h.now = h.now.Add(time.Second)
	}
	h.post("zhang", "/exports", "act", "d", "query", "").want(t, 409, "导出太多")
	jobs := h.jobs("zhang")
	c, b, a := "/exports/"+jobs[0].ID, "/exports/"+jobs[1].ID, "/exports/"+jobs[2].ID
	h.post("zhang", b+"/cancel").want(t, 303)
	h.exportNext(t.Context())
	if jobs := h.jobs("zhang"); jobs[2].State != jobReady || jobs[1].State != jobCancelled || jobs[0].State != jobWaiting {
		t.Error("not the first was made first:", ids())
	}
	h.get("zhang", b+"/file").want(t, 410, "已取消")
	h.exportNext(t.Context())
	h.post("zhang", c+"/cancel").want(t, 303) // removes what is ready
	h.get("zhang", c+"/file").want(t, 410)
	if n := h.files.len(); n != 1 {
		t.Errorf("%d files", n)
	}
	h.now = h.now.Add(exportLasts)
	h.get("zhang", a+"/file").want(t, 410)
	h.get("zhang", "/exports").want(t, 200, "已过期")
	h.tidy(h.now)
	if n := h.files.len(); n != 0 {
		t.Errorf("%d files after their time", n)
	}
	h.now = h.now.Add(exportRemember)
	zhang := mustUser(h, "zhang")
	h.enter(zhang)
	if h.tidy(h.now); len(ids()) != 0 {
		t.Error("still told of:", ids())
	}
	// One that is cancelled while it is made leaves nothing, nor does one that
	// the disk does not take, nor the end of the server.
	h.post("zhang", "/exports", "act", "e", "query", "").want(t, 303)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	h.exportNext(ended)
	h.files.full = errors.New("no room")
	h.post("zhang", "/exports", "act", "f", "query", "").want(t, 303)
	h.exportNext(t.Context())
	if text := strings.Join(h.failed, ""); !strings.Contains(text, "no room") {
		t.Error(text)
	}
	h.failed, h.files.full = nil, nil
	for _, j := range h.jobs("zhang") {
		if j.State != jobFailed {
			t.Error(j)
		}
	}
	h.post("zhang", "/exports", "act", "g", "query", "").want(t, 303)
	ctx, cancel := context.WithCancel(t.Context())
	h.Run(ctx, func(context.Context) bool {
		if slices.ContainsFunc(h.exports.of(zhang), func(j exportJob) bool { return j.state == jobReady }) {
			cancel()
		}
		return ctx.Err() == nil
	})
	if n := h.files.len(); n != 0 {
		t.Errorf("%d files after the end", n)
	}
}

func mustUser(h *house, login string) *accounts.User {
	u, err := h.users.ByLogin(context.Background(), login)
	if err != nil {
		h.t.Error(err)
	}
	return &u
}
