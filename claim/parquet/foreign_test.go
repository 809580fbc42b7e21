package parquet

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The formulas of testdata/generate.py.

func foreignNumber(i int) int { return (i*7919)%2001 - 1000 }

// mod is Python's remainder, which has the sign of the divisor.
func mod(a, b int) int { return (a%b + b) % b }

// scaled spells x times 10^zeros as a decimal with scale places.
func scaled(x, zeros, scale int) string {
	v := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(zeros)), nil)
	v.Mul(v, big.NewInt(int64(x)))
	return string(appendScaled(nil, v, scale))
}

type foreignColumn struct {
	salt  int // of the formula for nulls
	kind  Kind
	scale int
	value func(i int) string
}

func foreignColumns() map[string]foreignColumn {
	number := func(factor int) func(int) string {
		return func(i int) string { return strconv.Itoa(foreignNumber(i) * factor) }
	}
	return map[string]foreignColumn{
		"text": {1, Text, 0, func(i int) string {
			if i%13 == 0 {
				return ""
			}
			return fmt.Sprintf("väl-%d", mod(foreignNumber(i), 17))
		}},
		"large":  {2, Text, 0, func(i int) string { return fmt.Sprintf("row %d of %d", i, foreignNumber(i)) }},
		"i8":     {3, Integer, 0, func(i int) string { return strconv.Itoa(mod(foreignNumber(i), 100) - 50) }},
		"i16":    {4, Integer, 0, number(1)},
		"i32":    {5, Integer, 0, number(1000003)},
		"i64":    {6, Integer, 0, number(1000000000039)},
		"u8":     {7, Integer, 0, func(i int) string { return strconv.Itoa(i % 256) }},
		"u32":    {8, Integer, 0, func(i int) string { return strconv.Itoa(4294967295 - i) }},
		"u64":    {9, Integer, 0, func(i int) string { return strconv.FormatUint(9223372036854775777+uint64(i), 10) }},
		"dec32":  {1, Decimal, 2, number(37)},
		"dec64":  {2, Decimal, 4, number(370000001)},
		"dec128": {3, Decimal, 3, number(37)},
		"wide":   {4, Decimal, 6, func(i int) string { return scaled(foreignNumber(i), 27, 6) }},
		"dec256": {5, Decimal, 2, number(37)},
		"ts_s":   {6, Timestamp, 0, number(100003 * 1000)},
		"ts_ms":  {7, Timestamp, 0, number(100003)},
		"ts_us":  {8, Timestamp, 0, number(100003)},
		"ts_ns":  {9, Timestamp, 0, number(100003)},
		"date":   {2, Date, 0, number(1)},
		"f32":    {3, Double, 0, func(i int) string { return spellFloat(float64(foreignNumber(i)) / 8) }},
		"f64":    {4, Double, 0, func(i int) string { return spellFloat(float64(foreignNumber(i)) / 1024) }},
		"last":   {1, Integer, 0, number(1)},
	}
}

func (c foreignColumn) expect(rows int) []string {
	out := make([]string, rows)
	for i := range out {
		if out[i] = c.value(i); i*c.salt%11 == 3 {
			out[i] = null
		}
	}
	return out
}

// TestForeign reads files of other writers.
func TestForeign(t *testing.T) {
	want := foreignColumns()
	names, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f := open(t, data)
			for i, c := range f.Columns() {
				w, known := want[c.Name]
				if !known {
					if c.Kind != Other {
						t.Errorf("%s is %v", c.Name, c.Kind)
					}
					continue
				}
				if c.Kind != w.kind || c.Scale != w.scale {
					t.Errorf("%s: %v with scale %d (%s)", c.Name, c.Kind, c.Scale, c.Describe)
				}
				got, err := readColumn(f, i)
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
				compare(t, c.Name, got, w.expect(int(f.NumRows())))
			}
		})
	}
}

// TestDescribe checks the words and units of a file with all types.
func TestDescribe(t *testing.T) {
	data, err := os.ReadFile("testdata/arrow_types.parquet")
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, data)
	var got []string
	for i, c := range f.Columns() {
		s := c.Name + "=" + c.Describe
		if c.Unit != 0 {
			s += "/" + c.Unit.String()
		}
		got = append(got, s)
		if err := f.Read(i, func(*Page) error { return nil }); (err != nil) != (c.Kind == Other) {
			t.Errorf("%s: %v", s, err)
		} else if err != nil && !strings.Contains(err.Error(), c.Describe) {
			t.Errorf("%s is not said in %q", s, err)
		}
	}
	want := "text=STRING large=STRING i8=INT(8) i16=INT(16) i32=INT32 i64=INT64 u8=UINT(8) u32=UINT(32) u64=UINT(64) " +
		"dec32=DECIMAL(7,2) dec64=DECIMAL(16,4) dec128=DECIMAL(25,3) wide=DECIMAL(38,6) dec256=DECIMAL(60,2) " +
		"ts_s=TIMESTAMP(MILLIS)/" + time.Millisecond.String() + " ts_ms=TIMESTAMP(MILLIS)/1ms " +
		"ts_us=TIMESTAMP(MICROS)/1µs ts_ns=TIMESTAMP(NANOS)/1ns ts_utc=TIMESTAMP(MICROS, UTC) date=DATE " +
		"f32=FLOAT f64=DOUBLE bool=BOOLEAN raw=BYTE_ARRAY time=TIME nothing=UNKNOWN struct=nested list=nested last=INT64"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
