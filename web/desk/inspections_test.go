package desk

import (
	"bytes"
	"encoding/csv"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/policies/regions"
)

const (
	libraryObjects    = "id,name,kind,admdvs,credit\nH1,虚构 First,hospital,152921,C\nH2,虚构 Second,hospital,152921,D\nH3,虚构 Third,hospital,152922,D\nH/4,虚构 Fourth,hospital,152922,C\nC1,虚构 Clinic,clinic,152921,A\n"
	libraryInspectors = "id,name,licence_no,licence_until,unit,skills,recuse\nI1,虚构 Jia,001,,1,,\nI2,虚构 Yi,002,,1,,\nI3,虚构 Bing,003,,2,,H1\nI4,虚构 Ding,004,,2,,\n"
)

// bring sends a library as a browser does.
func (h *house) bring(login string, kind inspection.Kind, name string, text []byte, pairs ...string) answer {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write(text)
	}
	for i := 0; i+1 < len(pairs) && err == nil; i += 2 {
		err = w.WriteField(pairs[i], pairs[i+1])
	}
	if err != nil || w.Close() != nil {
		h.t.Fatal(err)
	}
	return h.ask(login, http.MethodPost, "/libraries/"+string(kind), nil, func(r *http.Request) {
		r.Header.Set("Content-Type", w.FormDataContentType())
		fresh, _ := http.NewRequest(http.MethodPost, "/", &b)
		r.Body, r.ContentLength = fresh.Body, fresh.ContentLength
	})
}

// shelve puts libraries into force.
func (h *house) shelve(login string) {
	h.t.Helper()
	for kind, text := range map[inspection.Kind]string{inspection.Objects: libraryObjects, inspection.Inspectors: libraryInspectors} {
		h.bring(login, kind, "a.csv", []byte(text), "reason", "虚构").want(h.t, 303)
		shelf, err := h.o.Inspections.Shelf(h.t.Context(), kind)
		if err != nil {
			h.t.Fatal(err)
		}
		h.post(login, "/libraries/"+string(kind)+"/use", "id", shelf.Draft, "version", "0", "reason", "虚构").want(h.t, 303)
	}
}

var aPlan = []string{"name", "虚构 2026", "day", "2026-03-05", "seed_source", "虚构", "inspectors_per_object", "2", "substitutes", "2", "max_load", "3",
	"stratum", "C or D", "kinds", "hospital", "credits", "C，D", "places", "", "others", "", "shares", "50%", "reason", "虚构"}

// planned makes a campaign and gives its id.
func (h *house) planned(login string) string {
	h.t.Helper()
	a := h.post(login, "/inspections", aPlan...)
	a.want(h.t, 303)
	return strings.TrimPrefix(a.Header().Get("Location"), "/inspections/")
}

