package claim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Lists give the rows of every code, the latest first, however codes come: in
// their order, some of them named before they have a row, some again.
func TestListsAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, want := newLists(), map[int32][]int32{}
		most := int32(0)
		n := rapid.IntRange(0, 3*blockRows).Draw(t, "rows")
		for row := range int32(n) {
			code := most + 1
			switch rapid.IntRange(0, 9).Draw(t, "code") {
			case 0:
				code = rapid.Int32Range(0, most).Draw(t, "again")
			case 1:
				code += rapid.Int32Range(1, 3).Draw(t, "left out")
			}
			most = max(most, code)
			x.add(code, row)
			want[code] = append([]int32{row}, want[code]...)
		}
		for code := range most + 3 {
			var got []int32
			for row := x.latest(code); row != NoCode; row = x.before(row) {
				got = append(got, row)
			}
			if !slices.Equal(got, want[code]) {
				t.Fatalf("code %d: %v, want %v", code, got, want[code])
			}
		}
	})
}
