package desk

import (
	"context"
	"net/http"
	"slices"

	"fundwatch/blacklist"
	"fundwatch/blacklist/edition"
	"fundwatch/detectors"
)

// Advice is what policy answers about an entry of the ledger.
type Advice struct {
	blacklist.Proposal
	Reasons []Words
}

// Lists is what pages of listings work with.
type Lists struct {
	Store *blacklist.Store
	// Advise asks policy where an entry belongs.
	Advise func(context.Context, *blacklist.Entry) (Advice, error)
	// Ask asks policy whether a record may be in the next edition, and how.
	Ask blacklist.Ask
	// Publish makes the next edition if it is what was shown; nil: none are published here.
	Publish func(ctx context.Context, by blacklist.Act, shown string) (*edition.Published, []edition.Problem, error)
}

// ListingRow is a listing in a list.
type ListingRow struct {
	ID      string  `json:"id"`
	Subject Subject `json:"subject"`
	Status  string  `json:"status"`
	Class   string  `json:"class"`
	Measure string  `json:"measure"`
	Until   string  `json:"until,omitempty"` // last day for objection, or of publication
	Version int64   `json:"version"`
}

// statusCount is how many listings have a status.
type statusCount struct {
	Status string `json:"status"`
	Count  int64  `json:"count"`
}

// listingsPage lists listings of a status, and has the form of the next edition.
type listingsPage struct {
	Status   string            `json:"status"`
	Counts   []statusCount     `json:"counts"`
	Listings []ListingRow      `json:"listings"`
	Pager    Pager             `json:"pager"`
	Edition  blacklist.InForce `json:"edition"`
	Write    bool              `json:"-"`
	Publish  bool              `json:"-"`
	Act      string            `json:"-"`
}

func (d *Desk) listingRow(l *blacklist.Listing) ListingRow {
	row := ListingRow{ID: l.ID, Subject: d.listed(&l.Subject), Status: string(l.Status), Class: l.Class, Measure: l.Measure, Version: l.Version, Until: l.Until}
	if l.MostDay != "" {
		row.Until = l.MostDay
	}
	return row
}

// listed is a subject as staff see it: the number of an insured person is
// masked.
func (d *Desk) listed(s *blacklist.Subject) Subject {
	out := d.subject(detectors.Subject{Kind: s.Kind, Code: s.Codes[0]})
	out.Name = s.Name
	if s.Kind == blacklist.Institution {
		out.Code = s.Key
	}
	return out
}

func (d *Desk) listings(r *http.Request) (p listingsPage, err error) {
	var q struct {
		Status string `json:"status"`
		Page   int    `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return p, err
	}
	u := visitOf(r).user
	p.Status, p.Write = q.Status, u.May("list.write")
	p.Publish = p.Write && d.o.Lists.Publish != nil
	if !slices.Contains(blacklist.Statuses(), blacklist.Status(p.Status)) {
		p.Status = string(blacklist.Listed)
	}
	store := d.o.Lists.Store
	total := int64(0)
	for _, s := range blacklist.Statuses() {
		n, _, err := store.Listings(r.Context(), s, 0, 1)
		if err != nil {
			return p, err
		}
		p.Counts = append(p.Counts, statusCount{string(s), n})
		if string(s) == p.Status {
			total = n
		}
	}
	p.Pager = pager(q.Page, int(total), perPage)
	_, some, err := store.Listings(r.Context(), blacklist.Status(p.Status), max(p.Pager.From-1, 0), perPage)
	if err != nil {
		return p, err
	}
	for i := range some {
		p.Listings = append(p.Listings, d.listingRow(&some[i]))
	}
	if p.Edition, err = store.InForce(r.Context()); err != nil {
		return p, err
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func showListings(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.listings(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "listings", p)
}
