package archive

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fundwatch/claim"
)

// fourMonths is an archive of a range for two weeks from January to April 2026.
func fourMonths(t testing.TB) *memStore {
	s := newMem()
	for i := range 8 {
		put(t, over(t, s), int64(14*i), visits(14*i, 14)...)
	}
	return s
}

func april(t testing.TB) int64 {
	t.Helper()
	v, rule := claim.ParseTime([]byte("2026-04-01 00:00:00"))
	if rule != claim.OK {
		t.Fatal(rule)
	}
	return v
}

const many = 1 << 20

func TestCompactJoinsWholeMonths(t *testing.T) {
	s := fourMonths(t)
	a := over(t, s)
	want := load(t, a, claim.None64)
	n, err := a.Compact(context.Background(), 3, april(t), many)
	if n != 3 || err != nil {
		t.Fatalf("%d joined, %v", n, err)
	}
	got := load(t, a, claim.None64)
	if !slices.Equal(got.texts, want.texts) || !slices.Equal(got.offsets, want.offsets) || got.next != want.next {
		t.Error("the claims have changed")
	}
	ranges := []string{"0-28", "28-56", "56-84", "84-98", "98-112"}
	if len(got.ranges) != len(ranges) || len(s.objects) != 4*len(ranges) {
		t.Errorf("%v, %d objects", got.ranges, len(s.objects))
	}
	rs, err := a.Ranges(context.Background(), 3)
	if err != nil || rs[1].Messages != 28 || rs[1].Claims != 28 || claim.FormatTime(rs[1].FirstSetl) != "2026-02-01 10:00:00" {
		t.Errorf("%+v, %v", rs[1], err)
	}
	before := s.names()
	if n, err := a.Compact(context.Background(), 3, april(t), many); n != 0 || err != nil || !slices.Equal(s.names(), before) {
		t.Errorf("again: %d joined, %v", n, err)
	}
}

func TestCompactKeepsRangesBelowTheLimit(t *testing.T) {
	s := fourMonths(t)
	a := over(t, s)
	if _, err := a.Compact(context.Background(), 3, april(t), 27); err != nil {
		t.Fatal(err)
	}
	got := load(t, a, claim.None64)
	if len(got.ranges) != 6+2 || len(got.offsets) != 112 {
		t.Errorf("%v", got.ranges)
	}
}

// A claim dated far ahead must not keep later months from being joined.
func TestCompactGoesByArrival(t *testing.T) {
	s := newMem()
	a := over(t, s)
	for i := range 4 {
		msgs := visits(i, 1)
		if i == 0 {
			msgs[0] = strings.ReplaceAll(msgs[0], "2026-01-01 10:00:00", "2099-01-01 10:00:00")
		}
		w := a.Begin(3, int64(i))
		if err := w.Add(batchOf(t, msgs), []int64{int64(i)}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(context.Background(), End{To: int64(i) + 1, Messages: 1, Arrived: april(t) - 100 + int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := a.Compact(context.Background(), 3, april(t), many); n != 1 || err != nil || len(s.objects) != 4 {
		t.Errorf("%d joined, %v, %v", n, err, s.names())
	}
}

func TestAKillAtAnyMomentOfACompactionLosesNothing(t *testing.T) {
	start := fourMonths(t)
	want := load(t, over(t, start), claim.None64)
	calm := start.clone()
	if _, err := over(t, calm).Compact(context.Background(), 3, april(t), many); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= calm.ops; at++ {
		for _, late := range []bool{false, true} {
			s := start.clone()
			s.failAt, s.late = at, late
			if _, err := over(t, s).Compact(context.Background(), 3, april(t), many); err == nil {
				t.Fatalf("operation %d of %d was not made", at, calm.ops)
			}
			s.failAt = 0
			a := over(t, s)
			got := load(t, a, claim.None64)
			if !slices.Equal(got.texts, want.texts) || !slices.Equal(got.offsets, want.offsets) || got.next != want.next {
				t.Fatalf("killed at operation %d: %d claims of %d, next %d", at, len(got.texts), len(want.texts), got.next)
			}
			if _, err := a.Compact(context.Background(), 3, april(t), many); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(s.names(), calm.names()) {
				t.Fatalf("killed at operation %d, compacted again: %v", at, s.names())
			}
		}
	}
}
