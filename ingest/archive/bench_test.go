package archive

import (
	"context"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

// year gives n messages with four lines each, of 3000 persons.
func year(n int) (out [][]byte) {
	for i := range n {
		msg := fmt.Sprintf("S%09d visit=M%09d person=P%06d at=2026-03-%02d_10:%02d:00", i, i, i%3000, 1+i%28, i%60)
		for l := range 4 {
			msg += fmt.Sprintf("; %d %d %d.50/%d.25 item=XA%04d trace=8123%016d bilg_dr_codg=D1529%05d", l, 1+l, 3*l+7, 3*l+7, (i*7+l*13)%5000, 4*i+l, i%900)
		}
		out = append(out, []byte(claimtest.Claim(msg+"; dx J18.900 肺炎")))
	}
	return out
}

func decoded(b *testing.B, d *claim.Decoder, msgs [][]byte) *claim.Batch {
	d.Batch.Reset()
	d.Reset(d.Batch)
	for _, m := range msgs {
		if ps := d.Decode(m); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
	return d.Batch
}

func newDecoder() *claim.Decoder {
	return claim.NewDecoder(memory.NewGoAllocator(), seed, claim.AllFields, true)
}

const benchClaims = 100_000

// BenchmarkDecode is what to hold the others against: the same claims read from
// JSON.
func BenchmarkDecode(b *testing.B) {
	msgs, d := year(benchClaims), newDecoder()
	for b.Loop() {
		decoded(b, d, msgs)
	}
	b.ReportMetric(float64(b.N)*5*benchClaims/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	batch := decoded(b, newDecoder(), year(benchClaims))
	a := &Archive{Store: newMem(), Alloc: memory.NewGoAllocator(), Seed: seed, Keep: claim.AllFields}
	first, size := int64(0), int64(0)
	for b.Loop() {
		w := a.Begin(0, first)
		if err := w.Add(batch, from(first, benchClaims), nil); err != nil {
			b.Fatal(err)
		}
		first += benchClaims
		r, err := w.Commit(context.Background(), End{To: first, Messages: benchClaims, Arrived: claim.None64})
		if err != nil {
			b.Fatal(err)
		}
		size = r.Files[0].Bytes + r.Files[1].Bytes + r.Files[2].Bytes
	}
	b.ReportMetric(float64(b.N)*5*benchClaims/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/benchClaims, "bytes/claim")
}

func BenchmarkLoad(b *testing.B) {
	batch := decoded(b, newDecoder(), year(benchClaims))
	a := &Archive{Store: newMem(), Alloc: memory.NewGoAllocator(), Seed: seed, Keep: claim.AllFields}
	w := a.Begin(0, 0)
	if err := w.Add(batch, from(0, benchClaims), nil); err != nil {
		b.Fatal(err)
	}
	if _, err := w.Commit(context.Background(), End{To: benchClaims, Messages: benchClaims, Arrived: claim.None64}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, err := a.Load(context.Background(), 0, claim.None64, func(l *Loaded) error {
			l.Batch.Release()
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*5*benchClaims/b.Elapsed().Seconds(), "rows/s")
}
