package journal_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/internal/journal"
)

// tampered is a journal of 24 lines in three chains, and its head.
type tampered struct {
	head  journal.Head
	lines [][]byte
}

func untouched(t testing.TB) tampered {
	s, b := grown(t, 24)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	return tampered{head, lines[:len(lines)-1]}
}

func verify(lines [][]byte, head *journal.Head) error {
	_, err := journal.Verify(read(slices.Concat(lines...)), head)
	return err
}

func TestVerifyNamesTheFirstBrokenLine(t *testing.T) {
	j := untouched(t)
	if err := verify(j.lines, &j.head); err != nil {
		t.Fatal(err)
	}
	edit := func(i int, from, to string) [][]byte {
		out := slices.Clone(j.lines)
		out[i] = bytes.Replace(out[i], []byte(from), []byte(to), 1)
		return out
	}
	swap := slices.Clone(j.lines)
	swap[6], swap[7] = swap[7], swap[6] // of two chains: each chain is as before
	for name, c := range map[string]struct {
		lines  [][]byte
		place  int64
		reason string
	}{
		"changed":    {edit(4, "虚构甲", "虚构乙"), 5, "does not fit its hash"},
		"spaced":     {edit(4, `"line":{`, `"line": {`), 5, "is not canonical"},
		"renumbered": {edit(4, `"n":5`, `"n":7`), 5, "record 5 is missing before it"},
		"removed":    {slices.Delete(slices.Clone(j.lines), 9, 10), 10, "record 10 is missing before it"},
		"put in":     {slices.Insert(slices.Clone(j.lines), 9, j.lines[3]), 10, "stands where it does not belong"},
		"moved":      {swap, 7, "record 7 is missing before it"},
		"cut off":    {j.lines[:20], 21, "the journal ends at record 20 and was to end at 24"},
	} {
		b, ok := errors.AsType[*journal.Break](verify(c.lines, &j.head))
		if !ok || b.Place != c.place || b.Reason != c.reason {
			t.Errorf("%s: got %v, want place %d: %s", name, b, c.place, c.reason)
		}
		if b != nil && strings.Contains(b.Error(), "虚构") {
			t.Errorf("%s: the error holds content: %v", name, b)
		}
	}
	if err := verify(j.lines[:20], nil); err != nil {
		t.Errorf("a beginning holds by itself: %v", err)
	}
	other := j.head
	other.Weave = strings.Repeat("0", 40)
	if err := verify(j.lines, &other); err == nil {
		t.Error("a journal was taken for one with another head")
	}
}

// Any single edit of the bytes, at any place, is found.
func TestAnySingleEditIsFound(t *testing.T) {
	j := untouched(t)
	rapid.Check(t, func(t *rapid.T) {
		lines := slices.Clone(j.lines)
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		k := rapid.IntRange(0, len(lines)-1).Draw(t, "other")
		switch rapid.SampledFrom([]string{"byte", "cut", "insert", "delete", "repeat", "swap", "truncate"}).Draw(t, "edit") {
		case "byte":
			at := rapid.IntRange(0, len(lines[i])-2).Draw(t, "at")
			by := rapid.ByteRange(1, 255).Draw(t, "by")
			lines[i] = bytes.Clone(lines[i])
			lines[i][at] ^= by
		case "cut":
			at := rapid.IntRange(0, len(lines[i])-2).Draw(t, "at")
			lines[i] = slices.Delete(bytes.Clone(lines[i]), at, at+1)
		case "insert":
			at := rapid.IntRange(0, len(lines[i])-1).Draw(t, "at")
			c := rapid.ByteRange(0, 255).Draw(t, "c")
			lines[i] = slices.Insert(bytes.Clone(lines[i]), at, c)
		case "delete":
			lines = slices.Delete(lines, i, i+1)
		case "repeat":
			lines = slices.Insert(lines, k, lines[i])
		case "swap":
			if i == k {
				t.Skip("nothing swapped")
			}
			lines[i], lines[k] = lines[k], lines[i]
		case "truncate":
			lines = lines[:i]
		}
		if err := verify(lines, &j.head); err == nil {
			t.Fatal("the edit was not found")
		}
	})
}

func TestOnceComparesRepeats(t *testing.T) {
	j := untouched(t)
	_, b := grown(t, 3)
	other := bytes.SplitAfter(b, []byte("\n")) // equal lines 1 to 3
	repeats := slices.Concat(j.lines[:5], j.lines[2:])
	if _, err := journal.Verify(journal.Once(read(slices.Concat(repeats...))), &j.head); err != nil {
		t.Error(err)
	}
	forged := slices.Concat(j.lines[:5], [][]byte{bytes.Replace(other[1], []byte(`"n":2`), []byte(`"n":3`), 1)}, j.lines[5:])
	if _, err := journal.Verify(journal.Once(read(slices.Concat(forged...))), &j.head); err == nil {
		t.Error("a repeat with other content was dropped")
	}
}

// FuzzRecord: reading never panics, and what is read is written the same.
func FuzzRecord(f *testing.F) {
	_, b := grown(f, 3)
	for line := range bytes.Lines(b) {
		f.Add(bytes.TrimSuffix(line, []byte("\n")))
	}
	f.Add([]byte(`{"line":{"ops":[{"op":1.5}]},"n":1,"weave":""}`))
	f.Add([]byte(`{"line":null,"n":-1,"weave":"\u0000"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := journal.ParseRecord(b)
		if err == nil && !bytes.Equal(r.AppendJSON(nil), b) {
			t.Errorf("read %q and wrote %q", b, r.AppendJSON(nil))
		}
	})
}
