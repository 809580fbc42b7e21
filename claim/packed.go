package claim

import (
	"iter"
	"math"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// packed is a growing column of whole numbers that takes as few bytes a value
// as the numbers so far need: 1, 2, 4 or 8. Most columns of fee lines hold
// flags, codes of short lists and small amounts, and a year has very many of
// them. Columns that stay for long may be dense instead, which takes fewer
// bytes and a little longer.
type packed struct {
	absent int64 // stands for no value: NoCode or None64
	none4  int32 // stands for it in four bytes
	alloc  memory.Allocator
	want   int  // values expected in all, see expect
	gaps   bool // some values may be absent
	// One of these is there. One and two bytes hold a value plus 1, and 0 for
	// none; four bytes hold it as it is, and none4 for none.
	one   *Vector[uint8]
	two   *Vector[uint16]
	four  *Vector[int32]
	eight *Vector[int64]
	dense *dense
}

func newPacked(alloc memory.Allocator, absent int64) *packed {
	p := &packed{absent: absent, none4: math.MinInt32, alloc: alloc, one: NewVector[uint8](alloc)}
	if absent == int64(NoCode) {
		p.none4 = NoCode
	}
	return p
}

// newDensePacked makes an empty column that is dense.
func newDensePacked(alloc memory.Allocator, absent int64) *packed {
	return &packed{absent: absent, alloc: alloc, dense: newDense(alloc, absent)}
}

// widthOf is the number of bytes that values from least to most need.
func widthOf(least, most int64) int {
	switch {
	case least >= 0 && most < math.MaxUint8:
		return 1
	case least >= 0 && most < math.MaxUint16:
		return 2
	case least > math.MinInt32 && most <= math.MaxInt32:
		return 4
	}
	return 8
}

// width is the number of bytes a value takes.
func (p *packed) width() int {
	switch {
	case p.one != nil:
		return 1
	case p.two != nil:
		return 2
	case p.four != nil:
		return 4
	}
	return 8
}

// length is the number of values.
func (p *packed) length() int {
	switch {
	case p.one != nil:
		return len(p.one.V)
	case p.two != nil:
		return len(p.two.V)
	case p.four != nil:
		return len(p.four.V)
	case p.dense != nil:
		return p.dense.length()
	}
	return len(p.eight.V)
}

// fit makes room in every value for numbers from least to most.
func (p *packed) fit(least, most int64) {
	width := widthOf(least, most)
	if p.dense != nil || width <= p.width() {
		return
	}
	wide := &packed{absent: p.absent, none4: p.none4, alloc: p.alloc, gaps: p.gaps}
	switch width {
	case 2:
		wide.two = NewVector[uint16](p.alloc)
	case 4:
		wide.four = NewVector[int32](p.alloc)
	default:
		wide.eight = NewVector[int64](p.alloc)
	}
	wide.expect(p.want)
	for _, values := range p.blocks() {
		wide.store(values, 1)
	}
	p.release()
	*p = *wide
}

// expect has the column make room for so many values when the first comes.
func (p *packed) expect(n int) {
	p.want = n
	switch {
	case p.one != nil:
		p.one.want = n
	case p.two != nil:
		p.two.want = n
	case p.four != nil:
		p.four.want = n
	case p.dense != nil: // never needs to be moved
	default:
		p.eight.want = n
	}
}

// push appends one value.
func (p *packed) push(v int64) {
	if p.dense != nil {
		p.dense.push(v)
		return
	}
	p.append([]int64{v}, 1)
}

// append appends every stride-th of some values.
func (p *packed) append(values []int64, stride int) {
	if p.dense != nil {
		p.dense.append(values, stride)
		return
	}
	least, most := int64(0), int64(0)
	for i := 0; i < len(values); i += stride {
		if v := values[i]; v != p.absent {
			least, most = min(least, v), max(most, v)
		} else {
			p.gaps = true
		}
	}
	p.fit(least, most)
	p.store(values, stride)
}

// store is append for values that fit.
func (p *packed) store(values []int64, stride int) {
	switch {
	case p.one != nil:
		storeAll(p.one, values, stride, 1, 0, p.absent)
	case p.two != nil:
		storeAll(p.two, values, stride, 1, 0, p.absent)
	case p.four != nil:
		storeAll(p.four, values, stride, 0, p.none4, p.absent)
	default:
		storeAll(p.eight, values, stride, 0, p.absent, p.absent)
	}
}

func storeAll[T Number](to *Vector[T], values []int64, stride int, plus int64, none T, absent int64) {
	out := to.Extend((len(values) + stride - 1) / stride)
	for i := range out {
		v := values[i*stride]
		out[i] = T(v + plus)
		if v == absent {
			out[i] = none
		}
	}
}

// take appends some rows of another column, with new codes where remap gives
// them, if they take as many bytes there as here; else it does nothing.
func (p *packed) take(from *packed, rows, remap []int32) bool {
	if remap != nil {
		most := int32(0)
		for _, c := range remap {
			most = max(most, c)
		}
		if widthOf(0, int64(most)) > p.width() {
			return false
		}
	}
	switch {
	case p.one != nil && from.one != nil:
		takeAll(p.one, from.one.V, rows, remap, 1)
	case p.two != nil && from.two != nil:
		takeAll(p.two, from.two.V, rows, remap, 1)
	case p.four != nil && from.four != nil && (remap != nil || p.none4 == from.none4):
		takeAll(p.four, from.four.V, rows, remap, 0)
	default:
		return false
	}
	p.gaps = p.gaps || from.gaps
	return true
}

func takeAll[T uint8 | uint16 | int32](to *Vector[T], from []T, rows, remap []int32, plus int32) {
	out := to.Extend(len(rows))
	if remap == nil {
		for i, r := range rows {
			out[i] = from[r]
		}
		return
	}
	for i, r := range rows {
		c := int32(from[r]) - plus
		if c >= 0 {
			c = remap[c]
		}
		out[i] = T(c + plus)
	}
}

// lookUp appends table[i+1] for each i of index, -1 standing for none; no code
// of the table is above most.
func (p *packed) lookUp(index, table []int32, most int32) {
	p.fit(0, int64(most))
	switch {
	case p.dense != nil:
		for _, i := range index {
			p.push(int64(table[i+1]))
		}
	case p.one != nil:
		lookUpAll(p.one, index, table, 1)
	case p.two != nil:
		lookUpAll(p.two, index, table, 1)
	case p.four != nil:
		lookUpAll(p.four, index, table, 0)
	default:
		lookUpAll(p.eight, index, table, 0)
	}
}

func lookUpAll[T Number](to *Vector[T], index, table []int32, plus int32) {
	out := to.Extend(len(index))
	for n, i := range index {
		out[n] = T(table[i+1] + plus)
	}
}

// scaled appends values times scale, absent where null says so (nil: nowhere);
// none is below least or above most, and times scale they are int64.
func (p *packed) scaled(values []int64, null []bool, scale, least, most int64) {
	p.fit(least*scale, most*scale)
	p.gaps = p.gaps || null != nil
	switch {
	case p.dense != nil:
		for i, v := range values {
			if v *= scale; null != nil && null[i] {
				v = p.absent
			}
			p.push(v)
		}
	case p.one != nil:
		scaleAll(p.one, values, null, scale, 1, 0)
	case p.two != nil:
		scaleAll(p.two, values, null, scale, 1, 0)
	case p.four != nil:
		scaleAll(p.four, values, null, scale, 0, p.none4)
	default:
		scaleAll(p.eight, values, null, scale, 0, p.absent)
	}
}

func scaleAll[T Number](to *Vector[T], values []int64, null []bool, scale, plus int64, none T) {
	out := to.Extend(len(values))
	for i, v := range values {
		out[i] = T(v*scale + plus)
	}
	for i, absent := range null {
		if absent {
			out[i] = none
		}
	}
}

// at gives one value.
func (p *packed) at(row int32) int64 {
	switch {
	case p.one != nil:
		return unpacked(p.one.V[row], 0, 1, p.absent)
	case p.two != nil:
		return unpacked(p.two.V[row], 0, 1, p.absent)
	case p.four != nil:
		return unpacked(p.four.V[row], p.none4, 0, p.absent)
	case p.dense != nil:
		return p.dense.at(row)
	}
	return p.eight.V[row]
}

func unpacked[T Number](v, none T, minus, absent int64) int64 {
	if v == none {
		return absent
	}
	return int64(v) - minus
}

// code gives one value of a column of codes.
func (p *packed) code(row int32) int32 {
	switch {
	case p.one != nil:
		return int32(p.one.V[row]) - 1
	case p.two != nil:
		return int32(p.two.V[row]) - 1
	case p.four != nil:
		return p.four.V[row]
	case p.dense != nil:
		return int32(p.dense.at(row))
	}
	return int32(p.eight.V[row])
}

// gather gives the values of some rows.
func (p *packed) gather(out []int64, rows []int32) {
	switch {
	case p.four != nil && !p.gaps: // most columns of numbers
		out, from := out[:len(rows)], p.four.V
		for i, r := range rows {
			out[i] = int64(from[r])
		}
	case p.one != nil:
		gatherAll(out, p.one.V, rows, 0, 1, p.absent)
	case p.two != nil:
		gatherAll(out, p.two.V, rows, 0, 1, p.absent)
	case p.four != nil:
		gatherAll(out, p.four.V, rows, p.none4, 0, p.absent)
	case p.dense != nil:
		p.dense.gather(out, rows)
	default:
		gatherAll(out, p.eight.V, rows, p.absent, 0, p.absent)
	}
}

func gatherAll[T Number](out []int64, from []T, rows []int32, none T, minus, absent int64) {
	out = out[:len(rows)]
	for i, r := range rows {
		v := from[r]
		n := int64(v) - minus
		if v == none {
			n = absent
		}
		out[i] = n
	}
}

// gatherCodes is gather for a column of codes.
func (p *packed) gatherCodes(out []int32, rows []int32) {
	switch {
	case p.one != nil:
		gatherAllCodes(out, p.one.V, rows, 1)
	case p.two != nil:
		gatherAllCodes(out, p.two.V, rows, 1)
	case p.four != nil:
		gatherAllCodes(out, p.four.V, rows, 0)
	case p.dense != nil:
		p.dense.gatherCodes(out, rows)
	default:
		gatherAllCodes(out, p.eight.V, rows, 0)
	}
}

func gatherAllCodes[T Number](out []int32, from []T, rows []int32, minus int32) {
	out = out[:len(rows)]
	for i, r := range rows {
		out[i] = int32(from[r]) - minus
	}
}

// blocks yields all values, a thousand at a time, with the row of the first.
func (p *packed) blocks() iter.Seq2[int, []int64] {
	return func(yield func(int, []int64) bool) {
		var buf [1024]int64
		for from, n := 0, p.length(); from < n; from += len(buf) {
			out := buf[:min(len(buf), n-from)]
			p.read(from, out)
			if !yield(from, out) {
				return
			}
		}
	}
}

// read gives the values from a row on.
func (p *packed) read(from int, out []int64) {
	switch {
	case p.one != nil:
		readAll(out, p.one.V[from:], 0, 1, p.absent)
	case p.two != nil:
		readAll(out, p.two.V[from:], 0, 1, p.absent)
	case p.four != nil:
		readAll(out, p.four.V[from:], p.none4, 0, p.absent)
	case p.dense != nil:
		p.dense.read(from, out)
	default:
		copy(out, p.eight.V[from:])
	}
}

func readAll[T Number](out []int64, from []T, none T, minus, absent int64) {
	from = from[:len(out)]
	for i, v := range from {
		out[i] = int64(v) - minus
		if v == none {
			out[i] = absent
		}
	}
}

func (p *packed) truncate(n int) {
	switch {
	case p.one != nil:
		p.one.Truncate(n)
	case p.two != nil:
		p.two.Truncate(n)
	case p.four != nil:
		p.four.Truncate(n)
	case p.dense != nil:
		p.dense.truncate(n)
	default:
		p.eight.Truncate(n)
	}
}

// release gives the memory back.
func (p *packed) release() {
	switch {
	case p.one != nil:
		p.one.Release()
	case p.two != nil:
		p.two.Release()
	case p.four != nil:
		p.four.Release()
	case p.dense != nil:
		p.dense.release()
	default:
		p.eight.Release()
	}
}
