package desk

import (
	"net/http"

	"fundwatch/detectors"
	"fundwatch/web/words"
)

// personPage is one person, by the reference and never by the number: the leads
// about the person, and the findings of which the person is part. It says
// nothing that identifies them.
type personPage struct {
	profile
	Findings []cited `json:"findings"` // also those of leads about others
	Hidden   int     `json:"findings_out_of_scope"`
	More     int     `json:"more_findings"` // that are not shown
	Reading  bool    `json:"reading,omitempty"`
}

func (p personPage) title(lang words.Lang) string {
	return lang.Say("profile.of", p.Subject.Code+" #"+p.Subject.Tag)
}

// showPerson is for those who see the whole region, as leads about persons are.
func showPerson(d *Desk, w http.ResponseWriter, r *http.Request) error {
	number, err := d.personOf(r.PathValue("person"))
	if err != nil {
		return err
	}
	var p personPage
	if p.profile, err = d.profile(r, detectors.Subject{Kind: detectors.PersonKind, Code: number}); err != nil {
		return err
	}
	p.Reading = !d.o.Cited.Ready()
	if p.Findings, p.Hidden, p.More, err = d.cited(r, d.o.Cited.Person(number)); err != nil {
		return err
	}
	return d.show(w, r, "person", p)
}
