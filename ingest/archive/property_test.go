package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

// valueOf draws a value of a field, which the contract allows for itself.
func valueOf(t *rapid.T, f claim.Field) string {
	spec := f.Spec()
	switch spec.Check {
	case claim.CheckSex:
		return rapid.SampledFrom([]string{"0", "1", "2", "9"}).Draw(t, f.String())
	case claim.CheckRefund:
		return rapid.SampledFrom([]string{"", "0"}).Draw(t, f.String())
	case claim.CheckDivision:
		return fmt.Sprintf("%06d", rapid.IntRange(0, 999999).Draw(t, f.String()))
	}
	switch spec.Kind {
	case claim.KindText:
		return rapid.StringN(0, 8, -1).Draw(t, f.String())
	case claim.KindCode:
		return rapid.StringOfN(rapid.SampledFrom([]rune("AB01.,\"\\é医保基金😀")), 1, 5, -1).Draw(t, f.String())
	case claim.KindDay:
		return claim.FormatDay(rapid.Int64Range(-719162, 2932896).Draw(t, f.String()))
	case claim.KindTime:
		return claim.FormatTime(rapid.Int64Range(-719162*86400, 2932896*86400).Draw(t, f.String()))
	case claim.KindWhole:
		return fmt.Sprint(rapid.Int64Range(0, 999999999).Draw(t, f.String()))
	}
	most := int64(1)
	for range spec.Kind.Digits() + spec.Kind.Scale() {
		most *= 10
	}
	return claim.TrimNumber(spec.Kind, rapid.Int64Range(1, most-1).Draw(t, f.String()))
}

// fieldsOf draws the fields of a table: those that are required and some more.
func fieldsOf(t *rapid.T, table claim.Table) map[string]any {
	out := map[string]any{}
	for _, f := range table.Fields() {
		if f.Spec().Required || rapid.Bool().Draw(t, "has "+f.String()) {
			out[f.String()] = valueOf(t, f)
		}
	}
	return out
}

// messageOf draws a claim with an id of its own; most of them have no problem.
func messageOf(t *rapid.T, id int) string {
	setl := fieldsOf(t, claim.Settlements)
	setl["setl_id"] = fmt.Sprint("S", id)
	if rapid.IntRange(0, 4).Draw(t, "refund") == 0 {
		setl["refd_setl_flag"], setl["init_setl_id"] = "1", "S0"
	}
	delete(setl, "begntime")
	var lines, diagnoses []map[string]any
	for sn := range rapid.IntRange(0, 3).Draw(t, "lines") {
		l := fieldsOf(t, claim.Lines)
		l["feedetl_sn"] = fmt.Sprint(sn)
		if rapid.Bool().Draw(t, "negative") {
			for _, f := range []string{"cnt", "det_item_fee_sumamt", "inscp_scp_amt"} {
				if v, ok := l[f]; ok {
					l[f] = "-" + v.(string)
				}
			}
		}
		var traces []map[string]string
		for range rapid.IntRange(0, 3).Draw(t, "traces") {
			traces = append(traces, map[string]string{"drug_trac_codg": rapid.StringMatching(`[0-9A-Z]{0,20}`).Draw(t, "trace")})
		}
		l["drugtracinfo"] = traces
		lines = append(lines, l)
	}
	for range rapid.IntRange(0, 2).Draw(t, "diagnoses") {
		d := fieldsOf(t, claim.Diagnoses)
		diagnoses = append(diagnoses, d)
	}
	b, err := json.Marshal(map[string]any{"setlinfo": setl, "feedetail": lines, "diseinfo": diagnoses})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever is accepted comes back the same, from whatever ranges, and again
// after they were joined.
func TestWhateverIsAcceptedComesBack(t *testing.T) {
	tried, accepted := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		a := &Archive{Store: newMem(), Alloc: memory.NewGoAllocator(), Seed: seed, Keep: claim.AllFields}
		var want []string
		var offsets []int64
		next := int64(rapid.IntRange(0, 1000).Draw(t, "first"))
		for range rapid.IntRange(0, 4).Draw(t, "ranges") {
			w := a.Begin(3, next)
			for range rapid.IntRange(0, 3).Draw(t, "batches") {
				d := claim.NewDecoder(a.Alloc, seed, claim.AllFields, true)
				var own []int64
				for range rapid.IntRange(0, 3).Draw(t, "messages") {
					tried++
					if ps := d.Decode([]byte(messageOf(t, int(next)))); len(ps) == 0 {
						own = append(own, next)
					}
					next++
				}
				if err := w.Add(d.Batch, own, nil); err != nil {
					t.Fatal(err)
				}
				accepted += len(own)
				want, offsets = append(want, texts(d.Batch)...), append(offsets, own...)
				d.Batch.Release()
			}
			next++ // a message that is no claim
			if _, err := w.Commit(ctx, End{To: next, Messages: 1, Arrived: claim.None64}); err != nil {
				t.Fatal(err)
			}
		}
		for _, joined := range []bool{false, true} {
			got, err := tryLoad(a, claim.None64)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.texts, want) || !slices.Equal(got.offsets, offsets) {
				t.Fatalf("joined %v: loaded\n%s\nwant\n%s", joined, strings.Join(got.texts, "\n"), strings.Join(want, "\n"))
			}
			foundAgain(t, a, offsets, want, next)
			if _, err := a.Compact(ctx, 3, 1<<62, int64(rapid.IntRange(1, 20).Draw(t, "most"))); err != nil {
				t.Fatal(err)
			}
		}
	})
	if accepted < tried/3 {
		t.Errorf("only %d of %d messages were accepted: the test says little", accepted, tried)
	}
}

// foundAgain asks for every claim by its offset, and for what is none: the last
// offset, and those outside.
func foundAgain(t *rapid.T, a *Archive, offsets []int64, want []string, end int64) {
	d := claim.NewDecoder(a.Alloc, seed, claim.AllFields, true)
	defer d.Batch.Release()
	for i, offset := range offsets {
		msg, err := a.Claim(context.Background(), 3, offset)
		if err != nil {
			t.Fatal(err)
		}
		if ps := d.Decode(msg); len(ps) > 0 {
			t.Fatalf("%v in %s", ps, msg)
		}
		if got := texts(d.Batch); got[len(got)-1] != want[i] {
			t.Fatalf("at %d\n%s\nwant\n%s", offset, got[len(got)-1], want[i])
		}
	}
	for _, offset := range []int64{-1, end - 1, end} {
		if msg, err := a.Claim(context.Background(), 3, offset); err != nil || msg != nil && !slices.Contains(offsets, offset) {
			t.Fatalf("at %d: %s, %v", offset, msg, err)
		}
	}
}

// More rows than are handed to the Parquet writer at a time.
func TestManyLines(t *testing.T) {
	var short strings.Builder
	short.WriteString("S1")
	for sn := range blockRows + 10 {
		fmt.Fprintf(&short, "; %d 1 1 trace=T%d", sn, sn)
	}
	msgs := []string{claimtest.Claim(short.String()), claimtest.Claim(strings.Replace(short.String(), "S1", "S2", 1))}
	a := over(t, newMem())
	r := put(t, a, 0, msgs...)
	if r.Lines != 2*(blockRows+10) {
		t.Errorf("%d lines", r.Lines)
	}
	if got, want := load(t, a, claim.None64).texts, texts(batchOf(t, msgs)); !slices.Equal(got, want) {
		t.Errorf("%d claims that differ", len(got))
	}
}
