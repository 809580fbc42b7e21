package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
)

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
		if isFree(l.Status) {
			p.Leads = append(p.Leads, l)
			p.Amount += l.Amount
		} else {
			p.Left = append(p.Left, l)
		}
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

// chosenLeads reads the leads that a form puts into a case, or takes out of one,
// with the version that was seen; all must be in scope.
func (d *Desk) chosenLeads(r *http.Request, named []string) ([]cases.Seen, error) {
	seen, err := seenLeads(named)
	if err != nil {
		return nil, err
	}
	if len(seen) > cases.MaxLeads {
		return nil, &problem{status: http.StatusUnprocessableEntity, code: "many"}
	}
	_, err = d.subjectsInScope(r, seen)
	return seen, err
}

func postOpen(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f openForm
	if err := read(r, &f); err != nil {
		return err
	}
	seen, err := d.chosenLeads(r, f.Leads)
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	id, err := d.o.Cases.OpenCase(r.Context(), seen, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At})
	if p := problemOf(err); err != nil && p != nil && p.status == http.StatusConflict && !visitOf(r).json {
		page, err := d.opening(r, leadsOf(seen))
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
