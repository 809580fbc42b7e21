package edition

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
)

func TestTheFirstBadFileIsNamed(t *testing.T) {
	replace := func(m *memory, name, old, with string) {
		b := m.MapFS[name].Data
		if !bytes.Contains(b, []byte(old)) {
			panic(name + " has no " + old)
		}
		m.put(name, bytes.Replace(b, []byte(old), []byte(with), 1))
	}
	swap := func(m *memory, a, b string) { m.MapFS[a], m.MapFS[b] = m.MapFS[b], m.MapFS[a] }
	for name, c := range map[string]struct {
		change func(m *memory)
		file   string
	}{
		"a changed byte of a list":       {func(m *memory) { replace(m, "list-2.json", "虚构诊所", "虚构诊室") }, "list-2.json"},
		"a changed reason":               {func(m *memory) { replace(m, "delta-2.json", "已修复", "已撤销") }, "delta-2.json"},
		"a changed note":                 {func(m *memory) { replace(m, "list-2.note", "2026-02-04", "2026-02-05") }, "list-2.note"},
		"a list is gone":                 {func(m *memory) { delete(m.MapFS, "list-1.json") }, "list-1.json"},
		"a delta is gone":                {func(m *memory) { delete(m.MapFS, "delta-3.json") }, "delta-3.json"},
		"a note is gone":                 {func(m *memory) { delete(m.MapFS, "list-3.note") }, "list-3.note"},
		"the index is gone":              {func(m *memory) { delete(m.MapFS, "index.json") }, "index.json"},
		"lists swapped":                  {func(m *memory) { swap(m, "list-1.json", "list-2.json") }, "list-1.json"},
		"deltas swapped":                 {func(m *memory) { swap(m, "delta-2.json", "delta-3.json") }, "delta-2.json"},
		"notes swapped":                  {func(m *memory) { swap(m, "list-2.note", "list-3.note") }, "list-2.note"},
		"a list cut":                     {func(m *memory) { cut(m, "list-3.json") }, "list-3.json"},
		"a delta cut":                    {func(m *memory) { cut(m, "delta-2.json") }, "delta-2.json"},
		"a note cut":                     {func(m *memory) { cut(m, "list-1.note") }, "list-1.note"},
		"the index cut":                  {func(m *memory) { cut(m, "index.json") }, "index.json"},
		"an empty list":                  {func(m *memory) { m.put("list-1.json", nil) }, "list-1.json"},
		"an extra file":                  {func(m *memory) { m.put("readme.txt", []byte("x")) }, "readme.txt"},
		"an extra edition":               {func(m *memory) { m.put("list-4.json", m.MapFS["list-3.json"].Data) }, "list-4.json"},
		"a delta of the first":           {func(m *memory) { m.put("delta-1.json", m.MapFS["delta-2.json"].Data) }, "delta-1.json"},
		"an extra folder":                {func(m *memory) { m.put("old/list-1.json", nil) }, "old/"},
		"a marker with content":          {func(m *memory) { m.put("publishing-4", []byte("x")) }, "publishing-4"},
		"a marker of long ago":           {func(m *memory) { m.put("publishing-2", nil) }, "publishing-2"},
		"a new index without marker":     {func(m *memory) { m.put("index.json.new", nil) }, "index.json.new"},
		"the last edition left out":      {func(m *memory) { dropEntry(m) }, "index.json"},
		"a hash of a list in the index":  {func(m *memory) { replace(m, "index.json", Hash(m.MapFS["list-2.json"].Data)[:12], "sha256:00000") }, "index.json"},
		"a hash of a delta in the index": {func(m *memory) { flipHex(m, Hash(m.MapFS["delta-2.json"].Data)) }, "index.json"},
		"another day in the index":       {func(m *memory) { replace(m, "index.json", "2026-01-05", "2026-01-06") }, "index.json"},
		"a number in the index":          {func(m *memory) { replace(m, "index.json", `"edition":2`, `"edition":3`) }, "index.json"},
		"no editions": {func(m *memory) {
			replaceAll(m, "index.json", `{"editions":[],"key":"`+testKey(t, "fund.example").Verifier()+`"}`)
		}, "index.json"},
		"another key in the index": {func(m *memory) {
			replace(m, "index.json", testKey(t, "fund.example").Verifier(), testKey(t, "other").Verifier())
		}, "list-1.note"},
		"no key in the index":      {func(m *memory) { replace(m, "index.json", testKey(t, "fund.example").Verifier(), "") }, "index.json"},
		"white space in the index": {func(m *memory) { replaceAll(m, "index.json", string(m.MapFS["index.json"].Data)+"\n") }, "index.json"},
		"a note by another key":    {func(m *memory) { m.put("list-2.note", noteBy(t, "other", m, 2)) }, "list-2.note"},
		"a second signature": {func(m *memory) {
			m.put("list-2.note", append(m.MapFS["list-2.note"].Data, lastLine(noteBy(t, "other", m, 2))...))
		}, "list-2.note"},
		"a line twice in a note": {func(m *memory) {
			m.put("list-2.note", append(m.MapFS["list-2.note"].Data, lastLine(m.MapFS["list-2.note"].Data)...))
		}, "list-2.note"},
		"bits that base64 does not count": {func(m *memory) { spareBits(m, "list-1.note") }, "list-1.note"},
	} {
		m, _ := three(t)
		c.change(m)
		_, fail, err := Verify(m, "")
		if err != nil || fail == nil {
			t.Errorf("%s: not found (%v)", name, err)
			continue
		}
		if fail.File != c.file || fail.Reason == "" {
			t.Errorf("%s: %s, want %s", name, fail, c.file)
		}
	}
}

