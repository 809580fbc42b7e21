package parquet

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	pqthrift "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// hostile is a file made to do harm, or one at the edge of what is legal.
type hostile struct {
	name  string
	file  *crafted
	want  string // in the error; empty when the file is good
	alloc uint64 // bytes that opening and reading may allocate; 0 for 1 MiB
}

// compressed packs the body of a page but for its claimed size.
func compressed(t testing.TB, codec compress.Codec, p craftPage, claim int) craftPage {
	t.Helper()
	b, err := codec.Encode(nil, p.body)
	if err != nil {
		t.Fatal(err)
	}
	p.header.UncompressedPageSize = int32(max(claim, len(p.body)))
	p.body = b
	return p
}

// bombs unpack to, or claim, much more than they are.
func bombs(t testing.TB) []hostile {
	text := optionalText()
	zeros := make([]byte, 100<<20)
	copy(zeros, plainTexts(string(make([]byte, len(zeros)-100))))
	small := dataPage(1, format.Plain, run(1, 1), plainTexts("a"))
	prefixes := append(append(deltas(10_000, 0, 0), deltas(10_000, 0, 0)...), 'x')
	shrink := dataPage(100_000, format.DeltaByteArray, run(100_000, 1), prefixBomb(100_000, 1<<20))
	return []hostile{
		{"a million nulls", craft(t, 1e6, text, format.Uncompressed, dataPage(1e6, format.Plain, run(1e6, 0), nil)), "", 0},
		{"a million ones", craft(t, 1e6, element(format.Int64), format.Uncompressed, dataPage(1e6, format.DeltaBinaryPacked, run(1e6, 1), deltas(1e6, 1, 0))), "", 0},
		{"a million entries", craft(t, 1e6, text, format.Uncompressed, dictPage(1, plainTexts("abc")),
			dataPage(1e6, format.RLEDictionary, run(1e6, 1), append([]byte{1}, run(1e6, 0)...))), "", 0},
		{"too many rows", craft(t, 1e7, text, format.Uncompressed, dataPage(1e7, format.Plain, run(1e7, 0), nil)), "not plausible", 0},
		{"zstd bomb", craft(t, 1, text, format.Zstd, compressed(t, &pq.Zstd, dataPage(1, format.Plain, run(1, 1), zeros), 0)), "plausibly", 0},
		{"zstd claim", craft(t, 1, text, format.Zstd, compressed(t, &pq.Zstd, small, 60<<20)), "compressed data", 0},
		{"gzip claim", craft(t, 1, text, format.Gzip, compressed(t, &pq.Gzip, small, 60<<20)), "compressed data", 0},
		{"brotli claim", craft(t, 1, text, format.Brotli, compressed(t, &pq.Brotli, small, 60<<20)), "compressed data", 0},
		{"snappy claim", craft(t, 1, text, format.Snappy, compressed(t, &pq.Snappy, small, 60<<20)), "compressed data", 0},
		{"lz4 claim", craft(t, 1, text, format.Lz4Raw, compressed(t, &pq.Lz4Raw, small, 60<<20)), "compressed data", 0},
		{"huge claim", craft(t, 1, text, format.Zstd, compressed(t, &pq.Zstd, small, 2<<30-1)), "uncompressed", 0},
		{"equal texts", craft(t, 10_000, text, format.Uncompressed, dataPage(10_000, format.DeltaByteArray, run(10_000, 1), prefixes)), "", 0},
		{"long prefixes", craft(t, 100_000, text, format.Zstd, compressed(t, &pq.Zstd, shrink, 0)), "plausibly", 128 << 20},
	}
}

// prefixBomb is DELTA_BYTE_ARRAY of a long text and n-1 texts that cut one byte
// and add another.
func prefixBomb(n, long int) []byte {
	// Prefix lengths: 0, then long-1; suffix lengths: long, then 1.
	b := append(firstThen(n, 0, int64(long-1)), firstThen(n, int64(long), 1)...)
	return append(b, make([]byte, long+n)...)
}

// firstThen is a sequence of one value and n-1 times another. The step takes
// part in the first miniblock, with a width of 32 bits.
func firstThen(n int, first, then int64) []byte {
	low, high := min(first, then), max(first, then)
	head := deltas(n, first, 0)
	blocks := (n - 1 + 127) / 128
	b := bytes.Clone(head[:len(head)-5*blocks])
	rest := head[len(head)-5*(blocks-1):]
	step := then - first
	if step < 0 { // first difference step, all others 0: above the least one
		b = appendBlock(b, step, 0, uint32(high-low))
	} else {
		b = appendBlock(b, 0, uint32(step), 0)
	}
	return append(b, rest...)
}

// appendBlock adds a block whose first miniblock has a first difference and 31
// others above the least one; the other miniblocks have others too.
func appendBlock(b []byte, least int64, first, others uint32) []byte {
	b = binary.AppendVarint(b, least)
	b = append(b, 32, 32, 32, 32)
	for i := range 128 {
		x := others
		if i == 0 {
			x = first
		}
		b = append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
	}
	return b
}

