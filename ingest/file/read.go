package file

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
)

// Reader reads inputs into an intake.
type Reader struct {
	Alloc   memory.Allocator
	Seed    claim.Seed
	Keep    claim.FieldSet // fields that somebody will read; all are checked
	Workers int
	Stdin   io.Reader
	// Reject is told every message that is no claim, in the order of file and
	// line. It must not keep Raw.
	Reject func(*Reject) error
	// Progress is told the bytes read of all, one call at a time; may be nil.
	Progress func(done, total int64)
	// Folders is asked of every folder among the inputs: which folders of
	// tables it consists of, in their order, or none when it is an ordinary
	// folder. May be nil.
	Folders func(ctx context.Context, dir string) ([]string, error)

	spare  chan *claim.Batch // batches that were taken in, to be used again
	tally  Tally
	intake *claim.Intake
	done   int64
	total  int64
}

// source is one thing to read: a file of lines, or some tables of a folder that
// stand side by side by name.
type source struct {
	path   string
	tables *tableSet     // nil for lines
	which  []claim.Table // of tables
}

// Read reads all inputs: files, folders, or - for standard input. The intake
// holds at least one batch, maybe an empty one.
func (r *Reader) Read(ctx context.Context, inputs []string) (*claim.Intake, *Tally, error) {
	r.Workers = max(1, r.Workers)
	r.tally, r.done, r.total = Tally{Problems: map[string]map[claim.Rule]int{}}, 0, 0
	sources, err := r.sources(ctx, inputs)
	if err != nil {
		return nil, nil, err
	}
	defer closeTables(sources)
	if err := openTables(ctx, sources); err != nil {
		return nil, nil, err
	}
	r.spare = make(chan *claim.Batch, 4*r.Workers)
	r.intake = claim.NewIntake(r.Alloc, r.Seed, r.Keep)
	for _, s := range sources {
		if s.tables != nil {
			err = r.readTables(ctx, s, len(sources) > 1)
		} else {
			err = r.readLines(ctx, s.path)
		}
		if err != nil {
			break
		}
	}
	for len(r.spare) > 0 {
		(<-r.spare).Release()
	}
	if err != nil {
		if r.intake.All != nil {
			r.intake.All.Release()
		}
		return nil, nil, err
	}
	if r.intake.All == nil {
		r.intake.Add(claim.NewBatch(r.Alloc, claim.NewDicts(r.Seed), r.Keep))
	}
	return r.intake, &r.tally, nil
}

// sources lists what the inputs name, in the order in which content counts as
// first: by path as given, the files of a folder by name, - last.
func (r *Reader) sources(ctx context.Context, inputs []string) ([]source, error) {
	paths := slices.Clone(inputs)
	slices.SortFunc(paths, func(a, b string) int {
		if (a == "-") != (b == "-") {
			if a == "-" {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	var out []source
	for _, p := range paths {
		if p == "-" {
			out = append(out, source{path: p})
			continue
		}
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, plain(err))
		}
		if info.IsDir() {
			found, err := r.folderOrMany(ctx, p)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
			continue
		}
		if !isLines(p) && info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: 不是 .jsonl、.jsonl.gz 或 .jsonl.zst 文件，也不是数据表文件夹 (neither a .jsonl file nor a folder of tables)", p)
		}
		r.total += info.Size()
		out = append(out, source{path: p})
	}
	return out, nil
}

// folderOrMany lists what a folder has, or the folders of tables it consists of.
func (r *Reader) folderOrMany(ctx context.Context, dir string) ([]source, error) {
	if r.Folders == nil {
		return r.folder(dir)
	}
	many, err := r.Folders(ctx, dir)
	if err != nil {
		return nil, err
	}
	if len(many) == 0 {
		return r.folder(dir)
	}
	out := make([]source, 0, len(many))
	for _, one := range many {
		s, err := r.lateTables(one)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// lateTables lists the tables of a folder of nothing else, to be opened late.
func (r *Reader) lateTables(dir string) (source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return source{}, fmt.Errorf("%s: %w", dir, plain(err))
	}
	s := source{path: dir, tables: &tableSet{dir: dir, late: true}}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.IsDir() {
			continue
		}
		if t, ok := s.tables.take(e.Name(), filepath.Join(dir, e.Name()), info.Size()); ok {
			s.which = append(s.which, t)
			r.total += info.Size()
		}
	}
	if s.tables.count == 0 {
		return source{}, fmt.Errorf("%s: 文件夹中没有数据表 (no tables in this folder)", dir)
	}
	return s, s.tables.complete()
}

// folder lists the files of lines in a folder and its tables by name. The claims
// of tables stand where the name of settlements puts them.
func (r *Reader) folder(dir string) ([]source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, plain(err))
	}
	tables := &tableSet{dir: dir}
	var out []source
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.IsDir() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case isLines(e.Name()):
			out = append(out, source{path: path})
		default:
			t, ok := tables.take(e.Name(), path, info.Size())
			if !ok {
				continue
			}
			if n := len(out); n == 0 || out[n-1].tables == nil {
				out = append(out, source{path: path, tables: tables})
			}
			out[len(out)-1].which = append(out[len(out)-1].which, t)
		}
		r.total += info.Size()
	}
	if err := tables.complete(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: 文件夹中没有可读的结算数据（settlements.csv、settlements.parquet 或 *.jsonl） (no claims in this folder)", dir)
	}
	return out, nil
}

// isLines reports whether a name is that of a file of JSON lines.
func isLines(name string) bool {
	for _, end := range []string{".jsonl", ".jsonl.gz", ".jsonl.zst"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// plain takes the path out of a file error: the caller names it already.
func plain(err error) error {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err
	}
	return err
}

func (r *Reader) rejected(rej *Reject) error {
	r.tally.count(rej)
	if r.Reject == nil {
		return nil
	}
	return r.Reject(rej)
}

func (r *Reader) progress(n int64) {
	r.done += n
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}
