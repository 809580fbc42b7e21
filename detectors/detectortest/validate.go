package detectortest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"fundwatch/detectors"
)

// Validate tells everything that is wrong with a set of detectors at once:
// what a value says about itself, and that no two are confused.
func Validate(ds []*detectors.Detector) error {
	var all []error
	ids, shorts := map[string]bool{}, map[string]string{}
	for _, d := range ds {
		tell := func(format string, args ...any) {
			all = append(all, fmt.Errorf(d.ID+": "+format, args...))
		}
		if ids[d.ID] {
			tell("two detectors have this id")
		} else if other, taken := shorts[d.Short()]; taken {
			tell("%s has the same letter and number", other)
		}
		ids[d.ID], shorts[d.Short()] = true, d.ID
		validateSelf(d, tell)
		validateWords(d, tell)
		validateParams(d, tell)
		validateNeeds(d, tell)
	}
	return errors.Join(all...)
}

var (
	idForm    = regexp.MustCompile(`^[A-Z]\d\d-[a-z0-9]+(-[a-z0-9]+)*$`)
	classForm = regexp.MustCompile(`^(两库([1-9]|[1-7]\d|8[0-8])|F(0[1-9]|[1-6]\d))$`)
	useForm   = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+(1-3)?)?$`)
	paramForm = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
)

type teller func(format string, args ...any)

func validateSelf(d *detectors.Detector, tell teller) {
	if !idForm.MatchString(d.ID) {
		tell("an id is a letter, two digits and words: S05-overlapping-stays")
	}
	if n, err := strconv.Atoi(d.Version); err != nil || n < 1 {
		tell("Version %q is no number from 1", d.Version)
	}
	kinds := 0
	for _, set := range []bool{d.Lines != nil, d.Claims != nil, d.Person != nil, d.Trace != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		tell("exactly one of Lines, Claims, Person and Trace must be set, not %d", kinds)
	}
	if d.Lines != nil && d.Items == nil {
		tell("Lines and Items go together: for which rows of items.csv does it want to be called?")
	}
	if d.Items != nil && d.Lines == nil && d.Rests != detectors.OnItems && d.Rests != detectors.OnDays {
		tell("Items is for Lines, and for Person that rests on items or days")
	}
	if d.May != nil && (d.Rests != detectors.OnItems || d.Items == nil) {
		tell("May is for Person that rests on items, those that Items wants")
	}
	if (d.Near != nil) != (d.Rests == detectors.OnNear) {
		tell("Near and OnNear go together: how many days apart are the claims it rests on?")
	}
	if !slices.Contains([]detectors.Grade{detectors.Violation, detectors.Suspicious, detectors.Indicator}, d.Grade) {
		tell("unknown grade %q", d.Grade)
	}
	if d.Grade == detectors.Violation && onlyMedical(d.Classes) {
		tell("covers classes of medical reasonableness only: these are never more than suspicious")
	}
	if len(d.Basis) == 0 {
		tell("Basis is empty: no finding without law")
	}
	if slices.Contains(d.Basis, "待写") {
		tell("Basis is still to be written")
	}
	repeated("Basis", d.Basis, tell)
	repeated("Classes", d.Classes, tell)
	for _, c := range d.Classes {
		if !classForm.MatchString(c) {
			tell("class %q is neither 两库1 to 两库88 nor F01 to F69", c)
		}
	}
	if d.Subject == "" {
		tell("Subject is empty")
	}
}

// onlyMedical reports whether all official classes named are of 医疗类 (64 to
// 88), whose results count as suspicious and not as violations.
func onlyMedical(classes []string) bool {
	medical := 0
	for _, c := range classes {
		n, err := strconv.Atoi(strings.TrimPrefix(c, "两库"))
		switch {
		case err != nil: // a scheme
		case n < 64:
			return false
		default:
			medical++
		}
	}
	return medical > 0
}

// charges are words that judge; findings only point at what is to be checked.
var charges = []string{"骗", "欺诈", "造假", "fraud", "Fraud", "cheat", "guilty"}

func validateWords(d *detectors.Detector, tell teller) {
	for _, w := range []struct {
		name string
		detectors.Words
	}{{"Title", d.Title}, {"Doc", d.Doc}, {"Clears", d.Clears}} {
		bothLanguages(w.name, w.Words, tell)
		if strings.Contains(w.ZH+w.EN, "待写") {
			tell("%s is still to be written", w.name)
		}
		for _, c := range charges {
			if strings.Contains(w.ZH+w.EN, c) {
				tell("%s judges: %q", w.name, c)
			}
		}
	}
}

func bothLanguages(name string, w detectors.Words, tell teller) {
	if !strings.ContainsFunc(w.ZH, isHan) {
		tell("%s has no Chinese text", name)
	}
	if w.EN == "" || strings.ContainsFunc(w.EN, isHan) {
		tell("%s has no English text", name)
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func validateParams(d *detectors.Detector, tell teller) {
	var names []string
	for _, p := range d.Params {
		names = append(names, p.Name)
		if !paramForm.MatchString(p.Name) {
			tell("parameter name %q is not lower_case", p.Name)
		}
		if p.Unit.ZH == "" || p.Unit.EN == "" {
			tell("%s has no unit in both languages", p.Name)
		}
		switch {
		case p.List == nil && (p.Min > p.Default || p.Default > p.Max):
			tell("%s: the default %d lies outside %d to %d", p.Name, p.Default, p.Min, p.Max)
		case p.List != nil && (p.Default != 0 || p.Min != 0 || p.Max != 0):
			tell("%s is a list and a number at once", p.Name)
		}
	}
	repeated("Params", names, tell)
}

func validateNeeds(d *detectors.Detector, tell teller) {
	if len(d.Reads) == 0 {
		tell("Reads is empty: a detector that reads nothing finds nothing")
	}
	var reads []string
	for _, f := range d.Reads {
		reads = append(reads, f.String())
	}
	repeated("Reads", reads, tell)
	repeated("Uses", d.Uses, tell)
	for _, u := range d.Uses {
		if !useForm.MatchString(u) {
			tell("Uses %q is no file.column", u)
		}
	}
}

func repeated(name string, list []string, tell teller) {
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			tell("%s names %s twice", name, s)
		}
		seen[s] = true
	}
}
