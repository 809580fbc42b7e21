package file

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync"

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
	ctx, cancel := context.WithCancel(ctx)
	todo := make(chan *chunk)
	order := make(chan *chunk, 2*r.Workers)
	// This goroutine is never waited for: its input may block for ever. It
	// touches nothing but the input and the channels.
	stdin := r.Stdin
	go func() {
		defer close(order)
		defer close(todo)
		cut(ctx, path, stdin, func(c *chunk) bool { return c.send(ctx, order, todo) })
	}()
	var workers sync.WaitGroup
	for range r.Workers {
		workers.Go(func() { r.decodeAll(ctx, todo, filepath.Base(path)) })
	}
	var c *chunk
	defer func() {
		cancel()
		workers.Wait()
		for c.release(); len(order) > 0; c.release() {
			c = <-order
		}
	}()
	for {
		select {
		case c = <-order:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case c == nil: // that was all
			return ctx.Err()
		case c.err != nil:
			return fmt.Errorf("%s: %w", path, c.err)
		}
		select {
		case d := <-c.out:
			if err := r.take(c, d, filepath.Base(path)); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send gives the chunk to the one who takes and to a worker, and reports
// whether more is wanted.
func (c *chunk) send(ctx context.Context, order, todo chan<- *chunk) bool {
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
		return false
	}
}

// release gives back the memory of a chunk that was decoded but not taken. No
// worker may have it any more.
func (c *chunk) release() {
	if c == nil {
		return
	}
	select {
	case d := <-c.out:
		d.batch.Release()
	default:
	}
}

// decodeAll is the work of a worker.
func (r *Reader) decodeAll(ctx context.Context, todo <-chan *chunk, name string) {
	dec := claim.NewDecoder(r.Alloc, r.Seed, r.Keep, true)
	dec.Batch.Release()
	for {
		select {
		case c, ok := <-todo:
			if !ok {
				return
			}
			c.out <- r.decode(dec, c, name)
		case <-ctx.Done():
			return
		}
	}
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
	var verdicts []claim.Verdict
	defer r.recycle(d.batch)
	if len(d.claims) > 0 {
		var err error
		if verdicts, err = r.takeIn(d.batch); err != nil {
			return err
		}
	}
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
		if !blank(msg) {
			out.messages++
			if problems := dec.Decode(msg); problems != nil {
				raw := msg
				if len(msg) > claim.MaxMessage { // as the cutter has it, where it did not fit
					raw = msg[:keptOfTooLong]
				}
				out.rejects = append(out.rejects, Reject{File: name, Line: line, Kind: KindProblem,
					Problems: append([]claim.Problem(nil), problems...), Raw: raw})
			} else {
				out.claims = append(out.claims, place{line, from, to})
			}
		}
		from = to + 1
	}
	return out
}
