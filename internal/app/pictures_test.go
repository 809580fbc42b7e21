package app

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"fundwatch/inspection/verifier"
	"fundwatch/web/browsertest"
)

// largestPicture is how many bytes a picture of the tour may have.
const largestPicture = 150_000

// visitor is somebody with a browser in the demonstration who takes pictures.
type visitor struct {
	*browsertest.Window
	t     *testing.T
	dir   string            // of the pictures
	base  string            // address of the desk
	links map[string]string // one-time links by login
}

// TestTourPictures runs the demonstration and writes the pictures of
// docs/tour.md into the folder FUNDWATCH_TEST_PICTURES, as "make pictures" does. The
// clock begins at one day, so that the pictures change with the pages only, and
// a little with the claims that come meanwhile.
func TestTourPictures(t *testing.T) {
	dir := os.Getenv("FUNDWATCH_TEST_PICTURES")
	if dir == "" {
		t.Skip("FUNDWATCH_TEST_PICTURES names no folder: .ci/run pictures does")
	}
	v := &visitor{Window: browsertest.Open(t), t: t, dir: dir}
	v.links = openDemonstration(t)
	v.base, _, _ = strings.Cut(v.links["investigator"], "/enter/")
	v.look("zh.light")
	v.Do(chromedp.EmulateViewport(1366, 420), chromedp.Navigate(v.links["investigator"]))
	v.picture("1-enter")
	v.enter()
	v.leads()
	v.round()
	v.as("planner")
	v.draw()
	v.as("officer")
	v.at("/policies", 900, "9-policies")
	v.at("/detectors", 900, "9-detectors")
	v.as("system")
	v.at("/system", 760, "10-system")
	v.as("audit")
	v.at("/audit", 760, "10-audit")
}

// leads takes the pictures from the first lead to a case that is opened.
func (v *visitor) leads() {
	v.t.Helper()
	v.at("/", 1000, "1-home")
	v.at("/leads", 900, "1-leads")
	lead := v.lead()
	v.at(lead, 1000, "1-lead")
	v.look("en.dark")
	v.Do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(v.base+lead))
	v.picture("1-lead-dark")
	v.look("zh.light")
	v.Do(chromedp.Navigate(v.base + lead))
	v.at(tell[string](v, `document.querySelector("table.evidence tbody th a").getAttribute("href")`), 920, "2-finding")
	v.Do(chromedp.EmulateViewport(1366, 590), chromedp.Navigate(v.base+"/cases/new?lead="+filepath.Base(lead)),
		chromedp.SendKeys(chromedp.ID("why"), "疑点集中，调阅病历和收费清单核实（虚构）"))
	v.picture("3-open")
	v.Do(chromedp.Click(chromedp.CSS("form.card button.main")), chromedp.WaitVisible(chromedp.CSS(".steps")), chromedp.EmulateViewport(1366, 1000))
	v.until(`document.querySelector("table.history") !== null`)
	v.picture("3-case")
}

// round takes the pictures of a case that was decided, of the list and of tips.
func (v *visitor) round() {
	v.t.Helper()
	v.as("disclosure")
	v.at("/listings", 700, "6-listings")
	v.at("/editions", 700, "6-editions")
	v.at("/credit", 700, "5-credit")
	file := tell[string](v, `[...document.querySelectorAll("a")].map(a => a.getAttribute("href")).filter(h => h.startsWith("/credit/R")).at(-1)`)
	v.Do(chromedp.Navigate(v.base + file))
	file = tell[string](v, `[...document.querySelectorAll("a")].map(a => a.getAttribute("href")).find(h => h.startsWith("/cases/C"))`)
	v.as("reviewer")
	v.at(file+"/papers/notice", 1000, "4-notice")
	v.at(file+"/papers/decision", 1000, "5-decision")
	v.at(file, 1200, "5-case")
	v.at("/lists?lang=zh", 800, "6-list")
	v.at("/lists/verify?lang=zh", 920, "6-verify")
	v.at("/tip?lang=zh", 900, "8-tip")
}

