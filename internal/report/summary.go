package report

import (
	"cmp"
	"slices"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// problem is one line of the table of rejected messages.
type problem struct {
	Field, Rule, Sentence, Count string
	n                            int
}

// problems lists the rejected messages by field and rule, the most frequent
// first.
func problems(r *Report) []problem {
	var out []problem
	for field, rules := range r.Problems {
		for rule, n := range rules {
			out = append(out, problem{short(field), short(string(rule)), short(rule.Sentence()), count(n), n})
		}
	}
	slices.SortFunc(out, func(a, b problem) int {
		return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.Field, b.Field), strings.Compare(a.Rule, b.Rule))
	})
	return out
}

// sum counts findings and adds their amounts.
type sum struct {
	Findings int
	Amount   claim.Wide
}

func (s *sum) add(f *detectors.Finding) {
	s.Findings++
	s.Amount = s.Amount.Add(f.Amount)
}

// overview is what one pass over all findings yields.
type overview struct {
	grades   map[detectors.Grade]*sum
	months   map[string]*sum // YYYY-MM of From; empty without one
	subjects map[detectors.Subject]*sum
	touched  int                // claims in evidence, each once
	byDet    map[string][]int32 // positions of findings by detector
	people   *people
	// room is what is left of pageBytes for the sections not yet written.
	room, sectionsLeft int
}

func survey(r *Report) *overview {
	o := &overview{grades: map[detectors.Grade]*sum{}, months: map[string]*sum{}, subjects: map[detectors.Subject]*sum{},
		byDet: map[string][]int32{}, people: newPeople()}
	touched := map[string]struct{}{}
	for i := range r.Findings {
		f := &r.Findings[i]
		at(o.grades, f.Grade).add(f)
		at(o.months, month(f.From)).add(f)
		at(o.subjects, f.Subject).add(f)
		o.byDet[f.Detector] = append(o.byDet[f.Detector], int32(i))
		o.people.add(f.Person)
		if f.Subject.Kind == detectors.PersonKind {
			o.people.add(f.Subject.Code)
		}
		for _, s := range f.Settlements {
			touched[s] = struct{}{}
		}
	}
	o.touched = len(touched)
	return o
}

// at gives the sum of a key, making it on first use.
func at[K comparable](m map[K]*sum, k K) *sum {
	s := m[k]
	if s == nil {
		s = &sum{}
		m[k] = s
	}
	return s
}

// month is the month of a day, empty when it is none.
func month(day string) string {
	if _, rule := claim.ParseDay([]byte(day)); rule != claim.OK {
		return ""
	}
	return day[:7]
}

// grade is one card of the summary.
type grade struct {
	Grade                     detectors.Grade
	Detectors, Findings       string
	Amount, AmountUnit, Exact string
}

// gradeOrder is the order in which grades are shown.
var gradeOrder = []detectors.Grade{detectors.Violation, detectors.Suspicious, detectors.Indicator}

func (o *overview) gradeCards(loud []Total) []grade {
	out := make([]grade, 0, len(gradeOrder))
	for _, g := range gradeOrder {
		n := 0
		for _, t := range loud {
			if t.Detector.Grade == g {
				n++
			}
		}
		s := at(o.grades, g)
		amount, unit := large(s.Amount)
		out = append(out, grade{g, count(n), count(s.Findings), amount, unit, yuan(s.Amount)})
	}
	return out
}
