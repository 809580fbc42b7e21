package draw

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Row is an object or an inspector: every column by its name, as written.
type Row map[string]string

// Columns that a table must have; it may have any others.
var (
	ObjectColumns    = []string{"id", "name", "kind", "admdvs", "credit"}
	InspectorColumns = []string{"id", "name", "licence_no", "licence_until", "unit", "skills", "recuse"}
)

// Table is a list of objects or of inspectors (检查对象名录库, 执法检查人员名录库).
type Table struct {
	Name    string   // of the file, for problems
	Columns []string // in their order
	Rows    []Row    // in their order
	lines   []int    // of each row in the file, from 1
	broken  bool     // could not be read as a whole
}

// ReadObjects reads a library of objects and tells everything that is wrong with
// it.
func ReadObjects(from Source) (*Table, Problems) {
	t, ps := readTable(from.Name, from.Text)
	return t, append(ps, t.check(ObjectColumns)...)
}

// ReadInspectors reads a library of inspectors as ReadObjects does.
func ReadInspectors(from Source) (*Table, Problems) {
	t, ps := readTable(from.Name, from.Text)
	ps = append(ps, t.check(InspectorColumns)...)
	return t, append(ps, t.checkLicences()...)
}

// where names a row.
func (t *Table) where(i int) string {
	if i < len(t.lines) {
		return fmt.Sprintf("%s:%d", t.Name, t.lines[i])
	}
	return fmt.Sprintf("%s[%d]", t.Name, i)
}

// readTable reads RFC 4180 text with a header; a byte order mark at its
// beginning is skipped. Cells stay as they are written.
func readTable(name string, text []byte) (t *Table, ps Problems) {
	t = &Table{Name: name}
	defer func() { t.broken = len(ps) > 0 }()
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return t, Problems{{name, "不是 UTF-8，请另存为 UTF-8 (not UTF-8)"}}
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = -1
	for {
		cells, err := in.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			if t.Columns == nil {
				ps = append(ps, Problem{name, "没有表头 (no header)"})
			}
			return t, ps
		case errors.As(err, &bad):
			return t, append(ps, Problem{fmt.Sprintf("%s:%d", name, bad.StartLine), "不是 CSV (not CSV): " + bad.Err.Error()})
		case err != nil:
			return t, append(ps, Problem{name, err.Error()})
		}
		line, _ := in.FieldPos(0)
		switch {
		case t.Columns == nil:
			t.Columns = cells
			if ps = append(ps, columnProblems(fmt.Sprintf("%s:%d", name, line), cells)...); len(ps) > 0 {
				return t, ps
			}
		case len(cells) != len(t.Columns):
			ps = append(ps, Problem{fmt.Sprintf("%s:%d", name, line), fmt.Sprintf("有 %d 列，表头有 %d 列 (not as many columns as the header)", len(cells), len(t.Columns))})
		default:
			row := Row{}
			for i, c := range t.Columns {
				row[c] = cells[i]
			}
			t.Rows, t.lines = append(t.Rows, row), append(t.lines, line)
		}
	}
}

func columnProblems(where string, columns []string) (ps Problems) {
	for i, c := range columns {
		switch {
		case c == "":
			ps = append(ps, Problem{where, fmt.Sprintf("第 %d 列没有名称 (column without a name)", i+1)})
		case slices.Contains(columns[:i], c):
			ps = append(ps, Problem{where, fmt.Sprintf("列 %q 出现两次 (column twice)", c)})
		}
	}
	return ps
}

// check says what is wrong with a table that must have these columns.
func (t *Table) check(columns []string) (ps Problems) {
	for _, c := range columns {
		if t.Columns != nil && !slices.Contains(t.Columns, c) {
			ps = append(ps, Problem{t.Name, fmt.Sprintf("缺少列 %q (missing column)", c)})
		}
	}
	if ps != nil || t.Columns == nil {
		t.broken = true
		return ps
	}
	first := map[string]int{}
	for i, row := range t.Rows {
		id := row["id"]
		if sentence := idProblem(id); sentence != "" {
			ps = append(ps, Problem{t.where(i), sentence})
			continue
		}
		if at, twice := first[id]; twice {
			ps = append(ps, Problem{t.where(i), fmt.Sprintf("id %q 与 %s 重复 (id twice)", id, t.where(at))})
			continue
		}
		first[id] = i
	}
	return ps
}

// checkLicences says which licences of inspectors end on no day.
func (t *Table) checkLicences() (ps Problems) {
	for i, row := range t.Rows {
		if until := strings.TrimSpace(row["licence_until"]); until != "" && !isDay(until) {
			ps = append(ps, Problem{t.where(i), fmt.Sprintf("licence_until %q 不是日期，应写作 2026-12-01 (not a day)", until)})
		}
	}
	return ps
}

// idProblem says why something cannot be an id: it is written in lists that
// blanks and bars take apart.
func idProblem(id string) string {
	bar := func(r rune) bool { return r == '|' || r < 0x20 || r == 0x7f }
	switch {
	case strings.TrimSpace(id) == "":
		return "id 为空 (id is empty)"
	case strings.TrimSpace(id) != id:
		return fmt.Sprintf("id %q 前后有空白 (blank around an id)", id)
	case strings.ContainsFunc(id, bar):
		return fmt.Sprintf("id %q 含有 | 或控制字符 (bar or control character in an id)", id)
	}
	return ""
}

// tree is the table as JSON values.
func (t *Table) tree() []any {
	out := make([]any, len(t.Rows))
	for i, row := range t.Rows {
		members := map[string]any{}
		for name, cell := range row {
			members[name] = cell
		}
		out[i] = members
	}
	return out
}
