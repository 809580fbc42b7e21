package app

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"fundwatch/detectors/knowledge"
)

func (e *env) knowledgeCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "knowledge",
		Short: "知识库 · knowledge tables",
		Args:  nothingElse,
		RunE:  func(*cobra.Command, []string) error { return usage("用法：fundwatch knowledge check DIR") },
	}
	asJSON := false
	check := &cobra.Command{
		Use:   "check DIR",
		Short: "检查知识库，列出每一处错误 · print every bad row",
		Args:  exactly(1, "DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			return e.checkKnowledge(args[0], asJSON)
		},
	}
	check.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	parent.AddCommand(check)
	return parent
}

func (e *env) checkKnowledge(dir string, asJSON bool) error {
	k, problems, err := knowledge.Load(os.DirFS(dir))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	switch {
	case asJSON:
		if err := knowledge.WriteProblemsJSON(e.out, problems); err != nil {
			return err
		}
	case len(problems) > 0:
		knowledge.WriteProblems(e.out, problems)
		fmt.Fprintf(e.out, "共 %d 处错误 (bad cells)\n", len(problems))
	default:
		fmt.Fprintf(e.out, "没有错误 (no bad rows)\n%s\n", k.Hash)
	}
	if len(problems) > 0 {
		return errAnswer
	}
	return nil
}
