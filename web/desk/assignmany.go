package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// mostAssigned is how many leads are given to a person at a time: as many as
// can be looked over before.
const mostAssigned = 200

// toNobody stands for nobody where a person is chosen. No login is like it.
const toNobody = "-"

// assignPage says what would change if leads were given to a person, and what
// would not, and why.
type assignPage struct {
	To     string      `json:"to"` // login; -: nobody; empty: not chosen yet
	ToName string      `json:"to_name,omitempty"`
	Leads  []assignRow `json:"leads"`            // that would change
	Left   []assignRow `json:"left"`             // that would not
	Beyond int         `json:"beyond,omitempty"` // that fit too and are beyond the most at a time
	Most   int         `json:"most"`
	People []namedUser `json:"-"`
	Asked  []field     `json:"-"` // to ask the same again
	Act    string      `json:"act"`
	Fault  string      `json:"fault,omitempty"`
}

// assignRow is a lead and what becomes of it.
type assignRow struct {
	LeadRow
	// Why it is left as it is: status, same, county; after it was tried:
	// version, status, county, missing, failed, untried. Empty: it changes.
	Why string `json:"why,omitempty"`
}

type assignQuery struct {
	Lead  []string `json:"lead"`
	Every bool     `json:"every"` // all that fit the filter, in its order
	To    string   `json:"to"`
}

func showAssign(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var ask assignQuery
	if err := query(r, &ask); err != nil {
		return err
	}
	q, err := leadQuery(r)
	if err != nil {
		return err
	}
	p := assignPage{To: ask.To, Most: mostAssigned}
	if ask.Every {
		refs, err := d.choose(r, q, q.statuses())
		if err != nil {
			return err
		}
		ask.Lead = refIDs(refs)
		p.Asked = append(q.Hidden("but density col"), field{Name: "every", Value: "1"})
	} else {
		ask.Lead = distinct(ask.Lead)
		for _, id := range ask.Lead[:min(len(ask.Lead), mostAssigned)] {
			p.Asked = append(p.Asked, field{Name: "lead", Value: id})
		}
	}
	if len(ask.Lead) == 0 {
		return &problem{status: http.StatusUnprocessableEntity, code: "choose"}
	}
	if p.Beyond = len(ask.Lead) - mostAssigned; p.Beyond > 0 {
		ask.Lead = ask.Lead[:mostAssigned]
	} else {
		p.Beyond = 0
	}
	if err := d.assigning(r, ask.Lead, &p); err != nil {
		return err
	}
	return d.show(w, r, "assign", p)
}

// distinct gives each text once, in order.
func distinct(texts []string) (out []string) {
	seen := map[string]bool{}
	for _, t := range texts {
		if !seen[t] {
			seen[t], out = true, append(out, t)
		}
	}
	return out
}

// assigning looks at each lead as it is now.
func (d *Desk) assigning(r *http.Request, ids []string, p *assignPage) error {
	users, err := d.o.Accounts.Users(r.Context())
	if err != nil {
		return err
	}
	var to *accounts.User
	for i := range users {
		u := &users[i]
		if u.Status != accounts.Active || !u.May(accounts.LeadDecide) {
			continue
		}
		p.People = append(p.People, namedUser{u.Login, u.Name})
		if u.Login == p.To {
			to, p.ToName = u, u.Name
		}
	}
	if to == nil && p.To != toNobody {
		if p.To != "" {
			p.Fault = "assignee"
		}
		p.To = ""
	}
	rows, err := d.leadRows(r, ids)
	if err != nil {
		return err
	}
	login := strings.TrimPrefix(p.To, toNobody)
	for _, l := range rows {
		row := assignRow{LeadRow: l}
		switch {
		case l.Status != cases.New:
			row.Why = "status"
		case p.To == "":
		case l.Assignee == login:
			row.Why = "same"
		case to != nil && !to.Sees(l.Subject.County):
			row.Why = "county"
		}
		if row.Why == "" {
			p.Leads = append(p.Leads, row)
		} else {
			p.Left = append(p.Left, row)
		}
	}
	p.Act, err = d.o.Accounts.NewID()
	return err
}

// assignManyForm gives leads to a person, each with the version that was seen:
// L…@3.
type assignManyForm struct {
	Act    string   `json:"act"`
	To     string   `json:"to"` // login; -: nobody
	Leads  []string `json:"leads"`
	Reason string   `json:"reason"`
}

