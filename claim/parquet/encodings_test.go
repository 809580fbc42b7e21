package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
)

// shape is a stored type with a generator of values and their spelling.
type shape struct {
	name      string
	node      pq.Node
	value     func(rnd *rand.Rand, i int) (pq.Value, string)
	encodings []encoding.Encoding
}

func shapes() []shape {
	ints := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.DeltaBinaryPacked, &pq.ByteStreamSplit}
	floats := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.ByteStreamSplit}
	texts := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.DeltaLengthByteArray, &pq.DeltaByteArray}
	fixed := []encoding.Encoding{&pq.Plain, &pq.RLEDictionary, &pq.DeltaByteArray, &pq.ByteStreamSplit}
	i32 := func(rnd *rand.Rand, _ int) (pq.Value, string) {
		x := int32(rnd.Uint32()) >> rnd.IntN(32)
		return pq.Int32Value(x), strconv.Itoa(int(x))
	}
	i64 := func(rnd *rand.Rand, _ int) (pq.Value, string) {
		x := int64(rnd.Uint64()) >> rnd.IntN(64)
		return pq.Int64Value(x), strconv.FormatInt(x, 10)
	}
	return []shape{
		{"int32", pq.Leaf(pq.Int32Type), i32, ints},
		{"int8", pq.Int(8), func(rnd *rand.Rand, _ int) (pq.Value, string) {
			x := int8(rnd.Uint32())
			return pq.Int32Value(int32(x)), strconv.Itoa(int(x))
		}, ints},
		{"int64", pq.Int(64), i64, ints},
		{"sequence", pq.Int(64), func(_ *rand.Rand, i int) (pq.Value, string) {
			return pq.Int64Value(int64(i) * 5), strconv.Itoa(i * 5)
		}, ints},
		{"uint32", pq.Uint(32), func(rnd *rand.Rand, _ int) (pq.Value, string) {
			x := rnd.Uint32()
			return pq.Int32Value(int32(x)), strconv.FormatUint(uint64(x), 10)
		}, ints},
		{"uint64", pq.Uint(64), func(rnd *rand.Rand, i int) (pq.Value, string) {
			x := rnd.Uint64() >> (i / 1000 % 2)
			return pq.Int64Value(int64(x)), strconv.FormatUint(x, 10)
		}, ints},
		{"decimal32", pq.Decimal(2, 9, pq.Int32Type), i32, ints},
		{"decimal64", pq.Decimal(2, 18, pq.Int64Type), i64, ints},
		{"date", pq.Date(), i32, ints},
		{"time", pq.TimestampAdjusted(pq.Nanosecond, false), i64, ints},
		{"double", pq.Leaf(pq.DoubleType), func(rnd *rand.Rand, _ int) (pq.Value, string) {
			x := rnd.NormFloat64()
			return pq.DoubleValue(x), spellFloat(x)
		}, floats},
		{"float", pq.Leaf(pq.FloatType), func(rnd *rand.Rand, _ int) (pq.Value, string) {
			x := rnd.Float32()
			return pq.FloatValue(x), spellFloat(float64(x))
		}, floats},
		{"text", pq.String(), func(rnd *rand.Rand, i int) (pq.Value, string) {
			s := fmt.Sprintf("prefix %d/%d", i/100, rnd.IntN(1000))[:rnd.IntN(9)+1]
			return pq.ByteArrayValue([]byte(s)), s
		}, texts},
		{"repeats", pq.Enum(), func(_ *rand.Rand, i int) (pq.Value, string) {
			s := fmt.Sprint("long prefix of the value ", i/500)
			return pq.ByteArrayValue([]byte(s)), s
		}, texts},
		decimalShape("fixed5", 5, 11, 39, fixed), decimalShape("fixed9", 9, 20, 63, fixed),
		decimalShape("fixed16", 16, 38, 63, fixed), decimalShape("wide16", 16, 38, 120, fixed),
		decimalShape("wide30", 30, 70, 230, fixed),
	}
}

