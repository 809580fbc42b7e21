package policies

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/detectors"
	"fundwatch/policies/regions"
)

var update = flag.Bool("update", false, "write the golden file and the tables of docs/policies.md anew")

// compare wants a file to hold text, or writes it with -update.
func compare(t *testing.T, path string, text []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(old, text) {
		return
	}
	was, is := strings.Split(string(old), "\n"), strings.Split(string(text), "\n")
	for i := range max(len(was), len(is)) {
		if i >= len(was) || i >= len(is) || was[i] != is[i] {
			t.Fatalf("%s differs at line %d (go test ./policies -update writes it anew; read the diff):\n- %s\n+ %s", path, i+1, was[min(i, len(was)-1)], is[min(i, len(is)-1)])
		}
	}
}

// TestGoldenDecisions: every class of question, in Alxa, decides as it did.
// An upgrade of OPA, or a change of a number, shows as a diff of the file.
func TestGoldenDecisions(t *testing.T) {
	p := alxa(t)
	e := engine(t)
	var b bytes.Buffer
	b.WriteString("# decisions in 152900, one class of question a line: question, what differs from none → path, also, priority, reasons, undefined\n")
	for _, q := range classes(&p) {
		fmt.Fprintf(&b, "%s → %s\n", describe(q), outcome(ask(t, e, q)))
	}
	compare(t, filepath.Join("testdata", "decisions.golden"), b.Bytes())
}

func describe(q Question) string {
	var parts []string
	add := func(name, value string) {
		if value != "" && value != "0" {
			parts = append(parts, name+"="+value)
		}
	}
	switch in := q.(type) {
	case TriageInput:
		parts = []string{"triage", string(in.Grade), in.Subject}
		add("basis", strings.Join(in.Basis, ","))
		add("fen", fmt.Sprint(in.AmountFen))
		add("total", fmt.Sprint(in.Lead.TotalFen))
		add("earlier", fmt.Sprint(in.Lead.Earlier))
		add("schemes", strings.Join(in.Schemes, ","))
		add("from", in.From)
		add("to", in.To)
	case ReferralInput:
		parts = []string{"referral", string(in.Grade), in.Subject}
		if in.Verified {
			add("verified", string(in.Intent))
		}
		add("basis", strings.Join(in.Basis, ","))
		add("fen", fmt.Sprint(in.AmountFen))
		for _, s := range in.Signs {
			add("sign", string(s))
		}
	default:
		raw, _ := json.Marshal(q)
		var members map[string]any
		_ = json.Unmarshal(raw, &members)
		parts = []string{q.name()}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if v := fmt.Sprint(members[name]); v != "false" && v != "none" {
				add(name, v)
			}
		}
	}
	return strings.Join(parts, " ")
}

func outcome(d Decision) string {
	var codes, clocks []string
	for _, r := range d.Reasons {
		codes = append(codes, r.Code)
	}
	for _, c := range d.Clocks {
		clocks = append(clocks, c.Name)
	}
	s := fmt.Sprintf("%s p%d %s", strings.Join(append([]string{d.Path}, d.Also...), "+"), d.Priority, strings.Join(codes, ","))
	for _, more := range [][]string{clocks, d.Undefined} {
		s += " [" + strings.Join(more, ",") + "]"
	}
	return s
}

// TestEveryGradeOfADetectorIsKnown: the closed sets of a question are those
// of findings.
func TestEveryGradeOfADetectorIsKnown(t *testing.T) {
	for _, g := range []detectors.Grade{detectors.Violation, detectors.Suspicious, detectors.Indicator} {
		if !slices.Contains(grades, g) {
			t.Errorf("%s", g)
		}
	}
}

// TestNumbersHaveClasses: each number of a region has a class at it, so that
// the golden file shows when one changes.
func TestNumbersHaveClasses(t *testing.T) {
	p := alxa(t)
	all := classes(&p)
	for _, fen := range p.Numbers(regions.Fen) {
		if !slices.ContainsFunc(all, func(q Question) bool { in, ok := q.(TriageInput); return ok && in.AmountFen == fen }) {
			t.Errorf("no class at %d fen", fen)
		}
	}
}
