package parquet

import (
	"encoding/binary"
	"math"
	"slices"
)

// decodeBytes decodes BYTE_ARRAY and FIXED_LEN_BYTE_ARRAY without dictionary to
// places in data, which stays valid until the next call.
func (v *values) decodeBytes(dst []Span) (data []byte, err error) {
	if len(dst) == 0 {
		return nil, nil
	}
	fixed := v.r.c.phys == physFixedBytes
	switch v.encoding {
	case encPlain:
		if fixed {
			return v.plainFixed(dst)
		}
		return v.data, v.plainBytes(dst)
	case encDeltaLength:
		if !fixed {
			return v.data, v.deltaLength(dst)
		}
	case encDeltaBytes:
		return v.deltaBytes(dst)
	case encSplit:
		if fixed {
			return v.splitFixed(dst)
		}
	}
	return nil, v.unsupported()
}

// plainBytes reads values with a length of 4 bytes ahead of each.
func (v *values) plainBytes(dst []Span) error {
	data, at := v.data, v.at
	for i := range dst {
		if len(data)-at < 4 {
			return errValues
		}
		n := int(binary.LittleEndian.Uint32(data[at:]))
		at += 4
		if n > len(data)-at {
			return errLength
		}
		dst[i] = Span{Start: uint32(at), End: uint32(at + n)}
		at += n
	}
	v.at = at
	return nil
}

func (v *values) plainFixed(dst []Span) ([]byte, error) {
	src, err := v.plain(len(dst))
	stride(dst, v.size())
	return src, err
}

// stride fills dst with the places of values that follow each other.
func stride(dst []Span, size int) {
	at := uint32(0)
	for i := range dst {
		dst[i] = Span{Start: at, End: at + uint32(size)}
		at += uint32(size)
	}
}

// deltaLength reads values whose lengths were stored ahead of all of them.
func (v *values) deltaLength(dst []Span) error {
	lengths, err := nextLengths(&v.ints, &v.lengths, len(dst))
	if err != nil {
		return err
	}
	at, end := v.at, len(v.data)
	for i := range dst {
		n := lengths[i]
		if uint64(n) > uint64(end-at) { // also a negative length
			return errLength
		}
		dst[i] = Span{Start: uint32(at), End: uint32(at + int(n))}
		at += int(n)
	}
	v.at = at
	return nil
}

func nextLengths(d *delta, buf *[]int64, n int) ([]int64, error) {
	*buf = sized(*buf, n)
	return (*buf)[:n], d.next((*buf)[:n])
}

// deltaBytes reads values which share a prefix with the value before. A value
// that only repeats or cuts the one before costs no memory, so runs of them are
// cheap; copied prefixes are charged to the budget of the Read.
func (v *values) deltaBytes(dst []Span) ([]byte, error) {
	prefixes, err := nextLengths(&v.prefixes, &v.prefixLengths, len(dst))
	if err != nil {
		return nil, err
	}
	suffixes, err := nextLengths(&v.ints, &v.lengths, len(dst))
	if err != nil {
		return nil, err
	}
	// The value before may be one of the last batch: keep it at the front.
	arena := append(v.arena[:0], v.arena[v.last.Start:v.last.End]...)
	last := Span{End: v.last.End - v.last.Start}
	v.r.expand -= int64(last.End)
	for i := range dst {
		prefix, suffix := prefixes[i], suffixes[i]
		if uint64(prefix) > uint64(last.End-last.Start) || uint64(suffix) > uint64(len(v.data)-v.at) {
			return nil, errLength
		}
		if suffix == 0 {
			last.End = last.Start + uint32(prefix)
			dst[i] = last
			continue
		}
		if v.r.expand -= prefix; v.r.expand < 0 {
			return nil, errBudget
		}
		if int64(len(arena))+prefix+suffix > math.MaxUint32 {
			return nil, errBudget
		}
		arena = slices.Grow(arena, int(prefix+suffix))
		start := len(arena)
		arena = append(arena, arena[last.Start:last.Start+uint32(prefix)]...)
		arena = append(arena, v.data[v.at:v.at+int(suffix)]...)
		v.at += int(suffix)
		last = Span{Start: uint32(start), End: uint32(len(arena))}
		dst[i] = last
	}
	v.arena, v.last = arena, last
	if size := v.size(); size > 0 {
		return arena, allOf(dst, size)
	}
	return arena, nil
}

// allOf checks that values of a fixed width have it.
func allOf(spans []Span, size int) error {
	for _, s := range spans {
		if int(s.End-s.Start) != size {
			return errLength
		}
	}
	return nil
}

// splitFixed puts the bytes of BYTE_STREAM_SPLIT values together.
func (v *values) splitFixed(dst []Span) ([]byte, error) {
	s, err := v.planes(len(dst))
	if err != nil {
		return nil, err
	}
	v.arena = sized(v.arena, len(dst)*s.size)
	for b := range s.size {
		plane := s.data[b*s.stride:][:len(dst)]
		for i, x := range plane {
			v.arena[i*s.size+b] = x
		}
	}
	stride(dst, s.size)
	return v.arena, nil
}
