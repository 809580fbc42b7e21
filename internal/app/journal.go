package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/internal/embedded"
	"fundwatch/internal/journal"
)

func (e *env) journalCommand() *cobra.Command {
	var f settingsFlags
	var head string
	asJSON := false
	verify := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "查验日志，指出第一处断开；默认读主题并与 Redis 的末条核对 · name the first broken line; by default of the topic, against Redis",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("不认识 %q (unexpected argument)", args[1])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			want, err := parseHead(head)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return e.verifyFile(args[0], want, asJSON)
			}
			return withState(c.Context(), &f, true, func(s *services) error { return e.verifyTopic(c.Context(), s, want, asJSON) })
		},
	}
	f.add(verify)
	verify.Flags().StringVar(&head, "head", "", "记在纸上的末条，编号:值 (a head from paper, n:weave)")
	verify.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return parent("journal", "变更日志：查验、导出 · the journal of changes: verify it, export it", verify, e.exportCommand())
}

func (e *env) exportCommand() *cobra.Command {
	var f settingsFlags
	c := &cobra.Command{
		Use:   "export",
		Short: "把主题中的日志写到标准输出，一行一条（含被查对象的编码） · write the journal to standard output (it holds codes of subjects)",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			return withKafka(c.Context(), &f, func(s *services) error {
				w := bufio.NewWriterSize(e.out, 1<<16)
				var line []byte
				for r, err := range journal.Once(s.journalRecords(c.Context())) {
					if err != nil {
						return errors.Join(w.Flush(), err)
					}
					line = append(r.AppendJSON(line[:0]), '\n')
					if _, err := w.Write(line); err != nil {
						return err
					}
				}
				return w.Flush()
			})
		},
	}
	f.add(c)
	return c
}

func parseHead(text string) (*journal.Head, error) {
	if text == "" {
		return nil, nil
	}
	n, weave, ok := strings.Cut(text, ":")
	number, err := strconv.ParseInt(n, 10, 64)
	if !ok || err != nil || number < 1 || len(weave) != 40 {
		return nil, usage("--head 应为 编号:值，值为 40 位十六进制 (want n:weave)")
	}
	return &journal.Head{N: number, Weave: weave}, nil
}

// Where the head comes from that a journal must end at.
const (
	anchorNone  = "none"
	anchorPaper = "paper"
	anchorRedis = "redis"
)

// verdict is what verify found.
type verdict struct {
	Holds  bool     `json:"holds"`
	N      int64    `json:"n"`
	Weave  string   `json:"weave"`
	Anchor string   `json:"anchor"`
	Break  *breakAt `json:"break,omitempty"`
}

type breakAt struct {
	Record int64  `json:"record"` // which of those read, from 1
	N      int64  `json:"n"`
	Chain  string `json:"chain"`
	Seq    int64  `json:"seq"`
	Reason string `json:"reason"`
}

func (e *env) verifyFile(path string, want *journal.Head, asJSON bool) error {
	in, err := e.readInput(path)
	if err != nil {
		return err
	}
	defer in.Close()
	anchor := anchorNone
	if want != nil {
		anchor = anchorPaper
	}
	return e.tellVerdict(journal.Read(in), want, anchor, asJSON)
}

func (e *env) verifyTopic(ctx context.Context, s *services, want *journal.Head, asJSON bool) error {
	anchor := anchorPaper
	records := iter.Seq2[journal.Record, error](s.journalRecords(ctx))
	if want == nil {
		head, err := s.settledHead(ctx)
		if err != nil {
			return err
		}
		anchor = anchorRedis
		if want = &head; head.N == 0 {
			want, anchor = nil, anchorNone
		}
	}
	if want != nil {
		records = upTo(records, want.N)
	}
	return e.tellVerdict(records, want, anchor, asJSON)
}

// settledHead gives the head of Redis once the relay has carried everything
// before it, or after a while in any case: what is missing then is told as
// missing.
func (s *services) settledHead(ctx context.Context) (journal.Head, error) {
	head, err := s.journal.Head(ctx)
	if err != nil {
		return head, err
	}
	for range 20 {
		waiting, err := s.journal.Waiting(ctx)
		if err != nil || waiting == 0 {
			return head, err
		}
		if !pause(ctx, 250*time.Millisecond) {
			return head, ctx.Err()
		}
	}
	return head, nil
}

// upTo ends with record n: those after it came while we were reading.
func upTo(records iter.Seq2[journal.Record, error], n int64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for r, err := range records {
			if err == nil && r.N > n || !yield(r, err) || r.N == n {
				return
			}
		}
	}
}

