package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
)

// Tables are the tables of a folder in Parquet that were read into memory,
// and what is needed to make a batch of them.
type Tables struct {
	Alloc memory.Allocator
	Seed  claim.Seed
	Keep  claim.FieldSet // fields that somebody will read; all are checked
	// Parquet holds the bytes of each table by claim.Table, nil where there is
	// none. Settlements must be there.
	Parquet [3][]byte
}

// ErrNoClaim says that tables hold something that is no claim.
var ErrNoClaim = errors.New("数据表中有不合格的结算 (a row is no claim)")

// Batch joins the tables to a batch with fingerprints, which the caller
// releases. Every row must be part of a claim: a row with a problem is
// ErrNoClaim with its table, row from 1, field and rule, never its value.
func (t *Tables) Batch(ctx context.Context) (*claim.Batch, error) {
	if t.Parquet[claim.Settlements] == nil {
		return nil, errors.New("the table of settlements is missing")
	}
	r := &Reader{Alloc: t.Alloc, Seed: t.Seed, Keep: t.Keep, Workers: 1}
	set := &tableSet{}
	defer set.close()
	for tab, data := range t.Parquet {
		which := claim.Table(tab)
		if data == nil {
			continue
		}
		set.paths[which] = which.String() + ".parquet"
		opened, err := parquetOf(io.NopCloser(nil), bytes.NewReader(data), int64(len(data)), which)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", set.paths[which], err)
		}
		set.open[which] = opened
	}
	if err := r.buildTables(ctx, set, true); err != nil {
		return nil, err
	}
	for _, rej := range set.rejects {
		what := "conflict"
		if len(rej.Problems) > 0 {
			what = rej.Problems[0].Field + " " + string(rej.Problems[0].Rule)
		}
		return nil, fmt.Errorf("%s: row %d: %w: %s", set.paths[rej.Table], rej.Row+1, ErrNoClaim, what)
	}
	b := set.build.Batch
	set.build = nil // the caller releases it
	return b, nil
}
