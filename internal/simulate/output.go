package simulate

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// output takes messages in their order.
type output interface {
	write(m message, sum *Summary) error
	close() error
}

func openOutput(c Config, w *world) (output, error) {
	switch c.Form {
	case FormCSV, FormParquet:
		return openTables(filepath.Join(c.Dir, "claims"), c.Form)
	}
	return openJSONL(filepath.Join(c.Dir, "claims."+c.Form), c, w)
}

const fileBuffer = 1 << 20

// jsonlOutput writes one message a line.
type jsonlOutput struct {
	cfg     Config
	w       *world
	buf     []byte
	out     *bufio.Writer
	closers []io.Closer // innermost last
	pending []repeat    // messages that will come once more
	number  uint64
}

// repeat is a message to be written again after so many others.
type repeat struct {
	after uint64
	line  []byte
}

func openJSONL(path string, c Config, w *world) (*jsonlOutput, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	o := &jsonlOutput{cfg: c, w: w, closers: []io.Closer{f}}
	var sink io.Writer = f
	switch c.Form {
	case FormJSONLGzip:
		gz, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		sink, o.closers = gz, append(o.closers, gz)
	case FormJSONLZstd:
		zw, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		sink, o.closers = zw, append(o.closers, zw)
	}
	o.out = bufio.NewWriterSize(sink, fileBuffer)
	return o, nil
}

func (o *jsonlOutput) write(m message, sum *Summary) error {
	o.number++
	sum.Messages++
	o.buf = m.claim.AppendJSON(o.buf[:0])
	if !m.keep && chance(o.roll(1)) < o.cfg.Malformed {
		sum.Malformed++
		o.buf = damage(o.buf, m.claim, o.roll(2))
		return o.line(o.buf)
	}
	sum.count(m)
	if err := o.line(o.buf); err != nil {
		return err
	}
	if chance(o.roll(3)) < o.cfg.Duplicates {
		sum.Messages++
		sum.Duplicates++
		o.again(m.claim.appendJSON(nil, jsonStyle(o.roll(4)%2)))
	}
	if chance(o.roll(5)) < o.cfg.Conflicts {
		sum.Messages++
		sum.Conflicts++
		other := *m.claim
		other.Setlinfo.AcctPay++
		o.again(other.AppendJSON(nil))
	}
	return o.due()
}

func (o *jsonlOutput) roll(salt uint64) uint64 { return o.w.roll(forMessage, o.number, salt) }

// again keeps a line for later: it must not come before the first.
func (o *jsonlOutput) again(line []byte) {
	o.pending = append(o.pending, repeat{o.number + 1 + o.roll(6)%50, line})
}

func (o *jsonlOutput) due() error {
	kept := o.pending[:0]
	for _, r := range o.pending {
		if r.after > o.number {
			kept = append(kept, r)
			continue
		}
		if err := o.line(r.line); err != nil {
			return err
		}
	}
	o.pending = kept
	return nil
}

func (o *jsonlOutput) line(line []byte) error {
	if _, err := o.out.Write(line); err != nil {
		return err
	}
	return o.out.WriteByte('\n')
}

func (o *jsonlOutput) close() error {
	var errs []error
	for _, r := range o.pending {
		errs = append(errs, o.line(r.line))
	}
	errs = append(errs, o.out.Flush())
	for i := len(o.closers) - 1; i >= 0; i-- {
		errs = append(errs, o.closers[i].Close())
	}
	return errors.Join(errs...)
}

func (s *Summary) count(m message) {
	s.Claims++
	s.Lines += len(m.claim.Feedetail)
	if m.cancels {
		s.Cancelled++
	}
}

// damage spoils a message in one of several ways, each a certain rejection.
func damage(line []byte, c *Claim, r uint64) []byte {
	broken := *c
	switch r % 6 {
	case 0: // cut off
		return line[:len(line)/2]
	case 1: // a required field is missing
		broken.Setlinfo.PsnNo = ""
	case 2: // no quantity
		broken.Feedetail = append([]Line(nil), c.Feedetail...)
		broken.Feedetail[0].Cnt = 0
	case 3: // a number repeated
		broken.Feedetail = append([]Line(nil), c.Feedetail...)
		broken.Feedetail = append(broken.Feedetail, broken.Feedetail[0])
	case 4: // no such sex
		broken.Setlinfo.Gend = "男"
	case 5: // a name twice in one object, and no valid UTF-8
		return append(line[:len(line)-1], ",\"setlinfo\":\"\xff\"}"...)
	}
	return broken.AppendJSON(nil)
}
