package detectors

import (
	"cmp"
	"slices"

	"fundwatch/claim"
)

// Person is everything of one person: claims From to To in claim order, their
// net lines, and two orders that many detectors share.
type Person struct {
	From, To         int32 // claims
	LineFrom, LineTo int32 // net lines
	// ByItem holds the net lines of each item together, by (fee time, line);
	// Groups says where each item begins and ends in it.
	ByItem []int32
	Groups []ItemGroup
	// Stays holds the inpatient claims in stay order: (begntime, setl_id,
	// fixmedins_code); none where findings on them do not change.
	Stays []int32
	// Near are the claims between whose settlements none is missing: NearFrom to
	// NearTo.
	NearFrom, NearTo int32
	asked            uint64 // the detectors that look at any of its items
	whole            bool   // all its claims are there
}

// ItemGroup is the lines of one item: ByItem[From:To], in the order of fee time.
type ItemGroup struct{ Item, From, To int32 }

// Lines gives the lines of a group.
func (p *Person) Lines(g ItemGroup) []int32 { return p.ByItem[g.From:g.To] }

// persons lays out the persons of a history once for all person detectors.
type persons struct {
	h      *claim.History
	care   Care
	list   []Person
	order  []int32
	groups []ItemGroup
	stays  []int32
	asked  asked
	next   []int32 // by item: while lines are counted their number, then the place of the next
}

// load lays out all persons of the history.
func (ps *persons) load() []Person {
	h := ps.h
	ps.list = ps.list[:0]
	ps.order = slices.Grow(ps.order[:0], h.Net())
	ps.groups = slices.Grow(ps.groups[:0], h.Net())
	ps.stays = slices.Grow(ps.stays[:0], h.Rows(claim.Settlements))
	for i := range len(h.Persons) - 1 {
		p := Person{From: h.Persons[i], To: h.Persons[i+1]}
		p.LineFrom, p.LineTo = h.NetLines[p.From], h.NetLines[p.To]
		p.ByItem, p.Groups = ps.byItem(p.LineFrom, p.LineTo)
		p.asked = ps.asked.of(p.Groups)
		shown := h.Shown(i)
		if shown.Stays {
			p.Stays = ps.staysOf(p.From, p.To)
		}
		p.whole, p.NearFrom, p.NearTo = shown.All, p.From, p.To
		if !p.whole {
			p.near(h.Numbers(claim.SetlTime), shown.Days)
		}
		ps.list = append(ps.list, p)
	}
	return ps.list
}

// near leaves out claims at both ends that were settled on other days.
func (p *Person) near(time []int64, days claim.Days) {
	for p.NearFrom < p.NearTo && !days.In(time[p.NearFrom]) {
		p.NearFrom++
	}
	for p.NearFrom < p.NearTo && !days.In(time[p.NearTo-1]) {
		p.NearTo--
	}
}

// byItem brings the lines of each item together. Persons have few items and
// their lines come mostly in the order of time, so counting does it.
func (ps *persons) byItem(from, to int32) ([]int32, []ItemGroup) {
	item := ps.h.Codes(claim.MedListCodg)
	if more := ps.h.Dicts[claim.DomainItem].Len() - len(ps.next); more > 0 {
		ps.next = append(ps.next, make([]int32, more)...)
	}
	first := len(ps.groups)
	for l := from; l < to; l++ {
		if ps.next[item[l]] == 0 {
			ps.groups = append(ps.groups, ItemGroup{Item: item[l]})
		}
		ps.next[item[l]]++
	}
	groups := ps.groups[first:len(ps.groups):len(ps.groups)]
	at := int32(0)
	for i := range groups {
		g := &groups[i]
		g.From, g.To = at, at+ps.next[g.Item]
		ps.next[g.Item], at = at, g.To
	}
	base := len(ps.order)
	order := ps.order[base : base+int(to-from)]
	ps.order = ps.order[:base+len(order)]
	for l := from; l < to; l++ {
		order[ps.next[item[l]]] = l
		ps.next[item[l]]++
	}
	for _, g := range groups {
		ps.next[g.Item] = 0
		ps.sortByTime(order[g.From:g.To])
	}
	return order, groups
}

// sortByTime sorts lines, which stand in their own order, by (fee time, line).
func (ps *persons) sortByTime(lines []int32) {
	time := ps.h.Numbers(claim.FeeOcurTime)
	for i := 1; i < len(lines); i++ {
		if time[lines[i]] < time[lines[i-1]] {
			slices.SortStableFunc(lines, func(a, b int32) int { return cmp.Compare(time[a], time[b]) })
			return
		}
	}
}

func (ps *persons) staysOf(from, to int32) []int32 {
	kind := ps.h.Codes(claim.MedType)
	at := len(ps.stays)
	for c := from; c < to; c++ {
		if ps.care.Of(kind[c]) == claim.Inpatient {
			ps.stays = append(ps.stays, c)
		}
	}
	own := ps.stays[at:len(ps.stays):len(ps.stays)]
	if len(own) > 1 {
		slices.SortFunc(own, func(a, b int32) int { return stayOrder(ps.h, a, b) })
	}
	return own
}

// stayOrder compares two stays by (begntime, setl_id, fixmedins_code).
func stayOrder(h *claim.History, a, b int32) int {
	if c := cmp.Compare(h.Number(claim.Begntime, a), h.Number(claim.Begntime, b)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(h.Text(claim.SetlID, a), h.Text(claim.SetlID, b)),
		cmp.Compare(h.Text(claim.FixmedinsCode, a), h.Text(claim.FixmedinsCode, b)))
}
