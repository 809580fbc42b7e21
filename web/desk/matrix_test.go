package desk

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
)

var update = flag.Bool("update", false, "write testdata/matrix.golden")

// places are where what is asked for lies, seen by a user of the left county.
var places = []struct {
	name string
	lead func(h *house) string
}{
	{"own", func(h *house) string { return h.leadID(inLeft) }},
	{"other", func(h *house) string { return h.leadID(inRight) }},
	{"person", func(h *house) string { return h.leadID(ofPerson) }},
}

// address puts ids into a pattern. Nothing that could be changed by it is
// named, so that every request can be made in one house: the version is none.
func (h *house) address(path, lead, opened, user string) string {
	place := inLeft.Code
	if lead == h.leadID(inRight) {
		place = inRight.Code
	}
	return strings.NewReplacer("{$}", "", "{lead}", lead, "{institution}", place, "{person}", h.users.Reference(person), "{case}", opened, "{user}", user, "{detector}", stays, "{partition}", "0", "{offset}", "3",
		"{file}", strings.TrimPrefix(h.assets.url["style.css"], "/static/"), "{token}", "none", "{finding}", "none", "{kind}", "objects", "{campaign}", "K00000000000000000000", "{object}", "none", "{inspector}", "none", "{hash}", "none", "{tip}", "none", "{listing}", "B0", "{entry}", "R0", "{action}", "serve", "{question}", "referral", "{export}", "X00000000000000000000", "{view}", "V00000000000000000000", "{settlement}", "S1", "{practitioner}", h.practitionerRef(ofDoctor.Code)).Replace(path)
}

// TestWhoMayDoWhat asks every address as every role, for what lies in the
// user's own county, in another one and in none, and as somebody of the whole
// region, and compares who came through with a table that people can read. An
// address that the table does not have fails.
func TestWhoMayDoWhat(t *testing.T) {
	h := newHouse(t)
	h.fill()
	_, opened, err := h.cases.Cases(t.Context(), 0, 1)
	if err != nil || len(opened) != 1 {
		t.Fatal(opened, err)
	}
	other := h.user("someone", nil)
	roles := append([]accounts.Role{""}, accounts.Roles()...)
	for _, role := range roles[1:] {
		h.user("county-"+string(role), []string{left}, role)
		h.user("region-"+string(role), nil, role)
	}
	h.user("county-", []string{left})
	h.user("region-", nil)
	var b strings.Builder
	for i := range h.routes {
		rt := &h.routes[i]
		fmt.Fprintf(&b, "%-4s %s\n", rt.method, rt.path)
		if rt.may == accounts.Public {
			b.WriteString("     everybody, also without signing in\n")
		}
		for _, where := range places {
			if rt.may == accounts.Public || where.name != "own" && rt.scope != ofLead && rt.scope != ofLeads && (rt.scope != ofPlace || where.name == "person") {
				continue
			}
			path := h.address(rt.path, where.lead(h), opened[0].ID, other.ID)
			if rt.scope == ofLeads && rt.method == http.MethodGet {
				path += "?lead=" + where.lead(h)
			}
			for _, reach := range []string{"county-", "region-"} {
				var may []string
				for _, role := range roles {
					login := reach + string(role)
					if u, err := h.users.ByLogin(t.Context(), login); err != nil {
						t.Fatal(err)
					} else {
						h.enter(&u) // some addresses end a session
					}
					form := map[string][]string{"leads": {where.lead(h) + "@99"}, "version": {"99"}, "reason": {"测试"}}
					a := h.ask(login, rt.method, path, form, asJSON)
					if code := a.Code; code != http.StatusUnauthorized && code != http.StatusForbidden {
						may = append(may, strings.TrimPrefix(login, reach))
					}
				}
				names := strings.TrimSpace(strings.Replace(strings.Join(may, " "), "  ", " ", 1))
				if len(may) == len(roles) {
					names = "everybody signed in"
				} else if names == "" {
					names = "nobody"
				}
				fmt.Fprintf(&b, "     %-7s %-7s %s\n", strings.TrimSuffix(reach, "-"), where.name, names)
			}
		}
		if a := h.ask("", rt.method, h.address(rt.path, "L", "C", "U"), nil, asJSON); (a.Code == http.StatusUnauthorized) == (rt.may == accounts.Public) {
			t.Errorf("%s %s: nobody gets %d", rt.method, rt.path, a.Code)
		}
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
			if a := h.ask("region-investigator", method, h.address(rt.path, "L", "C", "U"), nil, asJSON); a.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, rt.path, a.Code)
			}
		}
	}
	const golden = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("who may do what has changed; read the difference and run go test ./web/desk -run TestWhoMayDoWhat -update\n%s", difference(string(want), b.String()))
	}
}

// difference names the first line that differs.
func difference(want, have string) string {
	w, g := strings.Split(want, "\n"), strings.Split(have, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\nhave %s", i+1, w[i], g[i])
		}
	}
	return "one is longer"
}

// TestHeadersAreOnEveryAnswer: also where nobody may, and nothing is there.
func TestHeadersAreOnEveryAnswer(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := newHouse(t, func(o *Options) { o.Secure = secure })
		paths := []string{"/nowhere"}
		for i := range h.routes {
			paths = append(paths, h.address(h.routes[i].path, "L", "C", "U"))
		}
		for _, path := range paths {
			a := h.get("", path)
			for name, want := range securityHeaders {
				have := a.Header().Get(name)
				if static := strings.HasPrefix(path, "/static/") && (name == "Cache-Control" || name == "Vary"); !static && have != want {
					t.Errorf("%s: %s is %q", path, name, have)
				}
			}
			if (a.Header().Get("Strict-Transport-Security") != "") != secure {
				t.Errorf("%s: HSTS", path)
			}
		}
	}
}

// TestRequestsOfOtherSitesAreRefused: a form on another site does nothing.
func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://example.org"}} {
		a := h.ask("zhang", http.MethodPost, "/leads/"+h.leadID(inLeft)+"/dismiss", map[string][]string{"version": {"1"}, "reason": {"x"}},
			func(r *http.Request) { r.Header.Set(header[0], header[1]) })
		a.want(t, http.StatusForbidden)
	}
	if l, err := h.cases.Lead(t.Context(), h.leadID(inLeft)); err != nil || l.Status != "new" {
		t.Error(l.Status, err)
	}
}
