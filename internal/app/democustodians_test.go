package app

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCustodiansOfADemonstrationStay: another run in the same folder has the
// same keys, another folder has others, and no key of another kind is taken.
func TestCustodiansOfADemonstrationStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "custodians.txt")
	first, err := openDemoCustodians(path)
	if err != nil || first[0] == first[1] || first.public() == "" {
		t.Fatal(err)
	}
	if again, err := openDemoCustodians(path); err != nil || again != first {
		t.Error("another run has other keys", err)
	}
	if other, err := openDemoCustodians(filepath.Join(t.TempDir(), "custodians.txt")); err != nil || other[0] == first[0] || other[1] == first[1] {
		t.Error("keys are the same elsewhere", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others can read the keys", err)
	}
	for name, text := range map[string]string{"one": demoCustodianNote + first[0] + "\n", "none": "", "no keys": demoCustodianNote + "a\nb\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openDemoCustodians(path); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
