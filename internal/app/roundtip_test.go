package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
)

// public posts a form of a public page, as somebody without an account.
func (s *scene) public(path string, form url.Values) string {
	s.t.Helper()
	a, err := http.PostForm(s.http+path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	if a.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %.2000s", path, a.StatusCode, b)
	}
	return string(b)
}

// tipSeen is what the page of a tip says to a program.
type tipSeen struct {
	Tip struct {
		Status, Case string
	}
	Version int64
}

// tipster is somebody who reports, without an account.
type tipster interface {
	tells(about, said string) (receipt string)
	adds(receipt, text string)
	reads(receipt string) (page string) // what the receipt tells
}

// byForms reports as a program would, with the forms of the public pages.
type byForms struct{ *scene }

// act gives the id that a form has.
func (p byForms) act(page string) string {
	p.t.Helper()
	act := regexp.MustCompile(`name="act" value="([0-9a-f]{32})"`).FindStringSubmatch(page)
	if act == nil {
		p.t.Fatal("the form of a tip has no id")
	}
	return act[1]
}

func (p byForms) tells(about, said string) string {
	p.t.Helper()
	form := url.Values{"act": {p.act(body(p.t, p.http+"/tip"))}, "about": {about}, "said": {said}}
	digits := regexp.MustCompile(`<output>([0-9 ]{19})</output>`).FindStringSubmatch(p.public("/tip", form))
	if digits == nil {
		p.t.Fatal("no receipt")
	}
	return strings.ReplaceAll(digits[1], " ", "")
}

func (p byForms) adds(receipt, text string) {
	p.t.Helper()
	p.public("/tip/write", url.Values{"act": {p.act(p.reads(receipt))}, "receipt": {receipt}, "text": {text}})
}

func (p byForms) reads(receipt string) string {
	p.t.Helper()
	return p.public("/tip/status", url.Values{"receipt": {receipt}})
}

// TestRoundFromATip: somebody reports, staff ties it to the case that the claims
// of the same institution made, and the receipt tells what became of it.
func TestRoundFromATip(t *testing.T) {
	s := open(t, map[string]accounts.Role{"jiang": accounts.Investigator})
	s.aroundFromATip(byForms{s})
}

func (s *scene) aroundFromATip(p tipster) {
	s.t.Helper()
	t, o := s.t, openOffice(s.t, s.i)
	receipt := p.tells("虚构医院", "虚构：出院以后仍计费")
	if p := p.reads(receipt); !strings.Contains(p, "出院以后仍计费") || strings.Contains(p, "已转入案件办理") {
		t.Errorf("what the receipt tells at first: %.2000s", p)
	}
	p.adds(receipt, "虚构补充：另有一次")
	tips := regexp.MustCompile(`href="(/tips/[^"]+)"`).FindAllStringSubmatch(s.see("jiang", "/tips"), -1)
	if len(tips) != 1 {
		t.Fatalf("staff sees %d tips", len(tips))
	}
	at := tips[0][1]
	if p := s.see("jiang", at); !strings.Contains(p, "出院以后仍计费") || !strings.Contains(p, "虚构补充：另有一次") || strings.Contains(p, receipt) {
		t.Errorf("what staff sees: %.2000s", p)
	}
	s.settle("S1", "2026-03-05", "2026-03-09", "2026-03-04")
	lead, version := s.lead(o, "F55", 1)
	opened := strings.TrimPrefix(s.post("jiang", "/cases", "leads", lead+"@"+number(version), "reason", "虚构：据举报建案"), "/cases/")
	var seen tipSeen
	s.data("jiang", at, &seen)
	if code, _, _ := s.try("jiang", at+"/move", "version", number(seen.Version), "to", "tied", "case", "C0", "reason", "虚构"); code != http.StatusUnprocessableEntity {
		t.Errorf("tied to a case that is not there: %d", code)
	}
	s.post("jiang", at+"/move", "version", number(seen.Version), "to", "tied", "case", opened, "reason", "虚构")
	s.post("jiang", at+"/answer", "text", "虚构答复：已核查")
	if s.data("jiang", at, &seen); seen.Tip.Status != "tied" || seen.Tip.Case != opened {
		t.Errorf("%+v", seen.Tip)
	}
	if p := p.reads(receipt); !strings.Contains(p, "已转入案件办理") || !strings.Contains(p, "虚构答复：已核查") || !strings.Contains(p, "虚构补充：另有一次") || strings.Contains(p, opened) {
		t.Errorf("what the receipt tells: %.2000s", p)
	}
	if l := s.log.String(); strings.Contains(l, receipt) || strings.Contains(l, "出院以后仍计费") {
		t.Error("the receipt or the tip stands in the log")
	}
	s.end()
}

