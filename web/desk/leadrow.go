package desk

import (
	"net/http"

	"fundwatch/cases"
)

// LeadRow is a lead in a list.
type LeadRow struct {
	ID       string       `json:"id"`
	Subject  Subject      `json:"subject"`
	Scheme   string       `json:"scheme"`
	What     Words        `json:"what"`
	Status   cases.Status `json:"status"`
	Version  int64        `json:"version"`
	Findings int64        `json:"findings"`
	Amount   int64        `json:"amount_fen"`
	Union    int64        `json:"union_fen"`
	First    string       `json:"first"`
	Last     string       `json:"last"`
	Since    string       `json:"since"`
	Updated  string       `json:"updated"`
	Assignee string       `json:"assignee,omitempty"`
	Case     string       `json:"case,omitempty"`
}

// leadRow makes a lead fit to be seen.
func (d *Desk) leadRow(l *cases.Lead) LeadRow {
	return LeadRow{ID: l.ID, Subject: d.subject(l.Subject), Scheme: l.Scheme, What: d.scheme(l.Scheme), Status: l.Status, Version: l.Version,
		Findings: l.Findings, Amount: l.Amount, Union: l.Union, First: l.First, Last: l.Last, Since: l.Since, Updated: l.Updated,
		Assignee: l.Assignee, Case: l.Case}
}

// leadRows reads leads by id.
func (d *Desk) leadRows(r *http.Request, ids []string) ([]LeadRow, error) {
	leads, err := d.o.Cases.LeadsOf(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]LeadRow, len(leads))
	for i := range leads {
		out[i] = d.leadRow(&leads[i])
	}
	return out, nil
}
