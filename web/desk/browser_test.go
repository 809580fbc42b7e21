package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// tab is a tab of Chromium on a house.
type tab struct {
	*house
	ctx  context.Context
	base string

	mu    sync.Mutex
	noise []string // errors of the console
}

// newTab needs Chromium: FUNDWATCH_TEST_BROWSER names the program, as
// .ci/run browser does.
func newTab(t *testing.T, h *house) *tab {
	t.Helper()
	program := os.Getenv("FUNDWATCH_TEST_BROWSER")
	if program == "" {
		t.Skip("FUNDWATCH_TEST_BROWSER names no browser: .ci/run browser does")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b := &tab{house: h, ctx: ctx, base: server.URL}
	// Several browsers run at once, and each believes that it has the focus.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.note("exception: " + e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			// A page that is not there is told as an error of the network.
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of 4") || e.Entry.Level == log.EntryLevelWarning {
				b.note(e.Entry.Text)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) note(text string) {
	b.mu.Lock()
	b.noise = append(b.noise, text)
	b.mu.Unlock()
}

// quiet gives what the console said since it was last asked.
func (b *tab) quiet() (noise []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	noise, b.noise = b.noise, nil
	return noise
}

// do runs actions.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// js works out an expression in the page.
func js[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatal(expression[:min(len(expression), 60)], err)
	}
	return v
}

// as makes the browser somebody, in a language and a theme.
func (b *tab) as(login string, lang words.Lang, theme string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
	for name, value := range map[string]string{"fundwatch": b.cookies[login], lookCookie: string(lang) + "." + theme} {
		if value == "" {
			continue
		}
		if _, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestBrowserShowsEveryPage opens every page in Chromium, empty and full, in
// both languages, light and dark, on a desk and on a telephone: nothing in the
// console, nothing wider than the screen, nothing that axe-core finds.
func TestBrowserShowsEveryPage(t *testing.T) {
	t.Parallel()
	axe := ""
	if name := os.Getenv("FUNDWATCH_TEST_AXE"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		axe = string(text)
	}
	for name, full := range map[string]bool{"empty": false, "full": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.staff()
			if full {
				h.fill()
				h.inspect()
			}
			b := newTab(t, h)
			nothing := 0 // pages that are not there look alike; one is enough
			for role, pages := range h.pagesOf(t) {
				for i, path := range pages {
					if h.get(role, path).Code == http.StatusNotFound {
						if nothing++; nothing > 1 {
							continue
						}
					}
					// Every page in each theme and on each screen; the language takes turns.
					for n, theme := range []string{"light", "dark"} {
						b.as(role, words.Langs()[(i+n)%2], theme)
						b.page(fmt.Sprintf("%s %s full=%v %s", role, path, full, theme), path, axe)
					}
				}
			}
		})
	}
}

// found is what axe says of one rule.
type found struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Where string `json:"where"`
}

