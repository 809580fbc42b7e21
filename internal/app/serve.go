package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/detectors/knowledge"
	"fundwatch/internal/accounts"
	"fundwatch/internal/config"
	"fundwatch/internal/embedded"
	"fundwatch/internal/journal"
	"fundwatch/web"
	"fundwatch/web/desk"
	"fundwatch/web/public"
)

// serveOptions are the flags of serve, and what tests put in.
type serveOptions struct {
	settingsFlags
	parts    string
	embedded string        // folder of embedded services; empty: those of the configuration
	noSetup  bool          // somebody else makes the first users
	cost     accounts.Cost // of passwords; zero: the usual
	// opened is called once the pages are there; may be nil.
	opened func(ctx context.Context, s *server, with *desk.Options, addr string) error

	worker    func(workerParts) (claimsWorker, error)
	listening func(http, metrics string) // told the addresses; may be nil
}

func (e *env) serveCommand() *cobra.Command {
	o := &serveOptions{worker: newWorker}
	c := &cobra.Command{
		Use:   "serve",
		Short: "运行服务：处理、转发、接收；SIGTERM 停止 · run the server: worker, relay, HTTP intake",
		Args:  nothingElse,
		RunE:  func(c *cobra.Command, _ []string) error { return e.serve(c.Context(), o) },
	}
	o.add(c)
	c.Flags().StringVar(&o.parts, "parts", "", "只运行这些部分：worker,relay,http (only these parts)")
	c.Flags().StringVar(&o.embedded, "embedded", "", "嵌入式 Kafka 和 Redis，数据在此文件夹，仅供演示和评估 (embedded services, for evaluation)")
	return c
}

// server is one run of serve.
type server struct {
	*services
	env     *env
	o       *serveOptions
	log     *slog.Logger
	label   string // of embedded services, or empty
	metrics *metrics
	ready   *readiness
	worker  claimsWorker // nil: none
	tokens  atomic.Pointer[web.Tokens]
	waiting atomic.Int64 // messages in the outbox when last asked
	begun   atomic.Bool  // Redis and Kafka were there, and the topics
	pages   atomic.Pointer[http.Handler]
	known   *knowledge.Knowledge                // once it was read
	knows   atomic.Pointer[knowledge.Knowledge] // the same with who is listed now
	index   atomic.Pointer[blacklist.Index]     // of the restrictions
	site    atomic.Pointer[public.Site]         // pages for everybody; nil while starting
}

// serve runs until ctx ends.
func (e *env) serve(ctx context.Context, o *serveOptions) (err error) {
	if o.parts != "" {
		o.set = append(o.set, "parts="+o.parts)
	}
	cfg, err := o.settings(o.embedded != "")
	if err != nil {
		return err
	}
	s := &server{env: e, o: o, log: e.logger(cfg.Log), metrics: newMetrics(), ready: newReadiness(starting, startsKafka, startsRedis)}
	journal.LogTo(func(ctx context.Context, text string) { s.log.DebugContext(ctx, "redis", "says", text) })
	volatile := false
	if o.embedded != "" {
		stop, err := s.embed(cfg, o.embedded, &volatile)
		defer func() { stop() }()
		if err != nil {
			return err
		}
	}
	if s.services, err = openServices(cfg); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.loadTokens(); err != nil {
		return err
	}
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	return s.run(ctx, l, volatile)
}

// embed starts the embedded services and puts their addresses into the
// configuration. stop may be called in any case.
func (s *server) embed(cfg *config.Config, dir string, volatile *bool) (stop func(), err error) {
	s.label = embedded.Label
	var all []*embedded.Service
	stop = func() {
		for _, one := range slices.Backward(all) {
			if err := one.Stop(); err != nil {
				s.log.Error("stop embedded service", "service", one.Name, "error", err)
			}
		}
	}
	for _, one := range []struct {
		name  string
		start func(string) (*embedded.Service, error)
		use   func(*embedded.Service)
	}{
		{"kafka", embedded.Kafka, func(k *embedded.Service) { cfg.Kafka.Brokers = []string{k.Addr} }},
		{"redis", embedded.Redis, func(r *embedded.Service) {
			cfg.Redis.Addrs, cfg.Redis.Embedded, *volatile = []string{r.Addr}, r.Volatile, r.Volatile
		}},
	} {
		started, err := one.start(filepath.Join(dir, one.name))
		if err != nil {
			return stop, err
		}
		all = append(all, started)
		one.use(started)
		s.log.Warn("嵌入式服务，不用于生产 · embedded service, not for production", "service", started.Name, "addr", started.Addr, "volatile", started.Volatile)
	}
	if cfg.Desk.SecretFile == "" {
		cfg.Desk.SecretFile = filepath.Join(dir, "desk.secret")
		return stop, makeSecret(cfg.Desk.SecretFile)
	}
	return stop, nil
}