// TestWhatIsNoPlainFileIsNamed, and neither followed nor waited for: whatever
// its bytes would be.
func TestWhatIsNoPlainFileIsNamed(t *testing.T) {
	for kind, x := range map[string]struct {
		mode fs.FileMode
		says string
	}{
		"link": {fs.ModeSymlink, "符号链接"}, "pipe": {fs.ModeNamedPipe, "管道"}, "device": {fs.ModeDevice | fs.ModeCharDevice, "设备"},
		"folder": {fs.ModeDir, "文件夹"}, "socket": {fs.ModeSocket, "普通文件"},
	} {
		for _, name := range []string{"index.json", "list-1.json", "delta-2.json", "list-3.note", "publishing-4", "list-4.json", "index.json.new"} {
			m, _ := three(t)
			if strings.Contains(name, "4") || strings.HasSuffix(name, "new") { // those of an edition that was stopped
				m.put("publishing-4", nil)
				m.put(name, nil)
			}
			odd := *m.MapFS[name]
			odd.Mode = x.mode | 0o644
			m.MapFS[name] = &odd
			_, fail, err := Verify(m, "")
			if err != nil || fail == nil || strings.TrimSuffix(fail.File, "/") != name {
				t.Errorf("a %s in place of %s: %v %v", kind, name, fail, err)
			} else if !strings.HasSuffix(fail.File, "/") && !strings.Contains(fail.Reason, x.says) {
				t.Errorf("a %s in place of %s: %s", kind, name, fail.Reason)
			}
		}
	}
}

// before is a folder whose names were read earlier than its files.
type before struct {
	*memory
	names *memory
}

func (b before) ReadDir(name string) ([]fs.DirEntry, error) { return b.names.ReadDir(name) }

// TestAPublicationThatEndsMeanwhileHolds: who verifies while an edition is
// published sees names of files that are gone when they are read.
func TestAPublicationThatEndsMeanwhileHolds(t *testing.T) {
	m, _ := three(t)
	for _, marker := range []string{"publishing-3", "publishing-4"} { // it was published; it was cleared away
		names := m.copy()
		names.put(marker, nil)
		names.put("index.json.new", nil)
		if report, fail, err := Verify(before{m, names}, ""); err != nil || fail != nil || report.Interrupted != 0 {
			t.Errorf("%s: %v %v", marker, fail, err)
		}
	}
}

func cut(m *memory, name string) { m.put(name, m.MapFS[name].Data[:len(m.MapFS[name].Data)-7]) }

func replaceAll(m *memory, name, with string) { m.put(name, []byte(with)) }

// dropEntry takes the last edition out of index.json and leaves its files.
func dropEntry(m *memory) {
	x, _ := readIndex(m.MapFS["index.json"].Data)
	x.Editions = x.Editions[:len(x.Editions)-1]
	m.put("index.json", x.bytes())
}

// flipHex changes one digit of a hash in index.json.
func flipHex(m *memory, hash string) {
	digit := byte('0')
	if hash[20] == digit {
		digit = '1'
	}
	b := []byte(hash)
	b[20] = digit
	m.put("index.json", bytes.Replace(m.MapFS["index.json"].Data, []byte(hash), b, 1))
}

func noteBy(t testing.TB, key string, m *memory, n int) []byte {
	x, _ := readIndex(m.MapFS["index.json"].Data)
	b, err := testKey(t, key).sign(n, x.Editions[n-1].Day, x.Editions[n-1].List)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func lastLine(b []byte) []byte {
	return b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1:]
}

