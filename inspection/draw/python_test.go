package draw

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// recipe is the program in Python of docs/verify-a-draw.md.
func recipe(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/verify-a-draw.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```python\n")
	code, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("no program in docs/verify-a-draw.md")
	}
	return code
}

func TestRecipeIsShort(t *testing.T) {
	code := recipe(t)
	if n := strings.Count(code, "\n"); n > 20 {
		t.Errorf("%d lines", n)
	}
	for line := range strings.Lines(code) {
		if words := strings.Fields(line); words[0] == "import" {
			for _, m := range strings.Split(strings.Join(words[1:], ""), ",") {
				if !strings.Contains(" hashlib json math sys ", " "+m+" ") {
					t.Errorf("%s is imported", m)
				}
			}
		}
	}
}

// TestPython: the recipe and the command agree about random draws, whole and
// with a byte changed.
func TestPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "verify.py")
	if err := os.WriteFile(script, []byte(recipe(t)), 0o666); err != nil {
		t.Fatal(err)
	}
	holds := func(text []byte) (bool, string) {
		path := filepath.Join(dir, "draw.json")
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, "-X", "utf8", script, path).CombinedOutput()
		return err == nil, string(out)
	}
	example := rapid.Custom(func(t *rapid.T) *Draw {
		d, err := lotteryCommit(t).Run(rapid.StringN(1, 8, 40).Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
	fixed, err := made(t, objectsCSV, inspectorsCSV, planJSON).Run("314159")
	if err != nil {
		t.Fatal(err)
	}
	draws := []*Draw{fixed}
	for i := range 8 {
		draws = append(draws, example.Example(i))
	}
	for i, d := range draws {
		text := d.Bytes()
		if ok, out := holds(text); !ok || !strings.Contains(out, d.Commit.SHA256()) {
			t.Errorf("%s\n%s", text, out)
		}
		flipped := bytes.Clone(text)
		flipped[len(text)*(i+1)/(len(draws)+1)] ^= 1
		if ok, _ := holds(flipped); ok {
			t.Errorf("holds with a byte changed: %s", flipped)
		}
	}
}
