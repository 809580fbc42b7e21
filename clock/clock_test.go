package clock

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func day(t testing.TB, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCalendarDayByDay compares the calendar with one that was made day by day
// from another source (chinese-days 1.5.7): 4,383 days, a digit each.
func TestCalendarDayByDay(t *testing.T) {
	f, err := os.Open("testdata/workdays.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, days := bufio.NewScanner(f), 0
	for lines.Scan() {
		year, digits, _ := strings.Cut(lines.Text(), " ")
		d := day(t, year+"-01-01")
		for _, digit := range digits {
			working, err := StateCouncil().Working(d)
			if err != nil {
				t.Fatal(err)
			}
			if working != (digit == '1') {
				t.Errorf("%s: working is %v", d, working)
			}
			d, days = d+1, days+1
		}
		if d.Year() == day(t, year+"-12-31").Year() {
			t.Errorf("%s is not whole", year)
		}
	}
	if days != 4383 {
		t.Errorf("%d days", days)
	}
}

func TestMissingYearIsNamed(t *testing.T) {
	for _, c := range []struct {
		from string
		p    Period
		year int
	}{
		{"2026-12-30", Period{N: 2, Unit: WorkingDays}, 2027},
		{"2013-12-31", Period{N: 1, Unit: WorkingDays}, 2014},
		{"2026-12-30", Period{N: 30, Unit: Days}, 2027},
		{"2026-12-30", Period{N: 1, Unit: Months}, 2027},
		{"2010-01-01", Period{N: 3, Unit: Days}, 2010},
	} {
		c.p.From = day(t, c.from).Start()
		_, err := StateCouncil().End(c.p)
		var missing MissingYear
		if !errors.As(err, &missing) || missing.Year != c.year {
			t.Errorf("%s: %v", c.from, err)
		}
	}
	// A year that is only passed through is not needed.
	var none *Calendar
	if _, err := none.End(Period{From: 0, N: 5, Unit: Hours}); err != nil {
		t.Error(err)
	}
	end, err := StateCouncil().End(Period{From: day(t, "2014-12-20").Start(), N: 20, Unit: Days})
	if err != nil || end.String() != "2015-01-09" {
		t.Error(end, err)
	}
}

// TestEnds holds ends worked out by hand from the notices.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		why, from string
		n         int
		unit      Unit
		extend    int
		exclude   string
		want      string
	}{
		{"plain week", "2026-03-02", 5, WorkingDays, 0, "", "2026-03-09"},
		{"Spring Festival 2026: 14 and 28 February are worked", "2026-02-13", 1, WorkingDays, 0, "", "2026-02-14"},
		{"nine days off", "2026-02-13", 2, WorkingDays, 0, "", "2026-02-24"},
		{"to the make-up Saturday", "2026-02-13", 6, WorkingDays, 0, "", "2026-02-28"},
		{"National Day and Mid-Autumn 2026", "2026-09-30", 3, WorkingDays, 0, "", "2026-10-10"},
		{"make-up Sunday before National Day", "2026-09-18", 1, WorkingDays, 0, "", "2026-09-20"},
		{"Spring Festival 2020 was prolonged to 2 February", "2020-01-23", 1, WorkingDays, 0, "", "2020-02-03"},
		{"3 September 2015", "2015-09-02", 1, WorkingDays, 0, "", "2015-09-06"},
		{"New Year 2019 lies in 2018, too", "2018-12-28", 2, WorkingDays, 0, "", "2019-01-02"},
		{"31 December 2022 was off", "2022-12-30", 1, WorkingDays, 0, "", "2023-01-03"},
		{"days count holidays", "2026-02-10", 15, Days, 0, "", "2026-02-25"},
		{"a day off moves on", "2026-02-10", 6, Days, 0, "", "2026-02-24"},
		{"a make-up Saturday does not", "2026-02-13", 15, Days, 0, "", "2026-02-28"},
		{"month end", "2026-01-31", 1, Months, 0, "", "2026-02-28"},
		{"leap year", "2024-01-31", 1, Months, 0, "", "2024-02-29"},
		{"months move on", "2025-07-04", 3, Months, 0, "", "2025-10-09"},
		{"same day number", "2026-03-15", 12, Months, 0, "", ""},
		{"extension, once and from the start", "2026-03-05", 15, WorkingDays, 15, "", "2026-04-17"},
		{"left out", "2026-03-05", 15, WorkingDays, 0, "2026-03-09..2026-03-13", "2026-04-02"},
		{"no end on a day left out", "2026-03-02", 3, Days, 0, "2026-03-05..2026-03-06", "2026-03-09"},
		{"moved onto one left out", "2026-03-04", 3, Days, 0, "2026-03-09..2026-03-09", "2026-03-10"},
		{"before the start nothing is left out", "2026-03-05", 1, Days, 0, "2026-03-01..2026-03-05", "2026-03-06"},
	} {
		p := Period{From: day(t, c.from).Start() + 3600, N: c.n, Unit: c.unit, Extend: c.extend}
		if first, last, ok := strings.Cut(c.exclude, ".."); ok {
			p.Exclude = []Range{{day(t, first), day(t, last)}}
		}
		end, err := StateCouncil().End(p)
		if c.want == "" {
			var missing MissingYear
			if !errors.As(err, &missing) {
				t.Errorf("%s: %v %v", c.why, end, err)
			}
			continue
		}
		if err != nil || end.String() != c.want {
			t.Errorf("%s: %v %v, want %s", c.why, end, err, c.want)
		}
	}
}

