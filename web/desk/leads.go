package desk

import (
	"net/http"

	"fundwatch/cases"
)

// leadsPage is the list of leads.
type leadsPage struct {
	Query    LeadQuery   `json:"query"`
	Counts   []count     `json:"counts"` // by status, of what else fits
	Leads    []LeadRow   `json:"leads"`
	Pager    Pager       `json:"pager"`
	Schemes  []namedCode `json:"-"`
	Counties []string    `json:"-"`
	Decide   bool        `json:"-"` // the user may open cases
	Person   string      `json:"person,omitempty"`
}

type count struct {
	Status string `json:"status"`
	Leads  int    `json:"leads"`
}

// namedCode is a code with its name, to choose from.
type namedCode struct {
	Code string
	Name Words
}

func showLeads(d *Desk, w http.ResponseWriter, r *http.Request) error {
	q, err := leadQuery(r)
	if err != nil {
		return err
	}
	all, err := d.choose(r, q, nil)
	if err != nil {
		return err
	}
	p := leadsPage{Query: q, Counties: d.counties, Decide: visitOf(r).user.May("lead.decide")}
	byStatus := map[cases.Status]int{}
	var ids []string
	for _, ref := range all {
		byStatus[ref.Status]++
		if q.Status == "all" || ref.Status == cases.Status(q.Status) {
			ids = append(ids, ref.ID)
		}
	}
	for _, s := range leadStatuses {
		p.Counts = append(p.Counts, count{string(s), byStatus[s]})
	}
	p.Counts = append(p.Counts, count{"all", len(all)})
	p.Pager = pager(q.Page, len(ids), perPage)
	if len(ids) > 0 {
		if p.Leads, err = d.leadRows(r, ids[p.Pager.From-1:p.Pager.To]); err != nil {
			return err
		}
	}
	for _, s := range d.schemes() {
		p.Schemes = append(p.Schemes, namedCode{s, d.scheme(s)})
	}
	if q.Person != "" {
		number, err := d.o.Accounts.Number(q.Person)
		if err != nil {
			return err
		}
		p.Person = mask(number)
	}
	return d.show(w, r, "leads", p)
}
