package parquet

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

const benchRows = 1_000_000

// benchColumns are columns of the usual shapes.
func benchColumns() (cols []WriteColumn, batch []Values) {
	rnd := rand.New(rand.NewPCG(1, 2))
	ints := func(f func(i int) int64) (v Values) {
		for i := range benchRows {
			v.Ints = append(v.Ints, f(i))
		}
		return v
	}
	texts := func(f func(i int) string) (v Values) {
		for i := range benchRows {
			v.Texts = append(v.Texts, f(i))
		}
		return v
	}
	someNull := func(v Values) Values {
		for range benchRows {
			v.Null = append(v.Null, rnd.IntN(10) == 0)
		}
		return v
	}
	add := func(name string, kind Kind, dict bool, v Values) {
		cols = append(cols, WriteColumn{Name: name, Kind: kind, Dict: dict})
		batch = append(batch, v)
	}
	few := func(int) string { return "category " + strconv.Itoa(rnd.IntN(300)) }
	unique := func(i int) string { return "DE" + strconv.Itoa(100000000+i*7) }
	add("dict", Text, true, texts(few))
	add("dictnull", Text, true, someNull(texts(few)))
	add("plain", Text, false, texts(unique))
	add("plainnull", Text, false, someNull(texts(unique)))
	add("id", Integer, false, ints(func(i int) int64 { return int64(i) }))
	add("amount", Decimal, false, ints(func(int) int64 { return rnd.Int64N(1e8) }))
	add("amountnull", Decimal, false, someNull(ints(func(int) int64 { return rnd.Int64N(1e8) })))
	add("time", Timestamp, false, ints(func(i int) int64 { return 1.7e9 + rnd.Int64N(1e7) }))
	add("date", Date, true, ints(func(int) int64 { return 19000 + rnd.Int64N(1500) }))
	return cols, batch
}

func BenchmarkRead(b *testing.B) {
	cols, batch := benchColumns()
	var buf bytes.Buffer
	w := NewWriter(&buf, cols)
	if err := w.Write(batch); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	f := open(b, buf.Bytes())
	for i, c := range f.Columns() {
		b.Run(c.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				benchRead(b, f, i)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		})
	}
}

func benchRead(b *testing.B, f *File, col int) {
	rows := 0
	err := f.Read(col, func(p *Page) error {
		rows += p.Rows
		return nil
	})
	if err != nil || int64(rows) != f.NumRows() {
		b.Fatal(rows, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	cols, batch := benchColumns()
	for i := range cols {
		b.Run(cols[i].Name, func(b *testing.B) {
			for b.Loop() {
				w := NewWriter(io.Discard, cols[i:i+1])
				if err := w.Write(batch[i : i+1]); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		})
	}
}

// BenchmarkFile reads all readable columns of the file named by PARQUET_FILE,
// which is too large to be kept here.
func BenchmarkFile(b *testing.B) {
	name := os.Getenv("PARQUET_FILE")
	if name == "" {
		b.Skip("PARQUET_FILE names no file")
	}
	r, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f, err := Open(r, info.Size())
		if err != nil {
			b.Fatal(err)
		}
		for i, c := range f.Columns() {
			if c.Kind != Other {
				benchRead(b, f, i)
			}
		}
	}
}
