package detectors

import (
	"fundwatch/claim"
)

// Groups splits short lists of lines by a code, reusing its memory.
type Groups struct {
	rest, own []int32
}

// By calls yield with the lines of each code. The lines are only valid during
// the call.
func (g *Groups) By(lines []int32, code func(line int32) int32, yield func(code int32, lines []int32)) {
	g.rest = append(g.rest[:0], lines...)
	for len(g.rest) > 0 {
		at := code(g.rest[0])
		g.own = g.own[:0]
		kept := g.rest[:0]
		for _, l := range g.rest {
			if code(l) == at {
				g.own = append(g.own, l)
			} else {
				kept = append(kept, l)
			}
		}
		g.rest = kept
		yield(at, g.own)
	}
}

// StayItems gathers the lines of one claim by item, for some items only.
type StayItems struct {
	lines  []int32
	groups Groups
}

// Each calls yield with the net lines of claim c of each item that has rows.
func (s *StayItems) Each(v *View, c int32, items Items, yield func(item int32, lines []int32)) {
	item := v.Codes(claim.MedListCodg)
	s.lines = s.lines[:0]
	for l := v.History.NetLines[c]; l < v.History.NetLines[c+1]; l++ {
		if items.Of(item[l]) != nil {
			s.lines = append(s.lines, l)
		}
	}
	s.groups.By(s.lines, func(l int32) int32 { return item[l] }, yield)
}

// Total sums a column over lines.
func Total(col []int64, lines []int32) (sum claim.Wide) {
	for _, l := range lines {
		sum = sum.Plus(col[l])
	}
	return sum
}

// Quantity is a fact that shows a quantity as people write it.
func Quantity(name string, v claim.Wide) Fact {
	if small, ok := v.Int64(); ok {
		return Fact{name, claim.TrimNumber(claim.KindQuantity, small)}
	}
	return Fact{name, v.DivRound(10_000).String()}
}

// BeyondFirst sums inscp of the lines that are not of the first claim, and says
// whether there are several claims. The first is the one with the smallest row,
// which inside one person is the first in claim order.
func BeyondFirst(lines, claims []int32, inscp InScope) (amount claim.Wide, several bool) {
	if len(lines) == 0 {
		return amount, false
	}
	first := claims[lines[0]]
	for _, l := range lines {
		several = several || claims[l] != first
		first = min(first, claims[l])
	}
	for _, l := range lines {
		if claims[l] != first {
			amount = amount.Plus(inscp.Of(l))
		}
	}
	return amount, several
}
