package archive

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// Folders gives the folders of tables an archive in a folder consists of, by
// partition and offset, after it has held every file against its sum. dir is
// the folder of an archive, its folder claims, that of a partition, or of a
// range. Any other folder has none, and is no error.
func Folders(ctx context.Context, dir string) ([]string, error) {
	base := filepath.Base(absolute(dir))
	parent := filepath.Join(dir, "..")
	if s, ok := parseSpan(base); ok {
		part, ok := parsePartition(filepath.Base(absolute(parent)))
		if !ok {
			return nil, nil
		}
		a := &Archive{Store: Folder(filepath.Join(parent, "..")), bare: true}
		return a.foldersOf(ctx, part, []span{s})
	}
	if part, ok := parsePartition(base); ok {
		a := &Archive{Store: Folder(parent), bare: true}
		return a.folders(ctx, []int{part})
	}
	for _, a := range []*Archive{{Store: Folder(dir), bare: true}, {Store: Folder(dir)}} {
		if !hasPartitions(filepath.Join(dir, filepath.FromSlash(a.top()))) {
			continue
		}
		parts, err := a.Partitions(ctx)
		if err != nil {
			return nil, err
		}
		return a.folders(ctx, parts)
	}
	return nil, nil
}

// absolute gives a name to folders such as "." and "..".
func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

// hasPartitions looks without walking: a folder may be that of anything.
func hasPartitions(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false // not an archive; who reads the folder tells why
	}
	for _, e := range entries {
		if _, ok := parsePartition(e.Name()); ok && e.IsDir() {
			return true
		}
	}
	return false
}

func (a *Archive) folders(ctx context.Context, partitions []int) (out []string, err error) {
	for _, p := range partitions {
		l, err := a.layout(ctx, p)
		if err != nil {
			return nil, err
		}
		if err := l.contiguous(); err != nil {
			return nil, err
		}
		found, err := a.foldersOf(ctx, p, l.force)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// foldersOf gives the folders of some ranges.
func (a *Archive) foldersOf(ctx context.Context, partition int, spans []span) (out []string, err error) {
	for _, s := range spans {
		r, err := a.rangeOf(ctx, partition, s)
		if err != nil {
			return nil, err
		}
		if _, err := a.files(ctx, r); err != nil {
			return nil, err
		}
		dir := strings.TrimSuffix(a.name(partition, s, ""), "/")
		out = append(out, filepath.Join(string(a.Store.(Folder)), filepath.FromSlash(dir)))
	}
	return out, nil
}
