package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fundwatch/cases"
	"fundwatch/web/words"
)

// CaseRow is a case in a list.
type CaseRow struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	How      string    `json:"how"` // decision, hand
	Path     string    `json:"path,omitempty"`
	Revision string    `json:"revision,omitempty"`
	OpenedAt string    `json:"opened_at"`
	By       string    `json:"by"`
	Reason   string    `json:"reason,omitempty"`
	Leads    []LeadRow `json:"leads"`
	Amount   int64     `json:"amount_fen"`
}

// casesPage lists cases, those opened last first.
type casesPage struct {
	Cases []CaseRow `json:"cases"`
	Pager Pager     `json:"pager"`
}

// caseRow makes a case fit to be seen: of its leads those in scope.
func (d *Desk) caseRow(r *http.Request, c *cases.Case) (CaseRow, error) {
	row := CaseRow{ID: c.ID, Status: string(c.Status), How: c.How, Path: c.Path, Revision: c.Revision, OpenedAt: c.OpenedAt, By: c.Opened.Who, Reason: c.Opened.Reason}
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

// openPage asks whether a case is to be opened of these leads.
type openPage struct {
	Leads  []LeadRow `json:"leads"`
	Left   []LeadRow `json:"left"` // that cannot be opened, being in a case or withdrawn
	Amount int64     `json:"amount_fen"`
	Act    string    `json:"act"`
	Fault  string    `json:"fault,omitempty"`
}

type openQuery struct {
	Lead []string `json:"lead"`
}

// openForm names leads with the version that was seen: L…@3.
type openForm struct {
	Act    string   `json:"act"`
	Leads  []string `json:"leads"`
	Reason string   `json:"reason"`
}

func showOpen(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q openQuery
	if err := query(r, &q); err != nil {
		return err
	}
	if len(q.Lead) == 0 {
		return &problem{status: http.StatusUnprocessableEntity, code: "choose"}
	}
	p, err := d.opening(r, q.Lead)
	if err != nil {
		return err
	}
	return d.show(w, r, "open", p)
}

func (d *Desk) opening(r *http.Request, ids []string) (p openPage, err error) {
	slices.Sort(ids)
	leads, err := d.leadRows(r, slices.Compact(ids))
	if err != nil {
		return p, err
	}
	for _, l := range leads {
		if l.Status == cases.New || l.Status == cases.Dismissed {
			p.Leads = append(p.Leads, l)
			p.Amount += l.Amount
		} else {
			p.Left = append(p.Left, l)
		}
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func postOpen(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f openForm
	if err := read(r, &f); err != nil {
		return err
	}
	var seen []cases.Seen
	var ids []string
	for _, text := range f.Leads {
		id, version, _ := strings.Cut(text, "@")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil || slices.Contains(ids, id) {
			return errForm
		}
		seen, ids = append(seen, cases.Seen{Lead: id, Version: n}), append(ids, id)
	}
	if len(seen) == 0 {
		return &problem{status: http.StatusUnprocessableEntity, code: "choose"}
	}
	if err := d.leadsInScope(r, visitOf(r).user, ids); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	id, err := d.o.Cases.OpenCase(r.Context(), seen, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At})
	if p := problemOf(err); err != nil && p != nil && p.status == http.StatusConflict && !visitOf(r).json {
		page, err := d.opening(r, ids)
		if err != nil {
			return err
		}
		page.Fault = p.code
		return d.showAs(w, r, http.StatusConflict, "open", page)
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/cases/"+id)
}
