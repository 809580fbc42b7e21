package desk

import (
	"errors"
	"net/http"

	"fundwatch/cases"
)

// decision is what a person wants to do with a lead as they saw it.
type decision struct {
	what, act, reason string
	version           int64
}

// Conflict is what a person wanted to do, beside what is there now.
type Conflict struct {
	What    string   `json:"what"`
	Reason  string   `json:"reason"`
	Seen    int64    `json:"seen_version"`
	Now     LeadRow  `json:"lead"`
	Since   []actRow `json:"since"` // what was done after the version that was seen
	Act     string   `json:"-"`
	Allowed bool     `json:"-"` // it can still be done
}

// decide does it, or shows what has changed meanwhile.
func (d *Desk) decide(w http.ResponseWriter, r *http.Request, want decision, do func(cases.Seen, cases.Act) error) error {
	id := r.PathValue("lead")
	by, err := d.by(r, want.act, want.reason)
	if err != nil {
		return err
	}
	err = do(cases.Seen{Lead: id, Version: want.version}, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At})
	_, stale := errors.AsType[*cases.VersionError](err)
	_, status := errors.AsType[*cases.StatusError](err)
	if !stale && !status {
		if err != nil {
			return err
		}
		return d.done(w, r, "/leads/"+id)
	}
	c, err := d.conflict(r, id, want)
	if err != nil {
		return err
	}
	if visitOf(r).json {
		code := "version"
		if status {
			code = "status"
		}
		return &problem{status: http.StatusConflict, code: code, page: c}
	}
	return d.showAs(w, r, http.StatusConflict, "conflict", c)
}

func (d *Desk) conflict(r *http.Request, id string, want decision) (Conflict, error) {
	l, err := d.o.Cases.Lead(r.Context(), id)
	if err != nil {
		return Conflict{}, err
	}
	c := Conflict{What: want.what, Reason: want.reason, Seen: want.version, Now: d.leadRow(&l)}
	for _, a := range d.o.Trail.About("lead:" + id) {
		if a.Version > want.version && a.Object == "lead:"+id || a.Object != "lead:"+id && a.At >= l.DecidedAt {
			c.Since = append(c.Since, rowOf(&a))
		}
	}
	allowed := map[string]cases.Status{"dismiss": cases.New, "assign": cases.New, "reopen": cases.Dismissed}
	c.Allowed = allowed[want.what] == l.Status && want.what != "assign"
	c.Act, err = d.o.Accounts.NewID()
	return c, err
}
