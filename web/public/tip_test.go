package public

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"fundwatch/internal/journal/journaltest"
	"fundwatch/tips"
	"fundwatch/web/words"
)

// All tips here are invented (虚构).

type chance struct{ n byte }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}

// line is a house with a tip line and a clock.
type line struct {
	*house
	tips *tips.Store
	lost *journaltest.Outage
	now  time.Time
	keys [2]string
}

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{house: newHouse(t), now: time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)}
	var c tips.Custodians
	for i := range c {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		c[i], l.keys[i] = id.Recipient().String(), id.String()
	}
	j := journaltest.Open(t, journaltest.Config(t, tips.Ops()))
	l.lost = journaltest.NewOutage(j)
	var err error
	l.tips, err = tips.Open(tips.Options{Journal: j, Secret: []byte(strings.Repeat("s", 32)), Chance: &chance{}, Custodians: c})
	if err != nil {
		t.Fatal(err)
	}
	o := l.o
	o.Tips, o.Clock = l.tips, func() time.Time { return l.now }
	if l.Site, err = New(o); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *line) post(at string, pairs ...string) (int, string) {
	return l.postFrom("192.0.2.1:1234", "", at, pairs...)
}

// postFrom posts from an address, or through a proxy that says so.
func (l *line) postFrom(peer, forwarded, at string, pairs ...string) (int, string) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, at, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.RemoteAddr = peer; forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Set-Cookie") != "" {
		l.t.Errorf("%s: kept in a cache, or a cookie", at)
	}
	return w.Code, w.Body.String()
}

var (
	hidden = regexp.MustCompile(`name="act" value="([0-9a-f]{32})"`)
	digits = regexp.MustCompile(`<output>([0-9 ]{19})</output>`)
)

func TestAnybodyReportsAndFollows(t *testing.T) {
	l := newLine(t)
	form := l.get("/tip").Body.String()
	act := hidden.FindStringSubmatch(form)
	if act == nil || strings.Contains(form, "<script") {
		t.Fatal(form)
	}
	said := "虚构：多收床位费 <b>"
	code, body := l.post("/tip", "act", act[1], "about", "虚构医院", "said", said, "identity", "虚构姓名")
	m := digits.FindStringSubmatch(body)
	if code != 200 || m == nil {
		t.Fatal(code, body)
	}
	receipt := m[1]
	if _, again := l.post("/tip", "act", act[1], "about", "虚构医院", "said", said, "identity", "虚构姓名"); !strings.Contains(again, receipt) {
		t.Error("the form sent twice shows another receipt")
	}
	if total, ids, err := l.tips.Tips(t.Context(), 0, 9); err != nil || total != 1 || len(ids) != 1 {
		t.Errorf("%d tips, %v", total, err)
	}
	code, body = l.post("/tip/status", "receipt", receipt)
	if code != 200 || !strings.Contains(body, "多收床位费 &lt;b&gt;") || !strings.Contains(body, "没有被打开过") || strings.Contains(body, "虚构姓名") {
		t.Error(code, body)
	}
	act = hidden.FindStringSubmatch(body)
	if code, body = l.post("/tip/write", "receipt", receipt, "act", act[1], "text", "虚构补充"); code != 200 || !strings.Contains(body, "虚构补充") {
		t.Error(code, body)
	}
	id, err := l.tips.ByReceipt(t.Context(), receipt)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.tips.Answer(t.Context(), id, "虚构答复", tips.By{ID: "s1", Who: "jia", Reason: "虚构", At: l.now}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.tips.Reveal(t.Context(), id, l.keys, tips.By{ID: "s2", Who: "jia", Reason: "虚构", At: l.now}); err != nil {
		t.Fatal(err)
	}
	if _, body = l.post("/tip/status", "receipt", receipt); !strings.Contains(body, "虚构答复") || !strings.Contains(body, "打开过 1 次") {
		t.Error(body)
	}
	for _, bad := range []string{"", "1234", "0000000000000000", strings.Repeat("9", 400)} {
		if code, body := l.post("/tip/status", "receipt", bad); code != 422 || !strings.Contains(body, "没有这个回执") {
			t.Errorf("%q: %d", bad, code)
		}
	}
	for name, pairs := range map[string][]string{"empty": {"said", " "}, "long": {"said", strings.Repeat("长", 9000)}, "huge": {"said", strings.Repeat("x", maxTip)}, "no text": {"said", "\xff"}} {
		if code, _ := l.post("/tip", pairs...); code != 422 {
			t.Errorf("%s: %d", name, code)
		}
	}
	for _, at := range []string{"/tip", "/tip/status"} {
		for _, lang := range words.Langs() {
			if body := l.get(at, "Accept-Language", string(lang)).Body.String(); strings.Contains(body, "[public.") || lang == words.EN && strings.Contains(strings.NewReplacer("中文", "").Replace(body[strings.Index(body, "<main"):]), "举报") {
				t.Errorf("%s in %s: %s", at, lang, body)
			}
		}
	}
}

// TestFloodsAreSlowedDown: of tips and of receipts that are tried; it passes.
func TestFloodsAreSlowedDown(t *testing.T) {
	l := newLine(t)
	slow := func(at string, pairs ...string) (n int) {
		for n = range 1000 {
			if code, _ := l.post(at, pairs...); code == http.StatusTooManyRequests {
				return n
			}
		}
		return n
	}
	if n := slow("/tip", "said", "虚构"); n > 100 {
		t.Errorf("%d tips at once", n)
	}
	if n := slow("/tip/status", "receipt", "1"); n > 100 {
		t.Errorf("%d receipts at once", n)
	}
	l.now = l.now.Add(time.Hour)
	if code, _ := l.post("/tip", "said", "虚构"); code != 200 {
		t.Errorf("an hour later: %d", code)
	}
}

func TestWithoutATipLineThereIsNone(t *testing.T) {
	h := newHouse(t)
	for _, at := range []string{"/tip", "/tip/status"} {
		if w := h.get(at); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
}
