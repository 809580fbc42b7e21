package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// Size of a spark line in its own units.
const (
	sparkWidth  = 96
	sparkHeight = 22
	sparkEdge   = 2 // so that the line and the last point are whole
)

// Spark draws columns as a line small enough to stand in a list, the last one
// marked by a point. title says in words what it shows: it is all that many
// readers get of it.
func Spark(columns []Column, title string) template.HTML {
	if len(columns) == 0 {
		return ""
	}
	var most int64 = 1
	for _, c := range columns {
		most = max(most, c.Count)
	}
	var points []string
	var x, y float64
	for i, c := range columns {
		x = sparkEdge
		if len(columns) > 1 {
			x += float64(sparkWidth-2*sparkEdge) * float64(i) / float64(len(columns)-1)
		}
		y = sparkEdge + float64(sparkHeight-2*sparkEdge)*(1-float64(c.Count)/float64(most))
		points = append(points, number(x)+","+number(y))
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %d %d" role="img" aria-label="%s"><title>%s</title><line class="base" x1="0" x2="%d" y1="%d" y2="%d"/><polyline points="%s"/><circle cx="%s" cy="%s" r="2"/></svg>`,
		sparkWidth, sparkHeight, template.HTMLEscapeString(title), template.HTMLEscapeString(title), sparkWidth, sparkHeight-1, sparkHeight-1, strings.Join(points, " "), number(x), number(y)))
}
