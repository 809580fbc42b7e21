package claim

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Tables builds a Batch from the three tables of a claim, column by column:
// every column of the contract is fed all its rows, then Finish joins lines
// and diagnoses to their settlements and makes the checks between fields.
//
// Columns of different domains may be fed by different goroutines, unless
// fingerprints were asked for.
type Tables struct {
	Batch *Batch
	seed  Seed
	rows  [numTables]int
	cols  [numTables]map[string]*TableColumn
	// broken are rows that could not be read at all (CSV only).
	broken [numTables]map[int32]Rule
	hash   [numTables][]uint64 // of the content so far, by row; nil without fingerprints
}

// TableColumn takes the values of one column in the order of rows.
type TableColumn struct {
	t     *Tables
	field Field
	keep  bool
	key   bool // fixmedins_code or setl_id of any table: part of the identity
	col   column
	row   int32
	last  int32 // the code of the last text, for TextsNear
	bad   []badCell
	odd   map[int32]string // rows whose key is no code, by its text
	own   bool             // the field's own column, not a key that names the settlement of a line
}

type badCell struct {
	row  int32
	rule Rule
}

// NewTables makes a builder for tables of the given numbers of rows.
func NewTables(alloc memory.Allocator, dicts *Dicts, seed Seed, keep FieldSet, rows [3]int, fingerprint bool) *Tables {
	t := &Tables{Batch: NewBatch(alloc, dicts, keep), seed: seed, rows: rows}
	for tab := range numTables {
		t.cols[tab], t.broken[tab] = map[string]*TableColumn{}, map[int32]Rule{}
		if fingerprint {
			t.hash[tab] = make([]uint64, rows[tab])
		}
		for _, f := range tab.Fields() {
			c := &TableColumn{t: t, field: f, keep: t.Batch.Keep.Has(f), own: true, last: NoCode, col: t.Batch.cols[f]}
			c.key = f == SetlID || f == FixmedinsCode
			c.col.expect(rows[tab])
			t.cols[tab][f.String()] = c
		}
		if tab != Settlements {
			for _, f := range []Field{FixmedinsCode, SetlID} {
				c := &TableColumn{t: t, field: f, keep: true, key: true, last: NoCode, col: newWide(alloc, f)}
				if f == FixmedinsCode {
					c.col = column{pack: newPacked(alloc, int64(NoCode))}
				}
				c.col.expect(rows[tab])
				t.cols[tab][f.String()] = c
			}
		}
	}
	t.Batch.traces.expect(rows[Lines])
	for _, d := range []Domain{DomainSettlement, DomainVisit, DomainBill} {
		dicts[d].want = rows[Settlements] // about one each
	}
	dicts[DomainPerson].want = rows[Settlements] / 2
	return t
}

// Column gives the column of a name in a table, nil when the contract has no
// such column. Trace codes are no column of one value: see Traces.
func (t *Tables) Column(tab Table, name string) *TableColumn { return t.cols[tab][name] }

// Field is the field the column holds.
func (c *TableColumn) Field() Field { return c.field }

// Text takes one value as text.
func (c *TableColumn) Text(b []byte) {
	if !c.field.Coded() {
		v, rule := c.field.Value(b)
		c.number(v, rule)
		return
	}
	code, rule := c.Code(b)
	c.push(code, rule, b)
}

// Code reads a text of a coded column: its code in the dictionary, NoCode when
// blank, or why it is none. For dictionaries of a file, whose texts are read
// once and then pushed by code.
func (c *TableColumn) Code(b []byte) (int32, Rule) {
	b = TrimSpace(b)
	return c.codeHashed(b, c.t.seed.hash(b))
}

// codeHashed is Code of a trimmed text whose hash is known.
func (c *TableColumn) codeHashed(b []byte, h uint64) (int32, Rule) {
	if len(b) == 0 {
		return NoCode, OK
	}
	if !c.keep { // to be checked, not to be kept
		return 0, c.check(b)
	}
	dict := c.t.Batch.Dicts.Of(c.field)
	code, slot := dict.find(b, h)
	if code != NoCode {
		return code, specs[c.field].Check.code(b)
	}
	if rule := c.check(b); rule != OK {
		return NoCode, rule
	}
	return dict.add(b, h, slot), OK
}

