package desk

import (
	"net/http"
	"strconv"

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
	At       int64     `json:"at"`             // record of the journal at which leads stand so
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

// Live is the address of what has changed since the page was made.
func (p homePage) Live() string { return "/live/home?since=" + strconv.FormatInt(p.At, 10) }

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
func (d *Desk) homeLeads(r *http.Request, p *homePage) error {
	by, schemes := map[cases.Status]int{}, map[string]*share{}
	var largest, newest []*cases.Entry
	_, err := d.each(r, LeadQuery{Sort: string(cases.ByAmount)}, nil, 0, func(e *cases.Entry) bool {
		if by[e.Status]++; e.Status != cases.New {
			return true
		}
		if len(largest) < onHome {
			largest = append(largest, e)
		}
		s := schemes[e.Scheme]
		if s == nil {
			s = &share{Scheme: e.Scheme, What: d.scheme(e.Scheme)}
			schemes[e.Scheme] = s
		}
		s.Leads++
		s.Amount += e.Amount
		p.Amount += e.Amount
		return true
	})
	if err != nil {
		return err
	}
	p.Counts, p.Schemes = countsOf(by)[:len(leadStatuses)], rank(schemes)
	if p.Largest, err = d.leadRows(r, entryIDs(largest)); err != nil {
		return err
	}
	p.At, err = d.each(r, LeadQuery{Sort: string(cases.ByDate)}, []cases.Status{cases.New}, 0, func(e *cases.Entry) bool {
		newest = append(newest, e)
		return len(newest) < onHome
	})
	if err != nil {
		return err
	}
	if p.Newest, err = d.leadRows(r, entryIDs(newest)); err != nil {
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

// stands counts the leads by status and sums the amounts of new ones.
func (d *Desk) stands(r *http.Request) ([]count, int64, error) {
	by, amount := map[cases.Status]int{}, int64(0)
	_, err := d.each(r, LeadQuery{Sort: string(cases.ByAmount)}, nil, 0, func(e *cases.Entry) bool {
		if by[e.Status]++; e.Status == cases.New {
			amount += e.Amount
		}
		return true
	})
	return countsOf(by)[:len(leadStatuses)], amount, err
}
