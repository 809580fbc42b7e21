package file

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"fundwatch/claim"
)

// cut reads a file and yields whole lines, chunk by chunk; an error comes as
// the last chunk.
func cut(ctx context.Context, path string, stdin io.Reader, yield func(*chunk) bool) {
	raw, closeRaw, err := open(path, stdin)
	if err != nil {
		yield(&chunk{err: err})
		return
	}
	defer closeRaw()
	in, closeIn, err := unpack(path, raw)
	if err != nil {
		yield(&chunk{err: err})
		return
	}
	defer closeIn()
	c := &cutter{in: in, count: raw, line: 1, yield: yield}
	c.run(ctx)
}

func open(path string, stdin io.Reader) (*counter, func(), error) {
	if path == "-" {
		return &counter{in: stdin}, func() {}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, plain(err)
	}
	return &counter{in: f}, func() { f.Close() }, nil
}

// counter counts the bytes that were read.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

// maxWindow bounds the memory a zstd file can ask for.
const maxWindow = 128 << 20

// unpack reads through .gz and .zst. Both stream, so a small file that unpacks
// to a huge one costs time but no memory. A file of no bytes is an archive that
// was cut off.
func unpack(path string, in io.Reader) (io.Reader, func(), error) {
	switch {
	case strings.HasSuffix(path, ".gz"):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return z, func() { z.Close() }, nil
	case strings.HasSuffix(path, ".zst"):
		first := make([]byte, 1)
		if _, err := io.ReadFull(in, first); err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		z, err := zstd.NewReader(io.MultiReader(bytes.NewReader(first), in),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, z.Close, nil
	}
	return in, func() {}, nil
}

// cutter cuts a stream into chunks of whole lines.
type cutter struct {
	in    io.Reader
	count *counter
	told  int64 // bytes of count that chunks have told
	line  int
	yield func(*chunk) bool
}

func (c *cutter) run(ctx context.Context) {
	var rest []byte
	for start := true; ; start = false {
		buf := make([]byte, len(rest), max(chunkSize, 2*len(rest)))
		copy(buf, rest)
		buf, err := fill(c.in, buf)
		end := err == io.EOF
		if err != nil && !end {
			c.yield(&chunk{err: err})
			return
		}
		if start {
			buf = bytes.TrimPrefix(buf, []byte("\xef\xbb\xbf"))
		}
		cut := bytes.LastIndexByte(buf, '\n') + 1
		if end {
			cut = len(buf)
		}
		rest = buf[cut:]
		if cut > 0 || end && c.count.n > c.told {
			if !c.give(&chunk{data: buf[:cut]}) {
				return
			}
			c.line += bytes.Count(buf[:cut], []byte{'\n'})
		}
		if end || ctx.Err() != nil {
			return
		}
		if len(rest) > claim.MaxMessage {
			var more bool
			if rest, more = c.tooLong(rest); !more {
				return
			}
		}
	}
}

// give yields a chunk that begins with the current line.
func (c *cutter) give(out *chunk) bool {
	out.first, out.packed = c.line, c.count.n-c.told
	c.told = c.count.n
	return c.yield(out)
}

// tooLong yields a line that is too long to be read, given its beginning, and
// gives what was read behind it.
func (c *cutter) tooLong(begin []byte) (rest []byte, more bool) {
	out := &chunk{data: bytes.Clone(begin[:keptOfTooLong]), tooLong: true}
	nothing := blank(begin)
	rest, restBlank, err := c.skipLine()
	if nothing && restBlank {
		out = &chunk{} // a blank line, however long
	}
	if !c.give(out) {
		return nil, false
	}
	if err != nil && err != io.EOF {
		c.yield(&chunk{err: err})
	}
	c.line++
	return rest, err == nil
}

// fill reads until buf is full or the input ends. Unlike io.ReadFull it keeps
// the end of the input apart from an archive that is cut off.
func fill(in io.Reader, buf []byte) ([]byte, error) {
	for len(buf) < cap(buf) {
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// skipLine reads on to the end of the line; it gives what follows and whether
// the rest of the line was blank.
func (c *cutter) skipLine() (rest []byte, nothing bool, err error) {
	buf := make([]byte, 1<<20)
	for nothing = true; ; {
		n, err := c.in.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return bytes.Clone(buf[i+1 : n]), nothing && blank(buf[:i]), nil
		}
		nothing = nothing && blank(buf[:n])
		if err != nil {
			return nil, nothing, err
		}
	}
}

// blank reports whether a line is to be skipped.
func blank(line []byte) bool { return len(bytes.Trim(line, " \t\r")) == 0 }
