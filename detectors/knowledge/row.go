package knowledge

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fundwatch/claim"
)

// table is what the contract says of a file.
type table struct {
	file    string
	columns []string // in the contract's order
	needed  []string // the code columns: must be there and filled
	read    func(*loader, *row)
}

// place is where a column of the table stands in the file.
type place struct {
	index  int
	needed bool
}

// row reads the cells of one row and notes what is wrong with them.
type row struct {
	l       *loader
	file    string
	at      map[string]place // columns of the table that the file has
	names   []string         // by position; empty for columns that are not the table's
	cells   []string
	line    int
	garbled []int // positions of the cells with invalid UTF-8, already told
}

// readTable reads one file without its byte order mark.
func (l *loader) readTable(t table, data []byte) {
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1 // told as a problem of the row, below
	in.ReuseRecord = true
	r := &row{l: l, file: t.file, line: 1}
	head, err := in.Read()
	switch {
	case errors.Is(err, io.EOF):
		r.problem("", "文件没有表头。")
		return
	case err != nil:
		r.line = startLine(err)
		r.rule("", claim.RuleCSV)
		return
	}
	r.line, _ = in.FieldPos(0)
	r.header(t, head)
	for {
		r.cells, err = in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.line = startLine(err)
			r.rule("", claim.RuleCSV)
			continue
		}
		r.line, _ = in.FieldPos(0)
		if len(r.cells) != len(r.names) {
			r.rule("", claim.RuleColumns)
			continue
		}
		r.findGarbled()
		t.read(l, r)
	}
}

// startLine is the line on which a row that is not CSV begins.
func startLine(err error) int {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return bad.StartLine
	}
	return 1 // a reader over bytes has no other errors
}

// header finds the columns of the table.
func (r *row) header(t table, head []string) {
	r.at = make(map[string]place, len(t.columns))
	r.names = make([]string, len(head))
	for i, name := range head {
		name = strings.TrimSpace(name)
		if !utf8.ValidString(name) {
			r.rule("", claim.RuleUTF8)
			continue
		}
		if !slices.Contains(t.columns, name) {
			continue
		}
		r.names[i] = name
		if _, twice := r.at[name]; twice {
			r.problem(name, "表头中此列重复。")
			continue
		}
		r.at[name] = place{i, slices.Contains(t.needed, name)}
	}
	for _, name := range t.needed {
		if _, ok := r.at[name]; !ok {
			r.problem(name, "表头缺少此列，此列必须有。")
		}
	}
}

func (r *row) findGarbled() {
	r.garbled = r.garbled[:0]
	for i, cell := range r.cells {
		if !utf8.ValidString(cell) {
			r.garbled = append(r.garbled, i)
			r.rule(r.names[i], claim.RuleUTF8)
		}
	}
}

func (r *row) problem(column, sentence string) {
	r.l.problems = append(r.l.problems, Problem{r.file, r.line, column, sentence})
}

func (r *row) rule(column string, rule claim.Rule) { r.problem(column, rule.Sentence()) }

// cell gives the text of a cell as it stands, and whether there is one to read.
func (r *row) cell(column string) (string, bool) {
	at, ok := r.at[column]
	if !ok || slices.Contains(r.garbled, at.index) {
		return "", false
	}
	s := r.cells[at.index]
	if strings.TrimSpace(s) == "" {
		if at.needed {
			r.rule(column, claim.RuleRequired)
		}
		return "", false
	}
	return s, true
}

// text reads any characters, trimmed.
func (r *row) text(column string) string {
	s, _ := r.cell(column)
	return strings.TrimSpace(s)
}

// code reads a code; empty when there is none or it cannot be read.
func (r *row) code(column string) string { return r.codeWithout(column, "|") }

// id reads a code that is part of evidence paths, in which '/' divides.
func (r *row) id(column string) string { return r.codeWithout(column, "|/") }

func (r *row) codeWithout(column, forbidden string) string {
	s, ok := r.cell(column)
	if !ok {
		return ""
	}
	s = strings.TrimSpace(s)
	if hasControl(s) || strings.ContainsAny(s, forbidden) {
		r.rule(column, claim.RuleCharacters)
		return ""
	}
	return s
}

func hasControl(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] == 0x7f {
			return true
		}
	}
	return false
}

