package claim

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// structural are the fields that identity, refunds and checks need; they are
// kept whatever is asked for.
var structural = FieldSet(0).With(SetlID, MdtrtID, PsnNo, FixmedinsCode, MedType, SetlTime, Begntime, Endtime,
	RefdSetlFlag, InitSetlID, FeedetlSn, InitFeedetlSn, Cnt, DetItemFeeSumamt, InscpScpAmt)

// Batch holds messages as they were sent, side by side: one row a settlement,
// fee line and diagnosis. Lines and diagnoses name their settlement's row as
// owner. Columns that nobody asked for are not kept.
//
// A Batch has one owner, who releases it; arrays shown by Record hold their
// memory by themselves.
type Batch struct {
	Dicts *Dicts
	Keep  FieldSet
	// Rejected marks settlements that do not count as claims (tables only;
	// a Decoder never appends a rejected message). Nil when there are none.
	Rejected []bool
	// Fingerprint is a keyed hash of a settlement's content, its lines and
	// diagnoses included. Empty when it was not asked for.
	Fingerprint []uint64

	alloc     memory.Allocator
	cols      [NumFields]column
	rows      [numTables]int
	lineOwner *Vector[int32]
	diagOwner *Vector[int32]
	traces    traceColumn
	// index finds the settlements that are claims, whose identities are all
	// different then; nil but for tables.
	index  *identities
	joined *joined
	// recent are rows that a Decoder has pushed and that are not in the columns
	// yet: a table's fields row by row, which is much faster to append to.
	recent [numTables][]int64
}

// joined is what is known of lines and diagnoses once they are joined to their
// settlements. It holds until more is appended.
type joined struct {
	lines, diagnoses *members
	negative         []int32 // lines whose quantity is negative or cannot be read
}

// join gives what is known of lines and diagnoses, found out anew where Tables
// has not.
func (b *Batch) join(workers int) *joined {
	if b.joined != nil {
		return b.joined
	}
	j := &joined{}
	InParallel(workers, []func(){
		func() { j.lines = membersOf(b.Owners(Lines), b.Rows(Settlements)) },
		func() { j.diagnoses = membersOf(b.Owners(Diagnoses), b.Rows(Settlements)) },
		func() { j.negative = b.negative() },
	})
	return j
}

// inClaims calls yield with the rows of lines or diagnoses and their owners,
// claim by claim, those of each in their order.
func (b *Batch) inClaims(t Table, yield func(row, owner int32)) {
	owners := b.Owners(t)
	if b.joined != nil { // only tables may hold them scattered
		m := b.joined.lines
		if t == Diagnoses {
			m = b.joined.diagnoses
		}
		for c := range int32(b.rows[Settlements]) {
			m.each(c, func(row int32) { yield(row, c) })
		}
		return
	}
	for row, owner := range owners {
		yield(int32(row), owner)
	}
}

// negative lists the lines whose quantity is negative or cannot be read.
func (b *Batch) negative() (out []int32) {
	for from, cnt := range b.packed(Cnt).blocks() {
		for i, v := range cnt {
			if v < 0 {
				out = append(out, int32(from+i))
			}
		}
	}
	return out
}

// NewBatch makes an empty batch in memory of alloc that keeps the fields of
// keep and those that every claim needs.
func NewBatch(alloc memory.Allocator, dicts *Dicts, keep FieldSet) *Batch {
	b := &Batch{Dicts: dicts, Keep: keep | structural, alloc: alloc}
	for f := range NumFields {
		if b.Keep.Has(f) {
			b.cols[f] = newColumn(alloc, f)
		}
	}
	b.lineOwner, b.diagOwner = NewVector[int32](alloc), NewVector[int32](alloc)
	b.traces = newTraceColumn(alloc, dicts[0].seed)
	return b
}

// newDenseBatch makes an empty batch for very many claims that stay for long.
func newDenseBatch(alloc memory.Allocator, seed Seed, keep FieldSet) *Batch {
	b := NewBatch(alloc, newCompactDicts(seed), keep)
	for f := range NumFields {
		if b.Keep.Has(f) {
			b.cols[f].release()
			b.cols[f] = newDenseColumn(alloc, f)
		}
	}
	return b
}

// Release gives all memory back.
func (b *Batch) Release() {
	for f := range b.cols {
		b.cols[f].release()
	}
	b.lineOwner.Release()
	b.diagOwner.Release()
	b.traces.release()
}

