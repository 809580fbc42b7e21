package browsertest

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// find.js finds what people see.
//
//go:embed find.js
var finder string

// Visit opens an address.
func (w *Window) Visit(address string) {
	w.t.Helper()
	w.Do(chromedp.Navigate(address))
}

// Press presses the link or button that says so and waits for the page it leads
// to, or unfolds what a summary says. Within, where it is given, is the name of the part of the
// page that is meant, or texts that stand in it, as in a row.
func (w *Window) Press(name string, within ...string) {
	w.t.Helper()
	at := w.find("press", name, within)
	began := JS[float64](w, "performance.timeOrigin")
	unfolds := JS[bool](w, "document.querySelector("+quoted(string(at))+`).matches("summary")`)
	w.Do(chromedp.Click(at))
	if !unfolds && !w.holds(fmt.Sprintf("performance.timeOrigin !== %v", quoted(began))) {
		w.t.Fatalf("%q leads nowhere; the browser holds back %s; %s", name, JS[string](w, `[...document.querySelectorAll("form :invalid")].map((e) => e.name).join(", ")`), w.Where())
	}
}

// Fill enters a text into the field with a label, chooses what a list names so,
// or sets a day (2006-01-02).
func (w *Window) Fill(label, value string, within ...string) {
	w.t.Helper()
	at := w.find("field", label, within)
	element := "document.querySelector(" + quoted(string(at)) + ")"
	if JS[bool](w, element+`.matches("select, [type=date]")`) {
		// A day is typed in another order in each language; a list opens outside of the page.
		said := JS[string](w, fmt.Sprintf(`((e, want) => {
			let of = e.options && [...e.options].filter((o) => o.text.trim() === want);
			if (of && of.length === 0) of = [...e.options].filter((o) => o.text.includes(want));
			if (of && of.length !== 1) return of.length + " of " + [...e.options].map((o) => o.text).join(" / ");
			e.value = of ? of[0].value : want;
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
			return e.value === "" ? "no " + want : "";
		})(%s, %s)`, element, quoted(value)))
		if said != "" {
			w.t.Fatalf("%q cannot be %q: %s; %s", label, value, said, w.Where())
		}
		return
	}
	w.Do(chromedp.Click(at), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if _, err := chromedp.Call(w.Ctx, input.InsertText, input.InsertTextParams{Text: value}); err != nil {
		w.t.Fatal(err)
	}
	if have := JS[string](w, element+".value"); have != value {
		w.t.Fatalf("%q takes %q of %q; %s", label, have, value, w.Where())
	}
}

// Tick ticks or clears a box.
func (w *Window) Tick(label string, within ...string) {
	w.t.Helper()
	w.Do(chromedp.Click(w.find("field", label, within)))
}

// Sees reports whether a text can be read in the page.
func (w *Window) Sees(text string) bool {
	w.t.Helper()
	return JS[bool](w, shows(text))
}

// Read waits until a text can be read in the page.
func (w *Window) Read(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if !w.holds(shows(text)) {
			w.t.Fatalf("%q is not to be read; %s", text, w.Where())
		}
	}
}

func shows(text string) string { return "document.body.innerText.includes(" + quoted(text) + ")" }

// Status is that of the answer which is shown.
func (w *Window) Status() int {
	w.t.Helper()
	return JS[int](w, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// Path is where the window is, on its server.
func (w *Window) Path() string {
	w.t.Helper()
	return JS[string](w, "location.pathname")
}

// find waits for exactly one thing of that name that can be seen.
func (w *Window) find(kind, name string, within []string) chromedp.CSS {
	w.t.Helper()
	w.marks++
	call := fmt.Sprintf("(%s)(%s, %s, %s, %d)", finder, quoted(kind), quoted(name), quoted(append([]string{}, within...)), w.marks)
	if !w.holds(call + ` === ""`) {
		w.t.Fatalf("%q %q: %s; %s", name, within, JS[string](w, call), w.Where())
	}
	return chromedp.CSS(fmt.Sprintf(`[data-found="%d"]`, w.marks))
}

// quoted writes a value as JavaScript does.
func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
