package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// exportsName begins the name of a folder of exports, one for each process.
const exportsName = "fundwatch-exports-"

// exportsOld is an age at which a folder of exports belongs to nobody: no
// workbook is kept so long.
const exportsOld = 24 * time.Hour

// exportFiles is the folder of the workbooks that this process makes. It is
// made when the pages open and removed with all that is in it when they close.
type exportFiles struct {
	dir  string
	root *os.Root // names lead nowhere else
}

// openExports makes a folder in dir, or where the system keeps what passes, and
// removes what processes that were killed have left there.
func openExports(dir string, now time.Time) (*exportFiles, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	old, err := filepath.Glob(filepath.Join(dir, exportsName+"*"))
	if err != nil {
		return nil, fmt.Errorf("desk.exports_dir: %w", err)
	}
	for _, name := range old {
		if info, err := os.Stat(name); err == nil && now.Sub(info.ModTime()) > exportsOld {
			if err := os.RemoveAll(name); err != nil {
				return nil, fmt.Errorf("desk.exports_dir: %w", err)
			}
		}
	}
	made, err := os.MkdirTemp(dir, exportsName)
	if err != nil {
		return nil, fmt.Errorf("desk.exports_dir: %w", err)
	}
	root, err := os.OpenRoot(made)
	if err != nil {
		return nil, fmt.Errorf("desk.exports_dir: %w", err)
	}
	return &exportFiles{dir: made, root: root}, nil
}

// Create makes a file that only this program can read.
func (x *exportFiles) Create(name string) (io.WriteCloser, error) {
	return x.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
}

// Open opens a file to be read.
func (x *exportFiles) Open(name string) (io.ReadCloser, error) { return x.root.Open(name) }

// Remove removes a file, if it is there.
func (x *exportFiles) Remove(name string) error {
	if err := x.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an export: %w", err)
	}
	return nil
}

// Scratch is the folder itself.
func (x *exportFiles) Scratch() string { return x.dir }

// close removes the folder.
func (x *exportFiles) close() error { return errors.Join(x.root.Close(), os.RemoveAll(x.dir)) }
