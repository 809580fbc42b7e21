package edition

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// Report tells what a folder holds that verifies.
type Report struct {
	Key      string  // the verifier key of index.json
	Editions []Entry // all of them, the last one is in force; empty only when the first was interrupted
	Records  int     // of the last edition

	// Interrupted is the edition whose publication was stopped before its end; 0:
	// none. It is published when it is among Editions, and else it is not at all;
	// its files are cleared away by the next publication.
	Interrupted int
}

// Failure is the first file that does not hold, and why.
type Failure struct{ File, Reason string }

// Verify checks a whole folder: every byte of every file, by the key named in
// index.json, which must be the one given unless that is empty. A Failure is an
// answer; an error means that the folder could not be read.
func Verify(folder fs.FS, key string) (*Report, *Failure, error) {
	c, fail, err := checkFolder(folder, key)
	if err != nil || fail != nil {
		return nil, fail, err
	}
	return c.report(), nil, nil
}

func (c *checked) report() *Report {
	r := &Report{Key: c.index.Key, Editions: c.index.Editions, Interrupted: c.interrupted}
	if c.last != nil {
		r.Records = len(c.last.records)
	}
	return r
}

// Last gives what a folder holds that verifies by its own key, and the records
// of the last edition; nil when there is none yet. A folder that does not verify
// is an error, a [*Failure].
func Last(folder fs.FS) (*Report, []Record, error) {
	c, err := openFolder(folder)
	if err != nil || c == nil || c.last == nil {
		return nil, nil, err
	}
	return c.report(), c.last.records, nil
}

// checked is a folder under checking; what was checked holds.
type checked struct {
	folder      fs.FS
	index       index
	verifier    note.Verifier
	last        *list // of the last edition that was checked
	lastHash    string
	interrupted int
}

// checkFolder is Verify for those who go on with the folder.
func checkFolder(folder fs.FS, key string) (*checked, *Failure, error) {
	c := &checked{folder: folder}
	names, err := c.names() // before index.json: what is written meanwhile has a marker
	if err != nil {
		return nil, nil, err
	}
	b, fail, err := c.read(IndexName)
	switch {
	case err != nil:
		return nil, nil, err
	case fail != nil && slices.Contains(names, markerName(1)):
		c.interrupted = 1
		fail, err = c.extra(names)
		return c, fail, err
	case fail != nil:
		return nil, fail, nil
	}
	x, reason := readIndex(b)
	if reason == "" && key != "" && key != x.Key {
		reason = "公钥不是所给的公钥 (names another key than the one given)"
	}
	if reason != "" {
		return nil, &Failure{IndexName, reason}, nil
	}
	c.index = *x
	if c.verifier, err = readVerifier(x.Key); err != nil {
		return nil, nil, err
	}
	for _, e := range x.Editions {
		if fail, err = c.edition(e); fail != nil || err != nil {
			return nil, fail, err
		}
	}
	fail, err = c.extra(names)
	return c, fail, err
}

// names lists the folder; names of folders end in a slash.
func (c *checked) names() ([]string, error) {
	entries, err := fs.ReadDir(c.folder, ".")
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		names = append(names, name)
	}
	return names, err
}

// notPlain says what something is that is no plain file, in words; "" for one
// that is.
func notPlain(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "是文件夹，不是文件 (a folder, not a file)"
	case mode&fs.ModeSymlink != 0:
		return "是符号链接，不是普通文件 (a symbolic link, not a plain file)"
	case mode&fs.ModeNamedPipe != 0:
		return "是管道，不是普通文件 (a pipe, not a plain file)"
	case mode&fs.ModeDevice != 0:
		return "是设备，不是普通文件 (a device, not a plain file)"
	}
	return "不是普通文件 (not a plain file)"
}

