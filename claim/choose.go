package claim

import (
	"cmp"
	"math"
	"slices"
)

// chooser picks of a person's claims those that new ones have to do with. It
// takes some too many, since several items share a bit of a step, and never one
// too few.
type chooser struct {
	narrow *Narrow
	items  []itemBits // by code
	// of the person at hand
	old     []int32
	why     []uint8 // by old claim
	glances []Glance
}

// itemBits are the bits by which the items are found that have to do with an
// item: near, far, far if they may, and those of a visit.
type itemBits struct{ near, far, may, visit uint64 }

func (b itemBits) or(o itemBits) itemBits {
	return itemBits{b.near | o.near, b.far | o.far, b.may | o.may, b.visit | o.visit}
}

// Why an old claim is there.
const (
	related = 1 << iota
	mayBe   // has an item in common whose lines may matter
	oldStay
)

// gist is what the new claims of a person say of which old ones matter.
type gist struct {
	itemBits
	days   Days // of their lines
	around Days // of their settlement
	stay   bool // one is a stay
	all    bool
}

// bitsOf gives the bits of an item.
func (ch *chooser) bitsOf(item int32, items *Dict) itemBits {
	for code := int32(len(ch.items)); int(code) < items.Len(); code++ {
		b := ch.own(code)
		for _, other := range ch.narrow.With(code) {
			b = b.or(ch.own(other))
		}
		ch.items = append(ch.items, b)
	}
	return ch.items[item]
}

// own gives the bits of an item by itself.
func (ch *chooser) own(item int32) itemBits {
	out := itemBits{near: itemBit(item)}
	switch ch.narrow.Reach(item) {
	case Far:
		out.far = out.near
	case FarIfMay:
		out.may = out.near
	case InVisit:
		out.visit = out.near
	}
	return out
}

// choose adds the claims of a person that matter, the latest first, and says what
// they are. takePart says which claims count; nil: all.
func (k *Book) choose(to []int32, person, since int32, takePart []Standing) ([]int32, Shown) {
	ch, steps := &k.chooser, &k.persons.steps
	g := gist{days: noDays, around: noDays}
	c, from := k.persons.last[person], len(to)
	for ; c >= since; c = steps.at(c).before {
		if takePart == nil || takePart[c] == TakesPart {
			to = append(to, c)
			k.gather(&g, c, since)
		}
	}
	if len(to) == from {
		return to, Shown{}
	}
	if c == NoCode { // nothing old
		return to, everything
	}
	g.around = g.around.wider(ch.narrow.Around)
	if g.stay {
		k.gatherInside(&g, c, takePart)
	}
	take, found := ch.search(steps, c, &g, takePart)
	if g.all {
		for ; c != NoCode; c = steps.at(c).before {
			if takePart == nil || takePart[c] == TakesPart {
				to = append(to, c)
			}
		}
		return to, everything
	}
	if found == 0 {
		return to, Shown{Days: g.around}
	}
	if take&mayBe != 0 && !ch.may(steps, to[from:]) {
		take &^= mayBe
	}
	for i, c := range ch.old {
		if ch.why[i]&take != 0 {
			to = append(to, c)
		}
	}
	return to, Shown{Stays: take&oldStay != 0, May: take&mayBe != 0, Days: g.around}
}

// gather notes what a new claim says.
func (k *Book) gather(g *gist, c, since int32) {
	s := k.persons.steps.at(c)
	visit := *k.visits.before.at(c)
	for visit >= since {
		visit = *k.visits.before.at(visit)
	}
	g.all = g.all || visit != NoCode || s.marks&oldBill != 0 || k.pool.narrow.All
	g.stay = g.stay || s.marks&aStay != 0
	g.around = g.around.and(Days{s.day, s.day})
	k.gatherLines(g, c)
}

// gatherLines notes the days and items of a claim.
func (k *Book) gatherLines(g *gist, c int32) {
	g.days = g.days.and(k.persons.steps.at(c).days)
	item, l := k.in.All.packed(MedListCodg), k.lines.place(c)
	for row := l.first; row < l.first+l.count; row++ {
		g.itemBits = g.or(k.chooser.bitsOf(item.code(row), k.in.All.Dicts[DomainItem]))
	}
}

// gatherInside notes of the claims from c on those that lie in a new stay: they
// are laid with all lines, as if they were new.
func (k *Book) gatherInside(g *gist, c int32, takePart []Standing) {
	fresh := g.days
	for ; c != NoCode; c = k.persons.steps.at(c).before {
		if k.persons.steps.at(c).inside(fresh) && (takePart == nil || takePart[c] == TakesPart) {
			k.gatherLines(g, c)
		}
	}
}

// inside reports whether a claim that is no stay has to do with the days of a
// new one.
func (s *step) inside(stay Days) bool { return s.marks&aStay == 0 && s.days.meet(stay) }

// search goes through the claims from c on and notes which ones may matter and
// why. It gives the reasons that hold, and how many claims there are with any;
// that all matter it notes in g.
func (ch *chooser) search(steps *paged[step], c int32, g *gist, takePart []Standing) (take uint8, found int) {
	ch.old, ch.why = ch.old[:0], ch.why[:0]
	take = related | mayBe
	if g.stay {
		take |= oldStay
	}
	for ; c != NoCode && !g.all; c = steps.at(c).before {
		s := steps.at(c)
		meets, why := s.days.meet(g.days), uint8(0)
		if s.items&g.far != 0 || meets && s.items&g.near != 0 || g.around.first <= s.day && s.day <= g.around.last {
			why = related
		}
		g.all = meets && s.items&g.visit != 0
		if s.items&g.may != 0 {
			why |= mayBe
		}
		if s.marks&aStay != 0 {
			why |= oldStay
			if meets {
				take |= oldStay // all stays or none: they are compared with each other
			}
		}
		if why != 0 && (takePart == nil || takePart[c] == TakesPart) {
			ch.old, ch.why = append(ch.old, c), append(ch.why, why)
		}
	}
	return take, len(ch.old)
}

// may asks whether items of new claims may matter that old ones have too.
func (ch *chooser) may(steps *paged[step], fresh []int32) bool {
	ch.glances = ch.glances[:0]
	for _, c := range fresh {
		ch.glances = append(ch.glances, steps.at(c).glance())
	}
	for i, c := range ch.old {
		if ch.why[i]&mayBe != 0 {
			ch.glances = append(ch.glances, steps.at(c).glance())
		}
	}
	if len(ch.glances) == len(fresh) {
		return false
	}
	byDay := func(a, b Glance) int { return cmp.Compare(a.Day, b.Day) }
	slices.Reverse(ch.glances) // mostly as they came
	if !slices.IsSortedFunc(ch.glances, byDay) {
		slices.SortFunc(ch.glances, byDay)
	}
	return ch.narrow.May(ch.glances)
}

// wider adds days before and after.
func (d Days) wider(days int64) Days {
	first, last := int64(d.first)-days, int64(d.last)+days
	return Days{uint16(max(first, 0)), uint16(min(last, math.MaxUint16))}
}
