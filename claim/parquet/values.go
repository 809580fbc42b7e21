package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var (
	errNoDictionary = errors.New("a page uses a dictionary that the chunk does not have")
	errValues       = errors.New("a page has fewer values than it claims")
	errLength       = errors.New("a text is longer than its page")
)

// values decodes the values of a data page, which come without the nulls. It is
// started with the first value, because pages of nulls may have no bytes at all.
type values struct {
	r        *reader
	encoding int32
	most     int // values that the page can have
	data     []byte
	at       int // next byte of PLAIN data, next value of BYTE_STREAM_SPLIT
	started  bool

	index    hybrid
	ints     delta // of DELTA_BINARY_PACKED, lengths of the two others
	prefixes delta
	last     Span // value decoded last by DELTA_BYTE_ARRAY
	arena    []byte

	lengths, prefixLengths []int64
}

// reset begins with another page.
func (v *values) reset(r *reader, h *pageHeader, data []byte) {
	v.r, v.encoding, v.most = r, h.encoding, int(h.values)
	v.data, v.at, v.started, v.last = data, 0, false, Span{}
}

func (v *values) indexed() bool {
	return v.encoding == encDictionary || v.encoding == encPlainDictionary
}

// start reads what the encoding has ahead of the values.
func (v *values) start() (err error) {
	if v.started {
		return nil
	}
	v.started = true
	switch v.encoding {
	case encPlain:
		return nil
	case encDictionary, encPlainDictionary:
		return v.startIndex()
	case encDelta:
		return v.ints.reset(v.data, 1, v.most)
	case encDeltaLength:
		return v.startLengths(v.data)
	case encDeltaBytes:
		if err := v.prefixes.reset(v.data, 1, v.most); err != nil {
			return err
		}
		rest, err := v.prefixes.skip()
		if err != nil {
			return err
		}
		return v.startLengths(rest)
	case encSplit:
		if n := v.size(); n == 0 || len(v.data)%n != 0 {
			return errValues
		}
		return nil
	}
	return v.unsupported()
}

func (v *values) unsupported() error {
	return fmt.Errorf("the encoding %d is not supported for %s", v.encoding, physName(v.r.c.phys))
}

func (v *values) startIndex() error {
	if !v.r.dict.set {
		return errNoDictionary
	}
	if len(v.data) == 0 || v.data[0] > 32 {
		return errIndices
	}
	v.index.reset(v.data[1:], int(v.data[0]))
	return nil
}

// startLengths begins a list of lengths with the texts behind it.
func (v *values) startLengths(data []byte) error {
	if err := v.ints.reset(data, 1, v.most); err != nil {
		return err
	}
	rest, err := v.ints.skip()
	v.data = rest
	return err
}

// size is the width in bytes of the column's values, 0 for BYTE_ARRAY.
func (v *values) size() int {
	switch v.r.c.phys {
	case physInt32, physFloat:
		return 4
	case physInt64, physDouble:
		return 8
	case physFixedBytes:
		return v.r.c.width
	}
	return 0
}

// plain takes the bytes of k values of a fixed width.
func (v *values) plain(k int) ([]byte, error) {
	n := k * v.size()
	if n > len(v.data)-v.at {
		return nil, errValues
	}
	v.at += n
	return v.data[v.at-n : v.at], nil
}

func (v *values) decodeIndex(dst []int32) error {
	if len(dst) == 0 {
		return nil
	}
	return v.index.indices(dst, v.r.dict.n)
}

// decodeInts decodes INT32 and INT64; UINT32 is widened without sign.
func (v *values) decodeInts(dst []int64) error {
	if len(dst) == 0 {
		return nil
	}
	switch v.encoding {
	case encPlain:
		src, err := v.plain(len(dst))
		if err != nil {
			return err
		}
		v.plainInts(dst, src)
		return nil
	case encDictionary, encPlainDictionary:
		return v.lookupInts(dst)
	case encDelta:
		if err := v.ints.next(dst); err != nil {
			return err
		}
		v.narrow(dst)
		return nil
	case encSplit:
		planes, err := v.planes(len(dst))
		if err != nil {
			return err
		}
		for i := range dst {
			dst[i] = int64(planes.at(i))
		}
		v.narrow(dst)
		return nil
	}
	return v.unsupported()
}

func (v *values) plainInts(dst []int64, src []byte) {
	switch {
	case v.r.c.phys == physInt64:
		src = src[:len(dst)*8]
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(src[i*8:]))
		}
	case v.r.c.unsigned:
		src = src[:len(dst)*4]
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint32(src[i*4:]))
		}
	default:
		src = src[:len(dst)*4]
		for i := range dst {
			dst[i] = int64(int32(binary.LittleEndian.Uint32(src[i*4:])))
		}
	}
}

// narrow gives values that were computed with 64 bits the sign of 32 bits.
func (v *values) narrow(dst []int64) {
	switch {
	case v.r.c.phys == physInt64:
	case v.r.c.unsigned:
		for i, x := range dst {
			dst[i] = int64(uint32(x))
		}
	default:
		for i, x := range dst {
			dst[i] = int64(int32(x))
		}
	}
}

// lookup decodes dictionary indices, which are all below the dictionary's size.
func (v *values) lookup(n int) ([]int32, error) {
	v.r.index = sized(v.r.index, v.r.room)
	index := v.r.index[:n]
	return index, v.decodeIndex(index)
}

func (v *values) lookupInts(dst []int64) error {
	index, err := v.lookup(len(dst))
	if err != nil {
		return err
	}
	dict := v.r.dict.ints
	for i, x := range index {
		dst[i] = dict[x]
	}
	return nil
}

// decodeFloats decodes FLOAT and DOUBLE.
func (v *values) decodeFloats(dst []float64) error {
	if len(dst) == 0 {
		return nil
	}
	switch v.encoding {
	case encPlain:
		src, err := v.plain(len(dst))
		if err != nil {
			return err
		}
		v.plainFloats(dst, src)
		return nil
	case encDictionary, encPlainDictionary:
		index, err := v.lookup(len(dst))
		if err != nil {
			return err
		}
		dict := v.r.dict.floats
		for i, x := range index {
			dst[i] = dict[x]
		}
		return nil
	case encSplit:
		planes, err := v.planes(len(dst))
		if err != nil {
			return err
		}
		for i := range dst {
			if planes.size == 4 {
				dst[i] = float64(math.Float32frombits(uint32(planes.at(i))))
			} else {
				dst[i] = math.Float64frombits(planes.at(i))
			}
		}
		return nil
	}
	return v.unsupported()
}

func (v *values) plainFloats(dst []float64, src []byte) {
	if v.r.c.phys == physFloat {
		src = src[:len(dst)*4]
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(src[i*4:])))
		}
		return
	}
	src = src[:len(dst)*8]
	for i := range dst {
		dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(src[i*8:]))
	}
}

// split is a range of BYTE_STREAM_SPLIT values: the first bytes of all values,
// then all second bytes, and so on.
type split struct {
	data   []byte // from the range's first byte on
	stride int    // values of the page
	size   int    // bytes of a value
}

// planes takes the next k values of BYTE_STREAM_SPLIT.
func (v *values) planes(k int) (split, error) {
	s := split{size: v.size(), stride: len(v.data) / v.size()}
	if k > s.stride-v.at {
		return s, errValues
	}
	s.data = v.data[v.at:]
	v.at += k
	return s, nil
}

// at is value i of the range with its bytes in little-endian order.
func (s *split) at(i int) (bits uint64) {
	for b := range s.size {
		bits |= uint64(s.data[b*s.stride+i]) << (8 * b)
	}
	return bits
}
