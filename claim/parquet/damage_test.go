package parquet

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// The bounds of an attempt at a damaged file of n bytes, for each column read.
const (
	allocFree    = 1 << 20
	allocPerByte = 64
)

// samples are the files of testdata and some with every encoding and codec.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	names, err := filepath.Glob("testdata/*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if out[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	codecs := []compress.Codec{&pq.Uncompressed, &pq.Zstd, &pq.Snappy, &pq.Lz4Raw, &pq.Gzip, &pq.Brotli}
	for i, s := range shapes() {
		for k, enc := range s.encodings {
			codec := codecs[(i+k)%len(codecs)]
			data, _ := build(t, s, enc, codec, 1+(i+k)%2, 120, 3*(k%2))
			out[s.name+" "+enc.String()+" "+codec.String()] = data
		}
	}
	return out
}

// damage changes a copy of data in one to four places.
func damage(rnd *rand.Rand, data []byte) []byte {
	data = bytes.Clone(data)
	for range 1 + rnd.IntN(4) {
		if len(data) < 20 {
			return data
		}
		at := rnd.IntN(len(data))
		switch rnd.IntN(8) {
		case 0: // cut out
			n := min(rnd.IntN(16), len(data)-at)
			data = append(data[:at], data[at+n:]...)
		case 1: // insert
			data = append(data[:at], append([]byte{byte(rnd.Uint32())}, data[at:]...)...)
		case 2: // cut off, with the tail kept, or else nothing would be parsed
			data = append(data[:at], data[max(at, len(data)-8):]...)
		case 3:
			data[at] = byte(rnd.Uint32())
		case 4: // great numbers
			for i := at; i < min(at+rnd.IntN(10), len(data)); i++ {
				data[i] = 0xff
			}
		default:
			data[at] ^= 1 << rnd.IntN(8)
		}
	}
	return data
}

// attempt opens and reads all columns and checks that errors are the package's
// own. Checksums are ignored, so that the damage reaches the decoders.
func attempt(t testing.TB, data []byte) (opened bool) {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		checkError(t, err)
		return false
	}
	f.ignoreChecksums = true
	if f.NumRows() > 2_000_000 { // legal, but not in the time of a test
		return true
	}
	for i := range f.Columns() {
		rows := int64(0)
		err := f.Read(i, func(p *Page) error {
			rows += int64(p.Rows)
			return touch(p)
		})
		if err != nil {
			checkError(t, err)
		} else if rows != f.NumRows() {
			t.Errorf("%d rows without error, want %d", rows, f.NumRows())
		}
	}
	return true
}

// touch looks at every value of a page.
func touch(p *Page) error {
	for _, x := range p.Index {
		if x >= 0 {
			p.Dict.At(int(x))
		}
	}
	if p.Text != nil {
		for i := range p.Text.Len() {
			p.Text.At(i)
		}
	}
	return nil
}

func checkError(t testing.TB, err error) {
	if s := err.Error(); !strings.HasPrefix(s, "parquet: ") || len(s) > 400 || strings.Contains(s, "\n") {
		t.Errorf("error %q", s)
	}
}

// TestDamage tries thousands of damaged files with a fixed seed. Nothing may
// panic, take long, or allocate more than the file's size justifies.
func TestDamage(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 13))
	tries := 150
	if testing.Short() {
		tries = 20
	}
	var before, after runtime.MemStats
	most, all, opened := 0.0, 0, 0
	files := samples(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		columns := len(open(t, data).Columns())
		for range tries {
			bad := damage(rnd, data)
			runtime.ReadMemStats(&before)
			start := time.Now()
			if attempt(t, bad) {
				opened++
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: an attempt took %v", name, took)
			}
			runtime.ReadMemStats(&after)
			used := float64(after.TotalAlloc - before.TotalAlloc)
			bound := float64(columns) * float64(allocFree+allocPerByte*len(bad))
			most = max(most, used/bound)
			if used > bound {
				t.Errorf("%s: %d bytes allocated for a file of %d bytes", name, int(used), len(bad))
			}
			all++
		}
	}
	t.Logf("%d attempts, %d with a good footer, at most %.0f%% of the allowed allocation", all, opened, 100*most)
}

// TestTruncation cuts a file at every length.
func TestTruncation(t *testing.T) {
	data, err := os.ReadFile("testdata/arrow_snappy_v1.parquet")
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		attempt(t, data[:n])
		if _, err := Open(bytes.NewReader(data[:n]), int64(n)); err == nil {
			t.Errorf("a file cut off at %d is accepted", n)
		}
		attempt(t, append(bytes.Clone(data[:n]), data[len(data)-8:]...))
	}
}

// FuzzOpen looks for input that makes the reader panic, hang or eat memory.
func FuzzOpen(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	// The worst that the bounds allow for a small file of some columns.
	const most = 1 << 30
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		attempt(t, data)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%d bytes allocated for a file of %d bytes", used, len(data))
		}
	})
}
