package app

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/clock"
)

// clockFlags are what the clock command is asked, as written.
type clockFlags struct {
	from, extend string
	n            map[clock.Unit]*string
	exclude      []string
	json         bool
}

func (e *env) clockCommand() *cobra.Command {
	f := clockFlags{n: map[clock.Unit]*string{}}
	c := &cobra.Command{
		Use:   "clock --from T (--days N | --working-days N | --hours N | --months N)",
		Short: "计算期限何时届满 · when a period ends",
		Long: `计算期限何时届满。次日为第 1 日；工作日按国务院放假安排，含调休上班日；按日、按月计算的，末日不是工作日则顺延。
缺少哪一年的放假安排，退出码为 1 并说明。

When a period ends. The day after T is day 1; working days follow the State Council's calendar, make-up days
included; days and months that end on no working day move on to the next. A year without calendar is exit 1 and said.`,
		Args: nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := f.period(c)
			if err != nil {
				return usage("%v", err)
			}
			end, err := clock.StateCouncil().End(p)
			if err != nil {
				return err
			}
			return f.tell(e.out, p, end)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "起算的日期或时间，如 2026-03-05 或 \"2026-03-05 08:30:00\" (a day or a time)")
	for _, u := range clock.Units {
		f.n[u] = new(string)
		flags.StringVar(f.n[u], string(u), "", map[clock.Unit]string{
			clock.Days: "自然日 (natural days)", clock.WorkingDays: "工作日 (working days)", clock.Hours: "小时 (hours)", clock.Months: "月 (months)",
		}[u])
	}
	flags.StringVar(&f.extend, "extend", "0", "延长，单位相同 (extension in the same unit)")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "不计入的期间 D1..D2，含首末两日，可重复 (days that do not count)")
	flags.BoolVar(&f.json, "json", false, "打印 JSON (print JSON)")
	return c
}

// period is what the flags say. Its errors are wrong use.
func (f *clockFlags) period(c *cobra.Command) (clock.Period, error) {
	p := clock.Period{}
	var err error
	if p.From, err = parseFrom(f.from); err != nil {
		return p, err
	}
	for _, u := range clock.Units {
		if !c.Flags().Changed(string(u)) {
			continue
		}
		if p.Unit != "" {
			return p, errors.New("--days、--working-days、--hours、--months 只能用一个 (only one of them)")
		}
		p.Unit = u
		if p.N, err = parseCount(string(u), *f.n[u]); err != nil {
			return p, err
		}
	}
	if p.Unit == "" {
		return p, errors.New("缺少 --days、--working-days、--hours 或 --months (missing)")
	}
	if p.Extend, err = parseCount("extend", f.extend); err != nil {
		return p, err
	}
	for _, text := range f.exclude {
		first, last, ok := strings.Cut(text, "..")
		from, badFrom := clock.ParseDay(first)
		to, badTo := clock.ParseDay(last)
		if !ok || badFrom != nil || badTo != nil {
			return p, fmt.Errorf("--exclude %q 应写作 2026-03-09..2026-03-13 (not D1..D2)", text)
		}
		p.Exclude = append(p.Exclude, clock.Range{From: from, To: to})
	}
	return p, p.Check()
}

// parseFrom reads a day, which is its first second, or a time.
func parseFrom(text string) (clock.Moment, error) {
	if text == "" {
		return 0, errors.New("缺少 --from (missing)")
	}
	if d, err := clock.ParseDay(text); err == nil {
		return d.Start(), nil
	}
	m, err := clock.ParseMoment(text)
	if err != nil {
		return 0, fmt.Errorf("--from %q 应写作 2026-03-05 或 \"2026-03-05 08:30:00\" (neither a day nor a time)", text)
	}
	return m, nil
}

// parseCount reads a whole number in decimal digits. More than fit are as many
// as fit: any period of so many ends after the last day.
func parseCount(flag, text string) (int, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("--%s %q 不是整数 (not a whole number)", flag, text)
	}
	n, err := strconv.Atoi(text)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("--%s %q 不是整数 (not a whole number)", flag, text)
	}
	return n, nil
}

func (f *clockFlags) tell(w io.Writer, p clock.Period, end clock.End) error {
	if f.json {
		return writeJSON(w, struct {
			From string     `json:"from"`
			End  string     `json:"end"`
			Unit clock.Unit `json:"unit"`
			N    int        `json:"n"`
		}{f.from, end.String(), p.Unit, p.N})
	}
	extended := ""
	if p.Extend > 0 {
		extended = fmt.Sprintf("，延长 %d %s (extended by %d)", p.Extend, p.Unit.Chinese(), p.Extend)
	}
	_, err := fmt.Fprintf(w, "%s\n自 %s 起 %d %s (%s)%s\n", end, f.from, p.N, p.Unit.Chinese(), p.Unit, extended)
	return err
}
