package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fundwatch/claim"
)

// allTables are the tables of a folder, in the order of the contract.
var allTables = []claim.Table{claim.Settlements, claim.Lines, claim.Diagnoses}

// tableSet is the tables of one folder.
type tableSet struct {
	dir   string
	paths [3]string
	count int
	twice string
}

// take notes a file that is one of the tables and reports whether it is.
func (s *tableSet) take(name, path string) bool {
	for _, t := range allTables {
		if end, ok := strings.CutPrefix(name, t.String()+"."); ok && (end == "csv" || end == "parquet") {
			if s.paths[t] != "" {
				s.twice = t.String()
			}
			s.paths[t] = path
			s.count++
			return true
		}
	}
	return false
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

// table is one file of a folder of tables.
type table interface {
	// rows counts the rows.
	rows() int
	// feed gives tasks that together feed every column of the contract the
	// file has; tasks of different domains may run at the same time.
	feed(t *claim.Tables, tr *traces) []task
	// pick gives the cells of some rows, in ascending order, as text: by row,
	// by column. Absent cells are empty.
	pick(rows []int32) (names []string, cells [][]string, err error)
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

// readTables reads a folder of tables into the intake. fingerprints are needed
// when there are other inputs that may hold the same claims.
func (r *Reader) readTables(ctx context.Context, s *tableSet, fingerprints bool) error {
	var open [3]table
	var rows [3]int
	for _, t := range allTables {
		if s.paths[t] == "" {
			continue
		}
		tab, err := openTable(s.paths[t], t)
		if err != nil {
			return fmt.Errorf("%s: %w", s.paths[t], err)
		}
		defer tab.close()
		open[t], rows[t] = tab, tab.rows()
	}
	keep := r.Keep
	build := claim.NewTables(r.Alloc, claim.NewDicts(r.Seed), r.Seed, keep, rows, fingerprints)
	tr := &traces{bad: map[int32][]claim.Problem{}}
	var tasks []task
	for t, tab := range open {
		if tab == nil {
			continue
		}
		for _, job := range tab.feed(build, tr) {
			run, path := job.run, s.paths[t]
			job.run = func() error {
				if err := run(); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				return nil
			}
			tasks = append(tasks, job)
		}
	}
	workers := r.Workers
	if fingerprints {
		workers = 1
	}
	if err := runTasks(ctx, workers, tasks); err != nil {
		build.Batch.Release()
		return err
	}
	rejects := build.Finish(r.Workers, tr.bad)
	for _, path := range s.paths {
		if info, err := os.Stat(path); err == nil {
			r.progress(info.Size())
		}
	}
	return r.takeTables(s, build.Batch, open, rejects)
}

// takeTables adds the batch of a folder to the intake and tells its rejects.
func (r *Reader) takeTables(s *tableSet, b *claim.Batch, open [3]table, rejects []claim.TableReject) error {
	settlements := b.Rows(claim.Settlements)
	for _, rej := range rejects {
		if rej.Table != claim.Settlements {
			r.tally.Messages++ // an orphan is a message of its own
		}
	}
	r.tally.Messages += settlements
	verdicts := r.intake.Add(b)
	if b != r.intake.All {
		defer b.Release()
	}
	for row, v := range verdicts {
		switch v {
		case claim.Duplicate:
			r.tally.Duplicates++
		case claim.Conflict: // with a claim of another input
			rejects = append(rejects, claim.TableReject{Row: int32(row), Conflict: true})
		}
	}
	if len(rejects) == 0 {
		return nil
	}
	claim.SortRejects(rejects)
	raw, err := rawOf(open, rejects)
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