// Reset empties the batch, of its dictionaries those that have become large, and
// keeps the memory for the next messages.
func (b *Batch) Reset() {
	b.settle()
	b.rows = [numTables]int{}
	for _, c := range b.cols {
		c.truncate(0)
	}
	b.lineOwner.Truncate(0)
	b.diagOwner.Truncate(0)
	b.traces.truncate(0)
	b.Rejected, b.Fingerprint = nil, b.Fingerprint[:0]
	for _, d := range b.Dicts {
		d.reset()
	}
}

// Rows is the number of rows of a table.
func (b *Batch) Rows(t Table) int { return b.rows[t] }

// Codes gives a coded column, NoCode where absent; of a packed one, a copy.
func (b *Batch) Codes(f Field) []int32 {
	b.settle()
	if p := b.cols[f].pack; p != nil {
		out := make([]int32, 0, p.length())
		for _, values := range p.blocks() {
			for _, v := range values {
				out = append(out, int32(v))
			}
		}
		return out
	}
	return b.cols[f].code.V
}

// Numbers gives a column of numbers, times or days, None64 where absent; of a
// packed one, a copy.
func (b *Batch) Numbers(f Field) []int64 {
	b.settle()
	if p := b.cols[f].pack; p != nil {
		out := make([]int64, p.length())
		p.read(0, out)
		return out
	}
	return b.cols[f].num.V
}

// packed gives a packed column.
func (b *Batch) packed(f Field) *packed {
	b.settle()
	return b.cols[f].pack
}

// Owners gives for each line or diagnosis the row of its settlement.
func (b *Batch) Owners(t Table) []int32 {
	if t == Lines {
		return b.lineOwner.V
	}
	return b.diagOwner.V
}

// Traces calls yield with each trace code of a line.
func (b *Batch) Traces(line int, yield func(code []byte)) { b.traces.each(line, yield) }

// mark remembers where a batch ends.
type mark struct{ rows [numTables]int }

func (b *Batch) mark() mark { return mark{b.rows} }

// rollback drops everything behind the mark, which must not lie before the
// last settle. Dictionaries keep their texts.
func (b *Batch) rollback(m mark) {
	b.traces.truncate(m.rows[Lines]) // also those of a line that was never finished
	for t := range numTables {
		b.recent[t] = b.recent[t][:len(b.recent[t])-(b.rows[t]-m.rows[t])*widths[t]]
	}
	b.lineOwner.Truncate(m.rows[Lines])
	b.diagOwner.Truncate(m.rows[Diagnoses])
	b.rows = m.rows
}

// widths are the numbers of fields of the tables.
var widths = [numTables]int{int(FeedetlSn), int(DiagType - FeedetlSn), int(NumFields - DiagType)}

// pushRow appends a row of a table, given by its fields.
func (b *Batch) pushRow(t Table, values []int64) {
	b.recent[t] = append(b.recent[t], values[:widths[t]]...)
	b.rows[t]++
}

// recentRow gives a row that was pushed since the last settle.
func (b *Batch) recentRow(t Table, row int) []int64 {
	from := len(b.recent[t]) - (b.rows[t]-row)*widths[t]
	return b.recent[t][from : from+widths[t]]
}

// manyRecent is how many numbers of recent rows stay in the processor's cache.
const manyRecent = 1 << 16

// settleMany settles when the recent rows have become many.
func (b *Batch) settleMany() {
	if len(b.recent[Lines])+len(b.recent[Settlements]) > manyRecent {
		b.settle()
	}
}

// settle moves the recent rows into the columns.
func (b *Batch) settle() {
	for t := range numTables {
		rows := b.recent[t]
		if len(rows) == 0 {
			continue
		}
		for i, f := range t.Fields() {
			if b.Keep.Has(f) {
				b.cols[f].takeRows(rows[i:], widths[t])
			}
		}
		b.recent[t] = rows[:0]
	}
}

// Record shows a table as an Arrow record of its Schema, without copying. The
// caller releases it.
func (b *Batch) Record(t Table) arrow.Record {
	b.settle()
	var arrays []arrow.Array
	switch t {
	case Lines:
		arrays = append(arrays, b.lineOwner.Array(b.alloc, NoCode, arrow.PrimitiveTypes.Int32))
	case Diagnoses:
		arrays = append(arrays, b.diagOwner.Array(b.alloc, NoCode, arrow.PrimitiveTypes.Int32))
	}
	for _, f := range t.Fields() {
		if b.Keep.Has(f) {
			c := b.cols[f]
			if c.pack != nil {
				c = c.wide(b.alloc, f)
				defer c.release()
			}
			arrays = append(arrays, c.array(b.alloc))
		}
	}
	return record(t, b.Keep, arrays, b.rows[t])
}
