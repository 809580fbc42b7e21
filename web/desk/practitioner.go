package desk

import (
	"html/template"
	"net/http"

	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// practitionerPage is one practitioner, by a reference in the address: leads,
// findings, where they work by the claims, and their claims by month.
type practitionerPage struct {
	profile
	Known    bool        `json:"registered"` // the registry has them
	Home     Subject     `json:"institution"`
	Places   []workplace `json:"institutions"`              // by the claims, in scope
	Outside  int         `json:"institutions_out_of_scope"` // counted only
	Claims   int64       `json:"claims"`                    // at the institutions in scope
	Fund     int64       `json:"fund_fen"`                  // of these
	Months   months      `json:"months"`                    // of these
	Latest   []ClaimRow  `json:"latest_claims,omitempty"`   // for those who may see claims
	Findings []cited     `json:"findings"`                  // also those of leads about others
	Hidden   int         `json:"findings_out_of_scope"`     //
	More     int         `json:"more_findings"`             // that are not shown
	Reading  bool        `json:"reading,omitempty"`         // Kafka is still being read
	Off      bool        `json:"claims_not_read,omitempty"` // claims are not read here
	Ref      string      `json:"-"`
}

// workplace is an institution where claims lie.
type workplace struct {
	Subject Subject       `json:"institution"`
	Claims  int64         `json:"claims"`
	Fund    int64         `json:"fund_fen"`
	Spark   template.HTML `json:"-"`
}

func (p practitionerPage) title(lang words.Lang) string {
	if p.Subject.Name == "" {
		return lang.Say("profile.of", p.Subject.Code)
	}
	return lang.Say("profile.of", p.Subject.Name)
}

// latestClaims is how many claims the page lists.
const latestClaims = 10

// showPractitioner shows a practitioner of whom anything is known.
func showPractitioner(d *Desk, w http.ResponseWriter, r *http.Request) error {
	code, err := d.practitionerOf(r.PathValue("practitioner"))
	if err != nil {
		return err
	}
	p := practitionerPage{Ref: r.PathValue("practitioner"), Reading: !d.o.Cited.Ready(), Off: d.o.Claims == nil}
	if p.profile, err = d.profile(r, detectors.Subject{Kind: detectors.Practitioner, Code: code}); err != nil {
		return err
	}
	if k := d.o.Knowledge.Practitioners[code]; k != nil {
		p.Known, p.Subject.Name = true, k.Name
		if k.Institution != "" {
			p.Home = d.institution(k.Institution)
		}
	}
	if p.Findings, p.Hidden, p.More, err = d.cited(r, d.o.Cited.Practitioner(code)); err != nil {
		return err
	}
	if !p.Off {
		p.Reading = p.Reading || !d.o.Claims.Ready()
		d.practice(r, code, &p)
	}
	if !p.Known && len(p.Leads)+len(p.Findings)+len(p.Places)+p.Outside+p.Hidden == 0 {
		return errNothing
	}
	return d.show(w, r, "practitioner", p)
}

// practice tells where and when somebody's claims lie.
func (d *Desk) practice(r *http.Request, code string, p *practitionerPage) {
	v := visitOf(r)
	all := map[string]recall.Month{}
	for _, part := range d.o.Claims.Parts(recall.ClaimQuery{Practitioner: code}) {
		s := detectors.Subject{Kind: detectors.Institution, Code: part.Institution}
		if !d.sees(r, s) {
			p.Outside++
			continue
		}
		p.Claims, p.Fund = p.Claims+part.Claims, p.Fund+part.Fund
		p.Places = append(p.Places, workplace{d.subject(s), part.Claims, part.Fund, spark(v.lang, part.Months)})
		for _, m := range part.Months {
			all[m.Month] = recall.Month{Month: m.Month, Claims: all[m.Month].Claims + m.Claims, Fund: all[m.Month].Fund + m.Fund}
		}
	}
	p.Months = monthsOf(v.lang, all)
	if !v.user.May(accounts.ClaimRead) {
		return
	}
	_, found := d.o.Claims.Find(recall.ClaimQuery{Practitioner: code, Most: latestClaims, Sees: func(institution string) bool {
		return d.sees(r, detectors.Subject{Kind: detectors.Institution, Code: institution})
	}})
	for _, k := range found {
		p.Latest = append(p.Latest, d.claimRow(&k))
	}
}
