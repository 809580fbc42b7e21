package detectors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Run is one run of detectors over a history.
type Run struct {
	History   *claim.History
	Knowledge *knowledge.Knowledge
	Detectors []*Detector
	Settings  *Settings
	Workers   int
	// Clock measures where the time goes; nil measures nothing.
	Clock func() time.Duration
	// Progress is told the claims done of all; may be nil.
	Progress func(done, total int)
}

// Result is what a run found.
type Result struct {
	Findings []Finding // in the order of their ids
	// Spent is the time of all workers in each detector, by its id, in sorting
	// persons' lines ("sort"), and in the one pass that all Lines detectors
	// share ("lines").
	Spent map[string]time.Duration
}

// chunkClaims is how many claims a worker takes at a time: few enough that
// their lines stay in the processor's cache from detector to detector.
const chunkClaims = 4096

// Do runs all detectors. It fails only when ctx ends or a detector breaks its
// promises; claims cannot make it fail.
func (r *Run) Do(ctx context.Context) (*Result, error) {
	r.Workers = max(1, r.Workers)
	bound := bind(r.History, r.Knowledge)
	rules := newLineRules(r.Detectors, bound.items)
	chunks := r.chunks()
	var next, done atomic.Int64
	workers := make([]*worker, r.Workers)
	errs := make([]error, r.Workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			defer caught(&errs[i])
			w := newWorker(r, bound, rules)
			workers[i] = w
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(chunks) {
					return
				}
				w.chunk(chunks[n])
				at := done.Add(int64(chunks[n].claims(r.History)))
				if r.Progress != nil {
					r.Progress(int(at), r.History.Rows(claim.Settlements))
				}
			}
		})
	}
	wg.Wait()
	for _, err := range append(errs, ctx.Err()) {
		if err != nil {
			return nil, err
		}
	}
	return r.collect(workers, bound)
}

// caught turns a detector's panic into an error: one broken detector must not
// take the process down.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("detectors: %v\n%s", p, debug.Stack())
	}
}

func (r *Run) collect(workers []*worker, bound *Bound) (_ *Result, err error) {
	defer caught(&err)
	out := &Result{Spent: map[string]time.Duration{}}
	for _, w := range workers {
		for i, k := range w.kernels {
			out.Findings = append(out.Findings, k.emit.Findings...)
			out.Spent[r.Detectors[i].ID] += k.spent
		}
		out.Spent["sort"] += w.sorting
		out.Spent["lines"] += w.scanning
	}
	for _, d := range r.Detectors {
		if d.Trace != nil {
			k := newKernel(r, bound, d)
			k.timed(r.Clock, func() {
				r.History.RepeatedTraces(r.Workers, func(code string, lines []int32) { k.trace(code, lines, k.emit) })
			})
			out.Findings = append(out.Findings, k.emit.Findings...)
			out.Spent[d.ID] += k.spent
		}
	}
	Sort(out.Findings)
	return out, nil
}

// span is a range of persons.
type span struct{ from, to int }

func (s span) claims(h *claim.History) int { return int(h.Persons[s.to] - h.Persons[s.from]) }

func (r *Run) chunks() []span {
	h := r.History
	var out []span
	last := len(h.Persons) - 1
	for from := 0; from < last; {
		to := from + 1
		for to < last && h.Persons[to+1]-h.Persons[from] <= chunkClaims {
			to++
		}
		out = append(out, span{from, to})
		from = to
	}
	return out
}

// worker runs every detector over chunks.
type worker struct {
	run     *Run
	persons persons
	rules   *lineRules
	kernels []kernel
	// time spent in sorting persons' lines and in the pass over all lines
	sorting, scanning time.Duration
}

// kernel is one detector bound to one worker.
type kernel struct {
	line   func(line int32, row *knowledge.Item, emit *Emitter)
	claims func(from, to int32, emit *Emitter)
	person func(p *Person, emit *Emitter)
	trace  func(code string, lines []int32, emit *Emitter)
	emit   *Emitter
	spent  time.Duration
}

func newKernel(r *Run, bound *Bound, d *Detector) kernel {
	v := &View{History: r.History, facts: bound, set: r.Settings, det: d, reads: claim.FieldSet(0).With(d.Reads...)}
	k := kernel{emit: newEmitter(v)}
	switch {
	case d.Lines != nil:
		k.line = d.Lines(v)
	case d.Claims != nil:
		k.claims = d.Claims(v)
	case d.Person != nil:
		k.person = d.Person(v)
	case d.Trace != nil:
		k.trace = d.Trace(v)
	}
	return k
}

func newWorker(r *Run, bound *Bound, rules *lineRules) *worker {
	w := &worker{run: r, rules: rules, persons: persons{h: r.History, care: bound.care}}
	for _, d := range r.Detectors {
		w.kernels = append(w.kernels, newKernel(r, bound, d))
	}
	return w
}

func (w *worker) chunk(s span) {
	h := w.run.History
	c0, c1 := h.Persons[s.from], h.Persons[s.to]
	l0, l1 := h.NetLines[c0], h.NetLines[c1]
	var people []Person
	w.sorting += measure(w.run.Clock, func() { people = w.persons.load(s.from, s.to) })
	w.scanning += w.lines(l0, l1)
	for i := range w.kernels {
		k := &w.kernels[i]
		if k.line != nil {
			continue
		}
		k.timed(w.run.Clock, func() {
			switch {
			case k.claims != nil:
				k.claims(c0, c1, k.emit)
			case k.person != nil:
				for p := range people {
					k.person(&people[p], k.emit)
				}
			}
		})
	}
}

func (k *kernel) timed(clock func() time.Duration, f func()) { k.spent += measure(clock, f) }

func measure(clock func() time.Duration, f func()) time.Duration {
	if clock == nil {
		f()
		return 0
	}
	start := clock()
	f()
	return clock() - start
}