func (e *env) tellVerdict(records iter.Seq2[journal.Record, error], want *journal.Head, anchor string, asJSON bool) error {
	head, err := journal.Verify(journal.Once(records), want)
	broken, isBreak := errors.AsType[*journal.Break](err)
	if err != nil && !isBreak {
		return err
	}
	v := verdict{Holds: err == nil, N: head.N, Weave: head.Weave, Anchor: anchor}
	if isBreak {
		v.Break = &breakAt{broken.Place, broken.N, broken.Chain, broken.Seq, broken.Reason}
	}
	switch {
	case asJSON:
		if err := writeJSON(e.out, v); err != nil {
			return err
		}
	case isBreak:
		fmt.Fprintln(e.out, broken)
	default:
		fmt.Fprintf(e.out, "日志完整，共 %d 条 (the journal holds)", head.N)
		if head.N > 0 {
			fmt.Fprintf(e.out, "，末条 (head) %d:%s", head.N, head.Weave)
		}
		fmt.Fprintln(e.out)
		if anchor == anchorNone {
			fmt.Fprintln(e.out, "没有可核对的末条，末尾是否被截去无从得知 (nothing to compare the end with: a cut end would not show)")
		}
	}
	if isBreak {
		return errAnswer
	}
	return nil
}

// rebuildFlags are the flags of rebuild.
type rebuildFlags struct {
	settingsFlags
	check, json bool
	from, want  string
}

func (e *env) rebuildCommand() *cobra.Command {
	var f rebuildFlags
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "从日志重建 Redis（须为空，且停止其他进程）；--check 只在内存中重建并比较摘要 · make Redis again from the journal; --check compares only",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			return withState(c.Context(), &f.settingsFlags, f.from == "", func(s *services) error {
				if f.check {
					return e.checkRebuild(c.Context(), s, &f)
				}
				return e.rebuild(c.Context(), s, &f)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.check, "check", false, "演练：不改动任何东西 (a drill: change nothing)")
	c.Flags().StringVar(&f.from, "from", "", "从导出的日志文件而非主题 (from a file, not the topic)")
	c.Flags().StringVar(&f.want, "want", "", "摘要应为此值 (the digest must be this)")
	c.Flags().BoolVar(&f.json, "json", false, "打印 JSON (print JSON)")
	return c
}

// rebuilt is what a rebuild gave.
type rebuilt struct {
	Records int64  `json:"records"`
	Digest  string `json:"digest"`
	Want    string `json:"want,omitempty"` // of Redis as it is, or as the caller gave it
	Equal   *bool  `json:"equal,omitempty"`
}

// journalOf gives the records of a rebuild.
func (e *env) journalOf(ctx context.Context, s *services, from string) (records iter.Seq2[journal.Record, error], done func(), err error) {
	if from == "" {
		return s.journalRecords(ctx), func() {}, nil
	}
	in, err := e.readInput(from)
	if err != nil {
		return nil, nil, err
	}
	return journal.Read(in), func() { in.Close() }, nil
}

func (e *env) rebuild(ctx context.Context, s *services, f *rebuildFlags) error {
	records, done, err := e.journalOf(ctx, s, f.from)
	if err != nil {
		return err
	}
	defer done()
	n, err := journal.Rebuild(ctx, s.journal, records)
	if err != nil {
		return fmt.Errorf("重建未完成，已应用 %d 条 (not rebuilt; records applied): %w", n, err)
	}
	digest, err := journal.Digest(ctx, s.journal)
	if err != nil {
		return err
	}
	return e.tellRebuilt(rebuilt{Records: n, Digest: digest, Want: f.want}, f.json)
}

// checkRebuild makes the state a second time, in a Redis inside this program,
// and compares.
func (e *env) checkRebuild(ctx context.Context, s *services, f *rebuildFlags) error {
	head, err := s.settledHead(ctx)
	if err != nil {
		return err
	}
	want, err := journal.Digest(ctx, s.journal)
	if err != nil {
		return err
	}
	if now, err := s.journal.Head(ctx); err != nil || now != head {
		return errors.Join(err, errors.New("比较时有新的变更，请停止其他进程后再试 (something was written meanwhile: stop the others and try again)"))
	}
	records, done, err := e.journalOf(ctx, s, f.from)
	if err != nil {
		return err
	}
	defer done()
	second, err := embedded.Redis("")
	if err != nil {
		return err
	}
	defer second.Stop()
	to, err := journal.Open(journal.Config{Region: s.cfg.Region, Addrs: []string{second.Addr}, Embedded: true, Ops: roomOps()})
	if err != nil {
		return err
	}
	defer to.Close()
	n, err := journal.Rebuild(ctx, to, upTo(records, head.N))
	if err != nil {
		return err
	}
	digest, err := journal.Digest(ctx, to)
	if err != nil {
		return err
	}
	return e.tellRebuilt(rebuilt{Records: n, Digest: digest, Want: want}, f.json)
}

func (e *env) tellRebuilt(r rebuilt, asJSON bool) error {
	equal := r.Want == r.Digest
	if r.Want != "" {
		r.Equal = &equal
	}
	if asJSON {
		if err := writeJSON(e.out, r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.out, "重建 %d 条 (records)\n重建后的摘要 (digest of the rebuilt)\t%s\n", r.Records, r.Digest)
		if r.Want != "" {
			fmt.Fprintf(e.out, "原来的摘要 (digest that was)\t\t%s\n%s\n", r.Want, map[bool]string{true: "相同 (equal)", false: "不同 (different)"}[equal])
		}
	}
	if r.Want != "" && !equal {
		return errAnswer
	}
	return nil
}
