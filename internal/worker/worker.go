package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/policies"
)

// Store keeps the effects; see [cases.Store].
type Store interface {
	Fence(ctx context.Context, partition int, generation int64, at time.Time) (next int64, err error)
	Apply(ctx context.Context, s cases.Step) (cases.Result, error)
	Partitions(ctx context.Context) ([]cases.Partition, error)
}

// Policy says what becomes of a new finding; see [policies.Engine].
type Policy interface {
	Triage(ctx context.Context, in policies.TriageInput) (policies.Decision, error)
}

// Options of a worker. Only Knowledge and Archive may be left out, and Report.
type Options struct {
	Region    string
	Detectors []*detectors.Detector
	Settings  *detectors.Settings
	Knowledge *knowledge.Knowledge
	// Know gives the knowledge that holds now, where it changes while the worker
	// runs; nil: Knowledge for good. A partition takes a change up with its next
	// batch and then looks at everybody anew.
	Know   func() *knowledge.Knowledge
	Policy Policy
	Store  Store
	// Forward sends messages that lie in the wrong partition to the right one.
	Forward func(ctx context.Context, from kafka.Assignment, messages []kafka.Message) error
	// Seed keys the hashes of contents: any number nobody outside knows.
	Seed claim.Seed
	// WindowDays is how long claims are remembered after the latest settlement
	// of the partition; 0 is 400.
	WindowDays int
	Clock      func() time.Time
	// Archive keeps what was consumed; nil for none, then a restart needs all
	// messages of the window in Kafka. A range is written when it has so many
	// claims (0: 50,000) or is so old (0: ten minutes). While the archive cannot
	// be written it is tried again after a while (0: half a minute), and up to so
	// many bytes of a partition wait (0: 64 MiB); then the partition is held.
	Archive        *archive.Archive
	ArchiveClaims  int
	ArchiveEvery   time.Duration
	ArchiveAgain   time.Duration
	ArchiveWaiting int64
	// Alongside begins to store a step and gives what waits for it; nil is a
	// goroutine. The next batch is worked on meanwhile.
	Alongside func(store func() error) (wait func() error)
	// Report is told every step that was done, and what is worth a look; may be
	// nil. Partitions report at the same time.
	Report func(Report)
}

// Report is a step that was done, or something worth a look.
type Report struct {
	Partition int
	Counts    Counts
	Waiting   int64         // messages of the outbox
	Took      time.Duration // reading to stored
	// Warning is not empty where somebody should look; it holds no personal data.
	Warning string
}

// Counts is what became of messages. Messages is the sum of the five that
// follow it.
type Counts struct {
	Messages, Claims, Duplicates, Conflicts, Problems, Forwarded int
	Lines, New, Withdrawn                                        int
}

// defaultWindow is the longest window of any detector, a year, and room for
// claims that come late.
const defaultWindow = 400

// Worker makes handlers for partitions and remembers what they have learnt
// from generation to generation.
type Worker struct {
	o        Options
	byID     map[string]*detectors.Detector
	keep     claim.FieldSet
	renewing sync.Mutex // held while a partition drops old claims
	mu       sync.Mutex
	memory   map[int]*memory // by partition; absent while a handler has it
	limits   map[int]*limit  // by partition; absent where none is needed
}

// New makes a worker. Detectors that look beyond one person are left out: they
// run when a period closes.
func New(o Options) (*Worker, error) {
	switch {
	case o.Store == nil || o.Policy == nil || o.Forward == nil || o.Clock == nil:
		return nil, errors.New("worker: store, policy, forward and clock are needed")
	case o.Settings == nil:
		o.Settings = &detectors.Settings{Region: o.Region}
	}
	if o.Knowledge == nil {
		o.Knowledge = knowledge.Empty()
	}
	if o.Know == nil {
		o.Know = func() *knowledge.Knowledge { return o.Knowledge }
	}
	if o.WindowDays == 0 {
		o.WindowDays = defaultWindow
	}
	if o.Alongside == nil {
		o.Alongside = alongside
	}
	o.fillArchive()
	if o.Report == nil {
		o.Report = func(Report) {}
	}
	o.Detectors = slices.DeleteFunc(slices.Clone(o.Detectors), func(d *detectors.Detector) bool { return d.Trace != nil })
	w := &Worker{o: o, byID: map[string]*detectors.Detector{}, memory: map[int]*memory{}, limits: map[int]*limit{}}
	for _, d := range o.Detectors {
		w.byID[d.ID] = d
	}
	w.keep = detectors.Fields(o.Detectors)
	if o.Archive != nil { // loaded as the book wants it
		a := *o.Archive
		a.Seed, a.Keep = o.Seed, w.keep
		w.o.Archive = &a
	}
	return w, nil
}

