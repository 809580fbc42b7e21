package file

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"fundwatch/claim"
)

// csvTable is a table as RFC 4180 text with a header.
type csvTable struct {
	f     *os.File
	which claim.Table
	names []string
	count int
}

func openCSV(f *os.File, which claim.Table) (table, error) {
	t := &csvTable{f: f, which: which}
	err := t.each(func(*csvRow) error { t.count++; return nil })
	if err != nil {
		return nil, err
	}
	return t, checkNames(t.names, which)
}

// checkNames refuses a table that has a column of the contract twice.
func checkNames(names []string, which claim.Table) error {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] && isField(which, n) {
			return fmt.Errorf("列 %q 出现两次 (column twice)", n)
		}
		seen[n] = true
	}
	return nil
}

// isField reports whether the contract has a column of this name.
func isField(which claim.Table, name string) bool {
	if _, err := claim.FieldByName(which, name); err == nil {
		return true
	}
	keys := name == claim.FixmedinsCode.String() || name == claim.SetlID.String()
	return which != claim.Settlements && keys || which == claim.Lines && isTrace(name)
}

func isTrace(name string) bool { return name == "drug_trac_codg" || name == "drug_trac_code" }

// csvRow is a row as it stands in the file.
type csvRow struct {
	at       int        // from 0
	rule     claim.Rule // why it cannot be read
	cells    []string   // none where it is no CSV
	from, to int64      // its bytes, with blank lines before it
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// each reads the table from its beginning, the row is good until the next.
func (t *csvTable) each(yield func(row *csvRow) error) error {
	if _, err := t.f.Seek(0, io.SeekStart); err != nil {
		return plain(err)
	}
	in, base := bufio.NewReaderSize(t.f, 1<<20), int64(0)
	if mark, _ := in.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		in.Discard(len(mark))
		base = int64(len(mark))
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	header, err := r.Read()
	switch {
	case err == io.EOF:
		return errors.New("没有表头 (no header)")
	case err != nil:
		return fmt.Errorf("表头: %w", err)
	}
	t.names = append(t.names[:0], header...)
	for row := (csvRow{to: base + r.InputOffset()}); ; row.at++ {
		cells, err := r.Read()
		row.cells, row.rule = cells, claim.OK
		row.from, row.to = row.to, base+r.InputOffset()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			row.cells, row.rule = nil, claim.RuleCSV
		case err != nil:
			return err
		case len(cells) != len(t.names):
			row.rule = claim.RuleColumns
		}
		if err := yield(&row); err != nil {
			return err
		}
	}
}

func (t *csvTable) rows() int { return t.count }

func (t *csvTable) close() error { return t.f.Close() }

// feed reads rows, not columns, so all columns are one task; and since every
// domain is touched, the tasks of all CSV tables run one after the other.
func (t *csvTable) feed(build *claim.Tables, tr *traces) []task {
	run := func() error {
		cols := make([]*claim.TableColumn, len(t.names))
		codg, code := -1, -1
		for i, n := range t.names {
			cols[i] = build.Column(t.which, n)
			switch {
			case t.which == claim.Lines && n == "drug_trac_codg":
				codg = i
			case t.which == claim.Lines && n == "drug_trac_code":
				code = i
			}
		}
		var buf []byte
		at := func(cells []string, i int) []byte {
			if i < 0 || cells == nil {
				return nil
			}
			buf = append(buf[:0], cells[i]...)
			return buf
		}
		return t.each(func(row *csvRow) error {
			cells := row.cells
			if row.rule != claim.OK {
				build.Broken(t.which, row.at, row.rule)
				cells = nil
			}
			for i, c := range cols {
				switch {
				case c == nil:
				case cells == nil:
					c.Null()
				default:
					c.Text(at(cells, i))
				}
			}
			if codg >= 0 || code >= 0 {
				first := bytes.Clone(at(cells, codg))
				build.Traces(row.at, first, at(cells, code), tr.add)
			}
			return nil
		})
	}
	return []task{{domain: claim.NumDomains, weight: int64(t.count) * int64(len(t.names)), run: run}}
}

func (t *csvTable) pick(rows []int32) ([]string, []rawRow, error) {
	out := make([]rawRow, 0, len(rows))
	err := t.each(func(row *csvRow) error {
		if len(out) == len(rows) || rows[len(out)] != int32(row.at) {
			return nil
		}
		raw := rawRow{cells: slices.Clone(row.cells), rule: row.rule}
		if row.rule == claim.RuleCSV {
			text, err := t.text(row)
			if err != nil {
				return err
			}
			raw.text = text
		}
		out = append(out, raw)
		return nil
	})
	return t.names, out, err
}

// text reads the text of a row, without the blank lines before it and its own
// line feed. Of what is longer than a message may be, the beginning will do.
func (t *csvTable) text(row *csvRow) (string, error) {
	size := row.to - row.from
	if size > claim.MaxMessage {
		size = keptOfTooLong
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(t.f, row.from, size), text); err != nil {
		return "", plain(err)
	}
	for before := 0; before != len(text); {
		before = len(text)
		text = bytes.TrimPrefix(bytes.TrimPrefix(text, []byte("\r\n")), []byte("\n"))
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	return string(text), nil
}
