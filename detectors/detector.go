package detectors

import (
	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Grade says how much a finding claims.
type Grade string

// The grades. Rules about medical reasonableness are never more than suspicious.
const (
	Violation  Grade = "violation"  // 违规
	Suspicious Grade = "suspicious" // 可疑
	Indicator  Grade = "indicator"  // 提示
)

// Span says which days a finding covers.
type Span uint8

// The spans of findings.
const (
	// ByLines: the first and last fee day of the lines in evidence, without
	// lines the first and last settlement day.
	ByLines Span = iota
	// ByStays: the first admission day to the last discharge day.
	ByStays
)

// Rests says what findings of a Person detector may rest on, so that a person who
// has a new claim need not be looked at whole.
type Rests uint8

// What findings may rest on. A detector sees less than a person's all only where
// its findings could not change.
const (
	// OnAnything: on anything.
	OnAnything Rests = iota
	// OnItems: each on the lines of one item, of those that Items wants, and their
	// claims. It looks at Person.Groups.
	OnItems
	// OnDays: each on the lines of one item, or of items that exclude each other,
	// and their claims, of one fee day; of a visit where the table of exclusive
	// items says so. It looks at Person.Groups.
	OnDays
	// OnStays: each on stays, and on the lines of one other claim at most. It
	// passes over claims that are not there whole ([claim.History.Whole]).
	OnStays
	// OnNear: on claims, whatever their lines, of which no two that follow each other
	// in claim order are further apart than Near says. It looks at Person.Near.
	OnNear
	// OnBills: on the claims of one bill number, whatever their lines.
	OnBills
)

// Detector is one check. Exactly one of Lines, Claims, Person and Trace is
// set; each is called once for every goroutine and gives a kernel that may
// keep scratch space between calls but nothing else.
type Detector struct {
	ID      string // letter, number, words; never used again for anything else
	Version string // raised when the definition changes
	Title   Words  // what it finds
	Doc     Words  // when exactly, and what the amount is
	Clears  Words  // what would clear it
	Grade   Grade
	Basis   []string // clauses it rests on, as the law counts them
	Classes []string // official rule classes (两库) and schemes (F…) it covers
	Uses    []string // knowledge columns, file.column; silent without them
	Key     string   // the parts of a finding's key, in words; empty when there is none
	Subject string   // who the finding is about, in words
	Reads   []claim.Field
	Params  []*Param
	Span    Span
	Rests   Rests // of Person detectors

	// Items says for which rows of items.csv Lines wants to be called. Person, where
	// it rests on items or days, is called for persons who have lines of an item with such
	// a row; nil for all.
	Items func(row *knowledge.Item) bool

	// Near gives, of one that rests on claims near each other, how many days apart
	// they may be.
	Near func(v *View) int64
	// May tells, of one that rests on items, whether claims that have an item in
	// common, in the order of days, may hold a finding on it: so that most persons
	// who come again for the same item need not be looked at further. Where it says no, fewer
	// claims and smaller numbers would not make it say yes. nil: they always may.
	May func(v *View) func(claims []claim.Glance) bool

	Lines  func(v *View) func(line int32, row *knowledge.Item, emit *Emitter)
	Claims func(v *View) func(from, to int32, emit *Emitter)
	Person func(v *View) func(p *Person, emit *Emitter)
	Trace  func(v *View) func(code string, lines []int32, emit *Emitter)
}

// Words is a text in Chinese and English.
type Words struct{ ZH, EN string }

// Short is the letter and number of the id: S05 of S05-overlapping-stays.
func (d *Detector) Short() string {
	for i, c := range d.ID {
		if c == '-' {
			return d.ID[:i]
		}
	}
	return d.ID
}

// Alone reports whether each of its findings rests on one claim, whatever other
// claims there are.
func (d *Detector) Alone() bool { return d.Lines != nil || d.Claims != nil }

// Kind names which of the four functions the detector has.
func (d *Detector) Kind() string {
	switch {
	case d.Lines != nil:
		return "lines"
	case d.Claims != nil:
		return "claims"
	case d.Person != nil:
		return "person"
	case d.Trace != nil:
		return "trace"
	}
	return ""
}

// Param is a number or a list of texts that a region may set. Its value is
// read with View.Number or View.List, so a misspelt name cannot compile.
type Param struct {
	Name     string
	Default  int64
	Min, Max int64
	Unit     Words
	List     []string // default of a list parameter; nil for numbers
}

// Settings holds what a region sets differently from the defaults.
type Settings struct {
	Region  string
	Numbers map[*Param]int64
	Lists   map[*Param][]string
}

func (s *Settings) number(p *Param) int64 {
	if v, ok := s.Numbers[p]; ok {
		return v
	}
	return p.Default
}

func (s *Settings) list(p *Param) []string {
	if v, ok := s.Lists[p]; ok {
		return v
	}
	return p.List
}

// params gives the detector's parameters as they are set, in their order.
func (s *Settings) params(d *Detector) []Fact {
	out := make([]Fact, 0, len(d.Params))
	for _, p := range d.Params {
		if p.List != nil {
			out = append(out, Fact{p.Name, s.list(p)})
		} else {
			out = append(out, Fact{p.Name, s.number(p)})
		}
	}
	return out
}
