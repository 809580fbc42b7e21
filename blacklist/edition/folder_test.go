package edition

import (
	"errors"
	"io/fs"
	"maps"
	"testing/fstest"
)

// memory is a folder that can die: after some changes it does nothing more, and
// a file that was being made then may be left half.
type memory struct {
	fstest.MapFS
	left int  // changes until it dies; below 0: it lives
	torn bool // the change at which it dies is half done
}

var errDead = errors.New("killed")

func newMemory() *memory { return &memory{MapFS: fstest.MapFS{}, left: -1} }

// copy is the folder as the next process finds it.
func (m *memory) copy() *memory { return &memory{MapFS: maps.Clone(m.MapFS), left: -1} }

func (m *memory) alive() bool {
	if m.left == 0 {
		return false
	}
	m.left--
	return true
}

func (m *memory) Create(name string, content []byte) error {
	if _, there := m.MapFS[name]; there {
		return fs.ErrExist
	}
	if !m.alive() {
		if m.torn {
			m.MapFS[name] = &fstest.MapFile{Data: content[:len(content)/2]}
			m.torn = false
		}
		return errDead
	}
	m.MapFS[name] = &fstest.MapFile{Data: content}
	return nil
}

func (m *memory) Rename(from, to string) error {
	if !m.alive() {
		return errDead
	}
	m.MapFS[to] = m.MapFS[from]
	delete(m.MapFS, from)
	return nil
}

func (m *memory) Remove(name string) error {
	if _, there := m.MapFS[name]; !there {
		return fs.ErrNotExist
	}
	if !m.alive() {
		return errDead
	}
	delete(m.MapFS, name)
	return nil
}

// put changes a file behind the back of everything.
func (m *memory) put(name string, content []byte) { m.MapFS[name] = &fstest.MapFile{Data: content} }
