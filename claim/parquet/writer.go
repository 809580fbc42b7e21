package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// WriteColumn describes a column to write. Every column may have nulls.
type WriteColumn struct {
	// Name must be unique in the file and not empty.
	Name string
	// Kind is Text, Integer (64 bits), Decimal (64 bits, at most 18 digits),
	// Timestamp (stored in microseconds without zone) or Date.
	Kind Kind
	// Scale is the number of decimal places of a Decimal, 0 to 18.
	Scale int
	// Dict asks for a dictionary, which pays for columns that repeat few values.
	// A row group whose dictionary grows beyond 1 MiB goes on without one.
	Dict bool
}

// Values are the values of one column for a batch of rows: one of Texts, Bytes
// and Ints, according to the kind of the column. Nothing is kept after Write.
type Values struct {
	// Texts holds the values of a Text column.
	Texts []string
	// Bytes holds the values of a Text column as well, for callers who have
	// bytes.
	Bytes [][]byte
	// Ints holds Integers, unscaled Decimals, Timestamps in seconds since
	// 1970-01-01 00:00:00, or Dates in days since 1970-01-01.
	Ints []int64
	// Null marks the rows without value; nil when all have one.
	Null []bool
}

// Writer writes a Parquet file: Zstandard, row groups of 262,144 rows. It holds
// one row group in memory, already compressed but for the last pages. A Writer
// is not safe for concurrent use.
type Writer struct {
	w    *pq.GenericWriter[any]
	cols []WriteColumn
	rows int // of the current row group
	vals []pq.Value
	err  error
}

const (
	writeGroupRows = 256 << 10
	writeStep      = 1024 // values converted at a time, few enough for the cache
	writePage      = 256 << 10
	writeDict      = 1 << 20
	maxDigits      = 18 // of a decimal in 64 bits
	maxUnscaled    = 1_000_000_000_000_000_000
)

// NewWriter begins a file with the given columns in the given order. An error in
// the columns is returned by Write and Close.
func NewWriter(w io.Writer, cols []WriteColumn) *Writer {
	out := &Writer{cols: append([]WriteColumn(nil), cols...), vals: make([]pq.Value, 0, writeStep)}
	root := &orderedGroup{Group: pq.Group{}}
	for _, c := range cols {
		node, err := writeNode(c)
		if _, twice := root.Group[c.Name]; twice || c.Name == "" {
			err = errors.New("the name is empty or not unique")
		}
		if err != nil {
			out.err = fmt.Errorf("parquet: column %.60q: %w", c.Name, err)
			return out
		}
		root.Group[c.Name] = node
		root.fields = append(root.fields, &orderedField{Node: node, name: c.Name})
	}
	if len(cols) == 0 {
		out.err = errors.New("parquet: a file needs a column")
		return out
	}
	out.w = pq.NewGenericWriter[any](w, pq.NewSchema("schema", root),
		pq.Compression(&zstd.Codec{Level: zstd.SpeedFastest}), pq.PageBufferSize(writePage),
		pq.DictionaryMaxBytes(writeDict), pq.CreatedBy("fundwatch", "1", "0"))
	return out
}

// writeNode translates a column for parquet-go.
func writeNode(c WriteColumn) (pq.Node, error) {
	var node pq.Node
	switch c.Kind {
	case Text:
		node = pq.String()
	case Integer:
		node = pq.Int(64)
	case Decimal:
		if c.Scale < 0 || c.Scale > maxDigits {
			return nil, fmt.Errorf("%d decimal places cannot be written", c.Scale)
		}
		node = pq.Decimal(c.Scale, maxDigits, pq.Int64Type)
	case Timestamp:
		node = pq.TimestampAdjusted(pq.Microsecond, false)
	case Date:
		node = pq.Date()
	default:
		return nil, fmt.Errorf("the kind %v cannot be written", c.Kind)
	}
	if c.Dict {
		node = pq.Encoded(node, &pq.RLEDictionary)
	} else {
		node = pq.Encoded(node, &pq.Plain)
	}
	return pq.Optional(node), nil
}

// Write adds a batch of rows: the values of all columns, all of one length. It
// fails when the lengths differ or a value does not fit the stored type; the
// file is then of no use. The first error is returned ever after.
func (w *Writer) Write(batch []Values) error {
	if w.err == nil {
		w.err = w.write(batch)
	}
	return w.err
}

