package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

var seed = claim.Seed{1, 2}

// memStore is a Store in memory that can fail.
type memStore struct {
	objects map[string][]byte
	ops     int // done so far
	// failAt is the operation at which it dies, counted from 1; 0 never. From
	// then on every operation fails. late has the last one take effect.
	failAt int
	late   bool
}

var errKilled = errors.New("killed")

func newMem() *memStore { return &memStore{objects: map[string][]byte{}} }

// step counts an operation and says whether it takes effect and whether it fails.
func (m *memStore) step() (do bool, err error) {
	m.ops++
	switch {
	case m.failAt == 0 || m.ops < m.failAt:
		return true, nil
	case m.ops == m.failAt:
		return m.late, errKilled
	}
	return false, errKilled
}

func (m *memStore) List(_ context.Context, prefix string) (out []string, err error) {
	for name := range m.objects {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	_, err = m.step()
	return out, err
}

func (m *memStore) Read(_ context.Context, name string) ([]byte, error) {
	if _, err := m.step(); err != nil {
		return nil, err
	}
	data, ok := m.objects[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

func (m *memStore) Write(_ context.Context, name string, data []byte) error {
	do, err := m.step()
	if do {
		m.objects[name] = slices.Clone(data)
	}
	return err
}

func (m *memStore) Delete(_ context.Context, name string) error {
	do, err := m.step()
	if do {
		delete(m.objects, name)
	}
	return err
}

func (m *memStore) clone() *memStore {
	out := newMem()
	for name, data := range m.objects {
		out.objects[name] = data
	}
	return out
}

func (m *memStore) names() []string {
	out, _ := m.clone().List(context.Background(), "")
	return out
}

func over(t testing.TB, s Store) *Archive {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { alloc.AssertSize(t, 0) })
	return &Archive{Store: s, Alloc: alloc, Seed: seed, Keep: claim.AllFields}
}

// batchOf decodes messages, all of which must be good.
func batchOf(t testing.TB, msgs []string) *claim.Batch {
	t.Helper()
	d := claim.NewDecoder(memory.NewGoAllocator(), seed, claim.AllFields, true)
	for _, m := range msgs {
		if ps := d.Decode([]byte(m)); len(ps) > 0 {
			t.Fatalf("%v: %s", ps, m)
		}
	}
	return d.Batch
}

// from gives n offsets from the first on.
func from(first int64, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = first + int64(i)
	}
	return out
}

// put writes messages as one range of the offsets from first on.
func put(t testing.TB, a *Archive, first int64, msgs ...string) *Range {
	t.Helper()
	r, err := tryPut(t, a, first, msgs...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryPut(t testing.TB, a *Archive, first int64, msgs ...string) (*Range, error) {
	t.Helper()
	w := a.Begin(3, first)
	if err := w.Add(batchOf(t, msgs), from(first, len(msgs)), nil); err != nil {
		t.Fatal(err)
	}
	return w.Commit(context.Background(), End{To: first + int64(len(msgs)), Messages: int64(len(msgs)), Arrived: claim.None64})
}

// texts writes all that a batch holds: a claim a text, with its fingerprint.
func texts(b *claim.Batch) []string {
	out := make([]string, b.Rows(claim.Settlements))
	parts := make([][]string, len(out))
	traces := func(line int) (codes []string) {
		b.Traces(line, func(code []byte) { codes = append(codes, string(code)) })
		return codes
	}
	for _, t := range allTables {
		rows := make([]string, b.Rows(t))
		for _, f := range t.Fields() {
			if f.Coded() {
				for row, c := range b.Codes(f) {
					if c != claim.NoCode {
						rows[row] += fmt.Sprintf(" %s=%q", f, b.Dicts.Of(f).Text(c))
					}
				}
				continue
			}
			for row, v := range b.Numbers(f) {
				if v != claim.None64 {
					rows[row] += fmt.Sprintf(" %s=%d", f, v)
				}
			}
		}
		for row, text := range rows {
			switch t {
			case claim.Settlements:
				out[row] = fmt.Sprintf("%x%s", b.Fingerprint[row], text)
			case claim.Lines:
				parts[b.Owners(t)[row]] = append(parts[b.Owners(t)[row]], fmt.Sprintf("\n line%s %q", text, traces(row)))
			default:
				parts[b.Owners(t)[row]] = append(parts[b.Owners(t)[row]], "\n diagnosis"+text)
			}
		}
	}
	for row := range out {
		out[row] += strings.Join(parts[row], "")
	}
	return out
}

// stored is what loading gives: the claims by offset.
type stored struct {
	texts   []string
	offsets []int64
	ranges  []string
	next    int64
}

func load(t testing.TB, a *Archive, since int64) *stored {
	t.Helper()
	out, err := tryLoad(a, since)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryLoad(a *Archive, since int64) (*stored, error) {
	out := &stored{}
	next, err := a.Load(context.Background(), 3, since, func(l *Loaded) error {
		out.texts = append(out.texts, texts(l.Batch)...)
		out.offsets = append(out.offsets, l.Offsets...)
		out.ranges = append(out.ranges, l.Range.String())
		l.Batch.Release()
		return nil
	})
	out.next = next
	return out, err
}

// visits are n claims of one person, one a day, all different.
func visits(first, n int) (out []string) {
	for i := first; i < first+n; i++ {
		out = append(out, claimtest.Claim(fmt.Sprintf("S%d visit=M%d at=2026-%02d-%02d_10:00:00; 1 3 30/20 trace=T%d,U%d; 2 -1 -10 of=1; dx J18.900 肺炎",
			i, i, 1+i/28, 1+i%28, i, i)))
	}
	return out
}

func TestWhatIsWrittenIsLoaded(t *testing.T) {
	a := over(t, Folder(t.TempDir()))
	msgs := append(visits(0, 5), claimtest.Example, claimtest.Claim("S9"))
	b := batchOf(t, msgs)
	want := texts(b)
	r := put(t, a, 100, msgs[:3]...)
	if r.Claims != 3 || r.Lines != 6 || r.Diagnoses != 3 || r.Messages != 3 || claim.FormatTime(r.FirstSetl) != "2026-01-01 10:00:00" || claim.FormatTime(r.LastSetl) != "2026-01-03 10:00:00" {
		t.Errorf("%+v", r)
	}
	put(t, a, 103, msgs[3:]...)
	got := load(t, a, claim.None64)
	if !slices.Equal(got.texts, want) {
		t.Errorf("loaded\n%s\nwant\n%s", strings.Join(got.texts, "\n"), strings.Join(want, "\n"))
	}
	if got.next != 107 || !slices.Equal(got.offsets, from(100, 7)) {
		t.Errorf("next %d, offsets %v", got.next, got.offsets)
	}
	if parts, err := a.Partitions(context.Background()); err != nil || !slices.Equal(parts, []int{3}) {
		t.Errorf("partitions %v, %v", parts, err)
	}
}

func TestAnEmptyArchiveHasNoNext(t *testing.T) {
	for _, s := range []Store{newMem(), Folder(t.TempDir() + "/missing")} {
		if got := load(t, over(t, s), claim.None64); got.next != None || len(got.texts) > 0 {
			t.Errorf("%+v", got)
		}
	}
}

func TestARangeWithoutClaimsStillCounts(t *testing.T) {
	a := over(t, newMem())
	put(t, a, 0, visits(0, 2)...)
	if r, err := a.Begin(3, 2).Commit(context.Background(), End{To: 7, Messages: 5, Arrived: claim.None64}); err != nil || r.Messages != 5 {
		t.Fatal(r, err)
	}
	put(t, a, 7, visits(7, 1)...)
	if got := load(t, a, claim.None64); got.next != 8 || len(got.texts) != 3 {
		t.Errorf("%+v", got)
	}
}

// A worker keeps only what detectors read, and must still know a claim that is
// sent again.
func TestFingerprintsDoNotDependOnWhatIsKept(t *testing.T) {
	a := over(t, newMem())
	msgs := append(visits(0, 5), claimtest.Example)
	put(t, a, 0, msgs...)
	a.Keep = 0
	var got []uint64
	if _, err := a.Load(context.Background(), 3, claim.None64, func(l *Loaded) error {
		got = append(got, l.Batch.Fingerprint...)
		if l.Batch.Keep == claim.AllFields {
			t.Error("everything was kept")
		}
		l.Batch.Release()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := batchOf(t, msgs).Fingerprint; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// Loading may stop in the middle, and then all memory comes back.
func TestLoadStopsWhenAsked(t *testing.T) {
	a := over(t, newMem())
	for i := range 3 {
		put(t, a, int64(i), visits(i, 1)...)
	}
	stop, n := errors.New("enough"), 0
	_, err := a.Load(context.Background(), 3, claim.None64, func(l *Loaded) error {
		n++
		l.Batch.Release()
		return stop
	})
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%d ranges, %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f := over(t, Folder(t.TempDir()))
	if _, err := f.Load(ctx, 3, claim.None64, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A folder that cannot be written leaves no half file.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	a := over(t, Folder(dir))
	put(t, a, 0, visits(0, 1)...)
	blocked := filepath.Join(dir, "claims", "p=00003", span{1, 2}.String(), "lines.parquet")
	if err := os.MkdirAll(blocked, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := tryPut(t, a, 1, visits(1, 1)...); err == nil || !strings.Contains(err.Error(), "lines.parquet") {
		t.Errorf("error: %v", err)
	}
	if names, err := Folder(dir).List(context.Background(), ""); err != nil || len(names) != 4+1 {
		t.Errorf("%v, %v", names, err)
	}
	if got := load(t, a, claim.None64); got.next != 1 {
		t.Errorf("next %d", got.next)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	put(t, a, 1, visits(1, 1)...)
	if got := load(t, a, claim.None64); got.next != 2 {
		t.Errorf("next %d", got.next)
	}
}

// Offsets that the archive has no claim for were rejected, repeated or marked.
func TestSkippedSettlementsAreLeftOut(t *testing.T) {
	a := over(t, newMem())
	msgs := visits(0, 4)
	b := batchOf(t, msgs)
	want := texts(b)
	b.Rejected = []bool{false, false, true, false}
	w := a.Begin(3, 50)
	if err := w.Add(b, []int64{51, 55, 56, 60}, []bool{true, false, false, false}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(context.Background(), End{To: 64, Messages: 14, Arrived: claim.None64}); err != nil {
		t.Fatal(err)
	}
	got := load(t, a, claim.None64)
	if !slices.Equal(got.texts, []string{want[1], want[3]}) || !slices.Equal(got.offsets, []int64{55, 60}) || got.next != 64 {
		t.Errorf("%+v", got)
	}
}

// A batch may be emptied and filled anew while its claims wait to be written.
func TestNothingOfABatchIsKept(t *testing.T) {
	a := over(t, newMem())
	w := a.Begin(3, 0)
	d := claim.NewDecoder(memory.NewGoAllocator(), seed, claim.AllFields, true)
	var want []string
	for i, m := range visits(0, 3) {
		d.Reset(d.Batch)
		d.Batch.Reset()
		d.Decode([]byte(m))
		want = append(want, texts(d.Batch)...)
		if err := w.Add(d.Batch, []int64{int64(i)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(context.Background(), End{To: 3, Messages: 3, Arrived: claim.None64}); err != nil {
		t.Fatal(err)
	}
	if got := load(t, a, claim.None64); !slices.Equal(got.texts, want) {
		t.Errorf("loaded %s\nwant %s", got.texts, want)
	}
}

func TestLoadGivesTheWindow(t *testing.T) {
	a := over(t, newMem())
	for i := range 4 {
		put(t, a, int64(28*i), visits(28*i, 28)...) // a month each
	}
	since, _ := claim.ParseTime([]byte("2026-03-01 00:00:00"))
	got := load(t, a, since)
	if got.next != 112 || !slices.Equal(got.offsets, from(56, 56)) {
		t.Errorf("next %d, %d offsets from %v", got.next, len(got.offsets), got.offsets[:1])
	}
	// An old claim that arrived late is in the window by its arrival.
	w := a.Begin(3, 112)
	if err := w.Add(batchOf(t, []string{claimtest.Claim("Late at=2020-01-01_10:00:00")}), []int64{112}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(context.Background(), End{To: 113, Messages: 1, Arrived: since}); err != nil {
		t.Fatal(err)
	}
	if got := load(t, a, since); got.next != 113 || got.offsets[len(got.offsets)-1] != 112 {
		t.Errorf("%+v", got.offsets)
	}
}

func TestAWriterRefusesWhatItCannotKeep(t *testing.T) {
	a := over(t, newMem())
	few := claim.NewDecoder(memory.NewGoAllocator(), seed, claim.FieldSet(0), true)
	few.Decode([]byte(claimtest.Example))
	two := batchOf(t, visits(0, 2))
	for name, add := range map[string]func(w *Writer) error{
		"not all fields":          func(w *Writer) error { return w.Add(few.Batch, []int64{5}, nil) },
		"offset before the range": func(w *Writer) error { return w.Add(two, []int64{4, 5}, nil) },
		"offset twice":            func(w *Writer) error { return w.Add(two, []int64{5, 5}, nil) },
		"offsets missing":         func(w *Writer) error { return w.Add(two, []int64{5}, nil) },
		"claim behind the end": func(w *Writer) error {
			return cmp.Or(w.Add(two, []int64{5, 10}, nil), second(w.Commit(context.Background(), End{To: 10})))
		},
		"no message": func(w *Writer) error { return second(w.Commit(context.Background(), End{To: 5})) },
	} {
		w := a.Begin(3, 5)
		if err := add(w); err == nil {
			t.Errorf("%s: no error", name)
		} else if again := second(w.Commit(context.Background(), End{To: 20})); again == nil {
			t.Errorf("%s: could be committed afterwards", name)
		}
	}
	if names := a.Store.(*memStore).names(); len(names) > 0 {
		t.Errorf("something was written: %v", names)
	}
}

func second(_ *Range, err error) error { return err }
