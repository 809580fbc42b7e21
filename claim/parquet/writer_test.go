package parquet

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestWriter writes all kinds over several row groups and reads them back.
func TestWriter(t *testing.T) {
	cols := []WriteColumn{
		{Name: "z", Kind: Text, Dict: true}, {Name: "b", Kind: Text}, {Name: "y", Kind: Integer},
		{Name: "a", Kind: Decimal, Scale: 2}, {Name: "x", Kind: Timestamp}, {Name: "c", Kind: Date, Dict: true},
		{Name: "many", Kind: Text, Dict: true},
	}
	const rows = writeGroupRows + 5000
	var buf bytes.Buffer
	w := NewWriter(&buf, cols)
	want := make([][]string, len(cols))
	for from := 0; from < rows; from += 3000 {
		batch := make([]Values, len(cols))
		for i := from; i < min(rows, from+3000); i++ {
			text, number, isNull := "k"+strconv.Itoa(i%100), int64(i*31-rows), i%7 == 3
			batch[0].Texts = append(batch[0].Texts, text)
			batch[1].Bytes = append(batch[1].Bytes, []byte(text))
			batch[6].Texts = append(batch[6].Texts, "number "+strconv.Itoa(i))
			for c := range cols {
				row := []string{text, text, fmt.Sprint(number), fmt.Sprint(number), fmt.Sprint(number * 1000000),
					fmt.Sprint(number), "number " + strconv.Itoa(i)}[c]
				if cols[c].Kind != Text {
					batch[c].Ints = append(batch[c].Ints, number)
				}
				if c%2 == 0 {
					if batch[c].Null = append(batch[c].Null, isNull); isNull {
						row = null
					}
				}
				want[c] = append(want[c], row)
			}
		}
		if err := w.Write(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := open(t, buf.Bytes())
	if f.NumRows() != rows || len(f.groups) != 2 {
		t.Errorf("%d rows in %d groups", f.NumRows(), len(f.groups))
	}
	for i, c := range f.Columns() {
		if c.Name != cols[i].Name || c.Kind != cols[i].Kind || c.Scale != cols[i].Scale {
			t.Errorf("column %d is %+v", i, c)
		}
		if c.Kind == Timestamp && c.Unit != time.Microsecond {
			t.Errorf("unit %v", c.Unit)
		}
		got, err := readColumn(f, i)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, c.Name, got, want[i])
	}
}

// TestWriterErrors checks that bad input is refused and the refusal sticks.
func TestWriterErrors(t *testing.T) {
	one := func(k Kind, v Values) func() error {
		return func() error {
			w := NewWriter(new(bytes.Buffer), []WriteColumn{{Name: "a", Kind: k}})
			err := w.Write([]Values{v})
			if err != nil && (w.Write(nil) != err || w.Close() != err) {
				t.Error("the error does not stick")
			}
			return err
		}
	}
	create := func(cols ...WriteColumn) func() error {
		return func() error { return NewWriter(new(bytes.Buffer), cols).Close() }
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
		{"scale", create(WriteColumn{Name: "a", Kind: Decimal, Scale: 19}), "19 decimal places"},
		{"decimal", one(Decimal, Values{Ints: []int64{maxUnscaled}}), "18 digits"},
		{"second", one(Timestamp, Values{Ints: []int64{math.MaxInt64}}), "second"},
		{"day", one(Date, Values{Ints: []int64{math.MaxInt64}}), "day"},
		{"nulls", one(Date, Values{Ints: []int64{1}, Null: []bool{}}), "values"},
	} {
		if err := c.run(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "parquet: ") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
