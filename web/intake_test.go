package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

const own = "H1" // the institution of claimtest, invented (虚构)

// endless is chance that is none.
type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// desk is an intake whose log is a list.
type desk struct {
	*Intake
	token   string
	sent    []Message
	fail    error
	busy    bool
	waiting chan struct{} // not nil: Send waits for it
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	token, line, err := NewToken(endless(1), own)
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := NewToken(endless(2), "H15290000002")
	tokens, problems := ParseTokens(strings.NewReader("# 虚构\n\n" + other + "\n" + line + "\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d := &desk{token: token}
	d.Intake = NewIntake(Options{
		Tokens:  func() *Tokens { return tokens },
		Decoder: func() *claim.Decoder { return claim.NewDecoder(memory.NewGoAllocator(), claim.Seed{}, 0, false) },
		Key:     func([]byte) ([]byte, bool) { return []byte("P1"), true },
		Send: func(_ context.Context, m []Message) ([]Offset, error) {
			if d.waiting != nil {
				<-d.waiting
			}
			if d.fail == nil {
				d.sent = append(d.sent, m...)
			}
			return []Offset{{3, int64(len(d.sent))}, {1, 9}}, d.fail
		},
		Busy:    func() bool { return d.busy },
		MaxBody: 1 << 20, MaxClaims: 3, MaxInFlight: 2, SendTime: time.Minute,
	})
	return d
}

type answer struct {
	status int
	head   http.Header
	text   string
	refusal
}

func (d *desk) post(kind, body string, change ...func(*http.Request)) answer {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/claims", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Content-Type", kind)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	Routes(d.Intake, http.NotFoundHandler()).ServeHTTP(w, r)
	a := answer{status: w.Code, head: w.Header(), text: w.Body.String()}
	json.Unmarshal(w.Body.Bytes(), &a.refusal)
	return a
}

const (
	one  = "application/json"
	many = "application/x-ndjson"
)

func TestClaimsAreAccepted(t *testing.T) {
	d := newDesk(t)
	a := d.post(one, claimtest.Claim("S1; 1 3 30"))
	if want := `{"accepted":1,"offsets":[{"partition":1,"next":9},{"partition":3,"next":1}]}` + "\n"; a.status != 202 || a.text != want {
		t.Fatalf("%d %s", a.status, a.text)
	}
	first, second := claimtest.Claim("S2; 1 3 30"), claimtest.Claim("S3; 1 3 30")
	if a := d.post(many+"; charset=UTF-8", "\ufeff"+first+"\n \t\r\n"+second); a.status != 202 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if len(d.sent) != 3 || string(d.sent[1].Value) != first || string(d.sent[2].Value) != second || string(d.sent[1].Key) != "P1" {
		t.Errorf("sent %d messages, or others", len(d.sent))
	}
}

// TestRefusals has one refusal a row; nothing is ever sent.
func TestRefusals(t *testing.T) {
	good := claimtest.Claim("S1; 1 3 30")
	others := claimtest.Claim("H15290000002/S1; 1 3 30")
	bad := claimtest.Set(good, "feedetail[0].cnt", `"0"`)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		kind, body string
		change     func(*http.Request)
		status     int
		code       string
		lines      []int
	}{
		"no token":      {one, good, header("Authorization", ""), 401, "token", nil},
		"wrong token":   {one, good, header("Authorization", "Bearer fw_x"), 401, "token", nil},
		"other scheme":  {one, good, header("Authorization", "Basic x"), 401, "token", nil},
		"GET":           {one, good, func(r *http.Request) { r.Method = http.MethodGet }, 405, "method", nil},
		"path":          {one, good, func(r *http.Request) { r.URL.Path = "/api/v1/claim" }, 404, "path", nil},
		"type":          {"text/plain", good, nil, 415, "type", nil},
		"charset":       {one + "; charset=gbk", good, nil, 415, "type", nil},
		"packed":        {one, good, header("Content-Encoding", "gzip"), 415, "type", nil},
		"large":         {one, good + strings.Repeat(" ", 1<<20), nil, 413, "too-large", nil},
		"large unsaid":  {one, good + strings.Repeat(" ", 1<<20), func(r *http.Request) { r.ContentLength = -1 }, 413, "too-large", nil},
		"many":          {many, strings.Repeat(good+"\n", 4), nil, 413, "too-many", nil},
		"empty":         {many, " \n\r\n", nil, 422, "empty", nil},
		"others":        {many, good + "\n\n" + others, nil, 403, "institution", []int{3}},
		"problems":      {many, good + "\n" + bad + "\n{", nil, 422, "claims", []int{2, 3}},
		"not one claim": {one, good + "\n" + good, nil, 422, "claims", []int{1}},
	} {
		d := newDesk(t)
		if c.change == nil {
			c.change = func(*http.Request) {}
		}
		a := d.post(c.kind, c.body, c.change)
		var lines []int
		for _, l := range a.Lines {
			lines = append(lines, l.Line)
		}
		if a.status != c.status || a.Code != c.code || !slices.Equal(lines, c.lines) || a.ZH == "" || a.EN == "" || a.TodoZH == "" || a.TodoEN == "" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
		if len(d.sent) > 0 {
			t.Errorf("%s: something was sent", name)
		}
	}
}

