package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// simple reports whether nothing has to be known of a lead but its status and
// scheme: then the lists of the store are enough, and the cost does not grow
// with them.
func (q LeadQuery) simple(u *accounts.User) bool {
	return seesAll(u) && q.County == "" && q.Kind == "" && q.Name == "" && q.Person == "" && !q.Mine
}

// list gives a part of the leads that a user may see and that fit.
func (d *Desk) list(r *http.Request, q LeadQuery, offset, limit int) (rows []LeadRow, err error) {
	if !q.simple(visitOf(r).user) {
		refs, err := d.choose(r, q, q.statuses())
		if err != nil {
			return nil, err
		}
		return d.leadRows(r, refIDs(refs[min(offset, len(refs)):min(offset+limit, len(refs))]))
	}
	ask := d.ask(q, q.statuses())
	ask.Offset, ask.Limit = offset, limit
	page, err := d.o.Cases.Leads(r.Context(), ask)
	for i := range page.Leads {
		rows = append(rows, d.leadRow(&page.Leads[i]))
	}
	return rows, err
}

// counts counts the leads that fit, by status and in all. Where it had to go
// through all of them, it gives those of the status that is asked for.
func (d *Desk) counts(r *http.Request, q LeadQuery) (out []count, these []*cases.Entry, err error) {
	by := map[cases.Status]int{}
	if q.simple(visitOf(r).user) {
		for _, s := range leadStatuses {
			ask := d.ask(q, []cases.Status{s})
			ask.Limit = 1
			page, err := d.o.Cases.Leads(r.Context(), ask)
			if err != nil {
				return nil, nil, err
			}
			by[s] = int(page.Total)
		}
	} else {
		_, err := d.each(r, q, nil, 0, func(e *cases.Entry) bool {
			if by[e.Status]++; q.Status == "all" || string(e.Status) == q.Status {
				these = append(these, e)
			}
			return true
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return countsOf(by), these, nil
}

// countsOf lists counts by status, and how many there are in all.
func countsOf(by map[cases.Status]int) (out []count) {
	all := 0
	for _, s := range leadStatuses {
		out = append(out, count{string(s), by[s]})
		all += by[s]
	}
	return append(out, count{"all", all})
}

func (d *Desk) ask(q LeadQuery, statuses []cases.Status) cases.Query {
	ask := cases.Query{Statuses: statuses, Sort: cases.Sort(q.Sort)}
	if q.Scheme != "" {
		ask.Schemes = []string{q.Scheme}
	}
	return ask
}

// choose lists all leads that a user may see and that fit, in order, without
// their content.
func (d *Desk) choose(r *http.Request, q LeadQuery, statuses []cases.Status) ([]cases.Ref, error) {
	refs := []cases.Ref{}
	_, err := d.each(r, q, statuses, 0, func(e *cases.Entry) bool {
		score := e.Amount
		if q.Sort == string(cases.ByDate) {
			score = e.Date
		}
		refs = append(refs, cases.Ref{ID: e.ID, Status: e.Status, Scheme: e.Scheme, Score: score})
		return true
	})
	return refs, err
}

// each calls do for every lead that a user may see and that fits, in order,
// while it gives true, and gives the number of the record of the journal at
// which that is so. Leads that no record after since has changed are passed
// over; since is 0 for all.
func (d *Desk) each(r *http.Request, q LeadQuery, statuses []cases.Status, since int64, do func(*cases.Entry) bool) (int64, error) {
	fits, err := d.filter(r, q)
	if err != nil {
		return 0, err
	}
	roll, err := d.roster.Look(r.Context())
	if err != nil {
		return 0, err
	}
	u := visitOf(r).user
	all := seesAll(u)
	for _, e := range roll.Entries(cases.Sort(q.Sort)) {
		if since > 0 && e.N <= since {
			continue
		}
		if (len(statuses) == 0 || slices.Contains(statuses, e.Status)) && (q.Scheme == "" || e.Scheme == q.Scheme) &&
			(all || u.Sees(d.county(e.Subject))) && (fits == nil || fits(e.ID, e.Subject)) && !do(e) {
			break
		}
	}
	return roll.N, nil
}

// filter gives what a lead must be like; nil: anything.
func (d *Desk) filter(r *http.Request, q LeadQuery) (func(id string, s detectors.Subject) bool, error) {
	if q.County == "" && q.Kind == "" && q.Name == "" && q.Person == "" && !q.Mine {
		return nil, nil
	}
	number := ""
	if q.Person != "" {
		var err error
		if number, err = d.o.Accounts.Number(q.Person); err != nil {
			return nil, err
		}
	}
	mine := map[string]bool{}
	if q.Mine {
		ids, err := d.o.Cases.Assigned(r.Context(), visitOf(r).user.Login)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			mine[id] = true
		}
	}
	name := strings.ToLower(q.Name)
	return func(id string, s detectors.Subject) bool {
		switch {
		case q.Mine && !mine[id],
			q.Kind != "" && s.Kind != q.Kind,
			q.County != "" && d.county(s) != q.County,
			number != "" && (s.Kind != detectors.PersonKind || s.Code != number):
			return false
		case name == "":
			return true
		case s.Kind == detectors.PersonKind:
			return false // a person is not looked for in an address
		}
		shown := d.subject(s)
		return strings.Contains(strings.ToLower(shown.Code), name) || strings.Contains(strings.ToLower(shown.Name), name)
	}, nil
}

// entryIDs gives the ids of entries.
func entryIDs(entries []*cases.Entry) []string {
	out := make([]string, len(entries))
	for i := range entries {
		out[i] = entries[i].ID
	}
	return out
}

// refIDs gives the ids of refs.
func refIDs(refs []cases.Ref) []string {
	out := make([]string, len(refs))
	for i := range refs {
		out[i] = refs[i].ID
	}
	return out
}
