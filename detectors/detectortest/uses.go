package detectortest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// readsInVain tells declared columns that the detector runs without in every
// scenario. What it reads is also what it is allowed to see of a person, so
// nothing should stand there for good measure.
func readsInVain(d *detectors.Detector, scenarios []*Scenario) error {
	var all []error
	// The engine reads these itself, for the evidence, for stays and for traces.
	handed := detectors.Fields(nil).With(claim.DrugTracCodg)
	for i, f := range d.Reads {
		if handed.Has(f) {
			continue
		}
		less := *d
		less.Reads = slices.Delete(slices.Clone(d.Reads), i, i+1)
		needed := slices.ContainsFunc(scenarios, func(s *Scenario) bool {
			_, err := s.of().do(&less)
			return err != nil
		})
		if !needed {
			all = append(all, fmt.Errorf("declares %s in Reads and never reads it", f))
		}
	}
	return errors.Join(all...)
}

// use is one entry of Uses: a column of a knowledge file, or all of them.
type use struct{ file, column string }

// usesOf reads Uses; price_cap_lv1-3 stands for three columns.
func usesOf(d *detectors.Detector) []use {
	var out []use
	for _, u := range d.Uses {
		file, column, _ := strings.Cut(u, ".")
		if stem, ok := strings.CutSuffix(column, "1-3"); ok {
			for _, n := range []string{"1", "2", "3"} {
				out = append(out, use{file + ".csv", stem + n})
			}
			continue
		}
		out = append(out, use{file + ".csv", column})
	}
	return out
}

// usesMatter tells knowledge columns whose absence changes no scenario.
func usesMatter(d *detectors.Detector, scenarios []*Scenario) error {
	var all []error
	for _, u := range usesOf(d) {
		matters := slices.ContainsFunc(scenarios, func(s *Scenario) bool {
			r := s.of()
			r.knowledge = s.forget(func(file, column string) bool { return file == u.file && (u.column == "" || column == u.column) })
			found, err := r.do(d)
			return err == nil && Text(found) != inOrder(s.Want)
		})
		if !matters {
			all = append(all, fmt.Errorf("declares %s %s in Uses, but no scenario changes without it", u.file, u.column))
		}
	}
	return errors.Join(all...)
}

// nothingElseMatters tells when the detector looks at knowledge that Uses does
// not name.
func nothingElseMatters(d *detectors.Detector, scenarios []*Scenario) error {
	uses := usesOf(d)
	for _, s := range scenarios {
		r := s.of()
		r.knowledge = s.forget(func(file, column string) bool {
			return !slices.Contains(uses, use{file, column}) && !slices.Contains(uses, use{file, ""}) && !isKey(column)
		})
		found, err := r.do(d)
		if err != nil {
			return fmt.Errorf("%s with the columns of Uses only: %w", s.Name, err)
		}
		if text := Text(found); text != inOrder(s.Want) {
			return fmt.Errorf("%s: the detector looks at knowledge that Uses does not name; without that it finds\n%s", s.Name, text)
		}
	}
	return nil
}

// isKey tells the columns that say what a row is about and when it holds.
func isKey(column string) bool {
	switch column {
	case "med_list_codg", "valid_from", "valid_to", "fixmedins_code", "psn_no", "code", "diag_prefix", "item_a", "item_b", "item", "month":
		return true
	}
	return false
}

// silentWithout tells when a detector that needs knowledge speaks without it.
func silentWithout(d *detectors.Detector, scenarios []*Scenario) error {
	uses := usesOf(d)
	if len(uses) == 0 {
		return nil
	}
	for _, s := range scenarios {
		r := s.of()
		r.knowledge = s.forget(func(file, _ string) bool {
			return slices.ContainsFunc(uses, func(u use) bool { return u.file == file })
		})
		found, err := r.do(d)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%s: the detector speaks although none of the files of Uses is there:\n%s", s.Name, Text(found))
		}
	}
	return nil
}

// forget gives the scenario's knowledge without some columns; a file of which
// nothing is left is not there.
func (s *Scenario) forget(gone func(file, column string) bool) fs.FS {
	out := fstest.MapFS{}
	for _, file := range slices.Sorted(maps.Keys(s.knowledge)) {
		rows, err := csv.NewReader(bytes.NewReader(s.knowledge[file].Data)).ReadAll()
		if err != nil || len(rows) == 0 {
			continue // loading told that already
		}
		left := false
		for i, column := range rows[0] {
			if gone(file, column) {
				rows[0][i] = "gone" // an unknown column is ignored
			} else {
				left = true
			}
		}
		if !left {
			continue
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if w.WriteAll(rows) == nil {
			out[file] = &fstest.MapFile{Data: b.Bytes()}
		}
	}
	return out
}
