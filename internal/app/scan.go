package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/spf13/cobra"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/file"
	"fundwatch/internal/report"
	"fundwatch/policies/regions"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	region, knowledge, detectors, out string
	json, timing                      bool
	workers                           int
	profile                           string
}

func (e *env) scanCommand() *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use:   "scan INPUT…",
		Short: "扫描文件中的结算，写出疑点 · read claims from files, write findings",
		Args:  atLeast(1, "INPUT"),
		RunE: func(c *cobra.Command, args []string) error {
			stop, err := startProfile(o.profile)
			if err != nil {
				return err
			}
			defer stop()
			return e.scan(c.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.region, "region", "", "统筹区代码，六位 (region, six digits)")
	f.StringVar(&o.knowledge, "knowledge", "", "知识库文件夹 (folder of knowledge tables)")
	f.StringVar(&o.detectors, "detectors", "", "只运行这些规则，逗号分隔 (only these detectors)")
	f.StringVar(&o.out, "out", ".", "结果文件夹 (folder for the results)")
	f.BoolVar(&o.json, "json", false, "在标准输出打印 JSON 摘要 (print the summary as JSON)")
	f.BoolVar(&o.timing, "timing", false, "打印各阶段用时 (print where the time went)")
	f.StringVar(&o.profile, "cpuprofile", "", "写出 CPU 剖析 (write a CPU profile, for developers)")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "并行数 (goroutines)")
	return c
}

// startProfile writes a CPU profile until stop is called; no file, no profile.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}

// scanRun is one run of scan.
type scanRun struct {
	env        *env
	o          *scanOptions
	chosen     []*detectors.Detector
	settings   *detectors.Settings
	knowledge  *knowledge.Knowledge
	inputs     []string
	regionName string
	start      time.Time
	stages     []stage
}

// stage is a part of the work and the time it took.
type stage struct {
	name string
	took time.Duration
}

func (e *env) scan(ctx context.Context, o *scanOptions, inputs []string) (err error) {
	s := &scanRun{env: e, o: o, inputs: inputs, start: e.clock(), settings: &detectors.Settings{Region: o.region}}
	if s.chosen, err = choose(all.Detectors(), o.detectors); err != nil {
		return err
	}
	if err := s.setRegion(); err != nil {
		return err
	}
	if s.knowledge, err = e.loadKnowledge(o.knowledge); err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := s.clear(); err != nil {
		return err
	}
	s.stage("knowledge")
	intake, tally, err := s.read(ctx, inputs)
	if err != nil {
		return errors.Join(err, s.clear())
	}
	s.stage("read")
	pool, netted := intake.Net(o.workers)
	intake.All.Release()
	s.stage("net and sort")
	result, err := s.detect(ctx, pool)
	if err != nil {
		return err
	}
	s.stage("detect")
	return s.write(result, tally, netted)
}

// clear takes earlier results away, so that a scan that fails leaves none that
// look like its own.
func (s *scanRun) clear() error {
	for _, name := range []string{"findings.jsonl", "findings.parquet", "rejected.jsonl", "summary.json", "report.html"} {
		if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (s *scanRun) detect(ctx context.Context, p *claim.Pool) (*detectors.Result, error) {
	defer p.Release()
	bar := s.env.newProgress("检查 checking", false)
	defer bar.end()
	run := &detectors.Run{Pool: p, Knowledge: s.knowledge, Detectors: s.chosen, Settings: s.settings, Workers: s.o.workers,
		Clock: s.sinceStart, Progress: func(done, total int) { bar.at(int64(done), int64(total)) }}
	return run.Do(ctx)
}

// setRegion takes over what the profile of the region sets. A region without
// profile gets the defaults.
func (s *scanRun) setRegion() error {
	code := s.o.region
	if code == "" {
		return nil
	}
	if !knowledge.ValidDivision(code) {
		return usage("统筹区 %q 不是六位区划代码 (not a division code)", code)
	}
	profile, known, err := regions.Load(regions.Builtin(), code)
	if err != nil || !known {
		return err
	}
	s.regionName = profile.Name.ZH
	s.settings, err = profile.Settings(all.Detectors())
	return err
}

func (s *scanRun) sinceStart() time.Duration { return s.env.clock().Sub(s.start) }

func (s *scanRun) stage(name string) {
	took := s.sinceStart()
	for _, st := range s.stages {
		took -= st.took
	}
	s.stages = append(s.stages, stage{name, took})
}

// choose picks detectors named in full or by letter and number.
func choose(known []*detectors.Detector, names string) ([]*detectors.Detector, error) {
	if strings.TrimSpace(names) == "" {
		return known, nil
	}
	want := map[string]bool{}
	for _, n := range strings.Split(names, ",") {
		want[strings.TrimSpace(n)] = true
	}
	var out []*detectors.Detector
	for _, d := range known {
		if want[d.ID] || want[d.Short()] {
			out = append(out, d)
			delete(want, d.ID)
			delete(want, d.Short())
		}
	}
	for n := range want {
		return nil, usage("没有 %q 这条规则 (no such detector)", n)
	}
	return out, nil
}

// loadKnowledge reads a knowledge folder; bad rows are printed, all of them.
func (e *env) loadKnowledge(dir string) (*knowledge.Knowledge, error) {
	if dir == "" {
		return knowledge.Empty(), nil
	}
	k, problems, err := knowledge.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(problems) > 0 {
		knowledge.WriteProblems(e.err, problems)
		return nil, fmt.Errorf("%s: 知识库有 %d 处错误，未开始扫描 (bad rows, nothing was scanned)", dir, len(problems))
	}
	return k, nil
}

func (s *scanRun) read(ctx context.Context, inputs []string) (*claim.Intake, *file.Tally, error) {
	out, err := os.Create(s.path("rejected.jsonl"))
	if err != nil {
		return nil, nil, err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	bar := s.env.newProgress("读取 reading", true)
	defer bar.end()
	seed, err := newSeed()
	if err != nil {
		return nil, nil, err
	}
	r := &file.Reader{Alloc: memory.NewGoAllocator(), Seed: seed, Keep: detectors.Fields(s.chosen), Workers: s.o.workers,
		Stdin: s.env.in, Reject: func(rej *file.Reject) error { return rej.Write(w) }, Progress: bar.at,
		Folders: archive.Folders}
	intake, tally, err := r.Read(ctx, inputs)
	return intake, tally, errors.Join(err, w.Flush(), out.Close())
}

func newSeed() (claim.Seed, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return claim.Seed{}, err
	}
	return claim.Seed{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])}, nil
}

