package desk

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/web/words"
)

// EntryRow is an entry of the credit ledger.
type EntryRow struct {
	ID        string   `json:"id"`
	Case      string   `json:"case"`
	Number    string   `json:"number"`
	Authority string   `json:"authority"`
	Decided   string   `json:"decided"`
	Effective string   `json:"effective"`
	Subject   Subject  `json:"subject"`
	Measure   string   `json:"measure"`
	Facts     string   `json:"facts"`
	Basis     []string `json:"basis"`
	Amount    int64    `json:"amount_fen"`
	Social    bool     `json:"social"` // of some influence in society
	Juvenile  bool     `json:"juvenile,omitempty"`
	Secret    bool     `json:"secret,omitempty"`
	Revoked   string   `json:"revoked,omitempty"`
	Version   int64    `json:"version"`
}

func (d *Desk) entryRow(e *blacklist.Entry) EntryRow {
	return EntryRow{e.ID, e.Case, e.Number, e.Authority, e.Decided, e.Effective, d.listed(&e.Subject), e.Measure, e.Facts, e.Basis, e.AmountFen, e.Social, e.Juvenile, e.Secret, e.Revoked, e.Version}
}

// entriesPage is the credit ledger, the last entries first.
type entriesPage struct {
	Entries   []EntryRow `json:"entries"`
	Pager     Pager      `json:"pager"`
	Write     bool       `json:"-"`
	Act       string     `json:"-"`
	Case      string     `json:"-"` // that the form is about
	Authority string     `json:"-"`
	Graver    []string   `json:"-"`
}

