package archive

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
)

// Archive is the archive in a store.
type Archive struct {
	Store Store
	Alloc memory.Allocator
	Seed  claim.Seed     // of the batches that are loaded
	Keep  claim.FieldSet // fields that are loaded; all are written

	bare bool // the partitions lie at the top of the store
}

// prefix is what the names of a partition's objects begin with.
func (a *Archive) prefix(partition int) string { return a.top() + partitionName(partition) + "/" }

func (a *Archive) top() string {
	if a.bare {
		return ""
	}
	return "claims/"
}

func (a *Archive) name(partition int, s span, file string) string {
	return a.prefix(partition) + s.String() + "/" + file
}

// Partitions lists the partitions of which something is there, in order.
func (a *Archive) Partitions(ctx context.Context) ([]int, error) {
	names, err := a.Store.List(ctx, a.top())
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	var out []int
	for _, name := range names {
		part, _, _ := strings.Cut(strings.TrimPrefix(name, a.top()), "/")
		if p, ok := parsePartition(part); ok && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Ranges lists the ranges of a partition that are in force, in the order of
// offsets. Two of them that do not meet are ErrOrder, which names both.
func (a *Archive) Ranges(ctx context.Context, partition int) ([]*Range, error) {
	l, err := a.layout(ctx, partition)
	if err != nil {
		return nil, err
	}
	if err := l.contiguous(); err != nil {
		return nil, err
	}
	out := make([]*Range, 0, len(l.force))
	for _, s := range l.force {
		r, err := a.rangeOf(ctx, partition, s)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// rangeOf reads a manifest.
func (a *Archive) rangeOf(ctx context.Context, partition int, s span) (*Range, error) {
	data, err := a.Store.Read(ctx, a.name(partition, s, manifestName))
	if err != nil {
		return nil, fmt.Errorf("archive: %s: %w", s.in(partition), err)
	}
	r, err := parseManifest(data, partition, s)
	if err != nil {
		return nil, fmt.Errorf("archive: %s/%s: %w", s.in(partition), manifestName, err)
	}
	return r, nil
}

// layout is what lies in a partition.
type layout struct {
	partition int
	force     []span // those in force, by offset
	objects   map[span][]string
}

func (a *Archive) layout(ctx context.Context, partition int) (*layout, error) {
	names, err := a.Store.List(ctx, a.prefix(partition))
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	l := &layout{partition: partition, objects: map[span][]string{}}
	var spans []span
	for _, name := range names {
		dir, file := path.Split(strings.TrimPrefix(name, a.prefix(partition)))
		s, ok := parseSpan(strings.TrimSuffix(dir, "/"))
		if !ok {
			continue // not ours
		}
		l.objects[s] = append(l.objects[s], name)
		if file == manifestName {
			spans = append(spans, s)
		}
	}
	slices.SortFunc(spans, func(a, b span) int {
		if a.from != b.from {
			return cmp.Compare(a.from, b.from)
		}
		return cmp.Compare(b.to, a.to)
	})
	for _, s := range spans {
		if n := len(l.force); n == 0 || !l.force[n-1].holds(s) { // else superseded
			l.force = append(l.force, s)
		}
	}
	return l, nil
}

// contiguous says which two ranges do not meet.
func (l *layout) contiguous() error {
	for i := 1; i < len(l.force); i++ {
		if a, b := l.force[i-1], l.force[i]; a.to != b.from {
			return orderError(l.partition, a, b)
		}
	}
	return nil
}

func orderError(partition int, a, b span) error {
	what := "缺口 (gap)"
	if a.meets(b) {
		what = "重叠 (overlap)"
	}
	return fmt.Errorf("archive: %s, %s: %s: %w", a.in(partition), b.in(partition), what, ErrOrder)
}

// end is the offset after the last range, None when there is none.
func (l *layout) end() int64 {
	if len(l.force) == 0 {
		return None
	}
	return l.force[len(l.force)-1].to
}
