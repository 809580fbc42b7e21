package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/inspection"
)

// breachForm opens a case from what an inspection found; the reason says what
// that was.
type breachForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// postBreach opens the case of a breach and writes its id to the result. Broken
// off between the two, it is done again: the same result gives the same case.
func postBreach(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f breachForm
	if err := read(r, &f); err != nil {
		return err
	}
	p, err := d.inspected(r) // also says whether it is in scope
	if err != nil {
		return err
	}
	t := &p.Task
	from := cases.Check{Campaign: p.Campaign.ID, Object: t.ID, Subject: detectors.Subject{Kind: detectors.Institution, Code: t.ID}}
	if t.Case != "" && t.Case == d.o.Cases.CheckCase(from) {
		return d.done(w, r, t.Path) // pressed again
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return d.inspectedFault(w, r, p, foundForm{Version: f.Version, Reason: f.Reason, Unit: p.Form.Unit}, err)
	}
	if t.State != inspection.Breach || t.Case != "" || t.Version != f.Version {
		return d.breachConflict(w, r, &f)
	}
	id, err := d.o.Cases.OpenCheck(r.Context(), from, cases.Act{ID: by.ID + "/case", Who: by.Who, Reason: by.Reason, At: by.At})
	if err != nil {
		return err
	}
	seen := inspection.Seen{Campaign: p.Campaign.ID, Object: t.ID, Version: f.Version}
	err = d.o.Inspections.File(r.Context(), seen, id, inspection.Act{ID: by.ID + "/file", Who: by.Who, Reason: by.Reason, At: by.At})
	if isConflict(err) {
		return d.breachConflict(w, r, &f)
	}
	if err != nil {
		return err
	}
	return d.done(w, r, t.Path)
}

// breachConflict shows the result as it is now; where somebody else opened the
// same case meanwhile, that is no conflict.
func (d *Desk) breachConflict(w http.ResponseWriter, r *http.Request, f *breachForm) error {
	p, err := d.inspected(r)
	if err != nil {
		return err
	}
	t := &p.Task
	if t.Case != "" {
		return d.done(w, r, t.Path)
	}
	c := InspectionConflict{Want: "inspection.case", Reason: f.Reason, Seen: f.Version, Version: t.Version, Status: string(t.State), Note: t.Note, Who: t.Who, At: t.At,
		Object: "campaign:" + p.Campaign.ID + "/" + t.ID, Back: t.Path}
	return d.inspectionConflict(w, r, c, &inspection.StatusError{Status: string(t.State)})
}
