package claim

import "github.com/apache/arrow/go/v17/arrow/memory"

// lists lists rows by code, where nearly every code has one row and both count
// up together: an identifier is new with the claim that brings it. Such rows
// take a byte or two each. Those of a code that was there before, or that
// comes again, take some tens.
type lists struct {
	first *dense          // by code: its row when it was new, NoCode where it had none
	last  map[int32]int32 // by code: the latest row, where it is not the first
	prior map[int32]int32 // by row: the one before of its code
}

func newLists() *lists {
	return &lists{first: newDense(memory.NewGoAllocator(), int64(NoCode)), last: map[int32]int32{}, prior: map[int32]int32{}}
}

// latest is the row that a code got last, or NoCode.
func (x *lists) latest(code int32) int32 {
	if row, ok := x.last[code]; ok {
		return row
	}
	if int(code) >= x.first.length() {
		return NoCode
	}
	return int32(x.first.at(code))
}

// before is the row that the code of a row got before it, or NoCode.
func (x *lists) before(row int32) int32 {
	if p, ok := x.prior[row]; ok {
		return p
	}
	return NoCode
}

// add gives a code another row, the highest so far.
func (x *lists) add(code, row int32) {
	if n := x.first.length(); int(code) < n {
		if p := x.latest(code); p != NoCode {
			x.prior[row] = p
		}
		x.last[code] = row
		return
	}
	for int(code) > x.first.length() {
		x.first.append([]int64{int64(NoCode)}, 1)
	}
	x.first.append([]int64{int64(row)}, 1)
}

// mapEntryBytes is about what a number by a number takes in a map.
const mapEntryBytes = 16

func (x *lists) memory() (used, held int) {
	used, held = x.first.memory()
	maps := (len(x.last) + len(x.prior)) * mapEntryBytes
	return used + maps, held + maps
}
