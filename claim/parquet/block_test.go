package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

var blockColumns = []WriteColumn{
	{Name: "z", Kind: Text, Dict: true}, {Name: "b", Kind: Text}, {Name: "y", Kind: Integer}, {Name: "a", Kind: Decimal, Scale: 2},
	{Name: "x", Kind: Timestamp}, {Name: "c", Kind: Date},
}

// blockFile draws a file of some blocks, and says what its columns hold.
func blockFile(t *rapid.T) (data []byte, want [][]string) {
	var buf bytes.Buffer
	w := NewBlockWriter(&buf, blockColumns)
	want = make([][]string, len(blockColumns))
	nulls := rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "nulls of 100")
	texts := rapid.SampledFrom([]int{1, 2, 3, 200, 70_000}).Draw(t, "texts")
	for range rapid.IntRange(0, 3).Draw(t, "blocks") {
		rows := rapid.SampledFrom([]int{0, 1, 7, 8, 9, 1000}).Draw(t, "rows")
		draw := rapid.IntRange(0, 1<<30)
		seed := draw.Draw(t, "seed")
		block := make([]Block, len(blockColumns))
		for i := range rows {
			x := (seed + i*7919) % 100_003
			for c, col := range blockColumns {
				b, isNull := &block[c], (seed+i*31+c*17)%100 < nulls
				text, number := fmt.Sprint("医", x%texts), int64(x-50_000)
				switch {
				case col.Dict && isNull:
					b.Codes = append(b.Codes, -1)
				case col.Dict:
					b.Codes = append(b.Codes, w.Code(c, text))
				case col.Kind == Text && !isNull:
					b.Bytes = append(b.Bytes, text...)
					fallthrough
				case col.Kind == Text:
					b.Ends = append(b.Ends, len(b.Bytes))
				case isNull:
					b.Ints = append(b.Ints, NullInt)
				default:
					b.Ints = append(b.Ints, number)
				}
				switch {
				case isNull:
					text = null
				case col.Kind == Timestamp:
					text = fmt.Sprint(number * 1_000_000)
				case col.Kind != Text:
					text = fmt.Sprint(number)
				}
				want[c] = append(want[c], text)
			}
		}
		if err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), want
}

// TestBlocks reads what was written twice: by this package and by another
// reader.
func TestBlocks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data, want := blockFile(rt)
		f := open(t, data)
		for i, c := range f.Columns() {
			if c.Name != blockColumns[i].Name || c.Kind != blockColumns[i].Kind || c.Scale != blockColumns[i].Scale {
				t.Fatalf("column %d is %+v", i, c)
			}
			got, err := readColumn(f, i)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want[i]) {
				t.Fatalf("column %s: %d values, %d wanted", c.Name, len(got), len(want[i]))
			}
		}
		other, err := foreignRead(data)
		if err != nil {
			t.Fatal(err)
		}
		for i := range other {
			if !slices.Equal(other[i], want[i]) {
				t.Fatalf("column %d, read by another: %d values, %d wanted", i, len(other[i]), len(want[i]))
			}
		}
	})
}

// foreignRead reads a file by parquet-go, in the spelling of readColumn.
func foreignRead(data []byte) ([][]string, error) {
	f, err := pq.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(f.Schema().Columns()))
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		defer rows.Close()
		buf := make([]pq.Row, 100)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				for _, v := range row {
					text := v.String()
					if v.IsNull() {
						text = null
					}
					out[v.Column()] = append(out[v.Column()], text)
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func TestBlockErrors(t *testing.T) {
	one := func(c WriteColumn, b ...Block) func() error {
		return func() error {
			c.Name = "a"
			w := NewBlockWriter(new(bytes.Buffer), []WriteColumn{c})
			err := w.Write(b)
			if err != nil && (w.Write(nil) != err || w.Close() != err) {
				t.Error("the error does not stick")
			}
			return err
		}
	}
	create := func(cols ...WriteColumn) func() error {
		return func() error { return NewBlockWriter(new(bytes.Buffer), cols).Close() }
	}
	for _, c := range []struct {
		name string
		run  func() error
		want string
	}{
		{"no columns", create(), "needs a column"},
		{"twice", create(WriteColumn{Name: "a", Kind: Text}, WriteColumn{Name: "a", Kind: Date}), "not unique"},
		{"no name", create(WriteColumn{Kind: Text}), "empty"},
		{"kind", create(WriteColumn{Name: "a", Kind: Double}), "kind double"},
		{"scale", create(WriteColumn{Name: "a", Kind: Decimal, Scale: 19}), "scale 19"},
		{"dictionary of numbers", create(WriteColumn{Name: "a", Kind: Date, Dict: true}), "kind date"},
		{"decimal", one(WriteColumn{Kind: Decimal}, Block{Ints: []int64{maxUnscaled}}), "decimal"},
		{"second", one(WriteColumn{Kind: Timestamp}, Block{Ints: []int64{math.MaxInt64}}), "timestamp"},
		{"day", one(WriteColumn{Kind: Date}, Block{Ints: []int64{math.MaxInt64}}), "date"},
		{"code", one(WriteColumn{Kind: Text, Dict: true}, Block{Codes: []int32{0}}), "dictionary"},
		{"columns", one(WriteColumn{Kind: Date}, Block{}, Block{}), "2 columns"},
		{"rows", func() error {
			w := NewBlockWriter(new(bytes.Buffer), []WriteColumn{{Name: "a", Kind: Date}, {Name: "b", Kind: Date}})
			return w.Write([]Block{{Ints: []int64{1}}, {}})
		}, "0 values"},
		{"closed", func() error {
			w := NewBlockWriter(new(bytes.Buffer), []WriteColumn{{Name: "a", Kind: Date}})
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			return w.Close()
		}, "closed"},
		{"full disk", func() error {
			w := NewBlockWriter(fullDisk{}, []WriteColumn{{Name: "a", Kind: Date}})
			return w.Close()
		}, "no space"},
	} {
		if err := c.run(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "parquet: ") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space") }

// TestWideCodes needs more than 16 bits for a code.
func TestWideCodes(t *testing.T) {
	var buf bytes.Buffer
	w := NewBlockWriter(&buf, []WriteColumn{{Name: "a", Kind: Text, Dict: true}})
	var b Block
	var want []string
	for i := range 150_001 {
		want = append(want, fmt.Sprint(i*7919%150_001))
		b.Codes = append(b.Codes, w.Code(0, want[i]))
	}
	if err := errors.Join(w.Write([]Block{b}), w.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := readColumn(open(t, buf.Bytes()), 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "a", got, want)
}
