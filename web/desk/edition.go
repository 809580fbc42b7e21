package desk

import (
	"errors"
	"net/http"

	"fundwatch/blacklist"
)

// editionPage is the next edition before it is made: what policy says of each
// record that is listed.
type editionPage struct {
	Records  []verdictRow      `json:"records"`
	Counts   []statusCount     `json:"counts"` // by path
	Pager    Pager             `json:"pager"`
	Edition  blacklist.InForce `json:"edition"` // in force
	Shown    string            `json:"shown"`   // digest of what is shown
	Problems []string          `json:"problems,omitempty"`
	Stale    bool              `json:"stale,omitempty"` // it changed since it was shown
	Publish  bool              `json:"-"`
	Act      string            `json:"-"`
}

// verdictRow is what policy says of a record.
type verdictRow struct {
	Listing ListingRow     `json:"listing"`
	Name    string         `json:"published_name,omitempty"`
	Path    string         `json:"path"`
	Reasons []RulingReason `json:"reasons"`
	New     bool           `json:"new"`    // in no edition yet
	Gone    bool           `json:"leaves"` // in the edition in force, and not in the next
}

// editionPaths is the order in which paths are counted.
var editionPaths = []string{blacklist.PathPublish, blacklist.PathMask, blacklist.PathHold, blacklist.PathRemove, blacklist.PathWithhold}

func (d *Desk) edition(r *http.Request) (p editionPage, err error) {
	var q struct {
		Page int `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return p, err
	}
	store := d.o.Lists.Store
	all, err := store.Next(r.Context(), d.today(), d.o.Lists.Ask)
	if err != nil {
		return p, err
	}
	counts := map[string]int64{}
	for i := range all {
		counts[all[i].Verdict.Path]++
	}
	for _, path := range editionPaths {
		p.Counts = append(p.Counts, statusCount{path, counts[path]})
	}
	p.Shown, p.Pager = blacklist.NextDigest(all), pager(q.Page, len(all), perPage)
	for i := max(p.Pager.From-1, 0); i < p.Pager.To; i++ {
		p.Records = append(p.Records, d.verdictRow(&all[i]))
	}
	if p.Edition, err = store.InForce(r.Context()); err != nil {
		return p, err
	}
	p.Publish = visitOf(r).user.May("list.write") && d.o.Lists.Publish != nil
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func (d *Desk) verdictRow(j *blacklist.Judged) verdictRow {
	l := &j.Listing
	row := verdictRow{Listing: d.listingRow(l), Name: j.PublicName(), Path: j.Verdict.Path, New: l.In == 0, Gone: l.In != 0 && l.Held == 0 && !j.In()}
	for _, w := range j.Verdict.Reasons {
		row.Reasons = append(row.Reasons, RulingReason{Code: w.Code, What: Words{w.ZH, w.EN}, Basis: w.Basis})
	}
	return row
}

func showEdition(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.edition(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "edition", p)
}

// publishForm says why an edition is made now, and of what.
type publishForm struct {
	Act    string `json:"act"`
	Reason string `json:"reason"`
	Shown  string `json:"shown"` // digest of what was shown; empty: nothing was looked at
}

// postPublish makes the next edition; problems are shown, all of them.
func postPublish(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f publishForm
	if err := read(r, &f); err != nil {
		return err
	}
	if d.o.Lists.Publish == nil {
		return errNothing
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if f.Shown == "" {
		return &problem{status: http.StatusUnprocessableEntity, code: "unseen"}
	}
	_, problems, err := d.o.Lists.Publish(r.Context(), actOf(by.ID, by.Who, by.Reason, by.At), f.Shown)
	stale := errors.Is(err, blacklist.ErrShown)
	if err != nil && !stale {
		return err
	}
	if len(problems) == 0 && !stale {
		return d.done(w, r, "/listings")
	}
	p, err := d.edition(r)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if p.Stale = stale; stale {
		status = http.StatusConflict
	}
	for _, problem := range problems {
		p.Problems = append(p.Problems, problem.String())
	}
	return d.showAs(w, r, status, "edition", p)
}