func TestHours(t *testing.T) {
	from, err := ParseMoment("2026-09-30 17:45:10")
	if err != nil {
		t.Fatal(err)
	}
	end, err := StateCouncil().End(Period{From: from, N: 24, Unit: Hours})
	if err != nil || end.String() != "2026-10-01 17:45:10" {
		t.Error(end, err)
	}
	if end.Over(end.Last) || !end.Over(end.Last+1) {
		t.Error("over at the wrong second")
	}
}

func TestBounds(t *testing.T) {
	for _, p := range []Period{
		{N: math.MaxInt, Unit: Days}, {N: math.MaxInt, Unit: Hours}, {N: math.MaxInt, Unit: Months}, {N: math.MaxInt, Extend: math.MaxInt, Unit: Days},
		{N: 9999 * 12, Unit: Months}, {N: 90_000_000, Unit: Hours}, {N: 3_000_000, Unit: Days},
	} {
		p.From = day(t, "2026-03-05").Start()
		if _, err := StateCouncil().End(p); !errors.Is(err, errBeyond) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []Period{{N: 0, Unit: Days}, {N: 1}, {N: -1, Unit: Hours}, {N: 1, Extend: -1, Unit: Days},
		{N: 1, Unit: Months, Exclude: []Range{{1, 2}}}, {N: 1, Unit: Hours, Exclude: []Range{{1, 2}}}, {N: 1, Unit: Days, Exclude: []Range{{2, 1}}}} {
		if p.Check() == nil {
			t.Errorf("%+v is fine", p)
		}
	}
}

func TestReading(t *testing.T) {
	for _, text := range []string{"", "2026-3-05", "2026-02-30", "2026-03-05 ", "20260305", "0000-01-01", "2026-03-05T00:00:00"} {
		if d, err := ParseDay(text); err == nil {
			t.Errorf("%q is %s", text, d)
		}
	}
	for _, text := range []string{"2026-03-05", "2026-03-05 8:30:00", "2026-03-05 08:30:00.5", "2026-03-05 24:00:00", "2026-03-05 08:30"} {
		if m, err := ParseMoment(text); err == nil {
			t.Errorf("%q is %s", text, m)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(int32(firstDay), int32(lastDay)).Draw(t, "day"))
		back, err := ParseDay(d.String())
		if err != nil || back != d || d.Start().Day() != d || ((d+1).Start()-1).Day() != d {
			t.Fatal(d, back, err)
		}
	})
}

