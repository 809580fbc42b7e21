package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// The compression codecs of the format.
const (
	codecNone      = 0
	codecSnappy    = 1
	codecGzip      = 2
	codecBrotli    = 4
	codecLZ4Hadoop = 5
	codecZstd      = 6
	codecLZ4       = 7
)

func codecKnown(codec int32) bool {
	switch codec {
	case codecNone, codecSnappy, codecGzip, codecBrotli, codecLZ4Hadoop, codecZstd, codecLZ4:
		return true
	}
	return false
}

// maxPage is the greatest uncompressed size of a page.
const maxPage = 1 << 30

// Memory is handed to a decompressor in steps, so that a claimed size alone
// gets nothing: firstRatio times the compressed bytes (or what the buffer has
// anyway), then growth times more for output that proved to be longer.
const (
	firstRatio = 16
	firstExtra = 4 << 10
	growth     = 4
)

var errCompressed = errors.New("the compressed data is damaged")

// inflater decompresses pages and keeps the decoders for the next page.
type inflater struct {
	zstd   *zstd.Decoder
	gzip   *gzip.Reader
	brotli *brotli.Reader
}

func (z *inflater) close() {
	if z.zstd != nil {
		z.zstd.Close()
	}
}

// inflate decompresses src to exactly size bytes, in the memory of buf when it
// suffices.
func (z *inflater) inflate(codec int32, buf, src []byte, size int) (out []byte, err error) {
	// The decoders are not ours. A panic on damaged input must not end the
	// program.
	defer func() {
		if recover() != nil {
			out, err = buf[:0], errCompressed
		}
	}()
	if size == 0 && len(src) == 0 {
		return buf[:0], nil // some writers compress nothing to nothing
	}
	switch codec {
	case codecSnappy:
		return inflateSnappy(buf, src, size)
	case codecGzip:
		return z.inflateGzip(buf, src, size)
	case codecBrotli:
		return z.inflateBrotli(buf, src, size)
	case codecZstd:
		return z.inflateZstd(buf, src, size)
	case codecLZ4:
		return inflateLZ4(buf, src, size)
	case codecLZ4Hadoop:
		// The format's LZ4 is an accident: Java writes Hadoop's frames, older
		// C++ wrote bare blocks under the same name.
		if out, err := inflateHadoop(buf, src, size); err == nil {
			return out, nil
		}
		return inflateLZ4(buf, src, size)
	}
	return buf, fmt.Errorf("the compression %d is not supported", codec)
}

// attempts calls try with ever larger outputs of up to size bytes until it says
// that the output was not the problem.
func attempts(buf, src []byte, size int, try func(dst []byte) (n int, short bool)) ([]byte, error) {
	room := max(firstRatio*len(src)+firstExtra, cap(buf))
	for {
		room = min(room, size)
		buf = sized(buf, room)
		n, short := try(buf)
		if !short && n == size {
			return buf, nil
		}
		if room == size || !short {
			return buf[:0], errCompressed
		}
		room *= growth
	}
}

// sized gives a slice of n elements, reusing the memory when it suffices.
func sized[T any](buf []T, n int) []T {
	if cap(buf) >= n {
		return buf[:n]
	}
	return make([]T, n)
}

func inflateSnappy(buf, src []byte, size int) ([]byte, error) {
	// 3 bytes of input yield at most 64 of output.
	n, err := snappy.DecodedLen(src)
	if err != nil || n != size || size > 24*len(src) {
		return buf[:0], errCompressed
	}
	buf = sized(buf, size)
	out, err := snappy.Decode(buf, src)
	if err != nil || len(out) != size {
		return buf[:0], errCompressed
	}
	return out, nil
}

func inflateLZ4(buf, src []byte, size int) ([]byte, error) {
	if len(src) == 0 || size/256 > len(src) { // a byte of input yields at most 255
		return buf[:0], errCompressed
	}
	return attempts(buf, src, size, func(dst []byte) (int, bool) {
		n, err := lz4.UncompressBlock(src, dst)
		return n, err != nil // it does not tell a short output from damage
	})
}

// inflateHadoop reads frames of a block each, with both sizes ahead of it.
func inflateHadoop(buf, src []byte, size int) ([]byte, error) {
	const head = 8
	total := 0
	for rest := src; len(rest) > 0; { // the sizes must fit before anything is decoded
		if len(rest) < head {
			return buf[:0], errCompressed
		}
		raw, packed := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
		if int64(packed) > int64(len(rest)-head) || int64(raw) > int64(size-total) || int64(raw) > 256*int64(packed) {
			return buf[:0], errCompressed
		}
		total += int(raw)
		rest = rest[head+int(packed):]
	}
	if total != size {
		return buf[:0], errCompressed
	}
	buf = sized(buf, size)
	for at := 0; len(src) > 0; {
		raw, packed := int(binary.BigEndian.Uint32(src)), int(binary.BigEndian.Uint32(src[4:]))
		n, err := lz4.UncompressBlock(src[head:head+packed], buf[at:at+raw])
		if err != nil || n != raw {
			return buf[:0], errCompressed
		}
		at, src = at+raw, src[head+packed:]
	}
	return buf, nil
}

func (z *inflater) inflateZstd(buf, src []byte, size int) ([]byte, error) {
	if z.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderMaxWindow(maxPage/2), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return buf[:0], err
		}
		z.zstd = d
	}
	return attempts(buf, src, size, func(dst []byte) (int, bool) {
		out, err := z.zstd.DecodeAll(src, dst[:0:len(dst)])
		if err != nil {
			return 0, errors.Is(err, zstd.ErrDecoderSizeExceeded)
		}
		return len(out), false
	})
}

func (z *inflater) inflateGzip(buf, src []byte, size int) ([]byte, error) {
	r := bytes.NewReader(src)
	if z.gzip == nil {
		z.gzip = new(gzip.Reader)
	}
	if err := z.gzip.Reset(r); err != nil {
		return buf[:0], errCompressed
	}
	return inflateStream(z.gzip, buf, src, size)
}

func (z *inflater) inflateBrotli(buf, src []byte, size int) ([]byte, error) {
	r := bytes.NewReader(src)
	if z.brotli == nil {
		z.brotli = brotli.NewReader(r)
	} else if err := z.brotli.Reset(r); err != nil {
		return buf[:0], errCompressed
	}
	return inflateStream(z.brotli, buf, src, size)
}

// inflateStream reads exactly size bytes and then the end of the stream.
func inflateStream(r io.Reader, buf, src []byte, size int) ([]byte, error) {
	room := max(firstRatio*len(src)+firstExtra, cap(buf))
	buf = sized(buf, min(room, size))
	for at := 0; ; {
		n, err := io.ReadFull(r, buf[at:])
		if err != nil {
			return buf[:0], errCompressed
		}
		at += n
		if at == size {
			break
		}
		grown := make([]byte, min(growth*len(buf), size))
		copy(grown, buf)
		buf = grown
	}
	var more [1]byte
	if n, err := io.ReadFull(r, more[:]); n != 0 || err != io.EOF {
		return buf[:0], errCompressed
	}
	return buf, nil
}
