package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"fundwatch/detectors"
)

//go:embed page
var files embed.FS

// pages parses the templates when a report is first wanted.
var pages = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page.gohtml").Funcs(template.FuncMap{
		"both": both, "zh": inChinese, "en": inEnglish, "join": strings.Join,
	}).ParseFS(files, "page/*.gohtml")
})

// both writes a text in Chinese with the English behind it, smaller.
func both(key string, args ...any) (template.HTML, error) {
	w, err := words(key)
	if err != nil {
		return "", err
	}
	w = fill(w, args)
	if w.EN == w.ZH {
		return template.HTML(template.HTMLEscapeString(w.ZH)), nil
	}
	return template.HTML(template.HTMLEscapeString(w.ZH) + ` <span class="en" lang="en">` + template.HTMLEscapeString(w.EN) + `</span>`), nil
}

func inChinese(key string, args ...any) (string, error) {
	w, err := words(key)
	return fill(w, args).ZH, err
}

func inEnglish(key string, args ...any) (string, error) {
	w, err := words(key)
	return fill(w, args).EN, err
}

// fill puts numbers into a text.
func fill(w detectors.Words, args []any) detectors.Words {
	if len(args) == 0 {
		return w
	}
	return detectors.Words{ZH: fmt.Sprintf(w.ZH, args...), EN: fmt.Sprintf(w.EN, args...)}
}

// mostInputs is how many input files are named.
const mostInputs = 20

// page is what the template sees.
type page struct {
	*Report
	Place, Code               string // region by name and code
	Policy                    string
	Style                     template.CSS
	When, Took, Hash          string
	Names                     []string
	MoreNames                 string // empty when all are named
	Tiles                     []tile
	Grades                    []grade
	Rejects                   []problem
	ConflictCount             string
	Bars                      []detectorBar
	Months                    *columns
	Subjects                  []subjectBar
	SubjectCount, SubjectsTop string
	Sections                  []*section
	Quiet                     []Total
}

// tile is a number of the summary with a remark in words.
type tile struct {
	Key, Number string
	Args        []any
}

// HTML writes the report as one file that needs nothing else.
func HTML(w io.Writer, r *Report) error {
	t, err := pages()
	if err != nil {
		return err
	}
	p, err := newPage(r)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	return errors.Join(t.Execute(out, p), out.Flush())
}

func newPage(r *Report) (*page, error) {
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return nil, err
	}
	loud, quiet := r.split()
	o := survey(r)
	p := &page{Report: r, Place: short(r.RegionName), Code: short(r.Region), Style: template.CSS(style), Policy: policy(style),
		When: r.Generated.Format("2006-01-02 15:04:05"), Took: seconds(r.Seconds), Hash: shortHash(short(r.Knowledge)),
		Grades: o.gradeCards(loud), Rejects: problems(r), ConflictCount: count(r.Conflicts), Quiet: quiet,
		Bars: detectorBars(loud), Months: o.monthColumns(), Subjects: o.subjectBars(r), Sections: o.sections(r, loud)}
	p.SubjectCount, p.SubjectsTop = count(len(o.subjects)), count(len(p.Subjects))
	for _, n := range r.Inputs[:min(len(r.Inputs), mostInputs)] {
		p.Names = append(p.Names, short(n))
	}
	if more := len(r.Inputs) - len(p.Names); more > 0 {
		p.MoreNames = count(more)
	}
	p.Tiles = []tile{
		{"tile.messages", count(r.Messages), []any{count(r.Duplicates), count(r.Conflicts), count(r.Rejected)}},
		{"tile.claims", count(r.Claims), []any{count(r.Cancelled)}},
		{"tile.lines", count(r.Lines), nil},
		{"tile.detectors", count(len(r.Detectors)), []any{count(len(loud)), count(len(quiet))}},
		{"tile.findings", count(len(r.Findings)), []any{count(len(o.subjects))}},
		{"tile.touched", count(o.touched), nil},
	}
	return p, nil
}

// policy allows the page nothing but its own style sheet, named by its hash.
func policy(style []byte) string {
	sum := sha256.Sum256(style)
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// shortHash keeps the kind of a hash and enough digits to compare by eye.
func shortHash(h string) string {
	const digits = 12
	kind, hex, ok := strings.Cut(h, ":")
	if !ok {
		kind, hex = "", h
	} else {
		kind += ":"
	}
	return kind + hex[:min(len(hex), digits)]
}
