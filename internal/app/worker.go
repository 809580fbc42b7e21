package app

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/archive/bucket"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/worker"
	"fundwatch/policies"
	"fundwatch/policies/regions"
)

// claimsWorker turns claims of Kafka into findings.
type claimsWorker interface {
	// Handler gives what takes the messages of a partition.
	Handler(kafka.Assignment) kafka.Handler
	// Ready is nil when the worker can take messages.
	Ready() error
}

// workerParts is what a worker is made of.
type workerParts struct {
	Region     string
	Knowledge  *knowledge.Knowledge
	Know       func() *knowledge.Knowledge // with who is listed now
	Detectors  []*detectors.Detector
	Settings   *detectors.Settings
	Policy     *policies.Engine
	Cases      *cases.Store
	Producer   *kafka.Producer // to forward what lies in the wrong partition
	Archive    archive.Store   // nil: no archive
	Waiting    int64           // bytes of a partition that may wait for it
	WindowDays int
	Clock      func() time.Time
	Report     func(workerReport) // may be called from several goroutines
}

// workerReport tells of one batch that was committed, or of something that is
// worth a look.
type workerReport struct {
	Partition                                      int
	Claims, Duplicates, Conflicts, Dead, Forwarded int
	FindingsNew, FindingsWithdrawn                 int
	Took                                           time.Duration
	Warning                                        string // without personal data; then nothing else counts
}

// newWorker makes the worker of this program; nil where there is none.
var newWorker = personWorker

// gather puts together what a worker is made of, but for where it reports.
func (e *env) gather(ctx context.Context, s *services) (workerParts, error) {
	p := workerParts{Region: s.cfg.Region, Detectors: all.Detectors(), Cases: s.cases, Producer: s.producer,
		WindowDays: s.cfg.Worker.WindowDays, Clock: e.clock, Waiting: int64(s.cfg.Archive.WaitingBytes),
		Settings: &detectors.Settings{Region: s.cfg.Region}}
	var err error
	if p.Archive, err = openArchive(ctx, s.cfg.Archive.URL); err != nil {
		return p, err
	}
	if p.Knowledge, err = e.loadKnowledge(s.cfg.Knowledge.Dir); err != nil {
		return p, err
	}
	profile, known, err := regions.Load(regions.Builtin(), p.Region)
	if err != nil {
		return p, err
	}
	if known {
		if p.Settings, err = profile.Settings(p.Detectors); err != nil {
			return p, err
		}
	}
	p.Policy, _, err = s.policy(ctx)
	return p, err
}

// law is the policy of the region once it was compiled, with its data.
type law struct {
	making sync.Mutex
	engine *policies.Engine
	data   regions.Policy
}

// policy gives the policy of the region, compiled once for all who ask.
func (s *services) policy(ctx context.Context) (*policies.Engine, *regions.Policy, error) {
	s.law.making.Lock()
	defer s.law.making.Unlock()
	if s.law.engine == nil {
		var err error
		if s.law.engine, s.law.data, err = policyOf(ctx, s.cfg.Region); err != nil {
			s.law.engine = nil
			return nil, nil, err
		}
	}
	return s.law.engine, &s.law.data, nil
}

// policyOf gives the policy of a region that comes along, and its data.
func policyOf(ctx context.Context, region string) (*policies.Engine, regions.Policy, error) {
	data, err := regions.LoadPolicy(regions.Builtin(), region)
	if err != nil {
		return nil, data, fmt.Errorf("policy of region %s: %w", region, err)
	}
	engine, err := policies.New(ctx, policies.Builtin(), data)
	return engine, data, err
}

// openArchive opens the folder or the bucket of a URL.
func openArchive(ctx context.Context, where string) (archive.Store, error) {
	if where == "" {
		return nil, nil
	}
	u, err := url.Parse(where)
	if err != nil {
		return nil, fmt.Errorf("archive.url: %w", err)
	}
	if u.Scheme == "file" {
		return archive.Folder(filepath.FromSlash(u.Path)), nil
	}
	return bucket.Open(ctx, where)
}

// personWorker makes the worker that runs the detectors over persons.
func personWorker(p workerParts) (claimsWorker, error) {
	seed, err := newSeed()
	if err != nil {
		return nil, err
	}
	o := worker.Options{Region: p.Region, Detectors: p.Detectors, Settings: p.Settings, Knowledge: p.Knowledge, Know: p.Know, Policy: p.Policy,
		Store: p.Cases, Forward: p.Producer.Forward, Seed: seed, WindowDays: p.WindowDays, Clock: p.Clock, ArchiveWaiting: p.Waiting,
		Report: func(r worker.Report) {
			n := r.Counts
			p.Report(workerReport{Partition: r.Partition, Claims: n.Claims, Duplicates: n.Duplicates, Conflicts: n.Conflicts, Dead: n.Problems,
				Forwarded: n.Forwarded, FindingsNew: n.New, FindingsWithdrawn: n.Withdrawn, Took: r.Took, Warning: r.Warning})
		}}
	if p.Archive != nil {
		o.Archive = &archive.Archive{Store: p.Archive, Alloc: memory.NewGoAllocator()}
	}
	w, err := worker.New(o)
	if err != nil {
		return nil, err
	}
	return alwaysReady{w}, nil
}

// alwaysReady is a worker that takes messages from the moment it is made.
type alwaysReady struct{ *worker.Worker }

// Ready is always nil.
func (alwaysReady) Ready() error { return nil }

// finishTime is how long a batch may go on after it was asked to end.
const finishTime = 4 * time.Second

// finishing lets a handler finish the batch it has begun when the program is
// asked to stop, and counts what it took. It must lie below Options.Grace.
type finishing struct {
	kafka.Handler
	metrics *metrics
	clock   func() time.Time
	longer  context.Context // ends a little after that of the calls
	cancel  context.CancelFunc
}

// lengthen gives the context of the handler's calls. All of them have the same,
// since what one has begun goes on in the next.
func (f *finishing) lengthen(ctx context.Context) context.Context {
	if f.longer == nil {
		longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
		context.AfterFunc(ctx, func() {
			pause(longer, finishTime)
			cancel()
		})
		f.longer, f.cancel = longer, cancel
	}
	return f.longer
}

// Settle waits for what is on its way.
func (f *finishing) Settle(ctx context.Context) error {
	if s, ok := f.Handler.(kafka.Settler); ok {
		return s.Settle(f.lengthen(ctx))
	}
	return nil
}

// End ends the handler.
func (f *finishing) End() {
	f.Handler.End()
	if f.cancel != nil {
		f.cancel()
	}
}

// Handle takes a batch; its end comes a little after that of ctx.
func (f *finishing) Handle(ctx context.Context, b kafka.Batch) error {
	start := f.clock()
	if err := f.Handler.Handle(f.lengthen(ctx), b); err != nil {
		return err
	}
	f.metrics.batch(len(b.Messages), f.clock().Sub(start))
	return nil
}
