package edition

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestHistories publishes random histories and reads them back with a plain
// JSON reader: list N-1 and delta N give list N byte for byte, every removal
// has its reason, and any changed byte is found.
func TestHistories(t *testing.T) {
	key := testKey(t, "fund.example")
	runs := 0
	history := func(rt *rapid.T) {
		runs++
		m := newMemory()
		now, day := map[string]any{}, 1
		for n := 1; n <= rapid.IntRange(1, 6).Draw(rt, "editions"); n++ {
			before := maps.Clone(now)
			reasons := change(rt, now)
			day += rapid.IntRange(0, 3).Draw(rt, "days")
			want := wanted(fmt.Sprintf("2026-01-%02d", day), recordsFile(rt, now), removalsFile(reasons, day))
			p, problems, err := Publish(m, key, want)
			if err != nil {
				rt.Fatal(err)
			}
			if n > 1 && equalRecords(before, now) {
				if len(problems) != 1 || problems[0].File != InList {
					rt.Fatalf("an edition that changes nothing: %v", problems)
				}
				break
			}
			if len(problems) > 0 {
				rt.Fatal(problems)
			}
			if p.Edition != n || p.Records != len(now) {
				rt.Fatalf("published %+v, want edition %d of %d", p, n, len(now))
			}
			if n > 1 {
				checkDelta(rt, m, n, reasons)
			}
		}
		r, fail, err := Verify(m, key.Verifier())
		if err != nil || fail != nil {
			rt.Fatal(err, fail)
		}
		if len(r.Editions) == 0 {
			rt.Fatal("nothing was published")
		}
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.MapFS))).Draw(rt, "file")
		b := bytes.Clone(m.MapFS[name].Data)
		at := rapid.IntRange(0, len(b)-1).Draw(rt, "byte")
		b[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "change"))
		m.put(name, b)
		if _, fail, err = Verify(m, key.Verifier()); err == nil && fail == nil {
			rt.Fatalf("byte %d of %s was changed and nothing found", at, name)
		}
	}
	for runs < 200 {
		rapid.Check(t, history)
	}
}

// change makes the next edition of records and gives why those removed went.
func change(rt *rapid.T, now map[string]any) map[string]string {
	text := rapid.StringMatching(`[a-zé中文"\\/\n ]{0,6}`)
	value := rapid.OneOf(rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Int64Range(-maxInteger, maxInteger), func(n int64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Just[any](nil),
		rapid.Map(rapid.SliceOfN(text, 0, 2), func(l []string) any { return l }),
		rapid.Map(rapid.MapOfN(text, text, 0, 2), func(o map[string]string) any { return o }))
	reasons := map[string]string{}
	for _, id := range []string{"a", "b", "Z", "é", "中", "\U0001F600", "\uE000", "c\"d", "e,f"} {
		switch rapid.IntRange(0, 3).Draw(rt, "what") {
		case 0:
			if _, there := now[id]; there {
				delete(now, id)
				reasons[id] = rapid.SampledFrom([]string{"已修复", "期满", "依据撤销", "错误, 更正\n第二行"}).Draw(rt, "reason")
			}
		case 1:
			record := map[string]any{"id": id}
			for _, name := range []string{"x", "\uE000", "\U0001F600", "y z"} {
				if rapid.Bool().Draw(rt, "has") {
					record[name] = value.Draw(rt, "value")
				}
			}
			now[id] = record
		}
	}
	return reasons
}

// recordsFile writes records in any order, with blanks as JSON allows.
func recordsFile(rt *rapid.T, now map[string]any) string {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(now)) {
		b, err := json.Marshal(now[id])
		if err != nil {
			rt.Fatal(err)
		}
		lines = append(lines, " "+string(b))
	}
	return strings.Join(rapid.Permutation(lines).Draw(rt, "order"), "\n")
}

func removalsFile(reasons map[string]string, day int) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"id", "reason", "day"})
	for id, reason := range reasons {
		w.Write([]string{id, reason, fmt.Sprintf("2026-01-%02d", day)})
	}
	w.Flush()
	return b.String()
}

func equalRecords(a, b map[string]any) bool {
	return maps.EqualFunc(a, b, func(x, y any) bool {
		p, _ := json.Marshal(x)
		q, _ := json.Marshal(y)
		return bytes.Equal(p, q)
	})
}

// checkDelta puts list N-1 and delta N together as a stranger would: by the
// bytes of the records, knowing nothing of how they are made.
func checkDelta(rt *rapid.T, m *memory, n int, reasons map[string]string) {
	type listFile struct{ Records []json.RawMessage }
	var last listFile
	var delta struct {
		Day, Prev      string
		Added, Changed []json.RawMessage
		Removed        []struct{ ID, Reason, Day string }
	}
	for name, into := range map[string]any{ListName(n - 1): &last, DeltaName(n): &delta} {
		if err := json.Unmarshal(m.MapFS[name].Data, into); err != nil {
			rt.Fatal(err)
		}
	}
	records := map[string]string{}
	take := func(list []json.RawMessage) {
		for _, r := range list {
			var id struct{ ID string }
			if err := json.Unmarshal(r, &id); err != nil {
				rt.Fatal(err)
			}
			records[id.ID] = string(r)
		}
	}
	take(last.Records)
	if len(delta.Removed) != len(reasons) {
		rt.Fatalf("%d removals, want %d", len(delta.Removed), len(reasons))
	}
	for _, r := range delta.Removed {
		if reasons[r.ID] != r.Reason || r.Day == "" {
			rt.Fatalf("%q was removed because %q, want %q", r.ID, r.Reason, reasons[r.ID])
		}
		delete(records, r.ID)
	}
	take(delta.Added)
	take(delta.Changed)
	var all []string
	for _, id := range slices.Sorted(maps.Keys(records)) {
		all = append(all, records[id])
	}
	made := fmt.Sprintf(`{"day":"%s","edition":%d,"prev":"%s","records":[%s]}`, delta.Day, n, delta.Prev, strings.Join(all, ","))
	if made != string(m.MapFS[ListName(n)].Data) {
		rt.Fatalf("list %d and delta %d give\n%s, not\n%s", n-1, n, made, m.MapFS[ListName(n)].Data)
	}
}
