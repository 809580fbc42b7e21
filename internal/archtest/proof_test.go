package archtest

import (
	"fmt"
	"strings"
	"testing"
)

// proof is a small source that breaks one rule, and a piece of what the check
// must say.
type proof struct {
	path, source, want string
}

// lines makes a text of n lines.
func lines(n int) string { return strings.Repeat("\n", n) }

// proofs hold at least one broken source for every check.
var proofs = map[string][]proof{
	"rooms": {
		{"cashdesk/x.go", "package cashdesk", "cashdesk: no row"},
		{"detectors/row/x/deeper/x.go", "package deeper", "detectors/row/x/deeper: no row"},
		{"claim/claim.go", "package claim", "ingest/file: has a row"},
	},
	"ours": {
		{"claim/x.go", `package claim; import "fundwatch/detectors"`, "may not import detectors"},
		{"detectors/row/x/x.go", `package x; import "fundwatch/detectors/row/y"`, "may not import detectors/row/y"},
		{"detectors/x.go", `package detectors; import _ "fundwatch/detectors/all"`, "may not import detectors/all"},
		{"cases/x.go", `package cases; import "fundwatch/policies"`, "never sees Rego"},
		{"policies/x.go", `package policies; import "fundwatch/cases"`, "never sees a case"},
		{"blacklist/x.go", `package blacklist; import "fundwatch/cases"`, "only as an id"},
		{"internal/report/x.go", `package report; import "fundwatch/internal/app"`, "may not import internal/app"},
	},
	"libraries": {
		{"internal/report/x.go", `package report; import "github.com/apache/arrow/go/v17/arrow"`, "may not import github.com/apache/arrow"},
		{"detectors/row/x/x.go", `package x; import "github.com/apache/arrow/go/v17/arrow/array"`, "may not import"},
		{"claim/x.go", `package claim; import "github.com/segmentio/kafka-go"`, "only ingest"},
		{"cases/x.go", `package cases; import "github.com/open-policy-agent/opa/v1/rego"`, "only policies"},
		{"policies/x.go", `package policies; import "github.com/redis/go-redis/v9"`, "may not import"},
		{"ingest/file/x.go", `package file; import "github.com/parquet-go/parquet-go"`, "may not import"},
		{"main.go", `package main; import "github.com/spf13/cobra"`, "only internal/app"},
		{"internal/app/x.go", `package app; import "example.org/left/pad"`, "has no row in libraries"},
	},
	"banned": {
		{"claim/x.go", `package claim; import "github.com/apache/arrow/go/v17/arrow/compute"`, "nobody may import"},
		{"claim/x_test.go", `package claim; import "github.com/apache/arrow/go/v17/arrow/ipc"`, "terabytes"},
		{"ingest/file/x.go", `package file; import "github.com/apache/arrow/go/v17/arrow/csv"`, "nobody may import"},
		{"internal/app/x.go", `package app; import "github.com/apache/arrow-go/v18/parquet"`, "v17 is the one"},
		{"internal/app/x.go", `package app; import "math/rand"`, "seeded"},
	},
	"guarded": {
		{"detectors/row/x/x.go", `package x; import "os"`, "may not import os"},
		{"detectors/row/x/x.go", `package x; import "time"`, "time is not on this room's list"},
		{"detectors/person/x/x.go", `package x; import "math/rand/v2"`, "chance comes in"},
		{"detectors/x.go", `package detectors; import "net/http"`, "only the web"},
		{"claim/x.go", `package claim; import "net"`, "the network"},
		{"cases/x.go", `package cases; import "log"`, "may not import log"},
	},
	"uses": {
		{"detectors/x.go", `package detectors; import "time"; var x = time.Now()`, "may not use time.Now"},
		{"claim/x.go", `package claim; import clock "time"; func f() { _ = clock.Since }`, "may not use time.Since"},
		{"internal/simulate/x.go", `package simulate; import "math/rand/v2"; var x = rand.IntN(3)`, "unseeded"},
		{"ingest/file/x.go", `package file; import "os"; var x = os.Getenv("X")`, "may not use os.Getenv"},
		{"claim/x.go", `package claim; import "github.com/apache/arrow/go/v17/arrow/array"; var x = array.FromJSON`, "Arrow's JSON"},
		{"claim/x_test.go", `package claim; import "github.com/apache/arrow/go/v17/arrow/array"; var x = array.NewJSONReader`, "Arrow's JSON"},
	},
	"init":  {{"claim/x.go", "package claim; func init() {}", "nothing runs before main"}},
	"names": {{"claim/utils/x.go", "package claim", `"utils" says nothing`}, {"claim/x_test.go", "package common_test", `"common" says nothing`}},
	"functions": {
		{"claim/x.go", "package claim; func f() {" + lines(maxFunction) + "}", fmt.Sprintf("f has %d lines", maxFunction+1)},
		{"claim/x.go", "package claim; func (t *T[A]) m() {" + lines(maxFunction) + "}", fmt.Sprintf("T.m has %d lines", maxFunction+1)},
		{"bench/x.go", "package main; func f() {" + lines(maxFunction) + "}", fmt.Sprintf("f has %d lines", maxFunction+1)},
	},
	"files": {{"claim/x.go", "package claim" + lines(maxFile+1), fmt.Sprintf("%d lines", maxFile+1)}},
	"shapes": {
		{"claim/x.go", "package claim; type T struct { a, b, c int; " + strings.Repeat("_ int;", maxFields-2) + "}", fmt.Sprintf("T has %d fields", maxFields+1)},
		{"claim/x.go", "package claim; func f(a, b, c, d, e, f, g int) {}", "f has 7 parameters"},
		{"claim/x.go", "package claim; var f = func(a, b, c, d, e, f, g int) {}", "a function has 7 parameters"},
	},
	"package comments": {{"claim/x.go", "package claim", "the package has no comment"}},
	"comments": {
		{"claim/x.go", "package claim; func F() {}", "F is exported"},
		{"claim/x.go", "package claim; type t int; type T int; func (T) M() {}", "T.M is exported"},
		{"claim/x.go", "package claim; type T int", "T is exported"},
		{"claim/x.go", "package claim\n// Types of things.\ntype (\n\tA int\n)", "A is exported"},
		{"claim/x.go", "package claim; const C = 1", "C is exported"},
		{"claim/x.go", "package claim; var A, B = 1, 2", "B is exported"},
	},
	"links": {
		{"docs/x.md", "see [y](y.md)", "docs/x.md:1: the link to y.md"},
		{"x.md", "\n[y](docs/y.md#part)", "x.md:2"},
	},
	"rules":    {{"claim/x.go", "package claim; const R Rule = \"odd\"", `the rule "odd" has no row`}},
	"machines": {{"docs/x.md", "see " + "/wo" + "rk/notes", "names a machine"}, {".ci/run", "\n" + "https://proxy." + "golang.org", ".ci/run:2"}},
}

