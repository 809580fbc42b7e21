package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// profile is what is known of one subject: its leads, of which there is one for
// each scheme, how they stand, and when their findings begin.
type profile struct {
	Subject  Subject   `json:"subject"`
	Leads    []LeadRow `json:"leads"`
	Statuses []sum     `json:"statuses"` // those that leads have
	times
}

// sum is what the leads of a status come to.
type sum struct {
	Status   cases.Status `json:"status"`
	Leads    int          `json:"leads"`
	Findings int64        `json:"findings"`
	Amount   int64        `json:"amount_fen"`
}

// profile puts together what is known of a subject. It reads its leads by
// their ids, so the cost does not grow with the leads of others.
func (d *Desk) profile(r *http.Request, s detectors.Subject) (p profile, err error) {
	p.Subject = d.subject(s)
	page, err := d.o.Cases.Leads(r.Context(), cases.Query{Subject: s, Limit: len(d.o.Detectors) + perPage})
	if err != nil {
		return p, err
	}
	var ids []string
	for i := range page.Leads {
		p.Leads = append(p.Leads, d.leadRow(&page.Leads[i]))
		ids = append(ids, page.Leads[i].ID)
	}
	p.Statuses = sums(p.Leads)
	p.times, err = d.timeline(r, ids...)
	return p, err
}

func sums(leads []LeadRow) (out []sum) {
	for _, status := range leadStatuses {
		s := sum{Status: status}
		for i := range leads {
			if l := &leads[i]; l.Status == status {
				s.Leads, s.Findings, s.Amount = s.Leads+1, s.Findings+l.Findings, s.Amount+l.Amount
			}
		}
		if s.Leads > 0 {
			out = append(out, s)
		}
	}
	return out
}
