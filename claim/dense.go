package claim

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// dense is a growing column of whole numbers for claims that stay in memory for
// long. It is cut into blocks: in each, a value takes as many bits as the
// numbers of that block need, counted from the smallest one in steps of what
// divides them all. Neighbours are much alike: they came at about the same
// time, most money is in whole fen, and most flags are never set.
//
// Blocks lie in chunks of memory that are never moved, so a column does not
// need room to grow, nor twice its size while it grows.
type dense struct {
	absent int64
	alloc  memory.Allocator
	chunks [][]byte
	free   int      // where the last chunk is free
	blocks []uint32 // where each full block begins: its chunk and half the place there
	tail   []int64  // values behind the last full block, as they are
}

const (
	blockRows  = 128
	chunkBits  = 16 // of a place in a chunk
	chunkBytes = 1 << chunkBits
	firstChunk = 12 // bits of the first chunk; each is twice as large up to chunkBytes
	// allocatorRoom is what Arrow's allocator asks for beside the bytes: with it
	// a chunk is a round number of pages.
	allocatorRoom = 64
	// wordBytes are read at once, also behind the last value of a chunk.
	wordBytes = 8
	// widest is how many bits a value may take that can begin at any bit of a
	// byte and is still read in one word.
	widest = 57
)

// A block begins with what its values have in common.
const (
	atBase     = 0  // int64: what 0 stands for
	atStep     = 8  // uint32: a step between values
	atWidth    = 12 // uint8: bits a value
	atGaps     = 13 // uint8: 1 where 0 stands for an absent value
	headBytes  = 14
	blockBytes = headBytes + blockRows*8 // of the largest
)

func newDense(alloc memory.Allocator, absent int64) *dense {
	return &dense{absent: absent, alloc: alloc}
}

// length is the number of values.
func (d *dense) length() int { return len(d.blocks)*blockRows + len(d.tail) }

// append appends every stride-th of some values.
func (d *dense) append(values []int64, stride int) {
	for i := 0; i < len(values); {
		tail := d.tail
		for ; i < len(values) && len(tail) < blockRows; i += stride {
			tail = append(tail, values[i])
		}
		if d.tail = tail; len(tail) == blockRows {
			d.seal()
		}
	}
}

// push appends one value.
func (d *dense) push(v int64) {
	if d.tail = append(d.tail, v); len(d.tail) == blockRows {
		d.seal()
	}
}

// seal makes a block of the tail.
func (d *dense) seal() {
	base, most, gaps := int64(math.MaxInt64), int64(math.MinInt64), uint64(0)
	for _, v := range d.tail {
		if v == d.absent {
			gaps = 1
			continue
		}
		base, most = min(base, v), max(most, v)
	}
	step, width := uint64(1), 0
	if base <= most {
		step = d.stepFrom(base)
		width = bits.Len64((uint64(most)-uint64(base))/step + gaps)
	} else {
		base = 0 // all are absent
	}
	if width > widest {
		width = 64
	}
	block := d.room(headBytes + blockRows*width/8)
	binary.LittleEndian.PutUint64(block[atBase:], uint64(base)-gaps*step)
	binary.LittleEndian.PutUint32(block[atStep:], uint32(step))
	block[atWidth], block[atGaps] = byte(width), byte(gaps)
	if width > 0 {
		d.fill(block[headBytes:], uint64(base), step, gaps, width)
	}
	d.tail = d.tail[:0]
}

// fill writes the values of the tail into the bytes of a block, which are 0, a
// word at a time.
func (d *dense) fill(data []byte, base, step, gaps uint64, width int) {
	twos := bits.TrailingZeros64(step)
	inverse := inverseOf(step >> twos)
	word, used, at := uint64(0), 0, 0
	for _, v := range d.tail {
		n := ((uint64(v)-base)>>twos*inverse + gaps) // divided by step, without rest
		if v == d.absent {
			n = 0
		}
		word |= n << used
		if used += width; used >= 64 {
			binary.LittleEndian.PutUint64(data[at:], word)
			at, used = at+8, used-64
			word = n >> (width - used)
		}
	}
	if used > 0 {
		binary.LittleEndian.PutUint64(data[at:], word)
	}
}

