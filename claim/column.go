package claim

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Number is what columns hold.
type Number interface {
	~uint8 | ~uint16 | ~int32 | ~int64 | ~uint64
}

// Vector is a growing column in Arrow memory. V is the data; append to it with
// Push so that the memory behind it grows. Release gives the memory back.
type Vector[T Number] struct {
	V    []T
	buf  *memory.Buffer
	want int // values expected in all: the first growth makes room for them
}

// NewVector makes an empty vector in memory of alloc.
func NewVector[T Number](alloc memory.Allocator) *Vector[T] {
	return &Vector[T]{buf: memory.NewResizableBuffer(alloc)}
}

// Push appends one value.
func (c *Vector[T]) Push(v T) {
	if len(c.V) == cap(c.V) {
		c.Reserve(64)
	}
	n := len(c.V)
	c.V = c.V[:n+1]
	c.V[n] = v
}

// Reserve makes room for n more values.
func (c *Vector[T]) Reserve(n int) {
	if len(c.V)+n <= cap(c.V) {
		return
	}
	used, size := len(c.V), int(unsafe.Sizeof(*new(T)))
	more := used / 4 // so that growing costs no more than filling
	if used*size < smallColumn {
		more = used
	}
	c.buf.Resize(max(used+n, used+more, c.want) * size)
	full := c.buf.Bytes()
	c.V = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(full))), len(full)/size)[:used]
}

// smallColumn is the number of bytes up to which a column doubles when it is
// full, and does not mind the memory.
const smallColumn = 1 << 20

// Extend appends n values to be filled in and gives them.
func (c *Vector[T]) Extend(n int) []T {
	c.Reserve(n)
	used := len(c.V)
	c.V = c.V[:used+n]
	return c.V[used:]
}

// Truncate drops all values from n on.
func (c *Vector[T]) Truncate(n int) { c.V = c.V[:n] }

// Release gives the memory back; the vector is empty then.
func (c *Vector[T]) Release() {
	if c.buf != nil {
		c.buf.Release()
		c.buf, c.V = nil, nil
	}
}