func TestStandingStill(t *testing.T) {
	p := Period{From: day(t, "2026-03-05").Start(), N: 15, Unit: WorkingDays, Exclude: []Range{{day(t, "2026-03-10"), Open}}}
	if _, err := StateCouncil().End(p); !errors.Is(err, ErrStopped) {
		t.Error(err)
	}
	p.Exclude[0].To = day(t, "2026-03-16")
	end, err := StateCouncil().End(p)
	if err != nil || end.String() != "2026-04-02" {
		t.Error(end, err)
	}
	left, err := StateCouncil().Left(p, day(t, "2026-03-12").Start())
	if err != nil || left != 13 {
		t.Error(left, err)
	}
}

// period draws one that ends within the calendar.
func period(t *rapid.T) Period {
	p := Period{
		From: Moment(rapid.Int64Range(int64(Date(2015, 1, 1).Start()), int64(Date(2025, 6, 30).Start())).Draw(t, "from")),
		N:    rapid.IntRange(1, 90).Draw(t, "n"),
		Unit: rapid.SampledFrom([]Unit{Days, WorkingDays}).Draw(t, "unit"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "ranges") {
		first := p.From.Day() + Day(rapid.IntRange(-5, 120).Draw(t, "first"))
		p.Exclude = append(p.Exclude, Range{first, first + Day(rapid.IntRange(0, 20).Draw(t, "length"))})
	}
	return p
}

// TestCounting holds the end against its definition: so many days that count lie
// in the period, the end is one on which something can be done, and none of the
// days between the last that counts and the end is.
func TestCounting(t *testing.T) {
	c := StateCouncil()
	rapid.Check(t, func(t *rapid.T) {
		p := period(t)
		end, err := c.End(p)
		if err != nil {
			t.Fatal(err)
		}
		out := func(d Day) bool {
			for _, r := range p.Exclude {
				if r.From <= d && d <= r.To {
					return true
				}
			}
			return false
		}
		working := func(d Day) bool {
			w, err := c.Working(d)
			if err != nil {
				t.Fatal(err)
			}
			return w
		}
		if out(end.Day()) || !working(end.Day()) {
			t.Fatalf("%+v ends on %s", p, end)
		}
		n, full := 0, p.From.Day()
		for d := p.From.Day() + 1; d <= end.Day() && n < p.N; d++ {
			if !out(d) && (p.Unit == Days || working(d)) {
				n, full = n+1, d
			}
		}
		if n != p.N {
			t.Fatalf("%+v ends on %s after %d", p, end, n)
		}
		for d := full; d < end.Day(); d++ {
			if !out(d) && working(d) {
				t.Fatalf("%+v could end on %s, not %s", p, d, end)
			}
		}
	})
}

// TestOrder: a longer period, an extension, or more days left out never end
// sooner, and a later start never does either.
func TestOrder(t *testing.T) {
	c := StateCouncil()
	rapid.Check(t, func(t *rapid.T) {
		p := period(t)
		base, err := c.End(p)
		if err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]Period{
			"longer":   {p.From, p.N + 1, p.Unit, 0, p.Exclude},
			"extended": {p.From, p.N, p.Unit, 7, p.Exclude},
			"later":    {p.From + daySeconds, p.N, p.Unit, 0, p.Exclude},
			"out":      {p.From, p.N, p.Unit, 0, append([]Range{{base.Day(), base.Day()}}, p.Exclude...)},
		} {
			end, err := c.End(q)
			if err != nil || end.Last < base.Last {
				t.Fatalf("%s: %s before %s: %v", name, end, base, err)
			}
		}
		extended, _ := c.End(Period{p.From, p.N, p.Unit, 5, p.Exclude})
		long, _ := c.End(Period{p.From, p.N + 5, p.Unit, 0, p.Exclude})
		if extended != long {
			t.Fatalf("an extension of 5 gives %s, a period longer by 5 %s", extended, long)
		}
	})
}

