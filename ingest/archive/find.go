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
