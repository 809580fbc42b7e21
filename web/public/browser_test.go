package public

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"fundwatch/web/browsertest"
)

// TestBrowserShowsPublicPages opens every page in Chromium, empty and full, in
// both languages, light and dark, on a desk and on a telephone: nothing in the
// console, nothing wider than the screen, nothing that axe-core finds.
// FUNDWATCH_TEST_BROWSER names the program, FUNDWATCH_TEST_AXE the file of
// axe-core; with FUNDWATCH_TEST_SHOTS pictures are written there.
func TestBrowserShowsPublicPages(t *testing.T) {
	w := browsertest.Open(t)
	axe := ""
	if name := os.Getenv("FUNDWATCH_TEST_AXE"); name != "" {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		axe = string(b)
	}
	for _, editions := range [][]int{nil, {2, 3}, {}} {
		var site http.Handler = newHouse(t, editions...)
		pages := pages
		if editions != nil && len(editions) == 0 {
			open, closed := newDraws(t, withoutAny, everything), newDraws(t, withNames, everything)
			open.draw()
			open.finish()
			site, pages = open, []string{"/draws", "/draws/" + open.campaign.ID}
			server := httptest.NewServer(closed)
			defer server.Close()
			for _, width := range []int64{1366, 390} {
				openPage(w.Ctx, t, fmt.Sprintf("committed-%d", width), server.URL+"/draws/"+closed.campaign.ID, "light", width, axe)
			}
		}
		server := httptest.NewServer(site)
		defer server.Close()
		for _, at := range pages {
			for _, lang := range []string{"zh", "en"} {
				for _, theme := range []string{"light", "dark"} {
					for _, width := range []int64{1366, 390} {
						where := fmt.Sprintf("%s-%s-%s-%d-%d", strings.NewReplacer("/", "_", "?", "_").Replace(at), lang, theme, width, len(editions))
						to := server.URL + at + map[bool]string{true: "&", false: "?"}[strings.Contains(at, "?")] + "lang=" + lang
						openPage(w.Ctx, t, where, to, theme, width, axe)
					}
				}
			}
		}
	}
	for _, text := range w.Quiet() {
		t.Error("the console says", text)
	}
}

type found struct {
	ID    string `json:"id"`
	Where string `json:"where"`
}

func openPage(ctx context.Context, t *testing.T, where, to, theme string, width int64, axe string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, browsertest.Patience)
	defer cancel()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	if err == nil {
		err = chromedp.Do(ctx, chromedp.EmulateViewport(width, 860), chromedp.Navigate(to))
	}
	if err != nil {
		t.Fatal(where, err)
	}
	if have, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); err != nil || have > width {
		t.Errorf("%s: is %d wide (%v)", where, have, err)
	}
	if dir := os.Getenv("FUNDWATCH_TEST_SHOTS"); dir != "" {
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, where+".png"), b, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if axe == "" {
		return
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"; true")); err != nil {
		t.Fatal(err)
	}
	all, err := chromedp.Run(ctx, chromedp.Evaluate[[]found](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then((r) => r.violations.map((v) => ({id: v.id, where: v.help + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")})))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		t.Errorf("%s: %s: %s", where, v.ID, v.Where)
	}
}
