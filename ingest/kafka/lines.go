package kafka

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxLine is the longest line that fits into a message.
	maxLine = MaxMessageBytes - 64<<10
	// keptOfTooLong is how much of a longer one its dead letter holds.
	keptOfTooLong = 1 << 20
	// maxWindow bounds the memory a zstd file can ask for.
	maxWindow = 128 << 20
	// chunkLines bounds the messages of a chunk.
	chunkLines = 20_000
)

// lines reads the lines of one file.
type lines struct {
	name   string
	in     *bufio.Reader
	close  func()
	packed *atomic.Int64
	sum    hash.Hash // of the whole lines that were read
	line   int
	bytes  int64
}

// upTo is a place between two lines: how many lines and bytes lie before it,
// unpacked, and their digest.
type upTo struct {
	line   int
	bytes  int64
	digest string
}

// chunk is some lines, to be sent together; its memory is used again.
type chunk struct {
	memory   []byte
	messages []Message
	noKey    int
	tooLong  []DeadLetter
	upTo     upTo // after its last line that is whole
	packed   int64
}

// open opens a file and counts its bytes as they are read.
func (s *Sender) open(path string) (*lines, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	raw := &counter{f, &s.packed}
	out := &lines{name: filepath.Base(path), close: func() { f.Close() }, packed: &s.packed, sum: sha256.New()}
	var in io.Reader = raw
	switch {
	case strings.HasSuffix(path, ".gz"):
		if in, err = gzip.NewReader(raw); err != nil {
			err = fmt.Errorf("gzip: %w", err)
		}
	case strings.HasSuffix(path, ".zst"):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(raw, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1)); err == nil {
			in, out.close = z, func() { z.Close(); f.Close() }
		} else {
			err = fmt.Errorf("zstd: %w", err)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	out.in = bufio.NewReaderSize(in, 1<<20)
	return out, nil
}

// counter counts the bytes that were read.
type counter struct {
	in io.Reader
	n  *atomic.Int64
}

// Read reads and counts.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (l *lines) here() upTo { return upTo{l.line, l.bytes, hex.EncodeToString(l.sum.Sum(nil))} }

// pass reads over what an earlier run has sent; false means that the file no
// longer begins with it.
func (l *lines) pass(old *checkpoint) (same bool, err error) {
	n, err := io.Copy(l.sum, io.LimitReader(l.in, old.Bytes))
	if err != nil {
		return false, err
	}
	l.line, l.bytes = old.Lines, n
	return n == old.Bytes && l.here().digest == old.SHA256, nil
}

// fill reads the next lines; more is false at the end of the file. What was
// read before an error is not sent: the file is damaged there, and a run after
// it was mended begins with it.
func (l *lines) fill(c *chunk) (more bool, err error) {
	c.memory, c.messages, c.noKey, c.tooLong = c.memory[:0], c.messages[:0], 0, nil
	for more = true; more && len(c.memory) < chunkBytes && len(c.messages) < chunkLines; {
		if more, err = l.one(c); err != nil {
			return false, err
		}
	}
	if more {
		c.upTo = l.here()
	}
	c.packed = l.packed.Load()
	return more, nil
}

// one reads one line. A last line without line feed may still grow: it is sent,
// but not counted among the whole ones.
func (l *lines) one(c *chunk) (more bool, err error) {
	from := len(c.memory)
	for {
		part, err := l.in.ReadSlice('\n')
		c.memory = append(c.memory, part...)
		switch {
		case err == nil:
			l.whole(c.memory[from:])
			l.message(c, from, l.line)
			return true, nil
		case err == io.EOF:
			c.upTo = l.here()
			l.message(c, from, l.line+1)
			return false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return false, fmt.Errorf("line %d: %w", l.line+1, err)
		}
		if len(c.memory)-from > maxLine {
			return l.tooLong(c, from)
		}
	}
}

func (l *lines) whole(line []byte) {
	l.sum.Write(line)
	l.line++
	l.bytes += int64(len(line))
}

// message takes the line that lies in memory from a position on.
func (l *lines) message(c *chunk, from, number int) {
	line := bytes.TrimSuffix(c.memory[from:], []byte{'\n'})
	if number == 1 {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if len(bytes.Trim(line, " \t\r")) == 0 {
		c.memory = c.memory[:from]
		return
	}
	if len(line) > maxLine {
		c.letter(l.name, number, line)
		c.memory = c.memory[:from]
		return
	}
	key, ok := KeyOf(line)
	if !ok {
		key = []byte{}
		c.noKey++
	}
	c.messages = append(c.messages, Message{Key: key, Value: line[:len(line):len(line)]})
}

// letter makes the dead letter of a line that no message can hold.
func (c *chunk) letter(name string, number int, line []byte) {
	c.tooLong = append(c.tooLong, DeadLetter{File: name, Line: number, Kind: KindProblem,
		Problems: []Problem{{Rule: "too-long", Sentence: fmt.Sprintf("此行超过 %d MiB，未送出。", MaxMessageBytes>>20)}},
		Raw:      bytes.Clone(line[:keptOfTooLong])})
}

// tooLong reads on to the end of a line whose beginning is too long already.
func (l *lines) tooLong(c *chunk, from int) (more bool, err error) {
	c.upTo = l.here()
	c.letter(l.name, l.line+1, c.memory[from:])
	l.sum.Write(c.memory[from:])
	n := int64(len(c.memory) - from)
	c.memory = c.memory[:from]
	for {
		part, err := l.in.ReadSlice('\n')
		l.sum.Write(part)
		n += int64(len(part))
		switch {
		case err == nil:
			l.line++
			l.bytes += n
			return true, nil
		case err == io.EOF:
			return false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return false, fmt.Errorf("line %d: %w", l.line+1, err)
		}
	}
}
