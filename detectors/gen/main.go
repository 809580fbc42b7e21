// Command gen keeps the list of detectors and the catalogue in step with the
// folders; run it from the root of the module:
//
//	go run ./detectors/gen                                       write all/all.go and CATALOGUE.md
//	go run ./detectors/gen new person/mynewcheck S17-my-new-check make a detector's folder, then the same
//
// A test in detectors/all fails when either file is stale.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"fundwatch/detectors/gen/list"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	const root = "detectors"
	if _, err := os.Stat(filepath.Join(root, "all")); err != nil {
		return errors.New("run it from the root of the module")
	}
	switch {
	case len(args) == 3 && args[0] == "new":
		if err := list.New(root, args[1], args[2]); err != nil {
			return err
		}
		fmt.Printf("made detectors/%s: fill in what is 待写, tell the stories in testdata, then run go test ./detectors/all -run TestScenarios/%s\n", args[1], args[2])
	case len(args) > 0:
		return errors.New("usage: gen, or gen new person/mynewcheck S17-my-new-check")
	}
	entries, err := list.Read(root)
	if err != nil {
		return err
	}
	text, err := list.Source(entries)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "all", "all.go"), text, 0o644); err != nil {
		return err
	}
	return catalogue()
}

// catalogue has the test of the page write it. This program was built before
// the list was written: it does not know the detectors of the new one.
func catalogue() error {
	c := exec.Command("go", "test", "./detectors/all", "-count=1", "-run", "^TestCatalogueIsFresh$", "-update")
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}
