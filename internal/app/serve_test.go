package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"fundwatch/cases"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors/all"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/config"
	"fundwatch/internal/embedded"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/internal/simulate"
	"fundwatch/internal/worker"
)

// All institutions, persons and tokens here are invented (虚构).

// deadWorker is a worker of tests: what is no claim becomes a dead letter, and
// nothing else has an effect.
type deadWorker struct{ parts workerParts }

func newDeadWorker(p workerParts) (claimsWorker, error) { return &deadWorker{p}, nil }

func (w *deadWorker) Ready() error { return nil }

func (w *deadWorker) Handler(a kafka.Assignment) kafka.Handler { return &deadHandler{w: w, a: a} }

type deadHandler struct {
	w    *deadWorker
	a    kafka.Assignment
	next int64
}

func (h *deadHandler) Begin(ctx context.Context, a kafka.Assignment) (next int64, err error) {
	h.next, err = h.w.parts.Cases.Fence(ctx, a.Partition, a.Generation, h.w.parts.Clock())
	return h.next, err
}

func (h *deadHandler) Handle(ctx context.Context, b kafka.Batch) error {
	if len(b.Messages) == 0 {
		return nil
	}
	step := cases.Step{Partition: h.a.Partition, Generation: h.a.Generation, From: h.next, To: b.Next, At: h.w.parts.Clock()}
	if h.next < 0 {
		step.From = b.Messages[0].Offset
	}
	for i := range b.Messages {
		m := &b.Messages[i]
		if p, err := problemsOf(m.Value); err != nil {
			return err
		} else if len(p) > 0 {
			step.Dead = append(step.Dead, cases.DeadLetter{Topic: h.a.Topic, Offset: m.Offset, Kind: kafka.KindProblem, Problems: p, Raw: m.Value})
		}
	}
	if _, err := h.w.parts.Cases.Apply(ctx, step); err != nil {
		return err
	}
	h.next = b.Next
	h.w.parts.Report(workerReport{Partition: h.a.Partition, Claims: len(b.Messages) - len(step.Dead), Dead: len(step.Dead)})
	return nil
}

func (h *deadHandler) End() {}

const hospital = "H15290000001"

// installation is Kafka and Redis for one test, and how a command line names
// them.
type installation struct {
	sets  []string
	token string
}

var installations atomic.Int64

var broker = sync.OnceValues(func() (string, error) {
	if addr := os.Getenv("FUNDWATCH_TEST_KAFKA"); addr != "" {
		return addr, nil
	}
	s, err := embedded.Kafka("")
	if err != nil {
		return "", err
	}
	return s.Addr, nil
})

