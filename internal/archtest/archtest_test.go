package archtest

import (
	"strings"
	"testing"
)

// check finds what breaks one rule of the house.
type check struct {
	name string
	find func(*tree) []string
}

var checks = []check{
	{"rooms", checkRooms},
	{"ours", checkOurs},
	{"libraries", checkLibraries},
	{"banned", checkBanned},
	{"guarded", checkGuarded},
	{"uses", checkUses},
	{"init", checkInit},
	{"names", checkNames},
	{"functions", checkFunctions},
	{"files", checkFiles},
	{"shapes", checkShapes},
	{"package comments", checkPackageComments},
	{"comments", checkComments},
	{"machines", checkMachines},
	{"links", checkLinks},
	{"rules", checkRules},
}

// TestHouse runs every check over the project.
func TestHouse(t *testing.T) {
	project := load(t, "../..")
	if len(project.files) < 50 {
		t.Fatalf("only %d Go files found: the checks would prove nothing", len(project.files))
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			for _, problem := range without(t, c.name, c.find(project)) {
				t.Error(problem)
			}
		})
	}
}

// without takes out what the table of exceptions allows. An exception that
// allows nothing is a problem itself.
func without(t *testing.T, name string, problems []string) []string {
	t.Helper()
	for _, e := range exceptions {
		if e.check != name {
			continue
		}
		kept := problems[:0:0]
		for _, p := range problems {
			if !e.allows(p) {
				kept = append(kept, p)
			}
		}
		if len(kept) == len(problems) {
			t.Errorf("the exception %q of %s is not needed any more: take it out", e.what, name)
		}
		problems = kept
	}
	return problems
}

// allows reports whether a problem, file:line: name …, is the exception's.
func (e *exception) allows(problem string) bool {
	file, rest, _ := strings.Cut(problem, ":")
	_, words, _ := strings.Cut(rest, ": ")
	wantFile, wantName, _ := strings.Cut(e.what, ":")
	return file == wantFile && strings.HasPrefix(words, wantName+" ")
}
