package public

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"fundwatch/blacklist"
	"fundwatch/inspection"
	"fundwatch/tips"
	"fundwatch/web/source"
	"fundwatch/web/words"
)

// Words are a text in both languages.
type Words struct{ ZH, EN string }

// Options are what the site works with.
type Options struct {
	Region Words
	Label  string // of embedded services; empty: none
	Lists  fs.FS  // folder of the editions; nil: none are published here
	// Index gives who is restricted now.
	Index  func() *blacklist.Index
	Secure bool        // browsers come by TLS
	Tips   *tips.Store // nil: nobody can report here
	// Inspections are those whose draws are shown; nil: none.
	Inspections *inspection.Store
	Rule        inspection.Rule
	Clock       func() time.Time // for tips
	// Chance makes the keys by which sources of tips are told apart; nil: they
	// are not.
	Chance  io.Reader
	Sources source.Rule
	// Failed is told of errors that are nobody's fault outside.
	Failed func(where string, err error)
}

// Site answers public addresses. It is safe for many goroutines.
type Site struct {
	o       Options
	mux     *http.ServeMux
	pages   map[words.Lang]map[string]*template.Template
	styleAt string
	iconAt  string
	looks   map[string]look
	list    shelf
	takes   *meter // tips that come in
	tries   *meter // receipts that are tried
}

//go:embed templates/*.gohtml
var templates embed.FS

//go:embed static/style.css
var style []byte

//go:embed static/icon.svg
var icon []byte

// program verifies a folder with Python alone. docs/lists.md shows the same.
//
//go:embed static/verify.py
var program []byte

// look is a file that pages load, under a name that holds the hash of its
// content: it may be kept for ever.
type look struct {
	kind    string
	content []byte
}

// looks names them by address.
func looks() (styleAt, iconAt string, all map[string]look) {
	named := func(name, ext string, b []byte) string {
		sum := sha256.Sum256(b)
		return "/lists/" + name + "." + hex.EncodeToString(sum[:8]) + ext
	}
	styleAt, iconAt = named("style", ".css", style), named("icon", ".svg", icon)
	return styleAt, iconAt, map[string]look{styleAt: {"text/css; charset=utf-8", style}, iconAt: {"image/svg+xml", icon}}
}

// New makes a site. A template that does not fit is an error.
func New(o Options) (*Site, error) {
	s := &Site{o: o, mux: http.NewServeMux(), pages: map[words.Lang]map[string]*template.Template{}, list: shelf{folder: o.Lists},
		takes: newMeter(limits{30, 120, 10}, o.Chance), tries: newMeter(limits{60, 1200, 30}, o.Chance)}
	s.styleAt, s.iconAt, s.looks = looks()
	files, err := fs.Glob(templates, "templates/*.gohtml")
	if err != nil {
		return nil, err
	}
	for _, lang := range words.Langs() {
		s.pages[lang] = map[string]*template.Template{}
		for _, f := range files {
			name := strings.TrimSuffix(path.Base(f), ".gohtml")
			page, err := template.New("").Funcs(s.funcs(lang)).ParseFS(templates, "templates/layout.gohtml", f)
			if err != nil {
				return nil, fmt.Errorf("public page %s: %w", name, err)
			}
			s.pages[lang][name] = page
		}
	}
	for _, rt := range routes() {
		s.mux.Handle(rt.method+" "+rt.path, s.gate(rt))
	}
	return s, nil
}

func (s *Site) funcs(lang words.Lang) template.FuncMap {
	return template.FuncMap{"t": lang.Say, "named": lang.Or, "clauses": words.Clauses, "int": func(n int) string { return words.Int(int64(n)) }}
}

// route is an address.
type route struct {
	method string
	path   string
	do     func(s *Site, w http.ResponseWriter, r *http.Request) error
}

func routes() []route {
	return append(slices.Concat(tipRoutes(), drawRoutes()), []route{
		{http.MethodGet, "/lists", showList},
		{http.MethodGet, "/lists/editions", showEditions},
		{http.MethodGet, "/lists/verify", showVerify},
		{http.MethodGet, "/lists/files/{file}", sendFile},
		{http.MethodGet, "/lists/verify.py", sendProgram},
		{http.MethodGet, "/lists/{look}", sendLook},
		{http.MethodGet, "/api/v1/restrictions/{id}", answerRestriction},
	}...)
}

