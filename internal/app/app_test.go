package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/internal/simulate"
)

// run carries out a command line and gives its exit code and what it printed.
func run(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(context.Background(), args, strings.NewReader(stdin), &o, &e)
	return code, o.String(), e.String()
}

// place makes an invented place in one form and gives its folder and claims.
func place(t *testing.T, form string, claims int) (dir, input string) {
	t.Helper()
	return placeOf(t, simulate.Config{Seed: 7, Claims: claims, Form: form})
}

func placeOf(t *testing.T, c simulate.Config) (dir, input string) {
	t.Helper()
	c.Dir = t.TempDir()
	if _, err := simulate.Run(context.Background(), c, nil); err != nil {
		t.Fatal(err)
	}
	return c.Dir, simulatedClaims(c)
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		out = append(out, s.Text())
	}
	return out
}

type plant struct {
	Detector, Expect  string
	Settlements, Also []string
}

type found struct {
	ID, Detector string
	Settlements  []string
}

// explains says whether a plant accounts for a finding.
func (p plant) explains(f found) bool {
	named := slices.ContainsFunc(f.Settlements, func(s string) bool { return slices.Contains(p.Settlements, s) })
	return named && (p.Detector == f.Detector && p.Expect == "finding" || slices.Contains(p.Also, f.Detector))
}

// TestScanFindsEveryPlantAndNothingElse is the promise of the scan, on an
// invented place whose cases are labelled, also on one as crowded as that of
// the demonstration.
func TestScanFindsEveryPlantAndNothingElse(t *testing.T) {
	crowded := demoPlace(time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC))
	crowded.Claims, crowded.Persons, crowded.Plants, crowded.Days, crowded.Form = 10_000, 2_000, 4, 365, simulate.FormJSONL
	for name, c := range map[string]simulate.Config{"lines": {Seed: 7, Claims: 4000, Form: simulate.FormJSONL}, "tables": {Seed: 7, Claims: 4000, Form: simulate.FormCSV},
		"parquet": {Seed: 7, Claims: 4000, Form: simulate.FormParquet}, "crowded": crowded} {
		t.Run(name, func(t *testing.T) {
			dir, input := placeOf(t, c)
			result := filepath.Join(dir, "result")
			if code, _, msg := run(t, "", "scan", "--knowledge", filepath.Join(dir, "knowledge"), "--out", result, input); code != 0 {
				t.Fatal(msg)
			}
			var plants []plant
			for _, l := range lines(t, filepath.Join(dir, "plants.jsonl")) {
				var p plant
				if err := json.Unmarshal([]byte(l), &p); err != nil {
					t.Fatal(err)
				}
				plants = append(plants, p)
			}
			var findings []found
			for _, l := range lines(t, filepath.Join(result, "findings.jsonl")) {
				var f found
				if err := json.Unmarshal([]byte(l), &f); err != nil {
					t.Fatal(err)
				}
				findings = append(findings, f)
				if !slices.ContainsFunc(plants, func(p plant) bool { return p.explains(f) }) {
					t.Errorf("no plant explains %s", f.ID)
				}
			}
			for _, p := range plants {
				if p.Expect != "finding" {
					continue
				}
				if !slices.ContainsFunc(findings, func(f found) bool { return f.Detector == p.Detector && p.explains(f) }) {
					t.Errorf("%s: no finding on %v", p.Detector, p.Settlements)
				}
			}
		})
	}
}