// Array shows the vector as an Arrow array without copying; absent marks the
// value that stands for null. The array holds the memory until it is released.
func (c *Vector[T]) Array(alloc memory.Allocator, absent T, dtype arrow.DataType) arrow.Array {
	nulls := 0
	for _, v := range c.V {
		if v == absent {
			nulls++
		}
	}
	var bitmap *memory.Buffer
	if nulls > 0 {
		bitmap = memory.NewResizableBuffer(alloc)
		bitmap.Resize(int(bitutil.BytesForBits(int64(len(c.V)))))
		clear(bitmap.Bytes())
		for i, v := range c.V {
			if v != absent {
				bitutil.SetBit(bitmap.Bytes(), i)
			}
		}
		defer bitmap.Release()
	}
	data := array.NewData(dtype, len(c.V), []*memory.Buffer{bitmap, c.buf}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// column is the values of one field: codes or numbers, or either of them packed.
type column struct {
	code *Vector[int32]
	num  *Vector[int64]
	pack *packed
}

// newColumn makes an empty column of a batch. What identity, refunds and checks
// ask of settlements row by row is not packed.
func newColumn(alloc memory.Allocator, f Field) column {
	switch {
	case specs[f].Table == Settlements && structural.Has(f):
		return newWide(alloc, f)
	case f.Coded():
		return column{pack: newPacked(alloc, int64(NoCode))}
	}
	return column{pack: newPacked(alloc, None64)}
}

// asSlices are the columns that a book asks for as a whole, again and again.
var asSlices = FieldSet(0).With(SetlID, MdtrtID, PsnNo, FixmedinsCode, SetlTime, RefdSetlFlag, InitSetlID)

// asBytes are the columns of short lists of codes that every look at a person
// reads: one or two bytes a value are few enough, and faster.
var asBytes = FieldSet(0).With(MedType, Gend, DscgMaindiagCode, MedListCodg, DiagType, DiagCode)

// newDenseColumn makes an empty column of a batch that stays for long.
func newDenseColumn(alloc memory.Allocator, f Field) column {
	switch {
	case asSlices.Has(f):
		return newWide(alloc, f)
	case asBytes.Has(f):
		return column{pack: newPacked(alloc, int64(NoCode))}
	case f.Coded():
		return column{pack: newDensePacked(alloc, int64(NoCode))}
	}
	return column{pack: newDensePacked(alloc, None64)}
}

// newWide makes an empty column that is not packed.
func newWide(alloc memory.Allocator, f Field) column {
	if f.Coded() {
		return column{code: NewVector[int32](alloc)}
	}
	return column{num: NewVector[int64](alloc)}
}

// expect has the column make room for all values at once, when the first comes:
// columns of known length need not grow step by step.
func (c column) expect(rows int) {
	switch {
	case c.code != nil:
		c.code.want = rows
	case c.num != nil:
		c.num.want = rows
	case c.pack != nil:
		c.pack.expect(rows)
	}
}

// push appends one value.
func (c column) push(v int64) {
	switch {
	case c.code != nil:
		c.code.Push(int32(v))
	case c.num != nil:
		c.num.Push(v)
	default:
		c.pack.push(v)
	}
}

// codeAt gives a value of a column of codes.
func (c column) codeAt(row int32) int32 {
	if c.code != nil {
		return c.code.V[row]
	}
	return c.pack.code(row)
}

// numberAt gives a value of a column of numbers.
func (c column) numberAt(row int32) int64 {
	if c.num != nil {
		return c.num.V[row]
	}
	return c.pack.at(row)
}

// takeRows appends every width-th value.
func (c column) takeRows(rows []int64, width int) {
	n := (len(rows) + width - 1) / width
	switch {
	case c.pack != nil:
		c.pack.append(rows, width)
	case c.num != nil:
		for i, out := 0, c.num.Extend(n); i < n; i++ {
			out[i] = rows[i*width]
		}
	default:
		for i, out := 0, c.code.Extend(n); i < n; i++ {
			out[i] = int32(rows[i*width])
		}
	}
}

// gather gives the codes or numbers of some rows to a column that is not
// packed and has room for them, from row at on.
func (c column) gather(to column, at int, rows []int32) {
	switch {
	case c.pack != nil && to.code != nil:
		c.pack.gatherCodes(to.code.V[at:at+len(rows)], rows)
	case c.pack != nil:
		c.pack.gather(to.num.V[at:at+len(rows)], rows)
	case c.num != nil:
		dst, src := to.num.V[at:at+len(rows)], c.num.V
		for i, r := range rows {
			dst[i] = src[r]
		}
	default:
		dst, src := to.code.V[at:at+len(rows)], c.code.V
		for i, r := range rows {
			dst[i] = src[r]
		}
	}
}

// values gives the values of some rows.
func (c column) values(out []int64, rows []int32) {
	switch {
	case c.pack != nil:
		c.pack.gather(out, rows)
	case c.num != nil:
		for i, r := range rows {
			out[i] = c.num.V[r]
		}
	default:
		for i, r := range rows {
			out[i] = int64(c.code.V[r])
		}
	}
}

// extend appends n values to be filled in to a column that is not packed.
func (c column) extend(n int) {
	if c.num != nil {
		c.num.Extend(n)
	} else {
		c.code.Extend(n)
	}
}

func (c column) truncate(n int) {
	switch {
	case c.code != nil:
		c.code.Truncate(n)
	case c.num != nil:
		c.num.Truncate(n)
	case c.pack != nil:
		c.pack.truncate(n)
	}
}

func (c *column) release() {
	switch {
	case c.code != nil:
		c.code.Release()
	case c.num != nil:
		c.num.Release()
	case c.pack != nil:
		c.pack.release()
	}
	*c = column{}
}

// wide gives a copy of the column of a field that is not packed.
func (c column) wide(alloc memory.Allocator, f Field) column {
	out := newWide(alloc, f)
	for _, values := range c.pack.blocks() {
		out.takeRows(values, 1)
	}
	return out
}

// array shows a column that is not packed.
func (c column) array(alloc memory.Allocator) arrow.Array {
	if c.code != nil {
		return c.code.Array(alloc, NoCode, arrow.PrimitiveTypes.Int32)
	}
	return c.num.Array(alloc, None64, arrow.PrimitiveTypes.Int64)
}
