package desk

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// mostJoined is how many leads that fit a case are offered; any other one is
// named by its id.
const mostJoined = 100

// joinPage offers leads that can be joined to a case, or taken out of it again.
type joinPage struct {
	Case    CaseRow   `json:"case"`
	Move    moveRow   `json:"move"`
	Leads   []joinRow `json:"leads"`
	More    int       `json:"more"`              // that fit, and are not offered
	Left    []LeadRow `json:"left,omitempty"`    // asked for, and in a case or withdrawn
	Unknown []string  `json:"unknown,omitempty"` // asked for, and there is no such lead
	Notices int       `json:"notices"`           // that were served: another one has to follow
	Reading bool      `json:"reading,omitempty"` // Kafka is still being read
	Reason  string    `json:"-"`
	Act     string    `json:"-"`
	Fault   string    `json:"fault,omitempty"`
	Refused []lackRow `json:"refused,omitempty"`
}

// joinRow is a lead to choose, and what it has to do with the case.
type joinRow struct {
	Lead    LeadRow  `json:"lead"`
	Reasons []reason `json:"reasons,omitempty"`
	By      string   `json:"joined_by,omitempty"` // of one that was joined
	Day     string   `json:"joined_day,omitempty"`
	Chosen  bool     `json:"-"`
}

func (p joinPage) title(lang words.Lang) string { return p.Move.What.In(lang) + " · " + p.Case.ID }

// joinForm names leads with the version that was seen: L…@3.
type joinForm struct {
	Act     string   `json:"act"`
	Version int64    `json:"version"` // of the case
	Leads   []string `json:"leads"`
	Reason  string   `json:"reason"`
}

// showJoin gives the page of one of the two moves. Leads can be asked for by
// their ids.
func showJoin(name string) func(*Desk, http.ResponseWriter, *http.Request) error {
	return func(d *Desk, w http.ResponseWriter, r *http.Request) error {
		var q openQuery
		if err := query(r, &q); err != nil {
			return err
		}
		p, err := d.joinPage(r, name, strings.Fields(strings.Join(q.Lead, " ")))
		if err != nil {
			return err
		}
		return d.show(w, r, "join", p)
	}
}

func (d *Desk) joinPage(r *http.Request, name string, asked []string) (p joinPage, err error) {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return p, err
	}
	m, _ := cases.MoveOf(name)
	base, err := d.movePage(r, &c, &m, deedForm{})
	if err != nil {
		return p, err
	}
	p = joinPage{Case: base.Case, Move: base.Move, Act: base.Act, Notices: len(c.File.Notices), Reading: !d.o.Cited.Ready()}
	if name == cases.UnjoinIt {
		p.Leads = joinedRows(&c, base.Case.Leads)
		return p, nil
	}
	fitting, err := d.joinable(r, &c)
	if err != nil {
		return p, err
	}
	if err := d.askedFor(r, &p, asked); err != nil {
		return p, err
	}
	for _, f := range fitting {
		switch {
		case slices.ContainsFunc(p.Leads, func(j joinRow) bool { return j.Lead.ID == f.Lead.ID }):
		case len(p.Leads) >= mostJoined:
			p.More++
		default:
			p.Leads = append(p.Leads, f)
		}
	}
	return p, nil
}

// joinedRows are the leads that were joined, of those that the user sees.
func joinedRows(c *cases.Case, leads []LeadRow) (out []joinRow) {
	for _, j := range c.File.Joined {
		if i := slices.IndexFunc(leads, func(l LeadRow) bool { return l.ID == j.Lead }); i >= 0 {
			out = append(out, joinRow{Lead: leads[i], By: j.By, Day: j.Day})
		}
	}
	return out
}

// askedFor takes up leads by id: those that can be joined are chosen already.
func (d *Desk) askedFor(r *http.Request, p *joinPage, ids []string) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids[:min(len(ids), cases.MaxLeads)])))
	subjects, err := d.subjectsOf(r, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		switch s := subjects[id]; {
		case s.Kind == "" && d.personal(id):
			return errForm // it is shown nowhere again
		case s.Kind == "":
			p.Unknown = append(p.Unknown, id)
		case !d.sees(r, s):
			return errScope
		}
	}
	rows, err := d.leadRows(r, ids)
	for _, l := range rows {
		if isFree(l.Status) {
			p.Leads = append(p.Leads, joinRow{Lead: l, Chosen: true})
		} else {
			p.Left = append(p.Left, l)
		}
	}
	return err
}

// isFree tells whether a lead of a status can become part of a case.
func isFree(s cases.Status) bool { return s == cases.New || s == cases.Dismissed }

