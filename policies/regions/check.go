package regions

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Fault is something wrong in a file of a profile.
type Fault struct {
	File     string `json:"file"`     // as its folder names it
	At       string `json:"at"`       // members from the outside in, between strokes
	Sentence string `json:"sentence"` // what is wrong
}

// Check looks at the files themselves, whatever their members mean: an object
// with a number in it must name its clause, and a clause one of the texts in
// national/texts.json. The faults are sorted; the error is of reading.
func Check(fsys fs.FS) ([]Fault, error) {
	texts, err := Texts(fsys)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "*/*.json")
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	var out []Fault
	for _, file := range files {
		if path.Base(file) == "texts.json" {
			continue
		}
		raw, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("regions: %w", err)
		}
		v, err := decode(raw)
		if err != nil {
			out = append(out, Fault{file, "", err.Error()})
			continue
		}
		c := checker{file: file, texts: texts}
		c.look("", v)
		out = append(out, c.found...)
	}
	slices.SortFunc(out, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.At, b.At)) })
	return out, nil
}

func decode(raw []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

// checker walks through one file.
type checker struct {
	file  string
	texts map[string]string
	found []Fault
}

func (c *checker) look(at string, v any) {
	switch x := v.(type) {
	case map[string]any:
		clause, has := x["clause"]
		if !has && slices.ContainsFunc(slices.Collect(maps.Values(x)), numeric) {
			c.say(at, "有数值而没有条款 a number without the clause that sets it")
		}
		if text, _ := clause.(string); has && !c.known(text) {
			c.say(at, "条款没有指明 national/texts.json 中的文件 the clause names no text of national/texts.json")
		}
		for name, member := range x {
			c.look(at+"/"+name, member)
		}
	case []any:
		if slices.ContainsFunc(x, numeric) {
			c.say(at, "有数值而没有条款 a number without the clause that sets it")
		}
		for _, member := range x {
			c.look(at, member)
		}
	}
}

func (c *checker) say(at, sentence string) { c.found = append(c.found, Fault{c.file, at, sentence}) }

// known reports whether every part of a clause names a text.
func (c *checker) known(clause string) bool {
	for part := range strings.SplitSeq(clause, "；") {
		if TextOf(c.texts, part) == "" {
			return false
		}
	}
	return true
}

func numeric(v any) bool {
	_, ok := v.(json.Number)
	return ok
}

// Texts gives the full names of the laws and regulations that clauses name, by
// the short name a clause begins with.
func Texts(fsys fs.FS) (map[string]string, error) {
	raw, err := fs.ReadFile(fsys, national+"/texts.json")
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	var out map[string]string
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("regions: texts.json: %w", err)
	}
	for short, full := range out {
		if short == "" || full == "" {
			return nil, errors.New("regions: texts.json: a text needs its short and its full name")
		}
	}
	return out, nil
}

// TextOf gives the short name of the text that a clause begins with, the
// longest that fits, and the empty text where there is none.
func TextOf(texts map[string]string, clause string) string {
	best := ""
	for short := range texts {
		if strings.HasPrefix(clause, short) && len(short) > len(best) {
			best = short
		}
	}
	return best
}
