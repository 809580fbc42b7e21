package claim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"fundwatch/claim/claimtest"
)

// schemaText writes a record's columns, name and type.
func schemaText(rec arrow.Record) string {
	var out []string
	for _, f := range rec.Schema().Fields() {
		text := f.Name + " " + f.Type.Name()
		if !f.Nullable {
			text += " not null"
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n") + "\n"
}

func TestRecordsShowWhatWasSent(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	d := NewDecoder(alloc, Seed{1, 2}, AllFields, true)
	for _, msg := range []string{example, claimtest.Claim("S2; 1 2 3; 2 -1 -1; dx I10")} {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatal(told(p))
		}
	}
	var records []arrow.Record
	var schemas strings.Builder
	for tab := range numTables {
		rec := d.Batch.Record(tab)
		defer rec.Release()
		records = append(records, rec)
		fmt.Fprintf(&schemas, "%s\n%s\n", strings.ToUpper(tab.String()), schemaText(rec))
		if int(rec.NumRows()) != d.Batch.Rows(tab) {
			t.Errorf("%s: %d rows, want %d", tab, rec.NumRows(), d.Batch.Rows(tab))
		}
	}
	checkGolden(t, "batch_schema.txt", schemas.String())
	d.Batch.Release() // the records hold their memory by themselves
	for _, c := range []struct {
		tab    Table
		column string
		want   string
	}{
		{Settlements, "medfee_sumamt", "[321050 0]"},
		{Settlements, "hifp_pay", "[210000 (null)]"},
		{Settlements, "begntime", "[1772699400 (null)]"},
		{Settlements, "bill_no", "[(null) (null)]"},
		{Settlements, "setl_id", "[0 1]"},
		{Lines, "settlement", "[0 1 1]"},
		{Lines, "cnt", "[20000 20000 -10000]"},
		{Lines, "inscp_scp_amt", "[3100 (null) (null)]"},
		{Lines, "rxno", "[(null) (null) (null)]"},
		{Diagnoses, "settlement", "[0 1]"},
		{Diagnoses, "diag_srt_no", "[1 (null)]"},
		{Diagnoses, "diag_name", "[0 (null)]"},
	} {
		rec := records[c.tab]
		at := rec.Schema().FieldIndices(c.column)
		if len(at) != 1 {
			t.Errorf("%s has %d columns %s", c.tab, len(at), c.column)
		} else if got := fmt.Sprint(rec.Column(at[0])); got != c.want {
			t.Errorf("%s.%s: %s, want %s", c.tab, c.column, got, c.want)
		}
	}
}

func TestRecordsHoldOnlyWhatIsKept(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	d := NewDecoder(alloc, Seed{1, 2}, FieldSet(0).With(Gend, DiagCode), false)
	defer func() { d.Batch.Release() }()
	if p := d.Decode([]byte(example)); p != nil {
		t.Fatal(told(p))
	}
	if len(d.Batch.Fingerprint) != 0 {
		t.Error("fingerprints that nobody asked for")
	}
	for tab, want := range map[Table]string{
		Settlements: "setl_id mdtrt_id psn_no fixmedins_code med_type setl_time begntime endtime gend refd_setl_flag init_setl_id",
		Lines:       "settlement feedetl_sn init_feedetl_sn cnt det_item_fee_sumamt inscp_scp_amt",
		Diagnoses:   "settlement diag_code",
	} {
		rec := d.Batch.Record(tab)
		defer rec.Release()
		var names []string
		for _, f := range rec.Schema().Fields() {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want || rec.NumRows() != 1 {
			t.Errorf("%s: %s (%d rows), want %s", tab, got, rec.NumRows(), want)
		}
	}
}

func poolOf(t *testing.T, alloc memory.Allocator, keep FieldSet, shorts ...string) *Pool {
	d := NewDecoder(alloc, Seed{1, 2}, keep, true)
	for _, msg := range claimtest.Claims(shorts...) {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatal(told(p))
		}
	}
	in := NewIntake(alloc, Seed{1, 2}, keep)
	in.Add(d.Batch)
	p, _ := in.Net(2)
	in.All.Release()
	return p
}

func TestHistoryRecords(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	p := poolOf(t, alloc, AllFields, "S2 at=2 person=P1; 1 3 30/24; 2 -1 -10 of=1; dx I10", "S1 at=1 person=P1 hifp_pay=5; 1 1 1")
	h := wholeOf(p)
	var schemas strings.Builder
	records := map[Table]arrow.Record{}
	for tab := range numTables {
		rec := h.Record(tab)
		defer rec.Release()
		records[tab] = rec
		fmt.Fprintf(&schemas, "%s\n%s\n", strings.ToUpper(tab.String()), strings.ReplaceAll(schemaText(rec), "settlement int32\n", ""))
		if int(rec.NumRows()) != h.Rows(tab) {
			t.Errorf("%s: %d rows, want %d", tab, rec.NumRows(), h.Rows(tab))
		}
	}
	checkGolden(t, "history_schema.txt", schemas.String())
	h.Release()
	p.Release()
	for _, c := range []struct {
		tab    Table
		column string
		want   string
	}{
		{Settlements, "hifp_pay", "[500 (null)]"},
		{Lines, "cnt", "[10000 20000 -10000]"},
		{Lines, "det_item_fee_sumamt", "[100 2000 -1000]"},
		{Lines, "inscp_scp_amt", "[(null) 1400 (null)]"},
	} {
		rec := records[c.tab]
		if got := fmt.Sprint(rec.Column(rec.Schema().FieldIndices(c.column)[0])); got != c.want {
			t.Errorf("%s.%s: %s, want %s", c.tab, c.column, got, c.want)
		}
	}
}

// The documentation of History.Record promises a first column "settlement".
func TestHistoryRecordsNameTheClaim(t *testing.T) {
	h := wholeOf(poolOf(t, memory.NewGoAllocator(), AllFields, "S2 at=2; 1 3 30; dx I10", "S1 at=1; 1 1 1; dx I11"))
	for _, tab := range []Table{Lines, Diagnoses} {
		rec := h.Record(tab)
		if rec.ColumnName(0) != "settlement" || fmt.Sprint(rec.Column(0)) != "[0 1]" {
			t.Errorf("%s begins with %s %v", tab, rec.ColumnName(0), rec.Column(0))
		}
	}
}

// Dropping trace codes from what is kept leaves everything else in place.
func TestHistoryWithoutTraceCodes(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	p := poolOf(t, alloc, AllFields&^(1<<DrugTracCodg), "S1; 1 3 30 trace=a")
	defer p.Release()
	h := wholeOf(p)
	defer h.Release()
	if got := h.Text(FeedetlSn, 0); got != "1" || h.Net() != 1 {
		t.Errorf("%q, %d net lines", got, h.Net())
	}
}

func TestVectorIsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		v := NewVector[int64](alloc)
		defer v.Release()
		var want []int64
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				for range rapid.IntRange(1, 200).Draw(t, "pushes") {
					v.Push(int64(len(want)))
					want = append(want, int64(len(want)))
				}
			case 1:
				n := rapid.IntRange(0, 300).Draw(t, "more")
				for i := range v.Extend(n) {
					v.V[len(want)] = int64(-i)
					want = append(want, int64(-i))
				}
			case 2:
				v.Reserve(rapid.IntRange(0, 500).Draw(t, "room"))
			case 3:
				n := rapid.IntRange(0, len(want)).Draw(t, "left")
				v.Truncate(n)
				want = want[:n]
			}
			if !slices.Equal(v.V, want) {
				t.Fatalf("%d values, want %d", len(v.V), len(want))
			}
		}
		a := v.Array(alloc, -3, arrow.PrimitiveTypes.Int64).(*array.Int64)
		defer a.Release()
		for i, x := range want {
			if a.IsNull(i) != (x == -3) || a.Value(i) != x {
				t.Fatalf("value %d: %v", i, a)
			}
		}
		if a.Len() != len(want) {
			t.Fatalf("%d values, want %d", a.Len(), len(want))
		}
	})
}

func TestInParallelRunsEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		for _, n := range []int{0, 1, 5, 100} {
			ran := make([]int, n)
			tasks := make([]func(), n)
			for i := range tasks {
				tasks[i] = func() { ran[i]++ }
			}
			InParallel(workers, tasks)
			for i, r := range ran {
				if r != 1 {
					t.Fatalf("task %d ran %d times", i, r)
				}
			}
		}
	}
}
