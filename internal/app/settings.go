package app

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/internal/config"
)

// settingsFlags are the flags of every command that needs a configuration.
type settingsFlags struct {
	file string
	set  []string
}

func (f *settingsFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "config", "", "配置文件，默认取环境变量 FUNDWATCH_CONFIG (configuration file)")
	c.Flags().StringArrayVar(&f.set, "set", nil, "覆盖一项，键=值，可重复 (override one setting, key=value)")
}

// load reads the configuration with all its problems.
func (f *settingsFlags) load(embedded bool, without ...string) (*config.Loaded, []config.Problem, error) {
	s := config.Sources{File: f.file, Env: os.Environ(), Flags: f.set, Embedded: embedded, Without: without, Read: os.ReadFile}
	if s.File == "" {
		s.File = os.Getenv("FUNDWATCH_CONFIG")
	}
	if s.File != "" {
		b, err := os.ReadFile(s.File)
		if err != nil {
			return nil, nil, usage("无法读取配置文件 (cannot read the configuration): %w", err)
		}
		s.YAML = b
	}
	l, problems := config.Load(s)
	return l, problems, nil
}

// settings reads a configuration that must be without problems; otherwise the
// error names them all.
func (f *settingsFlags) settings(embedded bool, without ...string) (*config.Config, error) {
	l, problems, err := f.load(embedded, without...)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		var b strings.Builder
		for _, p := range problems {
			b.WriteString("\n  " + p.String())
		}
		return nil, usage("配置有 %d 处问题 (problems in the configuration):%s", len(problems), b.String())
	}
	return &l.Config, nil
}

func (e *env) configCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "config",
		Short: "配置：检查、示例 · configuration: check it, print an example",
		Args:  nothingElse,
		RunE:  func(*cobra.Command, []string) error { return usage("用法：fundwatch config check|example") },
	}
	var f settingsFlags
	asJSON := false
	check := &cobra.Command{
		Use:   "check",
		Short: "检查配置，列出全部问题，或实际生效的值（口令隐藏） · print all problems, or what holds, secrets hidden",
		Args:  nothingElse,
		RunE:  func(*cobra.Command, []string) error { return e.checkConfig(&f, asJSON) },
	}
	f.add(check)
	check.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	example := &cobra.Command{
		Use:   "example",
		Short: "打印带说明的配置文件 · print a file with comments",
		Args:  nothingElse,
		RunE: func(*cobra.Command, []string) error {
			_, err := e.out.Write(config.Example())
			return err
		},
	}
	parent.AddCommand(check, example)
	return parent
}

func (e *env) checkConfig(f *settingsFlags, asJSON bool) error {
	l, problems, err := f.load(false)
	if err != nil {
		return err
	}
	if asJSON {
		out := struct {
			Problems []config.Problem `json:"problems"`
			Settings []config.Value   `json:"settings"`
		}{append([]config.Problem{}, problems...), l.Values()}
		err = writeJSON(e.out, out)
	} else if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(e.out, p)
		}
		fmt.Fprintf(e.out, "共 %d 处问题 (problems)\n", len(problems))
	} else {
		for _, v := range l.Values() {
			fmt.Fprintf(e.out, "%-28s %v\t# %s\n", v.Key, v.Value, v.From)
		}
	}
	if len(problems) > 0 {
		err = errors.Join(errAnswer, err)
	}
	return err
}
