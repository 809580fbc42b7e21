package detectors

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"fundwatch/claim"
)

// Subject kinds.
const (
	Institution  = "institution"
	PersonKind   = "person"
	Practitioner = "practitioner"
)

// Subject is whom a finding is about.
type Subject struct {
	Kind string `json:"kind"`
	Code string `json:"code"`
}

// Fact is a named value beside a finding: a number, a text, a list.
type Fact struct {
	Name  string
	Value any
}

// Facts is a JSON object in the order the detector gave.
type Facts []Fact

// MarshalJSON writes the facts as an object.
func (f Facts) MarshalJSON() ([]byte, error) { return f.append(nil) }

// Finding is something that does not fit, with its evidence; see
// docs/formats.md. It is an indicator to be checked, never a judgement.
type Finding struct {
	ID           string     `json:"id"`
	Detector     string     `json:"detector"`
	Version      string     `json:"version"`
	Region       string     `json:"region"`
	Grade        Grade      `json:"grade"`
	Subject      Subject    `json:"subject"`
	Key          string     `json:"key"`
	Person       string     `json:"person"`
	Institution  string     `json:"institution"`
	Practitioner string     `json:"practitioner"`
	Settlements  []string   `json:"settlements"`
	Lines        []string   `json:"lines"`
	From         string     `json:"from"`
	To           string     `json:"to"`
	Amount       claim.Wide `json:"amount_fen"`
	Facts        Facts      `json:"facts"`
	Basis        []string   `json:"basis"`
	Clears       string     `json:"clears"`
	Params       Facts      `json:"params"`
	Knowledge    string     `json:"knowledge"`
	Withdrawn    bool       `json:"withdrawn,omitempty"`

	items []string // of a watch, OnItems and OnDays: those of its lines
}

// Own has a finding hold no memory of dictionaries, so that it may be kept.
func (f *Finding) Own() {
	for _, text := range []*string{&f.Subject.Code, &f.Key, &f.Person, &f.Institution, &f.Practitioner} {
		*text = strings.Clone(*text)
	}
	for i := range f.items {
		f.items[i] = strings.Clone(f.items[i])
	}
}

// MarshalJSON writes what AppendJSON does.
func (f *Finding) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil) }

// identify sets the id from what the finding rests on: the same facts give the
// same id for ever.
func (f *Finding) identify(short string) {
	h := sha256.New()
	sep := func(s string) {
		h.Write([]byte{'\n'})
		io.WriteString(h, s)
	}
	io.WriteString(h, f.Detector)
	sep(f.Subject.Kind)
	sep(f.Subject.Code)
	sep(f.Key)
	for _, s := range f.Settlements {
		sep(s)
	}
	for _, s := range f.Lines {
		sep(s)
	}
	f.ID = short + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// Sort puts findings in the order of their ids.
func Sort(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
}

// sortedSet sorts texts bytewise and drops repeats.
func sortedSet(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
