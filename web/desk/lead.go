package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// leadPage is one lead: what was found, on what grounds, what would clear it,
// when, and what was done about it.
type leadPage struct {
	Lead      LeadRow   `json:"lead"`
	Decided   cases.Act `json:"-"`
	DecidedAt string    `json:"-"`
	Grounds   []ground  `json:"grounds"`
	times
	Evidence []Finding    `json:"evidence"`
	Listed   int64        `json:"listed"` // findings that are listed; the others are counted only
	Pager    Pager        `json:"evidence_pager"`
	Paths    []pathCount  `json:"paths"`
	Referral *referralRow `json:"referral,omitempty"` // to whom it belongs by policy, as long as nobody has verified it
	Similar  []similar    `json:"similar"`
	Network  ties         `json:"network"`
	History  []actRow     `json:"history"`
	Revealed bool         `json:"revealed"`
	Act      string       `json:"-"` // id for what is done next
	Decide   bool         `json:"-"`
	Join     bool         `json:"-"` // it can be joined to a case
	Reveal   bool         `json:"-"`
	People   []namedUser  `json:"-"`                 // to whom it can be given
	Reading  bool         `json:"reading,omitempty"` // Kafka is still being read
}

// title names the page after its subject.
func (p leadPage) title(lang words.Lang) string {
	name := p.Lead.Subject.Name
	if name == "" {
		name = p.Lead.Subject.Code
	}
	return lang.Say("lead.page", name, p.Lead.What.In(lang))
}

const evidencePerPage = 20

func showLead(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.lead(r, false)
	if err != nil {
		return err
	}
	return d.show(w, r, "lead", p)
}

// lead puts the page together.
func (d *Desk) lead(r *http.Request, reveal bool) (*leadPage, error) {
	l, err := d.o.Cases.Lead(r.Context(), r.PathValue("lead"))
	if err != nil {
		return nil, err
	}
	v := visitOf(r)
	p := &leadPage{Lead: d.leadRow(&l), Decided: l.Decided, DecidedAt: l.DecidedAt, Revealed: reveal, Reading: !d.o.Findings.Ready(),
		Decide: v.user.May(accounts.LeadDecide), Reveal: v.user.May(accounts.PersonReveal)}
	if p.History, err = d.about(r, &l); err != nil {
		return nil, err
	}
	p.Join = isFree(l.Status) && v.user.May(accounts.CaseWork)
	if p.Act, err = d.o.Accounts.NewID(); err != nil {
		return nil, err
	}
	if reveal && l.Subject.Kind == detectors.PersonKind {
		p.Lead.Subject.Code = l.Subject.Code
	}
	d.grounds(&l, p)
	if l.Status == cases.New {
		if p.Referral, err = d.leadReferral(r, &l); err != nil {
			return nil, err
		}
	}
	if p.times, err = d.timeline(r, l.ID); err != nil {
		return nil, err
	}
	ids, err := d.o.Cases.Evidence(r.Context(), l.ID)
	if err != nil {
		return nil, err
	}
	var q struct {
		Evidence int `json:"evidence"`
	}
	if err := query(r, &q); err != nil {
		return nil, err
	}
	p.Listed, p.Pager = int64(len(ids)), pager(q.Evidence, len(ids), evidencePerPage)
	findings := d.o.Cited.Keys(ids)
	p.Network = d.network(r, findings)
	if p.Similar, err = d.similar(r, &l, findings); err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		if p.Evidence, err = d.evidence(r, ids[p.Pager.From-1:p.Pager.To], reveal); err != nil {
			return nil, err
		}
	}
	if p.Decide && l.Status == cases.New {
		p.People, err = d.investigators(r, d.county(l.Subject))
	}
	return p, err
}
