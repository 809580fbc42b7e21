package archive

import (
	"context"
	"fmt"
)

// Sealed is a range whose files are ready and wait in memory until the store
// takes them. It does not change any more.
type Sealed struct {
	a     *Archive
	r     Range
	files [3][]byte
}

// Bytes is how much memory the files take.
func (s *Sealed) Bytes() (n int64) {
	for _, data := range s.files {
		n += int64(cap(data))
	}
	return n
}

// To is the offset after the range.
func (s *Sealed) To() int64 { return s.r.To }

// Commit writes the range; until it returns without error the range may not
// exist, and it may be called again. A range that is there stays, and is given;
// so is one that holds this one, so that To of the given range may be greater. A
// range that overlaps others in part is refused with ErrOrder: somebody else has
// written this partition, and the caller must go on from where Load says.
func (s *Sealed) Commit(ctx context.Context) (*Range, error) {
	if there, err := s.there(ctx); there != nil || err != nil {
		return there, err
	}
	for _, t := range allTables {
		if err := s.put(ctx, tableName(t), s.files[t]); err != nil {
			return nil, err
		}
	}
	// Asked again: writing takes time, and another may have been faster.
	if there, err := s.there(ctx); there != nil || err != nil {
		return there, err
	}
	if err := s.put(ctx, manifestName, s.r.manifest()); err != nil {
		return nil, err
	}
	return &s.r, nil
}

func (s *Sealed) put(ctx context.Context, file string, data []byte) error {
	if err := s.a.Store.Write(ctx, s.a.name(s.r.Partition, s.r.span(), file), data); err != nil {
		return fmt.Errorf("archive: %s/%s: %w", &s.r, file, err)
	}
	return nil
}

// there gives the range that makes this one needless, if there is one.
func (s *Sealed) there(ctx context.Context) (*Range, error) {
	l, err := s.a.layout(ctx, s.r.Partition)
	if err != nil {
		return nil, err
	}
	own := s.r.span()
	for _, o := range l.force {
		switch {
		case o.holds(own):
			r, err := s.a.rangeOf(ctx, s.r.Partition, o)
			if err == nil && o == own && (r.Claims != s.r.Claims || r.Lines != s.r.Lines || r.Diagnoses != s.r.Diagnoses) {
				return nil, fmt.Errorf("archive: %s: 已有同一区间，内容不同 (the same range is there with other content): %w", r, ErrOrder)
			}
			return r, err
		case o.meets(own) && !own.holds(o):
			return nil, orderError(s.r.Partition, o, own)
		}
	}
	return nil, nil
}
