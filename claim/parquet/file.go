package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// File is an open Parquet file. It is never changed after Open and may be used
// by several goroutines.
type File struct {
	r      io.ReaderAt
	size   int64 // of the file
	end    int64 // of the pages: where the footer begins
	rows   int64
	cols   []Column
	groups []rowGroup

	// ignoreChecksums lets tests take damaged pages to the decoders, as somebody
	// who wants to do harm would.
	ignoreChecksums bool
}

const (
	magic          = "PAR1"
	magicEncrypted = "PARE"
	tailSize       = 8 // length of the footer and magic
	// Rows are nearly free in the format: a run of nulls or of equal values
	// takes a few bytes whatever its length. These bounds keep a small file from
	// keeping its reader busy for hours.
	freeRows    = 1_000_000
	rowsPerByte = 4096
)

// Open reads the footer of a file of the given size in bytes. It fails when the
// file is not Parquet, has an encrypted footer, or when the footer is damaged
// or claims more rows than a file of this size may have. Columns which this
// package cannot read, and damage in a single column, are no reason to fail.
// Open keeps r, and Close of it is up to the caller.
func Open(r io.ReaderAt, size int64) (*File, error) {
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, fmt.Errorf("parquet: %w", err)
	}
	m, err := parseFileMeta(footer)
	if err != nil {
		return nil, fmt.Errorf("parquet: footer: %w", err)
	}
	f := &File{r: r, size: size, end: size - tailSize - int64(len(footer)), rows: m.rows, groups: m.groups}
	leaves := 0
	if f.cols, leaves, err = columns(m.schema); err != nil {
		return nil, fmt.Errorf("parquet: footer: %w", err)
	}
	if err := f.checkGroups(leaves); err != nil {
		return nil, fmt.Errorf("parquet: footer: %w", err)
	}
	return f, nil
}

func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	if size < int64(len(magic))+tailSize {
		return nil, fmt.Errorf("a file of %d bytes is too short to be Parquet", size)
	}
	var head, tail [tailSize]byte
	if err := readFull(r, head[:len(magic)], 0); err != nil {
		return nil, err
	}
	if err := readFull(r, tail[:], size-tailSize); err != nil {
		return nil, err
	}
	if h, t := string(head[:4]), string(tail[4:]); h == magicEncrypted || t == magicEncrypted {
		return nil, errors.New("the file is encrypted")
	} else if h != magic {
		return nil, errors.New("the file does not begin with PAR1, so it is not Parquet")
	} else if t != magic {
		return nil, errors.New("the file does not end with PAR1, it may be cut off")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > size-tailSize-int64(len(magic)) {
		return nil, fmt.Errorf("the footer claims %d bytes, more than the file has", n)
	}
	footer := make([]byte, n)
	return footer, readFull(r, footer, size-tailSize-n)
}

// readFull fills p from r at an offset. io.EOF along with all the bytes is no
// error.
func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading %d bytes at %d: %w", len(p), at, err)
}

// checkGroups compares the numbers of rows and of chunks.
func (f *File) checkGroups(leaves int) error {
	limit := max(freeRows, rowsPerByte*f.size)
	if f.rows < 0 || f.rows > limit {
		return fmt.Errorf("%d rows in a file of %d bytes are not plausible", f.rows, f.size)
	}
	sum := int64(0)
	for i, g := range f.groups {
		if g.rows < 0 || g.rows > f.rows-sum {
			return fmt.Errorf("row group %d claims %d rows, the whole file %d", i, g.rows, f.rows)
		}
		sum += g.rows
		if len(g.chunks) != leaves {
			return fmt.Errorf("row group %d has %d columns, the schema %d", i, len(g.chunks), leaves)
		}
	}
	if sum != f.rows {
		return fmt.Errorf("the row groups have %d rows, the file claims %d", sum, f.rows)
	}
	return nil
}

// NumRows is the number of rows of the file, as the footer says it and all row
// groups together confirm it.
func (f *File) NumRows() int64 { return f.rows }

// Columns lists the top-level columns in the order of the schema. The index in
// this list is the col of Read.
func (f *File) Columns() []Column { return append([]Column(nil), f.cols...) }

// Read streams the values of a column over all row groups in row order. It
// calls yield with at most MaxRows rows at a time and stops at the first error:
// an error of yield is returned as it is; everything else reads `parquet:
// column "x", row group 3: …`, with row groups counted from 0. Without error,
// exactly NumRows rows were delivered. Rows delivered before an error passed
// all checks.
//
// Read fails for a column of kind Other. It may run concurrently for different
// columns and for the same one.
func (f *File) Read(col int, yield func(*Page) error) error {
	if col < 0 || col >= len(f.cols) {
		return fmt.Errorf("parquet: there is no column %d", col)
	}
	c := &f.cols[col]
	if c.Kind == Other {
		return fmt.Errorf("parquet: column %.60q: the type %s is not supported", c.Name, c.Describe)
	}
	if err := f.checkChunks(c); err != nil {
		return err
	}
	rd := newReader(f, c, yield)
	defer rd.close()
	for g := range f.groups {
		if err := rd.group(g); err != nil {
			if rd.yieldErr != nil {
				return rd.yieldErr
			}
			return groupError(c, g, err)
		}
	}
	return nil
}

func groupError(c *Column, group int, err error) error {
	return fmt.Errorf("parquet: column %.60q, row group %d: %w", c.Name, group, err)
}

// checkChunks checks all that the footer says about a column before the first
// value is delivered.
func (f *File) checkChunks(c *Column) error {
	total := int64(0)
	for g := range f.groups {
		m := &f.groups[g].chunks[c.leaf]
		if f.groups[g].rows == 0 {
			continue // such a chunk is never read, and its offsets may be 0
		}
		if err := f.checkChunk(c, m, f.groups[g].rows); err != nil {
			return groupError(c, g, err)
		}
		// Chunks do not share bytes. Without this check a footer could name the
		// same bytes again and again, and cost work out of proportion.
		if total += m.compressed; total > f.end {
			return groupError(c, g, errors.New("the chunks of the column overlap"))
		}
	}
	return nil
}

func (f *File) checkChunk(c *Column, m *chunkMeta, rows int64) error {
	switch {
	case !m.present:
		return errors.New("the column is encrypted or has no metadata")
	case m.external:
		return errors.New("the column is stored in another file")
	case m.phys != c.phys:
		return fmt.Errorf("the chunk is stored as %s, the schema says %s", physName(m.phys), physName(c.phys))
	case m.values != rows:
		return fmt.Errorf("the chunk claims %d values, the row group %d rows", m.values, rows)
	case !codecKnown(m.codec):
		return fmt.Errorf("the compression %d is not supported", m.codec)
	}
	at := m.start()
	if at < int64(len(magic)) || m.compressed < 0 || at > f.end || m.compressed > f.end-at {
		return fmt.Errorf("the chunk of %d bytes at %d is not inside of the file", m.compressed, at)
	}
	return nil
}

// start is the offset of the first page: the dictionary's, if there is one.
func (m *chunkMeta) start() int64 {
	if m.dictAt > 0 && m.dictAt < m.dataAt {
		return m.dictAt
	}
	return m.dataAt
}
