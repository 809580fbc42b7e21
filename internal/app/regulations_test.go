package app

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/policies/regions"
)

// clause is a row of docs/regulations.txt: what a clause asks for and what of
// it works.
type clause struct {
	id, clause, zh, en string
	state              string
	proofs             []string
	region             string
}

// regulation is a text with its clauses.
type regulation struct {
	letter, place, text, region string
	clauses                     []clause
}

var states = map[string]string{"works": "可用 works", "partly": "部分 partly", "no": "尚无 not yet", "context": "—"}

// readRegulations reads the file; every row must be whole.
func readRegulations(t *testing.T, path string) (out []regulation) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, isHead := strings.CutPrefix(line, "@ ")
		f := strings.Split(line, "|")
		if isHead {
			f = strings.Split(head, "|")
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		switch {
		case isHead && len(f) == 4:
			out = append(out, regulation{letter: f[0], place: f[1], text: f[2], region: f[3]})
		case len(f) == 6 && len(out) > 0 && states[f[4]] != "":
			r := &out[len(out)-1]
			c := clause{f[0], f[1], f[2], f[3], f[4], strings.Fields(f[5]), r.region}
			if want := fmt.Sprintf("%s-%02d", r.letter, len(r.clauses)+1); c.id != want || c.clause == "" || c.zh == "" || c.en == "" {
				t.Errorf("line %d: want a whole row %s", n+1, want)
			}
			if shown := c.state == "works" || c.state == "partly"; shown != (len(c.proofs) > 0) {
				t.Errorf("%s: %s with %d proofs", c.id, c.state, len(c.proofs))
			}
			r.clauses = append(r.clauses, c)
		default:
			t.Fatalf("line %d is no row: %s", n+1, line)
		}
	}
	return out
}

// surveyor knows what there is, and says how a proof reads, or that it is none.
type surveyor struct {
	books map[string]regions.Book
	paths string // of the tables of addresses
}

func newSurveyor(t *testing.T) *surveyor {
	t.Helper()
	s := &surveyor{books: map[string]regions.Book{}}
	codes, err := regions.Codes(regions.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range codes {
		if s.books[code], err = bookOf(code); err != nil {
			t.Fatal(err)
		}
	}
	desk, _ := filepath.Glob("../../web/desk/*.go")
	public, _ := filepath.Glob("../../web/public/*.go")
	for _, file := range append(desk, public...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s.paths += string(raw)
	}
	return s
}

// tell writes a proof; ok is false where there is no such thing.
func (s *surveyor) tell(c *clause, proof string) (text string, ok bool) {
	kind, name, _ := strings.Cut(proof, ":")
	switch kind {
	case "cmd":
		words := strings.Split(name, "_")
		e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, clock: time.Now}
		found, rest, err := e.root().Find(words)
		return "`fundwatch " + strings.Join(words, " ") + "`", err == nil && len(rest) == 0 && found.Name() == words[len(words)-1]
	case "page":
		route := regexp.MustCompile(`(path: |Method(Get|Post), )"` + regexp.QuoteMeta(name) + `"`)
		return "页面 page `" + name + "`", route.MatchString(s.paths)
	case "policy":
		question, code, _ := strings.Cut(name, "/")
		return "政策 policy `" + name + "`", slices.ContainsFunc(s.books[c.region].Circumstances[question], func(x regions.Circumstance) bool { return x.Code == code && x.Way.Path != "" })
	case "set":
		return s.tellSet(name)
	case "detector":
		at := slices.IndexFunc(all.Detectors(), func(d *detectors.Detector) bool { return d.Short() == name })
		if at < 0 {
			return "", false
		}
		return "规则 detector " + all.Detectors()[at].ID, true
	case "test":
		dir, test := filepath.Split(name)
		return "测试 test `go test ./" + strings.TrimSuffix(dir, "/") + " -run " + test + "`", hasTest("../../"+dir, test)
	case "doc":
		_, err := os.Stat("../../" + name)
		return "[" + name + "](" + strings.TrimPrefix(name, "docs/") + ")", err == nil
	}
	return "", false
}

