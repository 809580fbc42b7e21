package public

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fundwatch/internal/journal/journaltest"
)

// unsteadily asks again and again: at first the first call to Redis fails, then
// the second, until all are answered. Each time the answer says that something is
// away, or it is as if nothing had been. It gives how many calls there were.
func (h *house) unsteadily(what string, lost *journaltest.Outage, ask func() (int, string)) int {
	h.t.Helper()
	code, body := 0, ""
	var codes []int
	var bodies []string
	for n := 0; ; n++ {
		was := len(h.failed)
		if !lost.During(n, func() { code, body = ask() }) {
			break
		}
		h.failed = h.failed[:was]
		codes, bodies = append(codes, code), append(bodies, body)
	}
	body = hidden.ReplaceAllString(body, "")
	for n, c := range codes {
		if c != http.StatusServiceUnavailable && (c != code || hidden.ReplaceAllString(bodies[n], "") != body) {
			h.t.Errorf("%s: %d where call %d to Redis fails, else %d", what, c, n, code)
		}
	}
	return len(codes)
}

// TestAnOutageIsSaid: where Redis does not answer, nothing is said to be unknown.
func TestAnOutageIsSaid(t *testing.T) {
	l := newLine(t)
	_, body := l.post("/tip", "act", strings.Repeat("a", 32), "about", "虚构医院", "said", "虚构")
	receipt := digits.FindStringSubmatch(body)[1]
	for what, pairs := range map[string][]string{
		"/tip/status": {"receipt", receipt},
		"/tip/write":  {"receipt", receipt, "act", strings.Repeat("b", 32), "text", "虚构补充"},
	} {
		calls := l.unsteadily(what, l.lost, func() (int, string) {
			l.now = l.now.Add(time.Hour) // nobody is slowed down
			return l.post(what, pairs...)
		})
		if code, _ := l.post(what, pairs...); calls == 0 || code != http.StatusOK {
			t.Errorf("%s: %d after %d calls", what, code, calls)
		}
	}
	d := newDraws(t, withoutAny, everything)
	d.draw()
	d.finish()
	for _, at := range []string{"/draws", "/draws/" + d.campaign.ID, "/draws/" + d.campaign.ID + "/draw.json"} {
		calls := d.unsteadily(at, d.lost, func() (int, string) {
			w := d.get(at)
			return w.Code, w.Body.String()
		})
		if calls == 0 || d.get(at).Code != http.StatusOK {
			t.Errorf("%s: %d calls", at, calls)
		}
	}
}
