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
// leaves none behind.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "lock")
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("%s: %w", dir, errInUse)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
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
	return func() { l.Close() }, nil
}
