package desk

import (
	"errors"
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/tips"
)

// tipCaseForm opens a case from a tip, about an institution or a person. A
// person is posted, by number or by reference, and stands in no address.
type tipCaseForm struct {
	Act         string `json:"act"`
	Version     int64  `json:"version"` // of the tip
	Institution string `json:"institution"`
	Person      string `json:"person"`
	Reason      string `json:"reason"`
}

// postTipCase opens the case of a tip and ties the tip to it. Broken off between
// the two, it is done again: the same tip gives the same case.
func postTipCase(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f tipCaseForm
	if err := read(r, &f); err != nil {
		return err
	}
	if d.o.Tips == nil {
		return errNothing
	}
	if !visitOf(r).user.May(accounts.LeadDecide) {
		return &problem{status: http.StatusForbidden, code: "role", roles: accounts.With(accounts.LeadDecide)}
	}
	t, err := d.o.Tips.Tip(r.Context(), r.PathValue("tip"))
	if err != nil {
		return err
	}
	id := d.o.Cases.TipCase(t.ID)
	if t.Case == id {
		return d.done(w, r, "/cases/"+id) // pressed again
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if t.Version != f.Version || !tips.Leads(t.Status, tips.Tied) {
		return &tips.VersionError{Tip: t.ID}
	}
	if _, err = d.o.Cases.Case(r.Context(), id); errors.Is(err, cases.ErrMissing) || err == nil && f.Institution+f.Person != "" {
		err = d.openTip(r, t.ID, &f, by)
	}
	if err != nil {
		return err
	}
	c := tips.Change{Version: f.Version, To: tips.Tied, Case: id}
	if err := d.o.Tips.Move(r.Context(), t.ID, c, tips.By{ID: by.ID + "/tied", Who: by.Who, Reason: by.Reason, At: by.At}); err != nil {
		return err
	}
	return d.done(w, r, "/cases/"+id)
}

// openTip opens the case about whom the form names.
func (d *Desk) openTip(r *http.Request, tip string, f *tipCaseForm, by accounts.By) error {
	bad := &problem{status: http.StatusUnprocessableEntity, code: "tipsubject"}
	if f.Person == "" && d.personal(f.Institution) { // in the wrong field
		f.Person, f.Institution = f.Institution, ""
	}
	s := detectors.Subject{Kind: detectors.Institution, Code: f.Institution}
	switch {
	case (f.Institution == "") == (f.Person == ""):
		return bad
	case f.Person != "":
		number, err := d.personOf(f.Person)
		if err != nil {
			number = f.Person
		}
		if !d.personal(number) {
			return bad // nor is it written down: anything may have been typed
		}
		s = detectors.Subject{Kind: detectors.PersonKind, Code: number}
	case d.o.Knowledge.Institutions[f.Institution] == nil && (d.o.Claims == nil || !d.knowsPlace(f.Institution)):
		return bad
	}
	_, err := d.o.Cases.OpenTip(r.Context(), cases.Tip{ID: tip, Subject: s}, cases.Act{ID: by.ID + "/case", Who: by.Who, Reason: by.Reason, At: by.At})
	return err
}

// halfCase gives the case that was opened from a tip and not yet written to it;
// empty: there is none.
func (d *Desk) halfCase(r *http.Request, t *tips.Tip) (string, error) {
	id := d.o.Cases.TipCase(t.ID)
	if t.Case == id || !tips.Leads(t.Status, tips.Tied) {
		return "", nil
	}
	_, err := d.o.Cases.Case(r.Context(), id)
	if errors.Is(err, cases.ErrMissing) {
		return "", nil
	}
	return id, err
}