func alongside(store func() error) (wait func() error) {
	done := make(chan error, 1)
	go func() { done <- store() }()
	return func() error { return <-done }
}

// fillArchive puts in what holds where nothing else was said of the archive.
func (o *Options) fillArchive() {
	o.ArchiveClaims = cmp.Or(o.ArchiveClaims, 50_000)
	o.ArchiveEvery = cmp.Or(o.ArchiveEvery, 10*time.Minute)
	o.ArchiveAgain = cmp.Or(o.ArchiveAgain, 30*time.Second)
	o.ArchiveWaiting = cmp.Or(o.ArchiveWaiting, 64<<20)
}

// Handler makes the handler of a partition.
func (w *Worker) Handler(a kafka.Assignment) kafka.Handler { return &handler{w: w} }

// take gives what is remembered of a partition, once; nil when nothing is.
func (w *Worker) take(partition int) *memory {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.memory[partition]
	delete(w.memory, partition)
	return m
}

func (w *Worker) put(partition int, m *memory) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.memory[partition]; old != nil {
		old.release()
	}
	w.memory[partition] = m
}

// Close gives back all memory. No handler may be at work.
func (w *Worker) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p, m := range w.memory {
		m.release()
		delete(w.memory, p)
	}
}

// schemeOf is the scheme a detector's findings gather under: the first one of
// its classes, else the detector itself.
func schemeOf(d *detectors.Detector) string {
	for _, c := range d.Classes {
		if strings.HasPrefix(c, "F") {
			return c
		}
	}
	return d.Short()
}

// handler works on one partition in one generation.
type handler struct {
	w *Worker
	a kafka.Assignment
	m *memory // nil before Begin, and after a step that failed
	// pending waits for the step that is on its way to the store, on which memory
	// counts already; nil when there is none.
	pending *pending
}

// pending is a step on its way to the store.
type pending struct {
	wait     func() error
	messages int
	to       int64
}

// Begin takes the partition over. Where memory does not reach up to the
// store's offset, the messages before it are read again without effect.
func (h *handler) Begin(ctx context.Context, a kafka.Assignment) (int64, error) {
	h.a = a
	next, err := h.w.o.Store.Fence(ctx, a.Partition, a.Generation, h.w.o.Clock())
	if err != nil {
		return 0, err
	}
	if m := h.w.take(a.Partition); m != nil {
		if m.next == next {
			h.m = m
			return next, nil
		}
		m.release() // somebody else had the partition meanwhile
	}
	h.m = newMemory(h.w)
	h.m.done = next
	start, err := h.m.restore(ctx, a.Partition)
	if err == nil && start == next && next > 0 {
		err = h.caughtUp(ctx)
	}
	if err != nil {
		h.m.release()
		h.m = nil
		return 0, err
	}
	return start, nil
}

// End keeps what was learnt for the next generation.
func (h *handler) End() {
	if h.pending != nil { // nobody knows what will become of it
		h.throwAway()
	}
	if h.m != nil {
		h.w.put(h.a.Partition, h.m)
		h.m = nil
	}
}

// throwAway forgets what the store may not have.
func (h *handler) throwAway() {
	if h.m != nil {
		h.m.release()
	}
	h.m, h.pending = nil, nil
}

// Settle waits for the step that is on its way to the store.
func (h *handler) Settle(ctx context.Context) error {
	if h.m == nil {
		return nil
	}
	err := h.settle()
	if err == nil {
		err = h.archive(ctx)
	}
	if err != nil {
		h.throwAway()
		return fmt.Errorf("partition %d: %w", h.a.Partition, err)
	}
	return nil
}

func (h *handler) settle() error {
	p := h.pending
	h.pending = nil
	if p == nil {
		return nil
	}
	err := p.wait()
	switch {
	case errors.Is(err, cases.ErrLarge):
		return h.w.tooLarge(h.a.Partition, p.messages, p.to, err)
	case err == nil:
		h.w.fitted(h.a.Partition)
	}
	return err
}

// Handle does a batch: the part before the store's offset without effect, the
// rest as one step, or several where one would be too large. The last may still
// be on its way when Handle returns.
func (h *handler) Handle(ctx context.Context, b kafka.Batch) error {
	if h.m == nil {
		return errors.New("worker: the partition must begin anew")
	}
	if err := h.room(ctx); err != nil {
		return err
	}
	if err := h.inSteps(ctx, b, h.handle); err != nil { // memory may be ahead of the store
		err = errors.Join(err, h.settle())
		h.throwAway()
		return fmt.Errorf("partition %d: %w", h.a.Partition, err)
	}
	return nil
}

