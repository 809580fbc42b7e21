package desk

import (
	"net/http"

	"fundwatch/cases"
)

// CaseRow is a case in a list.
type CaseRow struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Version  int64     `json:"version"`
	Waits    bool      `json:"waits"` // for approval by another person
	How      string    `json:"how"`   // decision, hand, check, tip
	Path     string    `json:"path,omitempty"`
	Revision string    `json:"revision,omitempty"`
	OpenedAt string    `json:"opened_at"`
	By       string    `json:"by"`
	Reason   string    `json:"reason,omitempty"`
	Check    *checkRow `json:"check,omitempty"` // the inspection it comes from
	Tip      *tipFrom  `json:"tip,omitempty"`   // the tip it comes from
	Leads    []LeadRow `json:"leads"`
	Amount   int64     `json:"amount_fen"`
}

// checkRow is the result of an inspection from which a case was opened.
type checkRow struct {
	Campaign string  `json:"campaign"`
	Object   string  `json:"object"`
	Subject  Subject `json:"subject"`
	Path     string  `json:"path"`
}

// tipFrom is the tip from which a case was opened: its id, and whom the case is
// about.
type tipFrom struct {
	ID      string  `json:"id"`
	Subject Subject `json:"subject"`
}

// casesPage lists cases, those opened last first.
type casesPage struct {
	Cases []CaseRow `json:"cases"`
	Pager Pager     `json:"pager"`
}

// caseRow makes a case fit to be seen: of its leads those in scope.
func (d *Desk) caseRow(r *http.Request, c *cases.Case) (CaseRow, error) {
	row := CaseRow{ID: c.ID, Status: string(c.Status), Version: c.Version, Waits: c.File.Proposal != nil, How: c.How, Path: c.Path, Revision: c.Revision, OpenedAt: c.OpenedAt, By: c.Opened.Who, Reason: c.Opened.Reason}
	if k := c.Check; k != nil {
		row.Check = &checkRow{k.Campaign, k.Object, d.subject(k.Subject), taskPath(k.Campaign, k.Object)}
	}
	if t := c.Tip; t != nil {
		row.Tip = &tipFrom{t.ID, d.subject(t.Subject)}
	}
	u := visitOf(r).user
	leads, err := d.leadRows(r, c.Leads)
	if err != nil {
		return row, err
	}
	for _, l := range leads {
		if u.Sees(l.Subject.County) {
			row.Leads = append(row.Leads, l)
			row.Amount += l.Amount
		}
	}
	return row, nil
}

func showCases(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Page int `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	all, err := d.casesInScope(r)
	if err != nil {
		return err
	}
	p := casesPage{Pager: pager(q.Page, len(all), perPage)}
	if len(all) > 0 {
		for _, c := range all[p.Pager.From-1 : p.Pager.To] {
			row, err := d.caseRow(r, &c)
			if err != nil {
				return err
			}
			p.Cases = append(p.Cases, row)
		}
	}
	return d.show(w, r, "cases", p)
}

// casesAtATime is how many cases are read together.
const casesAtATime = 1000

// casesInScope lists the cases of which the user sees a lead.
func (d *Desk) casesInScope(r *http.Request) (out []cases.Case, err error) {
	u := visitOf(r).user
	for offset := 0; ; offset += casesAtATime {
		_, some, err := d.o.Cases.Cases(r.Context(), offset, casesAtATime)
		if err != nil {
			return nil, err
		}
		for i := range some {
			if seesAll(u) || d.caseInScope(r, u, &some[i]) == nil {
				out = append(out, some[i])
			}
		}
		if len(some) < casesAtATime {
			return out, nil
		}
	}
}
