package edition

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// list is the content of list-N.json.
type list struct {
	edition   int
	day, prev string // prev: hash of the list before, empty for the first
	records   []Record
}

func (l *list) bytes() []byte {
	return appendCanonical(nil, map[string]any{
		"edition": int64(l.edition), "day": l.day, "prev": l.prev, "records": recordList(l.records),
	})
}

func recordList(records []Record) []any {
	out := make([]any, len(records))
	for i, r := range records {
		out[i] = raw(r.JSON)
	}
	return out
}

// delta is the content of delta-N.json.
type delta struct {
	edition        int
	day, prev      string
	added, changed []Record
	removed        []Removal
}

func (d *delta) bytes() []byte {
	removed := make([]any, len(d.removed))
	for i, r := range d.removed {
		removed[i] = map[string]any{"id": r.ID, "reason": r.Reason, "day": r.Day}
	}
	return appendCanonical(nil, map[string]any{
		"edition": int64(d.edition), "day": d.day, "prev": d.prev,
		"added": recordList(d.added), "changed": recordList(d.changed), "removed": removed,
	})
}

// Entry is an edition in index.json.
type Entry struct {
	Edition int    `json:"edition"`
	Day     string `json:"day"`
	List    string `json:"list"`  // hash of list-N.json
	Delta   string `json:"delta"` // hash of delta-N.json, empty for the first
}

// index is the content of index.json.
type index struct {
	Key      string  `json:"key"`
	Editions []Entry `json:"editions"`
}

func (x *index) bytes() []byte {
	editions := make([]any, len(x.Editions))
	for i, e := range x.Editions {
		editions[i] = map[string]any{"edition": int64(e.Edition), "day": e.Day, "list": e.List, "delta": e.Delta}
	}
	return appendCanonical(nil, map[string]any{"key": x.Key, "editions": editions})
}

// What reading finds wrong with the form of a file.
const (
	notCanonical = "内容残缺或有改动：不是规定的 RFC 8785 规范 JSON (cut or changed: not the canonical JSON of this file)"
	notSorted    = "记录未按 id 排序，或 id 重复 (records are not sorted by id, or one is there twice)"
	badRecord    = "有不合规定的记录 (a record that is none)"
)

// readIndex reads index.json; the reason is empty when its form is right.
func readIndex(b []byte) (*index, string) {
	var x index
	if json.Unmarshal(b, &x) != nil || !bytes.Equal(x.bytes(), b) {
		return nil, notCanonical
	}
	if !ValidVerifier(x.Key) {
		return nil, "其中的验证公钥无效 (its key is no verifier key)"
	}
	if len(x.Editions) == 0 {
		return nil, "没有任何一期 (no edition)"
	}
	for i, e := range x.Editions {
		switch {
		case e.Edition != i+1:
			return nil, fmt.Sprintf("第 %d 项不是第 %d 期 (entry %d is not edition %d)", i+1, i+1, i+1, i+1)
		case !validHash(e.List), (i > 0) != validHash(e.Delta), i == 0 && e.Delta != "":
			return nil, fmt.Sprintf("第 %d 期的散列值格式有误 (a hash of edition %d is none)", i+1, i+1)
		case !ValidDay(e.Day):
			return nil, fmt.Sprintf("第 %d 期的日期有误 (the day of edition %d is none)", i+1, i+1)
		}
	}
	return &x, ""
}

func validHash(s string) bool {
	hex, ok := strings.CutPrefix(s, hashPrefix)
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

// readList reads list-N.json; the reason is empty when its form is right.
func readList(b []byte) (*list, string) {
	var x struct {
		Edition   int
		Day, Prev string
		Records   []json.RawMessage
	}
	if json.Unmarshal(b, &x) != nil {
		return nil, notCanonical
	}
	l := &list{edition: x.Edition, day: x.Day, prev: x.Prev}
	var ok bool
	if l.records, ok = readRecords(x.Records); !ok {
		return nil, badRecord
	}
	switch {
	case !bytes.Equal(l.bytes(), b):
		return nil, notCanonical
	case !sortedRecords(l.records):
		return nil, notSorted
	case !ValidDay(l.day):
		return nil, "日期有误 (its day is none)"
	}
	return l, ""
}

func readRecords(raws []json.RawMessage) ([]Record, bool) {
	var out []Record
	for _, b := range raws {
		r, _, flaws := parseRecord(b)
		if len(flaws) > 0 {
			return nil, false
		}
		out = append(out, r)
	}
	return out, true
}

// readDelta reads delta-N.json; the reason is empty when its form is right.
func readDelta(b []byte) (*delta, string) {
	var x struct {
		Edition        int
		Day, Prev      string
		Added, Changed []json.RawMessage
		Removed        []Removal
	}
	if json.Unmarshal(b, &x) != nil {
		return nil, notCanonical
	}
	d := &delta{edition: x.Edition, day: x.Day, prev: x.Prev, removed: x.Removed}
	var ok, too bool
	d.added, ok = readRecords(x.Added)
	d.changed, too = readRecords(x.Changed)
	if !ok || !too {
		return nil, badRecord
	}
	if !bytes.Equal(d.bytes(), b) {
		return nil, notCanonical
	}
	byID := func(a, b Removal) int { return cmp.Compare(a.ID, b.ID) }
	if !sortedRecords(d.added) || !sortedRecords(d.changed) || !slices.IsSortedFunc(d.removed, byID) {
		return nil, notSorted
	}
	for _, r := range d.removed {
		if strings.TrimSpace(r.Reason) == "" || !ValidDay(r.Day) {
			return nil, "有移出项没有理由或日期 (a removal without reason or day)"
		}
	}
	return d, ""
}

// sortedRecords: by id, each once.
func sortedRecords(records []Record) bool {
	for i := 1; i < len(records); i++ {
		if records[i-1].ID >= records[i].ID {
			return false
		}
	}
	return true
}

// diff finds what changed from the records of one edition to those of the next,
// both sorted; of removed records only ids are filled in.
func diff(before, after []Record) (added, changed []Record, removed []Removal) {
	i := 0
	for _, r := range after {
		for ; i < len(before) && before[i].ID < r.ID; i++ {
			removed = append(removed, Removal{ID: before[i].ID})
		}
		switch {
		case i == len(before) || before[i].ID != r.ID:
			added = append(added, r)
			continue
		case !bytes.Equal(before[i].JSON, r.JSON):
			changed = append(changed, r)
		}
		i++
	}
	for ; i < len(before); i++ {
		removed = append(removed, Removal{ID: before[i].ID})
	}
	return added, changed, removed
}

// gives applies a delta to the records of the edition before it; false when it
// cannot be, as when it adds what is there or changes nothing.
func (d *delta) gives(before []Record) ([]Record, bool) {
	if len(d.added)+len(d.changed)+len(d.removed) == 0 {
		return nil, false
	}
	now := make(map[string]Record, len(before))
	for _, r := range before {
		now[r.ID] = r
	}
	for _, r := range d.added { // before removals: what is there may not be removed and added again
		if _, ok := now[r.ID]; ok {
			return nil, false
		}
	}
	for _, r := range d.removed {
		if _, ok := now[r.ID]; !ok {
			return nil, false
		}
		delete(now, r.ID)
	}
	for _, r := range d.changed {
		if was, ok := now[r.ID]; !ok || bytes.Equal(was.JSON, r.JSON) {
			return nil, false
		}
		now[r.ID] = r
	}
	for _, r := range d.added {
		now[r.ID] = r
	}
	return sortRecords(now), true
}

func sortRecords(now map[string]Record) []Record {
	out := make([]Record, 0, len(now))
	for _, r := range now {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
