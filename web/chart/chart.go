// Package chart draws numbers as SVG on the server: no script, no style of its
// own but classes, so that a page prints and passes a strict policy. What is
// drawn is always told in a table beside it.
package chart

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// Column is one column of a time line.
type Column struct {
	Label string // day, month or year
	Count int64
	Tip   string // what a reader is told who points at it
}

// Size of a time line in its own units.
const (
	width  = 720
	height = 150
	foot   = 22 // for the labels below
	top    = 14 // for the largest number above
	labels = 8  // at most
)

// Columns draws a time line. title says in words what it shows.
func Columns(columns []Column, title string) template.HTML {
	if len(columns) == 0 {
		return ""
	}
	var most int64
	for _, c := range columns {
		most = max(most, c.Count)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart columns" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString(title))
	base := height - foot
	fmt.Fprintf(&b, `<line class="base" x1="0" x2="%d" y1="%d" y2="%d"/>`, width, base, base)
	fmt.Fprintf(&b, `<line class="grid" x1="0" x2="%d" y1="%d" y2="%d"/><text class="most" x="0" y="%d">%d</text>`, width, top, top, top-4, most)
	slot := float64(width) / float64(len(columns))
	bar := min(max(slot*0.72, 1), 40)
	step := (len(columns) + labels - 1) / labels
	for i, c := range columns {
		x := float64(i)*slot + (slot-bar)/2
		if c.Count > 0 {
			h := max(float64(base-top)*float64(c.Count)/float64(most), 1.5)
			fmt.Fprintf(&b, `<rect x="%s" y="%s" width="%s" height="%s"><title>%s</title></rect>`, number(x), number(float64(base)-h), number(bar), number(h), template.HTMLEscapeString(c.Tip))
		}
		if i%step == 0 {
			at, anchor := float64(i)*slot+slot/2, "middle"
			switch half := float64(len(c.Label)) * 3.4; {
			case at < half:
				at, anchor = 0, "start"
			case at > width-half:
				at, anchor = width, "end"
			}
			class := ""
			if i/step%2 == 1 {
				class = ` class="alt"` // left out where there is no room
			}
			fmt.Fprintf(&b, `<text%s x="%s" y="%d" text-anchor="%s">%s</text>`, class, number(at), height-6, anchor, template.HTMLEscapeString(c.Label))
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// Bar draws a part of a whole, to stand beside its number.
func Bar(part, whole int64) template.HTML {
	w := 0.0
	if part > 0 && whole > 0 {
		w = min(max(100*float64(part)/float64(whole), 0.6), 100)
	}
	return template.HTML(`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect width="` +
		number(w) + `" height="8"/></svg>`)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// Squares draws a square pattern of n by n, such as a code for telephones,
// with the quiet zone around it that readers need.
func Squares(n int, dark func(x, y int) bool, title string) template.HTML {
	const quiet = 4
	var b strings.Builder
	size := n + 2*quiet
	fmt.Fprintf(&b, `<svg class="squares" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><rect class="paper" width="%d" height="%d"/><path d="`,
		size, size, template.HTMLEscapeString(title), size, size)
	for y := range n {
		for x := range n {
			if dark(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String())
}
