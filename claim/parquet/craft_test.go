package parquet

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	pqthrift "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// crafted is a file of one column made by hand, to say what no writer would.
type crafted struct {
	body []byte
	meta format.FileMetaData
}

// craftPage is a page with its header; compressed size and offsets are filled
// in.
type craftPage struct {
	header format.PageHeader
	body   []byte
}

// element is the schema of an optional column.
func element(typ format.Type, converted ...deprecated.ConvertedType) format.SchemaElement {
	e := format.SchemaElement{Name: "x", Type: pqthrift.New(typ), RepetitionType: pqthrift.New(format.Optional)}
	for _, c := range converted {
		e.ConvertedType = pqthrift.New(c)
	}
	return e
}

func optionalText() format.SchemaElement { return element(format.ByteArray, deprecated.UTF8) }

// craft makes a file with one row group of the given rows.
func craft(t testing.TB, rows int64, e format.SchemaElement, codec format.CompressionCodec, pages ...craftPage) *crafted {
	t.Helper()
	c := &crafted{body: []byte("PAR1")}
	for _, p := range pages {
		p.header.CompressedPageSize = int32(len(p.body))
		if p.header.UncompressedPageSize == 0 {
			p.header.UncompressedPageSize = int32(len(p.body))
		}
		c.body = append(append(c.body, marshal(t, &p.header)...), p.body...)
	}
	chunk := format.ColumnChunk{MetaData: format.ColumnMetaData{Type: e.Type.V, Codec: codec, NumValues: rows,
		PathInSchema: []string{"x"}, TotalCompressedSize: int64(len(c.body) - 4), DataPageOffset: 4}}
	c.meta = format.FileMetaData{Version: 1, NumRows: rows,
		Schema:    []format.SchemaElement{{Name: "schema", NumChildren: pqthrift.New(int32(1))}, e},
		RowGroups: []format.RowGroup{{Columns: []format.ColumnChunk{chunk}, NumRows: rows}}}
	return c
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := pqthrift.Marshal(new(pqthrift.CompactProtocol), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// file puts the parts together.
func (c *crafted) file(t testing.TB) []byte {
	t.Helper()
	footer := marshal(t, &c.meta)
	out := append(append([]byte(nil), c.body...), footer...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(footer)))
	return append(out, "PAR1"...)
}

// change edits the footer of the file's only chunk.
func (c *crafted) change(f func(g *format.RowGroup, m *format.ColumnChunk)) *crafted {
	f(&c.meta.RowGroups[0], &c.meta.RowGroups[0].Columns[0])
	return c
}

// dataPage is a version 1 page of n values with definition levels.
func dataPage(n int32, enc format.Encoding, levels, values []byte) craftPage {
	body := binary.LittleEndian.AppendUint32(nil, uint32(len(levels)))
	body = append(append(body, levels...), values...)
	return craftPage{format.PageHeader{Type: format.DataPage, DataPageHeader: pqthrift.New(format.DataPageHeader{
		NumValues: n, Encoding: enc, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}, body}
}

func dictPage(n int32, body []byte) craftPage {
	return craftPage{format.PageHeader{Type: format.DictionaryPage,
		DictionaryPageHeader: pqthrift.New(format.DictionaryPageHeader{NumValues: n})}, body}
}

// run is n repetitions of a value of up to 8 bits in the RLE hybrid.
func run(n int, value byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(n)<<1), value)
}

// plainTexts is the PLAIN encoding of texts.
func plainTexts(texts ...string) []byte {
	var b []byte
	for _, s := range texts {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

// deltas is a DELTA_BINARY_PACKED sequence of n values from first on, each step
// more than the one before.
func deltas(n int, first, step int64) []byte {
	const block, minis = 128, 4
	b := binary.AppendUvarint(binary.AppendUvarint(nil, block), minis)
	b = binary.AppendVarint(binary.AppendUvarint(b, uint64(n)), first)
	for left := n - 1; left > 0; left -= block {
		b = append(binary.AppendVarint(b, step), 0, 0, 0, 0)
	}
	return b
}

// withCRC adds the checksum of a page, plus delta to make it wrong.
func withCRC(p craftPage, delta int32) craftPage {
	p.header.CRC = int32(crc32.ChecksumIEEE(p.body)) + delta
	return p
}
