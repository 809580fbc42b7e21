package claim

import (
	"math"
	"slices"
)

// Narrow says how little may be laid of persons that are not to be looked at
// whole: those of a book whose claims from before all count as they did
// ([Book.Net]). New claims are always laid as they are, of old ones only those
// that have to do with them.
type Narrow struct {
	// Keep are the columns of all rows; the others hold values for rows of claims
	// that are new, and anything in all other rows.
	Keep FieldSet
	// All has all claims and lines of persons with new claims laid. Otherwise only
	// the lines of old claims are laid whose item is one of a new claim, or comes
	// with such an item; and all lines of claims whose days meet those of a new stay,
	// and of the items they have.
	All bool
	// With gives the items that come with one.
	With func(item int32) []int32
	// Reach says of an item of which days its lines are laid.
	Reach func(item int32) Reach
	// May reports whether some claims, in the order of days, may mean anything for
	// an item of FarIfMay that is in all of them. Fewer claims, and smaller
	// numbers, never mean more.
	May func(claims []Glance) bool
	// Around is within how many days of new claims, by settlement, all claims are
	// laid.
	Around int64
}

// Reach is how far the lines of an item matter to new ones.
type Reach uint8

// The reaches.
const (
	Near     Reach = iota // those of the days from the first to the last that lines of new claims have
	Far                   // those of all days
	FarIfMay              // those of all days, where Narrow.May says so
	InVisit               // those of a visit, too: where a new claim belongs to an old one, or meets lines of such an item, all of all days
)

// Beyond reports whether lines of all days are laid of a person of whom so much
// is.
func (r Reach) Beyond(s Shown) bool {
	return r == Far || r == FarIfMay && s.May || r == InVisit && s.All
}

// Shown is how much of a person's claims is laid.
type Shown struct {
	All   bool // all claims
	Stays bool // all stays; otherwise it may be some of them
	May   bool // all claims with items that may matter (FarIfMay)
	Days  Days // all claims settled on these days
}

// everything is Shown where nothing was left out.
var everything = Shown{true, true, true, Days{0, math.MaxUint16}}

// narrowed is what was laid of the persons of a history.
type narrowed struct {
	items []int32 // one person's after the other's
	laid  []Laid  // by person
	marks marks   // items of the person at hand: Near or Far
	far   bool    // there are far ones among them
	part  bitset  // by claim: some of its lines may be missing
	fresh [numTables]newRows
	// values while they are laid
	codes   Vector[int32]
	numbers Vector[int64]
}

// reset forgets what was laid.
func (n *narrowed) reset() {
	n.items, n.laid = n.items[:0], n.laid[:0]
	clear(n.part)
}

// Whole reports whether all lines of a claim are there.
func (h *History) Whole(c int32) bool {
	return int(c)/64 >= len(h.narrowed.part) || !h.narrowed.part.has(uint64(c))
}

// Laid says which lines are laid of a person.
type Laid struct {
	All   bool    // all
	Items []int32 // otherwise those of these items
	Days  Days    // of near items only those of these days
	Stay  bool    // a new claim is a stay
	Fresh Days    // of lines of new claims, and of new stays
	end   int32   // where its items end
}

// Laid says which lines are laid of a person, by its place in the history.
func (h *History) Laid(person int) Laid {
	n := &h.narrowed
	if len(n.laid) == 0 {
		return Laid{All: true}
	}
	from := int32(0)
	if person > 0 {
		from = n.laid[person-1].end
	}
	out := n.laid[person]
	out.Items = n.items[from:out.end]
	return out
}

// Shown says how much of a person's claims is laid, by its place in the history.
func (h *History) Shown(person int) Shown {
	if h.shown == nil {
		return everything
	}
	return h.shown[person]
}

// In reports whether a time (seconds of the wall clock) lies on one of the days.
func (d Days) In(seconds int64) bool { return d.has(seconds) }

// layNarrow fills the history with the claims of a span, as little of them as
// is needed.
func (p *Pool) layNarrow(h *History, s Span) {
	claims := p.claimsIn(s)
	copy(h.origin[Settlements], claims)
	h.rows = [numTables]int{Settlements: len(claims)}
	p.layNarrowLines(h, s, claims)
	p.layDiagnosesOf(h, claims, !p.narrow.Keep.Has(DiagCode))
	h.findNew()
	for f := range NumFields {
		c, t := h.cols[f], specs[f].Table
		switch {
		case c.code == nil && c.num == nil:
		case p.narrow.Keep.Has(f):
			p.cols[f].gather(c, 0, h.origin[t][:h.rows[t]])
		default:
			p.gatherNew(h, f)
		}
	}
	p.lower(h)
	h.bounds(claims)
}

// newRows are the rows of a table that belong to new claims: where they lie in
// the history, and in the pool.
type newRows struct{ at, rows []int32 }

// findNew finds the new rows of all tables.
func (h *History) findNew() {
	for t := range h.narrowed.fresh {
		h.narrowed.fresh[t] = newRows{h.narrowed.fresh[t].at[:0], h.narrowed.fresh[t].rows[:0]}
	}
	take := func(t Table, from, to int32) {
		n := &h.narrowed.fresh[t]
		for at := from; at < to; at++ {
			n.at = append(n.at, at)
		}
		n.rows = append(n.rows, h.origin[t][from:to]...)
	}
	h.Anew(func(from, to int32) {
		take(Settlements, from, to)
		take(Lines, h.NetLines[from], h.NetLines[to])
		take(Lines, h.VoidLines[from], h.VoidLines[to])
		take(Diagnoses, h.Diagnoses[from], h.Diagnoses[to])
	})
}

