package blacklist

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of moves into docs/lists.md")

// TestThePageHasTheTable: docs/lists.md shows the table of moves as it is.
func TestThePageHasTheTable(t *testing.T) {
	const page = "../docs/lists.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), "<!-- moves -->\n")
	old, after, ok2 := strings.Cut(rest, "<!-- /moves -->")
	if !ok || !ok2 {
		t.Fatal("docs/lists.md has no place for the table")
	}
	var table strings.Builder
	table.WriteString("| action | from | to | needs | 办理 | what |\n|---|---|---|---|---|---|\n")
	for _, m := range Moves() {
		var from, needs []string
		for _, s := range m.From {
			from = append(from, string(s))
		}
		for _, n := range m.Needs {
			needs = append(needs, string(n))
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %s |\n", m.Action, strings.Join(from, ", "), m.To, strings.Join(needs, ", "), m.ZH, m.EN)
	}
	if old == table.String() {
		return
	}
	if !*update {
		t.Fatal("the table of moves is stale: go test ./blacklist -run ThePage -update")
	}
	if err := os.WriteFile(page, []byte(before+"<!-- moves -->\n"+table.String()+"<!-- /moves -->"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
