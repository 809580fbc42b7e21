package detectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// run is one way of running a detector over messages.
type run struct {
	messages  [][]byte
	knowledge fs.FS
	settings  *detectors.Settings
	batch     int            // messages a batch; 0 is all in one
	workers   int            // 0 is one
	keep      claim.FieldSet // 0 is all fields
	seed      uint64         // of hashes, and so of the order of codes
	lenient   bool           // messages with problems are left out
}

// of gives the run that a scenario asks for.
func (s *Scenario) of() run {
	return run{messages: s.messages, knowledge: s.knowledge, settings: s.settings}
}

// do runs the detector the way real messages go. It fails when a message is no
// claim, when the detector panics or when memory is not given back.
func (r run) do(d *detectors.Detector) (found []detectors.Finding, err error) {
	k, err := know(r.knowledge)
	if err != nil {
		return nil, err
	}
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	intake, err := r.intake(alloc)
	if err != nil {
		return nil, err
	}
	pool, _ := intake.Net(max(1, r.workers))
	intake.All.Release()
	result, err := (&detectors.Run{Pool: pool, Knowledge: k, Detectors: []*detectors.Detector{d},
		Settings: r.settings, Workers: max(1, r.workers)}).Do(context.Background())
	pool.Release()
	var leaks complaints
	alloc.AssertSize(&leaks, 0)
	if err = errors.Join(err, leaks.err()); err != nil {
		return nil, err
	}
	return result.Findings, nil
}

// other finds nothing and wants to see all lines of an item: beside it, a
// detector is shown claims that it would not be shown alone, and never all.
var other = &detectors.Detector{
	ID: "S99-other", Rests: detectors.OnItems,
	Person: func(*detectors.View) func(*detectors.Person, *detectors.Emitter) {
		return func(*detectors.Person, *detectors.Emitter) {}
	},
}

// arriving runs the detector, and maybe others, over a book to which one batch
// after the other comes, one message each unless told, and gives what stands in
// the end.
func (r run) arriving(ds ...*detectors.Detector) ([]detectors.Finding, error) {
	k, err := know(r.knowledge)
	if err != nil {
		return nil, err
	}
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	book := claim.NewBook(alloc, claim.Seed{r.seed, 2}, detectors.Fields(ds))
	watch := detectors.NewWatch(book, k, ds, r.settings)
	dec := claim.NewDecoder(alloc, claim.Seed{r.seed, 2}, detectors.Fields(ds), true)
	standing := map[string]detectors.Finding{}
	for some := range slices.Chunk(r.messages, max(1, r.batch)) {
		dec.Batch.Reset()
		dec.Reset(dec.Batch)
		for _, msg := range some {
			dec.Decode(msg)
		}
		since := book.Rows(claim.Settlements)
		_, touched := book.Add(dec.Batch)
		if err := look(watch, book, touched, since, standing); err != nil {
			return nil, err
		}
	}
	watch.Release()
	book.Release()
	dec.Batch.Release()
	var leaks complaints
	alloc.AssertSize(&leaks, 0)
	out := slices.Collect(maps.Values(standing))
	detectors.Sort(out)
	return out, leaks.err()
}

// look notes what stands after a look at some persons.
func look(watch *detectors.Watch, book *claim.Book, persons []int32, since int, standing map[string]detectors.Finding) error {
	found, seen, err := watch.Look(persons, since)
	if err != nil {
		return err
	}
	for i, code := range persons {
		maps.DeleteFunc(standing, func(_ string, f detectors.Finding) bool { return f.Person == book.Person(code) && seen[i].Of(&f) })
	}
	for _, f := range found {
		f.Own()
		if old, stood := standing[f.ID]; stood && !bytes.Equal(encode([]detectors.Finding{old}), encode([]detectors.Finding{f})) {
			return fmt.Errorf("%s stands and is found anew, but otherwise", f.ID)
		}
		standing[f.ID] = f
	}
	return nil
}

// intake decodes the messages batch by batch.
func (r run) intake(alloc memory.Allocator) (*claim.Intake, error) {
	keep := r.keep
	if keep == 0 {
		keep = claim.AllFields
	}
	seed := claim.Seed{r.seed*0x9E3779B97F4A7C15 + 1, r.seed + 2}
	size := r.batch
	if size == 0 {
		size = len(r.messages)
	}
	intake := claim.NewIntake(alloc, seed, keep)
	for from := 0; from < len(r.messages); from += size {
		dec := claim.NewDecoder(alloc, seed, keep, true)
		for _, msg := range r.messages[from:min(from+size, len(r.messages))] {
			if problems := dec.Decode(msg); len(problems) > 0 && !r.lenient {
				return nil, fmt.Errorf("a message is no claim: %s: %s\n%s", problems[0].Field, problems[0].Rule.Sentence(), msg)
			}
		}
		for _, v := range intake.Add(dec.Batch) {
			if v == claim.Conflict {
				return nil, errors.New("two messages of one identity differ: which one counts would depend on their order")
			}
		}
		if dec.Batch != intake.All {
			dec.Batch.Release()
		}
	}
	return intake, nil
}

// complaints gathers what a check has to say.
type complaints []string

// Errorf adds a complaint.
func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

// Helper does nothing.
func (c *complaints) Helper() {}

func (c *complaints) err() error {
	if len(*c) == 0 {
		return nil
	}
	return errors.New("Arrow memory is not given back: " + strings.Join(*c, "; "))
}

// encode gives findings as the bytes a scan writes.
func encode(found []detectors.Finding) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for i := range found {
		if err := enc.Encode(&found[i]); err != nil {
			fmt.Fprintln(&out, "not JSON:", err)
		}
	}
	return out.Bytes()
}
