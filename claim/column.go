package claim

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Number is what columns hold.
type Number interface{ ~int32 | ~int64 | ~uint64 }

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
		c.Reserve(len(c.V) + 64)
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
	c.buf.Resize(max(used+n, c.want) * size)
	full := c.buf.Bytes()
	c.V = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(full))), len(full)/size)[:used]
}

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

// column is the values of one field: codes or numbers.
type column struct {
	code *Vector[int32]
	num  *Vector[int64]
}

func newColumn(alloc memory.Allocator, f Field) column {
	if f.Coded() {
		return column{code: NewVector[int32](alloc)}
	}
	return column{num: NewVector[int64](alloc)}
}

// takeRows appends every width-th value.
func (c column) takeRows(rows []int64, width int) {
	n := (len(rows) + width - 1) / width
	if c.num != nil {
		for i, out := 0, c.num.Extend(n); i < n; i++ {
			out[i] = rows[i*width]
		}
		return
	}
	for i, out := 0, c.code.Extend(n); i < n; i++ {
		out[i] = int32(rows[i*width])
	}
}

// extend appends n values to be filled in.
func (c column) extend(n int) {
	if c.num != nil {
		c.num.Extend(n)
	} else {
		c.code.Extend(n)
	}
}

func (c column) truncate(n int) {
	if c.code != nil {
		c.code.Truncate(n)
	} else if c.num != nil {
		c.num.Truncate(n)
	}
}

func (c *column) release() {
	if c.code != nil {
		c.code.Release()
	} else if c.num != nil {
		c.num.Release()
	}
	*c = column{}
}

func (c column) array(alloc memory.Allocator) arrow.Array {
	if c.code != nil {
		return c.code.Array(alloc, NoCode, arrow.PrimitiveTypes.Int32)
	}
	return c.num.Array(alloc, None64, arrow.PrimitiveTypes.Int64)
}
