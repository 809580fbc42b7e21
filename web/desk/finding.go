package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/web/words"
)

// findingPage is one finding with the claims and fee lines it rests on.
type findingPage struct {
	Lead    LeadRow `json:"lead"`
	Finding Finding `json:"finding"`
	Ground  ground  `json:"ground"`
	Claims  []Claim `json:"claims"`
	More    int     `json:"more_claims"` // that are not shown
	Reading bool    `json:"reading,omitempty"`
	Doctor  bool    `json:"-"` // the practitioner has a page that the user may open
}

func (p findingPage) title(lang words.Lang) string {
	return lang.Say("finding.page", p.Finding.ID, p.Finding.Title.In(lang))
}

// mostClaims is how many claims a page shows.
const mostClaims = 20

// showFinding shows a finding that the lead lists. Any other is not there: a
// lead in scope opens nothing but its own evidence.
func showFinding(d *Desk, w http.ResponseWriter, r *http.Request) error {
	l, err := d.o.Cases.Lead(r.Context(), r.PathValue("lead"))
	if err != nil {
		return err
	}
	ids, err := d.o.Cases.Evidence(r.Context(), l.ID)
	if err != nil {
		return err
	}
	id := r.PathValue("finding")
	if !slices.Contains(ids, id) {
		return cases.ErrMissing
	}
	found, err := d.evidence(r, []string{id}, false)
	if err != nil {
		return err
	}
	p := findingPage{Lead: d.leadRow(&l), Finding: found[0], Reading: d.o.Claims != nil && !d.o.Claims.Ready()}
	p.Doctor = found[0].DoctorRef != "" && d.sees(r, detectors.Subject{Kind: detectors.Practitioner, Code: found[0].Practitioner})
	if det := d.byID[p.Finding.Detector]; det != nil {
		p.Ground = groundOf(det)
	}
	shown := p.Finding.Settlements[:min(len(p.Finding.Settlements), mostClaims)]
	p.More = len(p.Finding.Settlements) - len(shown)
	for _, s := range shown {
		c, err := d.claim(r, s, p.Finding.Lines)
		if err != nil {
			return err
		}
		p.Claims = append(p.Claims, c)
	}
	return d.show(w, r, "finding", p)
}

// institution names an institution.
func (d *Desk) institution(code string) Subject {
	return d.subject(detectors.Subject{Kind: detectors.Institution, Code: code})
}
