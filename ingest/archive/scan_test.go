package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/claim"
)

func TestFoldersOfAnArchive(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	a := over(t, Folder(root))
	put(t, a, 0, visits(0, 2)...)
	put(t, a, 2, visits(2, 2)...)
	put(t, a, 0, visits(0, 4)...) // holds both
	put(t, a, 4, visits(4, 1)...)
	part := filepath.Join(root, "claims", "p=00003")
	want := []string{filepath.Join(part, span{0, 4}.String()), filepath.Join(part, span{4, 5}.String())}
	for _, dir := range []string{root, filepath.Join(root, "claims"), part} {
		if got, err := Folders(ctx, dir); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", dir, got, err)
		}
	}
	if got, err := Folders(ctx, want[1]); err != nil || !slices.Equal(got, want[1:]) {
		t.Errorf("a range: %v, %v", got, err)
	}
	t.Chdir(part)
	if got, err := Folders(ctx, "."); err != nil || len(got) != 2 {
		t.Errorf("from within: %v, %v", got, err)
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(root, "missing"), filepath.Join(t.TempDir(), span{1, 2}.String())} {
		if got, err := Folders(ctx, dir); err != nil || got != nil {
			t.Errorf("%s is no archive: %v, %v", dir, got, err)
		}
	}
	path := filepath.Join(want[1], "settlements.parquet")
	if err := os.Truncate(path, 10); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, want[1]} {
		if _, err := Folders(ctx, dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestManifestsThatDoNotHold are whole, with a sum that fits, and still wrong.
func TestManifestsThatDoNotHold(t *testing.T) {
	s := newMem()
	put(t, over(t, s), 0, visits(0, 3)...)
	name := "claims/p=00003/" + span{0, 3}.String() + "/" + manifestName
	var sound manifest
	if err := json.Unmarshal(s.objects[name], &sound); err != nil || !bytes.Equal(sound.bytes(), s.objects[name]) {
		t.Fatal(err)
	}
	for what, change := range map[string]func(m *manifest){
		"partition": func(m *manifest) { m.Partition = 4 },
		"offsets":   func(m *manifest) { m.To = 4 },
		"claims":    func(m *manifest) { m.Claims++ },
		"lines":     func(m *manifest) { m.Lines-- },
		"time":      func(m *manifest) { m.LastSetl = "yesterday" },
		"file":      func(m *manifest) { m.Files = map[string]Sum{} },
		"version":   func(m *manifest) { m.Version = 0 },
	} {
		m := sound
		change(&m)
		s.objects[name] = m.bytes()
		if _, err := tryLoad(over(t, s), claim.None64); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	sound.Version = manifestVersion + 1
	s.objects[name] = sound.bytes()
	if _, err := tryLoad(over(t, s), claim.None64); err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer version: %v", err)
	}
}
