package claim

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// dictTexts are texts of all lengths around the steps of the hash, many equal.
var dictTexts = rapid.OneOf(
	rapid.SliceOfN(rapid.SampledFrom([]byte("ab\x00")), 0, 4),
	rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 5, 40),
	rapid.SliceOfN(rapid.Byte(), 0, 300),
	// identifiers: how they begin, and digits
	rapid.Custom(func(t *rapid.T) []byte {
		begin := rapid.SampledFrom([]string{"", "S", "0", "M20260305", strings.Repeat("x", mostPrefix), strings.Repeat("x", mostPrefix+1)}).Draw(t, "begin")
		return append([]byte(begin), rapid.SliceOfN(rapid.SampledFrom([]byte("0019")), 0, mostDigits+2).Draw(t, "digits")...)
	}))

// dictOf makes a dictionary, drawn to be compact or not.
func dictOf(t *rapid.T, seed Seed) *Dict {
	if rapid.Bool().Draw(t, "compact") {
		return &Dict{seed: seed, small: newCompact(seed)}
	}
	return newDict(seed)
}

// bothDicts calls a test with dictionaries that are and are not compact.
func bothDicts(t *testing.T, seed Seed, test func(t *testing.T, d *Dict)) {
	t.Run("plain", func(t *testing.T) { test(t, newDict(seed)) })
	t.Run("compact", func(t *testing.T) { test(t, &Dict{seed: seed, small: newCompact(seed)}) })
}

func TestDictIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dictOf(t, Seed{rapid.Uint64().Draw(t, "s0"), rapid.Uint64().Draw(t, "s1")})
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
		many := rapid.Bool().Draw(t, "many")
		for i := 0; many && i <= fewTexts; i++ {
			d.Intern(fmt.Appendf(nil, "one of many %d", i))
		}
		d.reset()
		if many {
			texts = nil
		}
		checkDict(t, d, texts) // few outlive it
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
		a, b := dictOf(t, seed), dictOf(t, seed)
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

func TestDictGrows(t *testing.T) { bothDicts(t, Seed{3, 4}, growDict) }

func growDict(t *testing.T, d *Dict) {
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

func TestDictTellsTextsOfEqualHashApart(t *testing.T) { bothDicts(t, Seed{}, equalHashes) }

func equalHashes(t *testing.T, d *Dict) {
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

// Identifiers that begin in more ways than a dictionary has patterns are kept
// as they are, before and after the table has grown.
func TestCompactOfManyPatterns(t *testing.T) {
	d := &Dict{seed: Seed{1, 2}, small: newCompact(Seed{1, 2})}
	id := func(i int) []byte { return fmt.Appendf(nil, "%d-%06d", i, i) }
	const n = 2 * mostPatterns
	for i := range n {
		if code := d.Intern(id(i)); code != int32(i) {
			t.Fatalf("%s got code %d", id(i), code)
		}
	}
	for i := range n {
		if d.Text(int32(i)) != string(id(i)) || d.Intern(id(i)) != int32(i) {
			t.Fatalf("code %d of %s is %s", i, id(i), d.Text(int32(i)))
		}
	}
	if len(d.small.known) != mostPatterns || len(d.small.odd) == 0 {
		t.Errorf("%d patterns, %d bytes without", len(d.small.known), len(d.small.odd))
	}
}

// Identifiers take a third of the memory that they take in a dictionary that is
// not compact.
func TestCompactTakesLess(t *testing.T) {
	held := map[string]int{}
	bothDicts(t, Seed{1, 2}, func(t *testing.T, d *Dict) {
		for i := range uint64(100_000) {
			d.Intern(fmt.Appendf(nil, "15000020260305%08d", Seed{5, 6}.mix(i)%100_000_000))
		}
		for _, p := range d.memory() {
			held[t.Name()] += p.Held
		}
	})
	if plain, compact := held[t.Name()+"/plain"], held[t.Name()+"/compact"]; compact > plain/3 {
		t.Errorf("%d bytes, %d if not compact", compact, plain)
	}
}