func TestProblemsAreThoseOfTheContract(t *testing.T) {
	d := newDesk(t)
	bad := claimtest.Set(claimtest.Set(claimtest.Claim("S1; 1 3 30"), "feedetail[0].cnt", `"0"`), "setlinfo.gend", `"7"`)
	a := d.post(one, bad)
	if !strings.Contains(a.text, `{"field":"feedetail[0].cnt","rule":"not-zero"`) || !strings.Contains(a.text, `"rule":"sex"`) {
		t.Error(a.text)
	}
}

func TestBackPressure(t *testing.T) {
	d := newDesk(t)
	good := claimtest.Claim("S1; 1 3 30")
	d.busy = true
	if a := d.post(one, good); a.status != 429 || a.head.Get("Retry-After") == "" {
		t.Errorf("busy: %d", a.status)
	}
	d.busy, d.fail = false, errors.New("kafka is away")
	if a := d.post(one, good); a.status != 503 || a.head.Get("Retry-After") == "" || strings.Contains(a.text, "kafka") {
		t.Errorf("away: %d %s", a.status, a.text)
	}
	d.fail = fmt.Errorf("send: %w", ErrTooLarge)
	if a := d.post(one, good); a.status != 413 {
		t.Errorf("too large: %d", a.status)
	}
	// One institution may not take all the places.
	d.fail, d.waiting = nil, make(chan struct{})
	first := make(chan answer)
	go func() { first <- d.post(one, good) }()
	for {
		d.mu.Lock()
		n := d.all
		d.mu.Unlock()
		if n == 1 {
			break
		}
	}
	if a := d.post(one, good); a.status != 429 {
		t.Errorf("second at a time: %d", a.status)
	}
	close(d.waiting)
	if a := <-first; a.status != 202 {
		t.Errorf("first: %d", a.status)
	}
	if a := d.post(one, good); a.status != 202 {
		t.Errorf("after: %d", a.status)
	}
}

func TestTokens(t *testing.T) {
	_, line, _ := NewToken(endless(1), own)
	_, problems := ParseTokens(strings.NewReader("only-a-code\n" + own + " " + strings.Repeat("g", 64) + "\n" + line + "\n" + line + "\n"))
	if len(problems) != 3 || !strings.Contains(problems[2].Error(), "line 4") {
		t.Error(problems)
	}
	for _, code := range []string{"", "a b", "a/b", "#a", "a\n"} {
		if _, _, err := NewToken(endless(1), code); err == nil {
			t.Errorf("%q is a code", code)
		}
	}
	if _, _, err := NewToken(strings.NewReader("short"), own); err == nil {
		t.Error("a token of little chance")
	}
	if tokens, _ := ParseTokens(strings.NewReader("")); tokens.Len() != 0 {
		t.Error("tokens from nothing")
	} else if _, ok := tokens.institution(""); ok {
		t.Error("no token is a token")
	}
}

// TestPagesAreApart: pages are everywhere but below /api, and a notice says in
// both languages why there is none.
func TestPagesAreApart(t *testing.T) {
	pages := Notice(http.StatusServiceUnavailable, "正在启动。", "Starting.")
	for path, want := range map[string]int{"/": 503, "/leads": 503, "/apix": 503, "/api": 404, "/api/v2/claims": 404, "/api/v1/claims": 405} {
		w := httptest.NewRecorder()
		Routes(newDesk(t).Intake, pages).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
		if want == 503 && (!strings.Contains(w.Body.String(), "正在启动。") || !strings.Contains(w.Body.String(), "Starting.")) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}

// FuzzIntake: whatever comes, the answer is JSON, and what was sent is either
// all of the request or nothing, and only sound claims of the own institution.
func FuzzIntake(f *testing.F) {
	f.Add(many, claimtest.Example+"\n"+claimtest.Example)
	f.Add(one, "\ufeff{}")
	f.Add("application/json;charset", "\n\n{")
	f.Add(many, strings.Repeat("[", 100))
	d := newDesk(f)
	check := claim.NewDecoder(memory.NewGoAllocator(), claim.Seed{}, 0, false)
	f.Fuzz(func(t *testing.T, kind, body string) {
		d.sent = nil
		a := d.post(kind, body)
		if !json.Valid([]byte(a.text)) {
			t.Fatalf("the answer is no JSON: %q", a.text)
		}
		if (a.status == 202) != (len(d.sent) > 0) || a.status >= 500 {
			t.Fatalf("status %d, %d sent", a.status, len(d.sent))
		}
		for _, m := range d.sent {
			check.Batch.Reset()
			check.Reset(check.Batch)
			if p := check.Decode(m.Value); len(p) > 0 || institution(check.Batch) != own {
				t.Fatalf("sent what is no claim of the own institution: %v", p)
			}
		}
	})
}
