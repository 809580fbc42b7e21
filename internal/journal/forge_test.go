package journal

import (
	"errors"
	"iter"
	"testing"

	"github.com/redis/go-redis/v9"
)

// forger writes journals by itself, as somebody with the source could.
type forger struct {
	records []Record
	weave   string
	ends    map[string]end
}

// add appends an honest record.
func (f *forger) add(t *testing.T, chain, who string) {
	if f.ends == nil {
		f.ends = map[string]end{}
	}
	last := f.ends[chain]
	r := Record{Line: Line{Chain: chain, Seq: last.seq + 1, Prev: last.hash, Who: who}, N: int64(len(f.records)) + 1}
	f.put(t, r)
}

// put appends a record as it is, sealed and woven anew.
func (f *forger) put(t *testing.T, r Record) {
	var err error
	if r.line, err = r.Line.seal(); err != nil {
		t.Fatal(err)
	}
	f.weave = weave(f.weave, r.Line.Hash)
	r.Weave = f.weave
	f.ends[r.Line.Chain] = end{r.Line.Seq, r.Line.Hash}
	f.records = append(f.records, r)
}

func (f *forger) all() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range f.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// What a forger cannot do even when all hashes are worked out again.
func TestForgeriesAreFound(t *testing.T) {
	honest := func() *forger {
		f := &forger{}
		for range 4 {
			f.add(t, "152900/p0", "甲")
			f.add(t, "152900/staff", "乙")
		}
		return f
	}
	h := honest()
	head := Head{8, h.weave}
	if _, err := Verify(h.all(), &head); err != nil {
		t.Fatal(err)
	}
	// One line changed and sealed again: the weave does not fit.
	f := honest()
	r := &f.records[3]
	r.Line.Who = "丙"
	r.line, _ = r.Line.seal()
	expectBreak(t, "sealed again", f, nil, 4)
	// And all woven again: the next line of its chain does not follow.
	f = honest()
	old := f.records
	f.records, f.weave = nil, ""
	for i, r := range old {
		if i == 3 {
			r.Line.Who = "丙"
		}
		f.put(t, r)
	}
	expectBreak(t, "woven again", f, nil, 6)
	// And the whole rest written anew: only the head known before tells.
	f = &forger{}
	for i := range 4 {
		f.add(t, "152900/p0", "甲")
		f.add(t, "152900/staff", []string{"乙", "丙", "乙", "乙"}[i])
	}
	expectBreak(t, "written anew", f, &head, 8)
	// Two lines of two chains change places: only the weave tells.
	f = honest()
	f.records[2], f.records[3] = f.records[3], f.records[2]
	f.records[2].N, f.records[3].N = 3, 4
	expectBreak(t, "another order", f, nil, 3)
}

func expectBreak(t *testing.T, name string, f *forger, head *Head, place int64) {
	t.Helper()
	_, err := Verify(f.all(), head)
	if b, ok := errors.AsType[*Break](err); !ok || b.Place != place {
		t.Errorf("%s: got %v, want a break at %d", name, err, place)
	}
}

// go-redis sends a command again after the answer was lost, unless told not to:
// then a counter would count twice and nobody would know.
func TestTheWriterNeverRetriesByItself(t *testing.T) {
	s, err := Open(Config{Region: "152900", Addrs: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	c, ok := s.writer.(*redis.Client)
	if !ok || c.Options().MaxRetries > 0 {
		t.Errorf("the writer is a %T and retries %d times", s.writer, c.Options().MaxRetries)
	}
}
