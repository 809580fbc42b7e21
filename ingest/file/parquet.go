package file

import (
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"fundwatch/claim"
	"fundwatch/claim/parquet"
)

// parquetTable is a table in Parquet.
type parquetTable struct {
	from  io.Closer
	pq    *parquet.File
	which claim.Table
	cols  map[string]int // columns of the contract
}

func openParquet(f *os.File, which claim.Table) (table, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, plain(err)
	}
	return parquetOf(f, f, info.Size(), which)
}

// parquetOf opens a table of the given size; closing the table closes from.
func parquetOf(from io.Closer, r io.ReaderAt, size int64, which claim.Table) (table, error) {
	pq, err := parquet.Open(r, size)
	if err != nil {
		return nil, err
	}
	if pq.NumRows() > math.MaxInt32-1 {
		return nil, fmt.Errorf("超过 %d 行 (too many rows)", math.MaxInt32-1)
	}
	t := &parquetTable{from: from, pq: pq, which: which, cols: map[string]int{}}
	names := make([]string, 0, len(pq.Columns()))
	for i, c := range pq.Columns() {
		names = append(names, c.Name)
		if !isField(which, c.Name) {
			continue
		}
		if err := checkType(which, c); err != nil {
			return nil, err
		}
		t.cols[c.Name] = i
	}
	return t, checkNames(names, which)
}

// allNull is a column that holds nothing but nulls: absent throughout.
func allNull(c parquet.Column) bool { return c.Kind == parquet.Other && c.Describe == "UNKNOWN" }

// checkType refuses a column that is neither text nor of its own kind.
func checkType(which claim.Table, c parquet.Column) error {
	if c.Kind == parquet.Text || allNull(c) {
		return nil
	}
	kind := claim.KindCode
	if f, err := claim.FieldByName(which, c.Name); err == nil {
		kind = f.Spec().Kind
	}
	ok := false
	switch kind {
	case claim.KindMoney, claim.KindQuantity, claim.KindPrice, claim.KindWhole:
		ok = c.Kind == parquet.Decimal || c.Kind == parquet.Integer
	case claim.KindTime:
		ok = c.Kind == parquet.Timestamp
	case claim.KindDay:
		ok = c.Kind == parquet.Date
	}
	if !ok {
		return fmt.Errorf("列 %q 的类型 %s 不能用，应为文本或该项自己的类型 (column type not allowed)", c.Name, c.Describe)
	}
	return nil
}

func (t *parquetTable) rows() int    { return int(t.pq.NumRows()) }
func (t *parquetTable) close() error { return t.from.Close() }

func (t *parquetTable) feed(build *claim.Tables, tr *traces) []task {
	var out []task
	for i, col := range t.pq.Columns() {
		c := build.Column(t.which, col.Name)
		if at, known := t.cols[col.Name]; c == nil || !known || at != i || allNull(col) {
			continue
		}
		out = append(out, task{domain: c.Field().Spec().Domain, weight: t.effort(c.Field()), run: func() error { return t.column(i, c) }})
	}
	if t.which == claim.Lines {
		out = append(out, task{weight: 6 * t.pq.NumRows(), run: func() error { return t.traces(build, tr) }})
	}
	return out
}

// effort says roughly what a column costs: identifiers of which every row has
// its own are looked up one by one, all else is mostly copied.
func (t *parquetTable) effort(f claim.Field) int64 {
	switch {
	case t.which != claim.Settlements && f == claim.SetlID:
		return 3 * t.pq.NumRows()
	case f == claim.SetlID, f == claim.MdtrtID, f == claim.PsnNo, f == claim.BillNo:
		return 20 * t.pq.NumRows()
	}
	return t.pq.NumRows()
}

// column feeds one column.
func (t *parquetTable) column(i int, c *claim.TableColumn) error {
	feed := newFeeder(c, t.pq.Columns()[i])
	feed.runs = t.which != claim.Settlements && (c.Field() == claim.SetlID || c.Field() == claim.FixmedinsCode)
	return t.pq.Read(i, feed.page)
}

