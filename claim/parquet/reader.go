package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The encodings of values.
const (
	encPlain           = 0
	encPlainDictionary = 2
	encRLE             = 3
	encDelta           = 5
	encDeltaLength     = 6
	encDeltaBytes      = 7
	encDictionary      = 8
	encSplit           = 9
)

// The work of one Read is bounded by the size of the file; see the package
// comment.
const (
	freeBytes       = 64 << 20
	bytesPerByte    = 1024
	bytesPerRow     = 16
	freeExpand      = 16 << 20
	expandPerByte   = 256
	deltaBytesBatch = 2048 // rows of a batch that copies prefixes
)

var errBudget = errors.New("the pages unpack to more than a file of this size plausibly holds")

// reader is the state of one Read. All memory is reused from page to page.
type reader struct {
	f        *File
	c        *Column
	yield    func(*Page) error
	yieldErr error
	budget   int64 // bytes that may still be decompressed
	expand   int64 // bytes of prefixes that may still be copied

	in    input
	z     inflater
	body  []byte // decompressed page
	dict  dictionary
	codec int32 // of the current chunk

	levels   hybrid
	noLevels bool // all rows of the page have a value
	values   values

	out  Page
	text Texts // of out
	null []bool
	// room is the greatest number of rows of a batch and one more, so that spread
	// may read behind the last value.
	room int
	// Decoded values without the nulls, and the same spread to the rows.
	ints, intsOut     []int64
	floats, floatsOut []float64
	spans, spansOut   []Span
	index, indexOut   []int32
	digits            []byte // numbers spelled as text
}

// dictionary is the dictionary page of a column chunk.
type dictionary struct {
	set    bool
	n      int
	texts  *Texts    // of Text, and of Decimal when a value is not an int64
	ints   []int64   // of Integer, Decimal, Timestamp, Date
	floats []float64 // of Double
}

func newReader(f *File, c *Column, yield func(*Page) error) *reader {
	return &reader{
		f: f, c: c, yield: yield, in: input{r: f.r},
		room:   int(min(MaxRows, f.rows)) + 1,
		budget: freeBytes + bytesPerByte*f.size + bytesPerRow*f.rows,
		expand: freeExpand + expandPerByte*f.size + bytesPerRow*f.rows,
	}
}

func (r *reader) close() { r.z.close() }

// group delivers the rows of a row group.
func (r *reader) group(g int) error {
	rows := r.f.groups[g].rows
	if rows == 0 {
		return nil
	}
	m := &r.f.groups[g].chunks[r.c.leaf]
	r.in.reset(m.start(), m.start()+m.compressed)
	r.codec, r.dict.set, r.dict.texts = m.codec, false, nil
	left := rows
	for r.in.remaining() > 0 {
		h, err := r.in.header()
		if err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		n, err := r.page(&h, left)
		if err != nil {
			return err
		}
		left -= n
	}
	if left != 0 {
		return fmt.Errorf("the pages have %d of %d rows", rows-left, rows)
	}
	return nil
}

// page reads the page behind a header and delivers its rows, if it has any.
func (r *reader) page(h *pageHeader, left int64) (rows int64, err error) {
	if h.compressed < 0 || int64(h.compressed) > r.in.remaining() {
		return 0, fmt.Errorf("a page claims %d bytes, the chunk has %d left", h.compressed, r.in.remaining())
	}
	if h.uncompressed < 0 || h.uncompressed > maxPage {
		return 0, fmt.Errorf("a page claims %d bytes uncompressed", h.uncompressed)
	}
	raw, err := r.in.take(int(h.compressed))
	if err != nil {
		return 0, err
	}
	if h.hasCRC && !r.f.ignoreChecksums && crc32.ChecksumIEEE(raw) != h.crc {
		return 0, errors.New("a page does not match its checksum")
	}
	switch h.kind {
	case pageIndex:
		return 0, nil
	case pageData, pageDataV2, pageDictionary:
		if !h.body {
			return 0, errors.New("a page header lacks its main part")
		}
	default:
		return 0, fmt.Errorf("a page has the unknown type %d", h.kind)
	}
	if r.budget -= int64(h.uncompressed); r.budget < 0 {
		return 0, errBudget
	}
	if h.kind == pageDictionary {
		return 0, r.dictionaryPage(h, raw)
	}
	if h.values < 0 || int64(h.values) > left {
		return 0, fmt.Errorf("a page claims %d values, the row group has %d rows left", h.values, left)
	}
	if h.kind == pageData {
		err = r.dataPage(h, raw)
	} else {
		err = r.dataPageV2(h, raw)
	}
	return int64(h.values), err
}

// unpack decompresses into buf, or gives raw itself when it is not compressed.
func (r *reader) unpack(buf, raw []byte, size int) ([]byte, error) {
	if r.codec == codecNone {
		return raw, nil
	}
	return r.z.inflate(r.codec, buf, raw, size)
}

// dataPage delivers a page whose levels and values are compressed together.
func (r *reader) dataPage(h *pageHeader, raw []byte) error {
	data, err := r.unpack(r.body, raw, int(h.uncompressed))
	if err != nil {
		return err
	}
	r.keep(data)
	r.noLevels = true
	if r.c.optional {
		if h.defEncoding != encRLE {
			return fmt.Errorf("definition levels in encoding %d are not supported", h.defEncoding)
		}
		if len(data) < 4 {
			if h.values == 0 {
				return nil
			}
			return errLevels
		}
		n := binary.LittleEndian.Uint32(data)
		data = data[4:]
		if uint64(n) > uint64(len(data)) {
			return errLevels
		}
		r.levels.reset(data[:n], 1)
		r.noLevels = false
		data = data[n:]
	}
	return r.batches(h, data)
}