func (h *handler) handle(ctx context.Context, b kafka.Batch) error {
	m := h.m
	if want := m.wants(); len(b.Messages) > 0 && want >= 0 && b.Messages[0].Offset > want {
		return &kafka.GapError{Topic: h.a.Topic, Partition: h.a.Partition, Want: want, Have: b.Messages[0].Offset}
	}
	at := 0
	for at < len(b.Messages) && b.Messages[at].Offset < m.done {
		at++
	}
	if m.next < m.done {
		if err := m.learn(h.a, b.Messages[:at]); err != nil {
			return err
		}
		m.next = min(b.Next, m.done)
		if err := h.archive(ctx); err != nil || m.next < m.done {
			return err
		}
		if err := h.caughtUp(ctx); err != nil {
			return err
		}
	}
	if b.Next <= m.done {
		return nil
	}
	from := m.done
	if from < 0 { // the first step of the partition
		from = b.Next - 1
		if len(b.Messages) > 0 {
			from = b.Messages[0].Offset
		}
	}
	return h.step(ctx, b.Messages[at:], from, b.Next)
}

// caughtUp works out what stands after messages were read without effect, and
// compares it with what was announced, where all claims are there.
func (h *handler) caughtUp(ctx context.Context) error {
	if err := h.m.recall(ctx); err != nil || h.m.partial {
		return err
	}
	parts, err := h.w.o.Store.Partitions(ctx)
	if err != nil {
		return err
	}
	for _, p := range parts {
		stillOurs := p.Partition == h.a.Partition && p.Next == h.m.done // else nobody asks us any more
		if stillOurs && p.Set != "" && p.Set != cases.Fingerprint(h.m.standing()) {
			h.w.o.Report(Report{Partition: h.a.Partition, Warning: fmt.Sprintf(
				"分区 %d 重新计算的疑点与已发布的不一致（规则、知识库或窗口已变）：请重建 findings worked out anew differ from those announced (detectors, knowledge or window have changed): rebuild", h.a.Partition)})
		}
	}
	return nil
}

// step does messages as one step from an offset to the next.
func (h *handler) step(ctx context.Context, messages []kafka.Message, from, to int64) error {
	began := h.w.o.Clock()
	if h.archiveDue() { // it may hold no more than the store
		if err := h.Settle(ctx); err != nil {
			return err
		}
	}
	e, err := h.m.work(ctx, h.a, messages)
	if err != nil {
		return err
	}
	if len(e.forward) > 0 {
		if err := h.w.o.Forward(ctx, h.a, e.forward); err != nil {
			return fmt.Errorf("forward: %w", err)
		}
	}
	s := cases.Step{
		Partition: h.a.Partition, Generation: h.a.Generation, From: from, To: to, At: began,
		Leads: e.leads.Leads(), Findings: e.findings, Dead: e.dead, Counters: e.counts.counters(),
	}
	if err := h.settle(); err != nil {
		return err
	}
	h.pending = &pending{h.w.o.Alongside(func() error { return h.w.store(ctx, s, e.counts) }), len(messages), to}
	h.m.next, h.m.done = to, to
	h.m.forget()
	return nil
}

// store stores a step and tells of it.
func (w *Worker) store(ctx context.Context, s cases.Step, c Counts) error {
	result, err := w.o.Store.Apply(ctx, s)
	if err != nil {
		return err
	}
	if result.Next != s.To {
		return fmt.Errorf("the store stands at %d, not at %d", result.Next, s.To)
	}
	w.o.Report(Report{Partition: s.Partition, Counts: c, Waiting: result.Waiting, Took: w.o.Clock().Sub(s.At)})
	return nil
}

// counters gives the counts under the names the store keeps: those that do not
// depend on how messages fell into batches. A finding whose ground comes and
// goes within one batch is never new.
func (c *Counts) counters() map[string]int64 {
	out := map[string]int64{}
	for name, n := range map[string]int{
		"messages": c.Messages, "claims": c.Claims, "duplicates": c.Duplicates, "conflicts": c.Conflicts, "problems": c.Problems,
		"forwarded": c.Forwarded, "lines": c.Lines,
	} {
		if n != 0 {
			out[name] = int64(n)
		}
	}
	return out
}
