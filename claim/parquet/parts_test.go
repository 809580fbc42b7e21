package parquet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go/deprecated"
	pqthrift "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// TestHybrid decodes runs of all widths, in steps of all lengths.
func TestHybrid(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for width := 0; width <= 32; width++ {
		var src []byte
		var want []int32
		for range 40 {
			mask := uint32(uint64(1)<<width - 1)
			if x := rnd.Uint32() & mask >> 1; rnd.IntN(2) == 0 {
				n := rnd.IntN(50)
				src = binary.AppendUvarint(src, uint64(n)<<1)
				for i := range (width + 7) / 8 {
					src = append(src, byte(x>>(8*i)))
				}
				want = append(want, slices.Repeat([]int32{int32(x)}, n)...)
				continue
			}
			groups := rnd.IntN(6)
			src = binary.AppendUvarint(src, uint64(groups)<<1|1)
			packed := make([]byte, groups*width)
			for i := range groups * 8 {
				x := rnd.Uint32() & mask >> 1
				want = append(want, int32(x))
				for b := range width {
					packed[(i*width+b)/8] |= byte(x>>b&1) << ((i*width + b) % 8)
				}
			}
			src = append(src, packed...)
		}
		var h hybrid
		h.reset(src, width)
		got := make([]int32, len(want))
		for rest := got; len(rest) > 0; {
			n := min(len(rest), rnd.IntN(70))
			if err := h.indices(rest[:n], 1<<31); err != nil {
				t.Fatal(width, err)
			}
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("width %d: the values differ", width)
		}
		if err := h.indices(make([]int32, 1), 1<<31); err == nil && width > 0 {
			t.Errorf("width %d: values behind the end", width)
		}
	}
}

// TestThrift checks that malformed metadata ends soon and without a panic.
func TestThrift(t *testing.T) {
	for name, c := range map[string]struct {
		buf  []byte
		want error
	}{
		"empty":           {nil, errShort},
		"stop":            {[]byte{0}, nil},
		"long list":       {[]byte{0x19 | 0x10, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f}, errShort},
		"long text":       {[]byte{0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}, errShort},
		"long varint":     {append([]byte{0x15}, bytes.Repeat([]byte{0xff}, 12)...), errMalformed},
		"unknown type":    {[]byte{0x1e, 0}, errMalformed},
		"deep structures": {append(bytes.Repeat([]byte{0x1c}, 1000), 0), errMalformed},
		"deep lists":      {append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1000)...), errMalformed},
		"long map":        {[]byte{0x1b, 0xff, 0xff, 0xff, 0x0f, 0x88}, errShort},
		"map":             {[]byte{0x1b, 1, 0x81, 1, 'a', 1, 0}, nil},
		"boolean list":    {[]byte{0x19, 0x31, 1, 2, 1, 0}, nil},
	} {
		th := &thrift{buf: c.buf}
		th.fields(func(_ int, typ byte) { th.skip(typ) })
		if th.err != c.want {
			t.Errorf("%s: %v, want %v", name, th.err, c.want)
		}
	}
}

