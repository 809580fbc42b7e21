package detectors

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Run is one run of detectors over the claims of a pool.
type Run struct {
	Pool      *claim.Pool
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
	// Spent is the time of all workers in each detector, by its id, in finding
	// trace codes that come again ("traces"), in bringing persons' claims
	// together ("gather"), in sorting their lines ("sort"), and in the one pass
	// that all Lines detectors share ("lines").
	Spent map[string]time.Duration
}

// chunkClaims is how many claims a worker takes at a time: few enough that they
// and their lines stay in the processor's cache from detector to detector.
const chunkClaims = 2048

// Do runs all detectors. It fails only when ctx ends or a detector breaks its
// promises; claims cannot make it fail.
func (r *Run) Do(ctx context.Context) (*Result, error) {
	r.Workers = max(1, r.Workers)
	bound := bind(r.Pool.Dicts, r.Knowledge)
	rules := newLineRules(r.Detectors, bound.items)
	chunks := r.Pool.Spans(chunkClaims, r.Workers)
	total := 0
	for _, c := range chunks {
		total += c.Claims()
	}
	var next, done atomic.Int64
	workers := make([]*worker, r.Workers)
	errs := make([]error, r.Workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			defer caught(&errs[i])
			w := newWorker(r, bound, rules, r.Pool.NewHistory(chunks...))
			workers[i] = w
			defer w.history.Release()
			if i == 0 {
				w.traces() // the longest piece of work first
			}
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(chunks) {
					return
				}
				w.chunk(chunks[n])
				at := done.Add(int64(chunks[n].Claims()))
				if r.Progress != nil {
					r.Progress(int(at), total)
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
		out.Spent["traces"] += w.tracing
		out.Spent["gather"] += w.gathering
		out.Spent["sort"] += w.sorting
		out.Spent["lines"] += w.scanning
	}
	Sort(out.Findings)
	return out, nil
}

// worker runs every detector over chunks.
type worker struct {
	run     *Run
	bound   *Bound
	history *claim.History // of the chunk at hand
	persons persons
	rules   *lineRules
	kernels []kernel
	// time spent in finding trace codes, in laying chunks, in sorting persons'
	// lines and in the pass over all lines
	tracing, gathering, sorting, scanning time.Duration
}

// kernel is one detector bound to one worker.
type kernel struct {
	line   func(line int32, row *knowledge.Item, emit *Emitter)
	claims func(from, to int32, emit *Emitter)
	person func(p *Person, emit *Emitter)
	trace  func(code string, lines []int32, emit *Emitter)
	whole  claim.FieldSet // the columns it reads for all rows
	asks   uint64         // its bit, 0 when it wants to see everybody
	bills  bool           // it rests on bills
	emit   *Emitter
	spent  time.Duration
}

func newKernel(r *Run, bound *Bound, h *claim.History, d *Detector) kernel {
	v := &View{History: h, facts: bound, set: r.Settings, det: d, reads: claim.FieldSet(0).With(d.Reads...)}
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
	v.made, k.whole = true, v.whole
	return k
}

func newWorker(r *Run, bound *Bound, rules *lineRules, h *claim.History) *worker {
	w := &worker{run: r, bound: bound, history: h, rules: rules, persons: persons{h: h, care: Care{bound}, asked: rules.asked}}
	for i, d := range r.Detectors {
		k := newKernel(r, bound, h, d)
		k.asks, k.bills = rules.bits[i], d.Rests == OnBills
		w.kernels = append(w.kernels, k)
	}
	return w
}

// traces runs the Trace detectors, on a history of the claims in question.
func (w *worker) traces() {
	if !slices.ContainsFunc(w.run.Detectors, func(d *Detector) bool { return d.Trace != nil }) {
		return
	}
	var h *claim.History
	var codes []claim.Repeated
	w.tracing += measure(w.run.Clock, func() { h, codes = w.run.Pool.RepeatedTraces() })
	defer h.Release()
	for i, d := range w.run.Detectors {
		if d.Trace == nil {
			continue
		}
		k := newKernel(w.run, w.bound, h, d)
		k.timed(w.run.Clock, func() {
			for _, c := range codes {
				k.trace(c.Code, c.Lines, k.emit)
			}
		})
		w.kernels[i] = k
	}
}

func (w *worker) chunk(s claim.Span) {
	h := w.history
	w.gathering += measure(w.run.Clock, func() { w.run.Pool.Lay(h, s) })
	var people []Person
	w.sorting += measure(w.run.Clock, func() { people = w.persons.load() })
	w.scanning += w.lines()
	for i := range w.kernels {
		k := &w.kernels[i]
		if k.line != nil {
			continue
		}
		k.timed(w.run.Clock, func() {
			switch {
			case k.claims != nil:
				h.Anew(func(from, to int32) { k.claims(from, to, k.emit) })
			case k.person != nil:
				for i := range people {
					p := &people[i]
					if (k.asks == 0 || p.asked&k.asks != 0) && (!k.bills || p.whole) {
						k.person(p, k.emit)
					}
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