// keep holds on to the memory of a decompressed page for the next one.
func (r *reader) keep(data []byte) {
	if r.codec != codecNone {
		r.body = data
	}
}

// dataPageV2 delivers a page whose levels are stored ahead of the values and
// never compressed.
func (r *reader) dataPageV2(h *pageHeader, raw []byte) error {
	if h.rows != h.values {
		return fmt.Errorf("a page claims %d rows but %d values", h.rows, h.values)
	}
	if h.defBytes < 0 || h.repBytes < 0 || int64(h.defBytes)+int64(h.repBytes) > int64(min(h.compressed, h.uncompressed)) {
		return errLevels
	}
	levels := raw[h.repBytes : h.repBytes+h.defBytes]
	data := raw[h.repBytes+h.defBytes:]
	if !h.plainV2 {
		var err error
		if data, err = r.unpack(r.body, data, int(h.uncompressed-h.defBytes-h.repBytes)); err != nil {
			return err
		}
		r.keep(data)
	}
	r.levels.reset(levels, 1)
	r.noLevels = !r.c.optional || h.defBytes == 0 && h.nulls == 0
	return r.batches(h, data)
}

// batches delivers the rows of a data page in steps.
func (r *reader) batches(h *pageHeader, data []byte) error {
	r.values.reset(r, h, data)
	step := MaxRows
	if h.encoding == encDeltaBytes {
		step = deltaBytesBatch
	}
	for left := int(h.values); left > 0; {
		n := min(left, step)
		if err := r.batch(n); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// batch decodes and delivers the next n rows of the page.
func (r *reader) batch(n int) error {
	var null []bool
	k := n // rows which are not null
	if !r.noLevels && !r.levels.ones(n) {
		r.null = sized(r.null, r.room)
		values, err := r.levels.nulls(r.null[:n])
		if err != nil {
			return err
		}
		if k = values; k < n {
			null = r.null[:n]
		}
	}
	r.out = Page{Rows: n, Null: null}
	if err := r.decode(n, k, null); err != nil {
		return err
	}
	if err := r.yield(&r.out); err != nil {
		r.yieldErr = err
		return err
	}
	return nil
}

// decode fills out with k values and n-k nulls.
func (r *reader) decode(n, k int, null []bool) error {
	if k > 0 {
		if err := r.values.start(); err != nil {
			return err
		}
	}
	switch {
	case r.c.Kind == Text:
		return r.decodeText(n, k, null)
	case r.c.Kind == Double:
		r.floats = sized(r.floats, r.room)
		if err := r.values.decodeFloats(r.floats[:k]); err != nil {
			return err
		}
		r.out.Floats = spread(&r.floatsOut, r.floats, n, null, 0)
		return nil
	case r.c.phys == physBytes || r.c.phys == physFixedBytes:
		return r.decodeDecimal(n, k, null)
	}
	r.ints = sized(r.ints, r.room)
	if err := r.values.decodeInts(r.ints[:k]); err != nil {
		return err
	}
	if r.c.unsigned && r.c.phys == physInt64 && !positive(r.ints[:k]) {
		r.spellUnsigned(n, k, null)
		return nil
	}
	r.out.Ints = spread(&r.intsOut, r.ints, n, null, 0)
	return nil
}

func (r *reader) decodeText(n, k int, null []bool) error {
	if r.values.indexed() {
		r.index = sized(r.index, r.room)
		if err := r.values.decodeIndex(r.index[:k]); err != nil {
			return err
		}
		if r.dict.texts == nil { // only nulls so far, a chunk of nulls needs none
			r.dict.texts = new(Texts)
		}
		r.out.Index, r.out.Dict, r.out.Null = spread(&r.indexOut, r.index, n, null, -1), r.dict.texts, nil
		return nil
	}
	r.spans = sized(r.spans, r.room)
	data, err := r.values.decodeBytes(r.spans[:k])
	if err != nil {
		return err
	}
	r.setText(data, n, null)
	return nil
}

// setText delivers the decoded spans over data.
func (r *reader) setText(data []byte, n int, null []bool) {
	r.text = Texts{Spans: spread(&r.spansOut, r.spans, n, null, Span{}), Data: data}
	r.out.Text = &r.text
}

// spread puts the values of dense to the rows that are not null, in a buffer
// of its own, and fill to the others. Without nulls, dense is the result.
func spread[T any](buf *[]T, dense []T, n int, null []bool, fill T) []T {
	if null == nil {
		return dense[:n]
	}
	*buf = sized(*buf, len(dense))
	out := (*buf)[:len(null)]
	k := 0
	for i, isNull := range null {
		// Written so that the compiler needs no branch, which nulls in random
		// places would make expensive.
		v, step := dense[k], 1
		if isNull {
			v, step = fill, 0
		}
		out[i] = v
		k += step
	}
	return out
}

func positive(v []int64) bool {
	or := int64(0)
	for _, x := range v {
		or |= x
	}
	return or >= 0
}
