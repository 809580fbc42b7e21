package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"fundwatch/claim"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/config"
	"fundwatch/internal/journal"
	"fundwatch/internal/worker"
	"fundwatch/web"
)

// Times of the parts.
const (
	monitorEvery = 2 * time.Second
	askTime      = 3 * time.Second // for Kafka or Redis to answer the monitor
	fileEvery    = time.Minute
	flushTime    = 10 * time.Second // for the relay to carry out what waits at the end
	sendTime     = 15 * time.Second // for all replicas to have the claims of a request
	leaveTime    = 20 * time.Second // for requests to end
)

// logger writes what the program does to standard error.
func (e *env) logger(l config.Log) *slog.Logger {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	o := &slog.HandlerOptions{Level: levels[l.Level]}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(e.err, o))
	}
	return slog.New(slog.NewTextHandler(e.err, o))
}

// listen opens the sockets, and answers health and metrics from now on.
func (s *server) listen(ctx context.Context) (*listeners, error) {
	l := &listeners{}
	var open net.ListenConfig
	var err error
	if s.has(config.PartHTTP) {
		if l.http, err = open.Listen(ctx, "tcp", s.cfg.HTTP.Addr); err != nil {
			return nil, fmt.Errorf("http.addr: %w", err)
		}
	}
	if s.cfg.Metrics.Addr != "" {
		if l.metrics, err = open.Listen(ctx, "tcp", s.cfg.Metrics.Addr); err != nil {
			l.close()
			return nil, fmt.Errorf("metrics.addr: %w", err)
		}
		s.metrics.waiting(s.waiting.Load)
		h := s.httpServer(operators(s.metrics, s.ready, s.label))
		go h.Serve(l.metrics) // ends when it is closed
		l.stop = func() { h.Close() }
	}
	if s.o.listening != nil {
		s.o.listening(address(l.http), address(l.metrics))
	}
	return l, nil
}

func address(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

// httpServer makes a server that gives nobody endless time.
func (s *server) httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 90 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(withoutAddresses{s.log.Handler()}, slog.LevelWarn)}
}

// loadTokens reads the file of tokens; a mistake in it is an error.
func (s *server) loadTokens() error {
	if !s.has(config.PartHTTP) || s.cfg.HTTP.TokensFile == "" {
		s.tokens.Store(&web.Tokens{})
		return nil
	}
	b, err := os.ReadFile(s.cfg.HTTP.TokensFile)
	if err != nil {
		return fmt.Errorf("http.tokens_file: %w", err)
	}
	t, problems := web.ParseTokens(bytes.NewReader(b))
	if len(problems) > 0 {
		return fmt.Errorf("http.tokens_file: %w", errors.Join(problems...))
	}
	s.tokens.Store(t)
	return nil
}

