package regions

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// triagePaths and referralPaths are what the two questions may answer.
var (
	triagePaths   = []string{"case", "lead", "notify", "watch"}
	referralPaths = []string{"agency", "administrative", "police", "health", "market", "drug", "discipline"}
	listingPaths  = []string{"none", "remove", "ledger", "minor", "ordinary", "serious", "platform"}
	publishPaths  = []string{"withhold", "remove", "hold", "mask", "publish"}
	authzPaths    = []string{"deny", "allow"}
	numberUnits   = []Unit{Fen, Months, Persons, Points, Percent, Times}
	clockUnits    = []string{"days", "working-days", "hours", "months"}
)

// TriagePaths lists what may become of a finding, the strongest first.
func TriagePaths() []string { return slices.Clone(triagePaths) }

// ReferralPaths lists to whom a lead or case may belong.
func ReferralPaths() []string { return slices.Clone(referralPaths) }

// PathsOf lists what a question may answer, nil where there is no such
// question.
func PathsOf(question string) []string {
	switch question {
	case "triage":
		return TriagePaths()
	case "referral":
		return ReferralPaths()
	case "listing":
		return slices.Clone(listingPaths)
	case "publication":
		return slices.Clone(publishPaths)
	case "authz":
		return slices.Clone(authzPaths)
	}
	return nil
}

// Questions lists what policies are asked, in the order of a case's life.
func Questions() []string {
	return []string{"triage", "referral", "listing", "publication", "authz"}
}

// Validate tells all that is wrong: an unknown name, path, unit or clock, a
// value of the wrong kind, and anything without its clause.
func (p *Policy) Validate() error {
	v := &faults{}
	for name, s := range p.Values {
		v.setting(name, s)
	}
	for path, d := range p.Departments {
		at := "departments." + path
		v.clause(at, d.Clause)
		v.unless(slices.Contains(referralPaths, path), at, "no such path")
		v.unless(d.ZH != "" && d.EN != "", at, "a department needs its name, zh and en")
	}
	for name, c := range p.Clocks {
		at := "clocks." + name
		v.clause(at, c.Clause)
		v.unless(slices.Contains(clockUnits, c.Unit), at, "the unit is none of days, working-days, hours, months")
		v.unless(slices.ContainsFunc(ClockNames(), func(n ClockName) bool { return n.Name == name }), at, "no such clock")
		v.unless(c.Number >= 1 && c.Extend >= 0, at, "a period is at least 1 and is not extended by less than nothing")
	}
	for _, q := range Questions() {
		v.ways(q, *p.Of(q), PathsOf(q), p.Clocks)
	}
	slices.SortFunc(v.found, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(v.found...)
}

// faults collects what is wrong.
type faults struct{ found []error }

func (v *faults) unless(ok bool, at, sentence string) {
	if !ok {
		v.found = append(v.found, fmt.Errorf("%s: %s", at, sentence))
	}
}

func (v *faults) clause(at, clause string) {
	v.unless(clause != "", at, "a value needs the clause that sets it")
}

func (v *faults) setting(name string, s Setting) {
	at := "values." + name
	v.clause(at, s.Clause)
	i := slices.IndexFunc(Names(), func(n Name) bool { return n.Name == name })
	if i < 0 {
		v.unless(false, at, "no such value")
		return
	}
	kind, kinds := s.Unit, 0
	if s.Number != nil {
		kinds++
		v.unless(*s.Number >= 0, at, "a number is not below 0")
		v.unless(slices.Contains(numberUnits, kind), at, "a number needs its unit")
	}
	if s.Day != "" {
		kind, kinds = Day, kinds+1
		_, err := time.Parse(time.DateOnly, s.Day)
		v.unless(err == nil, at, "the day is not written YYYY-MM-DD")
	}
	if s.List != nil {
		kind, kinds = List, kinds+1
	}
	v.unless(kinds == 1, at, "exactly one of number, day and list is needed")
	v.unless(kind == Names()[i].Unit, at, "it is given in "+string(Names()[i].Unit))
}

func (v *faults) ways(question string, w Ways, paths []string, clocks map[string]Clock) {
	v.clause(question+".order", w.Order.Clause)
	for _, code := range w.Order.List {
		_, ok := w.Ways[code]
		v.unless(ok, question+".order", code+" has no way")
	}
	v.unless(len(slices.Compact(slices.Sorted(slices.Values(w.Order.List)))) == len(w.Order.List), question+".order", "a code stands in it twice")
	for code, way := range w.Ways {
		at := question + ".ways." + code
		v.clause(at, way.Clause)
		v.unless(slices.Contains(paths, way.Path), at, "no such path")
		v.unless(way.Priority >= 1, at, "priority begins with 1")
		v.unless(slices.Contains(w.Order.List, code), at, "the order does not name it")
		for _, c := range way.Clocks {
			_, ok := clocks[c]
			v.unless(ok, at, "no clock "+c)
		}
	}
}
