package claim

import (
	"testing"

	"pgregory.net/rapid"
)

// TestEndsAreWhatOwnersSay: places and owners over pages, settlements without
// rows among them, added in parts.
func TestEndsAreWhatOwnersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.SampledFrom([]int32{0, 0, 1, 2, 7, 300}), 1, 40).Draw(t, "counts")
		if rapid.Bool().Draw(t, "many") { // more than a page
			counts = append(counts, make([]int32, 3*pageRows)...)
		}
		var e ends
		row := int32(0)
		for c := 0; c < len(counts); {
			to := min(len(counts), c+rapid.SampledFrom([]int{1, 3, pageRows - 1, pageRows, 2 * pageRows}).Draw(t, "part"))
			var owners []int32
			for ; c < to; c++ {
				for range counts[c] {
					owners = append(owners, int32(c))
				}
			}
			e.add(owners, to)
		}
		if e.length != len(counts) {
			t.Fatalf("%d of %d settlements", e.length, len(counts))
		}
		for c, n := range counts {
			if have := e.place(int32(c)); have != (place{row, n}) {
				t.Fatalf("settlement %d lies at %v, not %v", c, have, place{row, n})
			}
			for r := row; r < row+n; r++ {
				if have := e.owner(r); have != int32(c) {
					t.Fatalf("row %d is of %d, not of %d", r, have, c)
				}
			}
			row += n
		}
	})
}

// TestPagedKeepsValues: what was pushed is there, at the same place in memory.
func TestPagedKeepsValues(t *testing.T) {
	var p paged[uint64]
	var where []*uint64
	for v := range uint64(3*pageRows + 1) {
		p.push(v)
		where = append(where, p.at(int32(v)))
	}
	for i, at := range where {
		if *at != uint64(i) || p.at(int32(i)) != at {
			t.Fatalf("value %d is %d", i, *at)
		}
	}
	if used, held := p.memory(); used != 8*p.length || held < 4*pageRows*8 {
		t.Errorf("%d bytes filled of %d", used, held)
	}
}
