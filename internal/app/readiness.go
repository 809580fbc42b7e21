package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/config"
)

// missing is a part that is not there at the moment.
type missing struct {
	Part string `json:"part"`
	ZH   string `json:"sentence_zh"`
	EN   string `json:"sentence_en"`
}

// Why a part is missing.
var (
	startsKafka  = missing{"kafka", "尚未连上 Kafka。", "Not connected to Kafka yet."}
	startsRedis  = missing{"redis", "尚未连上 Redis。", "Not connected to Redis yet."}
	startsWorker = missing{"worker", "处理部分尚未启动。", "The worker has not started yet."}
	noKafka      = missing{"kafka", "Kafka 没有回应。", "Kafka does not answer."}
	noRedis      = missing{"redis", "Redis 没有回应。", "Redis does not answer."}
	noWorker     = missing{"worker", "处理部分尚未就绪。", "The worker is not ready."}
	lacksWorker  = missing{"worker", "本版本不含处理部分，结算只接收不检查。", "This build has no worker: claims are taken and not checked."}
	starting     = missing{"serve", "正在启动。", "Starting."}
	stopping     = missing{"serve", "正在停止。", "Stopping."}
)

// standing is a partition that stands still: messages that should come next are
// gone from the log, or the worker takes none at the moment. It does not make the
// server unready, for neither a restart nor another server helps.
type standing struct {
	Partition int    `json:"partition"`
	Next      int64  `json:"next_offset"`
	First     *int64 `json:"first_offset,omitempty"` // the offset found in its place, where messages are gone
	ZH        string `json:"sentence_zh"`
	EN        string `json:"sentence_en"`
}

// readiness knows which parts are missing, and which partitions stand still.
type readiness struct {
	mu        sync.Mutex
	parts     map[string]missing
	positions func() []kafka.Position // nil: this process has no partitions
}

// watch takes the partitions of this process from positions.
func (r *readiness) watch(positions func() []kafka.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.positions = positions
}

// at gives where the partitions of this process stand; none where it has none.
func (r *readiness) at() []kafka.Position {
	r.mu.Lock()
	positions := r.positions
	r.mu.Unlock()
	if positions == nil {
		return nil
	}
	return positions()
}

// standing lists the partitions that stand still, by number.
func (r *readiness) standing() []standing {
	var out []standing
	for _, p := range r.at() {
		if h := p.Hold; h != nil {
			out = append(out, standing{p.Partition, p.Next, nil,
				fmt.Sprintf("分区 %d 停在偏移量 %d：%s", p.Partition, p.Next, h.ZH), fmt.Sprintf("Partition %d stands at offset %d: %s", p.Partition, p.Next, h.EN)})
		}
		if g := p.Gap; g != nil {
			out = append(out, standing{p.Partition, g.Want, &g.Have,
				fmt.Sprintf("分区 %d 停在偏移量 %d：日志中缺少消息，请按运维说明处理。", p.Partition, g.Want),
				fmt.Sprintf("Partition %d stands at offset %d: messages are missing from the log, see the operators' guide.", p.Partition, g.Want)})
		}
	}
	slices.SortFunc(out, func(a, b standing) int { return cmp.Compare(a.Partition, b.Partition) })
	return out
}

func newReadiness(now ...missing) *readiness {
	r := &readiness{parts: map[string]missing{}}
	for _, m := range now {
		r.parts[m.Part] = m
	}
	return r
}

// set says whether a part is there, and gives whether that is news.
func (r *readiness) set(m missing, there bool) (news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, was := r.parts[m.Part]
	if there {
		delete(r.parts, m.Part)
		return was
	}
	r.parts[m.Part] = m
	return !was || before != m
}

func (r *readiness) missing() []missing {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]missing, 0, len(r.parts))
	for _, m := range r.parts {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b missing) int { return cmp.Compare(a.Part, b.Part) })
	return out
}

// ready is the answer of /readyz.
type ready struct {
	Ready    bool       `json:"ready"`
	Embedded string     `json:"embedded,omitempty"`
	Missing  []missing  `json:"missing"`
	Standing []standing `json:"standing,omitempty"`
}

// operators gives what operators and their machines ask: health, readiness,
// metrics.
func operators(m *metrics, r *readiness, label string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		a := ready{Embedded: label, Missing: r.missing(), Standing: r.standing()}
		a.Ready = len(a.Missing) == 0
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if !a.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(a) // whoever has gone away does not hear it
	})
	return mux
}

func (e *env) healthCommand() *cobra.Command {
	var f settingsFlags
	asJSON := false
	c := &cobra.Command{
		Use:   "health",
		Short: "问本机的 serve 是否就绪，缺什么 · ask the server of this machine whether it is ready, and what is missing",
		Args:  nothingElse,
		RunE:  func(c *cobra.Command, _ []string) error { return e.health(c.Context(), &f, asJSON) },
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) health(ctx context.Context, f *settingsFlags, asJSON bool) error {
	l, problems, err := f.load(false)
	if err != nil {
		return err
	}
	if l.Metrics.Addr == "" || slices.ContainsFunc(problems, func(p config.Problem) bool { return p.Key == "metrics.addr" }) {
		return usage("metrics.addr 未设置 (is not set)")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Metrics.Addr+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("serve 没有回应 (does not answer): %w", err)
	}
	defer answer.Body.Close()
	var is ready
	if err := json.NewDecoder(answer.Body).Decode(&is); err != nil {
		return errors.New("回应不是 fundwatch 的 (the answer is not fundwatch's)")
	}
	if asJSON {
		err = writeJSON(e.out, is)
	} else {
		for _, m := range is.Missing {
			fmt.Fprintf(e.out, "%s\t%s %s\n", m.Part, m.ZH, m.EN)
		}
		for _, p := range is.Standing {
			fmt.Fprintf(e.out, "partition %d\t%s %s\n", p.Partition, p.ZH, p.EN)
		}
		if is.Ready {
			fmt.Fprintln(e.out, "就绪 (ready)")
		}
	}
	if !is.Ready {
		return errors.Join(errAnswer, err)
	}
	return err
}
