package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/detectors"
)

func render(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// document is what the tests look at in a page.
type document struct {
	ids, anchors map[string]int
	elements     map[string]int
	text         string
}

// parse reads the page as XML, which is stricter than HTML: every element is
// closed, every attribute quoted. It checks what must hold for any report.
func parse(t *testing.T, page []byte) *document {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(page))
	doc := &document{ids: map[string]int{}, anchors: map[string]int{}, elements: map[string]int{}}
	var text strings.Builder
	level, tables, captions := 0, 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.CharData:
			text.Write(e)
		case xml.StartElement:
			name := e.Name.Local
			doc.elements[name]++
			if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
				next := int(name[1] - '0')
				if next > level+1 {
					t.Errorf("heading h%d follows h%d", next, level)
				}
				level = next
			}
			doc.attributes(t, e)
			if name == "table" {
				tables++
			}
			if name == "caption" {
				captions++
			}
		}
	}
	if tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	for id, n := range doc.ids {
		if n > 1 {
			t.Errorf("id %q stands %d times", id, n)
		}
	}
	for a := range doc.anchors {
		if doc.ids[a] == 0 {
			t.Errorf("nothing has the id %q", a)
		}
	}
	if doc.elements["script"]+doc.elements["link"]+doc.elements["img"]+doc.elements["iframe"] > 0 {
		t.Errorf("elements: %v", doc.elements)
	}
	if regexp.MustCompile(`(?i)https?:|url\(|@import`).Match(page) {
		t.Error("the page asks for something outside")
	}
	doc.text = text.String()
	return doc
}

func (doc *document) attributes(t *testing.T, e xml.StartElement) {
	scope := false
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "id":
			doc.ids[a.Value]++
		case "aria-labelledby":
			doc.anchors[a.Value]++
		case "href":
			if !strings.HasPrefix(a.Value, "#") {
				t.Errorf("link to %q", a.Value)
			}
			doc.anchors[strings.TrimPrefix(a.Value, "#")]++
		case "scope":
			scope = true
		case "src", "style", "onclick", "onload", "onerror":
			t.Errorf("attribute %s=%q", a.Name.Local, a.Value)
		}
	}
	if e.Name.Local == "th" && !scope {
		t.Error("a th without scope")
	}
}

