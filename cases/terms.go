package cases

import (
	"errors"

	"fundwatch/detectors"
)

// Term is a period of the procedure as a place has it, with the clause that
// sets it. Units are those of the room of clocks: days, working-days, months.
type Term struct {
	N     int64
	Unit  string
	Basis string
}

// Calendar tells when a period ends that begins on a day (YYYY-MM-DD), extended
// in its own unit. It fails where its calendar knows too little.
type Calendar interface {
	Ends(from string, t Term, extend int64) (day string, err error)
}

// Procedure is what a place sets for the way of a case. A term that nobody set
// is not there, and is never borrowed from another place.
type Procedure struct {
	Terms    map[string]Term      // by name, see [TermNames]
	Fines    map[string]FineRange // by article; one that is not here bounds no fine
	Calendar Calendar
}

// The terms of the procedure.
const (
	Handling       = "handling"        // from filing to decision
	ExtensionHead  = "extension-head"  // that the head of the bureau may give
	ExtensionTotal = "extension-total" // all extensions together
	DefenceTerm    = "defence"         // in which the party may speak to the notice
	HearingTerm    = "hearing-request" // in which it may ask for a hearing
	ServiceTerm    = "service"         // of the decision
	PaymentTerm    = "payment"         // of a fine
	ReviewTerm     = "review"          // in which the party may apply for administrative review
	LawsuitTerm    = "lawsuit"         // in which it may go to court
	TipReplyTerm   = "tip-reply"       // in which a named tipster is told whether a case is filed

	// ListingObjectionTerm is in which somebody may object to being listed. It
	// is no term of a case, and set where those are.
	ListingObjectionTerm = "listing-objection"
)

// TermName is a term that procedures know, and what it is for.
type TermName struct {
	Name string
	What detectors.Words
}

// TermNames lists the terms.
func TermNames() []TermName {
	return []TermName{
		{Handling, detectors.Words{ZH: "办案期限", EN: "time to decide a case"}},
		{ExtensionHead, detectors.Words{ZH: "负责人批准的延长", EN: "extension by the head"}},
		{ExtensionTotal, detectors.Words{ZH: "延长总计上限", EN: "all extensions together"}},
		{DefenceTerm, detectors.Words{ZH: "陈述申辩期限", EN: "time to state and defend"}},
		{HearingTerm, detectors.Words{ZH: "要求听证期限", EN: "time to ask for a hearing"}},
		{ServiceTerm, detectors.Words{ZH: "决定书送达期限", EN: "time to serve the decision"}},
		{PaymentTerm, detectors.Words{ZH: "缴纳罚款期限", EN: "time to pay a fine"}},
		{ReviewTerm, detectors.Words{ZH: "申请行政复议期限", EN: "time to apply for administrative review"}},
		{LawsuitTerm, detectors.Words{ZH: "提起行政诉讼期限", EN: "time to go to court"}},
		{TipReplyTerm, detectors.Words{ZH: "告知实名举报人是否立案", EN: "time to tell a named tipster whether a case is filed"}},
		{ListingObjectionTerm, detectors.Words{ZH: "列入名单前的异议期", EN: "time to object before a listing"}},
	}
}

// termWords words a term.
func termWords(name string) detectors.Words {
	for _, t := range TermNames() {
		if t.Name == name {
			return t.What
		}
	}
	return detectors.Words{ZH: name, EN: name}
}

// Clock is a period that runs, as it was set when it began: a later change of
// the profile does not move it.
type Clock struct {
	Name   string `json:"name"`
	From   string `json:"from"`
	N      int64  `json:"n,string"`
	Unit   string `json:"unit"`
	Extend int64  `json:"extend,string"`
	Basis  string `json:"basis"`
	End    string `json:"end"`  // last day; empty: nobody set the term, or the calendar does not reach
	Done   string `json:"done"` // the day it was met; empty while it runs
}

// What words what the clock is for.
func (c *Clock) What() detectors.Words { return termWords(c.Name) }

// Duty tells whether the clock binds the bureau or the party to do something;
// the others only give the party time, and nobody is late when it ends.
func (c *Clock) Duty() bool { return c.Name != DefenceTerm && c.Name != HearingTerm }

var errNoTerm = errors.New("the term is not set")

// start begins a clock on a day, in the place of one of the same name that
// runs. A term that is not set begins without an end, so that it is seen.
func (p *Procedure) start(f *File, name, day string) error {
	t, known := p.Terms[name]
	clock := Clock{Name: name, From: day, N: t.N, Unit: t.Unit, Basis: t.Basis}
	err := errNoTerm
	if known && p.Calendar != nil {
		clock.End, err = p.Calendar.Ends(day, t, 0)
	}
	for i := range f.Clocks {
		if f.Clocks[i].Name == name && f.Clocks[i].Done == "" {
			f.Clocks[i] = clock
			return err
		}
	}
	f.Clocks = append(f.Clocks, clock)
	return err
}

// stop says that a clock was met.
func (f *File) stop(name, day string) {
	if c := f.clock(name); c != nil {
		c.Done = day
	}
}

// clock gives the clock of a name that runs.
func (f *File) clock(name string) *Clock {
	for i := range f.Clocks {
		if f.Clocks[i].Name == name && f.Clocks[i].Done == "" {
			return &f.Clocks[i]
		}
	}
	return nil
}