// feeder turns pages into values of a column.
type feeder struct {
	c    *claim.TableColumn
	from parquet.Column
	dict *parquet.Texts
	read *claim.FileDict // dict, read
	runs bool            // the texts of neighbours are often the same
	// scale turns decimals and integers into the unit of the field's kind.
	scale int64
	most  int64 // the largest number that needs no second look
}

func newFeeder(c *claim.TableColumn, from parquet.Column) *feeder {
	f := &feeder{c: c, from: from}
	kind := c.Field().Spec().Kind
	if d := kind.Scale() - from.Scale; d >= 0 && (from.Kind == parquet.Decimal || from.Kind == parquet.Integer) {
		f.scale = pow10(d)
		f.most = pow10(kind.Digits()+from.Scale) - 1
	}
	return f
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

func (f *feeder) page(p *parquet.Page) error {
	switch {
	case p.Dict != nil:
		f.dictionary(p)
	case p.Text != nil:
		f.texts(p)
	default:
		f.numbers(p)
	}
	return nil
}

// dictionary reads each text of the file's dictionary once.
func (f *feeder) dictionary(p *parquet.Page) {
	if !f.c.Field().Coded() {
		for _, i := range p.Index {
			if i < 0 {
				f.c.Null()
			} else {
				f.c.Text(p.Dict.At(int(i)))
			}
		}
		return
	}
	if f.dict != p.Dict {
		f.dict = p.Dict
		f.read = f.c.Read(p.Dict.Len(), p.Dict.At)
	}
	f.c.Codes(p.Index, f.read, p.Dict.At)
}

// texts reads texts as they come.
func (f *feeder) texts(p *parquet.Page) {
	run := claim.TextRun(*p.Text)
	switch {
	case f.c.Field().Coded() && f.runs:
		f.c.TextsNear(run)
	case f.c.Field().Coded():
		f.c.Texts(run)
	default:
		for i := range p.Rows {
			f.c.Text(run.At(i))
		}
	}
}

func (f *feeder) numbers(p *parquet.Page) {
	if f.from.Kind == parquet.Timestamp {
		f.times(p)
		return
	}
	if f.from.Kind == parquet.Date && p.Null == nil && f.c.Times(p.Ints, 1, firstDay, lastDay) {
		return
	}
	if f.scale > 0 && f.c.Numbers(p.Ints, p.Null, f.scale, f.most) {
		return
	}
	for i, v := range p.Ints {
		switch {
		case p.Null != nil && p.Null[i]:
			f.c.Null()
		case f.scale > 0 && v <= f.most && (v >= 0 || v >= -f.most && f.c.Field().Spec().Kind != claim.KindWhole):
			f.c.Number(v * f.scale)
		default:
			f.slow(v)
		}
	}
}

func (f *feeder) times(p *parquet.Page) {
	per := int64(time.Second / f.from.Unit)
	first, last := int64(math.MinInt64), int64(math.MaxInt64)
	if per <= 1e6 { // nanoseconds reach no further than the years 1677 to 2262
		first, last = firstDay*86400*per, (lastDay+1)*86400*per-1
	}
	if p.Null == nil && f.c.Times(p.Ints, per, first, last) {
		return
	}
	for i, v := range p.Ints {
		seconds := v / per
		switch {
		case p.Null != nil && p.Null[i]:
			f.c.Null()
		case seconds*per == v && seconds >= firstDay*86400 && seconds < (lastDay+1)*86400:
			f.c.Number(seconds)
		default:
			f.c.Bad(claim.RuleTime)
		}
	}
}

// slow reads a value that is not simply a number in the field's unit.
func (f *feeder) slow(v int64) {
	text, ok := show(f.from, v)
	if !ok {
		rule := claim.RuleTime
		if f.from.Kind == parquet.Date {
			rule = claim.RuleDay
		}
		f.c.Bad(rule)
		return
	}
	f.c.Text([]byte(text))
}

// First and last instants that can be written with four digits of a year.
const (
	firstDay = -719162 // 0001-01-01
	lastDay  = 2932896 // 9999-12-31
)

// show writes a number of a typed column as CSV would have it; false when no
// text of the contract says it.
func show(c parquet.Column, v int64) (string, bool) {
	switch c.Kind {
	case parquet.Timestamp:
		per := int64(time.Second / c.Unit)
		seconds := v / per
		if v%per != 0 || seconds < firstDay*86400 || seconds >= (lastDay+1)*86400 {
			return "", false
		}
		return claim.FormatTime(seconds), true
	case parquet.Date:
		if v < firstDay || v > lastDay {
			return "", false
		}
		return claim.FormatDay(v), true
	}
	return string(claim.AppendNumber(nil, v, c.Scale, false)), true
}

// traces feeds the trace codes: the first name wins where both are given.
func (t *parquetTable) traces(build *claim.Tables, tr *traces) error {
	bad := tr.add // bound once, not once a row
	codg, hasCodg := t.cols["drug_trac_codg"]
	code, hasCode := t.cols["drug_trac_code"]
	switch {
	case hasCodg && hasCode:
		var other []string
		if err := t.texts(code, func(_ int, text []byte) { other = append(other, string(text)) }); err != nil {
			return err
		}
		return t.texts(codg, func(row int, text []byte) {
			var second []byte
			if row < len(other) {
				second = []byte(other[row])
			}
			build.Traces(row, text, second, bad)
		})
	case hasCode:
		codg = code
	case !hasCodg:
		return nil
	}
	row, from := 0, t.pq.Columns()[codg]
	if allNull(from) {
		return nil
	}
	return t.pq.Read(codg, func(p *parquet.Page) error {
		if p.Text != nil {
			build.TraceRun(row, claim.TextRun(*p.Text), bad)
		} else {
			for i := range p.Rows {
				build.Traces(row+i, textAt(from, p, i), nil, bad)
			}
		}
		row += p.Rows
		return nil
	})
}

// texts yields every value of a text column, empty for null.
func (t *parquetTable) texts(col int, yield func(row int, text []byte)) error {
	row, from := 0, t.pq.Columns()[col]
	if allNull(from) {
		for ; row < t.rows(); row++ {
			yield(row, nil)
		}
		return nil
	}
	return t.pq.Read(col, func(p *parquet.Page) error {
		for i := range p.Rows {
			yield(row, textAt(from, p, i))
			row++
		}
		return nil
	})
}

// textAt is a value as CSV would have it.
func textAt(c parquet.Column, p *parquet.Page, i int) []byte {
	switch {
	case p.Dict != nil:
		if p.Index[i] < 0 {
			return nil
		}
		return p.Dict.At(int(p.Index[i]))
	case p.Null != nil && p.Null[i]:
		return nil
	case p.Text != nil:
		return p.Text.At(i)
	case p.Ints != nil:
		if text, ok := show(c, p.Ints[i]); ok {
			return []byte(text)
		}
		return fmt.Appendf(nil, "%d×%s", p.Ints[i], c.Describe)
	}
	return nil
}

func (t *parquetTable) pick(rows []int32) ([]string, []rawRow, error) {
	out := make([]rawRow, len(rows))
	var names []string
	for i, c := range t.pq.Columns() {
		at, known := t.cols[c.Name]
		if !known || at != i {
			continue
		}
		names = append(names, c.Name)
		next := 0
		err := t.texts(i, func(row int, text []byte) {
			if next < len(rows) && rows[next] == int32(row) {
				out[next].cells = append(out[next].cells, string(text))
				next++
			}
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return names, out, nil
}
