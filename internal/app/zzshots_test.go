package app

import (
	"context"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

var _ = url.Parse

func TestZZShots(t *testing.T) {
	out := os.Getenv("SHOTS")
	if out == "" {
		t.Skip()
	}
	v := &visitor{t: t, dir: out}
	v.links = openDemonstration(t)
	v.base, _, _ = strings.Cut(v.links["investigator"], "/enter/")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox)
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	v.ctx = ctx
	shot := func(name, path string, full bool) {
		for _, lang := range []string{"zh", "en"} {
			for _, theme := range []string{"light", "dark"} {
				for _, w := range []int64{1366, 390} {
					if os.Getenv("ALL") == "" && !(lang == "zh" && theme == "light" || lang == "en" && theme == "dark") {
						continue
					}
					v.look(lang + "." + theme)
					v.do(chromedp.EmulateViewport(w, 900), chromedp.Navigate(v.base+path))
					h := tell[int64](v, "document.documentElement.scrollHeight")
					if h > 2600 {
						h = 2600
					}
					v.do(chromedp.EmulateViewport(w, h))
					s, err := chromedp.Call(v.ctx, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{})
					if err != nil {
						t.Fatal(err)
					}
					ws := map[int64]string{1366: "wide", 390: "narrow"}[w]
					os.WriteFile(out+"/"+name+"-"+lang+"-"+theme+"-"+ws+".png", s.Data, 0o644)
				}
			}
		}
	}
	as := func(l string) {
		chromedp.Call(v.ctx, network.ClearBrowserCookies, cdp.Empty{})
		v.look("zh.light")
		v.do(chromedp.EmulateViewport(1366, 900), chromedp.Navigate(v.links[l]))
		v.enter()
	}
	time.Sleep(2 * time.Second)
	as("investigator")
	v.do(chromedp.Navigate(v.base + "/leads?kind=institution"))
	inst := tell[string](v, `[...document.querySelectorAll("a.aim")].map(a=>a.getAttribute("href"))[0]`)
	shot("institution", inst, true)
	v.do(chromedp.Navigate(v.base + "/leads?kind=person"))
	per := tell[string](v, `[...document.querySelectorAll("a.aim")].map(a=>a.getAttribute("href"))[0]`)
	shot("person", per, true)
	lead := v.lead()
	shot("lead", lead, true)
	shot("home", "/", true)
	shot("leads", "/leads", true)
	shot("cases", "/cases", true)
	shot("detectors", "/detectors", true)
	shot("account", "/account", true)
	shot("help", "/help", true)
	as("security")
	shot("users", "/users", true)
	u := tell[string](v, `document.querySelector("table a")?.getAttribute("href") || "/users"`)
	v.do(chromedp.Navigate(v.base + "/users"))
	u = tell[string](v, `document.querySelector("tbody th a").getAttribute("href")`)
	shot("user", u, true)
	as("system")
	shot("system", "/system", true)
	shot("dead", "/dead", true)
	v.do(chromedp.Navigate(v.base + "/dead"))
	dl := tell[string](v, `document.querySelector("tbody th a").getAttribute("href")`)
	shot("letter", dl, true)
	shot("syshome", "/", true)
	as("audit")
	shot("audit", "/audit", true)
	_ = context.Background
}
