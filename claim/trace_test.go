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
// once.
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
		p, _ := in.Net(1)
		defer in.All.Release()
		defer p.Release()
		h := wholeOf(p)
		defer h.Release()
		want := map[string][]string{}
		for l := range h.Net() {
			h.Traces(l, func(code []byte) { want[string(code)] = append(want[string(code)], lineName(h, int32(l))) })
		}
		for code, lines := range want {
			if slices.Sort(lines); len(lines) < 2 {
				delete(want, code)
			}
		}
		some, codes := p.RepeatedTraces()
		defer some.Release()
		checkHistory(t, some)
		got := map[string][]string{}
		for _, c := range codes {
			if got[c.Code] != nil {
				t.Fatalf("%q comes twice", c.Code)
			}
			for _, l := range c.Lines {
				got[c.Code] = append(got[c.Code], lineName(some, l))
			}
			slices.Sort(got[c.Code])
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v, want %v, of\n%s", got, want, strings.Join(story, "\n"))
		}
	})
}

// lineName is the path of a line in evidence.
func lineName(h *History, l int32) string {
	c := h.LineClaim[l]
	return h.Text(FixmedinsCode, c) + "/" + h.Text(SetlID, c) + "/" + h.Text(FeedetlSn, l)
}

func TestRepeatedTracesOfMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("S1")
	for i := range 3000 {
		fmt.Fprintf(&b, "; %d 1 1 trace=c%d,d%d", i, i, i%2990)
	}
	p := poolOf(t, memory.NewGoAllocator(), AllFields, b.String())
	_, codes := p.RepeatedTraces()
	for _, c := range codes {
		if !strings.HasPrefix(c.Code, "d") || len(c.Lines) != 2 || c.Lines[1]-c.Lines[0] != 2990 {
			t.Errorf("%s on %v", c.Code, c.Lines)
		}
	}
	if len(codes) != 10 {
		t.Errorf("%d codes, want 10", len(codes))
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
