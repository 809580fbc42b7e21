package desk

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// pagesOf lists the pages that each role opens; ids are put in.
func (h *house) pagesOf(t testing.TB) map[string][]string {
	t.Helper()
	out := map[string][]string{
		"investigator": {"/", "/leads", "/leads?status=all", "/leads?status=filed&sort=date&county=" + left + "&kind=institution&mine=1&q=x&scheme=F07", "/cases", "/detectors",
			"/detectors/" + stays, "/help", "/account", "/account/factor", "/cases/new?lead=" + h.leadID(inLeft), "/leads/" + h.leadID(inLeft), "/leads/" + h.leadID(inLeft) + "/join", "/leads/" + h.leadID(ofPerson), "/leads/" + h.leadID(inLeft) + "/findings/" + h.findingID(1), "/leads/" + h.leadID(ofPerson) + "/findings/" + h.findingID(4),
			"/leads/" + h.leadID(ofDoctor), "/institutions/" + inLeft.Code, "/institutions/" + inRight.Code, "/institutions/H00000000000", "/persons/" + h.users.Reference(person), "/persons/none",
			"/leads/assign?lead=" + h.leadID(inLeft) + "&lead=" + h.cases.LeadID(inLeft, "R05") + "&to=investigator", "/leads/assign?every=1&status=all", "/leads/assign?every=1&status=all&to=-", "/exports", "/exports?status=all", "/views", "/leads?density=compact&col=since&col=case&col=id&col=status&status=all", "/leads?status=all&person=" + h.users.Reference(person), "/nowhere", "/leads/L00000000000000000000",
			"/institutions", "/institutions?q=虚构&county=" + left + "&sort=name&page=2", "/institutions?q=none", "/practitioners/" + h.practitionerRef(ofDoctor.Code), "/practitioners/" + h.practitionerRef("none"), "/claims", "/claims?practitioner=" + h.practitionerRef(ofDoctor.Code), "/claims?person=" + h.users.Reference(person), "/claims?item=X1&from=2026-01-01&to=2026-12-31&least=1&most=10000&scheme=" + stays7 + "&county=" + left, "/claims?institution=none&from=x&settlement=" + person,
			"/claims/" + inLeft.Code + "/S1", "/claims/" + inLeft.Code + "/none"},
		"supervisor": {"/", "/system", "/policies", "/policies/triage", "/policies/referral", "/policies/listing", "/policies/publication", "/policies/authz", "/policies/none"},
		"disclosure": {"/", "/cases", "/listings", "/listings?status=review&page=9", "/credit", "/listings/B0", "/credit/R0"},
		"system":     {"/", "/dead", "/dead?all=1", "/dead/0/3", "/dead/0/4", "/system"},
		"security":   {"/", "/users"},
		"audit":      {"/", "/audit", "/audit?who=zhang&kind=lead.dismiss&day=2026-03-05", "/users"},
		"":           {"/signin", "/signin?next=/leads", "/enter/none", "/invite/none", "/setup/none"},
	}
	_, some, err := h.cases.Cases(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	out["head"] = append(out["head"], "/tips")
	if len(some) > 0 {
		out["investigator"] = append(out["investigator"], "/tips", "/tips/"+h.tell())
		for _, role := range []string{"investigator", "disclosure"} {
			out[role] = append(out[role], "/cases/"+some[0].ID)
		}
		for _, c := range some {
			at := "/cases/" + c.ID
			out["investigator"] = append(out["investigator"], at+"/file", at+"/not-file", at+"/investigate", at+"/verify", at+"/verify?left=1&page=2", at+"/join", at+"/join?lead="+h.leadID(inRight), at+"/unjoin", at+"/notice", at+"/decide", at+"/receive", at+"/transfer", at+"/papers/notice", at+"/papers/decision", "/cases/procedure")
			out["head"] = append(out["head"], at, at+"/extend", at+"/recuse", "/cases")
			out["reviewer"] = append(out["reviewer"], at, at+"/review")
		}
	}
	if _, entries, err := h.lists.Entries(t.Context(), 0, 9); err != nil {
		t.Fatal(err)
	} else {
		for _, e := range entries {
			out["disclosure"] = append(out["disclosure"], "/credit/"+e.ID)
			if _, err := h.lists.Listing(t.Context(), blacklist.ListingOf(e.ID)); err == nil {
				out["disclosure"] = append(out["disclosure"], "/listings/"+blacklist.ListingOf(e.ID))
				out["supervisor"] = append(out["supervisor"], "/listings/"+blacklist.ListingOf(e.ID))
			}
		}
	}
	out["inspector"] = append(out["inspector"], "/inspections", "/inspections/new", "/libraries/objects", "/libraries/inspectors", "/libraries/nothing")
	for _, c := range h.campaigns(t) {
		out["inspector"] = append(out["inspector"], "/inspections/"+c.ID, "/inspections/new?campaign="+c.ID)
		out["supervisor"] = append(out["supervisor"], "/inspections/"+c.ID)
		if c.Status == inspection.Drawn {
			for _, object := range []string{"H1", "H2", "H3", "H/4"} {
				out["inspector"] = append(out["inspector"], taskPath(c.ID, object))
			}
			out["inspector"] = append(out["inspector"], inspectorPath(c.ID, "I1"), inspectorPath(c.ID, "none"))
		}
	}
	if u, err := h.users.ByLogin(t.Context(), "security"); err == nil {
		out["audit"] = append(out["audit"], "/users/"+u.ID)
		out["security"] = append(out["security"], "/users/"+u.ID)
	}
	return out
}

func (h *house) staff() {
	for _, r := range accounts.Roles() {
		h.user(string(r), nil, r)
	}
}

var (
	links   = regexp.MustCompile(` (?:href|action)="([^"]*)"`)
	missing = regexp.MustCompile(`\[[a-z]+\.[a-z.-]+\]|<no value>|%!|\{[0-9][}|]`)
	plural  = regexp.MustCompile(`[> ]1 (?:more |earlier |trace )?(?:findings|leads|claims|lines|detectors|hours|messages|codes|institutions)\b`)
	chinese = regexp.MustCompile(`\p{Han}`)
	texts   = regexp.MustCompile(`(?s)<title>.*?</title>|<h1>.*?</h1>|<th[ >].*?</th>|<button.*?</button>|<label.*?</label>`)
)

// TestEveryPageIsWhole opens every page in both languages, with an empty store
// and a full one: no text is missing, every link leads somewhere, JSON is the
// same page, and the first page is small.
func TestEveryPageIsWhole(t *testing.T) {
	for _, full := range []bool{false, true} {
		h := newHouse(t)
		h.staff()
		if full {
			h.fill()
			h.inspect()
		}
		for role, pages := range h.pagesOf(t) {
			for _, path := range pages {
				for _, lang := range words.Langs() {
					a := h.get(role, path, func(r *http.Request) {
						if lang == words.EN {
							inEnglish(r)
						}
					})
					where := role + " " + path + " " + string(lang)
					h.whole(t, where, role, a)
					if lang == words.EN {
						if m := plural.FindString(a.text); m != "" {
							t.Errorf("%s: %s", where, m)
						}
						for _, text := range texts.FindAllString(a.text, -1) {
							if rest := strings.NewReplacer("虚构医院", "", "虚构医师", "", "虚构", "", "中文", "").Replace(text); chinese.MatchString(rest) && !strings.Contains(text, "<td") {
								t.Errorf("%s: Chinese in %s", where, text)
							}
						}
					}
				}
				if a := h.get(role, path, asJSON); !json.Valid(a.Body.Bytes()) || a.Header().Get("Content-Type") != "application/json; charset=utf-8" {
					t.Errorf("%s %s: no JSON: %.200s", role, path, a.text)
				}
			}
		}
	}
}

// TestEveryPageIsReachedByLinks follows each link from the home page of each
// role until there is no new one: nothing leads nowhere, and every page that
// has an address of its own is found by somebody.
func TestEveryPageIsReachedByLinks(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.fill()
	h.inspect()
	h.tell()
	reached := map[string]bool{}
	for _, role := range accounts.Roles() {
		h.crawl(string(role), "/", reached)
	}
	// What can be done with a case is linked while it can be done.
	c, id := bureau(t)
	c.upload("jiang", id, "虚构笔录", []byte("虚构"))
	for _, status := range cases.Stages() {
		if status == cases.NotFiled || status == cases.Transferred {
			continue
		}
		c.carry(id, status)
		for _, login := range []string{"jiang", "liang", "zhang"} {
			c.enterAgain(login)
			c.crawl(login, "/cases/"+id, reached)
		}
	}
	// These are reached before there is a session, from elsewhere, by a button,
	// or in a status that the straight way through a case does not pass.
	apart := []string{"/signin", "/signin/code", "/signin/oidc", "/signin/oidc/back", "/setup/{token}", "/invite/{token}", "/enter/{token}",
		"/leads/assign", "/live/home", "/live/leads", "/live/exports", "/live/system", "/exports/{export}/file", "/cases/{case}/decide", "/cases/{case}/return", "/cases/{case}/return-unfiled"}
	for i := range h.routes {
		rt := &h.routes[i]
		// What can be done with a case is linked where it stands: TestMovesAreLinkedWhereTheyBegin.
		if rt.method == get && !reached[rt.path] && !slices.Contains(apart, rt.path) && !strings.HasPrefix(rt.path, "/cases/{case}/") {
			t.Errorf("no link leads to %s", rt.path)
		}
	}
}

var href = regexp.MustCompile(` href="([^"#]*)`)

// crawl follows the links of pages from one on, as far as they lie below it.
func (h *house) crawl(login, from string, reached map[string]bool) {
	h.t.Helper()
	queue := []string{from}
	seen := map[string]bool{from: true}
	for n := 0; len(queue) > 0; n++ {
		path := queue[0]
		queue = queue[1:]
		if n > 3000 {
			h.t.Fatalf("%s: the links never end, at %s", login, path)
		}
		_, pattern := h.mux.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		_, pattern, _ = strings.Cut(pattern, " ")
		reached[pattern] = true
		a := h.get(login, path)
		if a.Code != http.StatusOK {
			h.t.Errorf("%s: %s leads to %d", login, path, a.Code)
			continue
		}
		if !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range href.FindAllStringSubmatch(a.text, -1) {
			next := html.UnescapeString(m[1])
			// Every mixture of filters is an address; one at a time is enough.
			if u, err := url.Parse(next); err != nil || len(u.Query()) > 2 || !strings.HasPrefix(next, from) || seen[next] {
				continue
			}
			seen[next] = true
			queue = append(queue, next)
		}
	}
}

// whole checks one page.
func (h *house) whole(t *testing.T, where, role string, a answer) {
	t.Helper()
	if a.Code >= 500 || !strings.HasSuffix(strings.TrimSpace(a.text), "</html>") {
		t.Errorf("%s: %d, %.200s", where, a.Code, a.text)
	}
	if m := missing.FindString(strings.ReplaceAll(a.text, "[0-9]{6}", "")); m != "" {
		t.Errorf("%s: %s", where, m)
	}
	if strings.Contains(a.text, person) {
		t.Errorf("%s: the number of a person", where)
	}
	if strings.Contains(a.text, " style=") || strings.Contains(a.text, " onclick") || strings.Contains(a.text, "javascript:") || strings.Contains(a.text, "ZgotmplZ") {
		t.Errorf("%s: something the policy forbids", where)
	}
	if len(a.text) > 100_000 {
		t.Errorf("%s: %d bytes", where, len(a.text))
	}
	for _, m := range links.FindAllStringSubmatch(a.text, -1) {
		u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
		if err != nil || u.IsAbs() {
			t.Errorf("%s: the link %s", where, m[1])
			continue
		}
		if u.Path == "" {
			continue
		}
		if role == "" && u.Path == "/" || (u.Path == "/cases/new" || u.Path == "/leads/assign") && u.RawQuery == "" {
			continue // sends on to the sign-in page; a form that names leads
		}
		if l := h.get(role, u.RequestURI(), asJSON); l.Code != http.StatusOK && l.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %s leads to %d", where, m[1], l.Code)
		}
	}
}

