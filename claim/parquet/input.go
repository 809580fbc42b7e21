package parquet

import (
	"errors"
	"io"
)

// input reads a range of the file through a window that is reused.
type input struct {
	r      io.ReaderAt
	at     int64 // offset of the first byte behind the window
	end    int64 // of the range
	buf    []byte
	lo, hi int // the window holds buf[lo:hi]
}

// inputStep is the number of bytes read at a time, unless a page is larger.
const inputStep = 256 << 10

// maxHeader bounds a page header; it holds the least and the greatest value of
// the page, so it can be long.
const maxHeader = 16 << 20

// reset begins with another range.
func (in *input) reset(at, end int64) {
	in.at, in.end, in.lo, in.hi = at, end, 0, 0
}

// remaining is the number of bytes not yet taken.
func (in *input) remaining() int64 { return in.end - in.at + int64(in.hi-in.lo) }

// peek gives the window with at least n bytes, or all that remain.
func (in *input) peek(n int) ([]byte, error) {
	n = int(min(int64(n), in.remaining()))
	if have := in.hi - in.lo; have < n {
		room := int(min(int64(max(n, inputStep)), in.remaining()))
		if cap(in.buf) < room {
			grown := make([]byte, room)
			copy(grown, in.buf[in.lo:in.hi])
			in.buf = grown
		} else {
			copy(in.buf, in.buf[in.lo:in.hi])
		}
		in.buf = in.buf[:cap(in.buf)]
		in.lo, in.hi = 0, have
		more := int(min(int64(len(in.buf)-have), in.end-in.at))
		if err := readFull(in.r, in.buf[have:have+more], in.at); err != nil {
			return nil, err
		}
		in.at += int64(more)
		in.hi += more
	}
	return in.buf[in.lo:in.hi], nil
}

// take gives the next n bytes, valid until the next call of peek or take. The
// caller has compared n with remaining.
func (in *input) take(n int) ([]byte, error) {
	b, err := in.peek(n)
	if err != nil {
		return nil, err
	}
	in.lo += n
	return b[:n:n], nil
}

// header reads the next page header.
func (in *input) header() (pageHeader, error) {
	for want := 64; ; want *= 4 {
		b, err := in.peek(want)
		if err != nil {
			return pageHeader{}, err
		}
		h, n, err := parsePageHeader(b)
		if err == nil {
			in.lo += n
			return h, nil
		}
		want = max(want, len(b))
		if !errors.Is(err, errShort) || int64(len(b)) == in.remaining() || want > maxHeader {
			return pageHeader{}, err
		}
	}
}
