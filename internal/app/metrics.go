package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fundwatch/ingest/kafka"
)

// metrics is what Prometheus is told. Nothing in it names a person or an
// institution.
type metrics struct {
	registry *prometheus.Registry

	messages, batches, cases  prometheus.Counter
	claims, findings          *prometheus.CounterVec
	seconds                   *prometheus.HistogramVec
	events, relayed, requests *prometheus.CounterVec
	relayFailures, httpClaims prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "fundwatch_" + name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	vector := func(name, help, label string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fundwatch_" + name, Help: help}, []string{label})
		m.registry.MustRegister(c)
		return c
	}
	m.messages = counter("messages_total", "已处理的消息 · messages worked on")
	m.batches = counter("batches_total", "已处理的批 · batches worked on")
	m.cases = counter("cases_opened_total", "按政策立案 · cases opened by policy")
	m.claims = vector("claims_total", "结算，按结果 · claims by outcome: accepted, duplicate, conflict, dead, forwarded", "outcome")
	m.findings = vector("findings_total", "疑点，按变化 · findings by change: new, withdrawn", "change")
	m.events = vector("kafka_events_total", "消费者事件 · events of the consumer", "kind")
	m.relayed = vector("relay_messages_total", "已转发的消息，按主题 · messages carried to Kafka", "topic")
	m.relayFailures = counter("relay_failures_total", "转发失败次数 · times that carrying failed")
	m.requests = vector("http_requests_total", "HTTP 请求，按状态码 · requests by code", "code")
	m.httpClaims = counter("http_claims_total", "经 HTTP 接收的结算 · claims taken over HTTP")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "fundwatch_step_seconds", Help: "每批用时，秒：handle 处理，step 读取到生效 · seconds of a batch: handled; read to stored",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 17)}, []string{"step"})
	m.registry.MustRegister(m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, o := range []string{"accepted", "duplicate", "conflict", "dead", "forwarded"} {
		m.claims.WithLabelValues(o)
	}
	for _, c := range []string{"new", "withdrawn"} {
		m.findings.WithLabelValues(c)
	}
	return m
}

// batch counts a batch that a handler took.
func (m *metrics) batch(messages int, took time.Duration) {
	m.batches.Inc()
	m.messages.Add(float64(messages))
	m.seconds.WithLabelValues("handle").Observe(took.Seconds())
}

// worked counts what became of a batch.
func (m *metrics) worked(r workerReport) {
	m.claims.WithLabelValues("accepted").Add(float64(r.Claims))
	m.claims.WithLabelValues("duplicate").Add(float64(r.Duplicates))
	m.claims.WithLabelValues("conflict").Add(float64(r.Conflicts))
	m.claims.WithLabelValues("dead").Add(float64(r.Dead))
	m.claims.WithLabelValues("forwarded").Add(float64(r.Forwarded))
	m.findings.WithLabelValues("new").Add(float64(r.FindingsNew))
	m.findings.WithLabelValues("withdrawn").Add(float64(r.FindingsWithdrawn))
	m.seconds.WithLabelValues("step").Observe(r.Took.Seconds())
}

// waiting shows how many messages wait in the outbox.
func (m *metrics) waiting(of func() int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "fundwatch_journal_waiting",
		Help: "发件箱中等待转发的消息 · messages in the outbox"}, func() float64 { return float64(of()) }))
}

// lag shows how far the partitions of this process are behind.
func (m *metrics) lag(positions func() []kafka.Position) { m.registry.MustRegister(&lag{positions}) }

// lag is asked when Prometheus asks.
type lag struct{ positions func() []kafka.Position }

var (
	lagBehind = prometheus.NewDesc("fundwatch_partition_lag", "分区中尚未处理的消息 · messages of a partition not yet worked on", []string{"partition"}, nil)
	lagHeld   = prometheus.NewDesc("fundwatch_partition_held", "1：分区停下等待，例如归档写不进 · the partition stands still and waits, for the archive for example", []string{"partition"}, nil)
	lagGap    = prometheus.NewDesc("fundwatch_partition_gap", "1：分区因缺失消息而停下 · the partition stands still for a gap", []string{"partition"}, nil)
)

// Describe names what is collected.
func (l *lag) Describe(to chan<- *prometheus.Desc) { to <- lagBehind; to <- lagGap; to <- lagHeld }

// Collect gives the lag of each partition.
func (l *lag) Collect(to chan<- prometheus.Metric) {
	for _, p := range l.positions() {
		name := strconv.Itoa(p.Partition)
		to <- prometheus.MustNewConstMetric(lagBehind, prometheus.GaugeValue, float64(max(p.End-max(p.Next, 0), 0)), name)
		to <- prometheus.MustNewConstMetric(lagGap, prometheus.GaugeValue, one(p.Gap != nil), name)
		to <- prometheus.MustNewConstMetric(lagHeld, prometheus.GaugeValue, one(p.Hold != nil), name)
	}
}

// one is 1 for true.
func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// handler answers Prometheus.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// count counts the requests that next answers, by code.
func (m *metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &coded{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(c, r)
		m.requests.WithLabelValues(strconv.Itoa(c.code)).Inc()
	})
}

// coded remembers the code of an answer.
type coded struct {
	http.ResponseWriter
	code int
}

// WriteHeader sends the code and remembers it.
func (c *coded) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

// Unwrap gives the writer below, for what net/http looks for there.
func (c *coded) Unwrap() http.ResponseWriter { return c.ResponseWriter }