// TestScanDoesNotDependOnOrder scans the same claims again: shuffled, in
// several files, on another number of goroutines, from standard input.
func TestScanDoesNotDependOnOrder(t *testing.T) {
	dir, input := place(t, simulate.FormJSONL, 2000)
	know := filepath.Join(dir, "knowledge")
	scan := func(name, stdin string, args ...string) string {
		out := filepath.Join(dir, "result", name)
		if code, _, msg := run(t, stdin, append([]string{"scan", "--knowledge", know, "--region", "152900", "--out", out}, args...)...); code != 0 {
			t.Fatal(msg)
		}
		b, err := os.ReadFile(filepath.Join(out, "findings.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := scan("straight", "", input)
	if !strings.Contains(want, `"region":"152900"`) {
		t.Error("the region is not in the findings")
	}
	all := lines(t, input)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	text := strings.Join(all, "\n")
	if got := scan("stdin", text, "--workers", "1", "-"); got != want {
		t.Error("standard input, shuffled, one goroutine: other findings")
	}
	half := len(all) / 2
	parts := filepath.Join(dir, "parts")
	if err := os.Mkdir(parts, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, part := range map[string][]string{"b.jsonl": all[:half], "a.jsonl": all[half:]} {
		if err := os.WriteFile(filepath.Join(parts, name), []byte(strings.Join(part, "\r\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := scan("parts", "", "--workers", "5", parts); got != want {
		t.Error("two files, five goroutines: other findings")
	}
	// The same claims twice are duplicates and change nothing.
	if got := scan("twice", "", parts, input); got != want {
		t.Error("every claim twice: other findings")
	}
	var sum struct{ Messages, Claims, Duplicates int }
	b, err := os.ReadFile(filepath.Join(dir, "result", "twice", "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &sum); err != nil || sum.Messages != 2*len(all) || sum.Duplicates != len(all) || sum.Claims != len(all) {
		t.Errorf("%+v of %d messages, %v\n%s", sum, len(all), err, b)
	}
}

func TestScanWritesAllOutputs(t *testing.T) {
	dir, input := place(t, simulate.FormJSONL, 500)
	result := filepath.Join(dir, "result")
	code, out, msg := run(t, "", "scan", "--json", "--knowledge", filepath.Join(dir, "knowledge"), "--out", result, input)
	if code != 0 {
		t.Fatal(msg)
	}
	var printed, written map[string]any
	b, err := os.ReadFile(filepath.Join(result, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal([]byte(out), &printed) != nil || json.Unmarshal(b, &written) != nil || printed["claims"] != written["claims"] {
		t.Errorf("--json and summary.json differ: %s", out)
	}
	for _, name := range []string{"findings.jsonl", "findings.parquet", "report.html", "rejected.jsonl"} {
		if _, err := os.Stat(filepath.Join(result, name)); err != nil {
			t.Error(err)
		}
	}
	// A scan that fails leaves no results that look like its own.
	if code, _, _ := run(t, "", "scan", "--out", result, filepath.Join(dir, "missing.jsonl")); code != 1 {
		t.Errorf("a missing input: exit %d", code)
	}
	if left, _ := filepath.Glob(filepath.Join(result, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRejectedMessagesDoNotChangeTheExit(t *testing.T) {
	dir := t.TempDir()
	code, _, msg := run(t, "{}\nnot json\n", "scan", "--out", dir, "-")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, msg)
	}
	rejected := lines(t, filepath.Join(dir, "rejected.jsonl"))
	if len(rejected) != 2 || !strings.Contains(rejected[1], `"line":2`) || !strings.Contains(rejected[1], `"file":"-"`) {
		t.Errorf("%q", rejected)
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.Mkdir(bad, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, "persons.csv"), []byte("psn_no,gend\nP1,7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"help"}, 0},
		{[]string{"scan", "--help"}, 0},
		{[]string{"bogus"}, 2},
		{[]string{"scan"}, 2},
		{[]string{"scan", "--no-such-flag", "x"}, 2},
		{[]string{"scan", "--detectors", "S99", "--out", dir, "-"}, 2},
		{[]string{"scan", "--region", "99", "--out", dir, "-"}, 2},
		{[]string{"scan", "--out", dir, "--knowledge", bad, "-"}, 1},
		{[]string{"knowledge"}, 2},
		{[]string{"knowledge", "check"}, 2},
		{[]string{"knowledge", "check", bad}, 1},
		{[]string{"knowledge", "check", filepath.Join(dir, "none")}, 1},
		{[]string{"simulate"}, 2},
		{[]string{"simulate", "--out", dir, "--form", "xml"}, 2},
		{[]string{"scan", "--out", dir, "--detectors", "S05,R01-price-over-cap", "-"}, 0},
	} {
		if got := Run(context.Background(), c.args, strings.NewReader(""), io.Discard, io.Discard); got != c.want {
			t.Errorf("fundwatch %s: exit %d, want %d", strings.Join(c.args, " "), got, c.want)
		}
	}
}

// TestHelpIsInBothLanguages: what the library says of itself is none of ours.
func TestHelpIsInBothLanguages(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"draw", "-h"}, {"scan", "--help"}} {
		code, out, _ := run(t, "", args...)
		if code != 0 || !strings.Contains(out, "用法 Usage:") || !strings.Contains(out, "显示用法 (show this)") {
			t.Errorf("%v: exit %d %s", args, code, out)
		}
		for _, english := range []string{"\nFlags:", "Available Commands:", "Help about", "for more information"} {
			if strings.Contains(out, english) {
				t.Errorf("%v says %q", args, english)
			}
		}
	}
}

func TestKnowledgeCheckAsJSON(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "persons.csv"), []byte("psn_no,gend\nP1,7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, _ := run(t, "", "knowledge", "check", "--json", dir)
	var got struct {
		Problems []struct {
			File, Column, Sentence string
			Line                   int
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || len(got.Problems) != 1 ||
		got.Problems[0].File != "persons.csv" || got.Problems[0].Line != 2 || got.Problems[0].Column != "gend" {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
	if strings.Contains(out, "P1") {
		t.Error("a person's number is shown")
	}
}
