package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// scope is what an address names, and so whose it is.
type scope int

// The scopes. Lists have none: they show only what is in scope.
const (
	ofNobody       scope = iota
	ofLead               // {lead} of the address
	ofLeads              // every lead= of the query or the form
	ofCase               // {case} of the address
	ofPlace              // {institution} of the address
	ofPractitioner       // {practitioner} of the address
	ofRegion             // belongs to no county: for those who see the whole region
)

var errScope = &problem{status: http.StatusForbidden, code: "scope"}

// inScope refuses what lies outside the user's counties.
func (d *Desk) inScope(rt *route, r *http.Request) error {
	u := visitOf(r).user
	switch rt.scope {
	case ofLead:
		return d.leadsInScope(r, u, []string{r.PathValue("lead")})
	case ofLeads:
		// The body is read by the handler, which asks leadsInScope itself; what
		// stands in the address is known here.
		return d.leadsInScope(r, u, r.URL.Query()["lead"])
	case ofCase:
		c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
		if err != nil {
			return err
		}
		return d.caseInScope(r, u, &c)
	case ofPlace:
		if !u.Sees(d.county(detectors.Subject{Kind: detectors.Institution, Code: r.PathValue("institution")})) {
			return errScope
		}
	case ofPractitioner:
		code, err := d.practitionerOf(r.PathValue("practitioner"))
		if err != nil {
			return err
		}
		if !u.Sees(d.county(detectors.Subject{Kind: detectors.Practitioner, Code: code})) {
			return errScope
		}
	case ofRegion:
		if len(u.Counties) > 0 {
			return errScope
		}
	}
	return nil
}

// leadsInScope refuses if one of the leads is not in scope, or not there.
func (d *Desk) leadsInScope(r *http.Request, u *accounts.User, ids []string) error {
	subjects, err := d.subjectsOf(r, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		switch s := subjects[id]; {
		case s.Kind == "":
			return cases.ErrMissing
		case !u.Sees(d.county(s)):
			return errScope
		}
	}
	return nil
}

// caseInScope: a case is seen by everybody who sees one of its leads, or whom
// the check or the tip was about.
func (d *Desk) caseInScope(r *http.Request, u *accounts.User, c *cases.Case) error {
	subjects, err := d.subjectsOf(r, c.Leads)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if u.Sees(d.county(s)) {
			return nil
		}
	}
	if c.Check != nil && u.Sees(d.county(c.Check.Subject)) || c.Tip != nil && u.Sees(d.county(c.Tip.Subject)) {
		return nil
	}
	return errScope
}

// subjectsOf gives whom leads are about, from memory where it is known.
func (d *Desk) subjectsOf(r *http.Request, ids []string) (map[string]detectors.Subject, error) {
	out := make(map[string]detectors.Subject, len(ids))
	var unknown []string
	d.mu.RLock()
	for _, id := range ids {
		if s, ok := d.subjects[id]; ok {
			out[id] = s
		} else {
			unknown = append(unknown, id)
		}
	}
	d.mu.RUnlock()
	if len(unknown) == 0 {
		return out, nil
	}
	found, err := d.o.Cases.Subjects(r.Context(), unknown)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, s := range found {
		out[id] = s
		if s.Kind != "" {
			d.subjects[id] = s
		}
	}
	return out, nil
}

// county gives the county a subject belongs to: that of the institution, or of
// the institution of a practitioner. A person belongs to none: who they are is
// for those who see the whole region.
func (d *Desk) county(s detectors.Subject) string {
	code := s.Code
	if s.Kind == detectors.Practitioner {
		p := d.o.Knowledge.Practitioners[s.Code]
		if p == nil {
			return ""
		}
		code = p.Institution
	} else if s.Kind != detectors.Institution {
		return ""
	}
	if in := d.o.Knowledge.Institutions[code]; in != nil {
		return in.Admdvs
	}
	return ""
}
