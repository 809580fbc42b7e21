package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestErrorsOfFilesAreInBothLanguages, with their paths, however they are
// wrapped; other errors stay as they are.
func TestErrorsOfFilesAreInBothLanguages(t *testing.T) {
	dir := t.TempDir()
	_, none := os.Open(filepath.Join(dir, "none"))
	_, folder := os.ReadFile(dir)
	_, there := os.OpenFile(dir, os.O_CREATE|os.O_EXCL, 0o600)
	_, below := fs.ReadDir(os.DirFS(filepath.Join(dir, "none")), ".")
	full := &fs.PathError{Op: "write", Path: "out.json", Err: syscall.ENOSPC}
	denied := &fs.PathError{Op: "open", Path: "key", Err: syscall.EACCES}
	move := &os.LinkError{Op: "rename", Old: ".out.123", New: "out", Err: syscall.EISDIR}
	for _, x := range []struct {
		err  error
		want string
	}{
		{none, "DIR/none: 没有这个文件或文件夹 (no such file or folder)"},
		{folder, "DIR: 是文件夹，不是文件 (a folder, not a file)"},
		{there, "DIR: 已经有了，不覆盖 (is there already, and is not overwritten)"},
		{fmt.Errorf("list: %w", below), "list: 没有这个文件或文件夹 (no such file or folder)"},
		{full, "out.json: 磁盘已满 (the disk is full)"},
		{denied, "key: 没有权限 (not permitted)"},
		{move, "out: 是文件夹，不是文件 (a folder, not a file)"},
		{fmt.Errorf("a.csv: %w", syscall.ENOTDIR), "a.csv: 不是文件夹 (not a folder)"},
		{usage("x"), "用法有误 wrong use: x"},
		{errors.Join(none, fmt.Errorf("b: %w", none), full), "DIR/none: 没有这个文件或文件夹 (no such file or folder)\nb: DIR/none: 没有这个文件或文件夹 (no such file or folder)\nout.json: 磁盘已满 (the disk is full)"},
		{&fs.PathError{Op: "read", Path: "x", Err: errors.New("odd")}, "read x: odd"},
		{errors.New("open x: no such file or directory"), "open x: no such file or directory"},
	} {
		if got := strings.ReplaceAll(inWords(x.err), dir, "DIR"); got != x.want {
			t.Errorf("%v\n got %s\nwant %s", x.err, got, x.want)
		}
	}
	if code, _, msg := run(t, "", "scan", filepath.Join(dir, "none")); code != 1 || msg != "fundwatch: "+filepath.Join(dir, "none")+": 没有这个文件或文件夹 (no such file or folder)\n" {
		t.Errorf("exit %d %q", code, msg)
	}
}
