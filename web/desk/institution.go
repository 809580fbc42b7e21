package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// institutionPage is one institution: what the registry says of it, its leads,
// and the leads of those who work there.
type institutionPage struct {
	profile
	Known   bool      `json:"registered"` // the registry has it
	Level   int       `json:"level"`      // 1 to 3; 0 where it is not given
	Kind    string    `json:"institution_kind"`
	Doctors []LeadRow `json:"practitioner_leads"` // the largest of them
	All     int       `json:"practitioner_leads_total"`
	Week    week      `json:"week"`
	Months  months    `json:"months"`
	Network ties      `json:"network"`
	Reading bool      `json:"reading,omitempty"` // Kafka is still being read
}

func (p institutionPage) title(lang words.Lang) string {
	if p.Subject.Name == "" {
		return lang.Say("profile.of", p.Subject.Code)
	}
	return lang.Say("profile.of", p.Subject.Name)
}

// showInstitution shows an institution that the registry has or that has leads.
func showInstitution(d *Desk, w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("institution")
	var p institutionPage
	var err error
	if p.profile, err = d.profile(r, detectors.Subject{Kind: detectors.Institution, Code: code}); err != nil {
		return err
	}
	if in := d.o.Knowledge.Institutions[code]; in != nil {
		p.Known, p.Level, p.Kind = true, in.Level, in.Kind.String()
	}
	if !p.Known && len(p.Leads) == 0 {
		return errNothing
	}
	d.atWork(r, code, &p)
	ids, err := d.workingAt(r, code)
	if err != nil {
		return err
	}
	p.All = len(ids)
	if p.Doctors, err = d.leadRows(r, ids[:min(len(ids), perPage)]); err != nil {
		return err
	}
	return d.show(w, r, "institution", p)
}

// atWork draws when the institution's claims are settled, and whom those that
// its findings rest on tie together.
func (d *Desk) atWork(r *http.Request, code string, p *institutionPage) {
	if d.o.Claims == nil {
		return
	}
	lang, tally := visitOf(r).lang, d.o.Claims.Institution(code)
	by := map[string]recall.Month{}
	for _, m := range tally.Months {
		by[m.Month] = m
	}
	p.Week, p.Months, p.Reading = weekOf(lang, tally), monthsOf(lang, by), !d.o.Claims.Ready()
	p.Network = d.network(r, d.o.Cited.Institution(code))
}

// workingAt lists the leads about the practitioners of an institution, those
// with the largest amounts first. It goes through all leads about anybody, as
// a list by name does.
func (d *Desk) workingAt(r *http.Request, code string) (ids []string, err error) {
	refs, err := d.o.Cases.Refs(r.Context(), cases.Query{})
	if err != nil {
		return nil, err
	}
	subjects, err := d.subjectsOf(r, refIDs(refs))
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		s := subjects[ref.ID]
		if s.Kind != detectors.Practitioner {
			continue
		}
		if p := d.o.Knowledge.Practitioners[s.Code]; p != nil && p.Institution == code {
			ids = append(ids, ref.ID)
		}
	}
	return ids, nil
}
