package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/recall"
)

// similar is a lead that has something in common with another, and what.
type similar struct {
	Lead    LeadRow  `json:"lead"`
	Reasons []reason `json:"reasons"`
}

// reason is one thing that two leads have in common.
type reason struct {
	Kind string `json:"kind"` // claims, practitioner, subject, place, detectors
	N    int    `json:"count,omitempty"`
	Text string `json:"text,omitempty"`
}

// How many leads are looked at for one reason, and shown in all.
const (
	mostAlike    = 40
	mostSameKind = 100
	mostSimilar  = 12
	mostOfKind   = 3 // with no other reason
)

// likeness gathers reasons by lead.
type likeness struct {
	d       *Desk
	r       *http.Request
	own     *cases.Lead
	reasons map[string][]reason
}

// add notes a reason, once of a kind; the larger count stays.
func (s *likeness) add(lead string, why reason) {
	if lead == s.own.ID {
		return
	}
	for i := range s.reasons[lead] {
		if have := &s.reasons[lead][i]; have.Kind == why.Kind {
			have.N = max(have.N, why.N)
			return
		}
	}
	s.reasons[lead] = append(s.reasons[lead], why)
}

// similar lists the leads that have most in common with one, in scope. What
// they have in common is said of each: there is no other measure.
func (d *Desk) similar(r *http.Request, l *cases.Lead, findings []recall.Cite) (out []similar, err error) {
	s := &likeness{d, r, l, map[string][]reason{}}
	for _, look := range []func() error{func() error { return s.alike(findings) }, s.sameSubject, s.samePlace, s.sameDetectors} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	ids := slices.Sorted(maps.Keys(s.reasons))
	subjects, err := d.subjectsOf(r, ids)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return subjects[id].Kind == "" || !d.sees(r, subjects[id]) })
	rows, err := d.leadRows(r, ids)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		out = append(out, similar{rows[i], s.reasons[rows[i].ID]})
	}
	slices.SortFunc(out, func(a, b similar) int {
		return cmp.Or(cmp.Compare(len(b.Reasons), len(a.Reasons)), cmp.Compare(a.Reasons[0].rank(), b.Reasons[0].rank()), cmp.Compare(b.Reasons[0].N, a.Reasons[0].N),
			cmp.Compare(b.Lead.Amount, a.Lead.Amount), strings.Compare(a.Lead.ID, b.Lead.ID))
	})
	return varied(out), nil
}

// varied keeps the first leads, and of those with one reason alone a few of each
// kind, so that one kind does not push out the others.
func varied(all []similar) (out []similar) {
	alone := map[string]int{}
	for _, s := range all {
		if kind := s.Reasons[0].Kind; len(s.Reasons) == 1 {
			if alone[kind]++; alone[kind] > mostOfKind {
				continue
			}
		}
		if len(out) < mostSimilar {
			out = append(out, s)
		}
	}
	return out
}

// reasonKinds are the kinds of reasons, the closest first: they are found in
// this order, so the first of a lead is its closest.
var reasonKinds = []string{"claims", "practitioner", "subject", "place", "detectors"}

func (w reason) rank() int { return slices.Index(reasonKinds, w.Kind) }

// alike finds leads whose findings rest on the same claims, or name the same
// practitioner.
func (s *likeness) alike(findings []recall.Cite) error {
	all := s.d.o.Cited.Alike(findings)
	for _, x := range all[:min(len(all), mostAlike)] {
		m, err := s.d.o.Cited.Read(s.r.Context(), x.Cite)
		if err != nil {
			return err
		}
		var t told
		if json.Unmarshal(m.Value, &t) != nil {
			return errors.New("a finding cannot be read") // the cause may quote it
		}
		det := s.d.byID[t.Detector]
		if det == nil {
			continue
		}
		lead := s.d.o.Cases.LeadID(t.Subject, schemeOf(det))
		if x.Claims > 0 {
			s.add(lead, reason{Kind: "claims", N: x.Claims})
		}
		if x.Practitioners > 0 {
			s.add(lead, reason{Kind: "practitioner", N: x.Practitioners})
		}
	}
	return nil
}

// sameSubject finds the other leads about the same subject.
func (s *likeness) sameSubject() error { return s.about(s.own.Subject, "subject") }

func (s *likeness) about(subject detectors.Subject, kind string) error {
	page, err := s.d.o.Cases.Leads(s.r.Context(), cases.Query{Subject: subject, Limit: len(s.d.o.Detectors) + perPage})
	for i := range page.Leads {
		s.add(page.Leads[i].ID, reason{Kind: kind})
	}
	return err
}

// samePlace finds leads at the same institution: of a practitioner the
// institution's, of an institution those of the same scheme about its
// practitioners.
func (s *likeness) samePlace() error {
	switch known := s.d.o.Knowledge; s.own.Subject.Kind {
	case detectors.Practitioner:
		if p := known.Practitioners[s.own.Subject.Code]; p != nil && p.Institution != "" {
			return s.about(detectors.Subject{Kind: detectors.Institution, Code: p.Institution}, "place")
		}
	case detectors.Institution:
		for code, p := range known.Practitioners {
			if p.Institution == s.own.Subject.Code {
				s.add(s.d.o.Cases.LeadID(detectors.Subject{Kind: detectors.Practitioner, Code: code}, s.own.Scheme), reason{Kind: "place"})
			}
		}
	}
	return nil
}

// sameDetectors finds leads of the scheme that the same detectors, no more and
// no fewer, have found, among those with the largest amounts.
func (s *likeness) sameDetectors() error {
	page, err := s.d.o.Cases.Leads(s.r.Context(), cases.Query{Schemes: []string{s.own.Scheme}, Limit: mostSameKind})
	if err != nil {
		return err
	}
	own := slices.Sorted(maps.Keys(s.own.Detectors))
	var short []string
	for _, name := range own {
		before, _, _ := strings.Cut(name, "-")
		short = append(short, before)
	}
	for i := range page.Leads {
		if l := &page.Leads[i]; len(own) > 0 && l.Subject.Kind == s.own.Subject.Kind && slices.Equal(slices.Sorted(maps.Keys(l.Detectors)), own) {
			s.add(l.ID, reason{Kind: "detectors", Text: strings.Join(short, " ")})
		}
	}
	return nil
}
