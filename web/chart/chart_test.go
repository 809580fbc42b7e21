package chart

import (
	"fmt"
	"strings"
	"testing"
)

func tip(label string, n int64) string { return fmt.Sprint(label, " <", n, ">") }

func TestTimelineKeepsEveryDayAndGap(t *testing.T) {
	for name, c := range map[string]struct {
		days        []Day
		first, last string
		columns     int
	}{
		"days":   {[]Day{{"2026-03-05", 2}, {"2026-03-01", 1}, {"2026-03-05", 3}}, "2026-03-01", "2026-03-05", 5},
		"months": {[]Day{{"2026-01-31", 2}, {"2026-12-01", 1}}, "2026-01", "2026-12", 12},
		"years":  {[]Day{{"1999-01-31", 2}, {"2026-12-01", 1}}, "1999", "2026", 28},
		"one":    {[]Day{{"2026-02-28", 7}, {"no day", 9}}, "2026-02-28", "2026-02-28", 1},
	} {
		out := Timeline(c.days, tip)
		if len(out) != c.columns || out[0].Label != c.first || out[len(out)-1].Label != c.last {
			t.Errorf("%s: %d columns, %+v", name, len(out), out)
			continue
		}
		var want, have int64
		for _, d := range c.days {
			if d.Day != "no day" {
				want += d.Count
			}
		}
		for _, col := range out {
			have += col.Count
		}
		if have != want {
			t.Errorf("%s: %d in columns, want %d", name, have, want)
		}
	}
	if Timeline(nil, tip) != nil {
		t.Error("columns of nothing")
	}
}

func TestDrawingsHoldNoMarkupOfOthers(t *testing.T) {
	svg := string(Columns(Timeline([]Day{{"2026-03-05", 2}}, tip), `a "title" <b>`))
	if strings.Contains(svg, "<b>") || strings.Contains(svg, "<2>") || !strings.Contains(svg, "&lt;2&gt;") || strings.Contains(svg, "style=") {
		t.Error(svg)
	}
	if Columns(nil, "") != "" {
		t.Error("a drawing of nothing")
	}
}

func TestBarsAreParts(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{0, 10, `width="0.0"`}, {5, 10, `width="50.0"`}, {1, 1_000_000, `width="0.6"`}, {20, 10, `width="100.0"`}, {1, 0, `width="0.0"`}} {
		if svg := string(Bar(c.part, c.whole)); !strings.Contains(svg, c.want) {
			t.Errorf("%d of %d: %s", c.part, c.whole, svg)
		}
	}
}
