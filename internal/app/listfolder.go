package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// listFolder is a folder of published lists on the disk. It is made when the
// first file is.
type listFolder struct {
	fs.FS
	dir  string
	lock *os.File // the folder itself, locked; nil until it is there
}

// openListFolder also keeps others from publishing there at the same time; the
// lock ends with the process, however it ends.
func openListFolder(dir string) (*listFolder, error) {
	f := &listFolder{FS: os.DirFS(dir), dir: dir}
	if err := f.hold(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return f, nil
}

func (f *listFolder) hold() error {
	if f.lock != nil {
		return nil
	}
	opened, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	if err := lockFile(opened); err != nil {
		return errors.Join(err, opened.Close())
	}
	f.lock = opened
	return nil
}

func (f *listFolder) close() {
	if f.lock != nil {
		f.lock.Close()
	}
}

// Create makes a new file, on the disk when it returns.
func (f *listFolder) Create(name string, content []byte) error {
	if f.lock == nil {
		if err := os.MkdirAll(f.dir, 0o755); err != nil {
			return err
		}
		if err := f.hold(); err != nil {
			return err
		}
	}
	out, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return errors.Join(err, out.Sync(), out.Close(), f.lock.Sync())
}

// Rename gives a file another name, in place of the file that had it.
func (f *listFolder) Rename(from, to string) error {
	if err := os.Rename(filepath.Join(f.dir, from), filepath.Join(f.dir, to)); err != nil {
		return err
	}
	return f.lock.Sync()
}

// Remove takes a file away.
func (f *listFolder) Remove(name string) error {
	if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
		return err
	}
	return f.lock.Sync()
}
