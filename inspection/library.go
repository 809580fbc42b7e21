package inspection

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
)

// Kind is which library.
type Kind string

// The libraries.
const (
	Objects    Kind = "objects"    // 检查对象名录库
	Inspectors Kind = "inspectors" // 执法检查人员名录库
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{Objects, Inspectors} }

// Read reads a library and tells everything that is wrong with it.
func (k Kind) Read(text []byte) (*draw.Table, draw.Problems) {
	from := draw.Source{Name: string(k) + ".csv", Text: text}
	if k == Inspectors {
		return draw.ReadInspectors(from)
	}
	return draw.ReadObjects(from)
}

// Columns are those that a library of the kind must have.
func (k Kind) Columns() []string {
	if k == Inspectors {
		return draw.InspectorColumns
	}
	return draw.ObjectColumns
}

// Shelf is what there is of a kind of library.
type Shelf struct {
	Kind    Kind
	Version int64  // grows whenever another library comes into force
	Current string // id of the one in force, or empty
	Draft   string // id of one that was imported and waits, or empty
}

// Library is one that was imported. It never changes.
type Library struct {
	Kind Kind
	ID   string
	Rows int64
	At   string // when, and by whom, it was imported
	Who  string
	Text []byte // CSV, as it was imported
}

// Shelf tells what there is of a kind.
func (s *Store) Shelf(ctx context.Context, kind Kind) (Shelf, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("library:"+string(kind))).Result()
	if err != nil {
		return Shelf{}, fmt.Errorf("library of %s: %w", kind, err)
	}
	r := reading{fields: h}
	return Shelf{Kind: kind, Version: r.number("version"), Current: h["current"], Draft: h["draft"]}, r.err
}

// Library gives a library, or [ErrMissing].
func (s *Store) Library(ctx context.Context, kind Kind, id string) (Library, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("library:"+string(kind)+":"+id)).Result()
	if err == nil && h["parts"] == "" {
		err = ErrMissing
	}
	if err != nil {
		return Library{}, fmt.Errorf("library of %s: %w", kind, err)
	}
	r := reading{fields: h}
	l := Library{Kind: kind, ID: id, Rows: r.number("rows"), At: h["at"], Who: h["who"]}
	for n := range r.number("parts") {
		l.Text = append(l.Text, h["p"+decimal(n+1)]...)
	}
	return l, r.err
}

// partBytes is how much of a library goes into one line of the journal.
const partBytes = 256 << 10

// Import keeps a library as a draft and gives its id; it comes into force with
// [Store.Use]. Its error is [draw.Problems] where the library is not right;
// then nothing was kept. Broken off half way, it is done again from the start.
func (s *Store) Import(ctx context.Context, kind Kind, text []byte, by Act) (string, error) {
	table, problems := kind.Read(text)
	if len(problems) > 0 {
		return "", problems
	}
	id := "B" + short(s.journal.Region(), string(kind), string(text))
	parts := cut(strings.TrimPrefix(string(text), "\ufeff"))
	for n, part := range parts {
		step := by
		step.ID = fmt.Sprintf("%s/%d", by.ID, n+1)
		op := journal.Op{"op": "librarypart", "kind": string(kind), "id": id, "part": decimal(int64(n + 1)), "text": part}
		if err := s.act(ctx, "library.part", "library:"+string(kind), int64(n), step, op); err != nil {
			return "", err
		}
	}
	op := journal.Op{"op": "librarydraft", "kind": string(kind), "id": id, "parts": decimal(int64(len(parts))), "rows": decimal(int64(len(table.Rows)))}
	return id, s.act(ctx, "library.draft", "library:"+string(kind), 0, by, op)
}

// cut makes parts of whole characters, at least one.
func cut(text string) (parts []string) {
	for len(text) > partBytes {
		at := partBytes
		for !utf8.RuneStart(text[at]) {
			at--
		}
		parts, text = append(parts, text[:at]), text[at:]
	}
	return append(parts, text)
}

// Use puts the draft into force. Campaigns keep the library they were planned
// with.
func (s *Store) Use(ctx context.Context, kind Kind, id string, version int64, by Act) error {
	op := journal.Op{"op": "libraryuse", "kind": string(kind), "id": id, "version": decimal(version)}
	return s.act(ctx, "library.use", "library:"+string(kind), version, by, op)
}

// Change is what a new library would do to the one in force.
type Change struct {
	Added, Removed, Changed []string // ids, in the order of their library
	Same                    int
}

// Compare tells what differs between two libraries, by id.
func Compare(old, new *draw.Table) (c Change) {
	before := map[string]draw.Row{}
	if old != nil {
		for _, row := range old.Rows {
			before[row["id"]] = row
		}
	}
	there := map[string]bool{}
	for _, row := range new.Rows {
		id := row["id"]
		there[id] = true
		was, known := before[id]
		switch {
		case !known:
			c.Added = append(c.Added, id)
		case maps.Equal(was, row):
			c.Same++
		default:
			c.Changed = append(c.Changed, id)
		}
	}
	if old != nil {
		for _, row := range old.Rows {
			if !there[row["id"]] {
				c.Removed = append(c.Removed, row["id"])
			}
		}
	}
	return c
}
