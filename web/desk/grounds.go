package desk

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// ground is one detector that found something.
type ground struct {
	Detector string   `json:"detector"`
	Title    Words    `json:"title"`
	Doc      Words    `json:"doc"`
	Clears   Words    `json:"clears"`
	Grade    string   `json:"grade"`
	Basis    []string `json:"basis"`
	Findings int64    `json:"findings"`
}

type pathCount struct {
	Path     string `json:"path"`
	Findings int64  `json:"findings"`
}

type column struct {
	Label string
	Count int64
	Bar   template.HTML
}

type namedUser struct{ Login, Name string }

func (d *Desk) grounds(l *cases.Lead, p *leadPage) {
	for _, name := range slices.Sorted(maps.Keys(l.Detectors)) {
		g := ground{Detector: name, Title: Words{name, name}, Findings: l.Detectors[name]}
		if det := d.byID[name]; det != nil {
			g = groundOf(det)
			g.Findings = l.Detectors[name]
		}
		p.Grounds = append(p.Grounds, g)
	}
	for _, path := range slices.Sorted(maps.Keys(l.Paths)) {
		p.Paths = append(p.Paths, pathCount{path, l.Paths[path]})
	}
}

// times is when findings begin, to be drawn and told in a table.
type times struct {
	Days    []chart.Day   `json:"days"`
	Columns []column      `json:"-"`
	Drawing template.HTML `json:"-"`
}

// timeline draws when the findings of leads begin.
func (d *Desk) timeline(r *http.Request, leads ...string) (p times, err error) {
	for _, id := range leads {
		days, err := d.o.Cases.Days(r.Context(), id)
		if err != nil {
			return p, err
		}
		for _, day := range days {
			p.Days = append(p.Days, chart.Day{Day: day.Day, Count: day.Findings})
		}
	}
	p.Days = daysTogether(p.Days)
	lang := visitOf(r).lang
	columns := chart.Timeline(p.Days, func(label string, n int64) string { return lang.Say("timeline.tip", label, words.Int(n)) })
	p.Drawing = chart.Columns(columns, lang.Say("timeline.title"))
	var most int64
	for _, c := range columns {
		most = max(most, c.Count)
	}
	for _, c := range columns {
		if c.Count > 0 {
			p.Columns = append(p.Columns, column{c.Label, c.Count, chart.Bar(c.Count, most)})
		}
	}
	return p, nil
}

// daysTogether gives each day once, in order.
func daysTogether(days []chart.Day) (out []chart.Day) {
	slices.SortStableFunc(days, func(a, b chart.Day) int { return strings.Compare(a.Day, b.Day) })
	for _, day := range days {
		if n := len(out); n > 0 && out[n-1].Day == day.Day {
			out[n-1].Count += day.Count
			continue
		}
		out = append(out, day)
	}
	return out
}

// investigators lists who can work on leads of a county.
func (d *Desk) investigators(r *http.Request, county string) (out []namedUser, err error) {
	users, err := d.o.Accounts.Users(r.Context())
	for i := range users {
		if u := &users[i]; u.Status == accounts.Active && u.May(accounts.LeadDecide) && u.Sees(county) {
			out = append(out, namedUser{u.Login, u.Name})
		}
	}
	return out, err
}

// groundOf tells what a detector looks for.
func groundOf(det *detectors.Detector) ground {
	return ground{Detector: det.ID, Title: Words{det.Title.ZH, det.Title.EN}, Doc: Words{det.Doc.ZH, det.Doc.EN}, Clears: Words{det.Clears.ZH, det.Clears.EN},
		Grade: string(det.Grade), Basis: det.Basis}
}
