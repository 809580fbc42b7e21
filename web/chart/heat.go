package chart

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// Size of a heat map in its own units.
const (
	heatLeft   = 84 // for the names of rows
	heatTop    = 18 // for the names of columns
	heatRow    = 24
	heatLevels = 5
)

// Heat is counts by row and column.
type Heat struct {
	Rows, Columns []string
	Counts        [][]int64 // by row, then by column
	Title, About  string    // what it shows, in words; About says what stands out
	Tip           func(row, column string, count int64) string
}

// Draw draws a heat map. The number stands in each field, so that it can be
// read without telling shades apart.
func (h Heat) Draw() template.HTML {
	var most int64
	for _, row := range h.Counts {
		for _, n := range row {
			most = max(most, n)
		}
	}
	if most == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="heat" viewBox="0 0 %d %d" role="img" aria-label="%s"><title>%s</title><desc>%s</desc>`, width, heatTop+heatRow*len(h.Rows),
		template.HTMLEscapeString(h.Title), template.HTMLEscapeString(h.Title), template.HTMLEscapeString(h.About))
	field := float64(width-heatLeft) / float64(len(h.Columns))
	for i, name := range h.Columns {
		fmt.Fprintf(&b, `<text class="name" x="%s" y="%d" text-anchor="middle">%s</text>`, number(heatLeft+field*(float64(i)+0.5)), heatTop-6, template.HTMLEscapeString(name))
	}
	for r, name := range h.Rows {
		y := heatTop + heatRow*r
		fmt.Fprintf(&b, `<text class="name" x="%d" y="%d" text-anchor="end">%s</text>`, heatLeft-6, y+16, template.HTMLEscapeString(name))
		for i, n := range h.Counts[r] {
			x := heatLeft + field*float64(i)
			fmt.Fprintf(&b, `<g><title>%s</title><rect class="h%d" x="%s" y="%d" width="%s" height="%d"/>`, template.HTMLEscapeString(h.Tip(name, h.Columns[i], n)),
				level(n, most), number(x+0.5), y+1, number(field-1), heatRow-2)
			if n > 0 {
				fmt.Fprintf(&b, `<text class="l%d" x="%s" y="%d" text-anchor="middle">%s</text>`, level(n, most), number(x+field/2), y+16, brief(n))
			}
			b.WriteString(`</g>`)
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// level is 0 for nothing and 1 to 5 for parts of the most.
func level(n, most int64) int64 {
	if n <= 0 {
		return 0
	}
	return min(1+(n-1)*heatLevels/most, heatLevels)
}

// brief writes a count in at most four characters, below a million.
func brief(n int64) string {
	switch {
	case n < 10_000:
		return strconv.FormatInt(n, 10)
	case n < 1_000_000:
		return strconv.FormatInt(n/1000, 10) + "k"
	}
	return strconv.FormatInt(n/1_000_000, 10) + "M"
}
