package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
)

// packLeads lists the leads in scope and in no case to which findings of the
// pack, and of the stream on the same claims, belong. They can be joined to the
// case of the tip in one step.
func (d *Desk) packLeads(r *http.Request, p *packPage) error {
	m, _ := cases.MoveOf(cases.JoinIt)
	if p.Case == "" || !slices.Contains(m.From, p.stage) {
		return nil
	}
	var ids []string
	for i := range p.Findings {
		f := &p.Findings[i]
		if det := d.byID[f.Finding.Detector]; f.Known && det != nil {
			ids = append(ids, d.o.Cases.LeadID(f.subject, schemeOf(det)))
		}
	}
	for i := range p.Others.Findings {
		if lead := p.Others.Findings[i].Lead; lead != "" {
			ids = append(ids, lead)
		}
	}
	slices.Sort(ids)
	rows, err := d.leadRows(r, slices.Compact(ids))
	u := visitOf(r).user
	for _, l := range rows {
		if isFree(l.Status) && u.Sees(l.Subject.County) && len(p.Joinable) < cases.MaxLeads {
			p.Joinable = append(p.Joinable, l)
		}
	}
	return err
}
