package list

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

var (
	folderForm = regexp.MustCompile(`^[a-z]+/[a-z][a-z0-9]*$`)
	idForm     = regexp.MustCompile(`^[A-Z]\d\d-[a-z0-9]+(-[a-z0-9]+)*$`)
)

// New makes the folder of a new detector below root: a Go file with every
// field to fill and two scenarios. It compiles and finds what its scenarios
// want, but the tests fail until every 待写 (to be written) is gone.
func New(root, folder, id string) error {
	if err := free(root, folder, id); err != nil {
		return err
	}
	kind, name := path.Split(folder)
	files, err := scaffold(strings.TrimSuffix(kind, "/"), name, id)
	if err != nil {
		return err
	}
	dir := filepath.Join(root, filepath.FromSlash(folder))
	if err := os.MkdirAll(filepath.Join(dir, "testdata"), 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// free tells why the names may not be used.
func free(root, folder, id string) error {
	kind, name := path.Split(folder)
	if !folderForm.MatchString(folder) || !slices.Contains(Kinds(), strings.TrimSuffix(kind, "/")) {
		return fmt.Errorf("%q is no folder of a detector: person/mynewcheck, in small letters, below one of %s", folder, strings.Join(Kinds(), ", "))
	}
	if !idForm.MatchString(id) {
		return fmt.Errorf("%q is no id: a letter, two digits and words, S17-my-new-check", id)
	}
	entries, err := Read(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Package() == name {
			return fmt.Errorf("the name %s is taken by %s", name, e.Folder)
		}
		if len(e.ID) >= 3 && e.ID[:3] == id[:3] {
			return fmt.Errorf("%s is taken by %s (%s); numbers are never used again", id[:3], e.ID, e.Folder)
		}
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(folder))); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the folder %s is there already", folder)
	}
	return nil
}

// scaffold gives the files of a new detector by their names in its folder.
func scaffold(kind, name, id string) (map[string][]byte, error) {
	shape, ok := shapes()[kind]
	if !ok {
		return nil, fmt.Errorf("there is no template for %s detectors yet: begin with a copy of one", kind)
	}
	t, err := template.New("detector").Parse(source)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct{ Package, ID, Short, Field, Reads, Func string }{name, id, id[:3], shape.field, shape.reads, shape.code}); err != nil {
		return nil, err
	}
	code, err := format.Source(b.Bytes())
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		name + ".go":           code,
		"testdata/hit.txtar":   []byte(shape.hit),
		"testdata/clean.txtar": []byte(clean),
	}, nil
}

// source is the Go file. Its check is a stand-in to be replaced.
const source = `// Package {{.Package}} finds 待写: what it finds, in one line.
package {{.Package}}

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var limit = &detectors.Param{Name: "limit_fen", Default: 1000, Min: 0, Max: 1_000_000_000, Unit: detectors.Words{ZH: "分", EN: "fen"}}

// Detector is {{.Short}}.
var Detector = &detectors.Detector{
	ID: "{{.ID}}", Version: "1", Grade: detectors.Indicator,
	Title: detectors.Words{ZH: "待写", EN: "what it finds"},
	Doc: detectors.Words{
		ZH: "待写：逐什么、什么条件下列出、金额怎么算。",
		EN: "Per what, under which conditions exactly, and what the amount is.",
	},
	Clears:  detectors.Words{ZH: "待写：什么情形可以排除。", EN: "What would clear it."},
	Basis:   []string{"待写"},
	Classes: []string{},
	Uses:    []string{},
	Key:     "",
	Subject: "institution",
	Reads:   []claim.Field{ {{.Reads}} },
	Params:  []*detectors.Param{limit},
	{{.Field}},
}

{{.Func}}
`

const clean = `待写：一个没有发现的故事，最好正好在界限上。
A story without a finding, best just on the boundary.
-- claims.csv --
setl_id,fund_pay_sumamt
S1,10.00
-- lines.csv --
setl_id,drug_trac_codg
S1,CODE-A
-- want --
nothing
`

// shape is what differs between the kinds of detectors.
type shape struct{ field, reads, code, hit string }

func shapes() map[string]shape {
	return map[string]shape{
		"row": {"Claims: claims", "claim.FundPaySumamt", `func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	fund, most := v.Numbers(claim.FundPaySumamt), v.Number(limit)
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			if fund[c] > most {
				emit.Hit(detectors.Hit{Subject: detectors.Institution, Code: emit.InstitutionOf(c), Claims: []int32{c}, Amount: claim.WideOf(fund[c])})
			}
		}
	}
}`, hitOf("institution H1: 1001 fen, 2026-03-10\n  settlements H1/S1\n")},
		"person": {"Person: person", "claim.FundPaySumamt", `func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	fund, most := v.Numbers(claim.FundPaySumamt), v.Number(limit)
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for c := p.From; c < p.To; c++ {
			if fund[c] > most {
				emit.Hit(detectors.Hit{Subject: detectors.Institution, Code: emit.InstitutionOf(c), Claims: []int32{c}, Amount: claim.WideOf(fund[c])})
			}
		}
	}
}`, hitOf("institution H1: 1001 fen, 2026-03-10\n  settlements H1/S1\n")},
		"trace": {"Trace: trace", "claim.DrugTracCodg, claim.DetItemFeeSumamt", `func trace(v *detectors.View) func(code string, lines []int32, emit *detectors.Emitter) {
	amount, most := v.Numbers(claim.DetItemFeeSumamt), claim.WideOf(v.Number(limit))
	return func(code string, lines []int32, emit *detectors.Emitter) {
		if sum := detectors.Total(amount, lines); sum.Cmp(most) > 0 {
			emit.Hit(detectors.Hit{Subject: detectors.Institution, Code: emit.InstitutionOf(v.History.LineClaim[lines[0]]), Key: code, Lines: lines, Amount: sum})
		}
	}
}`, hitOf("institution H1: 2000 fen, 2026-03-10\n  key CODE-A\n  settlements H1/S1\n  lines H1/S1/1 H1/S1/2\n")},
	}
}

func hitOf(want string) string {
	return `待写：一个有发现的故事。
A story with a finding.
-- claims.csv --
setl_id,fund_pay_sumamt
S1,10.01
-- lines.csv --
setl_id,drug_trac_codg
S1,CODE-A
S1,CODE-A
-- want --
` + want
}
