package archive

import (
	"context"
	"slices"

	"fundwatch/claim"
)

// Claim gives the claim at an offset in the contract's JSON shape (see
// [claim.Batch.AppendMessage]), whatever Keep says; nil when the archive has no
// claim there. It reads the whole range that holds the offset.
func (a *Archive) Claim(ctx context.Context, partition int, offset int64) ([]byte, error) {
	l, err := a.layout(ctx, partition)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(l.force, func(s span) bool { return s.from <= offset && offset < s.to })
	if i < 0 {
		return nil, nil
	}
	r, err := a.rangeOf(ctx, partition, l.force[i])
	if err != nil || r.Claims == 0 {
		return nil, err
	}
	found, err := a.load(ctx, r, claim.AllFields)
	if err != nil {
		return nil, err
	}
	defer found.Batch.Release()
	row, ok := slices.BinarySearch(found.Offsets, offset)
	if !ok {
		return nil, nil
	}
	return found.Batch.AppendMessage(nil, row), nil
}

// Claims reads claims of a partition by their offsets, each range of the archive
// once, and hands over those that the archive has.
func (a *Archive) Claims(ctx context.Context, partition int, offsets []int64, take func(offset int64, message []byte) error) error {
	l, err := a.layout(ctx, partition)
	if err != nil {
		return err
	}
	for _, s := range l.force {
		var within []int64
		for _, offset := range offsets {
			if s.from <= offset && offset < s.to {
				within = append(within, offset)
			}
		}
		if len(within) == 0 {
			continue
		}
		r, err := a.rangeOf(ctx, partition, s)
		if err != nil {
			return err
		}
		if r.Claims == 0 {
			continue
		}
		if err := a.some(ctx, r, within, take); err != nil {
			return err
		}
	}
	return nil
}

// some hands over claims of a range.
func (a *Archive) some(ctx context.Context, r *Range, offsets []int64, take func(offset int64, message []byte) error) error {
	found, err := a.load(ctx, r, claim.AllFields)
	if err != nil {
		return err
	}
	defer found.Batch.Release()
	for _, offset := range offsets {
		if row, ok := slices.BinarySearch(found.Offsets, offset); ok {
			if err := take(offset, found.Batch.AppendMessage(nil, row)); err != nil {
				return err
			}
		}
	}
	return nil
}
