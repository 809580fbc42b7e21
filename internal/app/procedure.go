package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"fundwatch/cases"
	"fundwatch/clock"
	"fundwatch/policies/regions"
)

// stateCalendar counts the terms of cases by the State Council's calendar.
type stateCalendar struct{}

// Ends gives the last day of a term that begins on a day.
func (stateCalendar) Ends(from string, t cases.Term, extend int64) (string, error) {
	day, err := clock.ParseDay(from)
	if err != nil {
		return "", err
	}
	end, err := clock.StateCouncil().End(clock.Period{From: day.Start(), N: int(t.N), Unit: clock.Unit(t.Unit), Extend: int(extend)})
	if err != nil {
		return "", err
	}
	return end.Day().String(), nil
}

// localTerm is a term that a place sets in a file of its own, since no text
// that was read sets it.
type localTerm struct {
	Number int64  `json:"number"`
	Unit   string `json:"unit"`
	Clause string `json:"clause"`
}

// procedure gives the terms of cases: those of the region's profile, and over
// them those of the installation's file, if there is one.
func (e *env) procedure(region, file string) (cases.Procedure, error) {
	policy, err := regions.LoadPolicy(regions.Builtin(), region)
	if err != nil {
		return cases.Procedure{}, fmt.Errorf("policy of region %s: %w", region, err)
	}
	p := cases.Procedure{Calendar: stateCalendar{}, Terms: map[string]cases.Term{}}
	for _, n := range cases.TermNames() {
		if c, ok := policy.Clocks[n.Name]; ok && c.Number > 0 {
			p.Terms[n.Name] = cases.Term{N: c.Number, Unit: c.Unit, Basis: c.Clause}
		}
	}
	p.Fines = finesOf(&policy)
	return p, localTerms(file, p.Terms)
}

// fined are the articles of the regulation whose fine has a range in the data.
var fined = []string{"37", "38", "39", "40", "41"}

// finesOf gives the ranges of fines of a region. An article of which either
// bound is not set bounds nothing.
func finesOf(policy *regions.Policy) map[string]cases.FineRange {
	out := map[string]cases.FineRange{}
	for _, n := range fined {
		for _, unit := range []string{"times", "fen"} {
			least, most := policy.Values["fine_"+n+"_least_"+unit], policy.Values["fine_"+n+"_most_"+unit]
			if least.Number == nil || most.Number == nil {
				continue
			}
			name := "条例" + n
			out[name] = cases.FineRange{Article: name, Times: unit == "times", Least: *least.Number, Most: *most.Number,
				May: slices.Contains(policy.Values["fine_optional_articles"].List, name), Clause: least.Clause}
		}
	}
	return out
}

// localTerms reads the file of an installation.
func localTerms(file string, into map[string]cases.Term) error {
	if file == "" {
		return nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("cases.terms_file: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var local map[string]localTerm
	if err := dec.Decode(&local); err != nil {
		return fmt.Errorf("cases.terms_file: %w", err)
	}
	known := map[string]bool{}
	for _, n := range cases.TermNames() {
		known[n.Name] = true
	}
	for name, t := range local {
		if !known[name] || t.Number < 1 || t.Clause == "" || (clock.Period{N: int(t.Number), Unit: clock.Unit(t.Unit)}).Check() != nil {
			return fmt.Errorf("cases.terms_file: %s 须有已知名称、数、单位和条款 (a known name, a number, a unit and the clause that sets it)", name)
		}
		into[name] = cases.Term{N: t.Number, Unit: t.Unit, Basis: t.Clause}
	}
	return nil
}