// joinable lists the leads in scope that are in no case and have to do with
// this one, the closest first: those about its subjects, those at the same
// institution or on claims of it, and those whose findings rest on the same claims or name the same
// practitioner.
func (d *Desk) joinable(r *http.Request, c *cases.Case) (out []joinRow, err error) {
	s := &likeness{d, r, &cases.Lead{}, map[string][]reason{}}
	var ids []string
	for _, lead := range c.Leads {
		some, err := d.o.Cases.Evidence(r.Context(), lead)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	findings := d.o.Cited.Keys(ids)
	for _, subject := range c.Subjects {
		if subject.Kind == detectors.Institution {
			findings = append(findings, d.o.Cited.Institution(subject.Code)...)
		}
	}
	if err := s.alike(findings); err != nil {
		return nil, err
	}
	if err := s.atPlaces(c.Subjects); err != nil {
		return nil, err
	}
	roll, err := d.roster.Look(r.Context())
	if err != nil {
		return nil, err
	}
	for _, e := range roll.Entries(cases.ByAmount) {
		if !isFree(e.Status) {
			continue
		}
		if slices.Contains(c.Subjects, e.Subject) {
			s.add(e.ID, reason{Kind: "subject"})
		} else if place := d.placeOf(e.Subject); place != "" && slices.ContainsFunc(c.Subjects, func(x detectors.Subject) bool { return d.placeOf(x) == place }) {
			s.add(e.ID, reason{Kind: "place"})
		}
	}
	return d.joinRows(r, s.reasons)
}

// mostAtPlace is how many claims of an institution are looked at, the latest, for
// leads of others that rest on them.
const mostAtPlace = 20_000

// atPlaces finds leads, whomever they are about, whose findings rest on claims of
// the institutions among some subjects.
func (s *likeness) atPlaces(subjects []detectors.Subject) error {
	if s.d.o.Claims == nil {
		return nil
	}
	for _, subject := range subjects {
		if subject.Kind != detectors.Institution {
			continue
		}
		_, known := s.d.o.Claims.Find(recall.ClaimQuery{Institution: subject.Code, Most: mostAtPlace})
		names := make([]string, len(known))
		for i := range known {
			names[i] = known[i].Name()
		}
		kinds := recall.Kinds(s.d.o.Cited.CitingAny(names, nil))
		for _, x := range kinds[:min(len(kinds), mostJoined)] {
			m, err := s.d.o.Cited.Read(s.r.Context(), x)
			if err != nil {
				return err
			}
			t, err := tellOf(m.Value)
			if err != nil {
				return err
			}
			if det := s.d.byID[t.Detector]; det != nil {
				s.add(s.d.o.Cases.LeadID(t.Subject, schemeOf(det)), reason{Kind: "place"})
			}
		}
	}
	return nil
}

// joinRows reads the leads that have a reason to be joined.
func (d *Desk) joinRows(r *http.Request, reasons map[string][]reason) (out []joinRow, err error) {
	ids := make([]string, 0, len(reasons))
	for id := range reasons {
		ids = append(ids, id)
	}
	rows, err := d.leadRows(r, ids)
	if err != nil {
		return nil, err
	}
	u := visitOf(r).user
	for _, l := range rows {
		if isFree(l.Status) && u.Sees(l.Subject.County) {
			out = append(out, joinRow{Lead: l, Reasons: reasons[l.ID]})
		}
	}
	rank := func(j *joinRow) int {
		if slices.ContainsFunc(j.Reasons, func(w reason) bool { return w.Kind == "subject" }) {
			return -1
		}
		return j.Reasons[0].rank()
	}
	slices.SortFunc(out, func(a, b joinRow) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(b.Lead.Amount, a.Lead.Amount), strings.Compare(a.Lead.ID, b.Lead.ID))
	})
	return out, nil
}

// placeOf gives the institution a subject is or works at; empty: none is known.
func (d *Desk) placeOf(s detectors.Subject) string {
	if s.Kind == detectors.Practitioner {
		if p := d.o.Knowledge.Practitioners[s.Code]; p != nil {
			return p.Institution
		}
	}
	if s.Kind == detectors.Institution {
		return s.Code
	}
	return ""
}

// postJoin joins leads or takes them out, or says why not.
func postJoin(name string) func(*Desk, http.ResponseWriter, *http.Request) error {
	return func(d *Desk, w http.ResponseWriter, r *http.Request) error {
		var f joinForm
		if err := read(r, &f); err != nil {
			return err
		}
		seen, err := d.chosenLeads(r, f.Leads)
		if err != nil {
			return err
		}
		by, err := d.by(r, f.Act, f.Reason)
		if err != nil {
			return err
		}
		id := r.PathValue("case")
		_, err = d.o.Cases.Do(r.Context(), id, cases.Deed{Move: name, Version: f.Version, Leads: seen, By: cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At}}, d.o.Procedure)
		if err == nil {
			return d.done(w, r, "/cases/"+id)
		}
		return d.notJoined(w, r, name, &f, err)
	}
}

// notJoined shows the page again with what is in the way.
func (d *Desk) notJoined(w http.ResponseWriter, r *http.Request, name string, f *joinForm, err error) error {
	if _, moved := errors.AsType[*cases.MovedError](err); moved {
		m, _ := cases.MoveOf(name)
		return d.overtaken(w, r, &m, deedForm{Act: f.Act, Version: f.Version, Reason: f.Reason}, nil)
	}
	p := problemOf(err)
	if p == nil || visitOf(r).json || p.status != http.StatusConflict && p.status != http.StatusUnprocessableEntity {
		return err
	}
	seen, _ := seenLeads(f.Leads) // it was read before
	page, failed := d.joinPage(r, name, leadsOf(seen))
	if failed != nil {
		return failed
	}
	page.Reason = f.Reason
	if p.lacks != nil {
		page.Refused = p.lacks
	} else {
		page.Fault = p.code
	}
	return d.showAs(w, r, p.status, "join", page)
}

// Taken says to a program which lead belongs to which case.
type Taken struct {
	Lead string `json:"lead"`
	Case string `json:"case"`
}
