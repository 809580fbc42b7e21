package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/klauspost/compress/zstd"
)

// NullInt stands for a row without value among the Ints of a Block.
const NullInt int64 = math.MinInt64

// Block is a run of rows of one column: one of Codes, Ints, and Bytes with Ends,
// according to the kind of the column.
type Block struct {
	// Codes holds a Text column with dictionary: what Code gave for each text,
	// -1 for null.
	Codes []int32
	// Ints holds Integers, unscaled Decimals, Timestamps in seconds since
	// 1970-01-01 00:00:00, or Dates in days since 1970-01-01.
	Ints []int64
	// Bytes holds the texts of a Text column without dictionary side by side;
	// text i ends before Ends[i]. An empty text is null.
	Bytes []byte
	Ends  []int
}

func (b *Block) rows(kind Kind, dict bool) int {
	switch {
	case kind != Text:
		return len(b.Ints)
	case dict:
		return len(b.Codes)
	}
	return len(b.Ends)
}

// BlockWriter writes a Parquet file from columns that are numbers already, at
// several times the speed of Writer: Zstandard, one row group, a page for each
// block. It holds the whole file, compressed, until Close. The columns are those
// of a Writer, but only Text can have a dictionary, and it never goes on without.
// Not safe for concurrent use.
type BlockWriter struct {
	w    io.Writer
	cols []*blockColumn
	zstd *zstd.Encoder
	page []byte // not compressed
	rows int64
	err  error
}

// blockColumn is a column and its pages so far.
type blockColumn struct {
	WriteColumn
	codes    map[string]int32
	dict     []byte // the texts, PLAIN
	pages    []byte // with their headers
	unpacked int64  // bytes of pages, not compressed, with their headers
}

// NewBlockWriter begins a file with the given columns in the given order. An
// error in the columns is returned by Write and Close.
func NewBlockWriter(w io.Writer, cols []WriteColumn) *BlockWriter {
	out := &BlockWriter{w: w}
	names := map[string]bool{}
	for _, c := range cols {
		switch {
		case c.Name == "" || names[c.Name]:
			out.err = fmt.Errorf("parquet: column %.60q: the name is empty or not unique", c.Name)
		case c.Kind < Text || c.Kind > Date || c.Scale < 0 || c.Scale > maxDigits || c.Dict && c.Kind != Text:
			out.err = fmt.Errorf("parquet: column %.60q: the kind %v, scale %d, cannot be written", c.Name, c.Kind, c.Scale)
		}
		names[c.Name] = true
		column := &blockColumn{WriteColumn: c}
		if c.Dict {
			column.codes = map[string]int32{}
		}
		out.cols = append(out.cols, column)
	}
	if len(cols) == 0 {
		out.err = errors.New("parquet: a file needs a column")
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true))
	if err != nil && out.err == nil {
		out.err = fmt.Errorf("parquet: %w", err)
	}
	out.zstd = enc
	return out
}

// Code gives the code of a text in the dictionary of a column, adding it when
// it is new. The text is copied.
func (w *BlockWriter) Code(col int, text string) int32 {
	c := w.cols[col]
	code, known := c.codes[text]
	if !known {
		own := string(append([]byte(nil), text...))
		code = int32(len(c.codes))
		c.codes[own] = code
		c.dict = appendText(c.dict, []byte(own))
	}
	return code
}

func appendText(dst, text []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(text)))
	return append(dst, text...)
}

// Write adds a block of rows: the values of all columns, all of one length.
// Nothing of it is kept. The first error is returned ever after.
func (w *BlockWriter) Write(block []Block) error {
	if w.err == nil {
		w.err = w.write(block)
	}
	return w.err
}

func (w *BlockWriter) write(block []Block) error {
	if len(block) != len(w.cols) {
		return fmt.Errorf("parquet: %d columns of values, the file has %d", len(block), len(w.cols))
	}
	rows := block[0].rows(w.cols[0].Kind, w.cols[0].Dict)
	if rows == 0 {
		return nil
	}
	for i, c := range w.cols {
		b := &block[i]
		if n := b.rows(c.Kind, c.Dict); n != rows {
			return fmt.Errorf("parquet: column %.60q: the block has %d values, its first column %d", c.Name, n, rows)
		}
		if err := w.column(c, b, rows); err != nil {
			return fmt.Errorf("parquet: column %.60q: %w", c.Name, err)
		}
	}
	w.rows += int64(rows)
	return nil
}

// column writes a page.
func (w *BlockWriter) column(c *blockColumn, b *Block, rows int) (err error) {
	encoding := int64(encPlain)
	switch {
	case c.Kind == Text && c.Dict:
		encoding = encDictionary
		w.page = appendLevels(w.page[:0], rows, func(i int) bool { return b.Codes[i] < 0 })
		w.page, err = appendIndices(w.page, b.Codes, len(c.codes))
	case c.Kind == Text:
		w.page = appendLevels(w.page[:0], rows, func(i int) bool { return b.Ends[i] == 0 || i > 0 && b.Ends[i] == b.Ends[i-1] })
		from := 0
		for _, end := range b.Ends {
			if end > from {
				w.page = appendText(w.page, b.Bytes[from:end])
			}
			from = end
		}
	default:
		w.page = appendLevels(w.page[:0], rows, func(i int) bool { return b.Ints[i] == NullInt })
		w.page, err = appendInts(w.page, c.Kind, b.Ints)
	}
	if err != nil {
		return err
	}
	return w.put(c, pageData, w.page, int64(rows), encoding)
}

