// Package browsertest gives tests Chromium, and what people do in it.
//
// FUNDWATCH_TEST_BROWSER names the program; a test that opens a window is
// skipped where it names none. Windows opened beside one another have cookies
// of their own, as browsers of several people have.
package browsertest

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long anything may take before a test gives it up for dead: a
// machine that has much else to do is slow, and that is no failure.
const Patience = 5 * time.Minute

// Window is a window of Chromium with one page.
type Window struct {
	Ctx context.Context // of the page, for chromedp
	t   testing.TB

	mu    sync.Mutex
	noise []string // errors and warnings of the console
	marks int      // elements that were found so far
}

// Open starts Chromium and gives its first window. It ends with the test.
func Open(t testing.TB) *Window {
	t.Helper()
	program := os.Getenv("FUNDWATCH_TEST_BROWSER")
	if program == "" {
		t.Skip("FUNDWATCH_TEST_BROWSER names no browser: .ci/run browser does")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("accept-lang", "zh-CN"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	return open(allocated, t)
}

// Beside opens another window of the same Chromium, which shares no cookies
// with this one.
func (w *Window) Beside() *Window {
	w.t.Helper()
	return open(w.Ctx, w.t, chromedp.WithNewBrowserContext())
}

func open(in context.Context, t testing.TB, options ...chromedp.ContextOption) *Window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in, options...)
	t.Cleanup(cancel)
	w := &Window{Ctx: ctx, t: t}
	// Several windows are there at once, and each believes that it has the focus.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			w.note("exception: " + e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			// A page that is not there, or a form that was not taken, is told as an
			// error of the network.
			refused := strings.Contains(e.Entry.Text, "the server responded with a status of 4")
			if e.Entry.Level == log.EntryLevelError && !refused || e.Entry.Level == log.EntryLevelWarning {
				w.note(e.Entry.Text)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *Window) note(text string) {
	w.mu.Lock()
	w.noise = append(w.noise, text)
	w.mu.Unlock()
}

// Quiet gives what the console said since it was last asked: errors, warnings,
// exceptions.
func (w *Window) Quiet() (noise []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	noise, w.noise = w.noise, nil
	return noise
}

// WithoutScripts switches the scripts of all pages off. What tests ask a page
// is still answered.
func (w *Window) WithoutScripts() {
	w.t.Helper()
	if _, err := chromedp.Call(w.Ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		w.t.Fatal(err)
	}
}

// Do runs actions.
func (w *Window) Do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.Ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		w.t.Fatal(err)
	}
}

// JS works out an expression in the page.
func JS[T any](w *Window, expression string, options ...chromedp.EvaluateOption) T {
	w.t.Helper()
	v, err := evaluate[T](w, expression, options...)
	if err != nil {
		w.t.Fatal(expression[:min(len(expression), 60)], err)
	}
	return v
}

func evaluate[T any](w *Window, expression string, options ...chromedp.EvaluateOption) (T, error) {
	ctx, cancel := context.WithTimeout(w.Ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
}

// Until asks the page until something holds in it, also while it gives way to
// the next one.
func (w *Window) Until(expression string) {
	w.t.Helper()
	if !w.holds(expression) {
		w.t.Fatalf("never: %s; %s", expression, w.Where())
	}
}

func (w *Window) holds(expression string) bool {
	ctx, cancel := context.WithTimeout(w.Ctx, Patience)
	defer cancel()
	for ; ctx.Err() == nil; time.Sleep(30 * time.Millisecond) {
		if is, err := evaluate[bool](w, `document.readyState === "complete" && (`+expression+`)`); err == nil && is {
			return true
		}
	}
	return false
}

// Where says what the window shows, for whoever reads of a failure.
func (w *Window) Where() string {
	text, err := evaluate[string](w, `location.href + ": " + (document.querySelector("main") ?? document.body).innerText.slice(0, 1500)`)
	if err != nil {
		return err.Error()
	}
	return text
}