// begin waits for Redis and Kafka and makes everything ready for the parts.
func (s *server) begin(ctx context.Context, volatile bool) error {
	if err := s.checkState(ctx); err != nil {
		return err
	}
	if err := s.waitKafka(ctx); err != nil {
		return err
	}
	differences, err := s.ensureTopics(ctx)
	if err != nil {
		return err
	}
	for _, d := range differences {
		s.log.Warn("主题与应有的不同 · a topic differs", "difference", d.String())
	}
	s.ready.set(startsKafka, true)
	if volatile {
		n, err := journal.Rebuild(ctx, s.journal, s.journalRecords(ctx))
		if err != nil {
			return fmt.Errorf("重建未完成 (not rebuilt): %w", err)
		}
		s.log.Info("状态已从日志重建 · the state was rebuilt from the journal", "records", n)
	}
	if s.label != "" {
		// The broker inside forgets its groups and counts generations anew; no
		// other consumer can be alive.
		act := cases.Act{ID: newID(), Who: "serve", Reason: "嵌入式服务重新启动 · embedded services were started anew", At: s.env.clock()}
		if err := s.cases.ResetFences(ctx, act); err != nil {
			return err
		}
	}
	if err := s.makeWorker(ctx); err != nil {
		return err
	}
	return s.patiently(ctx, s.readLists)
}

// patiently does something that needs Redis, again while Redis has gone away: it
// may have been killed just after it was there.
func (s *server) patiently(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || !journal.Away(err) {
			return err
		}
		s.log.Warn("等待 Redis · waiting for Redis", "error", err)
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

// checkState waits until Redis answers, and refuses one that may lose the state.
func (s *server) checkState(ctx context.Context) error {
	for {
		err := s.journal.Check(ctx)
		switch {
		case err == nil:
			s.ready.set(startsRedis, true)
			return nil
		case errors.Is(err, journal.ErrEvicts), errors.Is(err, journal.ErrForgets), errors.Is(err, journal.ErrHalves), errors.Is(err, journal.ErrReplica), lasting(err):
			return fmt.Errorf("拒绝启动 (refusing to start): %w", err)
		}
		s.log.Warn("等待 Redis · waiting for Redis", "error", err)
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

// lasting reports whether Redis answered, and the answer will not change by
// waiting: a wrong password, a command that is not allowed.
func lasting(err error) bool {
	answer, ok := errors.AsType[interface {
		error
		RedisError()
	}](err)
	return ok && !strings.HasPrefix(answer.Error(), "LOADING") && !strings.HasPrefix(answer.Error(), "BUSY")
}

// waitKafka waits until Kafka answers.
func (s *server) waitKafka(ctx context.Context) error {
	for {
		asked, cancel := context.WithTimeout(ctx, askTime)
		err := s.kafka.Ping(asked)
		cancel()
		if err == nil {
			return nil
		}
		s.log.Warn("等待 Kafka · waiting for Kafka", "error", err)
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

// makeWorker makes the worker, if it is wanted and there is one.
func (s *server) makeWorker(ctx context.Context) error {
	if !s.has(config.PartWorker) {
		return nil
	}
	if s.o.worker == nil {
		s.ready.set(lacksWorker, false)
		s.log.Error("本版本不含处理部分：结算只接收，不检查 · this build has no worker: claims are taken and not checked")
		return nil
	}
	parts, err := s.env.gather(ctx, s.services)
	if err != nil {
		return err
	}
	parts.Report, s.known, parts.Know = s.worked, parts.Knowledge, s.knows.Load
	if err := s.patiently(ctx, s.readLists); err != nil {
		return err
	}
	s.ready.set(startsWorker, false)
	s.worker, err = s.o.worker(parts)
	return err
}

func (s *server) has(part string) bool { return slices.Contains(s.cfg.Parts, part) }

// run runs the parts until ctx ends, or one of them cannot go on, and then ends
// them in order: first what brings new work, then what carries it out. The
// intake listens from the beginning and says that it is not ready yet.
func (s *server) run(ctx context.Context, l *listeners, volatile bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	relaying, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRelay()
	var sources, carriers sync.WaitGroup
	source := func(work func() error) {
		sources.Go(func() {
			if err := work(); err != nil {
				cancel(err)
			}
		})
	}
	if s.has(config.PartHTTP) {
		source(func() error { return s.intake(ctx, l) })
	}
	if err := s.begin(ctx, volatile); err != nil {
		cancel(err) // no cause where ctx has ended: asked to stop before everything was there
	} else {
		s.begun.Store(true)
		s.ready.set(starting, true)
		source(func() error { s.monitor(ctx); return nil })
		source(func() error { s.followLists(ctx); return nil })
		if s.worker != nil {
			source(func() error { return s.consume(ctx) })
			source(func() error { s.fileCases(ctx); return nil })
		}
		if s.has(config.PartRelay) {
			carriers.Go(func() { s.relay(relaying) })
		}
		if s.has(config.PartHTTP) {
			source(s.showPublic)
			source(func() error { return s.openDesk(ctx, address(l.http)) })
		}
		s.log.Info("已启动 · started", "region", s.cfg.Region, "parts", strings.Join(s.cfg.Parts, ","))
	}
	<-ctx.Done()
	s.ready.set(stopping, false)
	s.log.Info("正在停止 · stopping")
	sources.Wait()
	if s.begun.Load() && s.has(config.PartRelay) {
		s.flush(relaying)
	}
	stopRelay()
	carriers.Wait()
	s.log.Info("已停止 · stopped")
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// listeners are the sockets of a server, opened before anything else so that a
// wrong address is told at once.
type listeners struct {
	http, metrics net.Listener
	stop          func()
}

func (l *listeners) close() {
	if l.http != nil {
		l.http.Close()
	}
	if l.stop != nil {
		l.stop()
	}
}
