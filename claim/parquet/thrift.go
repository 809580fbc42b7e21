package parquet

import (
	"encoding/binary"
	"errors"
	"math"
)

// The types of the Thrift compact protocol, as stored in field and list heads.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

// thriftDepth bounds the nesting: the format itself needs fewer than ten levels.
const thriftDepth = 32

var (
	// errShort says that the bytes end inside of the structure. It is told apart
	// because a page header is parsed from a window that may be too small.
	errShort     = errors.New("the metadata ends too early")
	errMalformed = errors.New("the metadata is malformed")
)

// thrift decodes the compact protocol from buf. The first error sticks: from
// then on all results are zero and all loops end.
type thrift struct {
	buf   []byte
	pos   int
	depth int
	err   error
}

func (t *thrift) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *thrift) byte() byte {
	if t.err != nil {
		return 0
	}
	if t.pos >= len(t.buf) {
		t.fail(errShort)
		return 0
	}
	b := t.buf[t.pos]
	t.pos++
	return b
}

func (t *thrift) uvarint() uint64 {
	if t.err != nil {
		return 0
	}
	v, n := binary.Uvarint(t.buf[t.pos:])
	if n > 0 {
		t.pos += n
		return v
	}
	if n == 0 {
		t.fail(errShort)
	} else {
		t.fail(errMalformed)
	}
	return 0
}

func (t *thrift) varint() int64 {
	u := t.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// advance skips n bytes.
func (t *thrift) advance(n uint64) {
	if t.err != nil {
		return
	}
	if n > uint64(len(t.buf)-t.pos) {
		t.fail(errShort)
		return
	}
	t.pos += int(n)
}

// i64 reads an integer field of any width.
func (t *thrift) i64(typ byte) int64 {
	switch typ {
	case thriftI8:
		return int64(int8(t.byte()))
	case thriftI16, thriftI32, thriftI64:
		return t.varint()
	}
	t.fail(errMalformed)
	return 0
}

// i32 reads an integer field and refuses values that 32 bits cannot hold.
func (t *thrift) i32(typ byte) int32 {
	v := t.i64(typ)
	if v < math.MinInt32 || v > math.MaxInt32 {
		t.fail(errMalformed)
		return 0
	}
	return int32(v)
}

func (t *thrift) bool(typ byte) bool {
	if typ != thriftTrue && typ != thriftFalse {
		t.fail(errMalformed)
	}
	return typ == thriftTrue
}

// string reads a binary field into memory of its own.
func (t *thrift) string(typ byte) string {
	if typ != thriftBinary {
		t.fail(errMalformed)
		return ""
	}
	n := t.uvarint()
	from := t.pos
	t.advance(n)
	return string(t.buf[from:t.pos])
}

// enter guards each level of nesting, leave ends it.
func (t *thrift) enter() bool {
	if t.depth++; t.depth > thriftDepth {
		t.fail(errMalformed)
	}
	return t.err == nil
}

func (t *thrift) leave() { t.depth-- }

// fields calls f for each field of a structure. f must consume the value or
// skip it.
func (t *thrift) fields(f func(id int, typ byte)) {
	defer t.leave()
	if !t.enter() {
		return
	}
	id := 0
	for {
		head := t.byte()
		if t.err != nil || head == 0 {
			return
		}
		if delta := int(head >> 4); delta != 0 {
			id += delta
		} else {
			id = int(t.varint())
		}
		if t.err != nil {
			return
		}
		f(id, head&15)
	}
}

// list reads the head of a list field and gives its element type and length.
// Each element takes at least one byte, which bounds the length.
func (t *thrift) list(typ byte) (elem byte, n int) {
	if typ != thriftList && typ != thriftSet {
		t.fail(errMalformed)
		return 0, 0
	}
	head := t.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = t.uvarint()
	}
	if t.err == nil && size > uint64(len(t.buf)-t.pos) {
		t.fail(errShort)
	}
	if t.err != nil {
		return 0, 0
	}
	return head & 15, int(size)
}

// structs calls f for each element of a list of structures.
func (t *thrift) structs(typ byte, f func()) {
	elem, n := t.list(typ)
	if n > 0 && elem != thriftStruct {
		t.fail(errMalformed)
	}
	for i := 0; i < n && t.err == nil; i++ {
		f()
	}
}

// skip passes over a value of a field.
func (t *thrift) skip(typ byte) {
	defer t.leave()
	if !t.enter() {
		return
	}
	switch typ {
	case thriftTrue, thriftFalse: // the value is the type
	case thriftI8:
		t.advance(1)
	case thriftI16, thriftI32, thriftI64:
		t.uvarint()
	case thriftDouble:
		t.advance(8)
	case thriftUUID:
		t.advance(16)
	case thriftBinary:
		t.advance(t.uvarint())
	case thriftList, thriftSet:
		elem, n := t.list(typ)
		t.skipElements(elem, n)
	case thriftMap:
		t.skipMap()
	case thriftStruct:
		t.fields(func(_ int, typ byte) { t.skip(typ) })
	default:
		t.fail(errMalformed)
	}
}

func (t *thrift) skipElements(elem byte, n int) {
	for i := 0; i < n && t.err == nil; i++ {
		t.skipElement(elem)
	}
}

// skipElement differs from skip in that booleans in containers take a byte.
func (t *thrift) skipElement(elem byte) {
	if elem == thriftTrue || elem == thriftFalse {
		t.advance(1)
		return
	}
	t.skip(elem)
}

func (t *thrift) skipMap() {
	n := t.uvarint()
	if n == 0 || t.err != nil {
		return
	}
	if n > uint64(len(t.buf)-t.pos) {
		t.fail(errShort)
		return
	}
	types := t.byte()
	for i := uint64(0); i < n && t.err == nil; i++ {
		t.skipElement(types >> 4)
		t.skipElement(types & 15)
	}
}