// spareBits changes the last digit of a signature by a bit that decodes to
// nothing.
func spareBits(m *memory, name string) {
	b := bytes.Clone(m.MapFS[name].Data)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := len(b) - 3 // before "=\n"
	b[at] = alphabet[strings.IndexByte(alphabet, b[at])^1]
	m.put(name, b)
}

// resigned builds editions by hand, all signed, so that only what they say is
// wrong.
func resigned(t testing.TB, key *Key, lists []list, deltas []delta) *memory {
	m := newMemory()
	x := index{Key: key.Verifier()}
	for i, l := range lists {
		e := Entry{Edition: i + 1, Day: l.day, List: Hash(l.bytes())}
		m.put(ListName(i+1), l.bytes())
		if i > 0 {
			m.put(DeltaName(i+1), deltas[i-1].bytes())
			e.Delta = Hash(deltas[i-1].bytes())
		}
		b, err := key.sign(i+1, l.day, e.List)
		if err != nil {
			t.Fatal(err)
		}
		m.put(NoteName(i+1), b)
		x.Editions = append(x.Editions, e)
	}
	m.put(IndexName, x.bytes())
	return m
}

// TestSignedNonsenseIsFound: who has the key can still not sign editions that
// contradict each other.
func TestSignedNonsenseIsFound(t *testing.T) {
	key := testKey(t, "fund.example")
	record := func(s string) Record { r, _ := ReadRecords([]byte(s)); return r[0] }
	a, b, a2 := record(`{"id":"a"}`), record(`{"id":"b"}`), record(`{"id":"a","n":1}`)
	build := func(change func(l *[2]list, d *delta)) *memory {
		l := [2]list{{edition: 1, day: "2026-01-02", records: []Record{a}}, {edition: 2, day: "2026-01-03", records: []Record{a2, b}}}
		l[1].prev = Hash(l[0].bytes())
		d := delta{edition: 2, day: "2026-01-03", prev: l[1].prev, added: []Record{b}, changed: []Record{a2}}
		change(&l, &d)
		return resigned(t, key, l[:], []delta{d})
	}
	for name, c := range map[string]struct {
		change func(l *[2]list, d *delta)
		file   string
	}{
		"nothing":                          {func(*[2]list, *delta) {}, ""},
		"a wrong prev":                     {func(l *[2]list, d *delta) { l[1].prev = Hash(nil); d.prev = l[1].prev }, "list-2.json"},
		"a first with prev":                {func(l *[2]list, _ *delta) { l[0].prev = Hash(nil) }, "list-1.json"},
		"days backward":                    {func(l *[2]list, d *delta) { l[1].day, d.day = "2026-01-01", "2026-01-01" }, "list-2.json"},
		"no day":                           {func(l *[2]list, d *delta) { l[1].day, d.day = "2026-02-30", "2026-02-30" }, "index.json"},
		"another number":                   {func(l *[2]list, _ *delta) { l[1].edition = 3 }, "list-2.json"},
		"unsorted":                         {func(l *[2]list, _ *delta) { l[1].records = []Record{b, a2} }, "list-2.json"},
		"one twice":                        {func(l *[2]list, _ *delta) { l[1].records = []Record{a2, b, b} }, "list-2.json"},
		"a record that is none":            {func(l *[2]list, _ *delta) { l[0].records = []Record{{ID: "a", JSON: []byte(`{"id":"a","n":1.5}`)}} }, "list-1.json"},
		"a delta that adds less":           {func(_ *[2]list, d *delta) { d.added = nil }, "delta-2.json"},
		"a delta that adds what is":        {func(_ *[2]list, d *delta) { d.added, d.changed = []Record{a2, b}, nil }, "delta-2.json"},
		"a delta that changes what is not": {func(_ *[2]list, d *delta) { d.added, d.changed = nil, []Record{a2, b} }, "delta-2.json"},
		"a delta that removes what is not": {func(_ *[2]list, d *delta) { d.removed = []Removal{{ID: "z", Reason: "x", Day: "2026-01-03"}} }, "delta-2.json"},
		"a delta of another day":           {func(_ *[2]list, d *delta) { d.day = "2026-01-04" }, "delta-2.json"},
		"a delta of another number":        {func(_ *[2]list, d *delta) { d.edition = 1 }, "delta-2.json"},
		"a delta of another prev":          {func(_ *[2]list, d *delta) { d.prev = "" }, "delta-2.json"},
		"a removal without reason": {func(l *[2]list, d *delta) {
			l[1].records = []Record{b}
			d.changed, d.removed = nil, []Removal{{ID: "a", Reason: " ", Day: "2026-01-03"}}
		}, "delta-2.json"},
		"a removal without day": {func(l *[2]list, d *delta) {
			l[1].records = []Record{b}
			d.changed, d.removed = nil, []Removal{{ID: "a", Reason: "x"}}
		}, "delta-2.json"},
		"a delta that removes and adds one": {func(_ *[2]list, d *delta) {
			d.added, d.changed, d.removed = []Record{a2, b}, nil, []Removal{{ID: "a", Reason: "x", Day: "2026-01-03"}}
		}, "delta-2.json"},
		"a delta of nothing": {func(l *[2]list, d *delta) { l[1].records = []Record{a}; d.added, d.changed = nil, nil }, "delta-2.json"},
		"a change that is none": {func(l *[2]list, d *delta) {
			l[1].records = []Record{a, b}
			d.changed = []Record{a}
		}, "delta-2.json"},
	} {
		_, fail, err := Verify(build(c.change), key.Verifier())
		switch {
		case err != nil:
			t.Error(name, err)
		case c.file == "" && fail != nil:
			t.Errorf("%s: %s", name, fail)
		case c.file != "" && (fail == nil || fail.File != c.file):
			t.Errorf("%s: %v, want %s", name, fail, c.file)
		}
	}
}

