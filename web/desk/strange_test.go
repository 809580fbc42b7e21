package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
	"fundwatch/web/strangetest"
)

// TestStrangeRequests sends requests that no browser of ours would: every
// address with odd values in the path, the query, the form, the headers. None
// is an error of the desk, none comes back as markup, none leads to another
// site, none shows the number of a person, and every answer has the headers.
// FUNDWATCH_REQUESTS=50000 is the long form.
func TestStrangeRequests(t *testing.T) {
	strangetest.Send(t, 5000, 500, []int{200, 303, 400, 401, 403, 404, 405, 409, 422}, func(t *testing.T, seed uint64) func(int) int {
		s := strangerOf(t, seed)
		return func(i int) int {
			if i%25 == 0 {
				s.comeIn()
			}
			return s.try(t)
		}
	})
}

// TestTooMuchIsRefused: what is too long or too much is told, and not an error.
func TestTooMuchIsRefused(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	form := url.Values{"reason": {"测试"}}
	for i := range 101 {
		form.Add("leads", fmt.Sprintf("L%020d@1", i))
	}
	h.ask("zhang", http.MethodPost, "/cases", form, asJSON).want(t, 422, `"code":"many"`)
	dismiss := "/leads/" + h.leadID(inLeft) + "/dismiss"
	h.post("zhang", dismiss, "version", "1", "reason", "测试", "act", strings.Repeat("a", 201)).want(t, 400)
	h.post("zhang", dismiss, "version", "1", "reason", "\xff").want(t, 400)
	h.post("zhang", dismiss, "version", "-9223372036854775808", "reason", "测试").want(t, 400)
	h.post("zhang", dismiss, "version", "1", "reason", "测试", "act", "once").want(t, 303)
	again := h.ask("zhang", http.MethodPost, "/leads/"+h.leadID(inRight)+"/dismiss", url.Values{"version": {"1"}, "reason": {"测试"}, "act": {"once"}}, asJSON)
	again.want(t, 409, `"code":"reused"`)
}

// stranger makes requests, always the same from one seed.
type stranger struct {
	*house
	strangetest.Stranger
	logins []string
	users  []accounts.User
}

func strangerOf(t *testing.T, seed uint64) *stranger {
	s := &stranger{house: newHouse(t), Stranger: strangetest.New(seed), logins: []string{"", "forged"}}
	s.fill()
	for _, role := range accounts.Roles() {
		for _, counties := range [][]string{nil, {left}} {
			login := string(role) + strconv.Itoa(len(counties))
			s.logins, s.users = append(s.logins, login), append(s.users, s.user(login, counties, role))
		}
	}
	_, some, err := s.house.cases.Cases(t.Context(), 0, 1)
	if err != nil || len(some) != 1 {
		t.Fatal(some, err)
	}
	leads := []string{s.leadID(inLeft), s.leadID(inRight), s.leadID(ofDoctor), s.leadID(ofPerson)}
	seen := make([]string, len(leads))
	for i := range leads {
		seen[i] = leads[i] + "@1"
	}
	s.Good = map[string][]string{"lead": leads, "leads": seen, "case": {some[0].ID}, "user": {s.users[0].ID, s.users[1].ID}, "detector": {stays},
		"partition": {"0"}, "offset": {"3", "4"}, "finding": {s.findingID(1), s.findingID(4)}, "institution": {inLeft.Code, inRight.Code},
		"person": {s.house.users.Reference(person)}, "version": {"1", "2"}, "status": {"all", "new", "filed", "active", "closed"},
		"kind": {"institution", "person", "lead.dismiss"}, "sort": {"date", "amount"}, "page": {"1", "2"}, "evidence": {"1"}, "county": {left},
		"counties": {left}, "roles": {"inspector", "audit"}, "password": {password}, "password_again": {password}, "login": {"wang", "system0"},
		"to": {"investigator0", ""}, "reason": {"测试 test"}, "name": {"虚构"}, "next": {"/leads"}, "back": {"/"}, "lang": {"en"}, "theme": {"dark"},
		"text": {leads[0], "虚构医院"}, "col": {"since", "id"}, "density": {"compact"}, "query": {"status=all&county=" + left + "&col=id"}, "export": {"X00000000000000000000"}, "message": {"{}", "bad"}, "scheme": {stays7}, "settlement": {"S1", "S4"}, "practitioner": {s.practitionerRef(ofDoctor.Code)}, "item": {"X1"}, "from": {"2026-01-01"}, "least": {"1", "-1"}, "most": {"5000"}, "lines": {"1"}}
	s.Good["file"] = []string{strings.TrimPrefix(s.assets.url["style.css"], "/static/")}
	s.comeIn()
	return s
}

// comeIn signs everybody in again, whose session may have ended.
func (s *stranger) comeIn() {
	for i := range s.users {
		s.enter(&s.users[i])
	}
	s.cookies["forged"] = "../\"<b>"
}

// path fills in a pattern, now and then with something behind it.
func (s *stranger) path(pattern string) string {
	path := s.Path(pattern)
	if s.IntN(12) == 0 {
		path += s.Of([]string{"/", "//", "/..", "/%2e%2e/", "%00", "/" + url.PathEscape(s.Of(strangetest.Odd)), "%", "%zz", ";a=b"})
	}
	return path
}