// gatherNew lays a column for the rows of new claims.
func (p *Pool) gatherNew(h *History, f Field) {
	n, w := &h.narrowed.fresh[specs[f].Table], &h.narrowed
	if to := h.cols[f]; to.code != nil {
		w.codes.V = slices.Grow(w.codes.V[:0], len(n.rows))[:len(n.rows)]
		p.cols[f].gather(column{code: &w.codes}, 0, n.rows)
		for i, at := range n.at {
			to.code.V[at] = w.codes.V[i]
		}
	} else {
		w.numbers.V = slices.Grow(w.numbers.V[:0], len(n.rows))[:len(n.rows)]
		p.cols[f].gather(column{num: &w.numbers}, 0, n.rows)
		for i, at := range n.at {
			to.num.V[at] = w.numbers.V[i]
		}
	}
}

func (p *Pool) layNarrowLines(h *History, s Span, claims []int32) {
	n, base := int32(0), p.persons[s.from]
	h.void, h.lower = h.void[:0], h.lower[:0]
	w := &h.narrowed
	w.part.grow(len(claims))
	p.touchLines(h.placesOf(p.lines, claims))
	for person := s.from; person < s.to; person++ {
		from, to := p.persons[person]-base, p.persons[person+1]-base
		l := p.markItems(h, claims, from, to, p.shown[person])
		w.laid = append(w.laid, l)
		for at := from; at < to; at++ {
			h.NetLines[at], h.VoidLines[at] = n, int32(len(h.void))
			switch c := claims[at]; {
			case !l.All && !h.anew[at] && !(l.Stay && p.steps.at(c).inside(l.Fresh)):
				n = p.layMarked(h, at, c, n, l.Days)
				w.part.set(uint64(at))
			case p.odd.has(uint64(c)):
				n = p.layClaim(h, at, c, n)
			default:
				n = h.layPlain(h.places[at], at, n)
			}
		}
	}
	p.layVoid(h, claims, n)
}

// touchLines loads what claims' lines will be chosen by, so that the memory
// fetches it side by side. The sum only keeps the loads alive.
func (p *Pool) touchLines(places []place) (sum int32) {
	item := p.cols[MedListCodg].pack
	for _, l := range places {
		if l.count > 0 {
			sum += item.code(l.first)
		}
	}
	return sum
}

// markItems marks the items of a person that is to be laid narrowly, whose
// claims are from to to, and says which lines are laid.
func (p *Pool) markItems(h *History, claims []int32, from, to int32, shown Shown) Laid {
	n := &h.narrowed
	if p.narrow.All {
		return Laid{All: true, end: int32(len(n.items))}
	}
	n.marks.begin(p.Dicts[DomainItem].Len())
	n.far = false
	out := Laid{Days: noDays, Fresh: noDays}
	for at := from; at < to; at++ {
		if s := p.steps.at(claims[at]); h.anew[at] {
			out.Fresh, out.Stay = out.Fresh.and(s.days), out.Stay || s.marks&aStay != 0
		}
	}
	item := p.cols[MedListCodg].pack
	for at := from; at < to; at++ {
		s := p.steps.at(claims[at])
		if !h.anew[at] && !(out.Stay && s.inside(out.Fresh)) {
			continue
		}
		out.Days = out.Days.and(s.days)
		l := h.places[at]
		for row := l.first; row < l.first+l.count; row++ {
			code := item.code(row)
			p.mark(n, code, shown)
			for _, other := range p.narrow.With(code) { // also of one that is marked because it comes with another
				p.mark(n, other, shown)
			}
		}
	}
	out.end = int32(len(n.items))
	return out
}

// mark marks an item, unless it is marked.
func (p *Pool) mark(n *narrowed, item int32, shown Shown) {
	if _, known := n.marks.get(item); known {
		return
	}
	how := Near
	if p.narrow.Reach(item).Beyond(shown) {
		how, n.far = Far, true
	}
	n.marks.set(item, int32(how))
	n.items = append(n.items, item)
}

// layMarked lays the net lines of a claim whose items are marked, of near ones
// those of some days.
func (p *Pool) layMarked(h *History, at, c, n int32, days Days) int32 {
	meets := p.steps.at(c).days.meet(days)
	if !meets && !h.narrowed.far {
		return n
	}
	item, rows, l, odd := p.cols[MedListCodg].pack, h.origin[Lines], h.places[at], p.odd.has(uint64(c))
	for row := l.first; row < l.first+l.count; row++ {
		how, marked := h.narrowed.marks.get(item.code(row))
		if marked && (how == int32(Far) || meets && days.has(p.cols[FeeOcurTime].numberAt(row))) {
			if odd && p.special.has(uint64(row)) {
				if p.isVoid(row) {
					continue
				}
				h.lower = append(h.lower, n)
			}
			rows[n], h.LineClaim[n] = row, at
			n++
		}
	}
	return n
}
