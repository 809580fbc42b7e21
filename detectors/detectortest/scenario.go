package detectortest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Scenario is one story: claims, knowledge and parameters, and the findings
// they should give.
type Scenario struct {
	Name   string // of the file, without .txtar
	ZH, EN string // the story
	Want   string // the section as it stands

	file      string
	archive   *txtar.Archive
	messages  [][]byte
	knowledge fstest.MapFS
	settings  *detectors.Settings
}

// nothing is the want of a scenario without findings.
const nothing = "nothing\n"

// Hits reports whether the scenario wants a finding.
func (s *Scenario) Hits() bool { return s.Want != nothing }

// Tuned reports whether the scenario sets parameters.
func (s *Scenario) Tuned() bool { return len(s.settings.Numbers)+len(s.settings.Lists) > 0 }

// Load reads the scenarios of a detector's folder, by name.
func Load(d *detectors.Detector, folder string) ([]*Scenario, error) {
	files, err := filepath.Glob(filepath.Join(folder, "testdata", "*.txtar"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	out := make([]*Scenario, 0, len(files))
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		s, err := parse(d, strings.TrimSuffix(filepath.Base(f), ".txtar"), data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		s.file = f
		out = append(out, s)
	}
	return out, nil
}

// parse reads one scenario.
func parse(d *detectors.Detector, name string, data []byte) (*Scenario, error) {
	s := &Scenario{Name: name, archive: txtar.Parse(data), knowledge: fstest.MapFS{},
		settings: &detectors.Settings{Numbers: map[*detectors.Param]int64{}, Lists: map[*detectors.Param][]string{}}}
	story := strings.SplitN(string(s.archive.Comment)+"\n\n", "\n", 3)
	if s.ZH, s.EN = strings.TrimSpace(story[0]), strings.TrimSpace(story[1]); s.ZH == "" || s.EN == "" {
		return nil, fmt.Errorf("the first two lines tell the story, in Chinese and in English")
	}
	var t tables
	for _, f := range s.archive.Files {
		if err := s.section(d, &t, f); err != nil {
			return nil, fmt.Errorf("section %s: %w", f.Name, err)
		}
	}
	made, err := t.messages()
	if err != nil {
		return nil, err
	}
	s.messages = append(made, s.messages...)
	if len(s.messages) == 0 {
		return nil, fmt.Errorf("no claims")
	}
	return s, nil
}

func (s *Scenario) section(d *detectors.Detector, t *tables, f txtar.File) (err error) {
	switch {
	case f.Name == "claims.csv":
		t.claims, err = readTable(f.Data)
	case f.Name == "lines.csv":
		t.lines, err = readTable(f.Data)
	case f.Name == "diagnoses.csv":
		t.diagnoses, err = readTable(f.Data)
	case f.Name == "claims.jsonl":
		for line := range bytes.Lines(f.Data) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				s.messages = append(s.messages, line)
			}
		}
	case f.Name == "params":
		err = s.params(d, string(f.Data))
	case f.Name == "want":
		s.Want = string(f.Data)
	case strings.HasPrefix(f.Name, "knowledge/"):
		s.knowledge[strings.TrimPrefix(f.Name, "knowledge/")] = &fstest.MapFile{Data: f.Data}
	default:
		return fmt.Errorf("is none of a scenario's sections")
	}
	return err
}

func (s *Scenario) params(d *detectors.Detector, text string) error {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		at := slices.IndexFunc(d.Params, func(p *detectors.Param) bool { return p.Name == name })
		if at < 0 {
			return fmt.Errorf("%s has no parameter %q", d.ID, name)
		}
		p := d.Params[at]
		if p.List != nil {
			s.settings.Lists[p] = strings.FieldsFunc(value, func(r rune) bool { return r == '|' })
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		if err != nil {
			return err
		}
		if n < p.Min || n > p.Max {
			return fmt.Errorf("%s must lie within %d and %d", name, p.Min, p.Max)
		}
		s.settings.Numbers[p] = n
	}
	return nil
}

// rewrite puts what was found into the want section of the file.
func (s *Scenario) rewrite(found string) error {
	for i := range s.archive.Files {
		if s.archive.Files[i].Name == "want" {
			s.archive.Files[i].Data = []byte(found)
			return os.WriteFile(s.file, txtar.Format(s.archive), 0o644)
		}
	}
	s.archive.Files = append(s.archive.Files, txtar.File{Name: "want", Data: []byte(found)})
	return os.WriteFile(s.file, txtar.Format(s.archive), 0o644)
}

// know loads knowledge files; a bad row is an error, as it is for everybody.
func know(files fs.FS) (*knowledge.Knowledge, error) {
	k, problems, err := knowledge.Load(files)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("knowledge/%s line %d %s: %s", problems[0].File, problems[0].Line, problems[0].Column, problems[0].Sentence)
	}
	return k, nil
}
