package chart

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// Network is who is tied to whom, in up to three columns. Each column has a
// shape of its own: squares, diamonds, circles.
type Network struct {
	Columns      []string // their names
	Nodes        []Node
	Edges        []Edge
	Title, About string
}

// Node is one end of edges.
type Node struct {
	Column int
	Label  string
	Tip    string
}

// Edge ties two nodes of different columns, by their place in Nodes.
type Edge struct {
	A, B   int
	Weight int64
	Tip    string
}

// Size of a network in its own units.
const (
	netTop    = 44  // for the names of columns
	netRow    = 30  // between two nodes of the fullest column
	netSide   = 196 // for the labels of the first and the last column
	netSweeps = 4   // how often the order is made better
	netLabel  = 14  // characters of a label
)

// Draw lays a network out: nodes of a column under each other, in an order in
// which edges cross little. It is the same drawing for the same network.
func (n Network) Draw() template.HTML {
	if len(n.Edges) == 0 {
		return ""
	}
	at, height := n.layout()
	x := func(node int) float64 {
		if len(n.Columns) < 2 {
			return netSide
		}
		return netSide + float64(width-2*netSide)*float64(n.Nodes[node].Column)/float64(len(n.Columns)-1)
	}
	var most int64 = 1
	for _, e := range n.Edges {
		most = max(most, e.Weight)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="net" viewBox="0 0 %d %s" role="img" aria-label="%s"><title>%s</title><desc>%s</desc>`, width, number(height),
		template.HTMLEscapeString(n.Title), template.HTMLEscapeString(n.Title), template.HTMLEscapeString(n.About))
	for _, e := range n.Edges {
		x1, x2 := x(e.A), x(e.B)
		middle := (x1 + x2) / 2
		fmt.Fprintf(&b, `<path class="edge" stroke-width="%s" d="M%s %sC%s %s %s %s %s %s"><title>%s</title></path>`, number(1+4*float64(e.Weight)/float64(most)),
			number(x1), number(at[e.A]), number(middle), number(at[e.A]), number(middle), number(at[e.B]), number(x2), number(at[e.B]), template.HTMLEscapeString(e.Tip))
	}
	for c, name := range n.Columns {
		fmt.Fprintf(&b, `<text class="head" x="%s" y="14" text-anchor="%s">%s</text>`, number(netSide+float64(width-2*netSide)*float64(c)/float64(max(len(n.Columns)-1, 1))), n.anchor(c, "middle"), template.HTMLEscapeString(name))
	}
	for i, node := range n.Nodes {
		n.node(&b, node, x(i), at[i])
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// anchor says where text of a column is held; between says it for the columns
// that have neighbours on both sides.
func (n Network) anchor(column int, between string) string {
	switch column {
	case 0:
		return "end"
	case len(n.Columns) - 1:
		return "start"
	}
	return between
}

// node draws a shape and its label: outside of the drawing, or above where
// there are edges on both sides.
func (n Network) node(b *strings.Builder, node Node, x, y float64) {
	label := []rune(node.Label)
	if len(label) > netLabel {
		label = append(label[:netLabel-1:netLabel-1], '…')
	}
	fmt.Fprintf(b, `<g><title>%s</title>`, template.HTMLEscapeString(node.Tip))
	anchor, dx, dy := n.anchor(node.Column, "middle"), 0.0, -9.0
	switch anchor {
	case "end":
		dx, dy = -11, 4
	case "start":
		dx, dy = 11, 4
	}
	switch node.Column {
	case 0:
		fmt.Fprintf(b, `<rect x="%s" y="%s" width="11" height="11"/>`, number(x-5.5), number(y-5.5))
	case len(n.Columns) - 1:
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="5.5"/>`, number(x), number(y))
	default:
		fmt.Fprintf(b, `<path class="shape" d="M%s %sl6 6-6 6-6-6z"/>`, number(x), number(y-6))
	}
	fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s">%s</text></g>`, number(x+dx), number(y+dy), anchor, template.HTMLEscapeString(string(label)))
}

// layout gives each node its height.
func (n Network) layout() (at []float64, height float64) {
	columns := make([][]int, len(n.Columns))
	fullest := 0
	for i, node := range n.Nodes {
		columns[node.Column] = append(columns[node.Column], i)
		fullest = max(fullest, len(columns[node.Column]))
	}
	height = netTop + netRow*float64(fullest)
	at = make([]float64, len(n.Nodes))
	place := func(column []int) {
		for i, node := range column {
			at[node] = netTop + (height-netTop)*(float64(i)+0.5)/float64(len(column))
		}
	}
	for _, c := range columns {
		place(c)
	}
	for range netSweeps {
		for _, c := range columns {
			weight, sum := make([]float64, len(n.Nodes)), make([]float64, len(n.Nodes))
			for _, e := range n.Edges {
				for _, x := range [2][2]int{{e.A, e.B}, {e.B, e.A}} {
					sum[x[0]] += float64(e.Weight) * at[x[1]]
					weight[x[0]] += float64(e.Weight)
				}
			}
			slices.SortStableFunc(c, func(a, b int) int {
				return cmp.Compare(sum[a]/max(weight[a], 1), sum[b]/max(weight[b], 1))
			})
			place(c)
		}
	}
	return at, height
}
