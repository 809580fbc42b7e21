package desk

import (
	"net/http"

	"fundwatch/cases"
)

// revealForm says why somebody looks at personal data.
type revealForm struct {
	Act    string `json:"act"`
	Reason string `json:"reason"`
}

// postReveal shows the lead with the numbers of persons, once, and writes down
// who wanted to see them, and why. It answers with the page itself: nothing
// that could be opened again stays behind.
func postReveal(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f revealForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if err := d.o.Accounts.Note(r.Context(), "person.reveal", "lead:"+r.PathValue("lead"), by); err != nil {
		return err
	}
	p, err := d.lead(r, true)
	if err != nil {
		return err
	}
	return d.show(w, r, "lead", p)
}

// assignForm gives a lead to a person; empty takes it back.
type assignForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	To      string `json:"to"`
	Reason  string `json:"reason"`
}

func postAssign(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f assignForm
	if err := read(r, &f); err != nil {
		return err
	}
	lang := visitOf(r).lang
	if f.To == "" && f.Reason == "" {
		f.Reason = lang.Say("assign.back")
	}
	if f.To != "" {
		u, err := d.assignee(r, f.To)
		if err != nil {
			return err
		}
		subjects, err := d.subjectsOf(r, []string{r.PathValue("lead")})
		if err != nil {
			return err
		}
		if u == nil || !u.Sees(d.county(subjects[r.PathValue("lead")])) {
			return &problem{status: http.StatusUnprocessableEntity, code: "assignee"}
		}
		if f.Reason == "" {
			f.Reason = lang.Say("assign.reason", u.Name+" ("+u.Login+")")
		}
	}
	return d.decide(w, r, decision{"assign", f.Act, f.Reason, f.Version}, func(seen cases.Seen, by cases.Act) error {
		return d.o.Cases.AssignLead(r.Context(), seen, f.To, by)
	})
}

// decideForm ends a lead or takes it up again.
type decideForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

func postDismiss(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f decideForm
	if err := read(r, &f); err != nil {
		return err
	}
	return d.decide(w, r, decision{"dismiss", f.Act, f.Reason, f.Version}, func(seen cases.Seen, by cases.Act) error {
		return d.o.Cases.DismissLead(r.Context(), seen, by)
	})
}

func postReopen(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f decideForm
	if err := read(r, &f); err != nil {
		return err
	}
	return d.decide(w, r, decision{"reopen", f.Act, f.Reason, f.Version}, func(seen cases.Seen, by cases.Act) error {
		return d.o.Cases.ReopenLead(r.Context(), seen, by)
	})
}
