package claim

import (
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"
)

// drawAlike draws neighbours as columns have them: in steps from somewhere,
// within some distance, some absent.
func drawAlike(t *rapid.T, most int) []int64 {
	from := rapid.OneOf(rapid.SampledFrom(edges), rapid.Int64()).Draw(t, "from")
	step := rapid.SampledFrom([]int64{0, 1, 2, 60, 10_000, 1_000_000, math.MaxUint32, math.MaxUint32 + 1}).Draw(t, "step")
	far := rapid.SampledFrom([]int64{0, 1, 3, 100, 1 << 20, 1 << 40}).Draw(t, "far")
	gaps := rapid.Bool().Draw(t, "gaps")
	out := make([]int64, rapid.IntRange(0, most).Draw(t, "values"))
	seed := rapid.Uint64().Draw(t, "seed")
	for i := range out {
		n := Seed{seed, 1}.mix(uint64(i))
		out[i] = from + step*int64(n%uint64(far+1))
		if gaps && n>>60 == 0 {
			out[i] = None64
		}
	}
	return out
}

// A dense column gives back what was put in, block after block, and what is
// left of it when its end is dropped.
func TestDenseIsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		p := newDensePacked(alloc, None64)
		defer p.release()
		var want []int64
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			if rapid.IntRange(0, 4).Draw(t, "step") == 0 {
				n := rapid.IntRange(0, len(want)).Draw(t, "left")
				p.truncate(n)
				want = want[:n]
				continue
			}
			some := drawAlike(t, 3*blockRows)
			p.append(some, 1)
			want = append(want, some...)
		}
		checkPacked(t, p, want)
	})
}

// Blocks of any width lie in chunks of memory one after the other, and all of
// it comes back.
func TestDenseFillsChunks(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	p := newDensePacked(alloc, None64)
	var want []int64
	for block := range 600 {
		for row := range uint64(blockRows) {
			want = append(want, int64(Seed{7, 8}.mix(uint64(block)<<32|row)>>(block%65%64)))
		}
	}
	p.append(want, 1)
	if len(p.dense.chunks) < 4 {
		t.Fatalf("%d chunks", len(p.dense.chunks))
	}
	got := make([]int64, len(want))
	p.read(0, got)
	if !slices.Equal(got, want) {
		t.Error("what is read is not what was appended")
	}
	p.truncate(len(want) / 2)
	p.append(want[len(want)/2:], 1)
	if p.read(0, got); !slices.Equal(got, want) {
		t.Error("appended after a cut, it is not what was appended")
	}
	p.release()
}

// A block takes as many bits a value as its numbers need.
func TestDenseWidth(t *testing.T) {
	year := int64(1_770_000_000)
	for _, c := range []struct {
		name        string
		least, most int64
		step        int64
		bits        int
	}{
		{"a flag never set", None64, None64, 0, 0},
		{"a constant", 42, 42, 0, 0},
		{"within a day", year, year + 86_399, 1, 17},
		{"minutes of a day", year, year + 86_340, 60, 11},
		{"whole fen", 0, 1_270_000, 10_000, 7},
		{"anything", math.MinInt64 + 1, math.MaxInt64, 1, 64},
	} {
		d := newDense(memory.NewGoAllocator(), None64)
		values := make([]int64, blockRows)
		for i := range values {
			values[i] = c.least + c.step*int64(i%2)
		}
		values[3] = c.most
		d.append(values, 1)
		if got, want := d.free, headBytes+c.bits*blockRows/8; got != want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, want)
		}
	}
}

// BenchmarkGather reads lines of claims here and there from ten million, with
// as many bytes and with as few bits a value as they need.
func BenchmarkGather(b *testing.B) {
	const values, lines, claims = 10_000_000, 5, 1 << 20
	for _, of := range []struct {
		name string
		p    *packed
	}{{"packed", newPacked(memory.NewGoAllocator(), None64)}, {"dense", newDensePacked(memory.NewGoAllocator(), None64)}} {
		for i := range uint64(values) {
			of.p.push(int64(Seed{1, 2}.mix(i)>>44) * 100)
		}
		var rows []int32
		for i := range uint64(claims) {
			first := Seed{3, 4}.mix(i) % (values - lines)
			for l := range uint64(lines) {
				rows = append(rows, int32(first+l))
			}
		}
		out := make([]int64, 10_000)
		b.Run(of.name, func(b *testing.B) {
			for b.Loop() {
				for some := range slices.Chunk(rows, len(out)) {
					of.p.gather(out, some)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/value")
			b.ReportMetric(0, "ns/op")
		})
	}
}
