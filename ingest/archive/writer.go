package archive

import (
	"context"
	"errors"
	"fmt"

	"fundwatch/claim"
)

// Writer gathers the claims of one range of offsets and writes it in one go. It
// holds the files in memory, compressed. It is not safe for concurrent use.
type Writer struct {
	a      *Archive
	r      Range
	next   int64 // the least offset of the next claim
	tables [3]*tableFile
	err    error
}

// Begin begins a range at an offset: that after the range before.
func (a *Archive) Begin(partition int, from int64) *Writer {
	w := &Writer{a: a, next: from, r: Range{Partition: partition, From: from,
		FirstSetl: claim.None64, LastSetl: claim.None64, Arrived: claim.None64}}
	for _, t := range allTables {
		w.tables[t] = newTableFile(t)
	}
	return w
}

// Claims is the number of claims gathered so far.
func (w *Writer) Claims() int64 { return w.r.Claims }

// Add gathers the claims of a batch, which must have been decoded with all
// fields. offsets gives the offset of each settlement, ascending also from
// batch to batch. Settlements that are marked in skip (nil for none) or in the
// batch's Rejected are left out: an archive holds what was accepted. Nothing of
// the batch is kept. The first error is returned ever after.
func (w *Writer) Add(b *claim.Batch, offsets []int64, skip []bool) error {
	if w.err == nil {
		if err := w.add(b, offsets, skip); err != nil {
			w.err = fmt.Errorf("archive: range from %s: %w", span{w.r.From, w.r.From}.in(w.r.Partition), err)
		}
	}
	return w.err
}

func (w *Writer) add(b *claim.Batch, offsets []int64, skip []bool) error {
	n := b.Rows(claim.Settlements)
	switch {
	case b.Keep&claim.AllFields != claim.AllFields:
		return errors.New("the batch does not keep all fields")
	case len(offsets) != n || skip != nil && len(skip) != n:
		return fmt.Errorf("%d settlements, %d offsets, %d marks", n, len(offsets), len(skip))
	}
	var rows [3][]int32
	kept := make([]bool, n)
	times := b.Numbers(claim.SetlTime)
	for row := range n {
		if skip != nil && skip[row] || b.Rejected != nil && b.Rejected[row] {
			continue
		}
		if offsets[row] < w.next {
			return fmt.Errorf("offset %d comes after %d", offsets[row], w.next-1)
		}
		w.next = offsets[row] + 1
		kept[row] = true
		rows[claim.Settlements] = append(rows[claim.Settlements], int32(row))
		w.settled(times[row])
	}
	for _, t := range []claim.Table{claim.Lines, claim.Diagnoses} {
		for row, owner := range b.Owners(t) {
			if owner >= 0 && kept[owner] {
				rows[t] = append(rows[t], int32(row))
			}
		}
	}
	for _, t := range allTables {
		src := &source{b: b, offsets: offsets}
		if t != claim.Settlements {
			src.owners = b.Owners(t)
		}
		if err := w.tables[t].add(src, rows[t]); err != nil {
			return err
		}
	}
	w.r.Claims += int64(len(rows[claim.Settlements]))
	w.r.Lines += int64(len(rows[claim.Lines]))
	w.r.Diagnoses += int64(len(rows[claim.Diagnoses]))
	return nil
}

func (w *Writer) settled(at int64) {
	if w.r.FirstSetl == claim.None64 || at < w.r.FirstSetl {
		w.r.FirstSetl = at
	}
	w.r.LastSetl = max(w.r.LastSetl, at)
}

// End is what a writer is told of the whole range.
type End struct {
	To       int64 // the offset after the last message
	Messages int64 // how many there were, also those that are no claim
	// Arrived is the latest time of a message, in seconds of the wall clock;
	// claim.None64 when it is not known.
	Arrived int64
}

// Commit seals the range and writes it, for who needs no second try: see
// [Sealed.Commit].
func (w *Writer) Commit(ctx context.Context, end End) (*Range, error) {
	s, err := w.Seal(end)
	if err != nil {
		return nil, err
	}
	return s.Commit(ctx)
}

// Seal ends the range: nothing is added any more, and its files are ready to be
// written. The writer has done its work then.
func (w *Writer) Seal(end End) (*Sealed, error) {
	if w.err != nil {
		return nil, w.err
	}
	w.err = errors.New("archive: the range is sealed")
	w.r.To, w.r.Messages, w.r.Arrived = end.To, end.Messages, end.Arrived
	if w.r.From < 0 || w.next > w.r.To || w.r.From >= w.r.To {
		return nil, fmt.Errorf("archive: %s: a claim has offset %d", &w.r, w.next-1)
	}
	s := &Sealed{a: w.a}
	for _, t := range allTables {
		data, err := w.tables[t].close()
		if err != nil {
			return nil, fmt.Errorf("archive: %s: %w", &w.r, err)
		}
		s.files[t], w.r.Files[t] = data, sumOf(data)
	}
	s.r = w.r
	return s, nil
}
