package desk

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// choice is something that can be done with a listing, or why not.
type choice struct {
	Action blacklist.Action `json:"action"`
	Name   Words            `json:"name"`
	Lacks  []lackRow        `json:"lacks,omitempty"`
	Until  bool             `json:"until"`          // asks for the last day for objection, and its basis
	Term   *objectionRow    `json:"term,omitempty"` // where a text sets the time: how long, and the last day if done today
	From   bool             `json:"from"`           // asks for the day from which claims are flagged
	Facts  bool             `json:"facts"`          // asks for the corrected text
}

// objectionRow is a time for objection.
type objectionRow struct {
	N     int64  `json:"n"`
	Unit  string `json:"unit"`
	Until string `json:"until"` // last day, if it begins today
	Basis string `json:"basis"`
}

// listingPage is one listing with its ground, what can be done, and what was.
type listingPage struct {
	Listing   ListingRow       `json:"listing"`
	Basis     []string         `json:"basis"`
	Revision  string           `json:"revision"`
	Facts     string           `json:"facts"`
	Published string           `json:"published_name"` // as strangers see it
	Days      []dayRow         `json:"days"`
	Objection string           `json:"objection,omitempty"`
	Answer    string           `json:"answer,omitempty"`
	Left      string           `json:"left_reason,omitempty"`
	Entry     EntryRow         `json:"entry"`
	Shown     string           `json:"shown"` // digest of what is shown
	Choices   []choice         `json:"choices"`
	History   []actRow         `json:"history"`
	Conflict  *listingConflict `json:"conflict,omitempty"`
	Fault     string           `json:"-"` // of what was refused, and what it lacks
	Refused   []lackRow        `json:"-"`
	Doing     blacklist.Action `json:"-"` // that was refused, with what was typed
	Form      listingForm      `json:"-"`
	Write     bool             `json:"-"`
	Act       string           `json:"-"`
	Today     string           `json:"-"`
}

// dayRow is a day of a listing and what it is.
type dayRow struct {
	What  string `json:"what"` // end of a key of the catalogue
	Day   string `json:"day"`
	Who   string `json:"who,omitempty"`
	Basis string `json:"basis,omitempty"`
}

// listingConflict is what somebody wanted to do with what is no longer there.
type listingConflict struct {
	Seen   int64  `json:"seen_version"`
	Now    int64  `json:"version"`
	Name   Words  `json:"name"`
	Reason string `json:"reason"`
}

func (p listingPage) title(lang words.Lang) string {
	return lang.Say("listing.page", p.Listing.Subject.Name)
}

// Typed is what the form of an action holds: what was typed, where it was
// refused, else what it begins with.
func (p listingPage) Typed(a blacklist.Action) listingForm {
	if a == p.Doing {
		return p.Form
	}
	return listingForm{From: p.Today, Facts: p.Facts}
}

func actOf(id, who, reason string, at time.Time) blacklist.Act {
	return blacklist.Act{ID: id, Who: who, Reason: reason, At: at}
}