// bring imports a library and puts it in force.
func (s *scene) bring(login, kind, text string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile("file", "a.csv")
	if err == nil {
		_, err = io.WriteString(file, text)
	}
	if err == nil {
		err = w.WriteField("reason", "虚构")
	}
	if err != nil || w.Close() != nil {
		s.t.Fatal(err)
	}
	a, err := s.as(login).Post(s.http+"/libraries/"+kind, w.FormDataContentType(), &b)
	if err != nil || a.StatusCode != http.StatusSeeOther {
		s.t.Fatal(kind, a, err)
	}
	a.Body.Close()
	draft := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(s.see(login, "/libraries/"+kind))
	if draft == nil {
		s.t.Fatalf("%s: nothing to put in force", kind)
	}
	s.post(login, "/libraries/"+kind+"/use", "id", draft[1], "version", "0", "reason", "虚构")
}

// campaignSeen is what the page of a campaign says to a program.
type campaignSeen struct {
	Campaign struct {
		Version int64
		SHA256  string `json:"commit_sha256"`
	}
}

// TestRoundFromADraw: a plan, its approval by another person, the draw, the
// file that anybody verifies, and what was found.
func TestRoundFromADraw(t *testing.T) {
	s := open(t, map[string]accounts.Role{"jia": accounts.Inspector, "bing": accounts.Inspector, "jiang": accounts.Investigator, "zhang": accounts.Head})
	s.bring("jia", "objects", "id,name,kind,admdvs,credit\n"+hospital+",虚构医院,hospital,152921,C\nH2,虚构二院,hospital,152921,D\nH3,虚构三院,hospital,152922,D\n")
	s.bring("jia", "inspectors", "id,name,licence_no,licence_until,unit,skills,recuse\nI1,虚构甲,001,,1,,\nI2,虚构乙,002,,1,,\nI3,虚构丙,003,,2,,H2\n")
	at := s.post("jia", "/inspections", "name", "虚构 2026", "day", "2026-03-11", "seed_source", "虚构", "inspectors_per_object", "2", "substitutes", "1", "max_load", "3",
		"stratum", "C or D", "kinds", "hospital", "credits", "C，D", "places", "", "others", "", "shares", "50%", "reason", "虚构")
	var c campaignSeen
	s.data("bing", at, &c)
	if code, _, _ := s.try("jia", at+"/approve", "version", number(c.Campaign.Version), "sha256", c.Campaign.SHA256, "reason", "虚构"); code != http.StatusForbidden {
		t.Errorf("approved by who planned: %d", code)
	}
	s.post("bing", at+"/approve", "version", number(c.Campaign.Version), "sha256", c.Campaign.SHA256, "reason", "虚构")
	s.data("jia", at, &c)
	s.pass(1)
	s.post("jia", at+"/draw", "version", number(c.Campaign.Version), "seed", "314159", "seed_again", "314159", "reason", "虚构")
	if code, _, _ := s.try("jia", at+"/draw", "version", number(c.Campaign.Version+1), "seed", "1", "seed_again", "1", "reason", "虚构"); code != http.StatusConflict {
		t.Errorf("drawn twice: %d", code)
	}
	s.verifyDraw(at)
	objects := regexp.MustCompile(`href="(` + at + `/objects/[^"]+)"`).FindStringSubmatch(s.see("jia", at))
	if objects == nil {
		t.Fatal("no object was drawn")
	}
	s.post("jia", objects[1], "version", "0", "state", "breach", "reason", "虚构：发现线索")
	if code, _, _ := s.try("jia", objects[1]+"/case", "version", "0", "reason", "虚构"); code != http.StatusConflict {
		t.Errorf("a case of what was seen before: %d", code)
	}
	for range 2 { // pressed twice
		s.post("jia", objects[1]+"/case", "version", "1", "reason", "虚构：转为案件")
	}
	cases := regexp.MustCompile(`href="/cases/(C[0-9a-f]+)"`).FindAllStringSubmatch(s.see("jiang", "/cases"), -1)
	if len(cases) != 1 {
		t.Fatalf("%d cases came of one result", len(cases))
	}
	if p := s.see("bing", objects[1]); !strings.Contains(p, "虚构：发现线索") || !strings.Contains(p, cases[0][0]) {
		t.Errorf("what was found, and its case: %.2000s", p)
	}
	object := objects[1][strings.LastIndex(objects[1], "/")+1:]
	s.deed("jiang", cases[0][1], "file", "party", "institution:"+object, "cause", "虚构案由", "article", "条例38(三)")
	s.approve("zhang", cases[0][1])
	s.end()
}

// verifyDraw checks the files that the pages give by the command, whole and with
// a byte changed.
func (s *scene) verifyDraw(at string) {
	s.t.Helper()
	dir := s.t.TempDir()
	drawn, commit := filepath.Join(dir, "draw.json"), filepath.Join(dir, "commit.json")
	text := s.see("bing", at+"/draw.json")
	verify := func(text string) int {
		for path, b := range map[string]string{drawn: text, commit: s.see("bing", at+"/commit.json")} {
			if err := os.WriteFile(path, []byte(b), 0o600); err != nil {
				s.t.Fatal(err)
			}
		}
		code, _, _ := run(s.t, "", "draw", "verify", drawn, "--commit", commit)
		return code
	}
	if code := verify(text); code != 0 {
		s.t.Errorf("the draw of the pages does not verify: %d", code)
	}
	if code := verify(strings.Replace(text, "314159", "314158", 1)); code == 0 {
		s.t.Error("a draw with another seed verifies")
	}
}
