package claim

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// dictTexts are texts of all lengths around the steps of the hash, many equal.
var dictTexts = rapid.OneOf(
	rapid.SliceOfN(rapid.SampledFrom([]byte("ab\x00")), 0, 4),
	rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 5, 40),
	rapid.SliceOfN(rapid.Byte(), 0, 300))

func TestDictIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDict(Seed{rapid.Uint64().Draw(t, "s0"), rapid.Uint64().Draw(t, "s1")})
		codes := map[string]int32{}
		var texts []string
		for _, b := range rapid.SliceOf(dictTexts).Draw(t, "texts") {
			want, had := codes[string(b)]
			if !had {
				if got := d.Lookup(string(b)); got != NoCode {
					t.Fatalf("%q is found as %d before it was added", b, got)
				}
				want = int32(len(texts))
				codes[string(b)] = want
				texts = append(texts, string(b))
			}
			if got := d.Intern(b); got != want {
				t.Fatalf("%q: %d, want %d", b, got, want)
			}
			clear(b) // the dictionary has a copy of its own
		}
		checkDict(t, d, texts)
	})
}

func checkDict(t *rapid.T, d *Dict, texts []string) {
	if d.Len() != len(texts) {
		t.Fatalf("%d texts, want %d", d.Len(), len(texts))
	}
	for code, text := range texts {
		if got := d.Text(int32(code)); got != text {
			t.Fatalf("code %d: %q, want %q", code, got, text)
		}
		if got := d.Lookup(text); got != int32(code) {
			t.Fatalf("%q: %d, want %d", text, got, code)
		}
	}
}

func TestDictAbsorbsAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := Seed{rapid.Uint64().Draw(t, "s0"), 7}
		a, b := newDict(seed), newDict(seed)
		for _, x := range rapid.SliceOf(dictTexts).Draw(t, "a") {
			a.Intern(x)
		}
		for _, x := range rapid.SliceOf(dictTexts).Draw(t, "b") {
			b.Intern(x)
		}
		var want []string
		for code := range a.Len() {
			want = append(want, a.Text(int32(code)))
		}
		for code := range b.Len() {
			if text := b.Text(int32(code)); a.Lookup(text) == NoCode {
				want = append(want, text)
			}
		}
		var last absorbed
		check := func(b *Dict) {
			for old, code := range a.absorb(b, &last) {
				if a.Text(code) != b.Text(int32(old)) {
					t.Fatalf("code %d of %q became that of %q", old, b.Text(int32(old)), a.Text(code))
				}
			}
			if len(last.codes) != b.Len() {
				t.Fatalf("%d codes of %d texts", len(last.codes), b.Len())
			}
		}
		check(b)
		checkDict(t, a, want)
		for range rapid.IntRange(0, 3).Draw(t, "again") { // the same dictionary with more texts, or emptied, or another
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				for i := range fewTexts + 1 {
					b.Intern(fmt.Append(nil, i))
				}
				check(b)
				b.reset()
			case 1:
				b = newDict(a.seed)
			}
			for _, x := range rapid.SliceOf(dictTexts).Draw(t, "more") {
				b.Intern(x)
			}
			check(b)
		}
	})
}

func TestDictGrows(t *testing.T) {
	d := newDict(Seed{3, 4})
	const n = 100_000
	for i := range n {
		if code := d.Intern(fmt.Appendf(nil, "person %d", i)); code != int32(i) {
			t.Fatalf("text %d got code %d", i, code)
		}
	}
	for i := range n {
		if code := d.Lookup(fmt.Sprintf("person %d", i)); code != int32(i) {
			t.Fatalf("text %d has code %d", i, code)
		}
	}
	if d.Text(NoCode) != "" || d.Lookup("nobody") != NoCode {
		t.Error("what is absent is found")
	}
}

func TestDictTellsTextsOfEqualHashApart(t *testing.T) {
	d := newDict(Seed{})
	for want, text := range []string{"a", "b", "", "c"} {
		code, slot := d.find([]byte(text), 42)
		if code != NoCode || d.add([]byte(text), 42, slot) != int32(want) {
			t.Fatalf("%q is found as %d", text, code)
		}
	}
	for want, text := range []string{"a", "b", "", "c"} {
		if code, _ := d.find([]byte(text), 42); code != int32(want) {
			t.Errorf("%q: %d, want %d", text, code, want)
		}
	}
}

func TestHashDependsOnTheSeed(t *testing.T) {
	text := []byte("H15290000001")
	if (Seed{1, 2}).Hash(text) == (Seed{3, 4}).Hash(text) {
		t.Error("two seeds give the same hash")
	}
}