func (h *house) campaigns(t testing.TB) []inspection.Campaign {
	t.Helper()
	_, all, err := h.o.Inspections.Campaigns(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (h *house) approvePlan(login, id string) {
	h.t.Helper()
	c, err := h.o.Inspections.Campaign(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	h.post(login, "/inspections/"+id+"/approve", "version", "1", "sha256", c.SHA256, "reason", "虚构").want(h.t, 303)
}

// inspect fills the house with campaigns in every status, as the staff of
// [house.staff].
func (h *house) inspect() {
	h.t.Helper()
	h.shelve("inspector")
	h.planned("inspector")
	gone := h.planned("inspector")
	h.post("inspector", "/inspections/"+gone+"/withdraw", "version", "1", "reason", "虚构：改期").want(h.t, 303)
	committed := h.planned("inspector")
	h.approvePlan("supervisor", committed)
	drawn := h.planned("inspector")
	h.approvePlan("supervisor", drawn)
	h.post("inspector", "/inspections/"+drawn+"/draw", "version", "2", "seed", "314159", "seed_again", "314159", "reason", "虚构").want(h.t, 303)
	work := h.workOn(drawn)
	h.post("inspector", taskPath(drawn, work.Tasks[0].ID()), "version", "0", "state", "rectify", "days", "3", "unit", "working-days", "reason", "虚构：票据不全").want(h.t, 303)
	h.post("inspector", taskPath(drawn, work.Tasks[1].ID()), "version", "0", "state", "skipped", "reason", "虚构：已停业").want(h.t, 303)
	h.bring("inspector", inspection.Objects, "b.csv", []byte(libraryObjects+"C2,虚构 Clinic,clinic,152921,A\n"), "reason", "虚构").want(h.t, 303)
	h.sync()
}

func (h *house) workOn(id string) inspection.Work {
	h.t.Helper()
	work, err := h.o.Inspections.Work(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return work
}

// TestInspection goes the whole way by pages: import, plan, approval, draw,
// results, and no second draw.
func TestInspection(t *testing.T) {
	h := newHouse(t)
	h.user("jia", nil, accounts.Inspector)
	h.user("bing", nil, accounts.Inspector)
	h.get("jia", "/inspections").want(t, 200, "还没有抽查批次")
	h.post("jia", "/inspections", aPlan...).want(t, 422, "名录还没有启用")

	bad := libraryInspectors + "I1,x,,2026-13-01,,,\n"
	h.bring("jia", inspection.Inspectors, "a.csv", []byte(bad), "reason", "虚构").want(t, 422, "inspectors.csv:6", "2 处错误")
	errors := h.bring("jia", inspection.Inspectors, "a.csv", []byte(bad), "check", "1")
	errors.want(t, 200)
	if rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(errors.text, "\ufeff"))).ReadAll(); err != nil || len(rows) < 2 || rows[1][0] != "inspectors.csv:6" {
		t.Error(rows, err)
	}
	h.bring("jia", inspection.Inspectors, "a.xlsx", []byte("PK no"), "reason", "虚构").want(t, 422, "不是 Excel 工作簿")
	h.bring("jia", inspection.Inspectors, "a.csv", []byte(libraryInspectors)).want(t, 422, "理由")
	h.shelve("jia")
	h.get("jia", "/libraries/objects").want(t, 200, "虚构 First", "H/4")

	h.post("jia", "/inspections", append([]string{"stratum", "全部", "shares", "2", "kinds", "", "credits", ""}, aPlan...)...)
	if wrong := h.post("jia", "/inspections", "name", "x", "day", "2026-02-30", "inspectors_per_object", "1", "stratum", "a", "shares", "9", "reason", "虚构"); true {
		wrong.want(t, 422, "seed_source", "2026-02-30", "大于对象数", "至少须为 2")
	}
	id := h.planned("jia")
	at := "/inspections/" + id
	c, err := h.o.Inspections.Campaign(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	h.get("jia", at).want(t, 200, c.SHA256, "您编制的")
	h.post("jia", at+"/approve", "version", "1", "sha256", c.SHA256, "reason", "虚构").want(t, 403, "另一人批准")
	h.post("bing", at+"/approve", "version", "1", "sha256", strings.Repeat("0", 64), "reason", "虚构").want(t, 409)
	h.post("bing", at+"/approve", "version", "9", "sha256", c.SHA256, "reason", "虚构").want(t, 409, "您查看之后", ">9<", ">1<")
	h.ask("bing", http.MethodPost, at+"/approve", map[string][]string{"version": {"9"}, "sha256": {c.SHA256}, "reason": {"虚构"}}, asJSON).want(t, 409, `"seen_version":9,"version":1`)
	h.post("jia", at+"/draw", "version", "1", "seed", "1", "seed_again", "1", "reason", "虚构").want(t, 409)
	h.approvePlan("bing", id)
	h.post("jia", at+"/draw", "version", "2", "seed", "314159", "seed_again", "314158", "reason", "虚构").want(t, 422, "两次输入的种子不同")
	h.post("jia", at+"/draw", "version", "2", "seed", "314159", "seed_again", "314159", "reason", "虚构").want(t, 303)
	h.post("jia", at+"/draw", "version", "3", "seed", "2", "seed_again", "2", "reason", "虚构").want(t, 409)

	commit, drawn := h.get("jia", at+"/commit.json"), h.get("jia", at+"/draw.json")
	if d, err := draw.Verify(drawn.Body.Bytes(), commit.Body.Bytes()); err != nil || d.Commit.SHA256() != c.SHA256 || d.Seed != "314159" {
		t.Error(err)
	}
	h.results(t, id)
}

// TestResultsWaitForTheDay: before the day of inspection a result is refused on
// its page, in both languages with the day from which it is not.
func TestResultsWaitForTheDay(t *testing.T) {
	h := newHouse(t)
	h.user("jia", nil, accounts.Inspector)
	h.user("bing", nil, accounts.Inspector)
	h.shelve("jia")
	id := strings.TrimPrefix(h.post("jia", "/inspections", append([]string{"name", "虚构", "day", "2026-03-06"}, aPlan[4:]...)...).Header().Get("Location"), "/inspections/")
	h.approvePlan("bing", id)
	h.post("jia", "/inspections/"+id+"/draw", "version", "2", "seed", "314159", "seed_again", "314159", "reason", "虚构").want(t, 303)
	work := h.workOn(id)
	first := taskPath(id, work.Tasks[0].ID())
	h.get("jia", first).want(t, 200, "2026-03-06 起可以记录检查结果")
	h.post("jia", first, "version", "0", "state", "none", "reason", "虚构丁").want(t, 422, `role="alert"`, "检查日还没有到", "2026-03-06 起可以记录检查结果", "虚构丁", `value="none" required checked`)
	h.ask("jia", http.MethodPost, first, map[string][]string{"version": {"0"}, "state": {"none"}, "reason": {"虚构丁"}}, asJSON).
		want(t, 422, `"code":"early-result"`, "2026-03-06 起可以记录检查结果", "recorded from 2026-03-06 on")
	h.post("jia", taskPath(id, work.Tasks[1].ID()), "version", "0", "state", "skipped", "reason", "虚构：已停业").want(t, 303)
	h.now = h.now.AddDate(0, 0, 1)
	h.enterAgain("jia")
	if text := h.get("jia", first).text; strings.Contains(text, "起可以记录检查结果") {
		t.Error("the page still waits for the day")
	}
	h.post("jia", first, "version", "0", "state", "none", "reason", "虚构丁").want(t, 303)
}

// TestALibraryThatIsTooLargeComesBackToItsPage, with the sentence.
func TestALibraryThatIsTooLargeComesBackToItsPage(t *testing.T) {
	h := newHouse(t)
	h.user("jia", nil, accounts.Inspector)
	h.bring("jia", inspection.Objects, "a.csv", make([]byte, 30<<20), "reason", "虚构").want(t, http.StatusRequestEntityTooLarge, `role="alert"`, "提交的内容过大", `action="/libraries/objects"`)
}

// results records what was found.
func (h *house) results(t *testing.T, id string) {
	work := h.workOn(id)
	first, second := taskPath(id, work.Tasks[0].ID()), taskPath(id, work.Tasks[1].ID())
	h.get("jia", first).want(t, 200, "记录结果")
	h.post("jia", first, "version", "0", "state", "rectify", "days", "0", "unit", "days", "reason", "虚构").want(t, 422, "整改期限不对")
	h.post("jia", first, "version", "0", "state", "rectify", "days", "5", "unit", "working-days", "reason", "虚构").want(t, 303)
	h.post("bing", first, "version", "0", "state", "none", "reason", "虚构乙").want(t, 409, "您查看之后", "责令限期整改", "虚构乙")
	h.get("jia", first).want(t, 200, "2026-03-12")
	h.post("jia", second, "version", "0", "reason", "虚构丙").want(t, 422, "没有选择检查结果", "虚构丙")
	h.post("jia", second, "version", "0", "state", "skipped").want(t, 422)
	h.post("jia", second, "version", "0", "state", "skipped", "reason", "已停业").want(t, 303)
	work = h.workOn(id)
	stepped := work.Tasks[len(work.Tasks)-1]
	h.get("jia", "/inspections/"+id).want(t, 200, "递补 "+work.Tasks[1].ID())
	h.post("jia", taskPath(id, stepped.ID()), "version", "1", "state", "breach", "reason", "虚构").want(t, 303)
	h.post("jia", first, "version", "1", "state", "rectified", "reason", "虚构").want(t, 303)
	h.get("jia", "/inspections/"+id).want(t, 200, "全部检查已有结果", "2026-04-02", "您记录过结果")
	h.release(t, id)

	who := stepped.Inspectors[0]["id"]
	h.get("jia", inspectorPath(id, who)).want(t, 200, stepped.Object["name"])
	book := h.get("jia", "/inspections/"+id+"/list.xlsx?inspector="+who)
	f, err := excelize.OpenReader(bytes.NewReader(book.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetList()[0])
	if err != nil || !strings.Contains(strings.Join(rows[len(rows)-1], " "), "虚构") || len(rows) < 7 {
		t.Error(rows, err)
	}
}

// release approves results: not by who recorded one, and not others than shown.
func (h *house) release(t *testing.T, id string) {
	at := "/inspections/" + id
	work := h.workOn(id)
	digest, _ := work.Results()
	h.get("bing", at).want(t, 200, "批准公开结果", digest)
	h.post("jia", at+"/release", "version", "3", "digest", digest, "reason", "虚构").want(t, 403, "不能批准公开")
	h.post("bing", at+"/release", "version", "3", "digest", strings.Repeat("0", 64), "reason", "虚构").want(t, 409)
	h.post("bing", at+"/release", "version", "2", "digest", digest, "reason", "虚构").want(t, 409, "您查看之后")
	h.post("bing", at+"/release", "version", "3", "digest", digest, "reason", "虚构").want(t, 303)
	h.get("bing", at).want(t, 200, "批准公开结果。")
}

// TestInspectionsKeepToTheirCounties: who has some counties sees and records
// what lies there, and nothing else.
func TestInspectionsKeepToTheirCounties(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.inspect()
	h.user("west", []string{right}, accounts.Inspector)
	var id string
	for _, c := range h.campaigns(t) {
		if c.Status == inspection.Drawn {
			id = c.ID
		}
	}
	page, seen := h.get("west", "/inspections/"+id), 0
	for _, task := range h.workOn(id).Tasks {
		code := 200
		if task.Object["admdvs"] != right {
			code = 403
			seen++
			if strings.Contains(page.text, task.Object["name"]) {
				t.Errorf("%s is shown", task.ID())
			}
		}
		h.get("west", taskPath(id, task.ID())).want(t, code)
	}
	if seen == 0 || !strings.Contains(page.text, "在您的范围之外") {
		t.Error(seen)
	}
	h.get("west", "/inspections/"+id+"/draw.json").want(t, 403)
}

// TestInspectionsCanBeRebuilt: everything done by pages is in the journal.
func TestInspectionsCanBeRebuilt(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.inspect()
	again := journaltest.Open(t, journaltest.Config(t, inspection.Ops(), accounts.Ops()))
	if _, err := journal.Rebuild(t.Context(), again, func(yield func(journal.Record, error) bool) {
		for i := range h.log[journal.Topic] {
			if r, err := journal.ParseRecord(h.log[journal.Topic][i].Value); !yield(r, err) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	want, err := journal.Digest(t.Context(), h.journal)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := journal.Digest(t.Context(), again); err != nil || have != want {
		t.Errorf("rebuilt %s, want %s (%v)", have, want, err)
	}
}

func TestShares(t *testing.T) {
	for share, want := range map[string]string{"3": `"count":3`, "007": `"count":7`, "5%": `"rate":"0.05"`, "12.5 %": `"rate":"0.125"`, "100%": `"rate":"1.00"`, "0.05": `"rate":"0.05"`, "x": `"rate":"x"`, "": `"rate":""`} {
		f := planForm{Strata: []string{"a"}, Shares: []string{share}, Others: []string{"beds=10,20；区域 = 东"}}
		if got := f.json(); !strings.Contains(got, want) || !strings.Contains(got, `"beds":["10","20"]`) || !strings.Contains(got, `"区域":["东"]`) {
			t.Errorf("%s: %s", share, got)
		}
	}
}

// TestAPlanNeedsOfficersAsTheLawAsks: as many as the region's parameters say, for
// each object and with a licence on the day; where they say nothing, as the plan.
func TestAPlanNeedsOfficersAsTheLawAsks(t *testing.T) {
	set := func(n int64) regions.Book {
		return regions.Book{Policy: regions.Policy{Values: map[string]regions.Setting{"officers_least": {Number: &n, Unit: regions.Persons, Clause: "虚构条款第29条"}}}}
	}
	for what, c := range map[string]struct {
		book    regions.Book
		each    string
		expired bool // the licences of all but one
		says    string
	}{
		"two of four":            {book: set(2), each: "2"},
		"two where three must":   {book: set(3), each: "2", says: "只有 2 名，至少须 3 名"},
		"three where three must": {book: set(3), each: "3"},
		"one licence holds":      {book: set(2), each: "2", expired: true, says: "只有 1 名，至少须 2 名"},
		"nothing is set":         {each: "2", expired: true},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t, func(o *Options) { o.Policy = c.book })
			h.user("jia", nil, accounts.Inspector)
			h.user("bing", nil, accounts.Inspector)
			h.shelve("jia")
			if c.expired {
				text := "id,name,licence_no,licence_until,unit,skills,recuse\nI1,虚构,1,2026-03-05,,,\nI2,虚构,2,2026-03-04,,,\nI3,虚构,3,2026-03-04,,,\n"
				h.bring("jia", inspection.Inspectors, "c.csv", []byte(text), "reason", "虚构").want(t, 303)
				shelf, err := h.o.Inspections.Shelf(t.Context(), inspection.Inspectors)
				if err != nil {
					t.Fatal(err)
				}
				h.post("jia", "/libraries/inspectors/use", "id", shelf.Draft, "version", "1", "reason", "虚构").want(t, 303)
			}
			form := append([]string{}, aPlan...)
			form[slices.Index(form, "inspectors_per_object")+1] = c.each
			at := h.post("jia", "/inspections", form...).Header().Get("Location")
			made, err := h.o.Inspections.Campaign(t.Context(), strings.TrimPrefix(at, "/inspections/"))
			if err != nil {
				t.Fatal(err)
			}
			sent := []string{"version", "1", "sha256", made.SHA256, "reason", "虚构"}
			if c.says == "" {
				h.post("bing", at+"/approve", sent...).want(t, 303)
				return
			}
			h.post("bing", at+"/approve", sent...).want(t, 422, "检查人员不足", c.says, "虚构条款第29条", `role="alert"`)
			h.ask("bing", http.MethodPost, at+"/approve", map[string][]string{"version": {"1"}, "sha256": {made.SHA256}, "reason": {"虚构"}}, asJSON).
				want(t, 422, `"code":"few-officers"`, c.says, "to inspect an object", "虚构条款第29条")
			if now, err := h.o.Inspections.Campaign(t.Context(), made.ID); err != nil || now.Status != inspection.Planned {
				t.Error(now.Status, err)
			}
		})
	}
}
