package desk

import (
	"net/http"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// homePage is where the day begins: what is mine, what is new, and how it
// stands.
type homePage struct {
	Leads    bool      `json:"-"` // the user reads leads
	Mine     []LeadRow `json:"mine"`
	MineAll  int       `json:"mine_total"`
	Newest   []LeadRow `json:"newest"`
	Largest  []LeadRow `json:"largest"`
	Counts   []count   `json:"counts"`
	Schemes  []share   `json:"schemes"` // of new leads
	Amount   int64     `json:"amount_fen"`
	Dead     int64     `json:"dead,omitempty"` // letters nobody has settled
	System   bool      `json:"-"`
	DeadRead bool      `json:"-"`
	Users    int       `json:"users,omitempty"`
	UserRead bool      `json:"-"`
	Audit    bool      `json:"-"`
	Acts     []actRow  `json:"acts,omitempty"`
	Stands   []int     `json:"standing,omitempty"` // partitions that wait for a person
	Lag      int64     `json:"lag,omitempty"`      // messages that wait here
}

// onHome is how many rows a part of the page has.
const onHome = 8

func showHome(d *Desk, w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	p := homePage{Leads: u.May(accounts.LeadRead), System: u.May(accounts.SystemRead), DeadRead: u.May(accounts.DeadRead),
		UserRead: u.May(accounts.UserRead), Audit: u.May(accounts.AuditRead)}
	if p.Leads {
		if err := d.homeLeads(r, &p); err != nil {
			return err
		}
	}
	if p.System {
		parts, err := d.o.Cases.Partitions(r.Context())
		if err != nil {
			return err
		}
		for i := range parts {
			p.Dead += parts[i].Dead
		}
		for _, at := range d.o.Positions() {
			p.Lag += max(at.End-at.Next, 0)
			if at.Gap != nil {
				p.Stands = append(p.Stands, at.Partition)
			}
		}
	}
	if p.UserRead {
		users, err := d.o.Accounts.Users(r.Context())
		if err != nil {
			return err
		}
		p.Users = len(users)
	}
	if p.Audit {
		_, acts := d.o.Trail.Last(allActs, 0, onHome)
		for i := range acts {
			p.Acts = append(p.Acts, rowOf(&acts[i]))
		}
	}
	return d.show(w, r, "home", p)
}

// homeLeads fills in what readers of leads see.
func (d *Desk) homeLeads(r *http.Request, p *homePage) (err error) {
	fresh := LeadQuery{Status: string(cases.New), Sort: string(cases.ByAmount)}
	if p.Counts, _, err = d.counts(r, fresh); err != nil {
		return err
	}
	p.Counts = p.Counts[:len(leadStatuses)]
	all, err := d.choose(r, fresh, fresh.statuses())
	if err != nil {
		return err
	}
	schemes := map[string]*share{}
	for _, ref := range all {
		s := schemes[ref.Scheme]
		if s == nil {
			s = &share{Scheme: ref.Scheme, What: d.scheme(ref.Scheme)}
			schemes[ref.Scheme] = s
		}
		s.Leads++
		s.Amount += ref.Score
		p.Amount += ref.Score
	}
	p.Schemes = rank(schemes)
	if p.Largest, err = d.leadRows(r, refIDs(all[:min(len(all), onHome)])); err != nil {
		return err
	}
	newest := LeadQuery{Status: string(cases.New), Sort: string(cases.ByDate)}
	if p.Newest, err = d.list(r, newest, 0, onHome); err != nil {
		return err
	}
	return d.mine(r, p)
}

// mine lists the new leads that were given to the user, the last first.
func (d *Desk) mine(r *http.Request, p *homePage) error {
	u := visitOf(r).user
	ids, err := d.o.Cases.Assigned(r.Context(), u.Login)
	if err != nil {
		return err
	}
	rows, err := d.leadRows(r, ids)
	for _, l := range rows {
		if l.Status != cases.New || !u.Sees(l.Subject.County) {
			continue
		}
		if p.MineAll++; len(p.Mine) < onHome {
			p.Mine = append(p.Mine, l)
		}
	}
	return err
}