func TestPage(t *testing.T) {
	page := render(t, small())
	doc := parse(t, page)
	for _, want := range []string{"20,069", "2026-11-25 10:20:05", "sha256:0b1af217caa8", "a<b>.csv", "第二医院", "注射用某药", "123.45", "2,100,000.00", "210.00", "0.09 元",
		"20,000 天（约 55 岁）", "new_fact", "H15290000001/S1", "1, 2", "容差", "条例38(二)、条例38(三)", "死亡后仍有费用", "1,234", "15****11 #1", "每一条都是需要核实的线索，不是结论。"} {
		if !strings.Contains(doc.text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, person := range []string{personA, personB} {
		if bytes.Contains(page, []byte(person)) {
			t.Errorf("the page names person %s", person)
		}
	}
	if !bytes.Equal(page, render(t, small())) {
		t.Error("equal reports give different pages")
	}
}

// TestHostile puts markup and odd bytes into every text that comes from
// messages.
func TestHostile(t *testing.T) {
	const bad = `"><script>alert('x')</script>` + "\x00\x1b\xff&amp;|\u202e"
	r := small()
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Key, f.Person, f.Institution, f.Practitioner, f.Subject.Code = bad, bad+"p", bad+"i", bad+"d", bad+"s"
		f.Settlements, f.Lines = []string{bad + "/" + bad}, []string{bad + "/" + bad + "/1"}
		f.From, f.To = bad, bad
		f.Facts = detectors.Facts{{Name: bad, Value: bad}, {Name: "x", Value: []string{bad}}, {Name: "y", Value: map[string]string{bad: bad}}}
	}
	r.Inputs, r.RegionName, r.Region, r.Knowledge = []string{bad}, bad, bad, bad
	r.Problems = map[string]map[claim.Rule]int{bad: {claim.Rule(bad): 1}}
	page := render(t, r)
	if bytes.Contains(page, []byte("<script")) {
		t.Error("markup came through")
	}
	parse(t, page)
}

// many gives findings that take as much room as texts can.
func many(n int, text string) *Report {
	ds := make([]*detectors.Detector, 40)
	for i := range ds {
		d := *daily
		d.ID = fmt.Sprintf("X%02d-many", i)
		ds[i] = &d
	}
	evidence := make([]string, 100)
	lines := make([]string, 400)
	for i := range lines {
		evidence[i/4] = fmt.Sprintf("H1/%s%03d", text, i/4)
		lines[i] = evidence[i/4] + "/" + strconv.Itoa(i)
	}
	r := &Report{Detectors: totals(nil, ds...)}
	for i := range n {
		t := &r.Detectors[i%len(ds)]
		f := detectors.Finding{ID: fmt.Sprintf("X%02d-%016x", i%len(ds), i), Detector: t.Detector.ID, Grade: t.Detector.Grade, Subject: detectors.Subject{Kind: detectors.PersonKind, Code: fmt.Sprintf("person%09d", i)},
			Key: text + "|" + text, Person: fmt.Sprintf("person%09d", i), Settlements: evidence, Lines: lines,
			From: "2026-01-01", To: "2026-01-02", Amount: claim.WideOf(int64(i)), Facts: detectors.Facts{{Name: "allowed", Value: lines}}}
		if i < n-len(ds)*2*mostFindings { // these are never shown
			f.Settlements, f.Lines, f.Facts = evidence[:1], lines[:4], nil
		}
		t.Findings++
		t.Amount = t.Amount.Add(f.Amount)
		r.Findings = append(r.Findings, f)
	}
	return r
}

// size counts bytes.
type size int

func (s *size) Write(p []byte) (int, error) {
	*s += size(len(p))
	return len(p), nil
}

func TestBounded(t *testing.T) {
	const limit = 10_000_000
	for text, n := range map[string]int{"S": 100_000, strings.Repeat("'", 5_000): 20_000} {
		var s size
		if err := HTML(&s, many(n, text)); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d findings make %d bytes", n, s)
		if s > limit || s < limit/4 {
			t.Errorf("%d findings make %d bytes", n, s)
		}
	}
}

func TestHighestFirst(t *testing.T) {
	r := many(40*(mostFindings+10), "S")
	page := render(t, r)
	doc := parse(t, page)
	if !strings.Contains(doc.text, "findings.jsonl") || doc.ids["f-X00-0000000000000000"] != 0 || doc.ids["f-"+r.Findings[len(r.Findings)-1].ID] != 1 {
		t.Error("not the findings with the highest amounts are shown")
	}
	if strings.Contains(doc.text, "person0") {
		t.Error("a person is named")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("disk full")

func TestWriteError(t *testing.T) {
	if err := HTML(full{}, small()); !errors.Is(err, errFull) {
		t.Errorf("HTML: %v", err)
	}
	if err := Table(full{}, small(), 80); !errors.Is(err, errFull) {
		t.Errorf("Table: %v", err)
	}
}

// TestCatalogue: no text is missing, none is unused, none lacks a language.
func TestCatalogue(t *testing.T) {
	var source strings.Builder
	for _, dir := range []string{".", "page"} {
		names, err := fs.Glob(os.DirFS(dir), "*.go*")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if n == "words.go" || n == "terms.go" || strings.HasSuffix(n, "_test.go") {
				continue
			}
			b, err := os.ReadFile(dir + "/" + n)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	text := source.String()
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:\b(?:both|zh|en|words|say|head)\b[ (]|catalogue\[)"([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if !strings.HasSuffix(m[1], ".") { // the rest of the key is data: see below
			used[m[1]] = true
		}
	}
	for _, g := range gradeOrder {
		used["grade."+string(g)], used["grade."+string(g)+".is"] = true, true
	}
	for _, k := range []string{detectors.Institution, detectors.PersonKind, detectors.Practitioner} {
		used["kind."+k] = true
	}
	for _, m := range regexp.MustCompile(`"(tile\.\w+)"`).FindAllStringSubmatch(text, -1) {
		used[m[1]], used[m[1]+".is"] = true, true
	}
	for _, m := range regexp.MustCompile(`"(unit\.\w+)"`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	for k := range used {
		if _, err := words(k); err != nil {
			t.Error(err)
		}
	}
	for k, w := range catalogue {
		if !used[k] {
			t.Errorf("nobody uses %q", k)
		}
		if w.ZH == "" || w.EN == "" || strings.Count(w.ZH, "%") != strings.Count(w.EN, "%") {
			t.Errorf("%q lacks a language or a number", k)
		}
	}
	for k, w := range terms {
		if w.ZH == "" || w.EN == "" {
			t.Errorf("term %q lacks a language", k)
		}
	}
}

// TestContrast computes the contrast of every pair of colours text stands in,
// in both themes, as WCAG 2 has it.
func TestContrast(t *testing.T) {
	css, err := files.ReadFile("page/style.css")
	if err != nil {
		t.Fatal(err)
	}
	parts := bytes.SplitN(css, []byte("prefers-color-scheme: dark"), 2)
	for i, part := range parts {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{3,6});`).FindAllSubmatch(part, -1) {
			colours[string(m[1])] = string(m[2])
		}
		for _, pair := range []string{"ink paper", "ink plane", "soft paper", "soft plane", "link paper", "link plane", "red red-plane", "amber amber-plane", "blue blue-plane", "ink amber-plane", "soft amber-plane"} {
			a, b, _ := strings.Cut(pair, " ")
			if c := contrast(t, colours[a], colours[b]); c < 450 {
				t.Errorf("theme %d, %s: contrast %d %%", i, pair, c)
			}
		}
		if c := contrast(t, colours["focus"], colours["paper"]); c < 300 {
			t.Errorf("theme %d: focus %d %%", i, c)
		}
	}
}
