package regions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
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

// Unit is what a number counts, or what a value is instead of a number.
type Unit string

// The units of numbers, and the two other kinds of values.
const (
	Fen    Unit = "fen"
	Months Unit = "months"
	Day    Unit = "day"
	List   Unit = "list"
)

// Department is who stands behind a path of a referral.
type Department struct {
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Clause string `json:"clause"`
}

// Clock names a period of law; how long it is, and how it is counted, is known
// to the room of clocks.
type Clock struct {
	Unit   string `json:"unit"` // days, working-days, hours or months
	Clause string `json:"clause"`
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

// Name is a value that policies know, and what it is for.
type Name struct {
	Name   string
	Unit   Unit
	ZH, EN string
}

// Names lists the values that a policy may set. A name that is not here is
// refused, so that a misspelt one cannot pass for one left open.
func Names() []Name {
	return []Name{
		{"case_amount_fen", Fen, "达到即立刻建案的涉及金额", "amount from which a case is opened at once"},
		{"criminal_large_fen", Fen, "本地“数额较大”的起点", "where “a relatively large amount” begins here"},
		{"criminal_large_least_fen", Fen, "全国“数额较大”起点的下限", "the lowest place where “a relatively large amount” may begin"},
		{"criminal_large_most_fen", Fen, "全国“数额较大”起点的上限", "the highest place where “a relatively large amount” may begin"},
		{"deceit_articles", List, "以骗取为要件的条款", "articles whose conduct is obtaining by deceit"},
		{"focus_schemes", List, "国家重点套路，核查前不通知机构", "schemes of national focus: the institution is not told before the check"},
		{"limitation_months", Months, "行政处罚的一般追责期限", "ordinary time limit of an administrative penalty"},
		{"regulation_from", Day, "条例施行日", "the day the regulation came into force"},
	}
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
	for to, from := range map[*Ways]Ways{&p.Triage: own.Triage, &p.Referral: own.Referral} {
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

// Numbers gives the distinct numbers of a unit in rising order.
func (p *Policy) Numbers(unit Unit) []int64 {
	var out []int64
	for _, s := range p.Values {
		if s.Number != nil && s.Unit == unit {
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
