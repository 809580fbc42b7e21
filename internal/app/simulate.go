package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"fundwatch/internal/simulate"
)

func (e *env) simulateCommand() *cobra.Command {
	var o simulate.Config
	asJSON := false
	c := &cobra.Command{
		Use:   "simulate",
		Short: "生成虚构的统筹区与结算数据，内有标注的案例 · make claims of an invented place, with labelled cases",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Dir == "" {
				return usage("缺少 --out DIR (missing)")
			}
			if err := simulate.Check(o); err != nil {
				return usage("%v", err)
			}
			bar := e.newProgress("生成 simulating", false)
			sum, err := simulate.Run(c.Context(), o, func(done, total int) { bar.at(int64(done), int64(total)) })
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(e.out, sum)
			}
			fmt.Fprintf(e.out, "生成虚构结算 %d 笔、明细 %d 条、标注案例 %d 个 (invented claims, lines, labelled cases)\n", sum.Claims, sum.Lines, sum.Plants)
			fmt.Fprintf(e.out, "扫描 (to scan):\n  fundwatch scan --knowledge %s --out %s %s\n", filepath.Join(o.Dir, "knowledge"),
				filepath.Join(o.Dir, "result"), simulatedClaims(o))
			return nil
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.Seed, "seed", 1, "随机种子，相同种子结果相同 (same seed, same bytes)")
	f.IntVar(&o.Claims, "claims", 20_000, "结算笔数 (number of claims)")
	f.StringVar(&o.Dir, "out", "", "输出文件夹 (folder)")
	f.StringVar(&o.Form, "form", simulate.FormJSONL, "jsonl、jsonl.gz、jsonl.zst、csv 或 parquet")
	f.Float64Var(&o.Malformed, "malformed", 0, "损坏消息所占份额，仅 jsonl (share of damaged messages)")
	f.Float64Var(&o.Duplicates, "duplicates", 0, "重复消息所占份额，仅 jsonl (share of repeated messages)")
	f.Float64Var(&o.Conflicts, "conflicts", 0, "冲突消息所占份额，仅 jsonl (share of conflicting messages)")
	f.BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

// simulatedClaims is where simulate wrote the claims: a file, or a folder of
// tables.
func simulatedClaims(c simulate.Config) string {
	switch c.Form {
	case simulate.FormCSV, simulate.FormParquet:
		return filepath.Join(c.Dir, "claims")
	}
	return filepath.Join(c.Dir, "claims."+c.Form)
}

// How much the demonstration makes.
const (
	demoClaims = 20_000
	demoCases  = 6 // for each detector and label
)

func (e *env) demoCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "演示：生成虚构数据并扫描 · invented claims of an Alxa-like place, scanned",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				made, err := os.MkdirTemp("", "fundwatch-demo-")
				if err != nil {
					return err
				}
				dir = made
			}
			fmt.Fprint(e.out, "演示：虚构统筹区一年的结算，不含任何真实人员与机构。网页工作台尚未完成，现在演示离线扫描。\n"+
				"Demo: a year of claims of an invented place. The web application is not there yet; this shows the offline scan.\n\n")
			made := simulate.Config{Seed: 1, Claims: demoClaims, Plants: demoCases, Dir: dir, Form: simulate.FormJSONL}
			bar := e.newProgress("生成 simulating", false)
			_, err := simulate.Run(c.Context(), made, func(done, total int) { bar.at(int64(done), int64(total)) })
			bar.end()
			if err != nil {
				return err
			}
			o := &scanOptions{region: "152900", knowledge: filepath.Join(dir, "knowledge"), out: filepath.Join(dir, "result"), workers: runtime.GOMAXPROCS(0)}
			return e.scan(c.Context(), o, []string{simulatedClaims(made)})
		},
	}
	c.Flags().StringVar(&dir, "out", "", "文件夹，默认新建临时文件夹 (folder; a new temporary one by default)")
	return c
}
