package claim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"
)

// edges are numbers on both sides of where a packed column needs more bytes.
var edges = []int64{0, 1, 253, 254, 255, 256, 65533, 65534, 65535, 65536, math.MaxInt32, math.MaxInt32 + 1,
	-1, -2, math.MinInt32, math.MinInt32 + 1, math.MinInt32 - 1, math.MaxInt64, math.MinInt64 + 1}

// A packed column gives back what was put in, however it came in and whatever
// was there before it grew.
func TestPackedIsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		p := newPacked(alloc, None64)
		if rapid.Bool().Draw(t, "dense") {
			p = newDensePacked(alloc, None64)
		}
		defer p.release()
		p.expect(rapid.IntRange(0, 50).Draw(t, "expected"))
		number := rapid.OneOf(rapid.SampledFrom(append(slices.Clone(edges), None64)), rapid.Int64Range(-300, 300))
		var want []int64
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				v := number.Draw(t, "one")
				p.push(v)
				want = append(want, v)
			case 1:
				some, stride := rapid.SliceOfN(number, 0, 9).Draw(t, "some"), rapid.IntRange(1, 3).Draw(t, "stride")
				p.append(some, stride)
				for i := 0; i < len(some); i += stride {
					want = append(want, some[i])
				}
			case 2:
				want = append(want, drawScaled(t, p)...)
			default:
				n := rapid.IntRange(0, len(want)).Draw(t, "left")
				p.truncate(n)
				want = want[:n]
			}
		}
		checkPacked(t, p, want)
	})
}

// drawScaled appends numbers times a scale, some of them absent.
func drawScaled(t *rapid.T, p *packed) (want []int64) {
	scale := rapid.SampledFrom([]int64{1, 100, 1_000_000}).Draw(t, "scale")
	values := rapid.SliceOfN(rapid.Int64Range(-70_000, 70_000), 0, 9).Draw(t, "values")
	var null []bool
	if rapid.Bool().Draw(t, "nulls") {
		null = rapid.SliceOfN(rapid.Bool(), len(values), len(values)).Draw(t, "null")
	}
	least, most := int64(0), int64(0)
	for i, v := range values {
		least, most = min(least, v), max(most, v)
		if want = append(want, v*scale); null != nil && null[i] {
			want[i] = None64
		}
	}
	p.scaled(values, null, scale, least, most)
	return want
}

func checkPacked(t *rapid.T, p *packed, want []int64) {
	if p.length() != len(want) {
		t.Fatalf("%d values, want %d", p.length(), len(want))
	}
	rows := make([]int32, len(want))
	for i, v := range want {
		rows[i] = int32(len(want) - 1 - i)
		if got := p.at(int32(i)); got != v {
			t.Fatalf("value %d is %d, want %d", i, got, v)
		}
	}
	backwards, blocks := make([]int64, len(want)), []int64(nil)
	p.gather(backwards, rows)
	slices.Reverse(backwards)
	for from, block := range p.blocks() {
		if from != len(blocks) {
			t.Fatalf("a block begins at %d, want %d", from, len(blocks))
		}
		blocks = append(blocks, block...)
	}
	if !slices.Equal(backwards, want) || !slices.Equal(blocks, want) {
		t.Fatalf("%v\n%v, want\n%v", backwards, blocks, want)
	}
}

// Codes come by index from the dictionary of a file.
func TestPackedCodes(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	for n, most := range []int32{1, 254, 255, 65534, 65535, math.MaxInt32, math.MaxInt32} {
		p := newPacked(alloc, int64(NoCode))
		if n == 6 {
			p = newDensePacked(alloc, int64(NoCode))
		}
		p.lookUp([]int32{0, -1}, []int32{NoCode, 0}, 0)
		p.lookUp([]int32{1, -1, 0}, []int32{NoCode, 0, most}, most)
		var got []int32
		for row := range int32(5) {
			got = append(got, p.code(row))
		}
		gathered := make([]int32, 5)
		p.gatherCodes(gathered, []int32{0, 1, 2, 3, 4})
		if want := []int32{0, NoCode, most, NoCode, 0}; !slices.Equal(got, want) || !slices.Equal(gathered, want) {
			t.Errorf("most %d: %v, %v, want %v", most, got, gathered, want)
		}
		p.release()
		alloc.AssertSize(t, 0)
	}
}

// A column takes no more bytes a value than its numbers need.
func TestPackedWidth(t *testing.T) {
	for _, c := range []struct {
		values []int64
		width  int
	}{
		{nil, 1}, {[]int64{None64, 0, 254}, 1}, {[]int64{255}, 2}, {[]int64{65534}, 2}, {[]int64{65535}, 4}, {[]int64{-1}, 4},
		{[]int64{math.MaxInt32}, 4}, {[]int64{math.MinInt32}, 8}, {[]int64{math.MaxInt32 + 1}, 8},
	} {
		p := newPacked(memory.NewGoAllocator(), None64)
		p.append(c.values, 1)
		if p.width() != c.width {
			t.Errorf("%v: %d bytes, want %d", c.values, p.width(), c.width)
		}
	}
}

// Times are divided all together or not at all.
func TestDivide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		per := rapid.SampledFrom([]int64{1, 7, 1e3, 1e6, 1e9}).Draw(t, "per")
		values := rapid.SliceOfN(rapid.Int64Range(-5, 5), 0, 6).Draw(t, "values")
		var want []int64
		for i := range values {
			want = append(want, values[i])
			values[i] *= per
		}
		whole := true
		if len(values) > 0 && rapid.Bool().Draw(t, "odd") {
			values[rapid.IntRange(0, len(values)-1).Draw(t, "at")]++
			whole = per == 1
		}
		if !whole || per == 1 {
			want = slices.Clone(values)
		}
		if got := divide(values, per); got != whole || !slices.Equal(values, want) {
			t.Fatal(fmt.Sprintf("by %d: %t %v, want %t %v", per, got, values, whole, want))
		}
	})
}

// Rows are taken from another column as they are, or with other codes, or not
// at all.
func TestPackedTake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		absent := rapid.SampledFrom([]int64{int64(NoCode), None64}).Draw(t, "absent")
		most := rapid.SampledFrom([]int64{3, 254, 255, 65534, 65535, 1 << 30}).Draw(t, "most")
		value := rapid.Custom(func(t *rapid.T) int64 {
			if rapid.IntRange(0, 4).Draw(t, "absent") == 0 {
				return absent
			}
			return rapid.Int64Range(0, most).Draw(t, "value")
		})
		to, from := newPacked(alloc, absent), newPacked(alloc, absent)
		defer to.release()
		defer from.release()
		want, source := rapid.SliceOf(value).Draw(t, "to"), rapid.SliceOfN(value, 1, 8).Draw(t, "from")
		to.append(want, 1)
		from.append(source, 1)
		var remap []int32
		if absent == int64(NoCode) && most < 300 {
			for range most + 1 {
				remap = append(remap, int32(rapid.SampledFrom([]int64{0, 7, 300, 70_000}).Draw(t, "code")))
			}
		}
		var rows []int32
		expected := slices.Clone(want)
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			row := rapid.IntRange(0, len(source)-1).Draw(t, "row")
			rows = append(rows, int32(row))
			v := source[row]
			if remap != nil && v >= 0 {
				v = int64(remap[v])
			}
			expected = append(expected, v)
		}
		if to.take(from, rows, remap) {
			want = expected
		}
		checkPacked(t, to, want)
	})
}