// TestPagesWithStyleAndScriptAreSmall: a first page with all it loads.
func TestPagesWithStyleAndScriptAreSmall(t *testing.T) {
	h := newHouse(t)
	h.staff()
	h.fill()
	sum := len(h.get("investigator", "/").text)
	for _, at := range h.assets.url {
		a := h.get("", at)
		a.want(t, http.StatusOK)
		if !strings.Contains(a.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s is asked for again", at)
		}
		sum += a.Body.Len()
	}
	if sum > 100_000 {
		t.Errorf("the first page has %d bytes", sum)
	}
	h.get("", "/static/style.0000000000000000.css").want(t, http.StatusNotFound)
	small := h.get("", h.assets.url["style.css"], func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip, br") })
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() >= len(h.get("", h.assets.url["style.css"]).text) {
		t.Error("the style is not packed")
	}
}

// TestScriptsAreShort: what they add must stay an addition.
func TestScriptsAreShort(t *testing.T) {
	for _, name := range []string{"app.js", "live.js"} {
		b, err := os.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(b, []byte("\n")); n > 150 {
			t.Errorf("%s has %d lines", name, n)
		}
		for _, bad := range []string{"eval(", "innerHTML", "localStorage", "sessionStorage", "new Function", "fetch("} {
			if bytes.Contains(b, []byte(bad)) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
}

// TestOpenAPINamesEveryAddress, and every schema that it points at.
func TestOpenAPINamesEveryAddress(t *testing.T) {
	h := newHouse(t)
	h.staff()
	a := h.get("investigator", "/openapi.json", asJSON)
	var doc struct {
		Paths      map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(a.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for i := range h.routes {
		rt := &h.routes[i]
		if doc.Paths[strings.TrimSuffix(rt.path, "{$}")][strings.ToLower(rt.method)] == nil {
			t.Errorf("%s %s is missing", rt.method, rt.path)
		}
	}
	for _, m := range regexp.MustCompile(`"#/components/schemas/([^"]*)"`).FindAllStringSubmatch(a.text, -1) {
		if doc.Components.Schemas[m[1]] == nil {
			t.Errorf("no schema %s", m[1])
		}
	}
}
