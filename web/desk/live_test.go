package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

func asEvents(r *http.Request) { r.Header.Set("Accept", "text/event-stream") }

// events takes a stream apart: what was told, and signs of life.
func events(t *testing.T, a answer) (told []Live, beats int, ended bool) {
	t.Helper()
	a.want(t, 200)
	if kind := a.Header().Get("Content-Type"); kind != "text/event-stream" || !a.Flushed {
		t.Errorf("the stream is %s, flushed %v", kind, a.Flushed)
	}
	for part := range strings.SplitSeq(a.text, "\n\n") {
		switch {
		case strings.HasPrefix(part, "data: "):
			var v Live
			if err := json.Unmarshal([]byte(part[6:]), &v); err != nil {
				t.Fatal(err)
			}
			told = append(told, v)
		case part == ":":
			beats++
		case strings.HasPrefix(part, "event: end"):
			ended = true
		}
	}
	return told, beats, ended
}

// TestAListTellsWhatIsNew: how many leads that fit have changed since the page
// was made, to whom may see them; a program asks for the same once.
func TestAListTellsWhatIsNew(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("west", []string{right}, accounts.Investigator)
	var p leadsPage
	if err := json.Unmarshal(h.get("zhang", "/leads", asJSON).Body.Bytes(), &p); err != nil || p.At == 0 {
		t.Fatal(p.At, err)
	}
	at := p.Query.Live(p.At)
	steps := []func(){
		func() {},
		func() { h.grow(10, inLeft) },
		func() { h.grow(11, inRight, ofPerson) },
		func() {},
	}
	h.o.Pause = func(context.Context) bool {
		if len(steps) == 0 {
			return false
		}
		steps[0]()
		steps = steps[1:]
		return true
	}
	told, _, ended := events(t, h.get("zhang", at, asEvents))
	if len(told) != 3 || told[0].N != 0 || told[0].Say != "" || told[1].N != 1 || told[2].N != 3 || told[2].Say != "3 条有变化：显示" || ended {
		t.Errorf("%+v", told)
	}
	for _, c := range []struct {
		login, path string
		want        int
	}{{"zhang", at, 3}, {"west", at, 1}, {"zhang", at + "&kind=person", 1}, {"zhang", at + "&status=filed", 0}, {"zhang", "/live/leads", 0}} {
		var v Live
		if err := json.Unmarshal(h.get(c.login, c.path, asJSON).Body.Bytes(), &v); err != nil || v.N != c.want {
			t.Errorf("%s %s: %+v, %v", c.login, c.path, v, err)
		}
	}
	told, _, _ = events(t, h.get("west", "/live/home?since=1", asEvents))
	if len(told) != 1 || told[0].Values["leads.new"] != "2" || told[0].Values["amount"] == "" {
		t.Errorf("%+v", told)
	}
	h.get("zhang", "/live/leads?since=x", asJSON).want(t, 400)
}

// grow gives subjects a finding each, in a step of its own that begins at an
// offset.
func (h *house) grow(from int64, subjects ...detectors.Subject) {
	h.t.Helper()
	var g cases.Gatherer
	for i, s := range subjects {
		g.Add(finding(int(100*from)+i, s, stays, 100), stays7, "lead", "rev")
	}
	if _, err := h.cases.Apply(h.t.Context(), cases.Step{Generation: 1, From: from, To: from + 1, At: h.now, Leads: g.Leads()}); err != nil {
		h.t.Fatal(err)
	}
}

