package desk

import (
	"net/http"

	"fundwatch/web/words"
)

// casePage is one case, in its first form: its leads and why it was opened.
type casePage struct {
	Case    CaseRow  `json:"case"`
	History []actRow `json:"history"`
	Hidden  int      `json:"hidden"` // leads of other counties
}

func (p casePage) title(lang words.Lang) string { return lang.Say("case.page", p.Case.ID) }

func showCase(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	row, err := d.caseRow(r, &c)
	if err != nil {
		return err
	}
	p := casePage{Case: row, Hidden: len(c.Leads) - len(row.Leads)}
	for _, a := range d.o.Trail.About("case:" + c.ID) {
		p.History = append(p.History, rowOf(&a))
	}
	if c.How == "decision" {
		p.History = append(p.History, actRow{At: c.OpenedAt, Kind: "case.decision", Object: "case:" + c.ID, Who: "policy"})
	}
	return d.show(w, r, "case", p)
}
