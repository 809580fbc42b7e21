package desk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"fundwatch/internal/accounts"
	"fundwatch/web/browsertest"
	"fundwatch/web/words"
)

// tab is a window of Chromium on a house.
type tab struct {
	*house
	*browsertest.Window
	base string
}

func newTab(t *testing.T, h *house) *tab {
	t.Helper()
	w := browsertest.Open(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &tab{h, w, server.URL}
}

// js works out an expression in the page.
func js[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	return browsertest.JS[T](b.Window, expression, options...)
}

// as makes the browser somebody, in a language and a theme.
func (b *tab) as(login string, lang words.Lang, theme string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.Ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
	for name, value := range map[string]string{"fundwatch": b.cookies[login], lookCookie: string(lang) + "." + theme} {
		if value == "" {
			continue
		}
		if _, err := chromedp.Call(b.Ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base}); err != nil {
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
	b.Do(chromedp.EmulateViewport(desk, 860), chromedp.Navigate(b.base+path))
	for _, text := range b.Quiet() {
		b.t.Errorf("%s: the console says %s", where, text)
	}
	if axe != "" {
		js[bool](b, axe+"; true")
	}
	for _, width := range []int64{desk, telephone} {
		b.Do(chromedp.EmulateViewport(width, 860))
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
	b.Quiet() // axe itself may be told of the policy
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
		b.Until("location.pathname === " + strconv.Quote(path))
	}
	b.Do(chromedp.Navigate(b.base + "/"))
	b.Do(chromedp.KeyEvent("g"), chromedp.KeyEvent("l"))
	wait("/leads")
	b.Do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("x"), chromedp.KeyEvent("k"), chromedp.KeyEvent("x"), chromedp.KeyEvent("x"))
	if chosen := js[[]bool](b, `[...document.querySelectorAll("td.pick input")].map((i) => i.checked)`); len(chosen) != 4 || chosen[0] || !chosen[1] {
		t.Errorf("chosen %v", chosen)
	}
	if n := js[string](b, `document.querySelector("[data-count]").textContent`); n != "1" {
		t.Errorf("says that %s are chosen", n)
	}
	// A key whose meaning the page takes makes no character; KeyEvent would send one.
	if _, err := chromedp.Call(b.Ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "/", Code: "Slash"}); err != nil {
		t.Fatal(err)
	}
	if id := js[string](b, "document.activeElement.id"); id != "find" {
		t.Errorf("/ goes to %q", id)
	}
	b.Do(chromedp.KeyEvent("j"), chromedp.KeyEvent("?"), chromedp.KeyEvent("g"), chromedp.KeyEvent("c"))
	if text := js[string](b, `document.getElementById("find").value`); text != "j?gc" || at() != "/leads" {
		t.Errorf("typed %q at %s", text, at())
	}
	// An input method composes: keys are its own, wherever they go.
	js[bool](b, `document.activeElement.blur(); document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "?", isComposing: true, bubbles: true}))`)
	if at() != "/leads" {
		t.Error("a key of an input method was taken")
	}
	b.Do(chromedp.KeyEvent("o"))
	wait("/leads/" + h.leadID(ofPerson))
	b.Do(chromedp.KeyEvent("?"))
	wait("/help")
	for _, text := range b.Quiet() {
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
	b.WithoutScripts()
	b.Do(chromedp.Navigate(b.base+"/leads"),
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