// TestAStreamEnds: with the session, which it does not keep going, and with every
// change of the user; while there is no news a sign of life is sent.
func TestAStreamEnds(t *testing.T) {
	h := newHouse(t)
	h.fill()
	u := h.user("zhang", nil, accounts.Investigator)
	looks := 0
	h.o.Pause = func(context.Context) bool { looks++; return looks < 12 }
	if told, beats, _ := events(t, h.get("zhang", "/live/home", asEvents)); len(told) != 1 || beats != 2 {
		t.Errorf("%d news, %d signs of life", len(told), beats)
	}

	// Idle is idle, whatever the page asks.
	left := func() time.Duration {
		d, err := h.journal.Aside().PTTL(t.Context(), h.journal.Aside().Keys(t.Context(), h.journal.AsideKey("session:*")).Val()[0]).Result()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if err := h.journal.Aside().PExpire(t.Context(), h.journal.Aside().Keys(t.Context(), h.journal.AsideKey("session:*")).Val()[0], time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	h.o.Pause = func(context.Context) bool { return false }
	h.get("zhang", "/live/home", asEvents).want(t, 200)
	if d := left(); d > time.Minute {
		t.Errorf("a stream keeps the session going: %v are left", d)
	}
	h.get("zhang", "/leads").want(t, 200)
	if d := left(); d < 20*time.Minute {
		t.Errorf("a page does not: %v are left", d)
	}

	// Rights change while it is open.
	h.o.Pause = func(context.Context) bool {
		u.Counties = []string{right}
		if err := h.users.Change(t.Context(), u, h.by("root")); err != nil {
			t.Error(err)
		}
		return true
	}
	if told, _, ended := events(t, h.get("zhang", "/live/home", asEvents)); len(told) != 1 || !ended {
		t.Errorf("%d news after the rights had changed, ended %v", len(told)-1, ended)
	}
	// A stream is no person: it is not sent to sign in, which would be a page
	// that no browser takes for events, and stays away after a status.
	h.get("zhang", "/live/home", asEvents).want(t, 401, `"code":"sign-in"`)

}

// TestNobodyHasManyStreams: no more than some at a time, and none when the server
// ends.
func TestNobodyHasManyStreams(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.o.Pause = func(ctx context.Context) bool { <-ctx.Done(); return false }
	server := httptest.NewServer(h)
	defer server.Close()
	var open sync.WaitGroup
	begun := make(chan struct{}, mostStreams)
	for range mostStreams {
		open.Go(func() {
			r, _ := http.NewRequest(http.MethodGet, server.URL+"/live/home", nil)
			asEvents(r)
			r.AddCookie(&http.Cookie{Name: "fundwatch", Value: h.cookies["zhang"]})
			a, err := http.DefaultClient.Do(r)
			begun <- struct{}{}
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Body.Close()
			if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/event-stream" {
				t.Error(a.Status, a.Request.URL)
			}
			for b := make([]byte, 512); err == nil; {
				_, err = a.Body.Read(b)
			}
		})
	}
	for range mostStreams {
		<-begun
	}
	h.get("zhang", "/live/home", func(r *http.Request) { r.Header.Set("Accept", "text/event-stream, application/json") }).want(t, 429, `"code":"live-many"`)
	h.get("zhang", "/live/home", asJSON).want(t, 200)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	h.Run(over, func(context.Context) bool { return false })
	open.Wait()
	if h.streams.all != 0 || len(h.streams.of) != 0 {
		t.Error("streams are left", h.streams.of)
	}
}

// TestExportsTellHowFarTheyAre, and that one is ready which the page does not
// show.
func TestExportsTellHowFarTheyAre(t *testing.T) {
	h := newHouse(t)
	h.many(10)
	h.user("zhang", nil, accounts.Investigator)
	h.post("zhang", "/exports", "act", "a", "query", "").want(t, 303)
	id := h.jobs("zhang")[0].ID
	h.o.Pause = func(context.Context) bool { return h.exportNext(t.Context()) }
	told, _, _ := events(t, h.get("zhang", "/live/exports", asEvents))
	if len(told) != 2 || told[0].Values["state."+id] != "排队" || told[0].Say != "" || told[1].Values["state."+id] != "可下载" ||
		told[1].Values["rows."+id] != "10 / 10" || told[1].Values["bar."+id] != "1.000" || told[1].N != 1 {
		t.Errorf("%+v", told)
	}
	var v Live
	if err := json.Unmarshal(h.get("zhang", "/live/exports?ready="+id, asJSON).Body.Bytes(), &v); err != nil || v.N != 0 || v.Say != "" {
		t.Error(v, err)
	}
	h.user("sys", nil, accounts.System)
	if err := json.Unmarshal(h.get("sys", "/live/system", asJSON).Body.Bytes(), &v); err != nil || v.Values["lag"] != "2" || v.Values["next.0"] == "" || v.Values["at"] == "" {
		t.Error(v, err)
	}
}

// TestBrowserShowsWhatIsNew: numbers of a page that is open change in their
// places and a line says that there is more, without the page being asked for
// again.
func TestBrowserShowsWhatIsNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	looks, over := make(chan struct{}), make(chan struct{})
	h.o.Pause = func(ctx context.Context) bool {
		select {
		case looks <- struct{}{}:
			return true
		case <-over:
		case <-ctx.Done():
		}
		return false
	}
	look := func() { // the first that waited before anything was done is none of those that are told
		<-looks
		<-looks
	}
	b := newTab(t, h)
	t.Cleanup(func() { close(over) }) // a server waits for its streams
	b.as("zhang", words.ZH, "light")
	const number, said = `document.querySelector('[data-value="leads.new"]').textContent`, `document.querySelector("[data-live]").innerText`
	b.open("/")
	look()
	if n, say := js[string](b, number), js[string](b, said); n != "4" || say != "" {
		t.Errorf("%s leads, and it says %q", n, say)
	}
	before := js[string](b, "String(performance.timeOrigin)")
	h.grow(10, inLeft, detectors.Subject{Kind: detectors.Institution, Code: "H15290000009"})
	look()
	b.Until(number + ` === "5"`)
	b.Until(said + ` === "2 条有变化：显示"`)
	if js[string](b, "String(performance.timeOrigin)") != before {
		t.Error("the page was loaded anew")
	}
	for _, text := range b.Quiet() {
		t.Error(text)
	}
}
