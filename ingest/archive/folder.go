package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a Store in a folder of a file system. It makes the folder when it
// first writes. Its files hold personal data: only their owner may read them.
type Folder string

// writing begins the name of a file that is being written.
const writing = ".writing-"

func (f Folder) path(name string) string {
	return filepath.Join(string(f), filepath.FromSlash(name))
}

// List walks the folder in which the names lie.
func (f Folder) List(ctx context.Context, prefix string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	top := path.Dir(prefix + "x")
	var out []string
	err := filepath.WalkDir(f.path(top), func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // nothing yet, or just deleted
		case err != nil:
			return err
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(string(f), p)
		if err != nil {
			return err
		}
		if name := filepath.ToSlash(rel); strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", prefix, err)
	}
	slices.Sort(out)
	return out, nil
}

// Read reads a file.
func (f Folder) Read(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(f.path(name))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return data, nil
}

// Write writes a file beside its place, has the disk take it, and renames it.
func (f Folder) Write(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to := f.path(name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(to), writing)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("write: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return f.sync(path.Dir(name))
}

// sync has the disk take the names in a folder and in those above it.
func (f Folder) sync(dir string) error {
	for {
		d, err := os.Open(f.path(dir))
		if err == nil {
			err = errors.Join(d.Sync(), d.Close())
		}
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if dir == "." {
			return nil
		}
		dir = path.Dir(dir)
	}
}

// Delete removes a file, and its folder when it was the last.
func (f Folder) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete: %w", err)
	}
	// Refused while something is in it.
	_ = os.Remove(filepath.Dir(f.path(name)))
	return nil
}