// put compresses a page and appends it with its header.
func (w *BlockWriter) put(c *blockColumn, kind int64, page []byte, values, encoding int64) error {
	if len(page) > math.MaxInt32 {
		return errors.New("a page of more than 2 GiB")
	}
	packed := w.zstd.EncodeAll(page, nil)
	before := len(c.pages)
	c.pages = appendPageHeader(c.pages, pageHead{kind, int64(len(page)), int64(len(packed)), values, encoding})
	c.unpacked += int64(len(c.pages) - before + len(page))
	c.pages = append(c.pages, packed...)
	return nil
}

// appendLevels appends the definition levels of a page: 0 where the value is
// null, else 1.
func appendLevels(dst []byte, rows int, null func(i int) bool) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	nulls := 0
	dst = binary.AppendUvarint(dst, uint64((rows+7)/8)<<1|1)
	for i := 0; i < rows; i += 8 {
		var set byte
		for k := i; k < min(i+8, rows); k++ {
			if null(k) {
				nulls++
			} else {
				set |= 1 << (k - i)
			}
		}
		dst = append(dst, set)
	}
	if nulls == 0 || nulls == rows { // one run
		dst = binary.AppendUvarint(dst[:at+4], uint64(rows)<<1)
		dst = append(dst, byte(1-nulls/rows))
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendIndices appends the codes that are not null, each in as few bits as the
// dictionary needs.
func appendIndices(dst []byte, codes []int32, size int) ([]byte, error) {
	width := max(1, bits.Len(uint(max(0, size-1))))
	dst = append(dst, byte(width))
	count, same, first := 0, true, int32(-1)
	for _, c := range codes {
		if int(c) >= size {
			return dst, errors.New("a code that the dictionary does not have")
		}
		if c >= 0 {
			if count == 0 {
				first = c
			}
			same = same && c == first
			count++
		}
	}
	switch {
	case count == 0:
		return dst, nil
	case same:
		dst = binary.AppendUvarint(dst, uint64(count)<<1)
		for i := 0; i < width; i += 8 {
			dst = append(dst, byte(first>>i))
		}
		return dst, nil
	}
	dst = binary.AppendUvarint(dst, uint64((count+7)/8)<<1|1)
	end := len(dst) + (count+7)/8*width
	word, used := uint64(0), 0
	for _, c := range codes {
		if c < 0 {
			continue
		}
		word |= uint64(c) << used
		if used += width; used >= 32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(word))
			word >>= 32
			used -= 32
		}
	}
	for len(dst) < end {
		dst = append(dst, byte(word))
		word >>= 8
	}
	return dst[:end], nil
}

// appendInts appends the numbers that are not null.
func appendInts(dst []byte, kind Kind, ints []int64) ([]byte, error) {
	least, most, times := int64(math.MinInt64), int64(math.MaxInt64), int64(1)
	switch kind {
	case Timestamp:
		times = 1_000_000
		least, most = math.MinInt64/times, math.MaxInt64/times
	case Decimal:
		least, most = 1-maxUnscaled, maxUnscaled-1
	case Date:
		least, most = math.MinInt32, math.MaxInt32
	}
	for _, v := range ints {
		switch {
		case v == NullInt:
		case v < least || v > most:
			return dst, fmt.Errorf("%d cannot be written as %v", v, kind)
		case kind == Date:
			dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
		default:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v*times))
		}
	}
	return dst, nil
}

// Close writes the file. It does not close the underlying writer.
func (w *BlockWriter) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("parquet: the writer is closed")
	if err := w.finish(); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	return w.zstd.Close()
}

func (w *BlockWriter) finish() error {
	const magic = "PAR1"
	if _, err := io.WriteString(w.w, magic); err != nil {
		return err
	}
	at := int64(len(magic))
	chunks := make([]chunk, len(w.cols))
	for i, c := range w.cols {
		pages := c.pages
		chunks[i] = chunk{column: c, values: w.rows, dict: -1, data: at}
		if c.Dict && w.rows > 0 {
			c.pages = nil
			if err := w.put(c, pageDictionary, c.dict, int64(len(c.codes)), encPlain); err != nil {
				return err
			}
			chunks[i].dict = at
			chunks[i].data = at + int64(len(c.pages))
		}
		if chunks[i].dict < 0 {
			c.pages = nil
		}
		for _, part := range [][]byte{c.pages, pages} {
			n, err := w.w.Write(part)
			if err != nil {
				return err
			}
			at += int64(n)
			chunks[i].packed += int64(n)
		}
	}
	footer := appendFooter(nil, chunks, w.rows)
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	_, err := w.w.Write(append(footer, magic...))
	return err
}