func TestTheKeyGivenCounts(t *testing.T) {
	m, key := three(t)
	holds(t, m, key.Verifier())
	_, fail, err := Verify(m, testKey(t, "other").Verifier())
	if err != nil || fail == nil || fail.File != IndexName {
		t.Errorf("%v %v", fail, err)
	}
}

// TestEveryByteCounts flips every byte of every file of a folder, two ways.
func TestEveryByteCounts(t *testing.T) {
	m, key := three(t)
	for name, f := range m.MapFS {
		content := f.Data
		for i := range content {
			for _, bit := range []byte{1, 0x20} {
				changed := bytes.Clone(content)
				changed[i] ^= bit
				m.put(name, changed)
				if _, fail, err := Verify(m, key.Verifier()); err != nil || fail == nil {
					t.Fatalf("%s: byte %d changed by %#x is not found (%v)", name, i, bit, err)
				}
			}
		}
		m.put(name, content)
	}
	holds(t, m, key.Verifier())
}

// TestStoppedAtAnyMoment stops a publication after each change of the folder,
// also in the middle of a file: the folder verifies, with or without the
// edition, says so, and the next publication goes on.
func TestStoppedAtAnyMoment(t *testing.T) {
	for _, first := range []bool{true, false} {
		for _, torn := range []bool{false, true} {
			for left := 0; ; left++ {
				m, key := newMemory(), testKey(t, "fund.example")
				if !first {
					m, key = three(t)
				}
				n := 1
				if !first {
					n = 4
				}
				before := m.copy()
				want := wanted("2026-03-01", "{\"id\":\"a\",\"name\":\"虚构医院\"}\n{\"id\":\"x\"}", "")
				m.left, m.torn = left, torn
				_, problems, err := Publish(m, key, want)
				if len(problems) > 0 {
					t.Fatal(problems)
				}
				if err == nil {
					if left < 5 {
						t.Fatalf("a publication takes only %d changes", left)
					}
					break
				}
				goesOn(t, m.copy(), before, key, want, n)
			}
		}
	}
}

// goesOn looks at the folder that a stopped publication of edition n left.
func goesOn(t *testing.T, m, before *memory, key *Key, want Wanted, n int) {
	t.Helper()
	if len(m.MapFS) > 0 { // nothing at all is no list yet
		r := holds(t, m, key.Verifier())
		if !sameFiles(m, before) && r.Interrupted != n {
			t.Errorf("verify does not say that edition %d was interrupted: %+v", n, r)
		}
		if whole := len(r.Editions) == n; !whole && len(r.Editions) != n-1 {
			t.Errorf("%d editions after a stopped publication of edition %d", len(r.Editions), n)
		} else if whole {
			want.Day = "2026-03-02"
			want.Records, _ = ReadRecords([]byte(`{"id":"a","name":"虚构医院"}` + "\n" + `{"id":"x"}` + "\n" + `{"id":"y"}`))
			n++
		}
	}
	// The next publication can be stopped, too, while it clears up.
	for left := 0; left < 4; left++ {
		again := m.copy()
		again.left = left
		if _, _, err := Publish(again, key, want); err == nil {
			t.Fatalf("a publication took %d changes", left)
		}
		if len(again.MapFS) > 0 {
			holds(t, again.copy(), key.Verifier())
		}
	}
	p := publish(t, m, key, want)
	if p.Edition != n {
		t.Errorf("published edition %d, want %d", p.Edition, n)
	}
	if r := holds(t, m, key.Verifier()); r.Interrupted != 0 || len(r.Editions) != n {
		t.Errorf("afterwards %+v", r)
	}
}