func (d *Desk) listing(r *http.Request) (p listingPage, err error) {
	l, err := d.o.Lists.Store.Listing(r.Context(), r.PathValue("listing"))
	if err != nil {
		return p, err
	}
	e, err := d.o.Lists.Store.Entry(r.Context(), l.Entry)
	if err != nil {
		return p, err
	}
	u := visitOf(r).user
	p = listingPage{Listing: d.listingRow(&l), Basis: l.Basis, Revision: l.Revision, Facts: l.Facts, Published: l.Subject.PublicName(), Days: listingDays(&l),
		Objection: l.Objection, Answer: l.Answer, Left: l.LeftWhy, Entry: d.entryRow(&e), Shown: l.Digest(&e), Write: u.May("list.write"),
		Today: journal.Stamp(d.now())[:len(time.DateOnly)]}
	choices, err := d.o.Lists.Store.May(r.Context(), &l, &e, u.Login, p.Today)
	if err != nil {
		return p, err
	}
	for _, c := range choices {
		p.Choices = append(p.Choices, d.counted(choiceOf(c), p.Today))
	}
	acts := d.o.Trail.About("listing:" + l.ID)
	for i := range slices.Backward(acts) {
		p.History = append(p.History, rowOf(&acts[i]))
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func choiceOf(c blacklist.Choice) choice {
	out := choice{Action: c.Action, Name: Words{c.ZH, c.EN}, Until: slices.Contains(c.Needs, blacklist.Deadline),
		From: slices.Contains(c.Needs, blacklist.From), Facts: c.Action == blacklist.ActionCorrect}
	for _, m := range c.Lacks {
		out.Lacks = append(out.Lacks, lackOf(m))
	}
	return out
}

// lackOf words what a move of a listing lacks.
func lackOf(m *blacklist.MissingError) lackRow {
	return lackRow{Guard: string(m.Need), What: Words{m.ZH, m.EN}, Where: inBoth("problem.lacks." + string(m.Need) + ".todo"), Basis: m.Basis}
}

// counted puts the time for objection into a choice that asks for its last day,
// where a text sets it.
func (d *Desk) counted(c choice, today string) choice {
	term, set := d.o.Procedure.Terms[cases.ListingObjectionTerm]
	if !c.Until || !set {
		return c
	}
	c.Until = false
	last, err := d.o.Procedure.Calendar.Ends(today, term, 0)
	if err != nil {
		c.Lacks = append(c.Lacks, lackRow{Guard: string(blacklist.Deadline), What: inBoth("listing.term.calendar"), Where: inBoth("listing.term.where"), Basis: term.Basis})
	}
	c.Term = &objectionRow{N: term.N, Unit: term.Unit, Until: last, Basis: term.Basis}
	return c
}

// deadline works out the last day for objection of a notice that is served on a
// day, where a text sets the time. Another day than that is refused with both.
func (d *Desk) deadline(o *blacklist.Order, day string) error {
	term, set := d.o.Procedure.Terms[cases.ListingObjectionTerm]
	if !set {
		return nil
	}
	lacks := func(key string, args ...any) error {
		return &problem{status: http.StatusUnprocessableEntity, code: "lacks", lacks: []lackRow{{Guard: string(blacklist.Deadline), What: inBoth(key, args...), Where: inBoth("listing.term.where"), Basis: term.Basis}}}
	}
	last, err := d.o.Procedure.Calendar.Ends(day, term, 0)
	if err != nil {
		return lacks("listing.term.calendar")
	}
	if o.Until != "" && o.Until != last {
		return lacks("listing.term.differs", o.Until, last)
	}
	o.Until, o.Basis = last, term.Basis
	return nil
}

func listingDays(l *blacklist.Listing) (out []dayRow) {
	for _, row := range []dayRow{{"proposed", l.Proposed, l.Proposer, ""}, {"served", l.Served, "", ""}, {"until", l.Until, "", l.UntilBasis}, {"listed", l.ListedOn, l.Lister, ""},
		{"from", l.From, "", ""}, {"least", l.LeastDay, "", ""}, {"most", l.MostDay, "", ""}, {"left", l.Left, "", ""}} {
		if row.Day != "" {
			out = append(out, row)
		}
	}
	return out
}

func showListing(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.listing(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "listing", p)
}

// listingForm is what somebody does with a listing as they saw it.
type listingForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
	Until   string `json:"until"`
	Basis   string `json:"basis"` // of until
	From    string `json:"from"`
	Shown   string `json:"shown"`
	Facts   string `json:"facts"`
}

func postListing(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f listingForm
	if err := read(r, &f); err != nil {
		return err
	}
	o := blacklist.Order{Listing: r.PathValue("listing"), Version: f.Version, Action: blacklist.Action(r.PathValue("action")), Until: f.Until, Basis: f.Basis, From: f.From, Shown: f.Shown, Facts: f.Facts}
	by, err := d.by(r, f.Act, f.Reason)
	if err == nil && o.Action == blacklist.ActionServe {
		err = d.deadline(&o, journal.Stamp(by.At)[:len(time.DateOnly)])
	}
	if err == nil {
		err = d.o.Lists.Store.Do(r.Context(), o, actOf(by.ID, by.Who, by.Reason, by.At))
	}
	if err == nil {
		return d.done(w, r, "/listings/"+o.Listing)
	}
	_, stale := errors.AsType[*blacklist.VersionError](err)
	_, status := errors.AsType[*blacklist.StatusError](err)
	code, answer, refused := faultOf(err)
	if !stale && !status && (!refused || visitOf(r).json) {
		return err
	}
	p, failed := d.listing(r)
	if failed != nil {
		return failed
	}
	if refused {
		p.Fault, p.Refused, p.Doing, p.Form = code, problemOf(err).lacks, o.Action, f
		return d.showAs(w, r, answer, "listing", p)
	}
	p.Conflict = &listingConflict{Seen: f.Version, Now: p.Listing.Version, Name: actionName(o.Action), Reason: f.Reason}
	if visitOf(r).json {
		code := "version"
		if status {
			code = "status"
		}
		return &problem{status: http.StatusConflict, code: code, page: p}
	}
	return d.showAs(w, r, http.StatusConflict, "listing", p)
}

// actionName is how the table calls an action.
func actionName(a blacklist.Action) Words {
	for _, m := range blacklist.Moves() {
		if m.Action == a {
			return Words{m.ZH, m.EN}
		}
	}
	return Words{string(a), string(a)}
}
