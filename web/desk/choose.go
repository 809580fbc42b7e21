package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// choose lists the leads that a user may see and that fit, in order. Where
// nothing has to be known of a lead but its status and scheme, the lists of the
// store are enough.
func (d *Desk) choose(r *http.Request, q LeadQuery, statuses []cases.Status) ([]cases.Ref, error) {
	ask := cases.Query{Statuses: statuses, Sort: cases.Sort(q.Sort)}
	if q.Scheme != "" {
		ask.Schemes = []string{q.Scheme}
	}
	refs, err := d.o.Cases.Refs(r.Context(), ask)
	if err != nil {
		return nil, err
	}
	u := visitOf(r).user
	fits, err := d.filter(r, q)
	if err != nil {
		return nil, err
	}
	if fits == nil && seesAll(u) {
		return refs, nil
	}
	ids := make([]string, len(refs))
	for i := range refs {
		ids[i] = refs[i].ID
	}
	subjects, err := d.subjectsOf(r, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(refs, func(ref cases.Ref) bool {
		s := subjects[ref.ID]
		return !u.Sees(d.county(s)) || fits != nil && !fits(ref.ID, s)
	}), nil
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

// refIDs gives the ids of refs.
func refIDs(refs []cases.Ref) []string {
	out := make([]string, len(refs))
	for i := range refs {
		out[i] = refs[i].ID
	}
	return out
}