// summary is summary.json.
type summary struct {
	Messages      int                           `json:"messages"`
	Claims        int                           `json:"claims"`
	Duplicates    int                           `json:"duplicates"`
	Conflicts     int                           `json:"conflicts"`
	Rejected      int                           `json:"rejected"`
	Lines         int                           `json:"lines"`
	Cancelled     int                           `json:"cancelled"`
	Problems      map[string]map[claim.Rule]int `json:"problems"`
	Detectors     map[string]*detectorTotal     `json:"detectors"`
	Seconds       float64                       `json:"seconds"`
	RowsPerSecond float64                       `json:"rows_per_second"`
}

type detectorTotal struct {
	Findings int        `json:"findings"`
	Amount   claim.Wide `json:"amount_fen"`
}

func (s *scanRun) summarise(r *detectors.Result, t *file.Tally, n claim.Netted) *summary {
	out := &summary{Messages: t.Messages, Claims: n.Claims, Duplicates: t.Duplicates, Conflicts: t.Conflicts, Rejected: t.Rejected,
		Lines: n.Lines, Cancelled: n.Cancelled, Problems: t.Problems, Detectors: map[string]*detectorTotal{}}
	for _, d := range s.chosen {
		out.Detectors[d.ID] = &detectorTotal{}
	}
	for i := range r.Findings {
		total := out.Detectors[r.Findings[i].Detector]
		total.Findings++
		total.Amount = total.Amount.Add(r.Findings[i].Amount)
	}
	out.Seconds = s.sinceStart().Seconds()
	out.RowsPerSecond = float64(t.Messages+n.Lines) / max(out.Seconds, 1e-9)
	return out
}

func (s *scanRun) write(r *detectors.Result, t *file.Tally, n claim.Netted) error {
	sum := s.summarise(r, t, n)
	page := s.report(r, sum)
	outputs := []struct {
		name string
		fill func(w *bufio.Writer) error
	}{
		{"findings.jsonl", func(w *bufio.Writer) error { return writeFindings(w, r.Findings) }},
		{"findings.parquet", func(w *bufio.Writer) error { return writeFindingsParquet(w, r.Findings) }},
		{"report.html", func(w *bufio.Writer) error { return report.HTML(w, page) }},
		{"summary.json", func(w *bufio.Writer) error { return writeJSON(w, sum) }},
	}
	errs := make([]error, len(outputs))
	tasks := make([]func(), len(outputs))
	for i, o := range outputs {
		tasks[i] = func() { errs[i] = writeFile(s.path(o.name), o.fill) }
	}
	claim.InParallel(s.o.workers, tasks)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.stage("write")
	if s.o.timing {
		s.printTiming(r)
	}
	if s.o.json {
		return writeJSON(s.env.out, sum)
	}
	return report.Table(s.env.out, page, s.env.width())
}

// report gathers what the table and the page show.
func (s *scanRun) report(r *detectors.Result, sum *summary) *report.Report {
	out := &report.Report{
		Region: s.o.region, RegionName: s.regionName, Generated: s.start, Knowledge: s.knowledge.Hash,
		Messages: sum.Messages, Claims: sum.Claims, Duplicates: sum.Duplicates, Conflicts: sum.Conflicts,
		Rejected: sum.Rejected, Lines: sum.Lines, Cancelled: sum.Cancelled, Problems: sum.Problems, Seconds: sum.Seconds,
		Findings: r.Findings, Institutions: map[string]string{}, Items: map[string]string{},
	}
	for _, in := range s.inputs {
		out.Inputs = append(out.Inputs, filepath.Base(in))
	}
	for _, d := range s.chosen {
		total := sum.Detectors[d.ID]
		out.Detectors = append(out.Detectors, report.Total{Detector: d, Findings: total.Findings, Amount: total.Amount})
	}
	for code, row := range s.knowledge.Institutions {
		out.Institutions[code] = row.Name
	}
	for code := range s.knowledge.Items() {
		out.Items[code] = s.knowledge.Versions(code)[0].Name
	}
	for _, name := range []string{"report.html", "findings.jsonl", "findings.parquet", "rejected.jsonl", "summary.json"} {
		out.Files = append(out.Files, s.path(name))
	}
	return out
}

func (s *scanRun) path(name string) string { return filepath.Join(s.o.out, name) }

func (s *scanRun) printTiming(r *detectors.Result) {
	for _, st := range s.stages {
		fmt.Fprintf(s.env.err, "%-28s %8.3f s\n", st.name, st.took.Seconds())
	}
	for _, name := range []string{"traces", "gather", "sort", "lines"} {
		fmt.Fprintf(s.env.err, "  %-26s %8.3f s\n", name, r.Spent[name].Seconds())
	}
	for _, d := range s.chosen {
		if d.Lines == nil {
			fmt.Fprintf(s.env.err, "  %-26s %8.3f s\n", d.ID, r.Spent[d.ID].Seconds())
		}
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
