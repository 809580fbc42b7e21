package desk

import (
	"errors"
	"net/http"
	"slices"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/web/words"
)

// joinToPage asks which case a lead is to be joined to.
type joinToPage struct {
	Lead  LeadRow   `json:"lead"`
	Free  bool      `json:"free"`  // it can be joined at all
	Cases []CaseRow `json:"cases"` // that take leads and are about the same subject or institution
	More  int       `json:"more"`  // of them that are not shown
	Fault string    `json:"fault,omitempty"`
	Typed string    `json:"-"`
}

func (p joinToPage) title(lang words.Lang) string { return lang.Say("joinlead.title") }

// showJoinTo lists cases for a lead; one that is named by its id is gone on to.
func showJoinTo(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Case string `json:"case"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	l, err := d.o.Cases.Lead(r.Context(), r.PathValue("lead"))
	if err != nil {
		return err
	}
	p := joinToPage{Lead: d.leadRow(&l), Free: isFree(l.Status), Typed: q.Case}
	status := http.StatusOK
	if q.Case != "" {
		switch c, err := d.o.Cases.Case(r.Context(), q.Case); {
		case err == nil:
			return d.done(w, r, joinAt(c.ID, l.ID))
		case !errors.Is(err, cases.ErrMissing):
			return err
		}
		p.Fault, p.Typed, status = "tipcase", "", http.StatusUnprocessableEntity
	}
	if err := d.casesFor(r, l.Subject, &p); err != nil {
		return err
	}
	return d.showAs(w, r, status, "joinlead", p)
}

// joinAt is where a lead is joined to a case.
func joinAt(id, lead string) string { return "/cases/" + id + "/" + cases.JoinIt + "?lead=" + lead }

// casesFor lists the cases that take leads and have to do with a subject, those
// opened last first.
func (d *Desk) casesFor(r *http.Request, s detectors.Subject, p *joinToPage) error {
	all, err := d.casesInScope(r)
	if err != nil {
		return err
	}
	m, _ := cases.MoveOf(cases.JoinIt)
	places, err := d.placesOf(r, s, p.Lead.ID)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if !m.Fits(c) {
			continue
		}
		subjects, err := d.subjectsOfCase(r, c)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(subjects, func(x detectors.Subject) bool { return x == s || places[d.placeOf(x)] }) {
			continue
		}
		if len(p.Cases) >= perPage {
			p.More++
			continue
		}
		row, err := d.caseRow(r, c)
		if err != nil {
			return err
		}
		p.Cases = append(p.Cases, row)
	}
	return nil
}

// placesOf gives the institution of a lead's subject, and those whose claims the
// findings that it shows rest on.
func (d *Desk) placesOf(r *http.Request, s detectors.Subject, lead string) (map[string]bool, error) {
	out := map[string]bool{d.placeOf(s): true}
	if d.o.Claims != nil {
		ids, err := d.o.Cases.Evidence(r.Context(), lead)
		if err != nil {
			return nil, err
		}
		_, links := d.o.Claims.Links(d.o.Cited.Keys(ids), mostLinked)
		for i := range links {
			out[links[i].Institution] = true
		}
	}
	delete(out, "") // of a person
	return out, nil
}

// subjectsOfCase gives whom a case is about, from memory where it is known.
func (d *Desk) subjectsOfCase(r *http.Request, c *cases.Case) (out []detectors.Subject, err error) {
	subjects, err := d.subjectsOf(r, c.Leads)
	if err != nil {
		return nil, err
	}
	for _, id := range c.Leads {
		out = append(out, subjects[id])
	}
	if c.Check != nil {
		out = append(out, c.Check.Subject)
	}
	if c.Tip != nil {
		out = append(out, c.Tip.Subject)
	}
	return out, nil
}
