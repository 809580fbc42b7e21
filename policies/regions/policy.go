package regions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// national is the folder of what holds in the whole country; a region's own
// entry of the same name goes before it.
const national = "national"

// Policy is the data that policies decide with: every number, list, order,
// path, department and clock, each with the clause that sets it. An entry that
// no text sets is not there, and a decision that needs it says so.
type Policy struct {
	Region      string                `json:"region"` // division code
	Values      map[string]Setting    `json:"values"`
	Departments map[string]Department `json:"departments"` // by path of a referral
	Clocks      map[string]Clock      `json:"clocks"`
	Triage      Ways                  `json:"triage"`
	Referral    Ways                  `json:"referral"`
	Listing     Ways                  `json:"listing"`
	Publication Ways                  `json:"publication"`
	Authz       Ways                  `json:"authz"`
}

// Setting is one value: a whole number with its unit, a day, or a list of
// texts.
type Setting struct {
	Number *int64   `json:"number,omitempty"`
	Unit   Unit     `json:"unit,omitempty"`
	Day    string   `json:"day,omitempty"` // YYYY-MM-DD
	List   []string `json:"list,omitempty"`
	Clause string   `json:"clause"`
}

// Text writes the value without its unit.
func (s *Setting) Text() string {
	switch {
	case s.Number != nil:
		return strconv.FormatInt(*s.Number, 10)
	case s.Day != "":
		return s.Day
	}
	return strings.Join(s.List, " ")
}

// Unit is what a number counts, or what a value is instead of a number.
type Unit string

// The units of numbers, and the two other kinds of values.
const (
	Fen     Unit = "fen"
	Months  Unit = "months"
	Persons Unit = "persons"
	Points  Unit = "points"
	Percent Unit = "percent"
	Times   Unit = "times" // of another amount
	Day     Unit = "day"
	List    Unit = "list"
)

// Department is who stands behind a path of a referral.
type Department struct {
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Clause string `json:"clause"`
}

// Clock is a period of law. How it is counted, and what begins and stops it, is
// known to the room of clocks.
type Clock struct {
	Number int64  `json:"number"`
	Extend int64  `json:"extend,omitempty"` // by how many more of the unit it may be extended
	Unit   string `json:"unit"`             // days, working-days, hours or months
	Clause string `json:"clause"`
}

// Text writes the period with its unit, and by how much it may be extended.
func (c *Clock) Text() string {
	text := strconv.FormatInt(c.Number, 10)
	if c.Extend > 0 {
		text += " + " + strconv.FormatInt(c.Extend, 10)
	}
	return text + " " + c.Unit
}

// Ways says what each circumstance that a policy may see leads to.
type Ways struct {
	Order Setting        `json:"order"` // codes; the first that holds decides the path
	Ways  map[string]Way `json:"ways"`
}

// Way is where a circumstance leads.
type Way struct {
	Path     string   `json:"path"`
	Priority int64    `json:"priority"` // 1 is the most urgent
	Clocks   []string `json:"clocks,omitempty"`
	Clause   string   `json:"clause"`
}

// LoadPolicy reads the policy of a region: its own entries over the national
// ones. A region without policy.json has the national ones alone. All faults
// are told at once.
func LoadPolicy(fsys fs.FS, admdvs string) (Policy, error) {
	p, err := readPolicy(fsys, national)
	if err != nil {
		return Policy{}, err
	}
	own, err := readPolicy(fsys, admdvs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Policy{}, err
	}
	p.overlay(own)
	p.Region = admdvs
	if err := p.Validate(); err != nil {
		return Policy{}, fmt.Errorf("regions: %s: %w", admdvs, err)
	}
	return p, nil
}

func readPolicy(fsys fs.FS, folder string) (Policy, error) {
	raw, err := fs.ReadFile(fsys, folder+"/policy.json")
	if err != nil {
		return Policy{}, fmt.Errorf("regions: %w", err)
	}
	var p Policy
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("regions: %s/policy.json: %w", folder, err)
	}
	if p.Region != folder {
		return Policy{}, fmt.Errorf("regions: %s/policy.json: it names another region", folder)
	}
	return p, nil
}

// overlay lets the entries of a region go before the national ones, entry by
// entry; an order is taken whole.
func (p *Policy) overlay(own Policy) {
	p.Values = over(p.Values, own.Values)
	p.Departments = over(p.Departments, own.Departments)
	p.Clocks = over(p.Clocks, own.Clocks)
	for name, to := range p.questions() {
		from := own.questions()[name]
		to.Ways = over(to.Ways, from.Ways)
		if from.Order.List != nil {
			to.Order = from.Order
		}
	}
}

func over[V any](below, above map[string]V) map[string]V {
	out := make(map[string]V, len(below)+len(above))
	maps.Copy(out, below)
	maps.Copy(out, above)
	return out
}

// questions gives the ways by the name of their question.
func (p *Policy) questions() map[string]*Ways {
	return map[string]*Ways{"triage": &p.Triage, "referral": &p.Referral, "listing": &p.Listing, "publication": &p.Publication, "authz": &p.Authz}
}

// Of gives the ways of a question, and nil where there is no such question.
func (p *Policy) Of(question string) *Ways { return p.questions()[question] }

// Numbers gives the distinct numbers of a unit that policies compare with, in
// rising order.
func (p *Policy) Numbers(unit Unit) []int64 {
	var out []int64
	for _, n := range Names() {
		if s := p.Values[n.Name]; n.Compared && s.Number != nil && s.Unit == unit {
			out = append(out, *s.Number)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Days gives the distinct days among the values in rising order.
func (p *Policy) Days() []string {
	var out []string
	for _, s := range p.Values {
		if s.Day != "" {
			out = append(out, s.Day)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
