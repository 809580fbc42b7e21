package parquet

// physical is the stored type of a column.
type physical int32

const (
	physBoolean    physical = 0
	physInt32      physical = 1
	physInt64      physical = 2
	physInt96      physical = 3
	physFloat      physical = 4
	physDouble     physical = 5
	physBytes      physical = 6
	physFixedBytes physical = 7
)

// repetition of a schema element.
const (
	repRequired = 0
	repOptional = 1
	repRepeated = 2
)

// The members of the LogicalType union.
const (
	logicalNone      = 0
	logicalString    = 1
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalNull      = 11
	logicalJSON      = 12
	logicalBSON      = 13
	logicalUUID      = 14
	logicalFloat16   = 15
)

// The older ConvertedType annotations; absent is -1.
const (
	convertedUTF8            = 0
	convertedEnum            = 4
	convertedDecimal         = 5
	convertedDate            = 6
	convertedTimeMillis      = 7
	convertedTimeMicros      = 8
	convertedTimestampMillis = 9
	convertedTimestampMicros = 10
	convertedUint8           = 11
	convertedInt64           = 18
	convertedJSON            = 19
	convertedBSON            = 20
)

// Time units as members of the TimeUnit union.
const (
	unitMillis = 1
	unitMicros = 2
	unitNanos  = 3
)

// schemaElement is a node of the schema tree, which is stored in preorder.
type schemaElement struct {
	name             string
	phys             physical // -1 for a group
	width            int32
	repetition       int32
	children         int32
	converted        int32
	scale, precision int32
	logical          logicalType
}

// logicalType is the LogicalType union with the members' parameters.
type logicalType struct {
	id               int
	scale, precision int32
	utc              bool
	unit             int
	bits             int32
	signed           bool
}

// chunkMeta tells where one column of a row group is stored.
type chunkMeta struct {
	phys       physical
	codec      int32
	external   bool // stored in another file
	present    bool // has readable metadata; an encrypted column has not
	values     int64
	compressed int64 // bytes in the file, including page headers
	dataAt     int64
	dictAt     int64 // 0 without dictionary page
}

type rowGroup struct {
	rows   int64
	chunks []chunkMeta
}

type fileMeta struct {
	rows   int64
	schema []schemaElement
	groups []rowGroup
}

func parseFileMeta(buf []byte) (*fileMeta, error) {
	t := &thrift{buf: buf}
	m := &fileMeta{rows: -1}
	t.fields(func(id int, typ byte) {
		switch id {
		case 2:
			t.structs(typ, func() { m.schema = append(m.schema, t.schemaElement()) })
		case 3:
			m.rows = t.i64(typ)
		case 4:
			t.structs(typ, func() { m.groups = append(m.groups, t.rowGroup()) })
		default:
			t.skip(typ)
		}
	})
	return m, t.err
}

func (t *thrift) schemaElement() schemaElement {
	e := schemaElement{phys: -1, converted: -1}
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			e.phys = physical(t.i32(typ))
		case 2:
			e.width = t.i32(typ)
		case 3:
			e.repetition = t.i32(typ)
		case 4:
			e.name = t.string(typ)
		case 5:
			e.children = t.i32(typ)
		case 6:
			e.converted = t.i32(typ)
		case 7:
			e.scale = t.i32(typ)
		case 8:
			e.precision = t.i32(typ)
		case 10:
			e.logical = t.logicalType(typ)
		default:
			t.skip(typ)
		}
	})
	return e
}

// logicalType reads a union: the last member wins, unknown ones are kept by
// number, so that a type which this package does not know is never mistaken
// for a plain one.
func (t *thrift) logicalType(typ byte) logicalType {
	var l logicalType
	t.structField(typ, func(id int, typ byte) {
		l = logicalType{id: id}
		t.structField(typ, func(id int, typ byte) {
			switch {
			case l.id == logicalDecimal && id == 1:
				l.scale = t.i32(typ)
			case l.id == logicalDecimal && id == 2:
				l.precision = t.i32(typ)
			case (l.id == logicalTimestamp || l.id == logicalTime) && id == 1:
				l.utc = t.bool(typ)
			case (l.id == logicalTimestamp || l.id == logicalTime) && id == 2:
				t.structField(typ, func(id int, typ byte) {
					l.unit = id
					t.skip(typ)
				})
			case l.id == logicalInteger && id == 1:
				l.bits = t.i32(typ)
			case l.id == logicalInteger && id == 2:
				l.signed = t.bool(typ)
			default:
				t.skip(typ)
			}
		})
	})
	return l
}