// intake takes claims over HTTP until ctx ends, and lets requests end.
func (s *server) intake(ctx context.Context, l *listeners) error {
	intake := web.NewIntake(web.Options{
		Tokens: s.tokens.Load, Decoder: s.decoder, Key: kafka.KeyOf, Send: s.send, Busy: s.busy,
		MaxBody: int64(s.cfg.HTTP.MaxBodyBytes), MaxClaims: s.cfg.HTTP.MaxClaims, MaxInFlight: s.cfg.HTTP.MaxInFlight, SendTime: sendTime})
	h := s.httpServer(s.metrics.count(s.apart(web.Routes(intake, http.HandlerFunc(s.page)))))
	ended := make(chan error, 1)
	go func() {
		if s.cfg.HTTP.CertFile != "" {
			ended <- h.ServeTLS(l.http, s.cfg.HTTP.CertFile, s.cfg.HTTP.KeyFile)
			return
		}
		ended <- h.Serve(l.http)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("http: %w", err)
	case <-ctx.Done():
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	if err := h.Shutdown(leaving); err != nil {
		s.log.Warn("请求未能在时限内结束 · requests did not end in time", "error", err)
		h.Close()
	}
	return nil
}

// decoder makes a decoder of the intake.
func (s *server) decoder() *claim.Decoder {
	d, err := newDecoder()
	if err != nil {
		panic(err) // no chance to be had from the system: net/http answers and goes on
	}
	return d
}

// errNotBegun refuses claims while Kafka and Redis are not there yet.
var errNotBegun = errors.New("the server has not begun")

// send gives claims to Kafka.
func (s *server) send(ctx context.Context, messages []web.Message) ([]web.Offset, error) {
	if !s.begun.Load() {
		return nil, errNotBegun
	}
	out := make([]kafka.Message, len(messages))
	for i, m := range messages {
		out[i] = kafka.Message{Key: m.Key, Value: m.Value}
	}
	ends, err := s.producer.PublishOffsets(ctx, s.topic(kafka.TopicClaims), out)
	if errors.Is(err, kafka.ErrTooLarge) {
		return nil, fmt.Errorf("%w: %w", web.ErrTooLarge, err)
	}
	if err != nil {
		s.log.Warn("结算未能全部得到确认 · claims were not all acknowledged", "claims", len(messages), "error", err)
		return nil, err
	}
	s.metrics.httpClaims.Add(float64(len(messages)))
	offsets := make([]web.Offset, 0, len(ends))
	for p, next := range ends {
		offsets = append(offsets, web.Offset{Partition: p, Next: next})
	}
	return offsets, nil
}

// busy reports whether the outbox is nearly full: then the worker is about to
// wait, and more claims only lengthen the log.
func (s *server) busy() bool {
	most := int64(s.cfg.Redis.MaxOutbox)
	return most > 0 && s.waiting.Load() >= max(most*9/10, 1)
}

// consume gives the partitions of claims to the worker until ctx ends.
func (s *server) consume(ctx context.Context) error {
	c, err := kafka.NewConsumer(s.kafka, kafka.Options{
		Topic: s.topic(kafka.TopicClaims), Group: s.cfg.Kafka.Group, Report: s.told,
		MaxBytes: s.cfg.Worker.BatchBytes, MaxMessages: s.cfg.Worker.BatchMessages,
		Handler: func(a kafka.Assignment) kafka.Handler {
			return &finishing{Handler: s.worker.Handler(a), metrics: s.metrics, clock: s.env.clock}
		}})
	if err != nil {
		return err
	}
	s.metrics.lag(c.Positions)
	s.ready.watch(c.Positions)
	return c.Run(ctx)
}

// worked counts a step of the worker, or writes down its warning.
func (s *server) worked(r workerReport) {
	if r.Warning != "" {
		s.log.Warn("worker", "partition", r.Partition, "warning", r.Warning)
		return
	}
	s.metrics.worked(r)
}

// fileCases opens, now and then, the cases that policy asks for and whose
// findings have stood.
func (s *server) fileCases(ctx context.Context) {
	f := &worker.Filer{Store: s.cases, Stand: time.Duration(s.cfg.Worker.StandHours) * time.Hour, Clock: s.env.clock}
	for {
		opened, err := f.Once(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Warn("立案中断，稍后继续 · filing was interrupted, going on soon", "error", err)
		case opened > 0:
			s.metrics.cases.Add(float64(opened))
			s.log.Info("按政策立案 · cases opened by policy", "cases", opened)
		}
		if !pause(ctx, fileEvery) {
			return
		}
	}
}

// told writes down an event of the consumer.
func (s *server) told(ev kafka.Event) {
	s.metrics.events.WithLabelValues(string(ev.Kind)).Inc()
	level := slog.LevelWarn
	switch ev.Kind {
	case kafka.Assigned, kafka.Revoked:
		level = slog.LevelInfo
	case kafka.Gap, kafka.Held, kafka.Stalled:
		level = slog.LevelError
	}
	args := []any{"kind", string(ev.Kind), "topic", ev.Topic, "partition", ev.Partition, "generation", ev.Generation}
	if ev.Err != nil {
		args = append(args, "error", ev.Err)
	}
	s.log.Log(context.Background(), level, "kafka", args...)
}

// relay carries the outbox to Kafka until ctx ends.
func (s *server) relay(ctx context.Context) {
	to := &carrier{s.services, func(topic string, n int) { s.metrics.relayed.WithLabelValues(topic).Add(float64(n)) }}
	for r := journal.NewRelay(s.journal, to); ctx.Err() == nil; {
		if err := r.Run(ctx); err != nil {
			s.metrics.relayFailures.Inc()
			s.log.Warn("转发中断，稍后继续 · the relay was interrupted, going on soon", "error", err)
			pause(ctx, time.Second)
		}
	}
}

// flush waits until the relay has carried everything out, or a while.
func (s *server) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	for {
		n, err := s.journal.Waiting(ctx)
		if err == nil && n == 0 {
			return
		}
		if !pause(ctx, 50*time.Millisecond) {
			s.log.Warn("发件箱未清空，下次启动继续 · the outbox is not empty, the next start goes on", "waiting", n, "error", err)
			return
		}
	}
}

// monitor asks now and then who is there, and reads the tokens when their file
// has changed.
func (s *server) monitor(ctx context.Context) {
	changed := s.tokensChanged()
	for {
		s.ask(ctx)
		if now := s.tokensChanged(); now != changed {
			if err := s.loadTokens(); err != nil {
				s.log.Error("令牌文件有误，仍用原来的 · the file of tokens has mistakes, the old ones hold", "error", err)
			} else {
				s.log.Info("令牌已更新 · tokens were read again", "tokens", s.tokens.Load().Len())
			}
			changed = now
		}
		if !pause(ctx, monitorEvery) {
			return
		}
	}
}

// tokensChanged gives what changes when the file of tokens does.
func (s *server) tokensChanged() (stamp [2]int64) {
	if info, err := os.Stat(s.cfg.HTTP.TokensFile); err == nil {
		stamp = [2]int64{info.ModTime().UnixNano(), info.Size()}
	}
	return stamp
}

// ask asks Kafka, Redis and the worker.
func (s *server) ask(ctx context.Context) {
	asked, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	s.state(ctx, noKafka, s.kafka.Ping(asked))
	n, err := s.journal.Waiting(asked)
	if err == nil {
		s.waiting.Store(n)
	}
	s.state(ctx, noRedis, err)
	if s.worker != nil {
		s.state(ctx, noWorker, s.worker.Ready())
	}
}

// state notes whether a part is there and logs news of it.
func (s *server) state(ctx context.Context, m missing, err error) {
	switch {
	case ctx.Err() != nil: // stopping: nobody was asked
	case !s.ready.set(m, err == nil):
	case err != nil:
		s.log.Warn(m.ZH+" "+m.EN, "error", err)
	default:
		s.log.Info("已就绪 · ready", "part", m.Part)
	}
}
