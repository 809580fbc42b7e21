package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fundwatch/blacklist"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/web/desk"
)

// All people, institutions, certificates and amounts here are invented (虚构).

// roundPassword is that of everybody in a scenario.
const roundPassword = "Long-enough1"

// scene is a running server with people at work, whose days pass when the test
// says so.
type scene struct {
	*running
	t        *testing.T
	i        *installation
	now      atomic.Int64 // nanoseconds since 1970
	people   map[string]*http.Client
	lists    string // folder of editions
	verifier string // key that editions are checked with
}

// open starts a server for a scenario: knowledge of the hospital, a term for the
// defence that a place sets by itself, a key for the list, and people.
func open(t *testing.T, people map[string]accounts.Role) *scene {
	t.Helper()
	s := &scene{t: t, i: install(t), people: map[string]*http.Client{}}
	s.now.Store(time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC).UnixNano())
	tmp := t.TempDir()
	in := func(name, text string) string {
		path := filepath.Join(tmp, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	known := in("knowledge/institutions.csv", "fixmedins_code,uscc,name,kind,hosp_lv,beds,admdvs,lon,lat,legal_rep\n"+
		hospital+",91350100M000100Y43,虚构医院,hospital,3,100,152921,105.5,38.8,张虚构\n")
	terms := in("terms.json", `{"defence":{"number":3,"unit":"working-days","clause":"虚构文件第三条"}}`)
	secret, keyFile := filepath.Join(tmp, "secret"), filepath.Join(tmp, "key")
	if err := makeSecret(secret); err != nil {
		t.Fatal(err)
	}
	code, out, msg := run(t, "", "list", "key", "fund.example", "--out", keyFile)
	if code != 0 {
		t.Fatal(msg)
	}
	s.lists, s.verifier = filepath.Join(tmp, "list"), strings.TrimSpace(out)
	s.i.sets = append(s.i.sets, "knowledge.dir="+filepath.Dir(known), "cases.terms_file="+terms, "desk.secret_file="+secret, "desk.second_factor=false",
		"lists.dir="+s.lists, "lists.key_file="+keyFile, "cases.evidence_url=file://"+filepath.ToSlash(filepath.Join(tmp, "papers")),
		"kafka.partitions=1") // a partition looks anew with its next claim
	ready := make(chan error, 1)
	s.running = startAt(t, serveOptions{settingsFlags: s.i.flags(), worker: newWorker, noSetup: true, cost: demoCost,
		opened: func(ctx context.Context, _ *server, with *desk.Options, _ string) error {
			err := s.invite(ctx, with.Accounts, people)
			ready <- err
			return err
		}}, s.clock)
	s.get(t, "/readyz", is200)
	select {
	case err := <-ready:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(5 * time.Minute):
		t.Fatalf("the pages never opened\n%s", &s.log)
	}
	return s
}

func (s *scene) clock() time.Time { return time.Unix(0, s.now.Load()) }

func (s *scene) invite(ctx context.Context, users *accounts.Store, people map[string]accounts.Role) error {
	for login, role := range people {
		by := accounts.By{ID: newID(), Who: "setup", Reason: "虚构", At: s.clock()}
		u, err := users.Invite(ctx, accounts.User{Login: login, Name: "虚构" + login, Roles: []accounts.Role{role}}, by)
		if err != nil {
			return err
		}
		by.ID, by.Who = newID(), login
		if err := users.SetPassword(ctx, &u, roundPassword, by); err != nil {
			return err
		}
	}
	return nil
}

// pass lets days go by; sessions end meanwhile.
func (s *scene) pass(days int) {
	s.now.Add(int64(time.Duration(days) * 24 * time.Hour))
	clear(s.people)
}

// day is a day of the scenario, some days from its today.
func (s *scene) day(days int) string { return journal.Stamp(s.clock().AddDate(0, 0, days))[:10] }

// as gives the browser of somebody who has signed in.
func (s *scene) as(login string) *http.Client {
	s.t.Helper()
	if c := s.people[login]; c != nil {
		return c
	}
	c := browser()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.people[login] = c
	s.post(login, "/signin", "login", login, "password", roundPassword)
	return c
}

// try posts a form and gives where it leads to.
func (s *scene) try(login, path string, pairs ...string) (status int, to, body string) {
	s.t.Helper()
	c := s.as(login)
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	a, err := c.PostForm(s.http+path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, a.Header.Get("Location"), string(b)
}

// post posts a form that must be taken, and gives where it leads to.
func (s *scene) post(login, path string, pairs ...string) string {
	s.t.Helper()
	status, to, body := s.try(login, path, pairs...)
	if status != http.StatusSeeOther {
		s.t.Fatalf("%s %s: %d %.3000s", login, path, status, body)
	}
	return to
}

// see gives a page of the desk.
func (s *scene) see(login, path string) string {
	s.t.Helper()
	status, body := page(s.t, s.as(login), s.http+path)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %.3000s", login, path, status, body)
	}
	return body
}

// data reads a page as a program would.
func (s *scene) data(login, path string, into any) {
	s.t.Helper()
	q, err := http.NewRequest(http.MethodGet, s.http+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	q.Header.Set("Accept", "application/json")
	a, err := s.as(login).Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	if err := json.Unmarshal(b, into); err != nil || a.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %d %v %.2000s", login, path, a.StatusCode, err, b)
	}
}

// number writes a version as forms do.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// caseSeen is what the page of a case says to a program.
type caseSeen struct {
	Case struct{ Version int64 }
	Seal string
}

func (s *scene) caseOf(login, id string) (c caseSeen) {
	s.t.Helper()
	s.data(login, "/cases/"+id, &c)
	return c
}

// deed does a move of the version at hand.
func (s *scene) deed(login, id, move string, pairs ...string) {
	s.t.Helper()
	s.post(login, "/cases/"+id+"/"+move, append([]string{"version", number(s.caseOf(login, id).Case.Version), "reason", "虚构：办理"}, pairs...)...)
}

// approve binds an approval to what the page of the case showed.
func (s *scene) approve(login, id string) {
	s.t.Helper()
	c := s.caseOf(login, id)
	s.post(login, "/cases/"+id+"/approve", "version", number(c.Case.Version), "seal", c.Seal, "reason", "虚构：同意")
}

// stay is a claim of a stay, in which a fee is of a day that was given.
func stay(id, admitted, discharged, fee string) string {
	return claimtest.Claim(hospital + "/" + id + " person=P" + id + " visit=V" + id + " at=" + discharged + "_10:00:00 med_type=21 begntime=" +
		admitted + "_08:30:00 endtime=" + discharged + "_09:00:00; 1 1 30/20 fee_ocur_time=" + fee + "_09:00:00")
}

// settle sends a claim of a stay, in which a fee is of a day that was given.
func (s *scene) settle(id, admitted, discharged, fee string) {
	s.t.Helper()
	status, answer := s.running.post(s.t, s.i.token, stay(id, admitted, discharged, fee))
	if status != http.StatusAccepted {
		s.t.Fatal(status, answer)
	}
}

// lead waits until the lead of a scheme about the hospital has some findings.
func (s *scene) lead(o *office, scheme string, findings int64) (id string, version int64) {
	s.t.Helper()
	id = o.cases.LeadID(detectors.Subject{Kind: detectors.Institution, Code: hospital}, scheme)
	soon(s.t, scheme, func() bool {
		l, err := o.cases.Lead(s.t.Context(), id)
		version = l.Version
		return err == nil && l.Findings == findings
	})
	return id, version
}

// took waits until so many claims were examined.
func (s *scene) took(o *office, claims int64) {
	s.t.Helper()
	soon(s.t, "the last claim", func() bool {
		counters, err := o.cases.Counters(s.t.Context())
		o.must(err)
		return counters["claims"] == claims
	})
}

// verifyLists checks what is published by the command and by the program that
// the public pages give, which is in another language.
func (s *scene) verifyLists(editions string) {
	s.t.Helper()
	if code, out, msg := run(s.t, "", "list", "verify", s.lists, "--key", s.verifier); code != 0 {
		s.t.Error(out, msg)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		s.t.Log("no python3: verified by the command only")
		return
	}
	program := filepath.Join(s.t.TempDir(), "verify.py")
	if err := os.WriteFile(program, []byte(body(s.t, s.http+"/lists/verify.py")), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if out, err := exec.Command(python, "-I", program, s.lists, s.verifier).CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "holds: "+editions) {
		s.t.Errorf("%v %s", err, out)
	}
}

// penalise takes a lead through a case to a decision that was served.
func (s *scene) penalise(lead string, version int64) (id string) {
	s.t.Helper()
	id = strings.TrimPrefix(s.post("jiang", "/cases", "leads", lead+"@"+number(version), "reason", "虚构：建案"), "/cases/")
	s.deed("jiang", id, "file", "party", "institution:"+hospital, "cause", "虚构案由", "article", "条例38(三)")
	s.approve("zhang", id)
	s.deed("jiang", id, "investigate", "officer1", "jiang", "licence1", "虚构001", "until1", "2027-12-31", "officer2", "yuan", "licence2", "虚构002", "until2", "2027-12-31")
	line := hospital + "/S1/1"
	soon(s.t, "the line at risk on the page", func() bool { return strings.Contains(s.see("jiang", "/cases/"+id+"/verify"), line) })
	s.deed("jiang", id, "verify", "lines", line, "verified", "20.00")
	s.deed("jiang", id, "notice", "facts", "虚构事实", "article", "条例38(三)", "refund", "20.00", "fine", "0", "ground", "33", "day", s.day(0), "way", "direct")
	s.see("jiang", "/cases/"+id+"/papers/notice")
	s.deed("jiang", id, "hear", "stance", "statement", "said", "虚构陈述", "found", "虚构复核")
	s.deed("liang", id, "review", "outcome", "passed", "opinion", "虚构意见")
	decision := []string{"kind", "penalty", "refund", "20.00", "fine", "0", "ground", "33", "article", "条例38(三)", "text", "虚构理由"}
	status, _, early := s.try("jiang", "/cases/"+id+"/decide", append([]string{"version", number(s.caseOf("jiang", id).Case.Version), "reason", "虚构"}, decision...)...)
	if status != http.StatusUnprocessableEntity || !strings.Contains(early, "陈述申辩期限尚未届满") {
		s.t.Fatalf("decided before the defence was over: %d %.2000s", status, early)
	}
	s.pass(7)
	s.deed("jiang", id, "decide", decision...)
	s.approve("zhang", id)
	status, _, early = s.try("gong", "/credit", "case", id, "authority", "虚构医疗保障局", "facts", "虚构", "reason", "虚构")
	if status != http.StatusUnprocessableEntity {
		s.t.Errorf("an entry before the decision was served: %d %.2000s", status, early)
	}
	s.deed("jiang", id, "serve", "day", s.day(0), "way", "mail")
	if p := s.see("jiang", "/cases/"+id+"/papers/decision"); !strings.Contains(p, "虚构医院") || !strings.Contains(p, "20.00") {
		s.t.Errorf("the decision: %.2000s", p)
	}
	return id
}

// listingSeen is what the page of a listing says to a program.
type listingSeen struct {
	Listing struct {
		Status  string
		Version int64
	}
	Shown string
}

// order does something with a listing as its page shows it now.
func (s *scene) order(login, at, action string, pairs ...string) {
	s.t.Helper()
	var l listingSeen
	s.data(login, at, &l)
	s.post(login, at+"/"+action, append([]string{"version", number(l.Listing.Version), "shown", l.Shown, "reason", "虚构：办理"}, pairs...)...)
}

// edition looks at the next edition and makes it.
func (s *scene) edition(reason string) {
	s.t.Helper()
	var p struct{ Shown string }
	s.data("shi", "/editions", &p)
	s.post("shi", "/editions", "reason", reason, "shown", p.Shown)
}

// enlist puts the decision of a case on the public list, and gives the address
// of the listing.
func (s *scene) enlist(id string) string {
	s.t.Helper()
	if p := s.see("gong", "/cases/"+id); !strings.Contains(p, `href="/credit?case=`+id+`"`) {
		s.t.Error("the page of a served case does not lead to the ledger")
	}
	entry := s.post("gong", "/credit", "case", id, "authority", "虚构医疗保障局", "facts", "住院之外的日期计费（虚构）", "reason", "决定已送达", "social", "1")
	if p := s.see("gong", entry); !strings.Contains(p, "医保罚〔2026〕1号") || !strings.Contains(p, "虚构医院") {
		s.t.Errorf("the entry: %.2000s", p)
	}
	at := s.post("gong", entry+"/propose", "reason", "按政策")
	s.order("gong", at, "serve", "until", s.day(2), "basis", "虚构条款")
	s.pass(3)
	var l listingSeen
	s.data("gong", at, &l)
	if status, _, _ := s.try("gong", at+"/list", "version", number(l.Listing.Version), "shown", l.Shown, "reason", "虚构", "from", s.day(0)); status != http.StatusUnprocessableEntity {
		s.t.Errorf("listed by who proposed it: %d", status)
	}
	s.order("shi", at, "list", "from", s.day(0))
	s.edition("按月公布")
	return at
}

// explained: on what the listing was proposed and let into its edition, by policy
// that is asked again with the same answer, and nobody is named.
func (s *scene) explained(at string) {
	s.t.Helper()
	id := strings.TrimPrefix(at, "/listings/")
	var x explanation
	soon(s.t, "the decisions about the listing", func() bool {
		_, out, _ := s.i.run(s.t, "", "policy", "explain", id, "--json")
		return json.Unmarshal([]byte(out), &x) == nil && len(x.Decisions) == 2
	})
	for i, want := range []struct{ kind, question, path string }{{"list.propose", "listing", "minor"}, {"list.edition", "publication", "publish"}} {
		if d := x.Decisions[i]; d.Kind != want.kind || d.Record.Question != want.question || d.Path != want.path || strings.Contains(string(d.Asked), hospital) {
			s.t.Errorf("decision %d: %+v", i, d)
		}
	}
	code, out, msg := s.i.run(s.t, "", "policy", "replay", "--json")
	var r replayed
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || r.Asked < 3 || r.Same != r.Asked {
		s.t.Errorf("replay: exit %d %v %s %s", code, err, out, msg)
	}
}

// restricted waits until programs are told so.
func (s *scene) restricted(answer string) {
	s.t.Helper()
	soon(s.t, answer, func() bool { return strings.Contains(body(s.t, s.http+"/api/v1/restrictions/"+hospital), answer) })
}

// TestRoundFromAClaim: from a claim sent to the topic to its subject on a public
// edition, and off it again, all by the doors that people and institutions use.
func TestRoundFromAClaim(t *testing.T) {
	s := open(t, map[string]accounts.Role{"jiang": accounts.Investigator, "yuan": accounts.Investigator, "liang": accounts.Reviewer,
		"zhang": accounts.Head, "gong": accounts.Disclosure, "shi": accounts.Disclosure})
	o := openOffice(t, s.i)
	s.settle("S1", "2026-03-05", "2026-03-09", "2026-03-04")
	id := s.penalise(s.lead(o, "F55", 1))
	at := s.enlist(id)
	s.restricted(`"restricted":true`)
	if p := body(t, s.http+"/lists"); !strings.Contains(p, "虚构医院") {
		t.Errorf("the public list: %.2000s", p)
	}
	s.verifyLists("1 editions, 1 records")
	s.explained(at)

	s.settle("S2", s.day(0), s.day(0), s.day(0))
	s.lead(o, "R11", 1)
	s.pass(40)
	var early listingSeen
	s.data("shi", at, &early)
	if code, _, p := s.try("shi", at+"/repair", "version", number(early.Listing.Version), "shown", early.Shown, "reason", "虚构：办理"); code != http.StatusUnprocessableEntity ||
		!strings.Contains(p, "内蒙古自治区医疗保障信用管理暂行办法") {
		t.Errorf("repaired within six months of the breach: %d %.1000s", code, p)
	}
	s.pass(150)
	s.order("shi", at, "repair")
	s.edition("已修复")
	s.restricted(`"restricted":false,"restrictions":[],"edition":2`)
	s.settle("S3", s.day(0), s.day(0), s.day(0))
	s.took(o, 3)
	s.lead(o, "R11", 1) // of the time on the list, and no other
	s.verifyLists("2 editions, 0 records")
	var l listingSeen
	s.data("gong", at, &l)
	if l.Listing.Status != string(blacklist.Removed) {
		t.Errorf("the listing is %s", l.Listing.Status)
	}
	s.end()
}

// end stops the server; what is left proves itself.
func (s *scene) end() {
	s.t.Helper()
	if err := s.stop(); err != nil {
		s.t.Error(err)
	}
	for _, args := range [][]string{{"journal", "verify"}, {"rebuild", "--check"}} {
		if code, out, msg := s.i.run(s.t, "", args...); code != 0 {
			s.t.Error(args, out, msg)
		}
	}
}