// structField is fields for a field that must be a structure.
func (t *thrift) structField(typ byte, f func(id int, typ byte)) {
	if typ != thriftStruct {
		t.fail(errMalformed)
		return
	}
	t.fields(f)
}

func (t *thrift) rowGroup() rowGroup {
	g := rowGroup{rows: -1}
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			t.structs(typ, func() { g.chunks = append(g.chunks, t.columnChunk()) })
		case 3:
			g.rows = t.i64(typ)
		default:
			t.skip(typ)
		}
	})
	return g
}

func (t *thrift) columnChunk() chunkMeta {
	var c chunkMeta
	encrypted := false
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			c.external = t.string(typ) != ""
		case 3:
			c.present = true
			t.structField(typ, func(id int, typ byte) { t.columnMeta(&c, id, typ) })
		case 8, 9: // ColumnCryptoMetaData and its encrypted bytes
			encrypted = true
			t.skip(typ)
		default:
			t.skip(typ)
		}
	})
	c.present = c.present && !encrypted
	return c
}

func (t *thrift) columnMeta(c *chunkMeta, id int, typ byte) {
	switch id {
	case 1:
		c.phys = physical(t.i32(typ))
	case 4:
		c.codec = t.i32(typ)
	case 5:
		c.values = t.i64(typ)
	case 7:
		c.compressed = t.i64(typ)
	case 9:
		c.dataAt = t.i64(typ)
	case 11:
		c.dictAt = t.i64(typ)
	default:
		t.skip(typ)
	}
}

// The kinds of pages in a column chunk.
const (
	pageData       = 0
	pageIndex      = 1
	pageDictionary = 2
	pageDataV2     = 3
)

// pageHeader is the header of a page of any kind; absent numbers are -1.
type pageHeader struct {
	kind         int32
	uncompressed int32
	compressed   int32
	hasCRC       bool
	crc          uint32

	values      int32
	encoding    int32
	defEncoding int32
	// of DATA_PAGE_V2:
	nulls, rows        int32
	defBytes, repBytes int32
	plainV2            bool // the values are not compressed
	// body tells that the header of the page's own kind was there.
	body bool
}

// parsePageHeader reads the header at the start of buf and gives its length.
// errShort means that more bytes are needed.
func parsePageHeader(buf []byte) (pageHeader, int, error) {
	t := &thrift{buf: buf}
	h := pageHeader{kind: -1, uncompressed: -1, compressed: -1, values: -1, encoding: -1, nulls: -1, rows: -1}
	inner := func(kind int32, f func(id int, typ byte)) func(id int, typ byte) {
		h.body = h.kind == kind
		return f
	}
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			h.kind = t.i32(typ)
		case 2:
			h.uncompressed = t.i32(typ)
		case 3:
			h.compressed = t.i32(typ)
		case 4:
			h.crc, h.hasCRC = uint32(t.i32(typ)), true
		case 5:
			t.structField(typ, inner(pageData, func(id int, typ byte) { t.dataHeader(&h, id, typ) }))
		case 7:
			t.structField(typ, inner(pageDictionary, func(id int, typ byte) { t.dataHeader(&h, id, typ) }))
		case 8:
			t.structField(typ, inner(pageDataV2, func(id int, typ byte) { t.dataHeaderV2(&h, id, typ) }))
		default:
			t.skip(typ)
		}
	})
	return h, t.pos, t.err
}

// dataHeader reads a DataPageHeader, or a DictionaryPageHeader, which begins
// with the same two fields and has a boolean as the third.
func (t *thrift) dataHeader(h *pageHeader, id int, typ byte) {
	switch {
	case id == 1:
		h.values = t.i32(typ)
	case id == 2:
		h.encoding = t.i32(typ)
	case id == 3 && h.kind == pageData:
		h.defEncoding = t.i32(typ)
	default:
		t.skip(typ)
	}
}

func (t *thrift) dataHeaderV2(h *pageHeader, id int, typ byte) {
	switch id {
	case 1:
		h.values = t.i32(typ)
	case 2:
		h.nulls = t.i32(typ)
	case 3:
		h.rows = t.i32(typ)
	case 4:
		h.encoding = t.i32(typ)
	case 5:
		h.defBytes = t.i32(typ)
	case 6:
		h.repBytes = t.i32(typ)
	case 7:
		h.plainV2 = !t.bool(typ)
	default:
		t.skip(typ)
	}
}
