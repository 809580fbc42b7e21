package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"fundwatch/claim"
	"fundwatch/claim/parquet"
	"fundwatch/ingest/file"
)

// None is the next offset of an archive that holds nothing of a partition.
const None int64 = -1

// Loaded is a range with its claims.
type Loaded struct {
	*Range
	// Batch holds the claims in the order of their arrival, with fingerprints.
	// Whoever gets it releases it.
	Batch *claim.Batch
	// Offsets gives the offset of each settlement.
	Offsets []int64
}

// Load gives the ranges of a partition that have a claim settled at since or
// later, or a message that arrived then, in the order of offsets: whole ranges,
// so older claims may be among them. since is in seconds of the wall clock;
// claim.None64 gives all.
//
// next is the offset after the last range, where reading Kafka goes on, or None
// when the archive holds nothing of the partition. A gap or an overlap between
// any two ranges is ErrOrder, bytes that are not those that were written are
// ErrDamaged; both name the range.
func (a *Archive) Load(ctx context.Context, partition int, since int64, yield func(*Loaded) error) (next int64, err error) {
	ranges, err := a.Ranges(ctx, partition)
	if err != nil {
		return None, err
	}
	next = None
	for _, r := range ranges {
		next = r.To
		if r.Claims == 0 || r.Latest() < since {
			continue
		}
		l, err := a.load(ctx, r, a.Keep)
		if err != nil {
			return None, err
		}
		if err := yield(l); err != nil {
			return None, err
		}
	}
	return next, nil
}

// files reads the tables of a range and holds each against its sum.
func (a *Archive) files(ctx context.Context, r *Range) (out [3][]byte, err error) {
	for _, t := range allTables {
		data, err := a.Store.Read(ctx, a.name(r.Partition, r.span(), tableName(t)))
		if err == nil && sumOf(data) != r.Files[t] {
			err = ErrDamaged
		}
		if err != nil {
			return out, fmt.Errorf("archive: %s/%s: %w", r, tableName(t), err)
		}
		out[t] = data
	}
	return out, nil
}

// Verify holds every file of a partition against its sum, without decoding.
func (a *Archive) Verify(ctx context.Context, partition int) error {
	ranges, err := a.Ranges(ctx, partition)
	if err != nil {
		return err
	}
	for _, r := range ranges {
		if _, err := a.files(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) load(ctx context.Context, r *Range, keep claim.FieldSet) (*Loaded, error) {
	files, err := a.files(ctx, r)
	if err != nil {
		return nil, err
	}
	l := &Loaded{Range: r}
	if l.Offsets, err = offsetsOf(files[claim.Settlements]); err != nil {
		return nil, fmt.Errorf("archive: %s/%s: %w", r, tableName(claim.Settlements), err)
	}
	tables := file.Tables{Alloc: a.Alloc, Seed: a.Seed, Keep: keep, Parquet: files}
	if l.Batch, err = tables.Batch(ctx); err != nil {
		return nil, fmt.Errorf("archive: %s/%w", r, err)
	}
	if err := l.check(); err != nil {
		l.Batch.Release()
		return nil, fmt.Errorf("archive: %s: %w", r, err)
	}
	return l, nil
}

// check holds the rows against the manifest.
func (l *Loaded) check() error {
	rows := [3]int64{int64(l.Batch.Rows(claim.Settlements)), int64(l.Batch.Rows(claim.Lines)), int64(l.Batch.Rows(claim.Diagnoses))}
	if rows != [3]int64{l.Claims, l.Lines, l.Diagnoses} || int64(len(l.Offsets)) != l.Claims {
		return fmt.Errorf("%w: the tables have %d rows, the manifest says otherwise", ErrDamaged, rows)
	}
	if !slices.IsSorted(l.Offsets) || len(l.Offsets) > 0 && (l.Offsets[0] < l.From || l.Offsets[len(l.Offsets)-1] >= l.To) {
		return fmt.Errorf("%w: offsets out of order", ErrDamaged)
	}
	return nil
}

// offsetsOf reads the offsets of settlements.
func offsetsOf(data []byte) ([]int64, error) {
	f, err := parquet.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	for i, c := range f.Columns() {
		if c.Name != offsetColumn || c.Kind != parquet.Integer {
			continue
		}
		out := make([]int64, 0, f.NumRows())
		err := f.Read(i, func(p *parquet.Page) error {
			if p.Null != nil || p.Ints == nil {
				return errors.New("a row has no offset")
			}
			out = append(out, p.Ints...)
			return nil
		})
		return out, err
	}
	return nil, fmt.Errorf("no column %s", offsetColumn)
}
