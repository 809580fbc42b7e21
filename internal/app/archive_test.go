package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/ingest/archive"
	"fundwatch/internal/simulate"
)

// archiveOf writes the claims of a file into an archive of two partitions, in
// ranges of different lengths, as workers would: by person, in order.
func archiveOf(t *testing.T, input string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	alloc, seed := memory.NewGoAllocator(), claim.Seed{3, 4}
	a := &archive.Archive{Store: archive.Folder(dir), Alloc: alloc, Seed: seed, Keep: claim.AllFields}
	d := claim.NewDecoder(alloc, seed, claim.AllFields, true)
	next := [2]int64{}
	writers := [2]*archive.Writer{a.Begin(0, 0), a.Begin(1, 0)}
	commit := func(p int, messages int64) {
		if _, err := writers[p].Commit(context.Background(), archive.End{To: next[p], Messages: messages, Arrived: claim.None64}); err != nil {
			t.Fatal(err)
		}
		writers[p] = a.Begin(p, next[p])
	}
	for _, l := range lines(t, input) {
		d.Batch.Reset()
		d.Reset(d.Batch)
		if ps := d.Decode([]byte(l)); len(ps) > 0 {
			t.Fatal(ps)
		}
		person := d.Batch.Dicts.Of(claim.PsnNo).Text(d.Batch.Codes(claim.PsnNo)[0])
		p := int(person[len(person)-1]) % 2
		if err := writers[p].Add(d.Batch, []int64{next[p]}, nil); err != nil {
			t.Fatal(err)
		}
		next[p]++
		if n := writers[p].Claims(); n == 100 || n > 50 && next[p]%7 == 0 {
			commit(p, n)
		}
	}
	for p, w := range writers {
		if w.Claims() > 0 {
			commit(p, w.Claims())
		}
	}
	return dir
}

// TestScanReadsAnArchive scans the same claims from JSON and from an archive,
// also after its ranges were joined.
func TestScanReadsAnArchive(t *testing.T) {
	dir, input := place(t, simulate.FormJSONL, 2000)
	know := filepath.Join(dir, "knowledge")
	scan := func(inputs ...string) (findings, counts string) {
		t.Helper()
		out := t.TempDir()
		if code, _, msg := run(t, "", append([]string{"scan", "--knowledge", know, "--region", "152900", "--out", out}, inputs...)...); code != 0 {
			t.Fatal(msg)
		}
		b, err := os.ReadFile(filepath.Join(out, "findings.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := os.ReadFile(filepath.Join(out, "summary.json"))
		if err != nil {
			t.Fatal(err)
		}
		counts, _, _ = strings.Cut(string(sum), `"seconds"`)
		return string(b), counts
	}
	findings, counts := scan(input)
	root := archiveOf(t, input)
	same := func(what string, inputs ...string) {
		t.Helper()
		if f, c := scan(inputs...); f != findings || c != counts {
			t.Errorf("%s: other findings (%d bytes, %d wanted) or counts\n%s\n%s", what, len(f), len(findings), c, counts)
		}
	}
	claims := filepath.Join(root, "claims")
	same("archive", root)
	same("claims", claims)
	same("partitions", filepath.Join(claims, "p=00000"), filepath.Join(claims, "p=00001"))
	ranges, err := filepath.Glob(filepath.Join(claims, "p=*", "*-*"))
	if err != nil || len(ranges) < 10 {
		t.Fatal(ranges, err)
	}
	same("ranges", ranges...)
	a := &archive.Archive{Store: archive.Folder(root), Alloc: memory.NewGoAllocator(), Seed: claim.Seed{5, 6}, Keep: claim.AllFields}
	for p := range 2 {
		if n, err := a.Compact(context.Background(), p, 1<<40, 1<<20); n == 0 || err != nil {
			t.Fatal(n, err)
		}
	}
	same("joined", root)

	// An archive that is not whole is not scanned.
	joined, err := filepath.Glob(filepath.Join(claims, "p=00000", "*-*"))
	if err != nil || len(joined) < 3 {
		t.Fatal(joined, err)
	}
	spoil := func(what, want string, do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if code, _, msg := run(t, "", "scan", "--out", t.TempDir(), root); code != 1 || !strings.Contains(msg, want) {
			t.Errorf("%s: exit %d, %s", what, code, msg)
		}
	}
	spoil("damage", "lines.parquet", func() error {
		path := filepath.Join(joined[1], "lines.parquet")
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 1
		return os.WriteFile(path, b, 0o644)
	})
	spoil("gap", fmt.Sprintf("p=00000/%s, p=00000/%s", filepath.Base(joined[0]), filepath.Base(joined[2])), func() error {
		return os.Remove(filepath.Join(joined[1], "manifest.json"))
	})
}