func (c *TableColumn) check(b []byte) Rule {
	if specs[c.field].Check == CheckNone && plainCode(b) {
		return OK
	}
	if !validUTF8(b) {
		return RuleUTF8
	}
	_, rule := c.field.CodeText(b)
	return rule
}

func (c *TableColumn) push(code int32, rule Rule, text []byte) {
	switch {
	case rule != OK:
		c.bad = append(c.bad, badCell{c.row, rule})
		if c.key {
			if c.odd == nil {
				c.odd = map[int32]string{}
			}
			c.odd[c.row] = string(TrimSpace(text))
		}
		code = NoCode
	case code == NoCode && specs[c.field].Required && c.own:
		c.bad = append(c.bad, badCell{c.row, RuleRequired})
	case code != NoCode:
		if c.sums() != nil {
			c.content(c.t.seed.hash(TrimSpace(text)) + uint64(c.field+1)*lineSalt)
		}
	}
	if c.keep {
		c.col.push(int64(code))
	}
	c.row++
}

// sums are the contents of the column's table by row, nil when nobody asked.
func (c *TableColumn) sums() []uint64 {
	if !c.own {
		return nil
	}
	return c.t.hash[specs[c.field].Table]
}

// content adds a value's hash to the content of its row.
func (c *TableColumn) content(h uint64) { c.sums()[c.row] += c.t.seed.mix(h) }

// Number takes one number, time or day, in the unit of the field's kind.
func (c *TableColumn) Number(v int64) { c.number(v, specs[c.field].Check.number(v)) }

// Bad takes one value that cannot be read.
func (c *TableColumn) Bad(rule Rule) {
	if c.field.Coded() {
		c.push(NoCode, rule, nil)
		return
	}
	c.number(None64, rule)
}

// Null takes one absent value.
func (c *TableColumn) Null() {
	if c.field.Coded() {
		c.push(NoCode, OK, nil)
		return
	}
	c.number(None64, OK)
}

func (c *TableColumn) number(v int64, rule Rule) {
	switch {
	case rule != OK:
		c.bad = append(c.bad, badCell{c.row, rule})
		if rule != RuleNotZero {
			v = None64
		}
	case v == None64 && specs[c.field].Required:
		c.bad = append(c.bad, badCell{c.row, RuleRequired})
	case v != None64:
		if c.sums() != nil {
			c.content(uint64(v) ^ uint64(c.field+1)<<56)
		}
		if v < 0 && specs[c.field].Kind == KindMoney && specs[c.field].Table == Settlements {
			c.bad = append(c.bad, badCell{c.row, RuleSign}) // unless the claim allows it
		}
	}
	if c.keep {
		c.col.push(v)
	}
	c.row++
}

// Traces takes the trace codes of one line, joined by '|', under either name.
func (t *Tables) Traces(row int, codg, code []byte, bad func(row, i int, rule Rule)) {
	if len(TrimSpace(codg)) == 0 {
		codg = code
	}
	t.lineTraces(row, codg, bad)
	t.Batch.traces.closeRow()
}

// TraceRun takes the trace codes of a run of lines from line first on.
func (t *Tables) TraceRun(first int, run TextRun, bad func(row, i int, rule Rule)) {
	tr := &t.Batch.traces
	alone := t.Batch.Keep.Has(DrugTracCodg) && t.hash[Lines] == nil
	size := 0
	for _, s := range run.Spans {
		size += int(s.End - s.Start)
	}
	tr.room(size)
	for i := 0; i < len(run.Spans); i++ {
		if alone {
			i += tr.addPlain(run.from(i))
		}
		if i < len(run.Spans) {
			if b := run.At(i); len(b) > 0 {
				t.lineTraces(first+i, b, bad)
			}
			tr.closeRow()
		}
	}
}