// TestSchema checks how stored types become kinds.
func TestSchema(t *testing.T) {
	decimal := func(typ format.Type, width, precision, scale int32) format.SchemaElement {
		e := element(typ, deprecated.Decimal)
		e.Precision, e.Scale, e.TypeLength = pqthrift.New(precision), pqthrift.New(scale), pqthrift.New(width)
		return e
	}
	repeated := element(format.Int64)
	repeated.RepetitionType = pqthrift.New(format.Repeated)
	for _, c := range []struct {
		element  format.SchemaElement
		kind     Kind
		unit     time.Duration
		describe string
	}{
		{element(format.Int64, deprecated.TimestampMillis), Timestamp, time.Millisecond, "TIMESTAMP(MILLIS)"},
		{element(format.Int64, deprecated.TimestampMicros), Timestamp, time.Microsecond, "TIMESTAMP(MICROS)"},
		{element(format.Int32, deprecated.TimestampMicros), Other, 0, "TIMESTAMP(MICROS)"},
		{element(format.Int64, deprecated.TimeMicros), Other, 0, "TIME"},
		{element(format.Int32, deprecated.Date), Date, 0, "DATE"},
		{element(format.Int32, deprecated.Uint16), Integer, 0, "UINT(16)"},
		{element(format.Int64, deprecated.Int64), Integer, 0, "INT(64)"},
		{element(format.Int64), Integer, 0, "INT64"},
		{element(format.ByteArray, deprecated.Enum), Text, 0, "STRING"},
		{element(format.ByteArray, deprecated.Json), Other, 0, "JSON"},
		{element(format.ByteArray, deprecated.Bson), Other, 0, "BSON"},
		{element(format.ByteArray), Other, 0, "BYTE_ARRAY"},
		{element(format.Int96), Other, 0, "INT96"},
		{element(format.Boolean), Other, 0, "BOOLEAN"},
		{element(format.Float), Double, 0, "FLOAT"},
		{element(format.FixedLenByteArray, deprecated.Interval), Other, 0, "unknown annotation"},
		{decimal(format.Int32, 0, 9, 2), Decimal, 0, "DECIMAL(9,2)"},
		{decimal(format.FixedLenByteArray, 7, 16, 2), Decimal, 0, "DECIMAL(16,2)"},
		{decimal(format.FixedLenByteArray, 0, 16, 2), Other, 0, "DECIMAL(16,2)"},
		{decimal(format.FixedLenByteArray, 1<<30, 16, 2), Other, 0, "DECIMAL(16,2)"},
		{decimal(format.Int64, 0, 9, 10), Other, 0, "DECIMAL(9,10)"},
		{decimal(format.Int64, 0, 2e9, 2e9), Other, 0, "DECIMAL(2000000000,2000000000)"},
		{repeated, Other, 0, "repeated"},
	} {
		f := open(t, craft(t, 0, c.element, format.Uncompressed).file(t))
		got := f.Columns()[0]
		if got.Kind != c.kind || got.Unit != c.unit || got.Describe != c.describe {
			t.Errorf("%s: %v, %v, %s", c.describe, got.Kind, got.Unit, got.Describe)
		}
		if err := f.Read(0, touch); (err != nil) != (c.kind == Other) {
			t.Errorf("%s: %v", c.describe, err)
		}
	}
}

// TestOpenErrors checks the refusal of files that are not what they should be.
func TestOpenErrors(t *testing.T) {
	good := craft(t, 0, optionalText(), format.Uncompressed).file(t)
	swap := func(at int, with string) []byte {
		b := bytes.Clone(good)
		copy(b[at:], with)
		return b
	}
	tree := func(f func(s []format.SchemaElement) []format.SchemaElement) []byte {
		c := craft(t, 0, optionalText(), format.Uncompressed)
		c.meta.Schema = f(c.meta.Schema)
		return c.file(t)
	}
	end := len(good)
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "too short"},
		{[]byte("PAR1PAR1"), "too short"},
		{swap(0, "PK\x03\x04"), "not Parquet"},
		{swap(end-4, "abcd"), "cut off"},
		{swap(end-4, "PARE"), "encrypted"},
		{swap(end-8, "\xff\xff\xff\xff"), "footer claims"},
		{swap(end-8, "\x00\x00\x00\x00"), "too early"},
		{tree(func(s []format.SchemaElement) []format.SchemaElement { return nil }), "empty"},
		{tree(func(s []format.SchemaElement) []format.SchemaElement { return s[:1] }), "too early"},
		{tree(func(s []format.SchemaElement) []format.SchemaElement { return append(s, s[1]) }), "outside"},
		{tree(func(s []format.SchemaElement) []format.SchemaElement {
			s[1].NumChildren = pqthrift.New(int32(1 << 30))
			return s
		}), "children"},
		{tree(func(s []format.SchemaElement) []format.SchemaElement {
			s[1].NumChildren = pqthrift.New(int32(-5))
			return s
		}), "children"},
	} {
		_, err := Open(bytes.NewReader(c.data), int64(len(c.data)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if err := open(t, good).Read(5, touch); err == nil {
		t.Error("a column that is not there can be read")
	}
}