// TestRoomsKnowEverybody proves that a row is found by its pattern and that the
// first row that names a folder counts.
func TestRoomsKnowEverybody(t *testing.T) {
	for dir, want := range map[string]string{
		".":                          ".",
		"claim":                      "claim",
		"claim/parquet":              "claim/parquet",
		"detectors/row/priceovercap": "detectors/row/*",
		"internal/app":               "internal/app",
	} {
		if r := roomOf(dir); r == nil || r.dir != want {
			t.Errorf("%s: found %v, want the row %s", dir, r, want)
		}
	}
}

// TestChecksCanFail proves every check on sources that break its rule.
func TestChecksCanFail(t *testing.T) {
	for _, c := range checks {
		if len(proofs[c.name]) == 0 {
			t.Errorf("%s has no proof that it can fail", c.name)
		}
		for i, p := range proofs[c.name] {
			t.Run(fmt.Sprintf("%s/%d", c.name, i), func(t *testing.T) {
				found := c.find(pretend(t, p.path, p.source))
				for _, f := range found {
					if strings.Contains(f, p.want) {
						return
					}
				}
				t.Errorf("want a problem with %q, have %q", p.want, found)
			})
		}
	}
}

// TestChecksCanPass proves that a decent source passes, so that a check that
// always fails is seen too.
func TestChecksCanPass(t *testing.T) {
	decent := map[string]string{
		"detectors/row/x/x.go": "// Package x finds x.\npackage x\n\nimport (\n\t\"slices\"\n\n\t\"fundwatch/claim\"\n\t\"fundwatch/detectors\"\n)\n\n// X is one.\nfunc X(a, b, c, d, e, f int) {" +
			lines(maxFunction-1) + "}\n\n// Kinds.\nconst (\n\tA = 1\n\tB = 2\n)\n\ntype t int\n\nfunc (t) M() {}\n",
		"claim/x_test.go":        "package claim\n\nimport \"time\"\n\nvar now = time.Now\n",
		"internal/app/x.go":      "// Package app is.\npackage app\n\nimport \"time\"\n\nvar now = time.Now\n",
		"internal/simulate/x.go": "// Package simulate is.\npackage simulate\n\nimport \"math/rand/v2\"\n\nvar r = rand.New(rand.NewPCG(1, 2)).IntN(3)\n",
		"docs/x.md":              "see [x](x.md), [all](../docs) and [the web](https://example.org)\n",
		"bench/main.go":          "// Command bench measures.\npackage main\n\nimport _ \"github.com/duckdb/duckdb-go/v2\"\n",
	}
	for path, source := range decent {
		for _, c := range checks[1:] {
			if found := c.find(pretend(t, path, source)); len(found) > 0 {
				t.Errorf("%s: %s: %q", path, c.name, found)
			}
		}
	}
}

// TestExceptions proves that an exception allows its own problem only.
func TestExceptions(t *testing.T) {
	e := exception{"functions", "claim/x.go:T.m", "a reason"}
	for problem, want := range map[string]bool{
		"claim/x.go:12: T.m has 71 lines":  true,
		"claim/x.go:12: T.mm has 71 lines": false,
		"claim/y.go:12: T.m has 71 lines":  false,
	} {
		if got := e.allows(problem); got != want {
			t.Errorf("%q: allowed %v, want %v", problem, got, want)
		}
	}
}

func pretend(t *testing.T, path, source string) *tree {
	t.Helper()
	out := &tree{}
	if err := out.add(path, []byte(source)); err != nil {
		t.Fatal(err)
	}
	return out
}