// lineTraces reads the codes of one line, which is not closed yet.
func (t *Tables) lineTraces(row int, codes []byte, bad func(row, i int, rule Rule)) {
	var sum uint64
	for i := 0; len(codes) > 0; i++ {
		one := codes
		if at := bytes.IndexByte(codes, '|'); at >= 0 {
			one, codes = codes[:at], codes[at+1:]
		} else {
			codes = nil
		}
		if !plainCode(one) {
			one = TrimSpace(one)
			rule := checkCode(one, false)
			if rule == OK && !validUTF8(one) {
				rule = RuleUTF8
			}
			if rule != OK {
				bad(row, i, rule)
			}
			if rule != OK || len(one) == 0 {
				continue
			}
		}
		if t.Batch.Keep.Has(DrugTracCodg) || t.hash[Lines] != nil {
			if hash, added := t.Batch.traces.add(one); added {
				sum += t.seed.mix(hash)
			}
		}
	}
	if t.hash[Lines] != nil && sum != 0 {
		t.hash[Lines][row] += t.seed.mix(sum ^ traceSalt)
	}
}

// Release gives back the memory of tables that will not be finished.
func (t *Tables) Release() {
	t.Batch.Release()
	for _, tab := range []Table{Lines, Diagnoses} {
		for _, f := range []Field{FixmedinsCode, SetlID} {
			t.cols[tab][f.String()].col.release()
		}
	}
}

// Broken says that a row could not be read at all. Its columns must have been
// fed nulls.
func (t *Tables) Broken(tab Table, row int, rule Rule) { t.broken[tab][int32(row)] = rule }

// TableReject is a message of tables that is no claim: a row of settlements
// with its lines and diagnoses, or a row of the others that has no settlement.
type TableReject struct {
	Table    Table
	Row      int32 // from 0
	Conflict bool
	Problems []Problem
	// Lines and Diagnoses are the rows that belong to the settlement.
	Lines, Diagnoses []int32
}

// absentColumns feeds nulls to the columns that no file had.
func (t *Tables) absentColumns() {
	for tab, cols := range t.cols {
		for _, c := range cols {
			for int(c.row) < t.rows[tab] {
				c.Null()
			}
		}
	}
	for len(t.Batch.traces.end.V) < t.rows[Lines] {
		t.Batch.traces.closeRow()
	}
}

// Finish joins the tables and makes the checks between fields. The batch is
// complete then: rows that are no claims are marked in its Rejected. The
// rejects come in the order of table name and row, each with its problems in
// the order of fields.
func (t *Tables) Finish(workers int, badTraces map[int32][]Problem) []TableReject {
	t.absentColumns()
	t.Batch.rows = t.rows
	j := &joiner{Tables: t, badTraces: badTraces, workers: workers}
	j.join()
	j.check()
	t.fingerprints()
	rejects, index := j.rejects(), j.index
	t.Batch.index = &index
	return rejects
}

func (t *Tables) fingerprints() {
	if t.hash[Settlements] == nil {
		return
	}
	b := t.Batch
	out := make([]uint64, t.rows[Settlements])
	for row := range out {
		out[row] = t.seed.mix(t.hash[Settlements][row])
	}
	for row, owner := range b.lineOwner.V {
		if owner >= 0 {
			out[owner] += t.seed.mix(t.hash[Lines][row] ^ lineSalt)
		}
	}
	count := make([]uint64, len(out))
	for row, owner := range b.diagOwner.V {
		if owner >= 0 && t.hash[Diagnoses][row] != 0 { // else it says nothing
			count[owner]++
			out[owner] += t.seed.mix(t.hash[Diagnoses][row] + count[owner]*diagnosisSalt)
		}
	}
	b.Fingerprint = out
}

// SortRejects puts rejects in the order of the tables' names and rows.
func SortRejects(rs []TableReject) {
	slices.SortFunc(rs, func(a, b TableReject) int {
		if a.Table != b.Table {
			return bytes.Compare([]byte(a.Table.String()), []byte(b.Table.String()))
		}
		return int(a.Row - b.Row)
	})
}

// linePath is the path of a field of the i-th line of a claim.
func linePath(i int, field string) string { return fmt.Sprintf("feedetail[%d].%s", i, field) }
