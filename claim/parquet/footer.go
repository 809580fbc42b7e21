package parquet

import "encoding/binary"

// compact writes the Thrift compact protocol: the structures of page headers
// and footers. Fields are written in the order of their ids.
type compact struct {
	out  []byte
	last []int // the last field id of each open structure
}

func (c *compact) begin() { c.last = append(c.last, 0) }

func (c *compact) end() {
	c.out = append(c.out, 0)
	c.last = c.last[:len(c.last)-1]
}

// field begins a field; ids rise by less than 16.
func (c *compact) field(id int, typ byte) {
	last := &c.last[len(c.last)-1]
	c.out = append(c.out, byte(id-*last)<<4|typ)
	*last = id
}

func (c *compact) number(v int64) { c.out = binary.AppendVarint(c.out, v) }

func (c *compact) text(s string) {
	c.out = binary.AppendUvarint(c.out, uint64(len(s)))
	c.out = append(c.out, s...)
}

func (c *compact) i32(id int, v int64) {
	c.field(id, thriftI32)
	c.number(v)
}

func (c *compact) i64(id int, v int64) {
	c.field(id, thriftI64)
	c.number(v)
}

func (c *compact) binary(id int, s string) {
	c.field(id, thriftBinary)
	c.text(s)
}

func (c *compact) structure(id int, fill func()) {
	c.field(id, thriftStruct)
	c.begin()
	fill()
	c.end()
}

// list writes a list whose n members are written by member.
func (c *compact) list(id, n int, typ byte, member func(i int)) {
	c.field(id, thriftList)
	if n < 15 {
		c.out = append(c.out, byte(n)<<4|typ)
	} else {
		c.out = binary.AppendUvarint(append(c.out, 0xf0|typ), uint64(n))
	}
	for i := range n {
		if typ == thriftStruct {
			c.begin()
		}
		member(i)
		if typ == thriftStruct {
			c.end()
		}
	}
}

// pageHead is what the header of a page says.
type pageHead struct {
	kind, unpacked, packed, values, encoding int64
}

func appendPageHeader(dst []byte, h pageHead) []byte {
	c := &compact{out: dst}
	c.begin()
	c.i32(1, h.kind)
	c.i32(2, h.unpacked)
	c.i32(3, h.packed)
	if h.kind == pageDictionary {
		c.structure(7, func() {
			c.i32(1, h.values)
			c.i32(2, h.encoding)
		})
	} else {
		c.structure(5, func() {
			c.i32(1, h.values)
			c.i32(2, h.encoding)
			c.i32(3, int64(encRLE))
			c.i32(4, int64(encRLE))
		})
	}
	c.end()
	return c.out
}

// chunk is a column in the file: where its pages lie.
type chunk struct {
	column     *blockColumn
	values     int64
	packed     int64 // bytes of its pages
	dict, data int64 // where they begin; dict is -1 without dictionary
}

// appendFooter appends the footer of a file of one row group.
func appendFooter(dst []byte, chunks []chunk, rows int64) []byte {
	c := &compact{out: dst}
	c.begin()
	c.i32(1, 1)
	c.list(2, len(chunks)+1, thriftStruct, func(i int) {
		if i == 0 {
			c.binary(4, "schema")
			c.i32(5, int64(len(chunks)))
			return
		}
		c.element(&chunks[i-1].column.WriteColumn)
	})
	c.i64(3, rows)
	groups := 1
	if rows == 0 {
		groups = 0
	}
	c.list(4, groups, thriftStruct, func(int) {
		unpacked := int64(0)
		c.list(1, len(chunks), thriftStruct, func(i int) {
			c.chunk(&chunks[i])
			unpacked += chunks[i].column.unpacked
		})
		c.i64(2, unpacked)
		c.i64(3, rows)
	})
	c.binary(6, "fundwatch")
	c.end()
	return c.out
}

// element writes a column of the schema.
func (c *compact) element(w *WriteColumn) {
	phys, converted := physInt64, -1
	switch w.Kind {
	case Text:
		phys, converted = physBytes, convertedUTF8
	case Integer:
		converted = convertedInt64
	case Decimal:
		converted = convertedDecimal
	case Date:
		phys, converted = physInt32, convertedDate
	}
	c.i32(1, int64(phys))
	c.i32(3, repOptional)
	c.binary(4, w.Name)
	if converted >= 0 { // none says a time without zone
		c.i32(6, int64(converted))
	}
	if w.Kind == Decimal {
		c.i32(7, int64(w.Scale))
		c.i32(8, maxDigits)
	}
	c.structure(10, func() { c.logical(w) })
}

// logical writes the member of the LogicalType union.
func (c *compact) logical(w *WriteColumn) {
	switch w.Kind {
	case Text:
		c.structure(logicalString, func() {})
	case Decimal:
		c.structure(logicalDecimal, func() {
			c.i32(1, int64(w.Scale))
			c.i32(2, maxDigits)
		})
	case Date:
		c.structure(logicalDate, func() {})
	case Timestamp:
		c.structure(logicalTimestamp, func() {
			c.field(1, thriftFalse) // not adjusted to UTC
			c.structure(2, func() { c.structure(unitMicros, func() {}) })
		})
	case Integer:
		c.structure(logicalInteger, func() {
			c.field(1, thriftI8)
			c.out = append(c.out, 64)
			c.field(2, thriftTrue)
		})
	}
}

// chunk writes where a column lies.
func (c *compact) chunk(k *chunk) {
	first, encodings := k.data, []int64{int64(encPlain), int64(encRLE)}
	if k.dict >= 0 {
		first, encodings = k.dict, append(encodings, int64(encDictionary))
	}
	phys := physInt64
	switch k.column.Kind {
	case Text:
		phys = physBytes
	case Date:
		phys = physInt32
	}
	c.i64(2, first)
	c.structure(3, func() {
		c.i32(1, int64(phys))
		c.list(2, len(encodings), thriftI32, func(i int) { c.number(encodings[i]) })
		c.list(3, 1, thriftBinary, func(int) { c.text(k.column.Name) })
		c.i32(4, codecZstd)
		c.i64(5, k.values)
		c.i64(6, k.column.unpacked)
		c.i64(7, k.packed)
		c.i64(9, k.data)
		if k.dict >= 0 {
			c.i64(11, k.dict)
		}
	})
}