// plain refuses what is no plain file: a link may lead out of the folder, and a
// pipe may never end.
func (c *checked) plain(name string) (*Failure, error) {
	info, err := fs.Lstat(c.folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if reason := notPlain(info.Mode()); reason != "" {
		return &Failure{name, reason}, nil
	}
	return nil, nil
}

// missing is the reason of a file that is not there.
const missing = "缺少文件 (missing)"

// read gives the bytes of a file that must be there.
func (c *checked) read(name string) ([]byte, *Failure, error) {
	if fail, err := c.plain(name); fail != nil || err != nil {
		return nil, fail, err
	}
	b, err := fs.ReadFile(c.folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Failure{name, missing}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil, nil
}

// edition checks the files of one edition against each other, those before and
// its entry in index.json. What was signed decides which file is wrong.
func (c *checked) edition(e Entry) (*Failure, error) {
	listBytes, fail, err := c.read(ListName(e.Edition))
	if fail != nil || err != nil {
		return fail, err
	}
	var deltaBytes []byte
	if e.Edition > 1 {
		if deltaBytes, fail, err = c.read(DeltaName(e.Edition)); fail != nil || err != nil {
			return fail, err
		}
	}
	noteBytes, fail, err := c.read(NoteName(e.Edition))
	if fail != nil || err != nil {
		return fail, err
	}
	said, reason := openNote(noteBytes, c.verifier, e.Edition)
	if reason != "" {
		return &Failure{NoteName(e.Edition), reason}, nil
	}
	l, fail := c.list(e, listBytes, said)
	if fail != nil {
		return fail, nil
	}
	if e.Edition > 1 {
		if fail := c.delta(e, deltaBytes, l); fail != nil {
			return fail, nil
		}
	}
	if e.Day != l.day {
		return &Failure{IndexName, fmt.Sprintf("第 %d 期的日期与名单不同 (another day than %s)", e.Edition, ListName(e.Edition))}, nil
	}
	c.last, c.lastHash = l, said.list
	return nil, nil
}

// list checks list-N.json by its note.
func (c *checked) list(e Entry, b []byte, said signed) (*list, *Failure) {
	name := ListName(e.Edition)
	if Hash(b) != said.list {
		return nil, &Failure{name, "内容与签名时不同 (its bytes are not those that were signed)"}
	}
	if e.List != said.list {
		return nil, &Failure{IndexName, fmt.Sprintf("第 %d 期的散列值与 %s 不同 (another hash than that of the file)", e.Edition, name)}
	}
	l, reason := readList(b)
	switch {
	case reason != "":
	case l.edition != e.Edition:
		reason = fmt.Sprintf("是第 %d 期 (is edition %d)", l.edition, l.edition)
	case l.day != said.day:
		return nil, &Failure{NoteName(e.Edition), "日期与名单不同 (another day than the list)"}
	case l.prev != c.lastHash:
		reason = "prev 不是上一期的散列值 (prev is not the hash of the edition before)"
	case c.last != nil && l.day < c.last.day:
		reason = "日期早于上一期 (a day before that of the edition before)"
	}
	if reason != "" {
		return nil, &Failure{name, reason}
	}
	return l, nil
}

// delta checks that list N-1 and delta-N.json give list N byte for byte.
func (c *checked) delta(e Entry, b []byte, l *list) *Failure {
	name := DeltaName(e.Edition)
	if hash := Hash(b); hash != e.Delta && alike(hash, e.Delta) {
		return &Failure{IndexName, fmt.Sprintf("第 %d 期的散列值与 %s 不同 (another hash than that of the file)", e.Edition, name)}
	}
	d, reason := readDelta(b)
	switch {
	case reason != "":
	case d.edition != l.edition:
		reason = fmt.Sprintf("是第 %d 期 (is edition %d)", d.edition, d.edition)
	case d.day != l.day || d.prev != l.prev:
		reason = fmt.Sprintf("day 或 prev 与 %s 不同 (another day or prev than the list)", ListName(e.Edition))
	default:
		records, ok := d.gives(c.last.records)
		made := list{edition: d.edition, day: d.day, prev: d.prev, records: records}
		if !ok || Hash(made.bytes()) != e.List {
			reason = fmt.Sprintf("与 %s 合不成 %s (with the list before it does not give the list)", ListName(e.Edition-1), ListName(e.Edition))
		} else if Hash(b) != e.Delta {
			reason = "散列值与 index.json 不同 (another hash than index.json names)"
		}
	}
	if reason != "" {
		return &Failure{name, reason}
	}
	return nil
}

// alike: hashes that share most digits, which those of different bytes never
// do. So it is the hash that was changed, and not the bytes.
func alike(a, b string) bool {
	same := 0
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			same++
		}
	}
	return same > len(hashPrefix)+32
}

// extra finds files that belong to no edition; those of an interrupted
// publication do when its marker is there.
func (c *checked) extra(names []string) (*Failure, error) {
	n := len(c.index.Editions)
	known := map[string]bool{}
	if n > 0 {
		known[IndexName] = true
	}
	for i := 1; i <= n; i++ {
		known[ListName(i)], known[NoteName(i)], known[DeltaName(i)] = true, true, i > 1
	}
	for _, i := range []int{n, n + 1} {
		if !slices.Contains(names, markerName(i)) || i == 0 {
			continue
		}
		b, fail, err := c.read(markerName(i))
		switch {
		case err != nil || len(b) > 0:
			return &Failure{markerName(i), "不应有内容 (is not empty)"}, err
		case fail == nil:
			c.interrupted = i
		case fail.Reason == missing: // the publication has ended meanwhile, and with it what it left
			for _, name := range leftovers(i) {
				known[name] = true
			}
		default:
			return fail, nil
		}
		known[markerName(i)] = true
	}
	if c.interrupted == n+1 {
		for _, name := range leftovers(n + 1) {
			if fail, err := c.plain(name); fail != nil || err != nil {
				return fail, err
			}
			known[name] = true
		}
	}
	for _, name := range names {
		if !known[name] {
			return c.stranger(name, n), nil
		}
	}
	return nil, nil
}

// stranger says what is wrong with a file that belongs to no edition: when it is
// one of the next edition and that is signed, index.json was cut.
func (c *checked) stranger(name string, n int) *Failure {
	if b, _, err := c.read(NoteName(n + 1)); err == nil && c.verifier != nil && slices.Contains(leftovers(n+1), name) {
		if _, reason := openNote(b, c.verifier, n+1); reason == "" {
			return &Failure{IndexName, fmt.Sprintf("缺少已签名的第 %d 期 (edition %d is signed and not in it)", n+1, n+1)}
		}
	}
	return &Failure{name, "不属于任何一期 (belongs to no edition)"}
}

// leftovers are the files that a publication of edition n may leave when it is
// stopped, beside its marker.
func leftovers(n int) []string {
	return []string{newIndexName, NoteName(n), DeltaName(n), ListName(n)}
}