// inverseOf gives what an odd number is to be multiplied with for 1, in 64 bits:
// multiplying is much faster than dividing. Every round doubles the bits that
// are right; of odd itself three are.
func inverseOf(odd uint64) uint64 {
	x := odd
	for range 5 {
		x *= 2 - odd*x
	}
	return x
}

// stepFrom is the largest number that divides the distances of all values of
// the tail from the smallest.
func (d *dense) stepFrom(base int64) uint64 {
	step := uint64(0)
	for _, v := range d.tail {
		if v == d.absent {
			continue
		}
		rest := uint64(v) - uint64(base)
		if step != 0 {
			rest %= step
		}
		for rest != 0 {
			step, rest = rest, step%rest
		}
		if step == 1 {
			break
		}
	}
	if step == 0 || step > math.MaxUint32 {
		return 1
	}
	return step
}

// room begins a block of so many bytes and gives it, with some bytes behind it
// that may be read and written with its last value.
func (d *dense) room(size int) []byte {
	size += size & 1
	if n := len(d.chunks); n == 0 || d.free+size+wordBytes > len(d.chunks[n-1]) {
		if n == 1<<(32-chunkBits+1) {
			panic(ErrTooMuch)
		}
		chunk := d.alloc.Allocate(1<<min(firstChunk+n, chunkBits) - allocatorRoom)
		clear(chunk)
		d.chunks, d.free = append(d.chunks, chunk), 0
	}
	d.blocks = append(d.blocks, uint32(len(d.chunks)-1)<<(chunkBits-1)|uint32(d.free/2))
	block := d.chunks[len(d.chunks)-1][d.free:]
	d.free += size
	return block[:size+wordBytes]
}

// block is a full block: its head, and its values behind that.
type block struct{ head unsafe.Pointer }

func (d *dense) block(n int) block {
	at := d.blocks[n]
	return block{unsafe.Pointer(&d.chunks[at>>(chunkBits-1)][at&(chunkBytes/2-1)*2])}
}

func (b block) width() uint { return uint(*(*uint8)(unsafe.Add(b.head, atWidth))) }

// readBlock gives the values of a block from a row on.
func readBlock[T int32 | int64](b block, row uint, out []T, absent int64) {
	base, step := *(*uint64)(b.head), uint64(*(*uint32)(unsafe.Add(b.head, atStep)))
	gaps, width := uint64(*(*uint8)(unsafe.Add(b.head, atGaps))), b.width()
	data, mask, bit := unsafe.Add(b.head, headBytes), uint64(1)<<width-1, row*width
	if gaps == 0 {
		for i := range out {
			n := *(*uint64)(unsafe.Add(data, bit/8)) >> (bit % 8) & mask
			out[i] = T(base + n*step)
			bit += width
		}
		return
	}
	for i := range out {
		n := *(*uint64)(unsafe.Add(data, bit/8)) >> (bit % 8) & mask
		v := int64(base + n*step)
		if n == 0 {
			v = absent
		}
		out[i] = T(v)
		bit += width
	}
}

// at gives one value.
func (d *dense) at(row int32) int64 {
	n := int(row) / blockRows
	if n == len(d.blocks) {
		return d.tail[row%blockRows]
	}
	return d.block(n).at(uint(row)%blockRows, d.absent)
}

// at gives one value of a block.
func (b block) at(row uint, absent int64) int64 {
	bit := row * b.width()
	n := *(*uint64)(unsafe.Add(b.head, headBytes+bit/8)) >> (bit % 8) & (uint64(1)<<b.width() - 1)
	if n == 0 && *(*uint8)(unsafe.Add(b.head, atGaps)) != 0 {
		return absent
	}
	return int64(*(*uint64)(b.head) + n*uint64(*(*uint32)(unsafe.Add(b.head, atStep))))
}

// gather gives the values of some rows.
func (d *dense) gather(out []int64, rows []int32) { gatherDense(d, out, rows) }