func (w *Writer) write(batch []Values) error {
	if len(batch) != len(w.cols) {
		return fmt.Errorf("parquet: %d columns of values, the file has %d", len(batch), len(w.cols))
	}
	rows := 0
	for i := range batch {
		n := len(batch[i].Ints)
		if w.cols[i].Kind == Text {
			n = max(len(batch[i].Texts), len(batch[i].Bytes))
		}
		if i == 0 {
			rows = n
		}
		if n != rows || batch[i].Null != nil && len(batch[i].Null) != n {
			return fmt.Errorf("parquet: column %.60q: the batch has %d values, its first column %d", w.cols[i].Name, n, rows)
		}
	}
	for from := 0; from < rows; {
		to := min(rows, from+writeGroupRows-w.rows)
		for i, column := range w.w.ColumnWriters() {
			if err := w.column(column, i, &batch[i], from, to); err != nil {
				return fmt.Errorf("parquet: column %.60q: %w", w.cols[i].Name, err)
			}
		}
		w.rows += to - from
		from = to
		if w.rows == writeGroupRows {
			if err := w.w.Flush(); err != nil {
				return fmt.Errorf("parquet: %w", err)
			}
			w.rows = 0
		}
	}
	return nil
}

// column writes rows [from, to) of one column.
func (w *Writer) column(column *pq.ColumnWriter, i int, v *Values, from, to int) error {
	for from < to {
		end := min(to, from+writeStep)
		var err error
		w.vals = w.vals[:end-from]
		switch {
		case w.cols[i].Kind != Text:
			err = convertInts(w.vals, w.cols[i].Kind, v.Ints[from:end], i)
		case v.Texts != nil:
			for k, s := range v.Texts[from:end] {
				// parquet-go copies the bytes and never changes them.
				b := unsafe.Slice(unsafe.StringData(s), len(s))
				w.vals[k] = pq.ByteArrayValue(b).Level(0, 1, i)
			}
		default:
			for k, b := range v.Bytes[from:end] {
				w.vals[k] = pq.ByteArrayValue(b).Level(0, 1, i)
			}
		}
		if err != nil {
			return err
		}
		if v.Null != nil {
			for k, isNull := range v.Null[from:end] {
				if isNull {
					w.vals[k] = pq.NullValue().Level(0, 0, i)
				}
			}
		}
		if _, err := column.WriteRowValues(w.vals); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// convertInts checks and scales the numbers of column col.
func convertInts(dst []pq.Value, kind Kind, src []int64, col int) error {
	const micros = 1_000_000
	for k, x := range src {
		switch kind {
		case Date:
			if x < math.MinInt32 || x > math.MaxInt32 {
				return fmt.Errorf("day %d cannot be written", x)
			}
			dst[k] = pq.Int32Value(int32(x)).Level(0, 1, col)
			continue
		case Timestamp:
			if x > math.MaxInt64/micros || x < math.MinInt64/micros {
				return fmt.Errorf("second %d cannot be written", x)
			}
			x *= micros
		case Decimal:
			if x >= maxUnscaled || x <= -maxUnscaled {
				return fmt.Errorf("%d has more than %d digits", x, maxDigits)
			}
		}
		dst[k] = pq.Int64Value(x).Level(0, 1, col)
	}
	return nil
}

// Close writes the footer, without which the file cannot be read. It does not
// close the underlying writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.w.Close(); err != nil {
		w.err = fmt.Errorf("parquet: %w", err)
		return w.err
	}
	w.err = errors.New("parquet: the writer is closed")
	return nil
}

// orderedGroup is a group with its fields in a given order; parquet-go's own
// sorts them by name.
type orderedGroup struct {
	pq.Group
	fields []pq.Field
}

// Fields lists the columns in the order of NewWriter.
func (g *orderedGroup) Fields() []pq.Field { return g.fields }

type orderedField struct {
	pq.Node
	name string
}

// Name is the column's name.
func (f *orderedField) Name() string { return f.name }

// Value is asked for only when whole rows of Go values are written, which this
// package never does.
func (f *orderedField) Value(base reflect.Value) reflect.Value { return base }
