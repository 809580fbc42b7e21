//go:build unix

package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// odd puts something that is no plain file in place of a file; the link leads to
// the very file.
var odd = map[string]func(path string) error{
	"符号链接": func(path string) error {
		away := filepath.Join(filepath.Dir(filepath.Dir(path)), "away")
		if err := os.Rename(path, away); err != nil {
			return err
		}
		return os.Symlink(away, path)
	},
	"管道":  func(path string) error { os.Remove(path); return syscall.Mkfifo(path, 0o600) },
	"文件夹": func(path string) error { os.Remove(path); return os.Mkdir(path, 0o700) },
}

// TestVerifyReadsPlainFilesAlone: what is none is named, and neither followed
// nor waited for, by the program of the docs either.
func TestVerifyReadsPlainFilesAlone(t *testing.T) {
	for kind, put := range odd {
		for _, name := range []string{"index.json", "list-2.json", "delta-3.json", "list-1.note"} {
			dir, _, verifier := listFolderOf(t)
			if err := put(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if code, out, _ := run(t, "", "list", "verify", dir); code != 1 || !strings.Contains(out, name+": 是"+kind) {
				t.Errorf("%s as %s: exit %d %s", name, kind, code, out)
			}
			if python, err := exec.LookPath("python3"); err == nil {
				out, err := exec.Command(python, "-I", "../../web/public/static/verify.py", dir, verifier).CombinedOutput()
				if err == nil || !strings.Contains(string(out), name+": missing, or no plain file") {
					t.Errorf("%s as %s, by Python: %v %s", name, kind, err, out)
				}
			}
		}
	}
}
