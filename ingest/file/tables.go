package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fundwatch/claim"
)

// allTables are the tables of a folder, in the order of the contract.
var allTables = []claim.Table{claim.Settlements, claim.Lines, claim.Diagnoses}

// tableSet is the tables of one folder.
type tableSet struct {
	dir   string
	paths [3]string
	size  int64 // of the files, in bytes
	count int
	twice string
	// late tables are opened when it comes to them: an archive has more files
	// than a process may have open.
	late bool

	open    [3]table
	build   *claim.Tables // from the first of the tables until the intake takes it
	rejects []claim.TableReject
}

// take notes a file that is one of the tables and says which, if it is one.
func (s *tableSet) take(name, path string, size int64) (claim.Table, bool) {
	for _, t := range allTables {
		if end, ok := strings.CutPrefix(name, t.String()+"."); ok && (end == "csv" || end == "parquet") {
			if s.paths[t] != "" {
				s.twice = t.String()
			}
			s.paths[t] = path
			s.size += size
			s.count++
			return t, true
		}
	}
	return 0, false
}

func (s *tableSet) complete() error {
	switch {
	case s.count == 0:
		return nil
	case s.twice != "":
		return fmt.Errorf("%s: 同时有 %s.csv 和 %s.parquet，请只留一种 (both forms of one table)", s.dir, s.twice, s.twice)
	case s.paths[claim.Settlements] == "":
		return fmt.Errorf("%s: 缺少 settlements.csv 或 settlements.parquet (the table of settlements is missing)", s.dir)
	}
	return nil
}

// mixed reports whether there are tables of both forms.
func (s *tableSet) mixed() bool {
	forms := map[string]bool{}
	for _, path := range s.paths {
		if path != "" {
			forms[filepath.Ext(path)] = true
		}
	}
	return len(forms) > 1
}

// table is one file of a folder of tables.
type table interface {
	// rows counts the rows.
	rows() int
	// feed gives tasks that together feed every column of the contract the
	// file has; tasks of different domains may run at the same time.
	feed(t *claim.Tables, tr *traces) []task
	// pick gives some rows, in ascending order, and the names of their cells.
	pick(rows []int32) (names []string, found []rawRow, err error)
	close() error
}

// task is a piece of work on some columns of one domain.
type task struct {
	domain claim.Domain // DomainNone: depends on nothing
	weight int64        // rough size, the heaviest begins first
	run    func() error
}

// traces gathers what is wrong with trace codes, by line.
type traces struct{ bad map[int32][]claim.Problem }

func (tr *traces) add(row, i int, rule claim.Rule) {
	p := claim.Problem{Field: fmt.Sprintf("drugtracinfo[%d].drug_trac_codg", i), Rule: rule}
	tr.bad[int32(row)] = append(tr.bad[int32(row)], p)
}

