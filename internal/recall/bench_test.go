package recall_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"fundwatch/claim/claimtest"
	"fundwatch/internal/recall"
)

// BenchmarkClaims tells what claims take in memory and how long a search takes.
// Each has six items of 5,000 and two practitioners of 2,000; there are four
// claims a person.
func BenchmarkClaims(b *testing.B) {
	const n = 200_000
	all := make([]string, n)
	for i := range all {
		short := fmt.Sprintf("H%d/S%012d person=P%015d at=%d medfee_sumamt=100.00", i%100, i, i/4, 1+i%28)
		for line := range 6 {
			short += fmt.Sprintf("; %d 1 10 item=XJ01CAA040A0010%05d bilg_dr_codg=D1529%07d", line, (i*7+line*131)%5000, (i+line%2)%2000)
		}
		all[i] = claimtest.Claim(short)
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	c := claimsOf(&kept{all: all}, nil)
	b.ResetTimer()

	c.Follow(b.Context(), func(context.Context) bool { return false }, func(err error) { b.Fatal(err) })
	read, bytes := b.Elapsed(), heap()-before
	for b.Loop() {
		if total, _ := c.Find(recall.ClaimQuery{Item: "XJ01CAA040A001000007", Most: 2000}); total == 0 {
			b.Fatal("nothing is found")
		}
	}
	b.ReportMetric(float64(bytes)/n, "bytes/claim")
	b.ReportMetric(read.Seconds()*1e6/n, "µs/claim")
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)*1e6/n, "ms/million")
}
