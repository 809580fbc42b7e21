package detectortest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fundwatch/detectors"
)

// Check runs the scenarios of a detector's folder and holds the detector to
// what every detector promises. With update it rewrites the want sections
// instead of comparing them.
func Check(t *testing.T, d *detectors.Detector, folder string, update bool) {
	t.Helper()
	scenarios, err := Load(d, folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			if err := s.check(d, update); err != nil {
				t.Errorf("%s\n%s\n%v", s.ZH, s.EN, err)
			}
		})
	}
	if err := together(d, scenarios); err != nil {
		t.Errorf("over all scenarios of %s: %v", d.ID, err)
	}
}

// check runs one scenario: what it wants, then the promises.
func (s *Scenario) check(d *detectors.Detector, update bool) error {
	base, err := s.of().do(d)
	if err != nil {
		return err
	}
	if text := Text(base); text != inOrder(s.Want) || update && text != s.Want {
		if !update {
			return fmt.Errorf("wanted\n%s\nfound\n%s", s.Want, text)
		}
		s.Want = text
		if err := s.rewrite(text); err != nil {
			return err
		}
	}
	var all []error
	for _, p := range promises() {
		if err := p.keep(d, s, encode(base)); err != nil {
			all = append(all, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return errors.Join(all...)
}

// together holds the detector to the promises that need all scenarios.
func together(d *detectors.Detector, scenarios []*Scenario) error {
	hits := 0
	for _, s := range scenarios {
		if strings.Contains(s.ZH, "待写") {
			return fmt.Errorf("the story of %s is still to be written", s.Name)
		}
		if s.Hits() {
			hits++
		}
	}
	if clean := len(scenarios) - hits; hits == 0 || clean == 0 {
		return fmt.Errorf("at least one scenario with a finding and one without: there are %d and %d", hits, clean)
	}
	return errors.Join(readsInVain(d, scenarios), usesMatter(d, scenarios), nothingElseMatters(d, scenarios), silentWithout(d, scenarios))
}

// same compares a run's findings with those of the plain run.
func same(d *detectors.Detector, base []byte, r run) error {
	found, err := r.do(d)
	if err != nil {
		return err
	}
	return equal(base, found)
}

func equal(base []byte, found []detectors.Finding) error {
	if got := encode(found); !bytes.Equal(base, got) {
		return fmt.Errorf("other findings. As sent:\n%s\nhere:\n%s", base, got)
	}
	return nil
}

// evidence tells what is wrong with findings whatever they say.
func evidence(d *detectors.Detector, found []detectors.Finding) error {
	seen := map[string]bool{}
	for i := range found {
		f := &found[i]
		switch {
		case len(f.Settlements) == 0:
			return fmt.Errorf("a finding without evidence:\n%s", block(f))
		case seen[f.ID]:
			return fmt.Errorf("two findings with the id %s: the key does not tell them apart:\n%s", f.ID, block(f))
		case f.Subject.Code == "":
			return fmt.Errorf("a finding about nobody:\n%s", block(f))
		case f.From == "" || f.From > f.To:
			return fmt.Errorf("a finding from %q to %q:\n%s", f.From, f.To, block(f))
		case f.Detector != d.ID || f.Grade != d.Grade:
			return fmt.Errorf("a finding in the name of %s, %s", f.Detector, f.Grade)
		case !slices.IsSorted(f.Settlements) || !slices.IsSorted(f.Lines):
			return fmt.Errorf("evidence out of order:\n%s", block(f))
		}
		seen[f.ID] = true
	}
	return nil
}
