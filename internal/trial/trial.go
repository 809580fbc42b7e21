// Package trial sets up what trials of the stream on real services need: an
// invented place (虚构) with its claims, the services that .ci/services started,
// and a worker between them.
package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/journal"
	"fundwatch/internal/simulate"
	"fundwatch/internal/worker"
	"fundwatch/policies"
	"fundwatch/policies/regions"
)

// Region is the pooling region of all trials.
const Region = "152900"

// Services are those the environment names.
type Services struct {
	Broker, Redis string // host:port
	Client        *kafka.Client
	Producer      *kafka.Producer
}

// Open finds the services.
func Open() (*Services, error) {
	s := &Services{Broker: os.Getenv("FUNDWATCH_TEST_KAFKA"), Redis: os.Getenv("FUNDWATCH_TEST_REDIS")}
	if s.Broker == "" || s.Redis == "" {
		return nil, errors.New("run me by .ci/services: FUNDWATCH_TEST_KAFKA and FUNDWATCH_TEST_REDIS name the services")
	}
	var err error
	if s.Client, err = kafka.Open(kafka.Config{Brokers: []string{s.Broker}}); err != nil {
		return nil, err
	}
	s.Producer = kafka.NewProducer(s.Client, kafka.Uncompressed)
	return s, nil
}

// Topics makes topics like that of claims, of so many partitions.
func (s *Services) Topics(ctx context.Context, partitions int, names ...string) error {
	var topics []kafka.Topic
	for _, name := range names {
		t := kafka.Topics(partitions, 1, 0)[0]
		t.Name = name
		topics = append(topics, t)
	}
	_, err := s.Client.EnsureTopics(ctx, topics)
	return err
}

// Store opens a store in a database of Redis, and checks that it keeps what it
// is given.
func (s *Services) Store(ctx context.Context, db int) (*cases.Store, *journal.Store, error) {
	j, err := journal.Open(journal.Config{Region: Region, Addrs: []string{s.Redis}, DB: db, Ops: []journal.Ops{cases.Ops()}, Wait: pause})
	if err != nil {
		return nil, nil, err
	}
	if err := j.Check(ctx); err != nil {
		return nil, nil, err
	}
	return cases.Open(j, cases.Caps{}), j, nil
}

// pause waits before another try, longer each time.
func pause(ctx context.Context, try int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(try) * 100 * time.Millisecond):
		return nil
	}
}

// Place is what is invented.
type Place struct {
	config simulate.Config
	know   *knowledge.Knowledge
	engine *policies.Engine
}

// NewPlace invents a place with so many claims in so many days, 0 for a year.
func NewPlace(ctx context.Context, seed uint64, claims, days int) (*Place, error) {
	c := simulate.Config{Seed: seed, Claims: claims, Days: days}
	dir, err := os.MkdirTemp("", "knowledge")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := simulate.WriteKnowledge(c, dir); err != nil {
		return nil, err
	}
	p := &Place{config: c}
	var problems []knowledge.Problem
	if p.know, problems, err = knowledge.Load(os.DirFS(dir)); err != nil || len(problems) > 0 {
		return nil, fmt.Errorf("knowledge: %v %v", err, problems)
	}
	policy, err := regions.LoadPolicy(regions.Builtin(), Region)
	if err != nil {
		return nil, err
	}
	if p.engine, err = policies.New(ctx, policies.Builtin(), policy); err != nil {
		return nil, err
	}
	return p, nil
}

// Claims gives all claims as messages.
func (p *Place) Claims() (out [][]byte) {
	for c := range p.Each() {
		out = append(out, bytes.Clone(c))
	}
	return out
}

// Each gives the claims as messages, each good until the next.
func (p *Place) Each() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var buf []byte
		for x := range simulate.Claims(p.config) {
			if buf = x.AppendJSON(buf[:0]); !yield(buf) {
				return
			}
		}
	}
}

// Archiving is how a worker archives; its zero value is that it does not.
type Archiving struct {
	*archive.Archive
	Claims  int           // of a range
	Again   time.Duration // until it is tried again where it failed
	Waiting int64         // bytes that may wait for it
}

// Worker makes a worker of the place, told of every step. days is how long it
// remembers claims, 0 for as long as it does by default.
func (p *Place) Worker(store *cases.Store, s *Services, keep Archiving, days int, report func(worker.Report)) (*worker.Worker, error) {
	return worker.New(worker.Options{
		Archive: keep.Archive, ArchiveClaims: keep.Claims, ArchiveAgain: keep.Again, ArchiveWaiting: keep.Waiting,
		Region: Region, Detectors: all.Detectors(), Knowledge: p.know, Policy: p.engine, Store: store, WindowDays: days,
		Forward: s.Producer.Forward, Seed: claim.Seed{1, 2}, Clock: time.Now, Report: report,
	})
}

// Scan runs the detectors over the claims of a partition in an archive, as a
// scan of files does, and gives the ids of what they find and the number of claims.
func (p *Place) Scan(ctx context.Context, a *archive.Archive, partition int) (ids []string, claims int, err error) {
	persons := slices.DeleteFunc(all.Detectors(), func(d *detectors.Detector) bool { return d.Trace != nil })
	from := *a
	from.Seed, from.Keep = claim.Seed{3, 4}, detectors.Fields(persons)
	in := claim.NewIntake(a.Alloc, from.Seed, from.Keep)
	if _, err := from.Load(ctx, partition, claim.None64, func(l *archive.Loaded) error {
		claims += l.Batch.Rows(claim.Settlements)
		in.Add(l.Batch)
		return nil
	}); err != nil {
		return nil, 0, err
	}
	if claims == 0 {
		return nil, 0, nil
	}
	pool, _ := in.Net(1)
	in.All.Release()
	defer pool.Release()
	run := detectors.Run{Pool: pool, Knowledge: p.know, Detectors: persons, Settings: &detectors.Settings{Region: Region}, Workers: 1}
	result, err := run.Do(ctx)
	if err != nil {
		return nil, 0, err
	}
	for i := range result.Findings {
		ids = append(ids, result.Findings[i].ID)
	}
	return ids, claims, nil
}
