// Package simulate makes an invented place and a year of its settlements: an
// ordinary background in which no detector should find anything, and planted
// cases for every core detector, on both sides of its boundary.
//
// Nothing is stored that grows with the number of claims: persons and visits
// follow from the seed. The same Config gives the same bytes.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// The forms in which Run writes claims.
const (
	FormJSONL     = "jsonl"     // claims.jsonl
	FormJSONLGzip = "jsonl.gz"  // claims.jsonl.gz
	FormJSONLZstd = "jsonl.zst" // claims.jsonl.zst
	FormCSV       = "csv"       // claims/settlements.csv, lines.csv, diagnoses.csv
	FormParquet   = "parquet"   // claims/settlements.parquet, lines.parquet, diagnoses.parquet
)

// NoPlants in Config.Plants leaves the background alone.
const NoPlants = -1

// Config says what to make. The zero value of a field is its default.
type Config struct {
	Seed   uint64    // default 0 is a seed like any other
	Claims int       // distinct claims, plants included and never fewer than these; default 20 000
	Form   string    // one of the Form constants; default jsonl
	Dir    string    // where Run writes
	From   time.Time // first day of settlements; default 2026-01-01
	Days   int       // length of the span; default 365
	// Plants is the number of cases for each detector and label; every
	// variant is planted at least once. Default: 2, and 1 more for every
	// 50 000 claims. NoPlants for none.
	Plants int
	// Institutions is how many the registry has, 30 or more, one of them
	// suspended. Default: 31, and more with the claims of a year.
	Institutions int
	// Persons is how many come, those of the plants among them, to within a
	// few. Default: as many as make the claims when everybody comes as often
	// as is ordinary; with more of them each comes more seldom.
	Persons int
	// Shares of messages, only where the form is JSON. Malformed messages
	// replace a claim of the background that stands alone; duplicates (equal content) and
	// conflicts (another content under a known identity) come in addition.
	Malformed, Duplicates, Conflicts float64
}

// Summary counts what was written.
type Summary struct {
	Claims     int `json:"claims"`     // distinct identities, damaged ones not included
	Lines      int `json:"lines"`      // fee lines of those claims
	Messages   int `json:"messages"`   // claims, duplicates, conflicts and damaged messages
	Duplicates int `json:"duplicates"` // messages with the content of an earlier one
	Conflicts  int `json:"conflicts"`  // messages with another content for a known identity
	Malformed  int `json:"malformed"`  // messages that cannot be read
	Cancelled  int `json:"cancelled"`  // claims that a refund settlement names
	Plants     int `json:"plants"`     // planted cases
}

const (
	defaultClaims      = 20_000
	defaultDays        = 365
	claimsPerExtraCase = 50_000
	fewestCases        = 2
)

func (c Config) withDefaults() (Config, error) {
	if c.Claims == 0 {
		c.Claims = defaultClaims
	}
	if c.Days == 0 {
		c.Days = defaultDays
	}
	if c.Form == "" {
		c.Form = FormJSONL
	}
	if c.From.IsZero() {
		c.From = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	switch {
	case c.Plants == NoPlants:
		c.Plants = 0
	case c.Plants == 0:
		c.Plants = fewestCases + c.Claims/claimsPerExtraCase
	}
	if c.Claims < 0 || c.Days < 1 || c.Plants < 0 || c.Persons < 0 {
		return c, fmt.Errorf("simulate: claims %d, days %d, plants %d, persons %d: must not be negative", c.Claims, c.Days, c.Plants, c.Persons)
	}
	if c.Institutions != 0 && (c.Institutions < fewestInstitutions || c.Institutions > mostInstitutions) {
		return c, fmt.Errorf("simulate: institutions %d: must lie within %d and %d", c.Institutions, fewestInstitutions, mostInstitutions)
	}
	for _, s := range []float64{c.Malformed, c.Duplicates, c.Conflicts} {
		if s < 0 || s > 0.5 {
			return c, fmt.Errorf("simulate: a share of %v is not within 0 and 0.5", s)
		}
	}
	switch c.Form {
	case FormJSONL, FormJSONLGzip, FormJSONLZstd:
	case FormCSV, FormParquet:
		if c.Malformed > 0 || c.Duplicates > 0 || c.Conflicts > 0 {
			return c, errors.New("simulate: damaged, repeated and conflicting messages are made in the JSON forms only")
		}
	default:
		return c, fmt.Errorf("simulate: no form %q", c.Form)
	}
	return c, nil
}

// Claims gives the claims in the order in which Run writes them, without
// files, damage, duplicates or conflicts. Each claim is the caller's own. A
// Config that Run would refuse gives none; use Check to know why.
func Claims(c Config) iter.Seq[*Claim] {
	return func(yield func(*Claim) bool) {
		c, err := c.withDefaults()
		if err != nil {
			return
		}
		w, err := newWorld(c)
		if err != nil {
			return
		}
		for m := range w.stream() {
			if !yield(m.claim) {
				return
			}
		}
	}
}

// Check says what is wrong with a Config.
func Check(c Config) error {
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	_, err = newWorld(c)
	return err
}

// WriteKnowledge writes the knowledge folder of the place into dir.
func WriteKnowledge(c Config, dir string) error {
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	w, err := newWorld(c)
	if err != nil {
		return err
	}
	return w.writeKnowledge(dir)
}

// Run writes claims, knowledge/ and plants.jsonl into c.Dir. progress, which
// may be nil, is told now and then how many claims are done.
func Run(ctx context.Context, c Config, progress func(done, total int)) (Summary, error) {
	var sum Summary
	c, err := c.withDefaults()
	if err != nil {
		return sum, err
	}
	w, err := newWorld(c)
	if err != nil {
		return sum, err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return sum, err
	}
	if err := w.writeKnowledge(filepath.Join(c.Dir, "knowledge")); err != nil {
		return sum, err
	}
	if err := w.writePlants(filepath.Join(c.Dir, "plants.jsonl")); err != nil {
		return sum, err
	}
	sum.Plants = len(w.cases)
	out, err := openOutput(c, w)
	if err != nil {
		return sum, err
	}
	err = w.pump(ctx, out, &sum, progress)
	return sum, errors.Join(err, out.close())
}

const progressEvery = 4096

// pump moves the stream into the output.
func (w *world) pump(ctx context.Context, out output, sum *Summary, progress func(done, total int)) error {
	total, done := w.plantClaims+w.background, 0
	for m := range w.stream() {
		if err := out.write(m, sum); err != nil {
			return err
		}
		done++
		if done%progressEvery == 0 || done == total {
			if err := ctx.Err(); err != nil {
				return err
			}
			if progress != nil {
				progress(done, total)
			}
		}
	}
	return nil
}
