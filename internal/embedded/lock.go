package embedded

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// errInUse is a folder that another program works in.
var errInUse = errors.New("数据文件夹正被另一个程序使用 (another program uses this data folder)")

// lock makes the folder, readable by its owner only, and takes it for this
// program. The lock is a socket that answers, so that a program that was killed
// leaves none behind. near is a name of the folder that is short enough for the
// paths of sockets.
func lock(dir string) (near string, unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	near, forget, err := shorten(dir)
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err != nil {
			forget()
		}
	}()
	path := filepath.Join(near, "lock")
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return "", nil, fmt.Errorf("%s: %w", dir, errInUse)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return "", nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	return near, func() { l.Close(); forget() }, nil
}

// longest is the longest path of a folder in which every system can make a
// socket of ours: some allow a hundred bytes in all.
const longest = 80

// shorten gives a folder with a long path a short name, until forget is called.
func shorten(dir string) (near string, forget func(), err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", nil, err
	}
	if len(dir) <= longest {
		return dir, func() {}, nil
	}
	private, err := os.MkdirTemp("", "fw")
	if err != nil {
		return "", nil, err
	}
	near = filepath.Join(private, "d")
	if err := os.Symlink(dir, near); err != nil {
		os.RemoveAll(private)
		return "", nil, err
	}
	return near, func() { os.Remove(near); os.Remove(private) }, nil
}
