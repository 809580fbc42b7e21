package file

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"

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
	err := t.each(func(int, []string, claim.Rule) error { t.count++; return nil })
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

// each reads the table from its beginning. A row that cannot be read, or has
// another number of cells than the header, comes without cells and with why.
func (t *csvTable) each(yield func(row int, cells []string, rule claim.Rule) error) error {
	if _, err := t.f.Seek(0, io.SeekStart); err != nil {
		return plain(err)
	}
	in := bufio.NewReaderSize(t.f, 1<<20)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
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
	for row := 0; ; row++ {
		cells, err := r.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			err = yield(row, nil, claim.RuleCSV)
		case err != nil:
			return err
		case len(cells) != len(t.names):
			err = yield(row, nil, claim.RuleColumns)
		default:
			err = yield(row, cells, claim.OK)
		}
		if err != nil {
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
		return t.each(func(row int, cells []string, rule claim.Rule) error {
			if rule != claim.OK {
				build.Broken(t.which, row, rule)
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
				build.Traces(row, first, at(cells, code), tr.add)
			}
			return nil
		})
	}
	return []task{{domain: claim.NumDomains, weight: int64(t.count), run: run}}
}

func (t *csvTable) pick(rows []int32) ([]string, [][]string, error) {
	out := make([][]string, 0, len(rows))
	err := t.each(func(row int, cells []string, _ claim.Rule) error {
		if len(out) < len(rows) && rows[len(out)] == int32(row) {
			out = append(out, append([]string(nil), cells...))
		}
		return nil
	})
	return t.names, out, err
}
