package desk

import (
	"bytes"
	"embed"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

//go:embed templates/*.gohtml
var templates embed.FS

// frame is what stands around every page.
type frame struct {
	Lang   words.Lang
	Theme  string
	Title  string
	Region string
	Label  string
	Path   string // to come back to
	User   *accounts.User
	Menu   []menuItem
	Style  string
	Script string
	Live   string // script of pages that are live
	Icon   string
	Status int
	Again  int   // seconds after which a browser without script asks again; 0: never
	Behind int64 // claims that wait to be examined; 0: none worth a word
	Page   any
}

type menuItem struct {
	Name, Path string
	Here       bool
	Admin      bool // what administrators see begins here
}

// show answers with a page, or the same as JSON.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, name string, page any) error {
	return d.showAs(w, r, http.StatusOK, name, page)
}

func (d *Desk) showAs(w http.ResponseWriter, r *http.Request, status int, name string, page any) error {
	v := visitOf(r)
	if v.json {
		writeJSON(w, status, page)
		return nil
	}
	d.render(w, r, status, name, d.title(v.lang, name, page), page)
	return nil
}

// waiting pages are asked for again after some seconds, by browsers without
// script; 0 seconds: no more.
type waiting interface{ refresh() int }

// titled pages say themselves what they are about.
type titled interface{ title(words.Lang) string }

func (d *Desk) title(lang words.Lang, name string, page any) string {
	if t, ok := page.(titled); ok {
		return t.title(lang)
	}
	return lang.Say(name + ".title")
}

// render writes a page. It is made whole before a byte of it is sent, so a
// mistake in a template is an error and not half a page.
func (d *Desk) render(w http.ResponseWriter, r *http.Request, status int, name, title string, page any) {
	v := visitOf(r)
	f := frame{Lang: v.lang, Theme: v.theme, Title: title, Region: v.lang.Of(d.o.RegionName.ZH, d.o.RegionName.EN), Label: d.o.Label,
		Path: r.URL.RequestURI(), Style: d.assets.url["style.css"], Script: d.assets.url["app.js"], Live: d.assets.url["live.js"], Icon: d.assets.url["icon.svg"], Status: status, Page: page}
	if (v.stage == accounts.Full || v.stage == accounts.Vouched) && v.user != nil {
		f.User, f.Menu = v.user, d.menu(v, r.URL.Path)
		if v.user.May(accounts.LeadRead) {
			f.Behind = d.behind()
		}
	}
	if r.Method != http.MethodGet {
		f.Path = "/"
	}
	if p, ok := page.(waiting); ok && status == http.StatusOK {
		f.Again = p.refresh()
	}
	d.learn(r.Context())
	var b bytes.Buffer
	if err := d.pages[v.lang][name].ExecuteTemplate(&b, "layout", &f); err != nil {
		d.o.Failed(name, err)
		http.Error(w, v.lang.Say("problem.internal"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // whoever has gone away does not see it
}

// menu lists what the user may open.
func (d *Desk) menu(v *visit, at string) (out []menuItem) {
	admin := false
	for i := range d.routes {
		rt := &d.routes[i]
		if rt.menu == "" || rt.may != accounts.SignedIn && !v.user.May(rt.may) {
			continue
		}
		item := menuItem{Name: v.lang.Say(rt.menu), Path: strings.TrimSuffix(rt.path, "{$}")}
		item.Here = at == item.Path || item.Path != "/" && strings.HasPrefix(at, item.Path+"/")
		if rt.admin && !admin {
			item.Admin, admin = true, true
		}
		out = append(out, item)
	}
	return out
}

// done answers a POST that did what was asked: a browser goes on to a page, a
// program is told where it would.
func (d *Desk) done(w http.ResponseWriter, r *http.Request, to string) error {
	if visitOf(r).json {
		writeJSON(w, http.StatusOK, Done{Done: true, Location: to})
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Done is the answer to a program that changed something.
type Done struct {
	Done     bool   `json:"done"`
	Location string `json:"location"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // structs of texts and numbers can always be written
		status, b = http.StatusInternalServerError, []byte(`{"code":"internal"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(append(b, '\n')) // whoever has gone away does not hear it
}

// now is the time by the clock of the product.
func (d *Desk) now() time.Time { return d.o.Clock() }
