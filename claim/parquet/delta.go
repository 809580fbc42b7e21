package parquet

import (
	"encoding/binary"
	"errors"
)

var errDelta = errors.New("the delta encoded values are damaged")

// group is the number of values that a delta decoder unpacks at a time; the
// format makes every miniblock a multiple of it.
const group = 32

// maxBlock bounds the values of a delta block. Writers use 128 or 256; a great
// block would let few bytes describe many values, and its list of bit widths
// must be kept.
const maxBlock = 1 << 16

// delta decodes DELTA_BINARY_PACKED: a first value, then blocks of differences
// above the block's least difference, in miniblocks with a bit width each.
type delta struct {
	src      []byte
	count    int // values of the sequence
	left     int // values not yet delivered
	perMini  int // values of a miniblock
	minis    int // miniblocks of a block
	first    bool
	last     int64 // value delivered last, or the first value
	least    int64
	widths   []byte // of the block's miniblocks to come
	width    uint   // of the current miniblock
	inMini   int    // values left in the current miniblock
	buffered [group]int64
	ready    []int64 // values of buffered which are not delivered yet
}

// reset reads the head of a sequence and checks the number of values, which
// must be at least min and at most max.
func (d *delta) reset(src []byte, least, most int) error {
	*d = delta{}
	var head [3]uint64
	for i := range head {
		v, n := binary.Uvarint(src)
		if n <= 0 {
			return errDelta
		}
		head[i], src = v, src[n:]
	}
	firstValue, n := binary.Varint(src)
	block, minis, count := head[0], head[1], head[2]
	if n <= 0 || block == 0 || block > maxBlock || minis == 0 || minis > block {
		return errDelta
	}
	if block%minis != 0 || block/minis%group != 0 || count < uint64(least) || count > uint64(most) {
		return errDelta
	}
	d.src = src[n:]
	d.count, d.left = int(count), int(count)
	d.minis, d.perMini = int(minis), int(block/minis)
	d.first, d.last = true, firstValue
	return nil
}

// next decodes len(dst) values.
func (d *delta) next(dst []int64) error {
	if len(dst) > d.left {
		return errDelta
	}
	d.left -= len(dst)
	if d.first && len(dst) > 0 {
		d.first = false
		dst[0] = d.last
		dst = dst[1:]
	}
	for len(dst) > 0 {
		if len(d.ready) > 0 {
			n := copy(dst, d.ready)
			d.ready, dst = d.ready[n:], dst[n:]
			continue
		}
		if d.inMini == 0 {
			if err := d.mini(); err != nil {
				return err
			}
		}
		if len(dst) >= group {
			d.unpack((*[group]int64)(dst))
			dst = dst[group:]
			continue
		}
		d.unpack(&d.buffered)
		d.ready = d.buffered[:]
	}
	return nil
}

// mini begins the next miniblock, with the next block when it is the first.
func (d *delta) mini() error {
	if len(d.widths) == 0 {
		least, n := binary.Varint(d.src)
		if n <= 0 || len(d.src)-n < d.minis {
			return errDelta
		}
		d.least = least
		d.widths = d.src[n : n+d.minis]
		d.src = d.src[n+d.minis:]
	}
	d.width = uint(d.widths[0])
	d.widths = d.widths[1:]
	d.inMini = d.perMini
	if d.width > 64 || len(d.src) < d.perMini/8*int(d.width) {
		return errDelta
	}
	return nil
}

// unpack decodes the next 32 values; mini has checked that they are there.
func (d *delta) unpack(dst *[group]int64) {
	d.inMini -= group
	last, least := d.last, d.least
	if d.width == 0 {
		for i := range dst {
			last += least
			dst[i] = last
		}
		d.last = last
		return
	}
	size := group / 8 * int(d.width)
	src := d.src
	if len(src) < size+8 { // whole words are loaded, so pad the end
		var padded [group*8 + 16]byte
		copy(padded[:], src)
		src = padded[:]
	}
	mask := ^uint64(0) >> (64 - d.width)
	if d.width <= 56 {
		for i := range dst {
			bit := uint(i) * d.width
			w := binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7) & mask
			last += least + int64(w)
			dst[i] = last
		}
	} else {
		for i := range dst {
			bit := uint(i) * d.width
			w := binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7)
			w |= uint64(src[bit>>3+8]) << 1 << (63 - bit&7) // 0 for a shift of 64
			last += least + int64(w&mask)
			dst[i] = last
		}
	}
	d.last = last
	d.src = d.src[size:]
}

// skip gives the bytes behind the sequence without decoding it. It must be
// called before next.
func (d *delta) skip() ([]byte, error) {
	s := *d
	for left := d.count - 1; left > 0; left -= s.perMini {
		if err := s.mini(); err != nil {
			return nil, err
		}
		s.src = s.src[s.perMini/8*int(s.width):]
	}
	return s.src, nil
}
