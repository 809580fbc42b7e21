package claim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"fundwatch/claim/claimtest"
)

// Codes that stand on two net lines or more come with all of these, each line
// once, whatever the number of workers.
func TestRepeatedTraces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		seed := Seed{rapid.Uint64().Draw(t, "seed"), 9}
		d := NewDecoder(alloc, seed, AllFields, true)
		story := drawStory(t)
		for _, msg := range claimtest.Claims(story...) {
			if p := d.Decode([]byte(msg)); p != nil {
				t.Fatal(told(p))
			}
		}
		in := NewIntake(alloc, seed, AllFields)
		in.Add(d.Batch)
		h, _ := in.Net(1)
		defer in.All.Release()
		defer h.Release()
		want := map[string][]int32{}
		for l := range h.Net() {
			h.Traces(l, func(code []byte) { want[string(code)] = append(want[string(code)], int32(l)) })
		}
		for code, lines := range want {
			if len(lines) < 2 {
				delete(want, code)
			}
		}
		var first string
		for workers := range 4 {
			got := map[string][]int32{}
			var order strings.Builder
			h.RepeatedTraces(workers, func(code string, lines []int32) {
				if got[code] != nil {
					t.Fatalf("%q comes twice", code)
				}
				got[code] = slices.Clone(lines)
				fmt.Fprintln(&order, code, lines)
			})
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%d workers: %v, want %v, of\n%s", workers, got, want, strings.Join(story, "\n"))
			}
			if workers == 0 {
				first = order.String()
			} else if order.String() != first {
				t.Fatalf("%d workers give another order", workers)
			}
		}
	})
}

func TestRepeatedTracesOfMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("S1")
	for i := range 3000 {
		fmt.Fprintf(&b, "; %d 1 1 trace=c%d,d%d", i, i, i%2990)
	}
	h := historyOf(t, memory.NewGoAllocator(), AllFields, b.String())
	for _, workers := range []int{1, 3} {
		n := 0
		h.RepeatedTraces(workers, func(code string, lines []int32) {
			if n++; !strings.HasPrefix(code, "d") || len(lines) != 2 || lines[1]-lines[0] != 2990 {
				t.Errorf("%s on %v", code, lines)
			}
		})
		if n != 10 {
			t.Errorf("%d codes, want 10", n)
		}
	}
}

// A line with very many codes, as only an attacker sends it, costs no more
// than its length: a message may have millions.
func TestManyTraceCodesOfOneLine(t *testing.T) {
	var b strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&b, `,{"drug_trac_codg":"%d"}`, i)
	}
	d := newDecoder()
	if p := d.Decode([]byte(claimtest.Set(example, "feedetail[0].drugtracinfo", "["+b.String()[1:]+"]"))); p != nil {
		t.Fatal(told(p))
	}
	n := 0
	d.Batch.Traces(0, func([]byte) { n++ })
	if n != 1_000_000 {
		t.Errorf("%d codes", n)
	}
}
