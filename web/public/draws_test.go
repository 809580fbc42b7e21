package public

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/inspection/verifier"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/web/words"
)

// Everybody and everything here is invented (虚构).
const (
	drawObjects = "id,name,kind,admdvs,credit\nH1,虚构一院,hospital,152921,C\nH2,虚构二院,hospital,152921,D\nH3,虚构三院,hospital,152922,D\nH4,虚构四院,hospital,152922,C\n"
	withNames   = "id,name,licence_no,licence_until,unit,skills,recuse\nI1,虚构甲,证一,,一科,,\nI2,虚构乙,证二,,二科,,\n"
	withoutAny  = "id,name,licence_no,licence_until,unit,skills,recuse\nI1,,,,一科,,\nI2,,,,二科,,\n"
	drawPlan    = `{"campaign":"虚构抽查","day":"2026-11-30","seed_source":"虚构彩票","strata":[{"name":"医院","count":2}],"inspectors_per_object":2,"substitutes":1}`
)

// draws is a house with a campaign.
type draws struct {
	*house
	store    *inspection.Store
	lost     *journaltest.Outage
	campaign inspection.Campaign
	acts     int
}

func (d *draws) by(who string) inspection.Act {
	d.acts++
	return inspection.Act{ID: fmt.Sprint("act", d.acts), Who: who, Reason: "虚构秘密 secret note", At: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)}
}

