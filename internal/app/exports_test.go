package app

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestExportsLeaveNothing: what is old goes when a folder is opened, what
// another process may still have stays, and what was made goes at the end.
func TestExportsLeaveNothing(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	old, young, other := filepath.Join(dir, exportsName+"1"), filepath.Join(dir, exportsName+"2"), filepath.Join(dir, "other")
	for name, age := range map[string]time.Duration{old: 25 * time.Hour, young: time.Hour, other: 99 * time.Hour} {
		if err := os.MkdirAll(filepath.Join(name, "in"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	x, err := openExports(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	f, err := x.Create("a.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("虚构")); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if info, err := os.Stat(filepath.Join(x.Scratch(), "a.xlsx")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	g, err := x.Open("a.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(g); string(b) != "虚构" {
		t.Errorf("%q", b)
	}
	g.Close()
	if _, err := x.Open("../other"); err == nil {
		t.Error("a name leads out of the folder")
	}
	for range 2 {
		if err := x.Remove("a.xlsx"); err != nil {
			t.Error(err)
		}
	}
	if err := x.close(); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]bool{old: false, young: true, other: true, x.Scratch(): false} {
		if _, err := os.Stat(name); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	if _, err := openExports(filepath.Join(dir, "none"), now); err == nil {
		t.Error("a folder that is not there was opened")
	}
}
