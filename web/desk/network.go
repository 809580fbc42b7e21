package desk

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/recall"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// ties is who is tied to whom by the claims that findings rest on.
type ties struct {
	Nodes   []netNode     `json:"nodes"`
	Edges   []netEdge     `json:"edges"`
	Claims  int           `json:"claims"`    // that findings rest on and that can be found
	Looked  int           `json:"looked_at"` // of these
	Left    int           `json:"not_drawn"` // institutions, practitioners and persons
	Drawing template.HTML `json:"-"`
}

// netNode is an institution, a practitioner or a person.
type netNode struct {
	Subject Subject `json:"subject"`
	Claims  int     `json:"claims"`
}

// netEdge ties two nodes, by their place in the list.
type netEdge struct {
	A      int     `json:"a"`
	B      int     `json:"b"`
	Claims int     `json:"claims"` // that tie them
	From   Subject `json:"-"`
	To     Subject `json:"-"`
}

// mostLinked is how many claims a network looks at.
const mostLinked = 1000

// netColumns are the kinds of nodes, from left to right, and how many of each
// are drawn: 40 can still be read.
var netColumns = []struct {
	kind string
	most int
}{{detectors.Institution, 8}, {detectors.Practitioner, 12}, {detectors.PersonKind, 20}}

// network ties together whom the claims of findings name. A claim ties its
// institution to the practitioners of its lines and these to the person; where
// none of them is drawn, the institution to the person.
func (d *Desk) network(r *http.Request, findings []recall.Cite) (n ties) {
	if d.o.Claims == nil || len(findings) == 0 {
		return n
	}
	total, links := d.o.Claims.Links(findings, mostLinked)
	n.Claims, n.Looked = total, len(links)
	at := n.choose(d, links)
	edges := map[[2]int]int{}
	for _, l := range links {
		place, hasPlace := at[detectors.Subject{Kind: detectors.Institution, Code: l.Institution}]
		who, hasWho := at[detectors.Subject{Kind: detectors.PersonKind, Code: l.Person}]
		drawn := false
		for _, code := range l.Practitioners {
			doctor, ok := at[detectors.Subject{Kind: detectors.Practitioner, Code: code}]
			if drawn = drawn || ok; ok && hasPlace {
				edges[[2]int{place, doctor}]++
			}
			if ok && hasWho {
				edges[[2]int{doctor, who}]++
			}
		}
		if !drawn && hasPlace && hasWho {
			edges[[2]int{place, who}]++
		}
	}
	for ends, claims := range edges {
		n.Edges = append(n.Edges, netEdge{ends[0], ends[1], claims, n.Nodes[ends[0]].Subject, n.Nodes[ends[1]].Subject})
	}
	slices.SortFunc(n.Edges, func(a, b netEdge) int {
		return cmp.Or(cmp.Compare(b.Claims, a.Claims), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	n.draw(visitOf(r).lang)
	return n
}

// choose picks the nodes, of each kind those with most claims, and gives their
// places.
func (n *ties) choose(d *Desk, links []recall.Link) map[detectors.Subject]int {
	counts := map[detectors.Subject]int{}
	for _, l := range links {
		counts[detectors.Subject{Kind: detectors.Institution, Code: l.Institution}]++
		counts[detectors.Subject{Kind: detectors.PersonKind, Code: l.Person}]++
		for _, code := range l.Practitioners {
			counts[detectors.Subject{Kind: detectors.Practitioner, Code: code}]++
		}
	}
	at := map[detectors.Subject]int{}
	for _, column := range netColumns {
		var all []detectors.Subject
		for s := range counts {
			if s.Kind == column.kind {
				all = append(all, s)
			}
		}
		slices.SortFunc(all, func(a, b detectors.Subject) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a.Code, b.Code))
		})
		n.Left += max(len(all)-column.most, 0)
		for _, s := range all[:min(len(all), column.most)] {
			at[s] = len(n.Nodes)
			n.Nodes = append(n.Nodes, netNode{d.subject(s), counts[s]})
		}
	}
	return at
}

// draw makes the picture. Its text is the table beside it, shortened.
func (n *ties) draw(lang words.Lang) {
	c := chart.Network{Title: lang.Say("network.title"), About: lang.Say("network.about", len(n.Nodes), len(n.Edges))}
	for _, column := range netColumns {
		c.Columns = append(c.Columns, lang.Say("kind."+column.kind))
	}
	for _, node := range n.Nodes {
		column := slices.IndexFunc(netColumns, func(x struct {
			kind string
			most int
		}) bool {
			return x.kind == node.Subject.Kind
		})
		label := node.Subject.Label()
		c.Nodes = append(c.Nodes, chart.Node{Column: column, Label: label, Tip: lang.Say("network.node", label, node.Claims)})
	}
	for _, e := range n.Edges {
		c.Edges = append(c.Edges, chart.Edge{A: e.A, B: e.B, Weight: int64(e.Claims), Tip: lang.Say("network.edge", e.From.Label(), e.To.Label(), e.Claims)})
	}
	n.Drawing = c.Draw()
}

// Label is how a subject is called where there is little room.
func (s Subject) Label() string {
	switch {
	case s.Tag != "":
		return s.Code + " #" + s.Tag
	case s.Name != "":
		name, _, _ := strings.Cut(s.Name, " · ")
		return name
	}
	return s.Code
}
