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
	w     *parquet.Writer
	cols  []*gathered
	rows  int // gathered and not yet handed over
}

// gathered is the rows of a column that were not handed over yet.
type gathered struct {
	kind  columnKind
	field claim.Field // not of offsets and traces
	text  bool

	ints  []int64
	bytes []byte
	ends  []int
	null  []bool
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
	f.w = parquet.NewWriter(&f.out, cols)
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
	return func(rows []int32) {
		for _, r := range rows {
			if g.kind == ownerField {
				r = src.owners[r]
			}
			g.code(dict, codes[r])
		}
	}
}

func (g *gathered) number(v int64) {
	none := v == claim.None64
	if none {
		v = 0
	}
	g.ints, g.null = append(g.ints, v), append(g.null, none)
}

// code copies a text: the batch may be used again before it is written.
func (g *gathered) code(dict *claim.Dict, code int32) {
	g.bytes = append(g.bytes, dict.Text(code)...)
	g.ends, g.null = append(g.ends, len(g.bytes)), append(g.null, code == claim.NoCode)
}

func (g *gathered) traces(b *claim.Batch, line int) {
	from := len(g.bytes)
	b.Traces(line, func(code []byte) {
		if len(g.bytes) > from {
			g.bytes = append(g.bytes, '|')
		}
		g.bytes = append(g.bytes, code...)
	})
	g.ends, g.null = append(g.ends, len(g.bytes)), append(g.null, len(g.bytes) == from)
}

// flush hands the gathered rows over.
func (f *tableFile) flush() error {
	batch := make([]parquet.Values, len(f.cols))
	for i, c := range f.cols {
		batch[i] = parquet.Values{Ints: c.ints, Null: c.null}
		if c.text {
			batch[i].Ints, batch[i].Bytes = nil, make([][]byte, len(c.ends))
			from := 0
			for k, end := range c.ends {
				batch[i].Bytes[k] = c.bytes[from:end]
				from = end
			}
		}
	}
	err := f.w.Write(batch)
	for _, c := range f.cols {
		c.ints, c.bytes, c.ends, c.null = c.ints[:0], c.bytes[:0], c.ends[:0], c.null[:0]
	}
	f.rows = 0
	return err
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
