package desk

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"fundwatch/cases"
	"fundwatch/internal/journal"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// parse reads every page in every language: a template that does not fit stops
// the start.
func (d *Desk) parse() (map[words.Lang]map[string]*template.Template, error) {
	names, err := fs.Glob(templates, "templates/*.gohtml")
	if err != nil {
		return nil, err
	}
	out := map[words.Lang]map[string]*template.Template{}
	for _, lang := range words.Langs() {
		out[lang] = map[string]*template.Template{}
		shared := template.New("").Funcs(d.funcs(lang))
		for _, file := range []string{"templates/layout.gohtml", "templates/parts.gohtml"} {
			if err := add(shared, file); err != nil {
				return nil, err
			}
		}
		for _, file := range names {
			name := strings.TrimSuffix(path.Base(file), ".gohtml")
			if name == "layout" || name == "parts" {
				continue
			}
			own, err := shared.Clone()
			if err == nil {
				err = add(own, file)
			}
			if err != nil {
				return nil, fmt.Errorf("page %s: %w", name, err)
			}
			out[lang][name] = own
		}
	}
	return out, nil
}

// indentation is a line break and the indentation behind it. Templates are laid out
// for who reads them; in a page it would be bytes, and blanks that nobody meant.
var indentation = regexp.MustCompile(`\n[ \t]+`)

// add reads a file of templates into a set.
func add(to *template.Template, file string) error {
	text, err := templates.ReadFile(file)
	if err == nil {
		_, err = to.New(path.Base(file)).Parse(indentation.ReplaceAllString(string(text), ""))
	}
	return err
}

// funcs are what templates may call. They know the language.
func (d *Desk) funcs(lang words.Lang) template.FuncMap {
	return template.FuncMap{
		"t":       lang.Say,
		"named":   lang.Or,
		"who":     func(login string) template.HTML { return d.whoDid(lang, login) },
		"user":    d.userOf,
		"name":    func(login string) string { return d.name(lang, login) },
		"int":     wholeNumber,
		"len":     func(v any) int { return length(v) },
		"yuan":    words.Yuan,
		"large":   lang.Large,
		"range_":  days,
		"clauses": words.Clauses,
		"w":       func(text Words) string { return text.In(lang) },
		"says":    func(x wrong) string { return x.In(lang) },
		"int64":   func(n int) string { return words.Int(int64(n)) },
		"short":   func(id string) string { before, _, _ := strings.Cut(id, "-"); return before },
		"bar":     chart.Bar,
		"day":     wholeDay,
		"ago":     func(stamp string) string { return d.ago(lang, stamp) },
		"county": func(code string) string {
			if code == "" {
				return lang.Say("county.none")
			}
			return lang.Or("county."+code, code)
		},
		"date":  lang.Date,
		"kinds": cases.EvidenceKinds,
		"field": func(name, label, value string) field { return field{Name: name, Label: label, Value: value} },
	}
}

// ago words a stamp of the journal as a notice does.
func (d *Desk) ago(lang words.Lang, stamp string) string {
	at, err := journal.ParseStamp(stamp)
	if err != nil {
		return words.None
	}
	return lang.Ago(at, d.o.Clock().In(at.Location()))
}

// wholeDay gives a day to a field for days, which takes nothing else.
func wholeDay(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return ""
	}
	return text
}

// field is one field of a form.
type field struct{ Name, Label, Value string }

// days writes a range of days or times that breaks between them only.
func days(first, last string) template.HTML {
	parts := strings.Split(words.Range(first, last), " ～ ")
	for i, p := range parts {
		parts[i] = `<span class="nb">` + template.HTMLEscapeString(p) + `</span>`
	}
	return template.HTML(strings.Join(parts, " ～ "))
}

// wholeNumber writes a count of either kind.
func wholeNumber(n any) string {
	switch v := n.(type) {
	case int:
		return words.Int(int64(v))
	case int64:
		return words.Int(v)
	}
	return words.None
}
