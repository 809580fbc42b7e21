package archive

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

func TestTheBytesDoNotDependOnBatches(t *testing.T) {
	msgs := visits(0, 50)
	one, many := newMem(), newMem()
	put(t, over(t, one), 7, msgs...)
	w := over(t, many).Begin(3, 7)
	for i := range msgs {
		if err := w.Add(batchOf(t, msgs[i:i+1]), []int64{7 + int64(i)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(context.Background(), End{To: 57, Messages: 50, Arrived: claim.None64}); err != nil {
		t.Fatal(err)
	}
	for name, data := range one.objects {
		if !bytes.Equal(data, many.objects[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestTheSameRangeAgain(t *testing.T) {
	s := newMem()
	a := over(t, s)
	put(t, a, 0, visits(0, 10)...)
	before := s.clone()
	put(t, a, 0, visits(0, 10)...)
	if r := put(t, a, 2, visits(2, 3)...); r.From != 0 || r.To != 10 {
		t.Errorf("a range within another gives %v", r)
	}
	if !slices.Equal(s.names(), before.names()) {
		t.Errorf("%v", s.names())
	}
	if _, err := tryPut(t, a, 0, append(visits(0, 9), claimtest.Claim("Other"))...); !errors.Is(err, ErrOrder) {
		t.Errorf("another content of the same range: %v", err)
	}
}

// A store that fails at any operation, as a full disk does, loses nothing: the
// sealed range is written when it is tried again.
func TestASealedRangeIsTriedAgain(t *testing.T) {
	whole := newMem()
	put(t, over(t, whole), 0, visits(0, 10)...)
	for failAt := 1; failAt <= whole.ops; failAt++ {
		for _, late := range []bool{false, true} {
			s := newMem()
			s.failAt, s.late = failAt, late
			w := over(t, s).Begin(3, 0)
			offsets := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
			if err := w.Add(batchOf(t, visits(0, 10)), offsets, nil); err != nil {
				t.Fatal(err)
			}
			sealed, err := w.Seal(End{To: 10, Messages: 10, Arrived: claim.None64})
			if err != nil || sealed.To() != 10 || sealed.Bytes() == 0 {
				t.Fatal(sealed, err)
			}
			for range 2 {
				if r, err := sealed.Commit(context.Background()); err == nil {
					t.Fatalf("operation %d: %v is written", failAt, r)
				}
			}
			s.failAt = 0
			if r, err := sealed.Commit(context.Background()); err != nil || r.To != 10 {
				t.Fatalf("operation %d: %v %v", failAt, r, err)
			}
			if !maps.EqualFunc(s.objects, whole.objects, bytes.Equal) {
				t.Errorf("operation %d: %v", failAt, s.names())
			}
		}
	}
}

// An owner that was replaced writes the same claims in other ranges.
func TestRangesOfTwoWriters(t *testing.T) {
	a := over(t, newMem())
	put(t, a, 0, visits(0, 4)...)
	if _, err := tryPut(t, a, 2, visits(2, 5)...); !errors.Is(err, ErrOrder) || !strings.Contains(err.Error(), "-0000000000000000004, ") || !strings.Contains(err.Error(), "-0000000000000000007") {
		t.Errorf("overlap: %v", err)
	}
	put(t, a, 0, visits(0, 6)...) // holds the first
	got := load(t, a, claim.None64)
	if got.next != 6 || !slices.Equal(got.offsets, from(0, 6)) {
		t.Errorf("%+v", got)
	}
	if err := a.Clean(context.Background(), 3); err != nil {
		t.Fatal(err)
	}
	if names := a.Store.(*memStore).names(); len(names) != 4 {
		t.Errorf("left: %v", names)
	}
}

func TestGapsAndOverlapsNameBothRanges(t *testing.T) {
	for name, second := range map[string]int64{"gap": 6, "overlap": 3} {
		s, other := newMem(), newMem()
		put(t, over(t, s), 0, visits(0, 5)...)
		put(t, over(t, other), second, visits(int(second), 5)...)
		for n, data := range other.objects {
			s.objects[n] = data
		}
		a := over(t, s)
		_, err := tryLoad(a, claim.None64)
		if !errors.Is(err, ErrOrder) || !strings.Contains(err.Error(), "p=00003/"+span{0, 5}.String()) ||
			!strings.Contains(err.Error(), "p=00003/"+span{second, second + 5}.String()) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if err := a.Clean(context.Background(), 3); !errors.Is(err, ErrOrder) || len(s.objects) != 8 {
			t.Errorf("%s: clean: %v, %d objects", name, err, len(s.objects))
		}
	}
}

func TestAKilledWriterLeavesNothingThatCounts(t *testing.T) {
	calm := newMem()
	put(t, over(t, calm), 0, visits(0, 3)...)
	put(t, over(t, calm), 3, visits(3, 3)...)
	start := newMem()
	put(t, over(t, start), 0, visits(0, 3)...)
	for at := 1; ; at++ {
		dead := 0
		for _, late := range []bool{false, true} {
			s := start.clone()
			s.failAt, s.late = at, late
			if _, err := tryPut(t, over(t, s), 3, visits(3, 3)...); err == nil {
				continue
			}
			dead++
			s.failAt = 0
			got := load(t, over(t, s), claim.None64)
			if n := len(got.offsets); n != 3 && n != 6 || !slices.Equal(got.offsets, from(0, n)) || got.next != int64(n) {
				t.Fatalf("killed at %d: %+v", at, got)
			}
			a := over(t, s)
			put(t, a, 3, visits(3, 3)...)
			if err := a.Clean(context.Background(), 3); err != nil {
				t.Fatal(err)
			}
			for name, data := range calm.objects {
				if !bytes.Equal(s.objects[name], data) {
					t.Fatalf("killed at %d: %s differs", at, name)
				}
			}
		}
		if dead == 0 {
			if at < 6 {
				t.Errorf("only %d operations", at)
			}
			return
		}
	}
}

// What a killed writer left at the end stays while another may be at it, and
// goes once a range has passed it.
func TestLeftoversAreCleaned(t *testing.T) {
	dir := t.TempDir()
	a := over(t, Folder(dir))
	put(t, a, 0, visits(0, 3)...)
	left := filepath.Join(dir, "claims", "p=00003", span{3, 9}.String())
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	notes := filepath.Join(dir, "claims", "p=00003", "notes.txt")
	for _, p := range []string{filepath.Join(left, "lines.parquet"), filepath.Join(left, writing+"1"), notes,
		filepath.Join(dir, "claims", "p=00003", span{0, 3}.String(), writing+"2")} {
		if err := os.WriteFile(p, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names := func() int {
		if err := a.Clean(context.Background(), 3); err != nil {
			t.Fatal(err)
		}
		got, err := Folder(dir).List(context.Background(), "claims/")
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	if got := load(t, a, claim.None64); got.next != 3 || names() != 4+2+1 {
		t.Errorf("%+v, %d objects", got, names())
	}
	put(t, a, 3, visits(3, 2)...)
	if n := names(); n != 8+1 {
		t.Errorf("%d objects", n)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the folder of the leftovers is still there")
	}
}

// Not a byte of a range can be changed unseen, nor a file be cut, taken away or
// put in the place of another.
func TestDamageIsSeenBeforeDecoding(t *testing.T) {
	s := newMem()
	put(t, over(t, s), 0, claimtest.Claim("S1; 1 1 1; dx A"))
	a := over(t, s)
	for _, name := range s.names() {
		data := s.objects[name]
		for i := range data {
			s.objects[name] = slices.Clone(data)
			s.objects[name][i] ^= 1
			damaged(t, a, name)
		}
		for _, n := range []int{0, 1, len(data) / 2, len(data) - 1} {
			s.objects[name] = data[:n]
			damaged(t, a, name)
		}
		s.objects[name] = append(slices.Clone(data), 0)
		damaged(t, a, name)
		s.objects[name] = data
	}
}

func damaged(t *testing.T, a *Archive, what string) {
	t.Helper()
	if _, err := tryLoad(a, claim.None64); !errors.Is(err, ErrDamaged) {
		t.Fatalf("%s: %v", what, err)
	}
	if err := a.Verify(context.Background(), 3); !errors.Is(err, ErrDamaged) {
		t.Fatalf("%s: verify: %v", what, err)
	}
}

func TestFilesInOthersPlaceAreSeen(t *testing.T) {
	s := newMem()
	put(t, over(t, s), 0, claimtest.Claim("S1; 1 1 1; dx A"), claimtest.Claim("S2"))
	put(t, over(t, s), 2, claimtest.Claim("S3; 1 1 1; dx B"))
	a := over(t, s)
	sound := s.clone().objects
	names := s.names()
	for i, x := range names {
		for _, y := range names[:i] {
			s.objects[x], s.objects[y] = sound[y], sound[x]
			damaged(t, a, x+" and "+y+" swapped")
			s.objects[x], s.objects[y] = sound[x], sound[y]
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, manifestName) {
			continue
		}
		delete(s.objects, name)
		if _, err := tryLoad(a, claim.None64); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(name, "claims/")) {
			t.Errorf("%s missing: %v", name, err)
		}
		s.objects[name] = sound[name]
	}
}

func TestErrorsHoldNoValues(t *testing.T) {
	s := newMem()
	w := over(t, s).Begin(3, 0)
	b := batchOf(t, []string{claimtest.Claim("S1 person=SECRET"), claimtest.Claim("S1 person=SECRET")})
	if err := w.Add(b, []int64{0, 1}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(context.Background(), End{To: 2, Messages: 2, Arrived: claim.None64}); err != nil {
		t.Fatal(err)
	}
	_, err := tryLoad(over(t, s), claim.None64)
	if err == nil || strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "S1") || !strings.Contains(err.Error(), "settlements.parquet: row 2") {
		t.Errorf("one identity twice: %v", err)
	}
}