// tellSet names a number, a period or a department of a region, with its clause.
func (s *surveyor) tellSet(name string) (text string, ok bool) {
	region, entry, _ := strings.Cut(name, "/")
	p := s.books[region].Policy
	v, isValue := p.Values[entry]
	k, isClock := p.Clocks[entry]
	d, isDepartment := p.Departments[entry]
	switch {
	case isValue:
		text = v.Text() + " " + string(v.Unit) + "，" + v.Clause
	case isClock:
		text = k.Text() + "，" + k.Clause
	case isDepartment:
		text = d.ZH + "，" + d.Clause
	}
	return "参数 set `" + entry + "`（" + text + "）", isValue || isClock || isDepartment
}

func hasTest(dir, name string) bool {
	files, _ := filepath.Glob(dir + "*_test.go")
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err == nil && regexp.MustCompile(`(?m)^func `+regexp.QuoteMeta(name)+`\(`).Match(raw) {
			return true
		}
	}
	return false
}

var update = flag.Bool("update", false, "write docs/regulations.md anew")

const regulationsHead = `# 四地文件逐条对照 · The four regulations, clause by clause

本文由 [regulations.txt](regulations.txt) 生成，请勿直接修改；改后运行 ` + "`go test ./internal/app -run TestRegulations -update`" + `。
每一条用自己的话简述，只说事实；“现状”所列的命令、页面、政策、参数和测试都由测试核实存在。
“部分”指条文的一部分可用；“尚无”指还没有做；“—”指不需要程序做什么。

Generated from [regulations.txt](regulations.txt); edit that, and run the test with -update. Each clause is restated shortly in our own words.
Every command, page, policy, setting and test named here is checked to be there. “Partly” means that a part of the clause works, “—” that there is nothing for a program to do.
`

// TestRegulations: docs/regulations.md is what docs/regulations.txt says, and
// everything that it names as working is there.
func TestRegulations(t *testing.T) {
	all := readRegulations(t, "../../docs/regulations.txt")
	s := newSurveyor(t)
	var b, tables bytes.Buffer
	counts := map[string]int{}
	for _, r := range all {
		fmt.Fprintf(&tables, "\n## %s · %s\n\n| 编号 No. | 条款 Clause | 要求 What it asks for | 现状 Today | 怎样看 How to see it |\n|---|---|---|---|---|\n", r.place, r.text)
		for i := range r.clauses {
			c := &r.clauses[i]
			counts[c.state]++
			var proofs []string
			for _, p := range c.proofs {
				text, ok := s.tell(c, p)
				if !ok {
					t.Errorf("%s: there is no %s", c.id, p)
				}
				proofs = append(proofs, text)
			}
			fmt.Fprintf(&tables, "| %s | %s | %s<br>%s | %s | %s |\n", c.id, c.clause, c.zh, c.en, states[c.state], strings.Join(proofs, "<br>"))
		}
	}
	if n := counts["works"] + counts["partly"] + counts["no"] + counts["context"]; n != 140 {
		t.Errorf("%d clauses, not 140", n)
	}
	b.WriteString(regulationsHead)
	fmt.Fprintf(&b, "\n共 140 条：可用 %d，部分 %d，尚无 %d，不涉及程序 %d。 Of 140: %d work, %d in part, %d not yet, %d ask nothing of a program.\n",
		counts["works"], counts["partly"], counts["no"], counts["context"], counts["works"], counts["partly"], counts["no"], counts["context"])
	b.Write(tables.Bytes())
	const page = "../../docs/regulations.md"
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(page); err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("docs/regulations.md is not what docs/regulations.txt says: go test ./internal/app -run TestRegulations -update (%v)", err)
	}
}

// TestProofsAreChecked: the survey does not take what is not there.
func TestProofsAreChecked(t *testing.T) {
	s := newSurveyor(t)
	c := &clause{region: "152900"}
	for proof, want := range map[string]bool{
		"cmd:policy_check": true, "cmd:policy": true, "cmd:policy_bless": false, "cmd:bless": false, "page:/leads": true, "page:/lead": false,
		"policy:referral/crime": true, "policy:referral/responsible-head": false, "policy:mercy/crime": false, "set:152900/police": true, "set:152900/repair_clean_months": true,
		"set:360900/repair_clean_months": false, "set:152900/drug": false, "detector:S05": true, "detector:S99": false, "doc:docs/clock.md": true, "doc:docs/none.md": false,
		"test:internal/app/TestProofsAreChecked": true, "test:internal/app/TestNone": false, "hearsay:x": false,
	} {
		if _, ok := s.tell(c, proof); ok != want {
			t.Errorf("%s: %v", proof, ok)
		}
	}
}