func openTable(path string, t claim.Table) (table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	var out table
	if strings.HasSuffix(path, ".parquet") {
		out, err = openParquet(f, t)
	} else {
		out, err = openCSV(f, t)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return out, nil
}

// openTables opens the tables of all sources, so that what is wrong with one is
// told before anything is read.
func openTables(ctx context.Context, sources []source) error {
	for _, s := range sources {
		if s.tables == nil || s.tables.late {
			continue
		}
		if err := s.tables.openThem(ctx, s.which); err != nil {
			return err
		}
	}
	return nil
}

func (s *tableSet) openThem(ctx context.Context, which []claim.Table) error {
	for _, t := range which {
		if err := ctx.Err(); err != nil {
			return err
		}
		tab, err := openTable(s.paths[t], t)
		if err != nil {
			return fmt.Errorf("%s: %w", s.paths[t], err)
		}
		s.open[t] = tab
	}
	return nil
}

// closeTables closes all tables and gives back what the intake did not take.
func closeTables(sources []source) {
	for _, s := range sources {
		if s.tables != nil {
			s.tables.close()
		}
	}
}

func (s *tableSet) close() {
	for t, tab := range s.open {
		if tab != nil {
			tab.close()
		}
		s.open[t] = nil
	}
	if s.build != nil {
		s.build.Release()
		s.build = nil
	}
}

// readTables reads tables of a folder: all of them when it comes to the first,
// since they can only be joined together. The claims go into the intake with
// the settlements, which are the last by name; what is rejected of a table is
// told in its own place. fingerprints are needed when there are other inputs
// that may hold the same claims.
func (r *Reader) readTables(ctx context.Context, s source, fingerprints bool) error {
	set := s.tables
	if set.late {
		defer set.close()
		if err := set.openThem(ctx, s.which); err != nil {
			return err
		}
	}
	if set.build == nil {
		if err := r.buildTables(ctx, set, fingerprints); err != nil {
			return err
		}
	}
	if slices.Contains(s.which, claim.Settlements) {
		if err := r.takeTables(set); err != nil {
			return err
		}
	}
	return r.tellRejects(set, s.which)
}

// buildTables feeds and joins the tables of a folder. What it has built so far
// stays in the set, also when it fails.
func (r *Reader) buildTables(ctx context.Context, s *tableSet, fingerprints bool) error {
	var rows [3]int
	for t, tab := range s.open {
		if tab != nil {
			rows[t] = tab.rows()
		}
	}
	s.build = claim.NewTables(r.Alloc, claim.NewDicts(r.Seed), r.Seed, r.Keep, rows, fingerprints)
	tr := &traces{bad: map[int32][]claim.Problem{}}
	tasks := s.tasks(tr)
	workers := r.Workers
	if fingerprints || s.mixed() { // a row of CSV touches every dictionary
		workers = 1
	}
	share := shares{size: s.size, all: weight(tasks)}
	err := runTasks(ctx, workers, tasks, func(t task) { r.progress(share.next(t.weight)) })
	if err != nil {
		return err
	}
	r.progress(share.rest())
	s.rejects = s.build.Finish(r.Workers, tr.bad)
	for _, rej := range s.rejects {
		if rej.Table != claim.Settlements {
			r.tally.Messages++ // an orphan is a message of its own
		}
	}
	return nil
}

// tasks gives the tasks of all tables; their errors name the file.
func (s *tableSet) tasks(tr *traces) (out []task) {
	for t, tab := range s.open {
		if tab == nil {
			continue
		}
		for _, job := range tab.feed(s.build, tr) {
			run, path := job.run, s.paths[t]
			job.run = func() error {
				if err := run(); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				return nil
			}
			out = append(out, job)
		}
	}
	return out
}

// takeTables adds the batch of a folder to the intake.
func (r *Reader) takeTables(s *tableSet) error {
	b := s.build.Batch
	r.tally.Messages += b.Rows(claim.Settlements)
	verdicts, err := r.takeIn(b)
	if b == r.intake.All {
		s.build = nil // the intake releases it
	}
	for row, v := range verdicts {
		switch v {
		case claim.Duplicate:
			r.tally.Duplicates++
		case claim.Conflict: // with a claim of another input
			s.rejects = append(s.rejects, claim.TableReject{Row: int32(row), Conflict: true})
		}
	}
	return err
}

// tellRejects tells what is rejected of some tables.
func (r *Reader) tellRejects(s *tableSet, which []claim.Table) error {
	var rejects []claim.TableReject
	for _, rej := range s.rejects {
		if slices.Contains(which, rej.Table) {
			rejects = append(rejects, rej)
		}
	}
	if len(rejects) == 0 {
		return nil
	}
	claim.SortRejects(rejects)
	raw, err := s.rawOf(rejects)
	if err != nil {
		return err
	}
	for i := range rejects {
		rej := &rejects[i]
		out := &Reject{File: filepath.Base(s.paths[rej.Table]), Line: int(rej.Row) + 1, Kind: KindProblem, Problems: rej.Problems, Raw: raw(rej)}
		if rej.Conflict {
			out.Kind, out.Problems = KindConflict, conflictProblem
		}
		if err := r.rejected(out); err != nil {
			return err
		}
	}
	return nil
}
