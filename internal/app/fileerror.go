package app

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// fileWords are what commonly goes wrong with files. They are not in the words
// of the system, so that what was told is not found again.
var fileWords = []struct {
	is   error
	says string
}{
	{fs.ErrNotExist, "没有这个文件或文件夹 (no such file or folder)"},
	{fs.ErrPermission, "没有权限 (not permitted)"},
	{fs.ErrExist, "已经有了，不覆盖 (is there already, and is not overwritten)"},
	{syscall.EISDIR, "是文件夹，不是文件 (a folder, not a file)"},
	{syscall.ENOTDIR, "不是文件夹 (not a folder)"},
	{syscall.ENOSPC, "磁盘已满 (the disk is full)"},
	{syscall.EDQUOT, "已到磁盘配额 (the quota of the disk is used up)"},
	{syscall.EROFS, "只能读，不能写 (can be read only)"},
}

// inWords gives an error for people: its text, with what the system says of
// files in both languages. Paths are kept.
func inWords(err error) string {
	text := err.Error()
	say := func(whole, why error, path string) {
		for _, w := range fileWords {
			if errors.Is(why, w.is) {
				text = strings.Replace(text, whole.Error(), path+w.says, 1)
				return
			}
		}
	}
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) {
		case *fs.PathError:
			path := e.Path + ": "
			if e.Path == "." { // of a folder whose name stands before
				path = ""
			}
			say(e, e.Err, path)
		case *os.LinkError:
			say(e, e.Err, e.New+": ")
		case syscall.Errno:
			say(e, e, "")
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		}
	}
	walk(err)
	return text
}
