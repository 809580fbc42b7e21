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

// byPerson splits what counts by person.
func byPerson(history string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(history) {
		person, _, _ := strings.Cut(line, " ")
		out[person] += line
	}
	return out
}

// look gives what counts of some persons of a book. What counted before of
// claims that are not shown as new, and of persons that are not to be looked at
// whole, must not have changed.
func look(t rapid.TB, k *Book, persons []int32, since int, before map[string]string) map[string]string {
	p, whole := k.Net(persons, since)
	out := byPerson(poolText(t, p))
	h := wholeOf(p)
	defer h.Release()
	anew := make([]bool, h.Rows(Settlements))
	h.Anew(func(from, to int32) {
		for c := from; c < to; c++ {
			anew[c] = true
		}
	})
	for c := range int32(len(anew)) {
		if text := claimText(h, c); !anew[c] && !strings.Contains(before[h.Text(PsnNo, c)], text) {
			t.Fatalf("changed, but not shown as new: %s", text)
		}
	}
	for i, code := range persons {
		for claim := range strings.Lines(before[k.Person(code)]) {
			if !whole[i] && !strings.Contains(out[k.Person(code)], claim) {
				t.Fatalf("gone, but its person is not to be looked at whole: %s", claim)
			}
		}
	}
	return out
}

// However claims arrive, looking again at the persons that each batch touches
// gives for every person what a look at everything gives.
func TestBookAgreesWithTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		story := drawStory(t)
		want := byPerson(runBatches(t, claimtest.Claims(story...), nil, 1).history)
		arriving := slices.Clone(story)
		for range rapid.IntRange(0, 3).Draw(t, "repeated") {
			arriving = append(arriving, rapid.SampledFrom(story).Draw(t, "message"))
		}
		arriving = rapid.Permutation(arriving).Draw(t, "order")
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		defer alloc.AssertSize(memoryTB{t}, 0)
		k := NewBook(alloc, Seed{5, 6}, AllFields)
		defer k.Release()
		got, accepted := map[string]string{}, 0
		for len(arriving) > 0 {
			n := rapid.IntRange(1, len(arriving)).Draw(t, "batch")
			d := NewDecoder(alloc, Seed{5, 6}, AllFields, true)
			for _, msg := range claimtest.Claims(arriving[:n]...) {
				if p := d.Decode([]byte(msg)); p != nil {
					t.Fatal(told(p))
				}
			}
			arriving = arriving[n:]
			since := k.Rows(Settlements)
			verdicts, touched := k.Add(d.Batch)
			d.Batch.Release()
			for _, v := range verdicts {
				if v == Accepted {
					accepted++
				}
			}
			again := look(t, k, touched, since, got)
			for _, p := range touched {
				if text := again[k.Person(p)]; text != "" {
					got[k.Person(p)] = text
				} else {
					delete(got, k.Person(p))
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || accepted != len(story) {
			t.Fatalf("%d accepted\n%v\nwant\n%v\nof\n%s", accepted, got, want, strings.Join(story, "\n"))
		}
		everybody := look(t, k, k.Everybody(), 0, got)
		if fmt.Sprint(everybody) != fmt.Sprint(want) {
			t.Fatalf("everybody\n%v\nwant\n%v", everybody, want)
		}
	})
}

// A book of a window knows the claims of the window, still tells duplicates
// from conflicts, and takes in more.
func TestBookOfAWindow(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	add := func(k *Book, shorts ...string) string {
		d := NewDecoder(alloc, Seed{1, 2}, AllFields, true)
		defer d.Batch.Release()
		for _, msg := range claimtest.Claims(shorts...) {
			if p := d.Decode([]byte(msg)); p != nil {
				t.Fatal(told(p))
			}
		}
		verdicts, touched := k.Add(d.Batch)
		out := ""
		for _, v := range verdicts {
			out += string("adcl"[v])
		}
		var persons []string
		for _, p := range touched {
			persons = append(persons, " "+k.Person(p))
		}
		slices.Sort(persons)
		return out + strings.Join(persons, "")
	}
	whole := NewBook(alloc, Seed{1, 2}, AllFields)
	add(whole, "S1 at=1 visit=M1 person=P1; 1 2 10 trace=a", "S2 at=5 visit=M2 person=P2; 1 2 10 trace=b,c; dx I10", "S3 at=6 visit=M2 person=P3; 1 1 5")
	since, _ := ParseTime([]byte("2026-03-03 00:00:00"))
	late := whole.Since(since)
	whole.Release()
	defer late.Release()
	if late.Rows(Settlements) != 2 || late.Has("H1", "S1") || !late.Has("H1", "S2") {
		t.Fatalf("%d claims", late.Rows(Settlements))
	}
	for _, c := range []struct{ message, want string }{
		{"S2 at=5 visit=M2 person=P2; 1 2 10 trace=c,b; dx I10", "d"},
		{"S3 at=6 visit=M2 person=P3; 1 1 6", "c"},
		{"S1 at=1 visit=M1 person=P1; 1 2 10 trace=a", "a P1"}, // forgotten, so new again
		{"S4 at=7 visit=M2 person=P4; 1 -1 -5 of=1", "a P2 P3 P4"},
		{"S5 at=8 visit=M9 person=P9 refunds=S4", "a P2 P3 P4 P9"},
	} {
		if got := add(late, c.message); got != c.want {
			t.Errorf("%s: %s, want %s", c.message, got, c.want)
		}
	}
}
