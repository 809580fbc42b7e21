package desk

import (
	"maps"
	"net/http"
	"slices"

	"fundwatch/policies/regions"
	"fundwatch/web/words"
)

// policiesPage is what policies decide with here: the questions, and what the
// region and the country set, each with its clause.
type policiesPage struct {
	Revision    string          `json:"revision"`
	Questions   []questionRow   `json:"questions"`
	Values      []valueRow      `json:"values"`
	Clocks      []termRow       `json:"clocks"`
	Departments []departmentRow `json:"departments"`
	Texts       []textRow       `json:"texts"`
	Open        int             `json:"open"` // of all that is listed: set by no text
}

// questionRow is a question that policies answer.
type questionRow struct {
	Name          string   `json:"name"`
	Circumstances int      `json:"circumstances"`
	Paths         []string `json:"paths"`
}

// setBy tells who sets something, and by which clause.
type setBy struct {
	Clause string `json:"clause"` // empty: no text sets it
	Own    bool   `json:"own"`    // by the region itself
}

// valueRow is a number, a day or a list.
type valueRow struct {
	Name string `json:"name"`
	What Words  `json:"what"`
	Unit string `json:"unit"`
	// One of these holds where there is a clause.
	Number int64    `json:"number"`
	Day    string   `json:"day,omitempty"`
	List   []string `json:"list,omitempty"`
	setBy
}

// termRow is a period of law.
type termRow struct {
	Name   string `json:"name"`
	What   Words  `json:"what"`
	Unit   string `json:"unit"`
	Number int64  `json:"number"`
	Extend int64  `json:"extend"`
	setBy
}

// departmentRow is who stands behind a path of a referral.
type departmentRow struct {
	Path string `json:"path"`
	Name Words  `json:"name"`
	setBy
}

// textRow is a law or regulation that clauses name.
type textRow struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

func showPolicies(d *Desk, w http.ResponseWriter, r *http.Request) error {
	book := &d.o.Policy
	p := policiesPage{Revision: book.Revision}
	for _, name := range regions.Questions() {
		p.Questions = append(p.Questions, questionRow{name, len(book.Circumstances[name]), regions.PathsOf(name)})
	}
	for _, n := range regions.Names() {
		row := valueRow{Name: n.Name, What: Words{n.ZH, n.EN}, Unit: string(n.Unit)}
		s, own := book.Policy.Values[n.Name], book.Own.Values[n.Name]
		if row.setBy = p.set(s.Clause, own.Clause); s.Number != nil {
			row.Number = *s.Number
		}
		row.Day, row.List = s.Day, s.List
		p.Values = append(p.Values, row)
	}
	for _, n := range regions.ClockNames() {
		c, own := book.Policy.Clocks[n.Name], book.Own.Clocks[n.Name]
		p.Clocks = append(p.Clocks, termRow{Name: n.Name, What: Words{n.ZH, n.EN}, Unit: c.Unit, Number: c.Number, Extend: c.Extend, setBy: p.set(c.Clause, own.Clause)})
	}
	for _, path := range regions.ReferralPaths() {
		dep, own := book.Policy.Departments[path], book.Own.Departments[path]
		p.Departments = append(p.Departments, departmentRow{path, Words{dep.ZH, dep.EN}, p.set(dep.Clause, own.Clause)})
	}
	for _, short := range slices.Sorted(maps.Keys(book.Texts)) {
		p.Texts = append(p.Texts, textRow{short, book.Texts[short]})
	}
	return d.show(w, r, "policies", p)
}

// set counts what no text sets.
func (p *policiesPage) set(clause, own string) setBy {
	if clause == "" {
		p.Open++
	}
	return setBy{clause, own != ""}
}

// policyPage is what one question looks at.
type policyPage struct {
	Question      string            `json:"question"`
	Order         string            `json:"order"` // clause of the order
	Circumstances []circumstanceRow `json:"circumstances"`
}

// circumstanceRow is what may hold, and where it leads.
type circumstanceRow struct {
	Code     string   `json:"code"`
	What     Words    `json:"what"`
	Path     string   `json:"path"` // empty: the region sets none
	Priority int64    `json:"priority"`
	Clocks   []Words  `json:"clocks"`
	Basis    []string `json:"basis"`
}

func (p policyPage) title(lang words.Lang) string { return lang.Say("question." + p.Question) }

func showPolicy(d *Desk, w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("question")
	ways := d.o.Policy.Policy.Of(name)
	if ways == nil {
		return errNothing
	}
	p := policyPage{Question: name, Order: ways.Order.Clause, Circumstances: []circumstanceRow{}}
	for _, c := range d.o.Policy.Circumstances[name] {
		row := circumstanceRow{Code: c.Code, What: Words{c.ZH, c.EN}, Path: c.Way.Path, Priority: c.Way.Priority, Basis: c.Basis, Clocks: []Words{}}
		for _, clock := range c.Way.Clocks {
			row.Clocks = append(row.Clocks, clockWords(clock))
		}
		p.Circumstances = append(p.Circumstances, row)
	}
	return d.show(w, r, "policy", p)
}

func clockWords(name string) Words {
	for _, n := range regions.ClockNames() {
		if n.Name == name {
			return Words{n.ZH, n.EN}
		}
	}
	return Words{name, name}
}
