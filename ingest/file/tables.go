package file

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fundwatch/claim"
)

// tableSet is the tables of one folder.
type tableSet struct {
	dir   string
	paths [3]string
	count int
	twice string
}

// take notes a file that is one of the tables and reports whether it is.
func (s *tableSet) take(name, path string) bool {
	for _, t := range []claim.Table{claim.Settlements, claim.Lines, claim.Diagnoses} {
		if base, ok := strings.CutPrefix(name, t.String()+"."); ok && (base == "csv" || base == "parquet") {
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

func (r *Reader) readTables(context.Context, *tableSet, bool) error { return errors.New("tables: not yet") }