// decimalShape has random decimals of up to the given bits in size bytes.
func decimalShape(name string, size, precision, bits int, enc []encoding.Encoding) shape {
	const scale = 3
	return shape{name, pq.Decimal(scale, precision, pq.FixedLenByteArrayType(size)),
		func(rnd *rand.Rand, _ int) (pq.Value, string) {
			x := new(big.Int)
			for range 4 {
				x.Lsh(x, 64).Add(x, new(big.Int).SetUint64(rnd.Uint64()))
			}
			x.Rsh(x, uint(256-bits)).Rsh(x, uint(rnd.IntN(bits)))
			if rnd.IntN(2) == 0 {
				x.Neg(x)
			}
			b := make([]byte, size)
			twos := new(big.Int).Set(x)
			if x.Sign() < 0 {
				twos.Add(twos, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
			}
			s := x.String()
			if bits > 63 {
				s = string(appendScaled(nil, x, scale))
			}
			return pq.FixedLenByteArrayValue(twos.FillBytes(b)), s
		}, enc}
}

// build writes one column with parquet-go; every null'th value is null.
func build(t testing.TB, s shape, enc encoding.Encoding, codec compress.Codec, version, rows, nulls int) (file []byte, want []string) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, uint64(rows)))
	node := pq.Encoded(s.node, enc)
	if nulls > 0 {
		node = pq.Optional(node)
	}
	var buf bytes.Buffer
	w := pq.NewGenericWriter[any](&buf, pq.NewSchema("s", pq.Group{"col": node}), pq.Compression(codec),
		pq.DataPageVersion(version), pq.PageBufferSize(200_000))
	column := w.ColumnWriters()[0]
	for i := range rows {
		v, spelled := s.value(rnd, i)
		if nulls > 0 {
			if v = v.Level(0, 1, 0); rnd.IntN(nulls) == 0 {
				v, spelled = pq.NullValue().Level(0, 0, 0), null
			}
		}
		want = append(want, spelled)
		if _, err := column.WriteRowValues([]pq.Value{v}); err != nil {
			t.Fatal(err)
		}
		if i == rows/10 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), want
}

// TestEncodings reads what parquet-go writes in all types and encodings.
func TestEncodings(t *testing.T) {
	for _, s := range shapes() {
		for _, enc := range s.encodings {
			for version := 1; version <= 2; version++ {
				for _, nulls := range []int{0, 1, 2, 500} {
					rows := 2000
					if nulls == 500 { // pages of more than MaxRows
						rows = 20_000
					}
					data, want := build(t, s, enc, &pq.Uncompressed, version, rows, nulls)
					checkBuilt(t, fmt.Sprintf("%s %v v%d nulls 1/%d", s.name, enc, version, nulls), s, data, want)
				}
			}
		}
	}
}

// checkBuilt compares a column; of decimals and unsigned numbers it accepts both
// shapes, because a page decides for itself.
func checkBuilt(t *testing.T, what string, s shape, data []byte, want []string) {
	t.Helper()
	f := open(t, data)
	scale := f.Columns()[0].Scale
	var got []string
	err := f.Read(0, func(p *Page) error {
		rows, err := spell(p)
		if p.Ints != nil && len(s.name) > 4 && s.name[:4] == "wide" {
			for i, x := range p.Ints {
				if rows[i] != null {
					rows[i] = string(appendScaled(nil, big.NewInt(x), scale))
				}
			}
		}
		got = append(got, rows...)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	compare(t, what, got, want)
}

// TestCodecs reads all compressions in both page versions.
func TestCodecs(t *testing.T) {
	s := shapes()[12]
	for _, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Gzip, &pq.Brotli, &pq.Zstd, &pq.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			for _, enc := range s.encodings {
				for _, nulls := range []int{1, 9} { // all, some
					data, want := build(t, s, enc, codec, version, 3000, nulls)
					checkBuilt(t, fmt.Sprintf("%v v%d %v nulls 1/%d", codec, version, enc, nulls), s, data, want)
				}
			}
		}
	}
}

// TestHadoop reads the frames that Java writes under the name LZ4, and the bare
// block that older C++ wrote.
func TestHadoop(t *testing.T) {
	plain := bytes.Repeat([]byte("some text that repeats "), 100)
	block, err := pq.Lz4Raw.Encode(nil, plain)
	if err != nil {
		t.Fatal(err)
	}
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(plain)))
	frame = append(binary.BigEndian.AppendUint32(frame, uint32(len(block))), block...)
	var z inflater
	for name, c := range map[string]struct {
		src  []byte
		want []byte
	}{
		"bare":   {block, plain},
		"frame":  {frame, plain},
		"frames": {append(append([]byte(nil), frame...), frame...), append(append([]byte(nil), plain...), plain...)},
	} {
		got, err := z.inflate(codecLZ4Hadoop, nil, c.src, len(c.want))
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if _, err := z.inflate(codecLZ4Hadoop, nil, c.src, len(c.want)+1); err == nil {
			t.Errorf("%s: a wrong size is accepted", name)
		}
	}
}
