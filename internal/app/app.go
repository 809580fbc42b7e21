// Package app knows all the rooms: it turns the command line into work and
// work into exit codes. Nobody imports it but main.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// env is what a command gets from outside.
type env struct {
	in       io.Reader
	out, err io.Writer
	clock    func() time.Time
}

// errUsage marks a wrong use: exit 2.
var errUsage = errors.New("用法有误 wrong use")

// errAnswer marks a command that did its work and whose answer is no: exit 1,
// without a message, since the answer was printed.
var errAnswer = errors.New("does not hold")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUsage}, args...)...)
}

// Run carries out a command line and gives the exit code: 0 done, 1 failed (or:
// does not hold), 2 wrong use.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	e := &env{in: in, out: out, err: errOut, clock: time.Now}
	return e.run(ctx, args)
}

// run carries out a command line.
func (e *env) run(ctx context.Context, args []string) int {
	root := e.root()
	root.SetArgs(args)
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errAnswer):
		return 1
	case errors.Is(err, errUsage):
		fmt.Fprintf(e.err, "fundwatch: %s\n运行 fundwatch help 查看用法 (see fundwatch help)\n", inWords(err))
		return 2
	}
	fmt.Fprintf(e.err, "fundwatch: %s\n", inWords(err))
	return 1
}

// helpWords put what cobra says of a command into both languages.
var helpWords = strings.NewReplacer("Usage:", "用法 Usage:", "Available Commands:", "命令 Commands:", "Flags:", "选项 Flags:", "Global Flags:", "各命令都有 Of all commands:",
	`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `用 "{{.CommandPath}} [command] --help" 查看一个命令 (tells about one command)。`)

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "fundwatch",
		Short:         "医保基金监管：结算数据里有什么对不上，逐笔列出 · what does not fit in claims, one by one",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("没有 %q 这个命令 (no such command)", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("选项有误 (%v)", err) })
	root.SetUsageTemplate(helpWords.Replace(root.UsageTemplate()))
	root.PersistentFlags().BoolP("help", "h", false, "显示用法 (show this)")
	cobra.EnableCommandSorting = false
	// In the order a person needs them.
	root.AddCommand(e.demoCommand(), e.scanCommand(), e.knowledgeCommand(), e.policyCommand(), e.simulateCommand(), e.clockCommand(), e.drawCommand(),
		e.configCommand(), e.topicsCommand(), e.serveCommand(), e.healthCommand(), e.tokenCommand(), e.userCommand(), e.sendCommand(),
		e.deadCommand(), e.listCommand(), e.journalCommand(), e.rebuildCommand())
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Short = "一个命令的用法 · how one command is used"
	}
	return root
}

// nothingElse refuses arguments.
func nothingElse(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("不认识 %q (unexpected argument)", args[0])
	}
	return nil
}

// exactly asks for a number of arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usage("缺少 %s (missing)", what)
		case len(args) > n:
			return usage("不认识 %q (unexpected argument)", args[n])
		}
		return nil
	}
}

// atLeast asks for a number of arguments or more.
func atLeast(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usage("缺少 %s (missing)", what)
		}
		return nil
	}
}
