package edition

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Folder is where editions are published. Each change is on the disk, or not at
// all, when its method returns; only one process publishes at a time.
type Folder interface {
	fs.FS
	Create(name string, content []byte) error // makes a new file; an error when it is there
	Rename(from, to string) error             // replaces to
	Remove(name string) error
}

// Wanted is what the next edition is to be.
type Wanted struct {
	Day      string // YYYY-MM-DD
	Records  []Record
	Removals []Removal
	Problems []Problem // found when these were read; with any, nothing is published
}

// Published tells of a new edition.
type Published struct {
	Entry
	Key                              string
	Records, Added, Changed, Removed int

	// Unneeded are lines of removals.csv whose id was not in the edition before.
	Unneeded []int

	// Interrupted is the edition whose publication was stopped earlier; 0: none.
	// Undone says that it was not published at all and was cleared away.
	Interrupted int
	Undone      bool
}

// Publish adds the next edition to a folder, whole or not at all. With problems
// nothing is written. When it is stopped at any moment, the folder still
// verifies, with or without the edition, and the next call clears up.
func Publish(folder Folder, key *Key, want Wanted) (*Published, []Problem, error) {
	p := &plan{key: key, want: want, problems: slices.Clone(want.Problems)}
	if err := p.look(folder); err != nil {
		return nil, nil, err
	}
	p.checkRemovals()
	if len(p.problems) > 0 {
		return nil, p.problems, nil
	}
	files, err := p.files()
	if err != nil {
		return nil, nil, err
	}
	if err := p.write(folder, files); err != nil {
		return nil, nil, fmt.Errorf("第 %d 期 (edition): %w", p.list.edition, err)
	}
	return p.told(), nil, nil
}

// plan is an edition on its way.
type plan struct {
	key      *Key
	want     Wanted
	problems []Problem

	index       index
	last        *list // of the folder; nil when it has none or does not verify
	interrupted int

	list     list
	delta    delta
	unneeded []int
}

func (p *plan) say(file string, line int, sentence string) {
	p.problems = append(p.problems, Problem{file, line, "", sentence})
}

// look compares what is wanted with what the folder holds.
func (p *plan) look(folder fs.FS) error {
	after := map[string]Record{}
	for _, r := range p.want.Records {
		after[r.ID] = r
	}
	p.list = list{edition: 1, day: p.want.Day, records: sortRecords(after)}
	if !ValidDay(p.want.Day) {
		p.say(InDay, 0, "不是 YYYY-MM-DD 的日期 (not a day)")
	}
	c, err := openFolder(folder)
	if fail := (*Failure)(nil); errors.As(err, &fail) {
		p.say(fail.File, 0, "名单文件夹未通过查验："+fail.Reason+" (the folder does not verify)")
		return nil
	}
	if err != nil || c == nil {
		return err
	}
	p.index, p.last, p.interrupted = c.index, c.last, c.interrupted
	if p.last == nil {
		return nil
	}
	if p.index.Key != p.key.verifier {
		p.say(InKey, 0, "不是此名单的密钥 (not the key of this list): "+p.index.Key)
	}
	if p.want.Day < p.last.day {
		p.say(InDay, 0, fmt.Sprintf("早于上一期的 %s (before that of the last edition)", p.last.day))
	}
	p.list.edition, p.list.prev = p.last.edition+1, c.lastHash
	p.delta = delta{edition: p.list.edition, day: p.list.day, prev: p.list.prev}
	p.delta.added, p.delta.changed, p.delta.removed = diff(p.last.records, p.list.records)
	if len(p.delta.added)+len(p.delta.changed)+len(p.delta.removed) == 0 {
		p.say(InList, 0, fmt.Sprintf("与第 %d 期相同，没有变化 (changes nothing)", p.last.edition))
	}
	return nil
}

// Error makes a Failure an error for those who cannot go on with the folder.
func (f *Failure) Error() string { return f.File + ": " + f.Reason }

// openFolder checks a folder; nil when it is empty or not there.
func openFolder(folder fs.FS) (*checked, error) {
	entries, err := fs.ReadDir(folder, ".")
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, fail, err := checkFolder(folder, "")
	if err == nil && fail != nil {
		return nil, fail
	}
	return c, err
}