// list reads codes divided by '|', blank ones dropped; nil when none is left.
func (r *row) list(column string) []string {
	s, ok := r.cell(column)
	if !ok {
		return nil
	}
	var out []string
	bad := false
	for part := range strings.SplitSeq(s, "|") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case hasControl(part):
			bad = true
		default:
			out = append(out, part)
		}
	}
	if bad {
		r.rule(column, claim.RuleCharacters)
		return nil
	}
	if len(out) == 0 && r.at[column].needed {
		r.rule(column, claim.RuleRequired)
	}
	return out
}

// option reads one of the words of a listed set: its number from 1, or 0.
func (r *row) option(column string, words ...string) int {
	s, ok := r.cell(column)
	if !ok {
		return 0
	}
	i := slices.Index(words, strings.TrimSpace(s))
	if i < 0 {
		r.problem(column, "应为以下之一："+strings.Join(words, "、")+"。")
	}
	return i + 1
}

// flag reads 0 or 1.
func (r *row) flag(column string) bool { return r.option(column, "0", "1") == 2 }

// sex reads gend: 0 when not given, '1' or '2'.
func (r *row) sex() byte {
	return [...]byte{0, '1', '2'}[r.option("gend", "1", "2")]
}

// number reads a number that is not negative, in the unit of its kind.
func (r *row) number(column string, kind claim.Kind) int64 {
	s, ok := r.cell(column)
	if !ok {
		return claim.None64
	}
	v, rule := claim.ParseNumber(kind, []byte(s))
	if rule == claim.OK && v < 0 {
		rule = claim.RuleNegative
	}
	if rule != claim.OK {
		r.rule(column, rule)
		return claim.None64
	}
	return v
}

// level reads a hospital level, 1 to 3.
func (r *row) level(column string) int64 {
	v := r.number(column, claim.KindWhole)
	if v != claim.None64 && (v < 1 || v > 3) {
		r.problem(column, "应为以下之一：1、2、3。")
		return claim.None64
	}
	return v
}

// day reads a day; open stands for an empty cell.
func (r *row) day(column string, open int64) int64 {
	s, ok := r.cell(column)
	if !ok {
		return open
	}
	day, rule := claim.ParseDay([]byte(s))
	if rule != claim.OK {
		r.rule(column, rule)
		return open
	}
	return day
}

// period reads two days; empty ones are open ends.
func (r *row) period(fromColumn, toColumn string) (from, to int64) {
	from, to = r.day(fromColumn, math.MinInt64), r.day(toColumn, math.MaxInt64)
	if from > to {
		r.problem(fromColumn, "起始日期晚于终止日期（"+toColumn+"）。")
	}
	return from, to
}

// month reads a month, and whether it could.
func (r *row) month(column string) (int64, bool) {
	s, ok := r.cell(column)
	if !ok {
		return 0, false
	}
	month, rule := claim.ParseMonth([]byte(strings.TrimSpace(s)))
	if rule != claim.OK {
		r.problem(column, "应为月份，写作 2026-03。")
		return 0, false
	}
	return month, true
}

// degrees reads a decimal number of degrees within ±limit, and whether it
// could.
func (r *row) degrees(column string, limit int) (float64, bool) {
	s, ok := r.cell(column)
	if !ok {
		return 0, false
	}
	v, rule := parseDegrees(s)
	switch {
	case rule != claim.OK:
		r.rule(column, rule)
		return 0, false
	case beyond(s, v, float64(limit)):
		n := strconv.Itoa(limit)
		r.problem(column, "应在 -"+n+" 到 "+n+" 之间。")
		return 0, false
	}
	return v, true
}

// parseDegrees reads -?digits[.digits], with any number of digits.
func parseDegrees(s string) (float64, claim.Rule) {
	whole, decimals, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !isDigits(whole) || (point && !isDigits(decimals)) {
		return 0, claim.RuleNumber
	}
	// The only error left is one of range, and then v is infinite.
	v, _ := strconv.ParseFloat(s, 64)
	if v == 0 {
		v = 0 // -0 is 0
	}
	return v, claim.OK
}

// beyond reports whether the number written as s lies outside ±limit, also
// where only its rounding v lies on it: 180.00000000000000000001.
func beyond(s string, v, limit float64) bool {
	if math.Abs(v) != limit {
		return math.Abs(v) > limit
	}
	whole, decimals, _ := strings.Cut(strings.TrimLeft(s, "-0"), ".")
	return whole == strconv.Itoa(int(limit)) && strings.Trim(decimals, "0") != ""
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}
