package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var (
	errLevels  = errors.New("the definition levels are damaged")
	errIndices = errors.New("the dictionary indices are damaged")
)

// hybrid decodes the RLE/bit-packing hybrid: runs of one repeated value or of
// packed groups of 8 values.
type hybrid struct {
	src   []byte
	width int // bits of a value, 0 to 32

	left   int    // values left in the current run
	packed bool   // the run is packed and begins at src, bit 0, value skip
	skip   int    // values of the first packed group which are used up
	value  uint32 // of a repeating run
}

// reset begins with a new sequence.
func (h *hybrid) reset(src []byte, width int) {
	*h = hybrid{src: src, width: width}
}

// run reads the head of the next run. It is false at the end of the data.
func (h *hybrid) run() bool {
	for h.left == 0 {
		head, n := binary.Uvarint(h.src)
		if n <= 0 || head>>1 > 1<<31 {
			return false
		}
		h.src = h.src[n:]
		h.packed, h.skip = head&1 == 1, 0
		if h.packed {
			// The run may be cut short in the last page by sloppy writers: it has
			// as many values as there are bits.
			groups := int(head >> 1)
			if h.width > 0 {
				groups = min(groups, (len(h.src)+h.width-1)/h.width)
				h.left = min(groups*8, len(h.src)*8/h.width)
			} else {
				h.left = groups * 8
			}
			if h.left == 0 && len(h.src) == 0 {
				return false
			}
			continue
		}
		size := (h.width + 7) / 8
		if len(h.src) < size {
			return false
		}
		h.value = 0
		for i := range size {
			h.value |= uint32(h.src[i]) << (8 * i)
		}
		h.src = h.src[size:]
		h.left = int(head >> 1)
	}
	return true
}

// indices decodes len(dst) values which must be below limit.
func (h *hybrid) indices(dst []int32, limit int) error {
	if h.width == 0 { // all are 0, and some writers leave out the runs
		if limit == 0 && len(dst) > 0 {
			return errIndices
		}
		clear(dst)
		return nil
	}
	for len(dst) > 0 {
		if h.left == 0 && !h.run() {
			return errIndices
		}
		n := min(h.left, len(dst))
		if h.packed {
			h.unpack(dst[:n])
			if !below(dst[:n], limit) {
				return errIndices
			}
		} else {
			if uint64(h.value) >= uint64(limit) {
				return errIndices
			}
			v := int32(h.value)
			for i := range dst[:n] {
				dst[i] = v
			}
		}
		h.left -= n
		dst = dst[n:]
	}
	return nil
}

// below tells whether all values are in [0, limit).
func below(v []int32, limit int) bool {
	top := uint32(0)
	for _, x := range v {
		top = max(top, uint32(x))
	}
	return uint64(top) < uint64(limit) || len(v) == 0
}

// unpack decodes the next values of a packed run; the caller guarantees that
// the run has them.
func (h *hybrid) unpack(dst []int32) {
	if h.skip > 0 { // finish the group that the last call began
		var group [8]int32
		w := window(h.src, h.width)
		unpack8(&group, &w, h.width)
		n := copy(dst, group[h.skip:])
		dst = dst[n:]
		if h.skip += n; h.skip == 8 {
			h.skip = 0
			h.src = h.src[min(h.width, len(h.src)):]
		}
	}
	whole := len(dst) / 8
	fast := 0
	if len(h.src) >= h.width+8 { // groups with 8 more bytes behind them
		fast = min(whole, (len(h.src)-8)/h.width)
		unpackGroups(dst[:fast*8], h.src, h.width)
		h.src = h.src[fast*h.width:]
	}
	dst = dst[fast*8:]
	for len(dst) > 0 {
		var group [8]int32
		w := window(h.src, h.width)
		unpack8(&group, &w, h.width)
		n := copy(dst, group[:])
		dst = dst[n:]
		if n < 8 {
			h.skip = n
			return
		}
		h.src = h.src[min(h.width, len(h.src)):]
	}
}

