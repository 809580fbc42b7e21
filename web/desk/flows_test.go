package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/xuri/excelize/v2"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/web/source"
)

// keep takes the session that an answer sets.
func (h *house) keep(login string, a answer) {
	h.t.Helper()
	for _, c := range a.Result().Cookies() {
		if c.Name == h.sessionCookie() {
			if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure != h.o.Secure {
				h.t.Errorf("the cookie is open: %v", c)
			}
			h.cookies[login] = c.Value
		}
	}
}

// TestFromFirstSetupToWork goes the way of a new installation: the one-time
// link, the second factor, an invitation, a password, a sign-in with a code.
func TestFromFirstSetupToWork(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.SecondFactor = true })
	token, err := h.users.Link(t.Context(), accounts.Setup, "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	setup := "/setup/" + token
	h.get("", setup).want(t, 200, "安全管理员")
	h.post("", setup, "login", "root.sec", "name", "虚构安全", "password", "short", "password_again", "short").want(t, 422, "口令不合要求", `value="root.sec"`, "错误：")
	h.post("", setup, "login", "root.sec", "name", "虚构安全", "password", password, "password_again", "other").want(t, 422, "两次输入的口令不同")
	a := h.post("", setup, "login", "root.sec", "name", "虚构安全", "password", password, "password_again", password)
	a.want(t, 303)
	h.keep("sec", a)
	h.get("", setup).want(t, 410)
	if to := a.Header().Get("Location"); to != "/account/factor" {
		t.Error("goes on to " + to)
	}
	// Nothing works before the second factor.
	if to := h.get("sec", "/users").Header().Get("Location"); to != "/account/factor" {
		t.Error("without a factor to " + to)
	}
	h.get("sec", "/users", asJSON).want(t, 403, `"code":"factor"`)
	h.factor("sec")
	h.get("sec", "/users").want(t, 200, "虚构安全")

	// An invitation.
	h.post("sec", "/users", "login", "wang", "name", "虚构王", "roles", "system", "roles", "audit", "reason", "任命").want(t, 422, "三员须由三人担任", `value="wang"`)
	a = h.post("sec", "/users", "login", "wang", "name", "虚构王", "roles", "investigator", "counties", left, "reason", "任命")
	a.want(t, 201)
	invite := regexp.MustCompile(`/invite/[A-Za-z0-9_-]+`).FindString(a.text)
	h.get("", invite).want(t, 200, "虚构王")
	a = h.post("", invite, "password", password, "password_again", password)
	a.want(t, 303)
	h.keep("wang", a)
	h.post("", invite, "password", password, "password_again", password).want(t, 410)
	secret := h.factor("wang")

	// Signing out and in again, with password and code.
	h.post("wang", "/signout").want(t, 303)
	if to := h.get("wang", "/leads").Header().Get("Location"); to != "/signin?next=%2Fleads" {
		t.Error("signed out to " + to)
	}
	delete(h.cookies, "wang")
	h.post("", "/signin", "login", "wang", "password", "wrong").want(t, 422, "不正确", `value="wang"`)
	a = h.post("", "/signin", "login", "wang", "password", password, "next", "/leads")
	a.want(t, 303)
	h.keep("wang", a)
	if to := a.Header().Get("Location"); to != "/signin/code?next=%2Fleads" {
		t.Error("the code is at " + to)
	}
	if to := h.get("wang", "/leads").Header().Get("Location"); !strings.HasPrefix(to, "/signin") {
		t.Error("half a session opens leads: " + to)
	}
	h.post("wang", "/signin/code", "code", "000000").want(t, 422, "不正确")
	h.now = h.now.Add(time.Minute)
	code, _ := totp.GenerateCode(secret, h.now)
	a = h.post("wang", "/signin/code", "code", code, "next", "/leads")
	a.want(t, 303)
	h.keep("wang", a)
	h.get("wang", "/leads").want(t, 200)
	h.get("wang", "/users").want(t, 403, "您的角色不能进行此操作", "安全管理员")
}