// Has reports whether an address is one of the site's.
func Has(at string) bool {
	if at == "/draws" || strings.HasPrefix(at, "/draws/") || at == "/verify-draw.html" {
		return true
	}
	return at == "/tip" || strings.HasPrefix(at, "/tip/") || at == "/lists" || strings.HasPrefix(at, "/lists/") || strings.HasPrefix(at, "/api/v1/restrictions/")
}

// headers are on every answer: one style of our own, and nothing else may be
// loaded, framed, run or sent.
var headers = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Cache-Control":                "no-cache",
	"Vary":                         "Accept, Accept-Language",
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	if s.o.Secure {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	tip := r.URL.Path == "/tip" || strings.HasPrefix(r.URL.Path, "/tip/")
	if tip {
		w.Header().Set("Cache-Control", "no-store") // what somebody reports stays in no cache
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && (r.Method != http.MethodPost || !tip) {
		w.Header().Set("Allow", "GET, HEAD")
		s.refuse(w, r, http.StatusMethodNotAllowed)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.refuse(w, r, http.StatusNotFound)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Reasons for no page.
var (
	errNothing = errors.New("nothing here")
	errClosed  = errors.New("the list does not verify or cannot be read")
)

func (s *Site) gate(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := rt.do(s, w, r)
		switch {
		case err == nil:
		case errors.Is(err, errNothing):
			s.refuse(w, r, http.StatusNotFound)
		default:
			s.o.Failed(rt.path, err)
			s.refuse(w, r, http.StatusServiceUnavailable)
		}
	})
}

type refusal struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
}

func (s *Site) refuse(w http.ResponseWriter, r *http.Request, status int) {
	key := map[int]string{http.StatusNotFound: "public.nothing", http.StatusMethodNotAllowed: "public.method"}[status]
	if key == "" {
		key = "public.closed"
	}
	s.show(w, r, status, "refusal", refusal{status, langOf(r).Say(key)})
}

// frame is what stands around every page.
type frame struct {
	Lang          words.Lang
	Region, Label string
	Style, Icon   string
	Title         string
	Here          string // address of the page
	Other         string // the same in the other language
	Query         string // that keeps the language
	Tips          bool   // one can report here
	Draws         bool   // the page is of inspections
	Page          any
}

// langOf: the language asked for in the address, else by the browser. There is
// no cookie.
func langOf(r *http.Request) words.Lang {
	switch r.URL.Query().Get("lang") {
	case "en":
		return words.EN
	case "zh":
		return words.ZH
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "en") {
		return words.EN
	}
	return words.ZH
}

func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// show answers with a page, or the same as JSON. The page is made whole first.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, name string, page any) {
	if wantsJSON(r) {
		b, err := json.Marshal(page)
		if err != nil {
			s.o.Failed(name, err)
			status, b = http.StatusInternalServerError, []byte("{}")
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		w.Write(append(b, '\n')) // whoever has gone away does not hear it
		return
	}
	lang := langOf(r)
	f := frame{Lang: lang, Region: lang.Of(s.o.Region.ZH, s.o.Region.EN), Label: s.o.Label, Style: s.styleAt, Icon: s.iconAt, Title: lang.Say("public.title." + name),
		Here: r.URL.Path, Other: inLang(r.URL, lang.Of("en", "zh")), Tips: s.o.Tips != nil,
		Draws: name == "draws" || name == "draw", Page: page}
	if r.URL.Query().Has("lang") {
		f.Query = "?lang=" + string(lang)
	}
	var b bytes.Buffer
	if err := s.pages[lang][name].ExecuteTemplate(&b, "layout", &f); err != nil {
		s.o.Failed(name, err)
		http.Error(w, lang.Say("public.closed"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // whoever has gone away does not see it
}

func inLang(at *url.URL, lang string) string {
	q := at.Query()
	q.Set("lang", lang)
	return at.Path + "?" + q.Encode()
}

func sendLook(s *Site, w http.ResponseWriter, r *http.Request) error {
	l, ok := s.looks[r.URL.Path]
	if !ok {
		return errNothing
	}
	w.Header().Set("Content-Type", l.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(l.content) // whoever has gone away does not see it
	return nil
}

func sendProgram(_ *Site, w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/x-python; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="verify.py"`)
	w.Write(program) // whoever has gone away does not see it
	return nil
}
