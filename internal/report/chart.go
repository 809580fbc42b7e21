package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// A chart is drawn into the rows of the table that holds its numbers, so that
// bars, words and figures stay together at any width and on paper.

// bar is a row of a chart with two bars: findings and amount.
type bar struct {
	Findings, Amount           string
	FindingsWidth, AmountWidth string // of the column, as an SVG length
}

// top is the largest of a set of sums, by which bars are scaled.
type top struct {
	findings int
	amount   claim.Wide
}

func (t *top) see(findings int, amount claim.Wide) {
	t.findings = max(t.findings, findings)
	if amount.Cmp(t.amount) > 0 {
		t.amount = amount
	}
}

func (t *top) bar(findings int, amount claim.Wide) bar {
	return bar{count(findings), yuan(amount),
		percent(share(claim.WideOf(int64(findings)), claim.WideOf(int64(t.findings)))), percent(share(amount, t.amount))}
}

// detectorBar is a detector in the chart of detectors.
type detectorBar struct {
	*detectors.Detector
	bar
}

func detectorBars(loud []Total) []detectorBar {
	var t top
	for _, d := range loud {
		t.see(d.Findings, d.Amount)
	}
	out := make([]detectorBar, 0, len(loud))
	for _, d := range loud {
		out = append(out, detectorBar{d.Detector, t.bar(d.Findings, d.Amount)})
	}
	return out
}

// topSubjects is how many subjects are listed.
const topSubjects = 20

// subjectBar is a subject in the chart of subjects.
type subjectBar struct {
	Rank       int
	Kind       string
	Name, Code string
	bar
}

// subjectBars lists the subjects with the highest sums.
func (o *overview) subjectBars(r *Report) []subjectBar {
	all := make([]detectors.Subject, 0, len(o.subjects))
	var t top
	for s := range o.subjects {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b detectors.Subject) int {
		x, y := o.subjects[a], o.subjects[b]
		return cmp.Or(y.Amount.Cmp(x.Amount), cmp.Compare(y.Findings, x.Findings), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Code, b.Code))
	})
	all = all[:min(topSubjects, len(all))]
	for _, s := range all {
		t.see(o.subjects[s].Findings, o.subjects[s].Amount)
	}
	out := make([]subjectBar, 0, len(all))
	for i, s := range all {
		p := o.party(r, s.Kind, s.Code)
		out = append(out, subjectBar{i + 1, p.Kind, p.Name, p.Code, t.bar(o.subjects[s].Findings, o.subjects[s].Amount)})
	}
	return out
}

// most months that are drawn; the ones before are put together.
const mostMonths = 36

// columns is the chart of months.
type columns struct {
	Columns              []column
	Earlier, Undated     *bar // left out of the drawing
	MaxFindings, MaxUnit string
	MaxAmount            string
	Sum                  bar
}

// column is one month; its places are SVG lengths.
type column struct {
	Month, Label, Year string // Label and Year are empty where there is no room
	X, Middle, Width   string
	Findings, Amount   rect
	Row                bar
}

// rect is a bar that stands on the base line, in the chart's own units.
type rect struct{ Y, H int64 }

// chartHeight is the height of a full column in the chart's own units.
const chartHeight = 110

func standing(hundredths int64) rect {
	h := (hundredths*chartHeight + 9_999) / 10_000
	return rect{chartHeight - h, h}
}

// monthNumber counts months; months without a day have none.
func monthNumber(m string) (int64, bool) {
	n, rule := claim.ParseMonth([]byte(m))
	return n, rule == claim.OK
}

// monthColumns draws the months from the first to the last finding, those
// without findings too: a gap in time must show as one.
func (o *overview) monthColumns() *columns {
	var first, last int64
	dated := false
	for m := range o.months {
		n, ok := monthNumber(m)
		if !ok {
			continue
		}
		if !dated {
			first, last, dated = n, n, true
		}
		first, last = min(first, n), max(last, n)
	}
	out := &columns{}
	if !dated {
		return out
	}
	first = max(first, last-mostMonths+1)
	var earlier, all sum
	var t top
	for m, s := range o.months {
		all.Findings, all.Amount = all.Findings+s.Findings, all.Amount.Add(s.Amount)
		switch n, ok := monthNumber(m); {
		case ok && n < first:
			earlier.Findings, earlier.Amount = earlier.Findings+s.Findings, earlier.Amount.Add(s.Amount)
		case ok:
			t.see(s.Findings, s.Amount)
		}
	}
	out.Sum, out.Earlier, out.Undated = t.bar(all.Findings, all.Amount), left(&t, &earlier), left(&t, o.months[""])
	out.MaxFindings = count(t.findings)
	out.MaxAmount, out.MaxUnit = large(t.amount)
	out.Columns = o.drawMonths(first, int(last-first)+1, &t)
	return out
}

// left is a row for sums that are not drawn, or nil when there are none.
func left(t *top, s *sum) *bar {
	if s == nil || s.Findings == 0 {
		return nil
	}
	b := t.bar(s.Findings, s.Amount)
	return &b
}

func (o *overview) drawMonths(first int64, n int, t *top) []column {
	out := make([]column, 0, n)
	step := (n + 11) / 12 // of labels, so that they fit on a phone
	for i := range n {
		name := monthName(first + int64(i))
		s := o.months[name]
		if s == nil {
			s = &sum{}
		}
		slot := int64(10_000 / n)
		c := column{Month: name, X: percent(int64(i)*10_000/int64(n) + slot/8), Width: percent(slot * 3 / 4),
			Middle:   percent(int64(i)*10_000/int64(n) + slot/2),
			Findings: standing(share(claim.WideOf(int64(s.Findings)), claim.WideOf(int64(t.findings)))),
			Amount:   standing(share(s.Amount, t.amount)), Row: t.bar(s.Findings, s.Amount)}
		if i%step == 0 {
			c.Label = strings.TrimPrefix(name[5:], "0")
			if i == 0 || out[i-step].Month[:4] != name[:4] {
				c.Year = name[:4]
			}
		}
		out = append(out, c)
	}
	return out
}

// monthName writes months since 1970-01 as YYYY-MM.
func monthName(n int64) string {
	year, m := 1970+n/12, n%12
	if m < 0 {
		year, m = year-1, m+12
	}
	two := func(v int64, digits int) string {
		s := strconv.FormatInt(v, 10)
		return strings.Repeat("0", max(0, digits-len(s))) + s
	}
	return two(year, 4) + "-" + two(m+1, 2)
}
