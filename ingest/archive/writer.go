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

// Commit writes the range; until it returns without error the range may not
// exist. It is safe to begin anew and commit the same again: a range that is
// there stays, and is given; so is one that holds this one, so that To of the
// given range may be greater. A range that overlaps others in part is refused
// with ErrOrder: somebody else has written this partition, and the caller must
// go on from where Load says.
func (w *Writer) Commit(ctx context.Context, end End) (*Range, error) {
	r, err := w.commit(ctx, end)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (w *Writer) commit(ctx context.Context, end End) (*Range, error) {
	if w.err != nil {
		return nil, w.err
	}
	w.err = errors.New("archive: the range is committed")
	w.r.To, w.r.Messages, w.r.Arrived = end.To, end.Messages, end.Arrived
	if w.r.From < 0 || w.next > w.r.To || w.r.From >= w.r.To {
		return nil, fmt.Errorf("archive: %s: a claim has offset %d", &w.r, w.next-1)
	}
	var files [3][]byte
	for _, t := range allTables {
		data, err := w.tables[t].close()
		if err != nil {
			return nil, fmt.Errorf("archive: %s: %w", &w.r, err)
		}
		files[t], w.r.Files[t] = data, sumOf(data)
	}
	if there, err := w.there(ctx); there != nil || err != nil {
		return there, err
	}
	for _, t := range allTables {
		if err := w.put(ctx, tableName(t), files[t]); err != nil {
			return nil, err
		}
	}
	// Asked again: writing takes time, and another may have been faster.
	if there, err := w.there(ctx); there != nil || err != nil {
		return there, err
	}
	if err := w.put(ctx, manifestName, w.r.manifest()); err != nil {
		return nil, err
	}
	return &w.r, nil
}

func (w *Writer) put(ctx context.Context, file string, data []byte) error {
	if err := w.a.Store.Write(ctx, w.a.name(w.r.Partition, w.r.span(), file), data); err != nil {
		return fmt.Errorf("archive: %s/%s: %w", &w.r, file, err)
	}
	return nil
}

// there gives the range that makes this one needless, if there is one.
func (w *Writer) there(ctx context.Context) (*Range, error) {
	l, err := w.a.layout(ctx, w.r.Partition)
	if err != nil {
		return nil, err
	}
	own := w.r.span()
	for _, s := range l.force {
		switch {
		case s.holds(own):
			r, err := w.a.rangeOf(ctx, w.r.Partition, s)
			if err == nil && s == own && (r.Claims != w.r.Claims || r.Lines != w.r.Lines || r.Diagnoses != w.r.Diagnoses) {
				return nil, fmt.Errorf("archive: %s: 已有同一区间，内容不同 (the same range is there with other content): %w", r, ErrOrder)
			}
			return r, err
		case s.meets(own) && !own.holds(s):
			return nil, orderError(w.r.Partition, s, own)
		}
	}
	return nil, nil
}
