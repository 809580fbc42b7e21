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
func (d *Desk) homeLeads(r *http.Request, p *homePage) error {
	largest, err := d.choose(r, LeadQuery{Sort: string(cases.ByAmount)}, nil)
	if err != nil {
		return err
	}
	byStatus, schemes := map[cases.Status]int{}, map[string]*share{}
	var fresh []cases.Ref
	for _, ref := range largest {
		byStatus[ref.Status]++
		if ref.Status != cases.New {
			continue
		}
		fresh = append(fresh, ref)
		s := schemes[ref.Scheme]
		if s == nil {
			s = &share{Scheme: ref.Scheme, What: d.scheme(ref.Scheme)}
			schemes[ref.Scheme] = s
		}
		s.Leads++
		s.Amount += ref.Score
		p.Amount += ref.Score
	}
	for _, s := range leadStatuses {
		p.Counts = append(p.Counts, count{string(s), byStatus[s]})
	}
	p.Schemes = rank(schemes)
	if p.Largest, err = d.leadRows(r, refIDs(fresh[:min(len(fresh), onHome)])); err != nil {
		return err
	}
	newest, err := d.choose(r, LeadQuery{Sort: string(cases.ByDate)}, []cases.Status{cases.New})
	if err != nil {
		return err
	}
	if p.Newest, err = d.leadRows(r, refIDs(newest[:min(len(newest), onHome)])); err != nil {
		return err
	}
	mine, err := d.choose(r, LeadQuery{Sort: string(cases.ByAmount), Mine: true}, []cases.Status{cases.New})
	if err != nil {
		return err
	}
	p.MineAll = len(mine)
	p.Mine, err = d.leadRows(r, refIDs(mine[:min(len(mine), onHome)]))
	return err
}
