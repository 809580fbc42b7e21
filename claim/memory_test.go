package claim

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim/claimtest"
)

// The parts of a book have names of their own, and none is fuller than it is
// large.
func TestBookTellsItsParts(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	k := NewBook(alloc, Seed{1, 2}, AllFields)
	defer k.Release()
	d := NewDecoder(alloc, Seed{1, 2}, AllFields, true)
	defer d.Batch.Release()
	for _, msg := range claimtest.Claims("S1 visit=M1 person=P1; 1 2 10 trace=a,b; dx I10", "S2 visit=M1 person=P1 refunds=S1; 1 -2 -10 of=1") {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatal(told(p))
		}
	}
	k.Add(d.Batch)
	parts := map[string]Part{}
	for _, p := range k.Memory() {
		if _, twice := parts[p.Name]; twice || p.Used > p.Held {
			t.Errorf("%v, twice %t", p, twice)
		}
		parts[p.Name] = p
	}
	for name, used := range map[string]int{
		"dictionary setl_id table":             2 * 4,
		"dictionary fixmedins_code texts":      len("H1"),
		"traces texts":                         len("ab"),
		"fingerprints":                         2 * 8,
		"refund settlements by what they name": 64,
	} {
		if parts[name].Used != used {
			t.Errorf("%s: %d bytes, want %d", name, parts[name].Used, used)
		}
	}
}