// assignedPage tells of each lead what became of it.
type assignedPage struct {
	To   string      `json:"to"`
	Done []assignRow `json:"done"`
	Left []assignRow `json:"left"`
}

func postAssignMany(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f assignManyForm
	if err := read(r, &f); err != nil {
		return err
	}
	seen, err := seenLeads(f.Leads)
	if err != nil {
		return err
	}
	if len(seen) > mostAssigned {
		return &problem{status: http.StatusUnprocessableEntity, code: "assign-many"}
	}
	subjects, err := d.subjectsInScope(r, seen)
	if err != nil {
		return err
	}
	to, err := d.assignee(r, f.To)
	if err != nil {
		return err
	}
	login := strings.TrimPrefix(f.To, toNobody)
	if f.Reason == "" {
		if f.Reason = visitOf(r).lang.Say("assign.back"); to != nil {
			f.Reason = visitOf(r).lang.Say("assign.reason", to.Name+" ("+to.Login+")")
		}
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	why := map[string]string{}
	for _, s := range seen {
		switch {
		case why["failed"] != "":
			why[s.Lead] = "untried"
			continue
		case to != nil && !to.Sees(d.county(subjects[s.Lead])):
			why[s.Lead] = "county"
			continue
		}
		err := d.o.Cases.AssignLead(r.Context(), s, login, cases.Act{ID: by.ID + "-" + s.Lead, Who: by.Who, Reason: by.Reason, At: by.At})
		if why[s.Lead], err = whyNot(err); err != nil {
			// What was done stays done; the same act sent again does the rest.
			d.o.Failed("assign", err)
			why[s.Lead], why["failed"] = "failed", s.Lead
		}
	}
	return d.assigned(w, r, login, seen, why)
}

// whyNot names what kept a lead from changing; other errors stay errors.
func whyNot(err error) (string, error) {
	p := problemOf(err)
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, cases.ErrMissing):
		return "missing", nil
	case p != nil && p.status == http.StatusConflict:
		return p.code, nil // version, status, reused
	}
	return "", err
}

// assigned tells of each lead what became of it, as it is now.
func (d *Desk) assigned(w http.ResponseWriter, r *http.Request, to string, seen []cases.Seen, why map[string]string) error {
	rows, err := d.leadRows(r, leadsOf(seen))
	if err != nil {
		return err
	}
	p := assignedPage{To: to}
	for _, l := range rows {
		if row := (assignRow{l, why[l.ID]}); row.Why == "" {
			p.Done = append(p.Done, row)
		} else {
			p.Left = append(p.Left, row)
		}
	}
	status := http.StatusOK
	switch {
	case why["failed"] != "":
		status = http.StatusServiceUnavailable
	case len(p.Done) == 0:
		status = http.StatusConflict
	}
	return d.showAs(w, r, status, "assigned", p)
}

// assignee gives the person to whom leads can be given; none for nobody.
func (d *Desk) assignee(r *http.Request, login string) (*accounts.User, error) {
	if login == toNobody {
		return nil, nil
	}
	u, err := d.o.Accounts.ByLogin(r.Context(), login)
	if errors.Is(err, accounts.ErrMissing) || err == nil && (u.Status != accounts.Active || !u.May(accounts.LeadDecide)) {
		return nil, &problem{status: http.StatusUnprocessableEntity, code: "assignee"}
	}
	return &u, err
}

// seenLeads reads leads with the version that was seen: L…@3.
func seenLeads(texts []string) (seen []cases.Seen, err error) {
	for _, text := range texts {
		id, version, _ := strings.Cut(text, "@")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil || slices.ContainsFunc(seen, func(s cases.Seen) bool { return s.Lead == id }) {
			return nil, errForm
		}
		seen = append(seen, cases.Seen{Lead: id, Version: n})
	}
	if len(seen) == 0 {
		return nil, &problem{status: http.StatusUnprocessableEntity, code: "choose"}
	}
	return seen, nil
}

// subjectsInScope gives whom leads are about, if all of them are in the user's
// scope.
func (d *Desk) subjectsInScope(r *http.Request, seen []cases.Seen) (map[string]detectors.Subject, error) {
	ids := leadsOf(seen)
	if err := d.leadsInScope(r, visitOf(r).user, ids); err != nil {
		return nil, err
	}
	return d.subjectsOf(r, ids)
}

// leadsOf gives the ids of leads that were seen.
func leadsOf(seen []cases.Seen) []string {
	out := make([]string, len(seen))
	for i := range seen {
		out[i] = seen[i].Lead
	}
	return out
}
