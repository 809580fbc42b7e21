package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"fundwatch/inspection/draw"
)

func (e *env) drawCommand() *cobra.Command {
	return parent("draw", "双随机抽取：承诺、抽取、验证 · random draws that anyone can repeat", e.drawCommitCommand(), e.drawRunCommand(), e.drawVerifyCommand())
}

// needed refuses a command line that leaves a flag out.
func needed(c *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if c.Flag(name).Value.String() == "" {
			return usage("缺少 --%s (missing)", name)
		}
	}
	return nil
}

func (e *env) drawCommitCommand() *cobra.Command {
	var objects, inspectors, plan, out string
	asJSON := false
	c := &cobra.Command{
		Use:   "commit --objects objects.csv --inspectors inspectors.csv --plan plan.json --out commit.json",
		Short: "固定名录和方案，打印应当先公开的 SHA-256 · fix all but chance, print the SHA-256 to make public",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needed(c, "objects", "inspectors", "plan", "out"); err != nil {
				return err
			}
			var sources [3]draw.Source
			var failed error
			for i, path := range []string{objects, inspectors, plan} {
				text, err := os.ReadFile(path)
				failed = errors.Join(failed, err)
				sources[i] = draw.Source{Name: filepath.Base(path), Text: text}
			}
			if failed != nil {
				return failed
			}
			fixed, err := draw.NewCommit(sources[0], sources[1], sources[2])
			if err != nil {
				return e.tellProblems(err, asJSON)
			}
			if err := replaceFile(out, fixed.Bytes()); err != nil {
				return err
			}
			return e.tellCommit(fixed, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&objects, "objects", "", "检查对象名录 (objects, CSV)")
	f.StringVar(&inspectors, "inspectors", "", "执法检查人员名录 (inspectors, CSV)")
	f.StringVar(&plan, "plan", "", "抽查方案 (plan, JSON)")
	f.StringVar(&out, "out", "", "写到哪个文件 (file to write)")
	f.BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

// tellProblems tells everything that is wrong with a commit.
func (e *env) tellProblems(err error, asJSON bool) error {
	var problems draw.Problems
	if !asJSON || !errors.As(err, &problems) {
		return fmt.Errorf("没有写出任何文件 (nothing was written):\n%w", err)
	}
	if err := writeJSON(e.out, map[string]any{"problems": problems}); err != nil {
		return err
	}
	return errAnswer
}

func (e *env) tellCommit(c *draw.Commit, asJSON bool) error {
	type stratum struct {
		Name  string `json:"name"`
		Pool  int    `json:"pool"`
		Quota int    `json:"quota"`
	}
	strata := []stratum{}
	for _, s := range c.Strata {
		strata = append(strata, stratum{s.Name, len(s.IDs), s.Quota})
	}
	notes := append([]string{}, c.Notes()...)
	if asJSON {
		return writeJSON(e.out, map[string]any{
			"sha256": c.SHA256(), "campaign": c.Plan.Campaign, "strata": strata, "outside": len(c.Outside), "excluded": len(c.Plan.Exclude), "notes": notes,
		})
	}
	fmt.Fprintln(e.out, c.SHA256())
	for _, s := range strata {
		fmt.Fprintf(e.out, "层 %s：%d 个对象抽 %d 个 (stratum: objects, to draw)\n", s.Name, s.Pool, s.Quota)
	}
	fmt.Fprintf(e.out, "不属于任何层 %d 个，排除 %d 个 (outside, excluded)\n", len(c.Outside), len(c.Plan.Exclude))
	for _, n := range notes {
		fmt.Fprintf(e.out, "注意 (note): %s\n", n)
	}
	return nil
}

func (e *env) drawRunCommand() *cobra.Command {
	var commit, seed, out string
	asJSON := false
	c := &cobra.Command{
		Use:   "run --commit commit.json --seed TEXT --out draw.json",
		Short: "用公开的种子抽取 · draw under a public seed",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needed(c, "commit", "seed", "out"); err != nil {
				return err
			}
			if !utf8.ValidString(seed) {
				return usage("--seed 不是 UTF-8 (not UTF-8)")
			}
			text, err := os.ReadFile(commit)
			if err != nil {
				return err
			}
			fixed, err := draw.ReadCommit(text)
			if err != nil {
				return fmt.Errorf("%s: %w", commit, err)
			}
			drawn, err := fixed.Run(seed)
			if err != nil {
				return err
			}
			if err := replaceFile(out, drawn.Bytes()); err != nil {
				return err
			}
			return e.tellDraw(drawn, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&commit, "commit", "", "承诺文件 (the commit)")
	f.StringVar(&seed, "seed", "", "种子，事先无人能知 (the seed, which nobody could foresee)")
	f.StringVar(&out, "out", "", "写到哪个文件 (file to write)")
	f.BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) tellDraw(d *draw.Draw, asJSON bool) error {
	if asJSON {
		_, err := fmt.Fprintf(e.out, "%s\n", d.Bytes())
		return err
	}
	fmt.Fprintf(e.out, "承诺 (commit) %s\n", d.Commit.SHA256())
	for _, s := range d.Strata {
		fmt.Fprintf(e.out, "层 (stratum) %s\n", s.Name)
		for _, o := range s.Drawn {
			fmt.Fprintf(e.out, "  %s  抽中 (drawn) %s  检查人员 (inspectors)", o.Ticket, o.ID)
			for _, i := range o.Inspectors {
				fmt.Fprintf(e.out, " %s", i.ID)
			}
			fmt.Fprintln(e.out)
		}
		for _, o := range s.Substitutes {
			fmt.Fprintf(e.out, "  %s  候补 (stands by) %s\n", o.Ticket, o.ID)
		}
	}
	return nil
}

func (e *env) drawVerifyCommand() *cobra.Command {
	commit, asJSON := "", false
	c := &cobra.Command{
		Use:   "verify draw.json [--commit commit.json]",
		Short: "只凭这个文件重新抽一遍，指出第一处不同 · draw again from the file alone, name the first thing that differs",
		Args:  exactly(1, "draw.json"),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			var fixed []byte
			if c.Flags().Changed("commit") {
				if fixed, err = os.ReadFile(commit); err != nil {
					return err
				}
			}
			d, err := draw.Verify(text, fixed)
			return e.tellDrawVerdict(d, err, asJSON)
		},
	}
	c.Flags().StringVar(&commit, "commit", "", "先前公开的承诺文件，一并比对 (the commit made public before)")
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) tellDrawVerdict(d *draw.Draw, err error, asJSON bool) error {
	var different *draw.Difference
	switch {
	case err != nil && !errors.As(err, &different):
		return err
	case err != nil && asJSON:
		err = writeJSON(e.out, map[string]any{"holds": false, "where": different.Where, "sentence": different.Sentence})
	case err != nil:
		_, err = fmt.Fprintf(e.out, "不符 (does not hold): %v\n", different)
	default:
		return e.tellHolds(d, asJSON)
	}
	return errors.Join(err, errAnswer)
}

func (e *env) tellHolds(d *draw.Draw, asJSON bool) error {
	drawn := 0
	for _, s := range d.Strata {
		drawn += len(s.Drawn)
	}
	if asJSON {
		return writeJSON(e.out, map[string]any{"holds": true, "commit_sha256": d.Commit.SHA256(), "seed": d.Seed, "drawn": drawn})
	}
	_, err := fmt.Fprintf(e.out, "相符 (holds)\n承诺 (commit) %s\n种子 (seed) %s\n抽中 %d 个对象 (objects drawn)\n", d.Commit.SHA256(), d.Seed, drawn)
	return err
}

// replaceFile writes a file whole or not at all: beside it first, then in its
// place.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, failed := f.Write(text)
	if err := errors.Join(failed, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