var asked = []string{"status", "scheme", "county", "kind", "q", "person", "mine", "sort", "page", "lead", "evidence", "next", "who", "day", "all", "code", "state", "saved", "col", "density", "every", "to", "since", "ready", "settlement", "practitioner", "item", "from", "least", "most", "lines"}

// query gives none, or some names, some of them twice.
func (s *stranger) query() string {
	q := url.Values{}
	for range s.IntN(4) {
		name := s.Of(asked)
		for range 1 + s.IntN(2) {
			q.Add(name, s.Value(name))
		}
	}
	if text := q.Encode(); s.IntN(15) > 0 {
		return text
	}
	return s.Of([]string{"%zz=%", "a;b=c", "&&&=&", "page", strings.Repeat("lead=x&", 500), url.QueryEscape(s.Of(strangetest.Odd))})
}

// body fills in a form as the route wants it, or nearly.
func (s *stranger) body(form any) (kind, text string) {
	if s.IntN(15) == 0 {
		return s.Of([]string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "\x01", "application/json; charset=\xff"}),
			s.Of(append([]string{"{", "[]", "null", `"a"`, `{"a":`, "%zz", strings.Repeat("[", 20_000)}, strangetest.Odd...))
	}
	values := url.Values{}
	if form != nil {
		for i, v := 0, reflect.TypeOf(form); i < v.NumField(); i++ {
			name, _, _ := strings.Cut(v.Field(i).Tag.Get("json"), ",")
			for range 1 + s.IntN(8)/7 {
				values.Add(name, s.Value(name))
			}
		}
	}
	if s.IntN(10) == 0 {
		values.Add(s.Of(strangetest.Odd), s.Of(strangetest.Odd))
	}
	if s.IntN(3) > 0 {
		return "application/x-www-form-urlencoded", values.Encode()
	}
	object := map[string]any{}
	for name, given := range values {
		var number any = given[0]
		if n, err := strconv.ParseInt(given[0], 10, 64); err == nil {
			number = n
		}
		object[name] = []any{given[0], number, number, given, true, nil, map[string]any{name: given}, json.Number("1e400")}[s.IntN(8)]
	}
	b, err := json.Marshal(object)
	if err != nil {
		return "application/json", "{}"
	}
	return "application/json", string(b)
}

// request makes the next request; nil is one that no server would read.
func (s *stranger) request() *http.Request {
	rt := &s.routes[s.IntN(len(s.routes))]
	method, target := rt.method, s.path(rt.path)
	if s.IntN(20) == 0 {
		method = s.Of([]string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "PROPFIND", "get"})
	}
	if q := s.query(); q != "" {
		target += "?" + q
	}
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Path == "" {
		return nil
	}
	kind, text := s.body(rt.form)
	r := &http.Request{Method: method, URL: u, RequestURI: target, Host: "desk.example", RemoteAddr: "192.0.2.1:1", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", s.Of([]string{"text/html", "text/html", "text/event-stream", "application/json", "*/*", "", "application/json;q=<b>", s.Of(strangetest.Odd)}))
	r.Header.Set("Accept-Language", s.Of([]string{"zh", "en", "", s.Of(strangetest.Odd)}))
	if token := s.cookies[s.Of(s.logins)]; token != "" {
		r.Header.Add("Cookie", "fundwatch="+token)
	}
	if s.IntN(5) == 0 {
		r.Header.Add("Cookie", s.Of([]string{"fundwatch=", "fundwatch-look=", "fundwatch-way=", "=", ""})+s.Of(strangetest.Odd))
	}
	return r.WithContext(s.t.Context())
}

// try sends a request and checks what came back.
func (s *stranger) try(t *testing.T) int {
	r := s.request()
	if r == nil {
		return 0
	}
	sent, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	where := fmt.Sprintf("%s %.300q %v %.600q", r.Method, r.RequestURI, r.Header, sent)
	w := httptest.NewRecorder()
	failures := len(s.failed)
	s.ServeHTTP(w, r)
	text := w.Body.String()
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable || len(s.failed) > failures {
		t.Errorf("%s: %d, %v", where, w.Code, s.failed[failures:])
		s.failed = s.failed[:failures]
	}
	kind := w.Header().Get("Content-Type")
	if bad := strangetest.Comes(text); bad != "" && !strings.Contains(kind, "spreadsheet") && w.Header().Get("Content-Encoding") == "" {
		t.Errorf("%s: %q comes back, as %s", where, bad, kind)
	}
	if !strings.HasSuffix(r.URL.Path, "/reveal") && strings.Contains(text, person) {
		t.Errorf("%s: the number of a person", where)
	}
	for name, want := range securityHeaders {
		own := strings.HasPrefix(r.URL.Path, "/static/") && slices.Contains([]string{"Cache-Control", "Vary"}, name)
		if have := w.Header().Get(name); have != want && !own {
			t.Errorf("%s: %s is %q", where, name, have)
		}
	}
	if to := w.Header().Get("Location"); to != "" && (local(to) != to || strings.ContainsAny(to, "\x00<>\"")) {
		t.Errorf("%s: leads to %.200q", where, to)
	}
	return w.Code
}