// page opens a page and looks at it, on a desk and on a telephone.
func (b *tab) page(where, path, axe string) {
	b.t.Helper()
	const desk, telephone = 1366, 390
	b.do(chromedp.EmulateViewport(desk, 860), chromedp.Navigate(b.base+path))
	for _, text := range b.quiet() {
		b.t.Errorf("%s: the console says %s", where, text)
	}
	if axe != "" {
		js[bool](b, axe+"; true")
	}
	for _, width := range []int64{desk, telephone} {
		b.do(chromedp.EmulateViewport(width, 860))
		if have := js[int64](b, "document.documentElement.scrollWidth"); have > width {
			b.t.Errorf("%s %d: is %d wide", where, width, have)
		}
		if axe == "" || width < desk && strings.HasSuffix(where, "dark") {
			continue // the colours were looked at on the desk
		}
		violations := js[[]found](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
			.then((r) => r.violations.map((v) => ({id: v.id, help: v.help, where: v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0] ? n.any[0].message : "")).slice(0, 3).join(" | ")})))`, chromedp.EvalAwaitPromise)
		for _, v := range violations {
			b.t.Errorf("%s %d: %s: %s at %s", where, width, v.ID, v.Help, v.Where)
		}
	}
	b.quiet() // axe itself may be told of the policy
}

// TestBrowserKeys: the keys do what the help page says, and nothing while
// somebody types or composes.
func TestBrowserKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	b := newTab(t, h)
	b.as("zhang", words.ZH, "light")
	at := func() string { return js[string](b, "location.pathname") }
	wait := func(path string) {
		t.Helper()
		for range 200 {
			if js[bool](b, `document.readyState === "complete"`) && at() == path {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("is at %s, want %s", at(), path)
	}
	b.do(chromedp.Navigate(b.base + "/"))
	b.do(chromedp.KeyEvent("g"), chromedp.KeyEvent("l"))
	wait("/leads")
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("x"), chromedp.KeyEvent("k"), chromedp.KeyEvent("x"), chromedp.KeyEvent("x"))
	if chosen := js[[]bool](b, `[...document.querySelectorAll("td.pick input")].map((i) => i.checked)`); len(chosen) != 4 || chosen[0] || !chosen[1] {
		t.Errorf("chosen %v", chosen)
	}
	if n := js[string](b, `document.querySelector("[data-count]").textContent`); n != "1" {
		t.Errorf("says that %s are chosen", n)
	}
	// A key whose meaning the page takes makes no character; KeyEvent would send one.
	if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "/", Code: "Slash"}); err != nil {
		t.Fatal(err)
	}
	if id := js[string](b, "document.activeElement.id"); id != "find" {
		t.Errorf("/ goes to %q", id)
	}
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("?"), chromedp.KeyEvent("g"), chromedp.KeyEvent("c"))
	if text := js[string](b, `document.getElementById("find").value`); text != "j?gc" || at() != "/leads" {
		t.Errorf("typed %q at %s", text, at())
	}
	// An input method composes: keys are its own, wherever they go.
	js[bool](b, `document.activeElement.blur(); document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "?", isComposing: true, bubbles: true}))`)
	if at() != "/leads" {
		t.Error("a key of an input method was taken")
	}
	b.do(chromedp.KeyEvent("o"))
	wait("/leads/" + h.leadID(ofPerson))
	b.do(chromedp.KeyEvent("?"))
	wait("/help")
	for _, text := range b.quiet() {
		t.Error(text)
	}
}

// TestBrowserWithoutScript: a decision is made by forms alone, from the sign-in
// to the case, with scripts switched off.
func TestBrowserWithoutScript(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	b := newTab(t, h)
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, scriptsOff, map[string]any{"value": true})
		return err
	}))
	b.do(chromedp.Navigate(b.base+"/leads"),
		chromedp.SendKeys(chromedp.ID("login"), "zhang"), chromedp.SendKeys(chromedp.ID("password"), password),
		chromedp.Click(chromedp.CSS("button.main")),
		chromedp.WaitVisible(chromedp.CSS("td.pick input")),
		chromedp.Click(chromedp.CSS("td.pick input")),
		chromedp.Click(chromedp.CSS(".bulk button:not([formaction])")),
		chromedp.WaitVisible(chromedp.ID("why")),
		chromedp.SendKeys(chromedp.ID("why"), "虚构：核查"),
		chromedp.Click(chromedp.CSS("form.card button.main")),
		chromedp.WaitVisible(chromedp.CSS(".steps")))
	if _, all, err := h.cases.Cases(t.Context(), 0, 9); err != nil || len(all) != 2 || all[0].Opened.Reason != "虚构：核查" && all[1].Opened.Reason != "虚构：核查" {
		t.Error(all, err)
	}
}

// scriptsOff switches scripts off.
var scriptsOff = cdp.Command[map[string]any, cdp.Empty]{Method: "Emulation.setScriptExecutionDisabled"}
