package app

import (
	"fmt"
	"path/filepath"

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
	f.IntVar(&o.Institutions, "institutions", 0, "机构数，至少 30，默认随结算笔数 (institutions, 30 or more; with the claims by default)")
	f.IntVar(&o.Persons, "persons", 0, "人数，默认随结算笔数 (persons; with the claims by default)")
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
