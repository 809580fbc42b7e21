package knowledge

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file. It never holds a value of
// the file: values may be personal data.
type Problem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`     // physical line on which the row begins; the header's is 1
	Column   string `json:"column"`   // a column of the table; empty for the row or the file as a whole
	Sentence string `json:"sentence"` // what the rule asks for, in Chinese
}

// Load reads the tables of a knowledge folder (知识库, see docs/formats.md).
//
// The problems are all bad rows of all files, ordered by file, line, column
// (bytewise) and sentence; when there are any, the Knowledge is nil. The error
// is for what cannot be read at all: the folder is not there, or a file of it
// cannot be opened. A file that does not exist is no error.
func Load(fsys fs.FS) (*Knowledge, []Problem, error) {
	// A misspelt folder would otherwise look like one without files, and a
	// whole scan would run silently with nothing to check against.
	if info, err := fs.Stat(fsys, "."); err != nil {
		return nil, nil, fmt.Errorf("知识库 knowledge: %w", err)
	} else if !info.IsDir() {
		return nil, nil, errors.New("知识库不是文件夹 (knowledge: not a folder)")
	}
	l := newLoader()
	sum := sha256.New()
	for _, t := range tables() {
		data, err := fs.ReadFile(fsys, t.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("知识库 knowledge: %s: %w", t.file, err)
		}
		// What is hashed is what is read, even if the file changes meanwhile.
		fmt.Fprintf(sum, "%s\n%d\n", t.file, len(data))
		sum.Write(data)
		l.readTable(t, bytes.TrimPrefix(data, []byte("\ufeff")))
	}
	if len(l.problems) > 0 {
		slices.SortFunc(l.problems, compareProblems)
		return nil, l.problems, nil
	}
	l.k.Hash = hashText(sum)
	l.k.finish(l.items)
	return l.k, nil, nil
}

// loader gathers what the rows say.
type loader struct {
	k        *Knowledge
	items    []Item
	people   []Person // the free rest of a block, see newPerson
	pairs    map[pairKey]int
	stock    map[stockKey]int
	problems []Problem
}

func newLoader() *loader {
	return &loader{k: Empty(), pairs: map[pairKey]int{}, stock: map[stockKey]int{}}
}

// newPerson takes a person from a block: a country's registry has more rows
// than single allocations are good for.
func (l *loader) newPerson(p Person) *Person {
	const block = 1024
	if len(l.people) == 0 {
		l.people = make([]Person, block)
	}
	out := &l.people[0]
	l.people = l.people[1:]
	*out = p
	return out
}

func hashText(sum hash.Hash) string { return "sha256:" + hex.EncodeToString(sum.Sum(nil)) }

func compareProblems(a, b Problem) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		strings.Compare(a.Column, b.Column),
		strings.Compare(a.Sentence, b.Sentence),
	)
}

// sortItems orders by code, then as Versions promises.
func sortItems(items []Item) {
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(
			strings.Compare(a.Code, b.Code),
			cmp.Compare(a.From, b.From),
			cmp.Compare(a.Row, b.Row),
		)
	})
}

func sortedKeys(keys iter.Seq[string], n int) []string {
	out := slices.AppendSeq(make([]string, 0, n), keys)
	slices.Sort(out)
	return out
}
