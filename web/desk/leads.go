package desk

import (
	"net/http"

	"fundwatch/cases"
)

// leadsPage is the list of leads.
type leadsPage struct {
	Query    LeadQuery    `json:"query"`
	Counts   []count      `json:"counts"` // by status, of what else fits
	Leads    []LeadRow    `json:"leads"`
	Pager    Pager        `json:"pager"`
	At       int64        `json:"at"`    // record of the journal at which leads stand so
	Views    []viewRow    `json:"views"` // of the user
	Save     viewForm     `json:"-"`
	Columns  []leadColumn `json:"-"`
	Schemes  []namedCode  `json:"-"`
	Counties []string     `json:"-"`
	Decide   bool         `json:"-"` // the user may open cases
	Person   string       `json:"person,omitempty"`
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
	p := leadsPage{Query: q, Counties: d.counties, Decide: visitOf(r).user.May("lead.decide")}
	roll, err := d.roster.Look(r.Context())
	if err != nil {
		return err
	}
	p.At = roll.N
	var these []*cases.Entry
	if p.Counts, these, err = d.counts(r, q); err != nil {
		return err
	}
	for _, c := range p.Counts {
		if c.Status == q.Status {
			p.Pager = pager(q.Page, c.Leads, perPage)
		}
	}
	switch {
	case p.Pager.Total == 0:
	case these != nil:
		p.Leads, err = d.leadRows(r, entryIDs(these[p.Pager.From-1:p.Pager.To]))
	default:
		p.Leads, err = d.list(r, q, p.Pager.From-1, perPage)
	}
	if err != nil {
		return err
	}
	for _, s := range d.schemes() {
		p.Schemes = append(p.Schemes, namedCode{s, d.scheme(s)})
	}
	if err := d.viewsOf(r, q, &p); err != nil {
		return err
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

// viewsOf fills in what the user has saved, and what could be.
func (d *Desk) viewsOf(r *http.Request, q LeadQuery, p *leadsPage) (err error) {
	if p.Views, err = d.views(r); err != nil {
		return err
	}
	saved := false
	for i := range p.Views {
		p.Views[i].Here = p.Views[i].URL == listAt(q.values())
		saved = saved || p.Views[i].Here
	}
	p.Columns = leadColumns
	if !saved {
		p.Save.Query = q.values().Encode()
		p.Save.Act, err = d.o.Accounts.NewID()
	}
	return err
}