// window copies a group and zeros behind it, so that whole words can be loaded
// from it.
func window(src []byte, width int) (w [40]byte) {
	copy(w[:], src[:min(width, len(src))])
	return w
}

// unpackGroups decodes groups of 8 values; src has 8 bytes more than they take.
func unpackGroups(dst []int32, src []byte, width int) {
	mask := uint64(1)<<width - 1
	if width <= 8 { // a group is one word
		for ; len(dst) >= 8; dst, src = dst[8:], src[width:] {
			w := binary.LittleEndian.Uint64(src)
			d := dst[:8:8]
			for i := range d {
				d[i] = int32(w & mask)
				w >>= width
			}
		}
		return
	}
	if width <= 16 { // half a group is one word
		half, shift := width/2, width%2*4
		for ; len(dst) >= 8; dst, src = dst[8:], src[width:] {
			lo := binary.LittleEndian.Uint64(src)
			hi := binary.LittleEndian.Uint64(src[half:]) >> shift
			d := dst[:8:8]
			for i := range 4 {
				d[i] = int32(lo & mask)
				d[i+4] = int32(hi & mask)
				lo >>= width
				hi >>= width
			}
		}
		return
	}
	var group [8]int32
	for ; len(dst) >= 8; dst, src = dst[8:], src[width:] {
		for i := range group {
			bit := i * width
			group[i] = int32(binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7) & mask)
		}
		copy(dst, group[:])
	}
}

// unpack8 decodes one group from a padded window.
func unpack8(group *[8]int32, src *[40]byte, width int) {
	mask := uint64(1)<<width - 1
	for i := range group {
		bit := i * width
		group[i] = int32(binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7) & mask)
	}
}

// ones takes n definition levels if they are one run of 1, as in a page without
// nulls, and takes nothing otherwise.
func (h *hybrid) ones(n int) bool {
	if h.left == 0 && !h.run() || h.packed || h.value != 1 || h.left < n {
		return false
	}
	h.left -= n
	return true
}

// nulls decodes len(dst) definition levels of a flat column, where level 0 is
// a null, and counts the values.
func (h *hybrid) nulls(dst []bool) (values int, err error) {
	for len(dst) > 0 {
		if h.left == 0 && !h.run() {
			return 0, errLevels
		}
		n := min(h.left, len(dst))
		if h.packed {
			values += h.unpackNulls(dst[:n])
		} else {
			if h.value > 1 {
				return 0, errLevels
			}
			null := h.value == 0
			for i := range dst[:n] {
				dst[i] = null
			}
			if !null {
				values += n
			}
		}
		h.left -= n
		dst = dst[n:]
	}
	return values, nil
}

// unpackNulls decodes a part of a packed run of levels, one bit each.
func (h *hybrid) unpackNulls(dst []bool) (values int) {
	for len(dst) > 0 && (h.skip > 0 || len(dst) < 8) {
		bit := h.src[0] >> h.skip & 1
		dst[0] = bit == 0
		values += int(bit)
		dst = dst[1:]
		if h.skip++; h.skip == 8 {
			h.skip = 0
			h.src = h.src[1:]
		}
	}
	whole := len(dst) / 8
	for i, b := range h.src[:whole] {
		d := dst[i*8 : i*8+8 : i*8+8]
		d[0] = b&1 == 0
		d[1] = b&2 == 0
		d[2] = b&4 == 0
		d[3] = b&8 == 0
		d[4] = b&16 == 0
		d[5] = b&32 == 0
		d[6] = b&64 == 0
		d[7] = b&128 == 0
		values += bits.OnesCount8(b)
	}
	h.src = h.src[whole:]
	if rest := dst[whole*8:]; len(rest) > 0 {
		values += h.unpackNulls(rest)
	}
	return values
}