// TestLeft: what is left shrinks to nothing, by at most one a day.
func TestLeft(t *testing.T) {
	c := StateCouncil()
	rapid.Check(t, func(t *rapid.T) {
		p := period(t)
		end, err := c.End(p)
		if err != nil {
			t.Fatal(err)
		}
		before := math.MaxInt
		for d := p.From.Day(); d <= end.Day()+1; d++ {
			left, err := c.Left(p, d.Start())
			if err != nil {
				t.Fatal(err)
			}
			if left > before || d > p.From.Day() && before-left > 1 || (left == 0) != (d >= end.Day()) {
				t.Fatalf("%+v to %s: %d left after %s, %d the day before", p, end, left, d, before)
			}
			before = left
		}
		if p.Unit == WorkingDays {
			if left, _ := c.Left(p, p.From); left != p.N {
				t.Fatalf("%d of %d left at the start", left, p.N)
			}
		}
	})
}

func TestLaws(t *testing.T) {
	if len(National()) < 20 {
		t.Fatal("clocks are missing")
	}
	l, ok := Find(National(), "case-handling")
	if !ok {
		t.Fatal("no such clock")
	}
	p, err := l.Start(day(t, "2026-03-05").Start())
	if err != nil {
		t.Fatal(err)
	}
	if p.Extend, err = l.Extended(2); err != nil || p.Extend != 90 {
		t.Error(p.Extend, err)
	}
	if end, err := StateCouncil().End(p); err != nil || end.String() != "2026-09-01" {
		t.Error(end, err)
	}
	if _, err := l.Extended(3); err == nil {
		t.Error("a third extension")
	}
	open, _ := Find(National(), "defence")
	if _, err := open.Start(0); !errors.Is(err, ErrUndefined) {
		t.Error(err)
	}
	for _, bad := range []string{
		`{`, `[{"id":"a"}]`, `[{"id":"a","zh":"一","en":"a","starts":"s","unit":"days","n":1,"seen":"text"}]`,
		`[{"id":"a","zh":"一","en":"a","starts":"s","unit":"weeks","n":1,"article":"1","seen":"text"}]`,
		`[{"id":"a","zh":"一","en":"a","starts":"s","unit":"months","n":1,"article":"1","seen":"text","excludes":["x"]}]`,
	} {
		if _, err := ReadLaws([]byte(bad)); err == nil {
			t.Errorf("%s is fine", bad)
		}
	}
}

// TestTable: docs/clock.md lists the clocks as they are. With -update it is
// written anew.
func TestTable(t *testing.T) {
	const path, begin, end = "../docs/clock.md", "<!-- clocks -->\n", "<!-- /clocks -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), begin)
	have, tail, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatal("the marks of the table are missing")
	}
	var want strings.Builder
	want.WriteString("\n| | 期限 · period | 多长 · length | 起算 · starts | 条款 · article | seen |\n|---|---|---|---|---|---|\n")
	for _, l := range National() {
		length := "由当地设定 · set by the place"
		if l.N > 0 {
			length = fmt.Sprintf("%d %s", l.N, l.Unit)
		}
		for _, x := range l.Extensions {
			length += fmt.Sprintf(" + %d (%s)", x.N, x.By)
		}
		fmt.Fprintf(&want, "| `%s` | %s · %s | %s | %s | %s | %s |\n", l.ID, l.Chinese, l.English, length, l.Starts, l.Article, l.Seen)
	}
	want.WriteString("\n")
	if have == want.String() {
		return
	}
	if !*update {
		t.Fatal("docs/clock.md does not list the clocks as they are: go test ./clock -update")
	}
	if err := os.WriteFile(path, []byte(head+begin+want.String()+end+tail), 0o666); err != nil {
		t.Fatal(err)
	}
}

var update = flag.Bool("update", false, "write the table of docs/clock.md")
