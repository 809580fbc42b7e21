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

func TestHeatShowsEveryNumber(t *testing.T) {
	h := Heat{Rows: []string{"Mon", "<b>"}, Columns: []string{"0", "1", "2"}, Counts: [][]int64{{0, 1, 5}, {10, 12_345, 2_000_000}}, Title: "a <b>", About: "about",
		Tip: func(row, column string, n int64) string { return fmt.Sprint(row, "/", column, "=", n) }}
	svg := string(h.Draw())
	for _, want := range []string{"<title>a &lt;b&gt;</title><desc>about</desc>", "Mon/0=0", ">1</text>", ">5</text>", ">12k</text>", ">2M</text>", `class="h0"`, `class="h1"`, `class="h5"`, "&lt;b&gt;/2=2000000"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is missing: %s", want, svg)
		}
	}
	if strings.Contains(svg, "<b>") || strings.Contains(svg, "style=") || strings.Count(svg, "<rect") != 6 {
		t.Error(svg)
	}
	h.Counts = [][]int64{{0, 0, 0}, {0, 0, 0}}
	if h.Draw() != "" {
		t.Error("a drawing of nothing")
	}
	for _, c := range []struct{ n, most, want int64 }{{0, 9, 0}, {1, 1_000_000, 1}, {20, 100, 1}, {21, 100, 2}, {100, 100, 5}, {1, 1, 1}} {
		if got := level(c.n, c.most); got != c.want {
			t.Errorf("%d of %d: level %d", c.n, c.most, got)
		}
	}
}

func TestSparkIsToldInWords(t *testing.T) {
	svg := string(Spark([]Column{{Label: "2026-01", Count: 0}, {Label: "2026-02", Count: 4}}, "least <0>, most 4"))
	if !strings.Contains(svg, `points="2.0,20.0 94.0,2.0"`) || strings.Contains(svg, "<0>") || strings.Count(svg, "least &lt;0&gt;, most 4") != 2 {
		t.Error(svg)
	}
	if Spark(nil, "") != "" || !strings.Contains(string(Spark([]Column{{Count: 3}}, "x")), `points="2.0,2.0"`) {
		t.Error("of nothing and of one")
	}
}

// TestNetworkUntanglesItself: the same drawing again, and edges that need not
// cross do not.
func TestNetworkUntanglesItself(t *testing.T) {
	n := Network{Columns: []string{"places", "doctors", "people"}, Title: "who <b>", About: "about"}
	for i := range 4 {
		for c := range 3 {
			n.Nodes = append(n.Nodes, Node{Column: c, Label: fmt.Sprint("node & ", i), Tip: "tip"})
		}
	}
	// Node 3i of the first column is tied to the last but i of the second, that to the same of the third.
	for i := range 4 {
		n.Edges = append(n.Edges, Edge{3 * i, 3*(3-i) + 1, int64(i + 1), "t"}, Edge{3*(3-i) + 1, 3*i + 2, 1, "t"})
	}
	at, _ := n.layout()
	for _, e := range n.Edges {
		if at[e.A] != at[e.B] {
			t.Errorf("%d at %g is tied to %d at %g", e.A, at[e.A], e.B, at[e.B])
		}
	}
	svg := string(n.Draw())
	if svg != string(n.Draw()) || strings.Contains(svg, "<b>") || strings.Contains(svg, "style=") || strings.Count(svg, `class="edge"`) != 8 || !strings.Contains(svg, "node &amp; 0") || !strings.Contains(svg, "<title>who &lt;b&gt;</title><desc>about</desc>") {
		t.Error(svg)
	}
	if (Network{Columns: n.Columns, Nodes: n.Nodes}).Draw() != "" {
		t.Error("a drawing of nothing")
	}
}

func TestMonthsStayMonths(t *testing.T) {
	out := Months([]Day{{"2026-01-05", 2}, {"2026-03-01", 1}, {"2026-03-09", 1}}, tip)
	if len(out) != 3 || out[0] != (Column{"2026-01", 2, "2026-01 <2>"}) || out[1].Count != 0 || out[2].Count != 2 {
		t.Errorf("%+v", out)
	}
}
