package archive

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"fundwatch/claim"
)

// Compact joins ranges of one month that are wholly older than before (seconds
// of the wall clock), up to most claims in one. It says how many ranges it
// wrote. Old ranges are deleted only after the joined one is there and was read
// back; a kill at any moment leaves every claim exactly once, and the next
// Compact and Clean finish the work.
//
// The month of a range is that of its last arrival, or of its last settlement
// where no arrival was told, or of the range before it when that is later.
func (a *Archive) Compact(ctx context.Context, partition int, before, most int64) (joined int, err error) {
	ranges, err := a.Ranges(ctx, partition)
	if err != nil {
		return 0, err
	}
	for _, group := range groups(ranges, before, most) {
		if err := a.join(ctx, group); err != nil {
			return joined, err
		}
		joined++
	}
	return joined, a.Clean(ctx, partition)
}

// groups cuts the ranges that are old enough into those to be joined, each of
// at least two.
func groups(ranges []*Range, before, most int64) (out [][]*Range) {
	latest, month := claim.None64, ""
	var group []*Range
	claims := int64(0)
	end := func() {
		if len(group) > 1 {
			out = append(out, group)
		}
		group, claims = nil, 0
	}
	for _, r := range ranges {
		if at := r.Arrived; at != claim.None64 {
			latest = max(latest, at)
		} else {
			latest = max(latest, r.LastSetl)
		}
		if latest >= before {
			break // all that follow count as no older
		}
		m := month
		if latest != claim.None64 {
			m = claim.FormatTime(latest)[:len("2026-03")]
		}
		if m != month || claims+r.Claims > most {
			end()
		}
		month, group, claims = m, append(group, r), claims+r.Claims
	}
	end()
	return out
}

// join writes one range in the place of several.
func (a *Archive) join(ctx context.Context, group []*Range) error {
	first := group[0]
	w := a.Begin(first.Partition, first.From)
	end := End{Arrived: claim.None64}
	for _, r := range group {
		end.To, end.Messages, end.Arrived = r.To, end.Messages+r.Messages, max(end.Arrived, r.Arrived)
		if err := a.addRange(ctx, w, r); err != nil {
			return err
		}
	}
	r, err := w.Commit(ctx, end)
	if err != nil {
		return err
	}
	if _, err := a.files(ctx, r); err != nil {
		return err
	}
	for _, old := range group {
		if err := a.drop(ctx, old.Partition, old.span()); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) addRange(ctx context.Context, w *Writer, r *Range) error {
	l, err := a.load(ctx, r, claim.AllFields)
	if err != nil {
		return err
	}
	defer l.Batch.Release()
	return w.Add(l.Batch, l.Offsets, nil)
}

// drop deletes a range, the manifest first: without it nothing is there.
func (a *Archive) drop(ctx context.Context, partition int, s span) error {
	names := []string{a.name(partition, s, manifestName)}
	for _, t := range allTables {
		names = append(names, a.name(partition, s, tableName(t)))
	}
	return a.delete(ctx, names)
}

func (a *Archive) delete(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := a.Store.Delete(ctx, name); err != nil {
			return fmt.Errorf("archive: %s: %w", strings.TrimPrefix(name, a.top()), err)
		}
	}
	return nil
}

// Clean deletes what no range in force needs: superseded ranges, and what a
// killed writer left. What was left at or after the end stays: another writer
// may be at it, it does no harm, and it goes once a range passes it. Only the
// owner of the partition may clean.
func (a *Archive) Clean(ctx context.Context, partition int) error {
	l, err := a.layout(ctx, partition)
	if err != nil {
		return err
	}
	if err := l.contiguous(); err != nil {
		return err
	}
	for s, names := range l.objects {
		inForce := slices.Contains(l.force, s)
		var left []string
		for _, name := range names {
			file := path.Base(name)
			ours := isOurs(file) && (inForce || s.from >= l.end())
			if !ours && (isOurs(file) || strings.HasPrefix(file, writing) && s.from < l.end()) {
				left = append(left, name)
			}
		}
		slices.SortFunc(left, manifestFirst)
		if err := a.delete(ctx, left); err != nil {
			return err
		}
	}
	return nil
}

func manifestFirst(a, b string) int {
	switch am, bm := path.Base(a) == manifestName, path.Base(b) == manifestName; {
	case am && !bm:
		return -1
	case bm && !am:
		return 1
	}
	return strings.Compare(a, b)
}
