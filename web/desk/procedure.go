package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
)

// procedurePage is the table of moves as people read it, with the terms of the
// place.
type procedurePage struct {
	Moves []ruleRow  `json:"moves"`
	Terms []clockRow `json:"terms"`
}

// ruleRow is a row of the table of moves.
type ruleRow struct {
	Name  string    `json:"move"`
	What  Words     `json:"what"`
	From  []string  `json:"from"`
	To    string    `json:"to,omitempty"`
	May   string    `json:"permission"`
	Eyes  bool      `json:"approved_by_another"`
	Needs []lackRow `json:"guards"`
	Basis string    `json:"basis"`
}

func showProcedure(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var p procedurePage
	for _, m := range cases.Moves() {
		row := ruleRow{Name: m.Name, What: wordsOf(m.What), To: string(m.To), May: string(m.May), Eyes: m.Eyes, Basis: m.Basis}
		for _, s := range m.From {
			row.From = append(row.From, string(s))
		}
		for _, g := range slices.Concat(m.Before, m.After) {
			row.Needs = append(row.Needs, lackRow{g.Name, wordsOf(g.What), wordsOf(g.Where), g.Basis})
		}
		p.Moves = append(p.Moves, row)
	}
	for _, n := range cases.TermNames() {
		t := d.o.Procedure.Terms[n.Name]
		p.Terms = append(p.Terms, clockRow{What: wordsOf(n.What), N: t.N, Unit: t.Unit, Basis: t.Basis})
	}
	return d.show(w, r, "procedure", p)
}
