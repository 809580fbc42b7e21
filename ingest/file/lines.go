package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"fundwatch/claim"
)

// chunkSize is how many bytes of lines a worker gets at a time.
const chunkSize = 4 << 20

// keptOfTooLong is how much of a line is kept that is too long to be read.
const keptOfTooLong = 1 << 20

// chunk is some whole lines of a file.
type chunk struct {
	data    []byte
	first   int   // number of the first line
	packed  int64 // bytes of the file as it lies on disk that were read for it
	tooLong bool  // the data is the beginning of one line that is too long
	out     chan decoded
	err     error
}

// decoded is what a worker made of a chunk.
type decoded struct {
	batch    *claim.Batch
	claims   []place // of the batch's settlements
	rejects  []Reject
	messages int
}

// place is a line of the chunk and its bytes.
type place struct {
	line     int
	from, to int
}

// readLines reads one file of lines: cut into chunks, decoded by the workers,
// taken into the intake in the file's order.
func (r *Reader) readLines(ctx context.Context, path string) error {
	name := filepath.Base(path)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	todo := make(chan *chunk)
	order := make(chan *chunk, 2*r.Workers)
	go func() {
		defer close(order)
		defer close(todo)
		r.cut(ctx, path, func(c *chunk) bool {
			c.out = make(chan decoded, 1)
			select {
			case order <- c:
			case <-ctx.Done():
				return false
			}
			if c.err != nil {
				return false
			}
			select {
			case todo <- c:
				return true
			case <-ctx.Done():
				close(c.out)
				return false
			}
		})
	}()
	for range r.Workers {
		go func() {
			dec := claim.NewDecoder(r.Alloc, r.Seed, r.Keep, true)
			dec.Batch.Release()
			for c := range todo {
				c.out <- r.decode(dec, c, name)
			}
		}()
	}
	var failed error
	for c := range order {
		if c.err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", path, c.err))
			break
		}
		d, ok := <-c.out
		switch {
		case !ok:
		case failed != nil:
			d.batch.Release()
		default:
			if failed = r.take(c, d, name); failed != nil {
				cancel()
			}
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// take adds a decoded chunk to the intake and tells its rejects in order.
func (r *Reader) take(c *chunk, d decoded, name string) error {
	r.tally.Messages += d.messages
	next := 0
	tell := func(before int) error {
		for ; next < len(d.rejects) && d.rejects[next].Line < before; next++ {
			if err := r.rejected(&d.rejects[next]); err != nil {
				return err
			}
		}
		return nil
	}
	verdicts := r.intake.Add(d.batch)
	defer r.recycle(d.batch)
	for i, v := range verdicts {
		at := d.claims[i]
		switch v {
		case claim.Duplicate:
			r.tally.Duplicates++
		case claim.Conflict:
			if err := tell(at.line); err != nil {
				return err
			}
			err := r.rejected(&Reject{File: name, Line: at.line, Kind: KindConflict, Problems: conflictProblem, Raw: c.data[at.from:at.to]})
			if err != nil {
				return err
			}
		}
	}
	r.progress(c.packed)
	return tell(int(^uint(0) >> 1))
}

// emptyBatch gives a batch that was used before, or a new one.
func (r *Reader) emptyBatch() *claim.Batch {
	select {
	case b := <-r.spare:
		b.Reset()
		return b
	default:
		return claim.NewBatch(r.Alloc, claim.NewDicts(r.Seed), r.Keep)
	}
}

// recycle keeps a batch for later, unless the intake has taken it over.
func (r *Reader) recycle(b *claim.Batch) {
	if b == r.intake.All {
		return
	}
	select {
	case r.spare <- b:
	default:
		b.Release()
	}
}

// decode reads the messages of a chunk into a batch of its own.
func (r *Reader) decode(dec *claim.Decoder, c *chunk, name string) decoded {
	var out decoded
	dec.Reset(r.emptyBatch())
	out.batch = dec.Batch
	if c.tooLong {
		out.messages = 1
		out.rejects = []Reject{{File: name, Line: c.first, Kind: KindProblem, Raw: c.data,
			Problems: []claim.Problem{{Rule: claim.RuleTooLong}}}}
		return out
	}
	for from, line := 0, c.first; from < len(c.data); line++ {
		to := len(c.data)
		if n := bytes.IndexByte(c.data[from:], '\n'); n >= 0 {
			to = from + n
		}
		msg := c.data[from:to]
		if len(bytes.Trim(msg, " \t\r")) > 0 {
			out.messages++
			if problems := dec.Decode(msg); problems != nil {
				out.rejects = append(out.rejects, Reject{File: name, Line: line, Kind: KindProblem,
					Problems: append([]claim.Problem(nil), problems...), Raw: msg})
			} else {
				out.claims = append(out.claims, place{line, from, to})
			}
		}
		from = to + 1
	}
	return out
}

// cut reads a file and yields whole lines, chunk by chunk; an error comes as
// the last chunk.
func (r *Reader) cut(ctx context.Context, path string, yield func(*chunk) bool) {
	raw, closeRaw, err := r.open(path)
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
	cutter{in: in, count: raw, line: 1}.run(ctx, yield)
}

func (r *Reader) open(path string) (*counter, func(), error) {
	if path == "-" {
		return &counter{in: r.Stdin}, func() {}, nil
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
// to a huge one costs time but no memory.
func unpack(path string, in io.Reader) (io.Reader, func(), error) {
	switch {
	case strings.HasSuffix(path, ".gz"):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return z, func() { z.Close() }, nil
	case strings.HasSuffix(path, ".zst"):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
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
	line  int
}

func (c cutter) run(ctx context.Context, yield func(*chunk) bool) {
	var rest []byte
	seen := int64(0)
	for start := true; ; start = false {
		buf := make([]byte, len(rest), max(chunkSize, 2*len(rest)))
		copy(buf, rest)
		buf, err := fill(c.in, buf)
		end := err == io.EOF
		if err != nil && !end {
			yield(&chunk{err: err})
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
		out := &chunk{data: buf[:cut], first: c.line, packed: c.count.n - seen}
		seen = c.count.n
		if cut > 0 {
			c.line += bytes.Count(out.data, []byte{'\n'})
			if !yield(out) {
				return
			}
		}
		if end || ctx.Err() != nil {
			return
		}
		if len(rest) > claim.MaxMessage {
			if !yield(&chunk{data: rest[:keptOfTooLong], first: c.line, tooLong: true}) {
				return
			}
			if rest, err = c.skipLine(); err != nil {
				if err != io.EOF {
					yield(&chunk{err: err})
				}
				return
			}
			c.line++
		}
	}
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

// skipLine reads on to the end of the line and gives what follows it.
func (c cutter) skipLine() ([]byte, error) {
	buf := make([]byte, 1<<20)
	for {
		n, err := c.in.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return bytes.Clone(buf[i+1 : n]), nil
		}
		if err != nil {
			return nil, err
		}
	}
}
