package list

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNew makes a folder of each kind and finds it again.
func TestNew(t *testing.T) {
	root := t.TempDir()
	for folder, id := range map[string]string{"row/one": "R50-one", "person/two": "S50-two-words", "trace/three": "T50-three"} {
		if err := New(root, folder, id); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"testdata/hit.txtar", "testdata/clean.txtar"} {
			if _, err := os.Stat(filepath.Join(root, folder, name)); err != nil {
				t.Error(err)
			}
		}
	}
	entries, err := Read(root)
	if err != nil || len(entries) != 3 || entries[1] != (Entry{"person/two", "S50-two-words"}) {
		t.Fatal(entries, err)
	}
	all, err := Source(entries)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "all.go", all, 0); err != nil {
		t.Error(err)
	}
	if text := string(all); !strings.Contains(text, `"fundwatch/detectors/trace/three"`) || strings.Index(text, "\tone.Detector") > strings.Index(text, "\ttwo.Detector") {
		t.Error(text)
	}
}

// TestNewRefuses names that cannot be, or are taken.
func TestNewRefuses(t *testing.T) {
	root := t.TempDir()
	if err := New(root, "row/one", "R50-one"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ folder, id, says string }{
		{"mynewcheck", "S17-x", "no folder"},
		{"people/mynewcheck", "S17-x", "no folder"},
		{"person/MyNewCheck", "S17-x", "no folder"},
		{"person/../x", "S17-x", "no folder"},
		{"person/x", "S17", "no id"},
		{"person/x", "s17-x", "no id"},
		{"person/x", "S17-X", "no id"},
		{"person/one", "S17-x", "taken by row/one"},
		{"row/two", "R50-two", "taken by R50-one"},
		{"peer/x", "P50-x", "no template"},
	} {
		if err := New(root, c.folder, c.id); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: wanted %q, got %v", c.folder, c.id, c.says, err)
		}
	}
}

// TestReadTellsAll that is wrong with the folders at once.
func TestReadTellsAll(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"row/empty/doc.go":     "package empty\n",
		"row/other/other.go":   "package another\n",
		"row/a/a.go":           "package a\nvar Detector = &X{ID: \"R01-a\"}\n",
		"person/a/a.go":        "package a\nvar Detector = &X{ID: \"R01-a\"}\n",
		"person/bad/broken.go": "package",
	} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Read(root)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, says := range []string{"row/empty: no variable Detector", "row/other: package another", "have one package name", "have one id", "person/bad"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not told:\n%v", says, err)
		}
	}
}
