package app

import (
	"context"
	"fmt"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
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
	Detectors  []*detectors.Detector
	Settings   *detectors.Settings
	Policy     *policies.Engine
	Cases      *cases.Store
	Producer   *kafka.Producer // to forward what lies in the wrong partition
	ArchiveURL string          // empty: no archive
	WindowDays int
	Clock      func() time.Time
	Report     func(workerReport) // may be called from several goroutines
}

// workerReport tells of one batch that was committed.
type workerReport struct {
	Partition                           int
	Claims, Duplicates, Conflicts, Dead int
	FindingsNew, FindingsWithdrawn      int
	Seconds                             map[string]float64 // by step: decode, detect, decide, commit, archive
}

// newWorker makes the worker of this program; nil as long as there is none.
var newWorker func(workerParts) (claimsWorker, error)

// gather puts together what a worker is made of, but for where it reports.
func (e *env) gather(ctx context.Context, s *services) (workerParts, error) {
	p := workerParts{Region: s.cfg.Region, Detectors: all.Detectors(), Cases: s.cases, Producer: s.producer,
		ArchiveURL: s.cfg.Archive.URL, WindowDays: s.cfg.Worker.WindowDays, Clock: e.clock,
		Settings: &detectors.Settings{Region: s.cfg.Region}}
	var err error
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
	policy, err := regions.LoadPolicy(regions.Builtin(), p.Region)
	if err != nil {
		return p, fmt.Errorf("policy of region %s: %w", p.Region, err)
	}
	p.Policy, err = policies.New(ctx, policies.Builtin(), policy)
	return p, err
}

// finishTime is how long a batch may go on after it was asked to end.
const finishTime = 4 * time.Second

// finishing lets a handler finish the batch it has begun when the program is
// asked to stop, and counts what it took. It must lie below Options.Grace.
type finishing struct {
	kafka.Handler
	metrics *metrics
	clock   func() time.Time
}

// Handle takes a batch; its end comes a little after that of ctx.
func (f *finishing) Handle(ctx context.Context, b kafka.Batch) error {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		pause(longer, finishTime)
		cancel()
	})
	defer stop()
	start := f.clock()
	if err := f.Handler.Handle(longer, b); err != nil {
		return err
	}
	f.metrics.batch(len(b.Messages), f.clock().Sub(start))
	return nil
}