// gatherCodes is gather for a column of codes.
func (d *dense) gatherCodes(out []int32, rows []int32) { gatherDense(d, out, rows) }

// stretch is some rows of a block that follow each other, as the lines of a
// claim do.
type stretch struct {
	block
	n     int32 // of the block
	first uint8 // row in the block
	count uint8
}

// manyStretches are looked up together.
const manyStretches = 64

// cut cuts rows into stretches until there are as many as can be held, and says
// how many there are and how many rows they have.
func cut(to *[manyStretches]stretch, rows []int32) (n, taken int) {
	for taken < len(rows) && n < len(to) {
		first, count := rows[taken], 1
		for taken+count < len(rows) && rows[taken+count] == first+int32(count) && int(first)%blockRows+count < blockRows {
			count++
		}
		to[n] = stretch{n: first / blockRows, first: uint8(first % blockRows), count: uint8(count)}
		n, taken = n+1, taken+count
	}
	return n, taken
}

// gatherDense reads many stretches of rows at a time: first it finds all their
// blocks, then it touches heads and values, then it reads, so that the memory
// fetches them side by side. The sum only keeps the loads alive.
func gatherDense[T int32 | int64](d *dense, out []T, rows []int32) (sum uint8) {
	var stretches [manyStretches]stretch
	for len(rows) > 0 {
		n, taken := cut(&stretches, rows)
		some := stretches[:n]
		for i := range some {
			if s := &some[i]; int(s.n) < len(d.blocks) {
				s.block = d.block(int(s.n))
			}
		}
		for i := range some {
			if s := &some[i]; s.head != nil {
				sum += *(*uint8)(unsafe.Add(s.head, headBytes+uint(s.first)*s.width()/8))
			}
		}
		for i := range some {
			s := &some[i]
			if own := out[:s.count]; s.head != nil {
				readBlock(s.block, uint(s.first), own, d.absent)
			} else {
				copyTo(own, d.tail[s.first:])
			}
			out = out[s.count:]
		}
		rows = rows[taken:]
	}
	return sum
}

func copyTo[T int32 | int64](out []T, from []int64) {
	for i := range out {
		out[i] = T(from[i])
	}
}

// read gives the values from a row on.
func (d *dense) read(from int, out []int64) { readDense(d, from, out) }

func readDense[T int32 | int64](d *dense, from int, out []T) {
	for len(out) > 0 {
		n, first := from/blockRows, from%blockRows
		if n == len(d.blocks) {
			copyTo(out, d.tail[first:])
			return
		}
		own := out[:min(len(out), blockRows-first)]
		readBlock(d.block(n), uint(first), own, d.absent)
		from, out = from+len(own), out[len(own):]
	}
}

// truncate drops all values from n on.
func (d *dense) truncate(n int) {
	full := n / blockRows
	if full == len(d.blocks) {
		d.tail = d.tail[:n%blockRows]
		return
	}
	d.tail = append(d.tail[:0], make([]int64, n%blockRows)...)
	d.read(full*blockRows, d.tail)
	at := d.blocks[full]
	d.blocks = d.blocks[:full]
	chunk := int(at >> (chunkBits - 1))
	for _, c := range d.chunks[chunk+1:] {
		d.alloc.Free(c)
	}
	d.chunks, d.free = d.chunks[:chunk+1], int(at&(chunkBytes/2-1))*2
	clear(d.chunks[chunk][d.free:])
}

// release gives the memory back.
func (d *dense) release() {
	for _, c := range d.chunks {
		d.alloc.Free(c)
	}
	*d = dense{absent: d.absent, alloc: d.alloc}
}

// memory gives the bytes that are filled, and all.
func (d *dense) memory() (used, held int) {
	for i, c := range d.chunks {
		held += len(c) + allocatorRoom
		if i < len(d.chunks)-1 {
			used += len(c)
		}
	}
	used += d.free + 4*len(d.blocks) + 8*len(d.tail)
	return used, held + 4*cap(d.blocks) + 8*cap(d.tail)
}
