package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"testing"

	pq "github.com/parquet-go/parquet-go"
)

// null stands for a null in the results of readColumn.
const null = "∅"

// readColumn reads a column of a file and spells all values, so that they can
// be compared whatever shape they came in.
func readColumn(f *File, col int) ([]string, error) {
	var out []string
	err := f.Read(col, func(p *Page) error {
		rows, err := spell(p)
		out = append(out, rows...)
		return err
	})
	return out, err
}

// spell gives the rows of a page as strings and checks the page's promises.
func spell(p *Page) ([]string, error) {
	shapes := 0
	for _, set := range []bool{p.Dict != nil, p.Text != nil, p.Ints != nil, p.Floats != nil} {
		if set {
			shapes++
		}
	}
	if shapes != 1 || p.Rows < 1 || p.Rows > MaxRows || p.Null != nil && len(p.Null) != p.Rows {
		return nil, fmt.Errorf("a page of %d rows, %d nulls and %d shapes", p.Rows, len(p.Null), shapes)
	}
	if n := len(p.Index) + len(p.Ints) + len(p.Floats); n != p.Rows && (p.Text == nil || p.Text.Len() != p.Rows) {
		return nil, fmt.Errorf("a page of %d rows has %d values", p.Rows, n)
	}
	out := make([]string, p.Rows)
	for i := range out {
		switch {
		case p.Dict != nil && p.Index[i] == -1, p.Null != nil && p.Null[i]:
			out[i] = null
			if p.Ints != nil && p.Ints[i] != 0 || p.Text != nil && len(p.Text.At(i)) > 0 || p.Floats != nil && p.Floats[i] != 0 {
				return nil, fmt.Errorf("row %d is null and has a value", i)
			}
		case p.Dict != nil:
			out[i] = string(p.Dict.At(int(p.Index[i])))
		case p.Text != nil:
			out[i] = string(p.Text.At(i))
		case p.Ints != nil:
			out[i] = strconv.FormatInt(p.Ints[i], 10)
		default:
			out[i] = spellFloat(p.Floats[i])
		}
	}
	return out, nil
}

func spellFloat(x float64) string {
	if math.IsNaN(x) {
		return "NaN"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// open opens a file in memory.
func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// compare fails at the first row that differs.
func compare(t testing.TB, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s, row %d: %.80q, want %.80q", what, i, got[i], want[i])
			return
		}
	}
}

// TestYieldError checks that the caller's own error comes back as it is.
func TestYieldError(t *testing.T) {
	data, _ := build(t, shapes()[0], &pq.Plain, &pq.Snappy, 1, 100, 3)
	stop, calls := errors.New("enough"), 0
	err := open(t, data).Read(0, func(*Page) error {
		calls++
		return stop
	})
	if err != stop || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// TestConcurrent reads the same column from several goroutines.
func TestConcurrent(t *testing.T) {
	data, want := build(t, shapes()[12], &pq.RLEDictionary, &pq.Zstd, 2, 3000, 5)
	f := open(t, data)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := readColumn(f, 0)
			if err != nil {
				t.Error(err)
			}
			compare(t, "concurrent", got, want)
		})
	}
	wg.Wait()
}
