// Package parquet reads and writes flat Parquet files.
//
// The reader is written for files that come from anybody: damaged or hostile
// input ends in an error, never in a crash, a hang or an allocation that the
// size of the file does not justify. The libraries at hand give no such
// promise (a few flipped bytes in a footer make them ask for gigabytes), which
// is the reason for this package; only the decompression is theirs.
//
// The bounds, all derived from the size of the file:
//   - a file may claim max(1e6, 4096 × bytes) rows in total,
//   - a page may claim 1 GiB uncompressed, and gets the memory only while its
//     compressed bytes really produce the output,
//   - one Read may decompress 64 MiB + 1024 × bytes + 16 × rows in total, and
//     copy 16 MiB + 256 × bytes + 16 × rows of prefixes of DELTA_BYTE_ARRAY,
//   - long runs of equal values are delivered in batches of a fixed number of
//     rows, so that they never need memory of their own length.
//
// Writer is a thin layer over parquet-go for output of our own; BlockWriter is
// for what is written all the time and is in columns already.
package parquet

import "time"

// Kind tells how the values of a column are delivered.
type Kind uint8

// The kinds of columns.
const (
	// Other is any column that cannot be read: BOOLEAN, BYTE_ARRAY without
	// annotation, INT96, TIME, UUID, JSON, BSON, timestamps adjusted to UTC,
	// nested and repeated columns, and whatever the format adds later.
	Other Kind = iota
	// Text is UTF-8 text (STRING, UTF8, ENUM). The bytes are delivered as
	// stored; nothing checks that they are valid UTF-8.
	Text
	// Integer is INT32 or INT64, signed or not, of any declared width.
	Integer
	// Decimal is a decimal number with a fixed Scale, delivered unscaled.
	Decimal
	// Timestamp is a local date and time, counted in Column.Unit since
	// 1970-01-01 00:00:00.
	Timestamp
	// Date is a number of days since 1970-01-01.
	Date
	// Double is a FLOAT or a DOUBLE.
	Double
)

// String gives the name of the kind for messages.
func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case Integer:
		return "integer"
	case Decimal:
		return "decimal"
	case Timestamp:
		return "timestamp"
	case Date:
		return "date"
	case Double:
		return "double"
	}
	return "other"
}

// Column describes one top-level column of a file.
type Column struct {
	// Name is the name as stored. Names need not be unique in a file.
	Name string
	// Kind tells how Read delivers the values. Other cannot be read.
	Kind Kind
	// Scale is the number of decimal places of a Decimal, otherwise 0.
	Scale int
	// Unit is the unit of a Timestamp, otherwise 0.
	Unit time.Duration
	// Describe names the stored type for messages, in the words of the format,
	// e.g. "TIMESTAMP(MICROS, UTC)", "DECIMAL(12,2)", "BOOLEAN".
	Describe string

	leaf     int      // index of the column's chunk in each row group
	phys     physical // stored type
	width    int      // bytes of a FIXED_LEN_BYTE_ARRAY
	optional bool     // has definition levels
	unsigned bool     // Integer without sign
}

// Page is a run of consecutive rows of one column. Exactly one of Dict, Text,
// Ints and Floats is set. A page of the file may be delivered in several Pages,
// none of which is empty. The Page and its slices are only valid during the
// call that got them, except for Dict.
type Page struct {
	// Rows is the number of rows, at least 1 and at most MaxRows.
	Rows int

	// Index holds for each row the entry of Dict, -1 for null. All indices are
	// checked against Dict.
	Index []int32
	// Dict is the dictionary of a dictionary-encoded text column: one pointer
	// for all such pages of a column chunk, another one for the next chunk. It
	// is never changed and may be kept.
	Dict *Texts

	// Text holds the values of a Text column stored without dictionary, of an
	// Integer page with an unsigned value above math.MaxInt64, or of a Decimal
	// page with an unscaled value outside int64 in the page or its dictionary;
	// the latter two in decimal notation, a Decimal with all its Scale places
	// ("-123.45"). Null rows are empty.
	Text *Texts
	// Ints holds Integers, unscaled Decimals, Timestamps in Column.Unit and
	// Dates in days. Null rows are 0.
	Ints []int64
	// Floats holds Doubles. Null rows are 0.
	Floats []float64

	// Null marks the null rows of Text, Ints or Floats; nil when there is none.
	// It is nil for dictionary pages, which say -1 in Index.
	Null []bool
}

// MaxRows is the greatest number of rows of a Page.
const MaxRows = 16384

// Texts is a list of byte strings which share one block of memory.
type Texts struct {
	// Spans holds the place of each string in Data, always inside of it.
	Spans []Span
	// Data is the memory of the strings. It may hold other bytes in between.
	Data []byte
}

// Span is the half-open range [Start, End) of a string in Texts.Data.
type Span = struct{ Start, End uint32 }

// Len is the number of strings.
func (t *Texts) Len() int { return len(t.Spans) }

// At is string i. It shares the memory of the list.
func (t *Texts) At(i int) []byte {
	s := t.Spans[i]
	return t.Data[s.Start:s.End]
}