// newDraws has a campaign that was committed.
func newDraws(t testing.TB, inspectors string, rule inspection.Rule) *draws {
	t.Helper()
	j := journaltest.Open(t, journaltest.Config(t, inspection.Ops()))
	d := &draws{house: newHouse(t), store: inspection.Open(j), lost: journaltest.NewOutage(j)}
	for kind, text := range map[inspection.Kind]string{inspection.Objects: drawObjects, inspection.Inspectors: inspectors} {
		id, err := d.store.Import(t.Context(), kind, []byte(text), d.by("jia"))
		if err == nil {
			err = d.store.Use(t.Context(), kind, id, 0, d.by("jia"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	id, err := d.store.Plan(t.Context(), "", 0, drawPlan, d.by("jia"))
	if err == nil {
		d.campaign, err = d.store.Campaign(t.Context(), id)
	}
	if err == nil {
		err = d.store.Approve(t.Context(), id, 1, d.campaign.SHA256, inspection.Officers{}, d.by("yi"))
	}
	o := d.o
	o.Inspections, o.Rule = d.store, rule
	if err == nil {
		d.Site, err = New(o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *draws) draw() {
	d.t.Helper()
	if err := d.store.Draw(d.t.Context(), d.campaign.ID, 2, "314159", "314159", d.by("jia")); err != nil {
		d.t.Fatal(err)
	}
}

// finish records all results and approves them.
func (d *draws) finish() {
	d.t.Helper()
	w, err := d.store.Work(d.t.Context(), d.campaign.ID)
	for _, task := range w.Tasks {
		if err == nil {
			err = d.store.Record(d.t.Context(), inspection.Seen{Campaign: d.campaign.ID, Object: task.ID()}, inspection.Result{State: inspection.Breach}, d.by("jia"))
		}
	}
	if err == nil {
		w, err = d.store.Work(d.t.Context(), d.campaign.ID)
	}
	digest, _ := w.Results()
	if err == nil {
		err = d.store.Release(d.t.Context(), d.campaign.ID, 3, digest, d.by("yi"))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

var everything = inspection.Rule{Objects: true, Results: true, Basis: "虚构文件第一条"}

// TestADrawGoesPublic follows a campaign from its hash to its results, as
// everybody sees it, in both languages.
func TestADrawGoesPublic(t *testing.T) {
	d := newDraws(t, withoutAny, everything)
	at := "/draws/" + d.campaign.ID
	look := func(wanted ...string) {
		t.Helper()
		for _, lang := range words.Langs() {
			for _, page := range []string{"/draws", at} {
				w := d.get(page, "Accept-Language", string(lang))
				body := w.Body.String()
				if w.Code != 200 || strings.Contains(body, "[public.") || strings.Contains(body, "<script") || w.Header().Get("Set-Cookie") != "" || strings.Contains(body, "secret note") {
					t.Errorf("%s in %s: %d %s", page, lang, w.Code, body)
				}
				if lang == words.EN && regexp.MustCompile(`\p{Han}`).MatchString(regexp.MustCompile(`(?s)<article>.*?</article>|<table class="rows">.*?</table>|<a [^>]*lang="zh-CN".*?</a>`).ReplaceAllString(body, "")) {
					t.Errorf("%s in English has Chinese", page)
				}
				if !strings.Contains(body, d.campaign.SHA256) {
					t.Errorf("%s: no hash", page)
				}
			}
		}
		body := d.get(at, "Accept-Language", "zh").Body.String()
		for _, text := range wanted {
			if no, absent := strings.CutPrefix(text, "!"); absent && strings.Contains(body, no) || !absent && !strings.Contains(body, text) {
				t.Errorf("%s: %s", text, body)
			}
		}
	}
	look("待抽取", "虚构彩票", "!314159", "!draw.json<", "!虚构一院")
	if w := d.get(at + "/commit.json"); w.Code != 404 {
		t.Errorf("commit.json before the draw: %d", w.Code)
	}
	d.draw()
	look("314159", "虚构文件第一条", at+"/draw.json", "检查结果尚未公开", "!待后续处理")
	file, commit := d.get(at+"/draw.json").Body.Bytes(), d.get(at+"/commit.json").Body.Bytes()
	if v, err := draw.Verify(file, commit); err != nil || v.Commit.SHA256() != d.campaign.SHA256 {
		t.Error(err)
	}
	d.finish()
	look("发现问题，待后续处理", "不是处罚决定")
	var page drawPage
	if err := json.Unmarshal(d.get(at, "Accept", "application/json").Body.Bytes(), &page); err != nil || !page.Results || len(page.Objects) != 2 || page.Objects[0].State != "breach" {
		t.Errorf("%+v %v", page, err)
	}
	if w := d.get("/verify-draw.html"); !bytes.Equal(w.Body.Bytes(), verifier.Page) || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Error("the checking page is not given")
	}
	if len(d.failed) > 0 {
		t.Error(d.failed)
	}
}

// TestNothingPersonalIsPublic: files with names stay closed, and without a rule
// there are hashes alone.
func TestNothingPersonalIsPublic(t *testing.T) {
	for name, rule := range map[string]inspection.Rule{"everything": everything, "nothing": {}} {
		d := newDraws(t, withNames, rule)
		d.draw()
		d.finish()
		at := "/draws/" + d.campaign.ID
		for _, file := range []string{"/draw.json", "/commit.json"} {
			if w := d.get(at + file); w.Code != 404 {
				t.Errorf("%s: %s is public: %d", name, file, w.Code)
			}
		}
		for _, accept := range []string{"text/html", "application/json"} {
			body := d.get(at, "Accept", accept, "Accept-Language", "zh").Body.String()
			for _, secret := range []string{"虚构甲", "虚构乙", "证一", "I1", "jia", "secret note"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s: %s is public", name, secret)
				}
			}
			if got := strings.Contains(body, "虚构文件第一条"); got != rule.Objects {
				t.Errorf("%s: objects are public: %t", name, got)
			}
			if !strings.Contains(body, "314159") || !strings.Contains(body, d.campaign.SHA256) {
				t.Errorf("%s: no hash or no seed", name)
			}
		}
	}
}

func TestNoDraws(t *testing.T) {
	h := newHouse(t)
	for at, want := range map[string]int{"/draws": 200, "/draws/K1": 404, "/draws/K1/draw.json": 404, "/draws?page=99999999999": 200} {
		if w := h.get(at); w.Code != want {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
	d := newDraws(t, withNames, everything)
	id, err := d.store.Plan(t.Context(), "", 0, drawPlan, d.by("jia"))
	if err != nil {
		t.Fatal(err)
	}
	if w := d.get("/draws/" + id); w.Code != 404 {
		t.Errorf("a plan that nobody approved: %d", w.Code)
	}
	if body := d.get("/draws").Body.String(); strings.Contains(body, id) || !strings.Contains(body, d.campaign.ID) {
		t.Error("the list has a plan, or not the campaign")
	}
}
