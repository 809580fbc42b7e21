package public

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"fundwatch/inspection"
	"fundwatch/web/strangetest"
)

// stranger makes requests to a site with everything on it, always the same from
// one seed.
type stranger struct {
	*line
	strangetest.Stranger
	routes []route
}

func strangerOf(t *testing.T, seed uint64) *stranger {
	l, d := newLine(t), newDraws(t, withNames, inspection.Rule{})
	d.draw()
	o := newHouse(t, 2, 3).o
	o.Tips, o.Clock, o.Inspections, o.Rule = l.o.Tips, l.o.Clock, d.o.Inspections, d.o.Rule
	var err error
	if l.Site, err = New(o); err != nil {
		t.Fatal(err)
	}
	l.o.Failed = func(where string, err error) { l.failed = append(l.failed, where+": "+err.Error()) }
	act := hidden.FindStringSubmatch(l.get("/tip").Body.String())
	_, page := l.post("/tip", "act", act[1], "about", "虚构医院", "said", "虚构", "identity", "虚构姓名")
	receipt := digits.FindStringSubmatch(page)
	if receipt == nil {
		t.Fatal(page)
	}
	s := &stranger{line: l, Stranger: strangetest.New(seed), routes: routes()}
	s.Good = map[string][]string{
		"receipt": {receipt[1], strings.ReplaceAll(receipt[1], " ", ""), "0000000000000000"}, "act": {act[1], strings.Repeat("0", 32)}, "about": {"虚构"},
		"said": {"虚构"}, "identity": {"", "虚构"}, "text": {"虚构补充"}, "q": {"虚构", "第1"}, "page": {"1", "2"}, "id": {"91152900MA0000001X", d.campaign.ID},
		"campaign": {d.campaign.ID}, "file": {"1.json", "latest.json", "delta-2.json"}, "look": {strings.TrimPrefix(l.styleAt, "/lists/")}}
	return s
}

// request makes the next request; nil is one that no server would read.
func (s *stranger) request() *http.Request {
	rt := s.routes[s.IntN(len(s.routes))]
	method, target := rt.method, s.Path(rt.path)
	if s.IntN(20) == 0 {
		method = s.Of([]string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "get"})
	}
	query, form := url.Values{}, url.Values{}
	for range s.IntN(3) {
		name := s.Of([]string{"q", "page", "lang", "receipt"})
		query.Add(name, s.Value(name))
	}
	for _, name := range []string{"act", "about", "said", "identity", "receipt", "text"} {
		for range 1 + s.IntN(8)/7 {
			form.Add(name, s.Value(name))
		}
	}
	kind, text := "application/x-www-form-urlencoded", form.Encode()
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	if s.IntN(12) == 0 {
		kind, text = s.Of([]string{"application/json", "multipart/form-data", "multipart/form-data; boundary=a", "text/plain", "\x01"}), s.Of(append([]string{"{", "%zz", "a;b"}, strangetest.Odd...))
	}
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Path == "" {
		return nil
	}
	r := &http.Request{Method: method, URL: u, RequestURI: target, Host: "public.example", RemoteAddr: fmt.Sprintf("192.0.2.%d:1", s.IntN(250)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}
	r.Header.Set("Content-Type", kind)
	for _, name := range []string{"Accept", "Accept-Language", "If-None-Match", "X-Forwarded-For", "Range", "Cookie"} {
		if s.IntN(3) == 0 {
			r.Header.Set(name, s.Of(append([]string{"application/json", "text/html", "en", "zh", "bytes=0-1", `"x"`}, strangetest.Odd...)))
		}
	}
	return r.WithContext(s.t.(*testing.T).Context())
}

// TestStrangeRequests sends what no browser of ours would to every public
// address: none is an error of the site, none comes back as markup, none sets a
// cookie or leads elsewhere, none shows what stands in a tip but to its receipt,
// and every answer has the headers. FUNDWATCH_REQUESTS=50000 is the long form.
func TestStrangeRequests(t *testing.T) {
	strangetest.Send(t, 3000, 1000, []int{200, 404, 405, 422, 429}, func(t *testing.T, seed uint64) func(int) int {
		s := strangerOf(t, seed)
		return func(int) int { return s.try(t) }
	})
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
	s.ServeHTTP(w, r)
	text, kind := w.Body.String(), w.Header().Get("Content-Type")
	if w.Code >= 500 || len(s.failed) > 0 {
		t.Errorf("%s: %d, %v", where, w.Code, s.failed)
		s.failed = nil
	}
	if bad := strangetest.Comes(text); bad != "" {
		t.Errorf("%s: %q comes back, as %s", where, bad, kind)
	}
	if strings.Contains(text, "虚构姓名") {
		t.Errorf("%s: who sent a tip", where)
	}
	if w.Header().Get("Set-Cookie") != "" || elsewhere(w.Header().Get("Location")) {
		t.Errorf("%s: a cookie, or leads to %.200q", where, w.Header().Get("Location"))
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
		if w.Header().Get(name) == "" {
			t.Errorf("%s: %d without %s", where, w.Code, name)
		}
	}
	return w.Code
}

// elsewhere reports whether an address, where there is one, leads to another site.
func elsewhere(address string) bool {
	return address != "" && (!strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.HasPrefix(address, `/\`))
}
