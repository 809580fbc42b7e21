package file

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

// inMemory are the tables of messages as Parquet.
func inMemory(msgs ...string) (out [3][]byte) {
	for t, rows := range tablesOf(msgs) {
		out[t] = []byte(rows.parquet(t, false, func(string) bool { return false }))
	}
	return out
}

func TestTablesInMemory(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	tables := &Tables{Alloc: alloc, Seed: claim.Seed{1, 2}, Keep: claim.AllFields, Parquet: inMemory(good("S1"), good("S2"))}
	b, err := tables.Batch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if b.Rows(claim.Settlements) != 2 || b.Rows(claim.Lines) != 2 || len(b.Fingerprint) != 2 {
		t.Errorf("%d settlements, %d lines, %d fingerprints", b.Rows(claim.Settlements), b.Rows(claim.Lines), len(b.Fingerprint))
	}
	b.Release()
	tables.Parquet[claim.Lines], tables.Parquet[claim.Diagnoses] = nil, nil
	if b, err = tables.Batch(context.Background()); err != nil || b.Rows(claim.Lines) != 0 {
		t.Fatal("without lines", err)
	}
	b.Release()

	for want, msgs := range map[string][]string{
		"row 2: %v: setlinfo.gend sex":                {good("S1"), bad("SECRET")},
		"row 2: %v: conflict":                         {claimtest.Claim("SECRET"), claimtest.Claim("SECRET")},
		"row 1: %v: feedetail[0].cnt not-zero":        {claimtest.Claim("SECRET; 1 0 0")},
		"row 1: %v: feedetail[1].feedetl_sn repeated": {claimtest.Claim("SECRET; 1 1 1; 1 1 1")},
	} {
		tables.Parquet = inMemory(msgs...)
		_, err := tables.Batch(context.Background())
		if !errors.Is(err, ErrNoClaim) || err.Error() != "settlements.parquet: "+fmt.Sprintf(want, ErrNoClaim) {
			t.Errorf("%s: %v", want, err)
		}
	}
	tables.Parquet = inMemory(good("S1"))
	tables.Parquet[claim.Lines] = []byte("PAR1 and no table")
	if _, err := tables.Batch(context.Background()); err == nil || !strings.Contains(err.Error(), "lines.parquet") {
		t.Errorf("no Parquet: %v", err)
	}
}

// A folder may consist of folders of tables; what else lies there is not read.
func TestFoldersOfTables(t *testing.T) {
	root := t.TempDir()
	for _, id := range []string{"b", "a", "c"} {
		writeTo(t, filepath.Join(root, id), parquetFiles(tablesOf([]string{good("S" + id), good("S")}), true, func(string) bool { return true }))
	}
	writeTo(t, filepath.Join(root, "a"), map[string]string{"manifest.json": "{}", "m.jsonl": good("S9")})
	read := func(folders func(context.Context, string) ([]string, error), in ...string) (*claim.Batch, *Tally, error) {
		r := &Reader{Alloc: memory.NewGoAllocator(), Seed: claim.Seed{1, 2}, Keep: claim.AllFields, Folders: folders}
		intake, tally, err := r.Read(context.Background(), in)
		if err != nil {
			return nil, nil, err
		}
		return intake.All, tally, nil
	}
	many := func(_ context.Context, dir string) ([]string, error) {
		if dir != root {
			return nil, nil
		}
		return []string{filepath.Join(root, "b"), filepath.Join(root, "a"), filepath.Join(root, "c")}, nil
	}
	b, tally, err := read(many, root)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range b.Codes(claim.SetlID) {
		ids = append(ids, b.Dicts.Of(claim.SetlID).Text(c))
	}
	if !slices.Equal(ids, []string{"Sb", "S", "Sa", "Sc"}) || tally.Messages != 6 || tally.Duplicates != 2 {
		t.Errorf("%v, %+v", ids, tally)
	}
	b.Release()
	if b, tally, err = read(many, filepath.Join(root, "a")); err != nil || tally.Messages != 3 {
		t.Fatal("an ordinary folder", tally, err)
	}
	b.Release()
	failed := errors.New("not whole")
	if _, _, err := read(func(context.Context, string) ([]string, error) { return nil, failed }, root); !errors.Is(err, failed) {
		t.Error(err)
	}
	if _, _, err := read(func(context.Context, string) ([]string, error) { return []string{t.TempDir()}, nil }, root); err == nil {
		t.Error("a folder without tables was read")
	}
}
