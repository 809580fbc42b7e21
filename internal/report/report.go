// Package report shows what a scan found: a table for the terminal and one
// self-contained HTML file to read, print and hand over.
//
// The wording stays neutral throughout: a finding is an indicator to be
// checked. Amounts of different detectors may rest on the same fees, so they
// are never added up as a loss.
package report

import (
	"time"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// Report is what a scan read and found, as plain data.
type Report struct {
	Region     string // division code, may be empty
	RegionName string
	Inputs     []string // file names without their folders
	Generated  time.Time
	Knowledge  string // hash of the knowledge, may be empty

	// The counts of summary.json, see docs/formats.md.
	Messages, Claims, Duplicates, Conflicts, Rejected, Lines, Cancelled int
	// Problems counts rejected messages by field without positions and rule.
	Problems map[string]map[claim.Rule]int
	Seconds  float64

	Detectors []Total             // every one that ran, in their order
	Findings  []detectors.Finding // all, sorted by id

	// Institutions and Items give names to codes where the knowledge has
	// them; both may be nil.
	Institutions, Items map[string]string
	// Files are the results written, as the terminal shall name them.
	Files []string
}

// Total is what one detector found.
type Total struct {
	Detector *detectors.Detector
	Findings int
	Amount   claim.Wide
}

// found counts all findings by the detectors' totals.
func (r *Report) found() int {
	n := 0
	for _, t := range r.Detectors {
		n += t.Findings
	}
	return n
}

// split divides the detectors into those with findings and those without.
func (r *Report) split() (loud, quiet []Total) {
	for _, t := range r.Detectors {
		if t.Findings > 0 {
			loud = append(loud, t)
		} else {
			quiet = append(quiet, t)
		}
	}
	return loud, quiet
}