// newToken gives a token and the file that knows it.
func newToken(t *testing.T) (token, file string) {
	t.Helper()
	code, out, msg := run(t, "", "token", "new", hospital, "--json")
	var made struct{ Token, Line string }
	if err := json.Unmarshal([]byte(out), &made); code != 0 || err != nil {
		t.Fatal(msg, err)
	}
	file = filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte("# 虚构\n"+made.Line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return made.Token, file
}

func install(t *testing.T) *installation {
	t.Helper()
	addr, err := broker()
	if err != nil {
		t.Fatal(err)
	}
	token, file := newToken(t)
	name := fmt.Sprintf("s%d-%d", time.Now().UnixNano(), installations.Add(1))
	i := &installation{token: token, sets: []string{"region=" + journaltest.Region, "kafka.brokers=" + addr, "kafka.partitions=3", "kafka.group=" + name,
		"http.tokens_file=" + file, "http.addr=127.0.0.1:0", "metrics.addr=127.0.0.1:0", "log.format=json"}}
	for _, topic := range []string{"claims", "dead", "findings", "journal"} {
		i.sets = append(i.sets, "kafka.topics."+topic+"="+name+"."+topic)
	}
	i.redis(t)
	return i
}

// redis gives the installation a new empty Redis.
func (i *installation) redis(t *testing.T) {
	r := journaltest.Config(t)
	i.sets = append(i.sets, "redis.addrs="+r.Addrs[0], fmt.Sprintf("redis.db=%d", r.DB), fmt.Sprintf("redis.embedded=%v", r.Embedded))
}

func (i *installation) flags() settingsFlags { return settingsFlags{set: slices.Clone(i.sets)} }

// run carries out a command on the installation.
func (i *installation) run(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	for _, s := range i.sets {
		args = append(args, "--set", s)
	}
	return run(t, stdin, args...)
}

// log is standard error of a server.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a server at work.
type running struct {
	http, metrics string
	out, log      log // standard output, standard error
	stop          func() error
}

func start(t *testing.T, o serveOptions) *running {
	t.Helper()
	return startAt(t, o, time.Now)
}

// startAt starts a server with a clock of its own.
func startAt(t *testing.T, o serveOptions, clock func() time.Time) *running {
	t.Helper()
	r := &running{}
	e := &env{in: strings.NewReader(""), out: &r.out, err: &r.log, clock: clock}
	ctx, cancel := context.WithCancel(context.Background())
	listening, ended := make(chan struct{}), make(chan error, 1)
	o.listening = func(http, metrics string) {
		r.http, r.metrics = "http://"+http, "http://"+metrics
		close(listening)
	}
	go func() { ended <- e.serve(ctx, &o) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { r.stop() })
	select {
	case <-listening:
	case err := <-ended:
		ended <- err
		t.Fatalf("%v\n%s", err, &r.log)
	}
	return r
}

// get asks until the answer is what is wanted, or for minutes.
func (r *running) get(t *testing.T, path string, want func(status int, body string) bool) {
	t.Helper()
	var status int
	var body []byte
	for range 3000 {
		answer, err := http.Get(r.metrics + path)
		if err == nil {
			status = answer.StatusCode
			body, _ = io.ReadAll(answer.Body)
			answer.Body.Close()
			if want(status, string(body)) {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s: %d %s\n%s", path, status, body, &r.log)
}

func is200(status int, _ string) bool { return status == 200 }

func has(text string) func(int, string) bool {
	return func(_ int, body string) bool { return strings.Contains(body, text) }
}

func (r *running) post(t *testing.T, token, body string) (int, string) {
	t.Helper()
	q, err := http.NewRequest(http.MethodPost, r.http+"/api/v1/claims", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/x-ndjson")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(b)
}

// TestEmbeddedServerKeepsWhatItAccepted starts everything in a folder, stops it
// and starts it again.
func TestEmbeddedServerKeepsWhatItAccepted(t *testing.T) {
	t.Run("redis-server, where it is installed", keepsWhatItAccepted)
	t.Run("a Redis that forgets", func(t *testing.T) {
		t.Setenv("PATH", "")
		keepsWhatItAccepted(t)
	})
}

func keepsWhatItAccepted(t *testing.T) {
	dir := t.TempDir()
	token, file := newToken(t)
	o := serveOptions{embedded: dir, worker: newDeadWorker}
	o.set = []string{"region=152900", "http.addr=127.0.0.1:0", "metrics.addr=127.0.0.1:0", "http.tokens_file=" + file}
	for n := range 2 {
		r := start(t, o)
		r.get(t, "/readyz", is200)
		r.get(t, "/readyz", has(embedded.Label))
		status, body := r.post(t, token, claimtest.Example)
		if want := fmt.Sprintf(`{"accepted":1,"offsets":[{"partition":7,"next":%d}]}`, n+1); status != 202 || strings.TrimSpace(body) != want {
			t.Fatalf("%d %s, want %s", status, body, want)
		}
		r.get(t, "/metrics", has(`fundwatch_claims_total{outcome="accepted"} 1`))
		if err := r.stop(); err != nil {
			t.Fatalf("stop: %v\n%s", err, &r.log)
		}
		if text := r.log.String(); !strings.Contains(text, embedded.Label) || !strings.Contains(text, "已停止") || strings.Contains(text, "P1") || strings.Contains(text, token) {
			t.Error(text)
		}
	}
}

// TestAGapIsShownButDoesNotMakeUnready: messages that are gone need a person;
// sending institutions elsewhere helps nobody.
func TestAGapIsShownButDoesNotMakeUnready(t *testing.T) {
	r := newReadiness()
	h := operators(newMetrics(), r, "")
	answer := func() (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	const ready = `{"ready":true,"missing":[]}`
	if code, body := answer(); code != 200 || body != ready {
		t.Fatal(code, body)
	}
	var gap *kafka.GapError
	r.watch(func() []kafka.Position {
		return []kafka.Position{{Partition: 4, Next: 7, End: 9, Gap: gap}, {Partition: 1, Next: 3, End: 3}}
	})
	gap = &kafka.GapError{Topic: "claims", Partition: 4, Want: 7, Have: 9}
	code, body := answer()
	for _, want := range []string{`"ready":true`, `"standing":[{"partition":4,"next_offset":7,"first_offset":9,`, "分区 4 停在偏移量 7", "Partition 4 stands at offset 7"} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d %s, want %s", code, body, want)
		}
	}
	gap = nil
	if code, body := answer(); code != 200 || body != ready {
		t.Error(code, body)
	}
}

// TestAHeldPartitionIsShown: it goes on by itself, but somebody has to make room.
func TestAHeldPartitionIsShown(t *testing.T) {
	r, m := newReadiness(), newMetrics()
	at := func() []kafka.Position {
		return []kafka.Position{{Partition: 4, Next: 7, End: 9, Hold: &kafka.HoldError{ZH: "归档写不进。", EN: "No room.", Err: errors.New("secret")}}}
	}
	r.watch(at)
	m.lag(at)
	h := operators(m, r, "")
	for path, want := range map[string]string{
		"/readyz":  `{"ready":true,"missing":[],"standing":[{"partition":4,"next_offset":7,"sentence_zh":"分区 4 停在偏移量 7：归档写不进。","sentence_en":"Partition 4 stands at offset 7: No room."}]}`,
		"/metrics": `fundwatch_partition_held{partition="4"} 1`,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d, want %s", path, w.Code, want)
		}
	}
}

// slow is a handler whose batch takes until it is let go, or ends.
type slow struct {
	kafka.Handler
	begun, release chan struct{}
}

func (s *slow) Handle(ctx context.Context, _ kafka.Batch) error {
	close(s.begun)
	select {
	case <-s.release:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestABatchIsFinished: who stops the program does not break off the batch at
// hand.
func TestABatchIsFinished(t *testing.T) {
	inner := &slow{begun: make(chan struct{}), release: make(chan struct{})}
	h := &finishing{Handler: inner, metrics: newMetrics(), clock: time.Now}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Handle(ctx, kafka.Batch{}) }()
	<-inner.begun
	cancel()
	close(inner.release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestADeadLetterIsMended goes the whole way of a message that is no claim.
func TestADeadLetterIsMended(t *testing.T) {
	i := install(t)
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newDeadWorker})
	r.get(t, "/readyz", is200)
	// The intake refuses it; a file does not ask.
	bad := claimtest.Set(claimtest.Example, "feedetail[0].cnt", `"0"`)
	if status, body := r.post(t, i.token, bad); status != 422 || !strings.Contains(body, "feedetail[0].cnt") {
		t.Fatalf("%d %s", status, body)
	}
	file := filepath.Join(t.TempDir(), "claims.jsonl")
	if err := os.WriteFile(file, []byte(bad+"\n"+bad+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, msg := i.run(t, "", "send", file, "--json"); code != 0 || !strings.Contains(out, `"messages": 2`) {
		t.Fatal(out, msg)
	}
	r.get(t, "/metrics", has(`fundwatch_claims_total{outcome="dead"} 2`))
	place := fmt.Sprintf("%d/", kafka.PartitionOf([]byte("P1"), 3))
	for _, from := range [][]string{{}, {"--topic"}} {
		code, out, msg := i.run(t, "", append([]string{"dead", "list"}, from...)...)
		if code != 0 || !strings.Contains(out, place+"0\t") || !strings.Contains(out, "feedetail[0].cnt\tnot-zero") || strings.Contains(out, "P1") {
			t.Errorf("%v: %s %s", from, out, msg)
		}
	}
	if code, out, msg := i.run(t, "", "dead", "show", place+"1", "--raw"); code != 0 || out != bad {
		t.Error(out, msg)
	}
	if code, _, msg := i.run(t, bad, "dead", "replay", place+"1", "--file", "-", "--who", "虚构", "--reason", "已改正"); code != 1 || !strings.Contains(msg, "not-zero") {
		t.Errorf("what is still bad was sent: %d %s", code, msg)
	}
	if code, _, msg := i.run(t, claimtest.Example, "dead", "replay", place+"1", "--file", "-", "--who", "虚构", "--reason", "已改正"); code != 0 {
		t.Error(msg)
	}
	if code, _, _ := i.run(t, "", "dead", "discard", place+"1", "--who", "虚构", "--reason", "再次"); code != 1 {
		t.Error("settled twice")
	}
	if code, _, msg := i.run(t, "", "dead", "discard", place+"0", "--who", "虚构", "--reason", "测试"); code != 0 {
		t.Error(msg)
	}
	r.get(t, "/metrics", has(`fundwatch_claims_total{outcome="accepted"} 1`))
	if _, out, _ := i.run(t, "", "dead", "list", "--json"); !strings.Contains(out, `"letters": []`) {
		t.Error(out)
	}
	if _, out, _ := i.run(t, "", "dead", "list", "--all", "--topic"); !strings.Contains(out, "replayed") || !strings.Contains(out, "discarded") {
		t.Error(out)
	}
	for _, wrong := range [][]string{{"dead", "show", "x"}, {"dead", "discard", "0/0"}, {"dead", "replay", "0/0", "--who", "a", "--reason", "b"}} {
		if code, _, _ := i.run(t, "", wrong...); code != 2 {
			t.Errorf("%v: exit %d", wrong, code)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	i.journalHolds(t)
}

// journalHolds: the journal verifies, an edited line is named, and a Redis made
// from it is equal.
func (i *installation) journalHolds(t *testing.T) {
	t.Helper()
	code, out, msg := i.run(t, "", "journal", "verify", "--json")
	var v verdict
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil || !v.Holds || v.Anchor != anchorRedis || v.N < 4 {
		t.Fatal(out, msg)
	}
	code, records, msg := i.run(t, "", "journal", "export")
	if code != 0 || int64(strings.Count(records, "\n")) != v.N {
		t.Fatal(msg)
	}
	export := filepath.Join(t.TempDir(), "journal.jsonl")
	verify := func(text, want string, exit int) {
		t.Helper()
		if err := os.WriteFile(export, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, msg := run(t, "", "journal", "verify", export, "--head", fmt.Sprintf("%d:%s", v.N, v.Weave), "--json"); code != exit || !strings.Contains(out, want) {
			t.Errorf("%s %s", out, msg)
		}
	}
	verify(strings.Replace(records, "已改正", "已修正", 1), `"holds": false`, 1)
	verify(records[:strings.LastIndex(records[:len(records)-1], "\n")+1], fmt.Sprintf(`"record": %d`, v.N), 1)
	verify(records, `"holds": true`, 0)

	code, out, msg = i.run(t, "", "rebuild", "--check", "--json")
	var drill rebuilt
	if err := json.Unmarshal([]byte(out), &drill); code != 0 || err != nil || drill.Digest != drill.Want || drill.Records != v.N {
		t.Fatal(out, msg)
	}
	if code, _, _ := i.run(t, "", "rebuild"); code != 1 {
		t.Error("rebuilt into a Redis that was not empty")
	}
	i.redis(t)
	if code, out, msg := i.run(t, "", "rebuild", "--want", drill.Digest); code != 0 || !strings.Contains(out, "相同") {
		t.Error(out, msg)
	}
	if code, out, _ := i.run(t, "", "journal", "verify"); code != 0 || !strings.Contains(out, v.Weave) {
		t.Error(out)
	}
}

func TestServeSaysThatTheWorkerIsMissing(t *testing.T) {
	i := install(t)
	r := start(t, serveOptions{settingsFlags: i.flags()})
	r.get(t, "/readyz", func(status int, body string) bool {
		return status == 503 && strings.Contains(body, lacksWorker.ZH) && strings.Contains(body, lacksWorker.EN) && !strings.Contains(body, "kafka")
	})
	r.get(t, "/healthz", is200)
	if code, out, _ := run(t, "", "health", "--set", "metrics.addr="+strings.TrimPrefix(r.metrics, "http://")); code != 1 || !strings.Contains(out, "worker") {
		t.Errorf("%d %s", code, out)
	}
	if !strings.Contains(r.log.String(), "this build has no worker") {
		t.Error(&r.log)
	}
}

func TestServeRunsOnlyItsParts(t *testing.T) {
	i := install(t)
	r := start(t, serveOptions{settingsFlags: i.flags(), parts: "relay"})
	r.get(t, "/readyz", is200)
	if r.http != "http://" {
		t.Error("listens for claims")
	}
}

// TestServeRefusesARedisThatMayForget: one without settings is not trusted.
func TestServeRefusesARedisThatMayForget(t *testing.T) {
	i := install(t)
	args := []string{"serve"}
	for _, s := range append(i.sets, "redis.embedded=false", "redis.addrs="+miniredis.RunT(t).Addr(), "redis.db=0") {
		args = append(args, "--set", s)
	}
	if code, _, msg := run(t, "", args...); code != 1 || !strings.Contains(msg, "拒绝启动") {
		t.Errorf("%d %s", code, msg)
	}
}

// TestServeFindsWhatScanFinds: the server, with its own worker, an archive and
// knowledge, has the findings that a scan of the same claims has.
func TestServeFindsWhatScanFinds(t *testing.T) {
	const claims = 600
	dir, input := place(t, simulate.FormJSONL, claims)
	know, result := filepath.Join(dir, "knowledge"), filepath.Join(dir, "result")
	var stream []string // detectors beyond one person wait until a period closes
	for _, d := range all.Detectors() {
		if d.Trace == nil {
			stream = append(stream, d.ID)
		}
	}
	if code, _, msg := run(t, "", "scan", "--region", journaltest.Region, "--knowledge", know, "--detectors", strings.Join(stream, ","), "--out", result, input); code != 0 {
		t.Fatal(msg)
	}
	want := lines(t, filepath.Join(result, "findings.jsonl"))
	i := install(t)
	i.sets = append(i.sets, "knowledge.dir="+know, "archive.url=file://"+filepath.Join(dir, "archive"), "worker.window_days=4000", "worker.stand_hours=0")
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newWorker})
	r.get(t, "/readyz", is200)
	if code, _, msg := i.run(t, "", "send", input); code != 0 {
		t.Fatal(msg)
	}
	stands := func() (claims, findings int64) {
		cfg, err := func() (*config.Config, error) { f := i.flags(); return f.settings(false) }()
		if err != nil {
			t.Fatal(err)
		}
		s, err := openServices(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		parts, err := s.cases.Partitions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			if p.Partition != worker.Filed {
				claims += max(p.Next, 0)
			}
			findings += p.Findings
		}
		return claims, findings
	}
	var took, found int64
	for range 3000 {
		if took, found = stands(); took == claims {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if took != claims || found != int64(len(want)) || found == 0 {
		t.Errorf("%d claims, %d findings stand, scan has %d\n%s", took, found, len(want), &r.log)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if code, out, msg := i.run(t, "", "rebuild", "--check"); code != 0 {
		t.Error(out, msg)
	}
	i.decisionsAreKept(t, want)
}

// TestServeWaitsForItsServices: meanwhile it says what is missing, refuses
// claims for now, and can be stopped.
func TestServeWaitsForItsServices(t *testing.T) {
	i := install(t)
	i.sets = append(i.sets, "redis.addrs=127.0.0.1:1", "redis.db=0")
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newDeadWorker})
	r.get(t, "/readyz", func(status int, body string) bool {
		return status == 503 && strings.Contains(body, startsRedis.ZH) && strings.Contains(body, startsKafka.EN)
	})
	if status, body := r.post(t, i.token, claimtest.Example); status != 503 || !strings.Contains(body, `"unavailable"`) {
		t.Errorf("%d %s", status, body)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestTokensAreReadAgain(t *testing.T) {
	i := install(t)
	r := start(t, serveOptions{settingsFlags: i.flags(), parts: config.PartHTTP})
	r.get(t, "/readyz", is200)
	if status, _ := r.post(t, "fw_none", claimtest.Example); status != 401 {
		t.Fatal(status)
	}
	second, file := newToken(t)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range i.sets {
		if name, ok := strings.CutPrefix(s, "http.tokens_file="); ok {
			if err := os.WriteFile(name, append(b, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 3000 {
		if status, _ := r.post(t, second, claimtest.Example); status == 202 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if status, _ := r.post(t, i.token, claimtest.Example); status != 401 {
		t.Errorf("the old token still holds: %d", status)
	}
}

func TestTopicsEnsure(t *testing.T) {
	i := install(t)
	if code, out, msg := i.run(t, "", "topics", "ensure", "--json"); code != 0 || !strings.Contains(out, `"open": 0`) {
		t.Fatal(out, msg)
	}
	i.sets = append(i.sets, "kafka.partitions=6")
	if code, out, _ := i.run(t, "", "topics", "ensure"); code != 1 || !strings.Contains(out, "partitions") {
		t.Errorf("%d %s", code, out)
	}
}

func TestConfigCommands(t *testing.T) {
	code, example, _ := run(t, "", "config", "example")
	if code != 0 {
		t.Fatal(code)
	}
	dir := t.TempDir()
	tokens, file := filepath.Join(dir, "tokens"), filepath.Join(dir, "fundwatch.yaml")
	if err := os.WriteFile(tokens, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FUNDWATCH_REDIS_PASSWORD", "secret-of-env")
	code, out, msg := run(t, "", "config", "check", "--config", file, "--set", "http.tokens_file="+tokens, "--json")
	if code != 0 || strings.Contains(out, "secret-of-env") || !strings.Contains(out, "FUNDWATCH_REDIS_PASSWORD") {
		t.Error(out, msg)
	}
	if err := os.WriteFile(file, []byte(example+"\nlogs: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = run(t, "", "config", "check", "--config", file)
	if want := fmt.Sprintf("fundwatch.yaml:%d: logs", strings.Count(example, "\n")+2); code != 1 || !strings.Contains(out, want) || !strings.Contains(out, "http.tokens_file") {
		t.Errorf("%d %s", code, out)
	}
	if code, _, msg := run(t, "", "serve", "--config", file); code != 2 || !strings.Contains(msg, "logs") {
		t.Errorf("%d %s", code, msg)
	}
	if code, _, _ := run(t, "", "config", "check", "--config", filepath.Join(dir, "none")); code != 2 {
		t.Error(code)
	}
	if code, _, _ := run(t, "", "token", "new", "a/b"); code != 2 {
		t.Error(code)
	}
}

// TestRedisMayGoAwayDuringTheStart: a server that has just found Redis waits for
// it again; an answer that says no ends the start at once.
func TestRedisMayGoAwayDuringTheStart(t *testing.T) {
	var text log
	s := &server{log: (&env{err: &text}).logger(config.Log{Level: "info", Format: "json"})}
	refused, tries := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, 0
	err := s.patiently(t.Context(), func(context.Context) error {
		if tries++; tries == 1 {
			return fmt.Errorf("read: %w", refused)
		}
		return nil
	})
	if err != nil || tries != 2 || !strings.Contains(text.String(), "waiting for Redis") {
		t.Errorf("%v after %d tries: %s", err, tries, &text)
	}
	no := errors.New("a listing has a day that is none")
	if err := s.patiently(t.Context(), func(context.Context) error { tries++; return no }); !errors.Is(err, no) || tries != 3 {
		t.Errorf("%v after %d tries", err, tries)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.patiently(ended, func(context.Context) error { return refused }); !errors.Is(err, context.Canceled) {
		t.Errorf("asked to end: %v", err)
	}
}