// checkRemovals gives each removed record its reason.
func (p *plan) checkRemovals() {
	rows := map[string]Removal{}
	for _, r := range p.want.Removals {
		id := r.ID
		if p.last != nil && !p.last.has(id) {
			id = strings.TrimSpace(id)
		}
		if _, twice := rows[id]; twice {
			p.say(InRemovals, r.line, "同一 id 出现两次 (an id twice)")
		}
		r.ID = id
		rows[id] = r
		p.checkRow(r)
	}
	for i, r := range p.delta.removed {
		row, ok := rows[r.ID]
		if !ok {
			p.say(InRemovals, 0, fmt.Sprintf("移出 %q 没有理由，需要一行 id,reason,day (a removal without reason)", r.ID))
			continue
		}
		p.delta.removed[i] = row
	}
}

// checkRow checks a row of removals.csv. Rows of older removals may stay in the
// file, so a row that removes nothing is told, not refused, unless it is newer
// than the last edition and its record is still there.
func (p *plan) checkRow(r Removal) {
	if s := personal(r.Reason); s != "" {
		p.say(InRemovals, r.line, "理由"+s)
	}
	if r.Reason == "" {
		p.say(InRemovals, r.line, "没有理由 (a removal without reason)")
	}
	if !ValidDay(r.Day) {
		p.say(InRemovals, r.line, "day 不是 YYYY-MM-DD 的日期 (not a day)")
	}
	_, removed := slices.BinarySearchFunc(p.delta.removed, r.ID, func(a Removal, id string) int { return cmp.Compare(a.ID, id) })
	switch {
	case removed:
	case p.last != nil && r.Day > p.last.day && p.list.has(r.ID):
		p.say(InRemovals, r.line, "要移出的 id 仍在记录中 (an id to be removed is still among the records)")
	default:
		p.unneeded = append(p.unneeded, r.line)
	}
}

// has: sorted by id.
func (l *list) has(id string) bool {
	_, ok := slices.BinarySearchFunc(l.records, id, func(r Record, id string) int { return cmp.Compare(r.ID, id) })
	return ok
}

// file is one to be written.
type file struct {
	name    string
	content []byte
}

// files are those of the edition, in the order in which they are written.
// index.json comes last: an edition that it does not name is not published.
func (p *plan) files() ([]file, error) {
	n := p.list.edition
	content := p.list.bytes()
	entry := Entry{Edition: n, Day: p.list.day, List: Hash(content)}
	files := []file{{ListName(n), content}}
	if n > 1 {
		content := p.delta.bytes()
		entry.Delta = Hash(content)
		files = append(files, file{DeltaName(n), content})
	}
	signature, err := p.key.sign(n, entry.Day, entry.List)
	if err != nil {
		return nil, err
	}
	p.index.Key = p.key.verifier
	p.index.Editions = append(slices.Clone(p.index.Editions), entry)
	return append(files, file{NoteName(n), signature}, file{newIndexName, p.index.bytes()}), nil
}

// write does what can be stopped: an empty marker first, the files, and index.json
// at once by its name. Before that the folder is without the edition, after it
// with it.
func (p *plan) write(folder Folder, files []file) error {
	if p.interrupted > 0 {
		if err := clearUp(folder, p.interrupted, p.list.edition); err != nil {
			return err
		}
	}
	marker := markerName(p.list.edition)
	if err := folder.Create(marker, nil); err != nil {
		return err
	}
	for _, f := range files {
		if err := folder.Create(f.name, f.content); err != nil {
			return err
		}
	}
	if err := folder.Rename(newIndexName, IndexName); err != nil {
		return err
	}
	return folder.Remove(marker)
}

// clearUp takes away what an interrupted publication left: all of it when it was
// of the next edition, which was not published then, else only the marker.
func clearUp(folder Folder, interrupted, next int) error {
	names := []string{markerName(interrupted)}
	if interrupted == next {
		names = append(leftovers(next), names...)
	}
	for _, name := range names {
		if err := folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (p *plan) told() *Published {
	return &Published{
		Entry: p.index.Editions[len(p.index.Editions)-1], Key: p.index.Key,
		Records: len(p.list.records), Added: p.added(), Changed: len(p.delta.changed), Removed: len(p.delta.removed),
		Unneeded: p.unneeded, Interrupted: p.interrupted, Undone: p.interrupted == p.list.edition,
	}
}

// added counts the first edition's records, too.
func (p *plan) added() int {
	if p.list.edition == 1 {
		return len(p.list.records)
	}
	return len(p.delta.added)
}
