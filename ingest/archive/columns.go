package archive

import (
	"bytes"

	"fundwatch/claim"
	"fundwatch/claim/parquet"
)

// offsetColumn is the column of settlements that holds their offset in Kafka.
const offsetColumn = "kafka_offset"

// blockRows is how many rows are handed to the Parquet writer at a time. It is
// fixed, so that the bytes of a file do not depend on how the claims came in.
const blockRows = 16384

// tableFile is a table that is being written.
type tableFile struct {
	table claim.Table
	out   bytes.Buffer
	w     *parquet.BlockWriter
	cols  []*gathered
	rows  int // gathered and not yet handed over
}

// gathered is the rows of a column that were not handed over yet.
type gathered struct {
	kind  columnKind
	field claim.Field // not of offsets and traces
	text  bool        // not a number

	parquet.Block
	// code gives the code of a text in the file's dictionary; nil for columns
	// without.
	code func(text string) int32
}

// columnKind tells where the values of a column come from.
type columnKind uint8

const (
	ownField   columnKind = iota // from the row
	ownerField                   // from the row's settlement: identity of lines and diagnoses
	traceCodes
	offsets
)

func newTableFile(t claim.Table) *tableFile {
	f := &tableFile{table: t}
	if t != claim.Settlements {
		f.cols = append(f.cols, &gathered{kind: ownerField, field: claim.FixmedinsCode, text: true},
			&gathered{kind: ownerField, field: claim.SetlID, text: true})
	}
	for _, field := range t.Fields() {
		f.cols = append(f.cols, &gathered{field: field, text: field.Coded()})
	}
	switch t {
	case claim.Settlements:
		f.cols = append(f.cols, &gathered{kind: offsets})
	case claim.Lines:
		f.cols = append(f.cols, &gathered{kind: traceCodes, text: true})
	}
	cols := make([]parquet.WriteColumn, len(f.cols))
	for i, c := range f.cols {
		cols[i] = c.column()
	}
	f.w = parquet.NewBlockWriter(&f.out, cols)
	for i, c := range cols {
		if c.Dict {
			f.cols[i].code = func(text string) int32 { return f.w.Code(i, text) }
		}
	}
	return f
}

// column says how a column is stored: numbers, times and days in their own
// kind, texts that repeat by dictionary.
func (g *gathered) column() parquet.WriteColumn {
	switch g.kind {
	case offsets:
		return parquet.WriteColumn{Name: offsetColumn, Kind: parquet.Integer}
	case traceCodes:
		return parquet.WriteColumn{Name: claim.DrugTracCodg.String(), Kind: parquet.Text}
	}
	spec := g.field.Spec()
	c := parquet.WriteColumn{Name: spec.Name, Scale: spec.Kind.Scale()}
	switch spec.Kind {
	case claim.KindCode, claim.KindText:
		c.Kind, c.Scale, c.Dict = parquet.Text, 0, repeats(spec.Domain)
	case claim.KindTime:
		c.Kind, c.Scale = parquet.Timestamp, 0
	case claim.KindDay:
		c.Kind, c.Scale = parquet.Date, 0
	case claim.KindWhole:
		c.Kind, c.Scale = parquet.Integer, 0
	default:
		c.Kind = parquet.Decimal
	}
	return c
}

// repeats reports whether texts of a domain repeat, other than those of which
// every claim or line has its own.
func repeats(d claim.Domain) bool {
	switch d {
	case claim.DomainSettlement, claim.DomainVisit, claim.DomainPerson, claim.DomainBill, claim.DomainRx, claim.DomainLine:
		return false
	}
	return true
}

// source is a batch some of whose rows are added.
type source struct {
	b       *claim.Batch
	offsets []int64
	owners  []int32 // of the table; nil for settlements
}

// add appends some rows of a batch to the table.
func (f *tableFile) add(src *source, rows []int32) error {
	fill := make([]func(rows []int32), len(f.cols))
	for i, c := range f.cols {
		fill[i] = c.filler(src)
	}
	for len(rows) > 0 {
		n := min(len(rows), blockRows-f.rows)
		for _, fill := range fill {
			fill(rows[:n])
		}
		f.rows += n
		rows = rows[n:]
		if f.rows == blockRows {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// filler gives what appends rows of a batch to a column.
func (g *gathered) filler(src *source) func(rows []int32) {
	switch {
	case g.kind == offsets:
		return func(rows []int32) {
			for _, r := range rows {
				g.number(src.offsets[r])
			}
		}
	case g.kind == traceCodes:
		return func(rows []int32) {
			for _, r := range rows {
				g.traces(src.b, int(r))
			}
		}
	case !g.text:
		values := src.b.Numbers(g.field)
		return func(rows []int32) {
			for _, r := range rows {
				g.number(values[r])
			}
		}
	}
	codes, dict := src.b.Codes(g.field), src.b.Dicts.Of(g.field)
	add := func(code int32) { g.copyText(dict, code) }
	if g.code != nil {
		known := make([]int32, dict.Len()) // code in the file + 1
		add = func(code int32) { g.Codes = append(g.Codes, g.translate(dict, known, code)) }
	}
	return func(rows []int32) {
		for _, r := range rows {
			if g.kind == ownerField {
				r = src.owners[r]
			}
			add(codes[r])
		}
	}
}

// Absent numbers of a batch are absent ones of a file: this is no array else.
var _ [0]struct{} = [claim.None64 - parquet.NullInt]struct{}{}

// number appends a number.
func (g *gathered) number(v int64) { g.Ints = append(g.Ints, v) }

// copyText appends a text: the batch may be used again before it is written.
func (g *gathered) copyText(dict *claim.Dict, code int32) {
	g.Bytes = append(g.Bytes, dict.Text(code)...)
	g.Ends = append(g.Ends, len(g.Bytes))
}

// translate turns a code of a batch into one of the file; each is looked up
// once.
func (g *gathered) translate(dict *claim.Dict, known []int32, code int32) int32 {
	if code < 0 {
		return -1
	}
	if known[code] == 0 {
		known[code] = g.code(dict.Text(code)) + 1
	}
	return known[code] - 1
}

func (g *gathered) traces(b *claim.Batch, line int) {
	from := len(g.Bytes)
	b.Traces(line, func(code []byte) {
		if len(g.Bytes) > from {
			g.Bytes = append(g.Bytes, '|')
		}
		g.Bytes = append(g.Bytes, code...)
	})
	g.Ends = append(g.Ends, len(g.Bytes))
}

// flush hands the gathered rows over.
func (f *tableFile) flush() error {
	block := make([]parquet.Block, len(f.cols))
	for i, c := range f.cols {
		block[i] = c.Block
		c.Block = parquet.Block{Codes: c.Codes[:0], Ints: c.Ints[:0], Bytes: c.Bytes[:0], Ends: c.Ends[:0]}
	}
	f.rows = 0
	return f.w.Write(block)
}

// close gives the bytes of the file.
func (f *tableFile) close() ([]byte, error) {
	if f.rows > 0 {
		if err := f.flush(); err != nil {
			return nil, err
		}
	}
	if err := f.w.Close(); err != nil {
		return nil, err
	}
	return f.out.Bytes(), nil
}