// contradictions say one thing here and another there.
func contradictions(t testing.TB) []hostile {
	text := optionalText()
	page := func() craftPage { return dataPage(3, format.Plain, run(3, 1), plainTexts("a", "", "ccc")) }
	raw := func(pages ...craftPage) *crafted { return craft(t, 3, text, format.Uncompressed, pages...) }
	index := func(width byte, values []byte) craftPage {
		return dataPage(3, format.RLEDictionary, run(3, 1), append([]byte{width}, values...))
	}
	bitPacked := page()
	bitPacked.header.DataPageHeader.V.DefinitionLevelEncoding = format.BitPacked
	unknown := page()
	unknown.header.Type = 9
	lacking := page()
	lacking.header.DataPageHeader.Valid = false
	stray := raw(page())
	stray.body = append(stray.body, 0xff, 0xff)
	stray.change(func(_ *format.RowGroup, m *format.ColumnChunk) { m.MetaData.TotalCompressedSize += 2 })
	overlap := raw(page())
	overlap.meta.NumRows = 300
	for range 99 {
		overlap.meta.RowGroups = append(overlap.meta.RowGroups, overlap.meta.RowGroups[0])
	}
	meta := func(f func(g *format.RowGroup, m *format.ColumnChunk)) *crafted { return raw(page()).change(f) }
	return []hostile{
		{name: "good", file: raw(page())},
		{name: "good checksum", file: raw(withCRC(page(), 0))},
		{"checksum", raw(withCRC(page(), 1)), "checksum", 0},
		{"BIT_PACKED", raw(bitPacked), "definition levels in encoding 4", 0},
		{"page type", raw(unknown), "unknown type 9", 0},
		{"no main part", raw(lacking), "lacks its main part", 0},
		{"stray bytes", stray, "page header", 0},
		{"overlap", overlap, "overlap", 0},
		{"page too long", raw(dataPage(4, format.Plain, run(4, 1), plainTexts("a", "b", "c", "d"))), "4 values", 0},
		{"page too short", raw(dataPage(2, format.Plain, run(2, 1), plainTexts("a", "b"))), "2 of 3 rows", 0},
		{"values too few", raw(dataPage(3, format.Plain, run(3, 1), plainTexts("a", "b"))), "fewer values", 0},
		{"text too long", raw(dataPage(3, format.Plain, run(3, 1), []byte{255, 255, 255, 255})), "longer", 0},
		{"levels too few", raw(dataPage(3, format.Plain, run(2, 1), plainTexts("a", "b", "c"))), "levels", 0},
		{"levels too great", raw(dataPage(3, format.Plain, run(3, 2), plainTexts("a", "b", "c"))), "levels", 0},
		{"encoding", raw(dataPage(3, 17, run(3, 1), nil)), "encoding 17", 0},
		{"no dictionary", raw(index(1, run(3, 0))), "dictionary that the chunk does not have", 0},
		{"index too great", raw(dictPage(1, plainTexts("a")), index(1, run(3, 1))), "indices", 0},
		{"empty dictionary", raw(dictPage(0, nil), index(0, nil)), "indices", 0},
		{"two dictionaries", raw(dictPage(1, plainTexts("a")), dictPage(1, plainTexts("a")), page()), "more than one", 0},
		{"dictionary too short", raw(dictPage(1e9, plainTexts("a")), page()), "fewer entries", 0},
		{"delta block", raw(dataPage(3, format.DeltaLengthByteArray, run(3, 1), []byte{255, 255, 255, 255, 7, 1, 3, 0})), "delta", 0},
		{"codec", craft(t, 3, text, 3, page()), "compression 3", 0},
		{"offset", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.MetaData.DataPageOffset = 1 << 60 }), "not inside", 0},
		{"size", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.MetaData.TotalCompressedSize = 1 << 62 }), "not inside", 0},
		{"values", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.MetaData.NumValues = 4 }), "4 values", 0},
		{"type", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.MetaData.Type = format.Int32 }), "INT32", 0},
		{"elsewhere", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.FilePath = "b" }), "another file", 0},
		{"encrypted", meta(func(_ *format.RowGroup, m *format.ColumnChunk) { m.EncryptedColumnMetadata = []byte{1} }), "encrypted", 0},
		{"rows", meta(func(g *format.RowGroup, _ *format.ColumnChunk) { g.NumRows = 2 }), "have 2 rows", 0},
		{"no columns", meta(func(g *format.RowGroup, _ *format.ColumnChunk) { g.Columns = nil }), "0 columns", 0},
		{"decimal", craft(t, 1, decimalBytes(), format.Uncompressed, dataPage(1, format.Plain, run(1, 1), plainTexts(""))), "no bytes", 0},
	}
}

func decimalBytes() format.SchemaElement {
	e := element(format.ByteArray, deprecated.Decimal)
	e.Precision, e.Scale = pqthrift.New(int32(9)), pqthrift.New(int32(2))
	return e
}

// TestHostile checks that files made by hand end as they should, with little
// memory.
func TestHostile(t *testing.T) {
	for _, h := range append(bombs(t), contradictions(t)...) {
		data := h.file.file(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(data)
		runtime.ReadMemStats(&after)
		switch {
		case h.want == "" && err != nil:
			t.Errorf("%s: %v", h.name, err)
		case h.want != "" && (err == nil || !strings.Contains(err.Error(), h.want)):
			t.Errorf("%s: %v, want %q", h.name, err, h.want)
		case err != nil:
			checkError(t, err)
		}
		if h.alloc == 0 {
			h.alloc = 1 << 20
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > h.alloc {
			t.Errorf("%s: %d bytes allocated for a file of %d", h.name, used, len(data))
		}
	}
}

func readAll(data []byte) error {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	return f.Read(0, touch)
}
