package worker

import (
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
)

// cut takes a path of evidence apart: institution, settlement, line.
func cut(path string) (institution, settlement, line string) {
	institution, rest, _ := strings.Cut(path, "/")
	settlement, line, _ = strings.Cut(rest, "/")
	return institution, settlement, line
}

// lead is what findings gather in.
type lead struct {
	subject detectors.Subject
	scheme  string
}

// union gives the amounts that findings of one person put at risk, no piece of
// evidence twice, lead by lead. A finding's amount is spread evenly over its
// lines, or its settlements where it has no lines; of several findings of a lead
// on one piece, the largest share counts.
func union(found map[string]standing) map[lead]int64 {
	most := map[lead]map[string]int64{}
	for _, s := range found {
		l := lead{s.finding.Subject, s.scheme}
		if most[l] == nil {
			most[l] = map[string]int64{}
		}
		pieces := s.finding.Lines
		if len(pieces) == 0 {
			pieces = s.finding.Settlements
		}
		amount, n := cases.Clamp(s.finding.Amount), int64(len(pieces))
		for i, piece := range pieces {
			share := amount / n
			if int64(i) < amount%n {
				share++
			}
			most[l][piece] = max(most[l][piece], share)
		}
	}
	out := map[lead]int64{}
	for l, pieces := range most {
		for _, fen := range pieces {
			out[l] += fen
		}
	}
	return out
}

// addUnion adds what changed in the unions of a person's findings.
func addUnion(before, after map[string]standing, leads *cases.Gatherer) {
	was, is := union(before), union(after)
	for l, fen := range is {
		if d := fen - was[l]; d != 0 {
			leads.Union(l.subject, l.scheme, d)
		}
	}
	for l, fen := range was {
		if _, still := is[l]; !still && fen != 0 {
			leads.Union(l.subject, l.scheme, -fen)
		}
	}
}
