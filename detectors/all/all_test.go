package all_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/detectortest"
	"fundwatch/detectors/gen/catalogue"
	"fundwatch/detectors/gen/list"
)

// update rewrites the want sections of scenarios and CATALOGUE.md.
var update = flag.Bool("update", false, "rewrite want sections and CATALOGUE.md with what was found")

const root = ".." // the folder detectors

// TestScenarios runs the one harness over every detector.
func TestScenarios(t *testing.T) {
	for _, e := range entries(t) {
		d := byID(e.ID)
		if d == nil {
			t.Errorf("%s is not listed: run go run ./detectors/gen", e.Folder)
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			detectortest.Check(t, d, filepath.Join(root, filepath.FromSlash(e.Folder)), *update)
		})
	}
}

// TestValues tells everything that is wrong with the values at once.
func TestValues(t *testing.T) {
	if err := detectortest.Validate(all.Detectors()); err != nil {
		t.Error(err)
	}
}

// TestGrades holds the core to the grades of its definition, which detectors
// must not raise by themselves: medical reasonableness is never a violation.
func TestGrades(t *testing.T) {
	for grade, shorts := range map[detectors.Grade]string{
		detectors.Violation:  "R01 R04 R05 R07 R09 R10 R11 R12 R14 S01 S02 S03 S04 S09 S12 S13 S16",
		detectors.Suspicious: "R02 R03 R06 R13 S05 S06 S07 S10 S11 S14 S15 T01",
		detectors.Indicator:  "R08 S08",
	} {
		for _, short := range strings.Fields(shorts) {
			at := slices.IndexFunc(all.Detectors(), func(d *detectors.Detector) bool { return d.Short() == short })
			if at < 0 {
				t.Errorf("%s is gone; numbers are never used again, so a retired detector keeps its folder", short)
			} else if d := all.Detectors()[at]; d.Grade != grade {
				t.Errorf("%s says %s, its definition says %s", d.ID, d.Grade, grade)
			}
		}
	}
}

// TestListIsFresh fails when a folder came or went and nobody generated.
func TestListIsFresh(t *testing.T) {
	want, err := list.Source(entries(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("all.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d detector folders, %d listed, or in another order: run go run ./detectors/gen", len(entries(t)), len(all.Detectors()))
	}
}

// TestCatalogueIsFresh fails when CATALOGUE.md says something else than the
// code; with -update it writes the page.
func TestCatalogueIsFresh(t *testing.T) {
	want, err := catalogue.Page(all.Detectors(), root, entries(t))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "CATALOGUE.md")
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("CATALOGUE.md is stale: run go run ./detectors/gen (%v)", err)
	}
}

func entries(t *testing.T) []list.Entry {
	t.Helper()
	out, err := list.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func byID(id string) *detectors.Detector {
	for _, d := range all.Detectors() {
		if d.ID == id {
			return d
		}
	}
	return nil
}