// draw takes the pictures of a campaign that was drawn, and of the page that
// checks it.
func (v *visitor) draw() {
	v.t.Helper()
	v.Do(chromedp.Navigate(v.base + "/inspections"))
	drawn := tell[string](v, `[...document.querySelectorAll("tr")].find(r => r.textContent.includes("重点检查")).querySelector("a").getAttribute("href")`)
	v.at(drawn, 920, "7-draw")
	text, err := chromedp.Run(v.Ctx, chromedp.Evaluate[string](`fetch("`+drawn+`/draw.json").then(a => a.text())`, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatal(err)
	}
	folder := v.t.TempDir()
	page, file := filepath.Join(folder, "verify-draw.html"), filepath.Join(folder, "draw.json")
	if err := errors.Join(os.WriteFile(page, verifier.Page, 0o600), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		v.t.Fatal(err)
	}
	v.Do(chromedp.EmulateViewport(1366, 820), chromedp.Navigate("file://"+page), chromedp.SetUploadFiles(chromedp.ID("file"), []string{file}),
		chromedp.WaitVisible(chromedp.CSS("#lists table")))
	v.picture("7-verifier")
}

// openDemonstration gives a one-time link for each user of the demonstration,
// once all of the round is there.
func openDemonstration(t *testing.T) map[string]string {
	t.Helper()
	began, day := time.Now(), time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
	out := &log{}
	e := &env{in: strings.NewReader(""), out: out, err: io.Discard, clock: func() time.Time { return day.Add(time.Since(began)) }}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	dir := t.TempDir() // goes after the demonstration has ended
	go func() {
		ended <- e.demo(ctx, &demonstration{dir: dir, addr: "127.0.0.1:0", place: demoPlace(day), first: demoHistory})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	links := map[string]string{}
	for range 2400 {
		for _, m := range regexp.MustCompile(`(\w+) +\S+ +(http://\S+/enter/\S+)`).FindAllStringSubmatch(out.String(), -1) {
			links[m[1]] = m[2]
		}
		if strings.Contains(out.String(), "举报回执") {
			return links
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatal(err, out)
		default:
			time.Sleep(50 * time.Millisecond)
		}
	}
	t.Fatal(out)
	return nil
}

// tell works out an expression in the page.
func tell[T any](v *visitor, expression string) T {
	v.t.Helper()
	return browsertest.JS[T](v.Window, expression)
}

// look sets language and theme.
func (v *visitor) look(value string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.Ctx, network.SetCookie, network.SetCookieParams{Name: "fundwatch-look", Value: value, URL: v.base}); err != nil {
		v.t.Fatal(err)
	}
}

// as leaves and comes back as somebody else.
func (v *visitor) as(login string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.Ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
	v.look("zh.light")
	v.Do(chromedp.Navigate(v.links[login]))
	v.enter()
}

// enter takes the one-time link that is shown.
func (v *visitor) enter() {
	v.t.Helper()
	v.Do(chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS("nav.side")))
}

// at takes a picture of a page, of its uppermost part of that height.
func (v *visitor) at(path string, height int64, name string) {
	v.t.Helper()
	v.Do(chromedp.EmulateViewport(1366, height), chromedp.Navigate(v.base+path))
	v.picture(name)
}

// lead finds the institution's lead with the most findings.
func (v *visitor) lead() string {
	v.t.Helper()
	v.Do(chromedp.Navigate(v.base + "/leads?kind=institution"))
	return tell[string](v, `[...document.querySelectorAll("table.leads tbody tr")]
		.sort((a, b) => Number(b.querySelector("td.num").textContent) - Number(a.querySelector("td.num").textContent))[0].querySelector("th a").getAttribute("href")`)
}

// until asks for the page again until something holds in it.
func (v *visitor) until(expression string) {
	v.t.Helper()
	for range 100 {
		if tell[bool](v, expression) {
			return
		}
		time.Sleep(200 * time.Millisecond)
		v.Do(chromedp.Navigate(tell[string](v, "location.href")))
	}
	v.t.Error("never: " + expression)
}

// picture writes what is seen, once the desk has read what it shows.
func (v *visitor) picture(name string) {
	v.t.Helper()
	v.until(`document.querySelector(".warn[role=status]") === null`)
	shot, err := chromedp.Call(v.Ctx, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{})
	if err != nil {
		v.t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		v.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, fewColours(full)); err != nil {
		v.t.Fatal(err)
	}
	if b.Len() > largestPicture {
		v.t.Errorf("%s has %d bytes, more than %d", name, b.Len(), largestPicture)
	}
	if err := os.WriteFile(filepath.Join(v.dir, name+".png"), b.Bytes(), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// fewColours gives the picture in its most frequent colours; every other one
// becomes the nearest of them.
func fewColours(full image.Image) *image.Paletted {
	const colours = 256
	count := map[color.RGBA]int{}
	area := full.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(full.At(x, y)).(color.RGBA) }
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	all := make([]color.RGBA, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		if n := count[b] - count[a]; n != 0 {
			return n
		}
		return bytes.Compare([]byte{a.R, a.G, a.B, a.A}, []byte{b.R, b.G, b.B, b.A})
	})
	palette := color.Palette{}
	for _, c := range all[:min(len(all), colours)] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	out := image.NewPaletted(area, palette)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := at(x, y)
			n, known := nearest[c]
			if !known {
				n = uint8(palette.Index(c))
				nearest[c] = n
			}
			out.SetColorIndex(x, y, n)
		}
	}
	return out
}