func showEntries(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Page int    `json:"page"`
		Case string `json:"case"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	total, _, err := d.o.Lists.Store.Entries(r.Context(), 0, 1)
	if err != nil {
		return err
	}
	v := visitOf(r)
	p := entriesPage{Pager: pager(q.Page, int(total), perPage), Write: v.user.May("list.write"), Case: q.Case, Authority: words.ZH.Say("entry.bureau", d.o.RegionName.ZH), Graver: graver}
	if p.Act, err = d.o.Accounts.NewID(); err != nil {
		return err
	}
	_, some, err := d.o.Lists.Store.Entries(r.Context(), max(p.Pager.From-1, 0), perPage)
	if err != nil {
		return err
	}
	for i := range some {
		p.Entries = append(p.Entries, d.entryRow(&some[i]))
	}
	return d.show(w, r, "entries", p)
}

// entryPage is one entry, what policy says of it, and its listing.
type entryPage struct {
	Entry   EntryRow    `json:"entry"`
	Class   string      `json:"class,omitempty"` // the answer of policy
	Listing *ListingRow `json:"listing,omitempty"`
	Reasons []Words     `json:"reasons,omitempty"`
	Basis   []string    `json:"basis,omitempty"`
	Least   int64       `json:"least_months"`
	Most    int64       `json:"most_months"` // 0: it is not to be listed
	History []actRow    `json:"history"`
	Write   bool        `json:"-"`
	Act     string      `json:"-"`
}

func (p entryPage) title(lang words.Lang) string { return lang.Say("entry.page", p.Entry.Number) }

func showEntry(d *Desk, w http.ResponseWriter, r *http.Request) error {
	e, err := d.o.Lists.Store.Entry(r.Context(), r.PathValue("entry"))
	if err != nil {
		return err
	}
	p := entryPage{Entry: d.entryRow(&e), Write: visitOf(r).user.May("list.write")}
	l, err := d.o.Lists.Store.Listing(r.Context(), blacklist.ListingOf(e.ID))
	switch {
	case err == nil:
		row := d.listingRow(&l)
		p.Listing = &row
	case !errors.Is(err, blacklist.ErrMissing):
		return err
	}
	advice, err := d.o.Lists.Advise(r.Context(), &e)
	if err != nil {
		return err
	}
	p.Class, p.Reasons, p.Basis, p.Least, p.Most = advice.Class, advice.Reasons, advice.Basis, advice.Least, advice.Most
	acts := d.o.Trail.About("entry:" + e.ID)
	for i := range slices.Backward(acts) {
		p.History = append(p.History, rowOf(&acts[i]))
	}
	if p.Act, err = d.o.Accounts.NewID(); err != nil {
		return err
	}
	return d.show(w, r, "entry", p)
}

// entryForm is what somebody does with an entry as they saw it.
type entryForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// postPropose puts an entry on its way to the list, as policy answers now.
func postPropose(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f entryForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	e, err := d.o.Lists.Store.Entry(r.Context(), r.PathValue("entry"))
	if err != nil {
		return err
	}
	advice, err := d.o.Lists.Advise(r.Context(), &e)
	if err != nil {
		return err
	}
	id, err := d.o.Lists.Store.Propose(r.Context(), e.ID, advice.Proposal, actOf(by.ID, by.Who, by.Reason, by.At))
	if err != nil {
		return err
	}
	return d.done(w, r, "/listings/"+id)
}

// postRevoke says that the ground of an entry fell.
func postRevoke(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f entryForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	id := r.PathValue("entry")
	if err := d.o.Lists.Store.Revoke(r.Context(), id, f.Version, actOf(by.ID, by.Who, by.Reason, by.At)); err != nil {
		return err
	}
	return d.done(w, r, "/credit/"+id)
}

// graver are measures that a decision states in words, not in figures.
var graver = []string{"restriction", "suspension"}

// enterForm makes an entry of the effective decision of a case.
type enterForm struct {
	Act       string `json:"act"`
	Case      string `json:"case"`
	Authority string `json:"authority"`
	Name      string `json:"name"` // of the subject, where the knowledge tables have none
	Facts     string `json:"facts"`
	Measure   string `json:"measure"` // of graver; empty: money where there is a fine, else reprimand
	Social    bool   `json:"social"`  // 具有一定社会影响, 行政处罚法48
	Juvenile  bool   `json:"juvenile"`
	Secret    bool   `json:"secret"` // 条例32, 行政处罚法50
	Reason    string `json:"reason"`
}

func postEntry(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f enterForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	e, err := d.o.Cases.Effective(r.Context(), f.Case)
	switch {
	case errors.Is(err, cases.ErrNoEffect) || err == nil && e.Kind != "penalty":
		return &problem{status: http.StatusUnprocessableEntity, code: "no-effect"}
	case err != nil:
		return err
	}
	measure := "reprimand"
	switch {
	case slices.Contains(graver, f.Measure):
		measure = f.Measure
	case f.Measure != "":
		return errForm
	case e.Fine > 0:
		measure = "money"
	}
	decision := blacklist.Decision{Case: f.Case, Number: e.Number, Authority: f.Authority, Decided: e.Decided, Effective: e.Served, Subject: SubjectOnList(d.o.Knowledge, e.Subject, f.Name),
		Measure: measure, Facts: f.Facts, Basis: []string{e.Article}, AmountFen: e.Fine, Social: f.Social,
		Juvenile: f.Juvenile || d.minor(e.Subject, e.Decided), Secret: f.Secret}
	id, err := d.o.Lists.Store.Enter(r.Context(), decision, actOf(by.ID, by.Who, by.Reason, by.At))
	if err != nil {
		return err
	}
	return d.done(w, r, "/credit/"+id)
}

// minor tells of an insured person whose birth is known whether they were below
// the age of adults on a day. Where the place sets no age nobody is one.
func (d *Desk) minor(s detectors.Subject, day string) bool {
	p := d.o.Knowledge.Persons[s.Code]
	months := d.o.Policy.Policy.Values["adult_months"].Number
	on, err := time.Parse(time.DateOnly, day)
	if s.Kind != detectors.PersonKind || p == nil || p.Birth == claim.None64 || months == nil || err != nil {
		return false
	}
	born := time.Unix(p.Birth*86400, 0).UTC()
	return born.AddDate(0, int(*months), 0).After(on)
}

// entryOf gives the entry that a case made of its party; empty: none. What the
// knowledge tables say of the party may have changed since it was entered.
func (d *Desk) entryOf(r *http.Request, id string, s detectors.Subject) (string, error) {
	for _, key := range []string{SubjectOnList(d.o.Knowledge, s, "").Key, s.Code} {
		entry := d.o.Lists.Store.EntryID(id, blacklist.Subject{Kind: s.Kind, Key: key})
		_, err := d.o.Lists.Store.Entry(r.Context(), entry)
		if err == nil {
			return entry, nil
		}
		if !errors.Is(err, blacklist.ErrMissing) {
			return "", err
		}
	}
	return "", nil
}

// SubjectOnList finds all codes of a subject: of an institution those of every
// site with its unified social credit code.
func SubjectOnList(k *knowledge.Knowledge, s detectors.Subject, name string) blacklist.Subject {
	out := blacklist.Subject{Kind: s.Kind, Key: s.Code, Name: name, Codes: []string{s.Code}}
	switch s.Kind {
	case detectors.Institution:
		in := k.Institutions[s.Code]
		if in == nil {
			return out
		}
		out.Key, out.Codes = in.USCC, nil
		if in.Name != "" {
			out.Name = in.Name
		}
		for code, other := range k.Institutions {
			if code == s.Code || in.USCC != "" && other.USCC == in.USCC {
				out.Codes = append(out.Codes, code)
			}
		}
		slices.Sort(out.Codes)
	case detectors.Practitioner:
		if p := k.Practitioners[s.Code]; p != nil && p.Name != "" {
			out.Name = p.Name
		}
	}
	return out
}