// factor sets up the second factor of whoever is signed in.
func (h *house) factor(login string) (secret string) {
	h.t.Helper()
	var p factorPage
	if err := json.Unmarshal(h.get(login, "/account/factor", asJSON).Body.Bytes(), &p); err != nil {
		h.t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute)
	code, err := totp.GenerateCode(p.Secret, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	a := h.post(login, "/account/factor", "code", code)
	a.want(h.t, 303)
	h.keep(login, a)
	return p.Secret
}

// TestSignInsAreOnRecord: each is a line that the audit administrator reads, and
// so is each that fails. What was typed is in none of them.
func TestSignInsAreOnRecord(t *testing.T) {
	h := newHouse(t)
	h.user("zhang", nil, accounts.Investigator)
	h.user("audit", nil, accounts.Audit)
	h.post("", "/signin", "login", "zhang", "password", "wrong").want(t, 422)
	h.post("", "/signin", "login", "zhang", "password", password).want(t, 303)
	h.post("", "/signin", "login", "typed-secret", "password", "wrong").want(t, 422)
	h.post("zhang", "/account/password", "password_old", "wrong", "password", password, "password_again", password).want(t, 422)
	h.sync()
	zhang, err := h.users.ByLogin(t.Context(), "zhang")
	if err != nil {
		t.Fatal(err)
	}
	failed := h.get("audit", "/audit?kind=user.failed", asJSON)
	var f auditPage
	if err := json.Unmarshal(failed.Body.Bytes(), &f); err != nil || len(f.Acts) != 3 || f.Acts[0].Object != "user:"+zhang.ID || f.Acts[1].Object != "user:none" ||
		f.Acts[2].Object != f.Acts[0].Object || f.Acts[0].Who != "unknown" || strings.Contains(failed.text, "typed-secret") {
		t.Error(failed.text, err)
	}
	var p auditPage
	if err := json.Unmarshal(h.get("audit", "/audit?kind=user.signin", asJSON).Body.Bytes(), &p); err != nil || len(p.Acts) != 1 || p.Acts[0].Who != "zhang" {
		t.Error(p.Acts, err)
	}
}

func TestSignInSlowsDown(t *testing.T) {
	h := newHouse(t)
	h.user("zhang", nil, accounts.Investigator)
	for range 3 {
		h.post("", "/signin", "login", "zhang", "password", "wrong").want(t, 422)
	}
	a := h.post("", "/signin", "login", "zhang", "password", password)
	a.want(t, 429, "请等")
	j := h.ask("", "POST", "/signin", url.Values{"login": {"zhang"}, "password": {password}}, asJSON)
	if j.Header().Get("Retry-After") == "" || !strings.Contains(j.text, `"code":"slow"`) {
		t.Error(j.text)
	}
}

// TestWhoTriesManyLoginsKeepsOutNobodyElse: behind a trusted proxy each person
// is a source, and what somebody invents makes no other one. Where no proxy is
// declared, all are one.
func TestWhoTriesManyLoginsKeepsOutNobodyElse(t *testing.T) {
	trust := source.Rule{BehindProxy: true, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	for name, x := range map[string]struct {
		rule                  source.Rule
		peer, tries, somebody string // X-Forwarded-For
		want                  int
	}{
		"a trusted proxy":           {trust, "10.0.0.5:1", "198.51.100.%d, 203.0.113.7, 10.0.0.9", "203.0.113.8, 10.0.0.9", 303},
		"the same source":           {trust, "10.0.0.5:1", "198.51.100.%d, 203.0.113.7, 10.0.0.9", "203.0.113.7", 429},
		"a peer beside the proxy":   {trust, "10.9.9.9:1", "203.0.113.%d", "203.0.113.200", 429},
		"an undeclared proxy":       {source.Rule{BehindProxy: true}, "10.0.0.5:1", "203.0.113.%d", "203.0.113.200", 429},
		"no proxy, a header anyhow": {source.Rule{}, "192.0.2.1:1", "203.0.113.%d", "203.0.113.200", 429},
	} {
		h := newHouse(t, func(o *Options) { o.Sources = x.rule })
		h.user("zhang", nil, accounts.Investigator)
		try := func(login, forwarded string) int {
			return h.ask("", "POST", "/signin", url.Values{"login": {login}, "password": {password}}, func(r *http.Request) {
				r.RemoteAddr = x.peer
				r.Header.Set("X-Forwarded-For", forwarded)
			}).Code
		}
		for i := range 30 {
			try(fmt.Sprint("nobody", i), strings.Replace(x.tries, "%d", strconv.Itoa(i), 1))
		}
		if got := try("zhang", x.somebody); got != x.want {
			t.Errorf("%s: %d, want %d", name, got, x.want)
		}
	}
}

// TestNobodyIsSentElsewhere: addresses to come back to are of this server.
func TestNobodyIsSentElsewhere(t *testing.T) {
	h := newHouse(t)
	h.user("zhang", nil, accounts.Investigator)
	for _, next := range []string{"https://example.org/", "//example.org", `/\example.org`, "javascript:alert(1)", "leads", "/a\r\nX: y"} {
		if to := h.post("", "/signin", "login", "zhang", "password", password, "next", next).Header().Get("Location"); to != "/" {
			t.Errorf("%q leads to %q", next, to)
		}
		if to := h.post("", "/look", "lang", "en", "back", next).Header().Get("Location"); to != "/" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
}

func TestLookIsRemembered(t *testing.T) {
	h := newHouse(t)
	a := h.post("", "/look", "lang", "en", "theme", "dark", "back", "/signin")
	a.want(t, 303)
	cookie := a.Result().Cookies()[0]
	with := func(r *http.Request) { r.AddCookie(cookie) }
	h.get("", "/signin", with).want(t, 200, `lang="en" data-theme="dark"`, "Sign in")
	h.get("", "/signin").want(t, 200, `lang="zh-CN" data-theme="auto"`)
}

// TestDecisionsAndConflicts: two people see a lead; the second is shown what
// the first did, beside their own wish, and can do it again.
func TestDecisionsAndConflicts(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("wang", []string{left}, accounts.Investigator)
	at := "/leads/" + h.leadID(inLeft)
	h.post("zhang", at+"/dismiss", "version", "1", "reason", "").want(t, 422, "缺少理由")
	h.post("zhang", at+"/assign", "version", "1", "to", "wang").want(t, 303)
	h.sync()
	a := h.post("wang", at+"/dismiss", "version", "1", "reason", "虚构：票据相符")
	a.want(t, 409, "别人先改过了", "您的操作", "虚构：票据相符", "现在的情形", "分派线索", `name="version" value="2"`)
	j := h.ask("wang", "POST", at+"/dismiss", url.Values{"version": {"1"}, "reason": {"x"}}, asJSON)
	var told struct {
		Code string
		Now  Conflict
	}
	if err := json.Unmarshal(j.Body.Bytes(), &told); err != nil || told.Code != "version" || told.Now.Seen != 1 || told.Now.Now.Version != 2 || told.Now.Now.Assignee != "wang" {
		t.Error(j.text, err)
	}
	h.post("wang", at+"/dismiss", "act", "once", "version", "2", "reason", "虚构：票据相符").want(t, 303)
	h.post("wang", at+"/dismiss", "act", "once", "version", "2", "reason", "虚构：票据相符").want(t, 303) // the button pressed twice
	h.sync()
	h.get("wang", at).want(t, 200, "已排除", "虚构：票据相符", "重新打开")
	h.post("wang", at+"/reopen", "version", "3", "reason", "虚构：又有来信").want(t, 303)

	// A case of two leads, of which one has changed meanwhile.
	other := h.leadID(inRight)
	h.get("zhang", "/cases/new?lead="+h.leadID(inLeft)+"&lead="+other).want(t, 200, h.leadID(inLeft)+"@4", other+"@1", "30,000.00")
	h.post("zhang", "/cases", "leads", h.leadID(inLeft)+"@3", "leads", other+"@1", "reason", "虚构").want(t, 409, "已被别人修改", h.leadID(inLeft)+"@4")
	a = h.post("zhang", "/cases", "leads", h.leadID(inLeft)+"@4", "leads", other+"@1", "reason", "虚构：一并核查")
	a.want(t, 303)
	h.sync()
	h.get("zhang", a.Header().Get("Location")).want(t, 200, "虚构：一并核查", "人工建案")
	h.get("wang", a.Header().Get("Location")).want(t, 200, "另有 1 条线索属于其他县区")
	h.post("zhang", at+"/dismiss", "version", "5", "reason", "x").want(t, 409)
	h.post("zhang", "/cases", "leads", "nonsense", "reason", "x").want(t, 400)
	h.post("wang", "/cases", "leads", other+"@2", "reason", "x").want(t, 403)
}

// TestLeadsAreGivenToThoseWhoCan: not to an inspector, nor beyond a scope.
func TestLeadsAreGivenToThoseWhoCan(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("li.inspect", nil, accounts.Inspector)
	h.user("wang", []string{right}, accounts.Investigator)
	for _, to := range []string{"li.inspect", "wang", "nobody"} {
		h.post("zhang", "/leads/"+h.leadID(inLeft)+"/assign", "version", "1", "to", to).want(t, 422, "不能分派给此人")
	}
	h.post("zhang", "/leads/"+h.leadID(inRight)+"/assign", "version", "1", "to", "wang").want(t, 303)
	h.sync()
	h.get("wang", "/leads?mine=1").want(t, 200, h.leadID(inRight))
	h.get("wang", "/leads/"+h.leadID(inRight)).want(t, 200, "分派给 虚构 wang (wang)")
	h.get("wang", "/").want(t, 200, h.leadID(inRight))
}

// TestPersonsStayMasked: in pages, JSON, exports and addresses, until a reason
// was given, and then it is on record.
func TestPersonsStayMasked(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("li.inspect", nil, accounts.Inspector)
	at := "/leads/" + h.leadID(ofPerson)
	for _, path := range []string{at, "/leads", "/leads/" + h.leadID(inLeft), "/leads.xlsx", "/cases"} {
		for _, a := range []answer{h.get("zhang", path), h.get("zhang", path, asJSON)} {
			if strings.Contains(a.text, person) {
				t.Errorf("%s shows the number of a person", path)
			}
		}
	}
	h.get("zhang", at).want(t, 200, "P1****01")
	h.post("li.inspect", at+"/reveal", "reason", "想看").want(t, 403)
	h.post("zhang", at+"/reveal", "reason", "").want(t, 422)
	h.post("zhang", at+"/reveal", "reason", "虚构：与病历核对").want(t, 200, person, "查看已记入操作记录")
	h.sync()
	h.user("audit", nil, accounts.Audit)
	h.get("audit", "/audit?kind=person.reveal").want(t, 200, "虚构：与病历核对", "zhang")

	a := h.post("zhang", "/search", "text", person)
	to := a.Header().Get("Location")
	if strings.Contains(to, person) || !strings.Contains(to, "person=") {
		t.Fatal("a search leads to " + to)
	}
	h.get("zhang", to).want(t, 200, h.leadID(ofPerson), "P1****01")
	h.get("zhang", "/leads?person=forged").want(t, 404)
	// A number that nobody knows but that looks like one does not go into the address either.
	if to := h.post("zhang", "/search", "text", "150000199001011234").Header().Get("Location"); strings.Contains(to, "1500001990") {
		t.Error(to)
	}
	for text, want := range map[string]string{h.leadID(inLeft): "/leads/" + h.leadID(inLeft), "": "/leads", "虚构医院": "/leads?q=" + url.QueryEscape("虚构医院") + "&status=all"} {
		if to := h.post("zhang", "/search", "text", text).Header().Get("Location"); to != want {
			t.Errorf("%q leads to %s", text, to)
		}
	}
}

// TestAFindingShowsItsOwnLines: the claim with the lines in evidence, and of the
// others their number; a lead opens no evidence but its own.
func TestAFindingShowsItsOwnLines(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("east", []string{left}, accounts.Inspector)
	at := "/leads/" + h.leadID(inLeft) + "/findings/"
	a := h.get("east", at+h.findingID(1))
	a.want(t, 200, "X1", "15.5", "31.00", "3210.50", "肺炎", "另有 1 行明细", "P1****01")
	if strings.Contains(a.text, "X2") || strings.Contains(a.text, person) {
		t.Error("shows what is no evidence")
	}
	h.get("east", at+h.findingID(2)).want(t, 404) // of the other county
	h.user("all", nil, accounts.Inspector)
	h.get("all", "/leads/"+h.leadID(inRight)+"/findings/"+h.findingID(2)).want(t, 200, "这笔结算现在读不到")
}

// TestScopeHoldsInLists: lists, counts and exports show own counties only; a
// practitioner belongs to the county of the institution, a person to none.
func TestScopeHoldsInLists(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("all", nil, accounts.Investigator)
	h.user("west", []string{right}, accounts.Investigator)
	h.user("both", []string{left, right}, accounts.Inspector)
	list := func(login, query string) (ids []string, counts []count) {
		var p leadsPage
		if err := json.Unmarshal(h.get(login, "/leads?"+query, asJSON).Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Leads {
			ids = append(ids, l.ID)
		}
		return ids, p.Counts
	}
	for _, c := range []struct {
		login, query string
		want         []string
	}{
		{"all", "scheme=F07", []string{h.leadID(ofPerson), h.leadID(ofDoctor), h.leadID(inRight), h.leadID(inLeft)}},
		{"west", "", []string{h.leadID(ofDoctor), h.leadID(inRight)}},
		{"west", "kind=practitioner", []string{h.leadID(ofDoctor)}},
		{"west", "county=" + left, nil},
		{"both", "scheme=F07&kind=institution", []string{h.leadID(inRight), h.leadID(inLeft)}},
		{"all", "q=" + left, []string{h.leadID(inLeft)}},
		{"all", "status=filed", []string{h.cases.LeadID(inLeft, "R05")}},
		{"all", "q=H152922&status=all", []string{h.leadID(inRight)}},
	} {
		have, _ := list(c.login, c.query)
		if !slices.Equal(have, c.want) {
			t.Errorf("%s %q: %v, want %v", c.login, c.query, have, c.want)
		}
	}
	if _, counts := list("west", ""); counts[0].Leads != 2 || counts[len(counts)-1].Leads != 2 {
		t.Errorf("counts %v", counts)
	}
	if rows := sheet(t, h.get("west", "/leads.xlsx")); len(rows) != 9+2 {
		t.Errorf("%d rows exported", len(rows))
	}
}

// sheet reads a workbook.
func sheet(t *testing.T, a answer) [][]string {
	t.Helper()
	a.want(t, 200)
	f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestExportSaysWhatItIs: who took it, when, by which filter; exact amounts;
// nothing that a spreadsheet would run.
func TestExportSaysWhatItIs(t *testing.T) {
	h := newHouse(t)
	h.o.Knowledge.Institutions[inLeft.Code].Name = "=1+1"
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	rows := sheet(t, h.get("zhang", "/leads.xlsx?scheme=F07&county="+left+"&status=all"))
	text := ""
	for _, r := range rows {
		text += strings.Join(r, "|") + "\n"
	}
	h.user("audit", nil, accounts.Audit)
	h.get("zhang", "/leads.xlsx?q="+person+"&kind="+strings.Repeat("x", 5000)).want(t, 200)
	h.sync()
	h.get("audit", "/audit?kind=leads.export").want(t, 200, "导出 1 行", "情形: F07", "名称: "+mask(person))
	if a := h.get("audit", "/audit?kind=leads.export", asJSON); strings.Contains(a.text, person) || strings.Count(a.text, `"leads.export"`) != 3 {
		t.Error(a.text)
	}
	for _, want := range []string{"阿拉善盟", "虚构 zhang (zhang)", "2026-03-05 12:00:00", "情形: F07", "县区: 阿拉善左旗", "已遮蔽", "不是结论", h.leadID(inLeft), "10000", "'=1+1"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, h.leadID(inRight)) {
		t.Error("a lead that was not asked for")
	}
}

// TestDeadLettersAreMended: what is still wrong is told; once it is right it
// goes out, once.
func TestDeadLettersAreMended(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("sun", nil, accounts.System)
	h.get("sun", "/dead").want(t, 200, "setlinfo.gend")
	if a := h.get("sun", "/dead/0/3"); strings.Contains(a.text, person) {
		t.Error("the bytes are shown without a reason")
	}
	h.post("sun", "/dead/0/3/reveal", "reason", "修正").want(t, 200, person)
	h.get("sun", "/dead/0/3").want(t, 200, "性别应为 0、1、2 或 9。")
	for _, at := range []string{"/dead", "/dead/0/3"} {
		h.get("sun", at, inEnglish).want(t, 200, "Sex must be 0, 1, 2 or 9.")
	}
	h.post("sun", "/dead/0/3/replay", "claim", `{"bad":1}`, "reason", "修正").want(t, 422, "仍有问题", "setlinfo.gend", "性别应为 0、1、2 或 9。", "bad")
	h.post("sun", "/dead/0/3/replay", "claim", `{"good":1}`, "reason", "修正").want(t, 303)
	h.sync()
	if sent := h.log["claims"]; len(sent) != 2 || string(sent[1].Value) != `{"good":1}` || string(sent[1].Key) != "key" {
		t.Errorf("%d messages are there", len(sent))
	}
	h.post("sun", "/dead/0/3/replay", "claim", `{"good":1}`, "reason", "再来").want(t, 409, "已经处理过")
	h.get("sun", "/dead/0/3").want(t, 200, "办理经过", "虚构 sun")
	h.post("sun", "/dead/0/4/discard", "reason", "重复").want(t, 303)
	h.get("sun", "/dead").want(t, 200, "没有未处理的死信")
	h.get("sun", "/dead?all=1").want(t, 200, "已重发", "已作废")
	h.get("sun", "/dead/0/77").want(t, 404)
	h.get("sun", "/dead/x/3").want(t, 404)
}

// TestRightsChange: sessions end, and nobody overwrites what another changed.
func TestRightsChange(t *testing.T) {
	h := newHouse(t)
	h.user("sec", nil, accounts.Security)
	u := h.user("wang", nil, accounts.Investigator)
	h.get("wang", "/leads").want(t, 200)
	h.post("sec", "/users/"+u.ID, "version", "2", "name", "虚构", "roles", "inspector", "counties", left, "reason", "调整").want(t, 303)
	h.get("wang", "/leads", asJSON).want(t, 401)
	h.post("sec", "/users/"+u.ID, "version", "2", "name", "虚构", "roles", "system", "reason", "晚了").want(t, 409, "别人先改过了", "系统管理员", "检查人员", "阿拉善左旗", `name="version" value="3"`)
	h.ask("sec", http.MethodPost, "/users/"+u.ID, url.Values{"version": {"2"}, "name": {"虚构"}, "reason": {"晚了"}}, asJSON).want(t, 409, `"now":{"user":{`, `"wanted":{`)
	h.post("sec", "/users/"+u.ID+"/invite", "version", "2", "reason", "晚了").want(t, 409, "已被别人修改")
	own, _ := h.users.ByLogin(t.Context(), "sec")
	h.post("sec", "/users/"+own.ID, "version", "2", "name", "虚构", "roles", "system", "reason", "自己").want(t, 403, "不能自己更改")
	h.post("sec", "/users/"+u.ID+"/invite", "version", "3", "reason", "手机遗失").want(t, 201, "/invite/")
	h.post("", "/signin", "login", "wang", "password", password).want(t, 422)
}

// TestAnInvitationIsSentAgain: who presses twice has a link that works, and
// who asks for a login that is invited is told where to get another; the link
// before works no more.
func TestAnInvitationIsSentAgain(t *testing.T) {
	h := newHouse(t)
	h.user("sec", nil, accounts.Security)
	link := func(a answer) string {
		t.Helper()
		a.want(t, 201)
		return regexp.MustCompile(`/invite/[A-Za-z0-9_-]+`).FindString(a.text)
	}
	form := []string{"act", "a1", "login", "wang", "name", "虚构王", "roles", "investigator", "reason", "任命"}
	lost, first := link(h.post("sec", "/users", form...)), link(h.post("sec", "/users", form...))
	h.get("", lost).want(t, 410)
	h.get("", first).want(t, 200, "虚构王")
	h.post("sec", "/users", "act", "a1", "login", "chen", "name", "虚构陈", "reason", "任命").want(t, 409, "已用于另一项操作")

	u, err := h.users.ByLogin(t.Context(), "wang")
	if err != nil {
		t.Fatal(err)
	}
	at := "/users/" + u.ID
	form[1] = "a2"
	h.post("sec", "/users", form...).want(t, 422, "登录名已被使用", "已经邀请，本人尚未设置口令", ` href="`+at+`">虚构王 <code>`)
	again := []string{"act", "a3", "version", "1", "reason", "链接丢失"}
	lost, second := link(h.post("sec", at+"/invite", again...)), link(h.post("sec", at+"/invite", again...))
	h.get("", first).want(t, 410)
	h.get("", lost).want(t, 410)
	h.post("", second, "password", password, "password_again", password).want(t, 303)
	h.post("sec", at+"/invite", "act", "a4", "version", "1", "reason", "晚了").want(t, 409, "已被别人修改")

	form[1] = "a5"
	a := h.post("sec", "/users", form...)
	a.want(t, 422, "此登录名属于", ` href="`+at+`">虚构王 <code>`)
	if strings.Contains(a.text, "尚未设置口令") {
		t.Error("told as if there were no password yet")
	}
}

// TestStateOfTheDeskCanBeRebuilt: everything done by pages is in the journal.
func TestStateOfTheDeskCanBeRebuilt(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("sec", nil, accounts.Security)
	at := "/leads/" + h.leadID(inLeft)
	h.post("zhang", at+"/assign", "version", "1", "to", "zhang").want(t, 303)
	h.post("zhang", at+"/dismiss", "version", "2", "reason", "虚构").want(t, 303)
	h.post("zhang", at+"/reveal", "reason", "虚构").want(t, 200)
	h.post("zhang", "/cases", "leads", h.leadID(ofDoctor)+"@1", "reason", "虚构").want(t, 303)
	h.post("sec", "/users", "login", "wang", "name", "虚构王", "roles", "investigator", "reason", "任命").want(t, 201)
	h.post("zhang", "/views", "name", "全部", "query", "status=all").want(t, 303)
	h.sync()
	again := journaltest.Open(t, journaltest.Config(t, cases.Ops(), accounts.Ops(), blacklist.Ops(), inspection.Ops()))
	records := func(yield func(journal.Record, error) bool) {
		for i := range h.log[journal.Topic] {
			if r, err := journal.ParseRecord(h.log[journal.Topic][i].Value); !yield(r, err) {
				return
			}
		}
	}
	if _, err := journal.Rebuild(t.Context(), again, records); err != nil {
		t.Fatal(err)
	}
	want, _ := journal.Digest(t.Context(), h.journal)
	if have, err := journal.Digest(t.Context(), again); err != nil || have != want {
		t.Errorf("rebuilt %s, want %s (%v)", have, want, err)
	}
}

// TestCasesKeepToTheirCounties: a case of another county is not seen.
func TestCasesKeepToTheirCounties(t *testing.T) {
	h := newHouse(t)
	h.fill() // opens a case of the left county, by policy
	h.user("west", []string{right}, accounts.Investigator)
	h.user("east", []string{left}, accounts.Disclosure)
	_, some, err := h.cases.Cases(t.Context(), 0, 1)
	if err != nil || len(some) != 1 {
		t.Fatal(some, err)
	}
	h.get("west", "/cases/"+some[0].ID).want(t, 403, "不在您的范围内")
	h.get("west", "/cases").want(t, 200, "还没有案件")
	h.get("east", "/cases/"+some[0].ID).want(t, 200, "按政策建案")
}

// TestBodiesAreBounded: nobody sends more than a form can hold.
func TestBodiesAreBounded(t *testing.T) {
	h := newHouse(t)
	h.post("", "/signin", "login", strings.Repeat("x", maxForm+1)).want(t, 413, "提交的内容过大")
	r := h.ask("", "POST", "/signin", nil, asJSON, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		r.Body = http.NoBody
	})
	r.want(t, 400, `"code":"form"`)
}
