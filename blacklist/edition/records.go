package edition

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Record is one entry of a list.
type Record struct {
	ID   string // unique in an edition, never blank
	JSON []byte // the whole record, canonical
}

// Removal is why a record of the edition before is not in this one.
type Removal struct {
	ID     string
	Reason string
	Day    string // YYYY-MM-DD

	line int
}

// ValidDay reports whether s is a day, 0001-01-01 to 9999-12-31.
func ValidDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Year() >= 1
}

const mark = "\ufeff" // byte order mark; allowed at the start of a file

// ReadRecords reads records.jsonl: the records of a whole edition, one a line.
// Blank lines do not count. Every problem of every line is told; a record with
// problems is still among the records when its id could be read, so that it is
// not taken for removed.
func ReadRecords(b []byte) (records []Record, problems []Problem) {
	b = bytes.TrimPrefix(b, []byte(mark))
	first := map[string]int{} // line of an id
	line := 0
	for text := range bytes.Lines(b) {
		line++
		if len(bytes.Trim(text, " \t\r\n")) == 0 {
			continue
		}
		r, flaws := readRecord(bytes.TrimRight(text, "\r\n"))
		if r.ID != "" {
			if at, twice := first[r.ID]; twice {
				flaws = append(flaws, flaw{"/id", fmt.Sprintf("与第 %d 行的 id 相同 (the id of line %d again)", at, at)})
			} else {
				first[r.ID] = line
			}
		}
		for _, f := range flaws {
			problems = append(problems, Problem{InRecords, line, f.path, f.sentence})
		}
		if r.ID != "" {
			records = append(records, r)
		}
	}
	return records, problems
}

// readRecord reads one line, which may hold no personal number; the id is given
// where it could be read.
func readRecord(b []byte) (Record, []flaw) {
	r, object, flaws := parseRecord(b)
	return r, append(flaws, search(object, "")...)
}

// parseRecord reads the form of a record alone.
func parseRecord(b []byte) (Record, map[string]any, []flaw) {
	v, flaws := readValue(b, maxDepth)
	object, ok := v.(map[string]any)
	if !ok {
		if len(flaws) == 0 {
			flaws = []flaw{{"", "记录必须是 JSON 对象 (a record is a JSON object)"}}
		}
		return Record{}, nil, flaws
	}
	id, _ := object["id"].(string)
	if strings.TrimSpace(id) == "" {
		id = ""
		flaws = append(flaws, flaw{"/id", "缺少 id，id 是非空文本 (no id: it is a text and not blank)"})
	}
	return Record{ID: id, JSON: appendCanonical(nil, object)}, object, flaws
}

// NewRecord makes a record of texts, whole numbers (int64), booleans, nil, lists
// ([]any) and objects, by the rules of [ReadRecords].
func NewRecord(object map[string]any) (Record, []Problem) {
	r, flaws := readRecord(appendCanonical(nil, object))
	var problems []Problem
	for _, f := range flaws {
		problems = append(problems, Problem{InRecords, 0, f.path, f.sentence})
	}
	return r, problems
}

// ReadRemovals reads removals.csv: columns id, reason and day in any order,
// others are ignored. Whether each row is needed is for [Publish] to say.
func ReadRemovals(b []byte) (removals []Removal, problems []Problem) {
	say := func(line int, sentence string) {
		problems = append(problems, Problem{InRemovals, line, "", sentence})
	}
	b = bytes.TrimPrefix(b, []byte(mark))
	if !utf8.Valid(b) {
		say(0, "不是有效的 UTF-8 (not valid UTF-8)")
		return nil, problems
	}
	r := csv.NewReader(bytes.NewReader(b))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	column := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.TrimSpace(h) == name })
	}
	id, reason, day := column("id"), column("reason"), column("day")
	if err != nil || id < 0 || reason < 0 || day < 0 {
		say(1, "首行必须有 id、reason、day 三列 (the first line names the columns id, reason, day)")
		return nil, problems
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return removals, problems
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			say(parse.Line, "这一行不合 CSV 格式，或列数与首行不同 (not CSV, or not as many columns as the first line)")
			if !errors.Is(err, csv.ErrFieldCount) {
				return removals, problems
			}
			continue
		}
		line, _ := r.FieldPos(0)
		removals = append(removals, Removal{ID: row[id], Reason: strings.TrimSpace(row[reason]), Day: strings.TrimSpace(row[day]), line: line})
	}
}

// sortedNames are the names of an object in canonical order.
func sortedNames(object map[string]any) []string {
	return slices.SortedFunc(maps.Keys(object), compareNames)
}
