package claim

// Narrow says how little may be laid of persons that are not to be looked at
// whole: those of a book whose claims from before all count as they did
// ([Book.Net]). New claims are always laid as they are.
type Narrow struct {
	// Keep are the columns of all rows; the others hold values for rows of claims
	// that are new, and anything in all other rows.
	Keep FieldSet
	// All reports by med_type whether a new claim of that kind has all lines of its
	// person laid. Where there is none, of old claims only the lines are laid whose
	// item is one of a new claim, or comes with such an item.
	All func(medType int32) bool
	// With gives the items that come with one; nil for none.
	With func(item int32) []int32
}

// narrowed is what was laid of the persons of a history.
type narrowed struct {
	items []int32 // one person's after the other's
	ends  []int32 // by person: where its items end; it has none where all were laid
	some  []bool  // by person: lines of its items only were laid
	marks marks   // items of the person at hand
	part  bitset  // by claim: some of its lines may be missing
}

// Whole reports whether all lines of a claim are there.
func (h *History) Whole(c int32) bool {
	return int(c)/64 >= len(h.narrowed.part) || !h.narrowed.part.has(uint64(c))
}

// Items gives the items whose lines are all laid for a person, by its place in
// the history; all when some is false.
func (h *History) Items(person int) (items []int32, some bool) {
	n := &h.narrowed
	if len(n.ends) == 0 {
		return nil, false
	}
	from := int32(0)
	if person > 0 {
		from = n.ends[person-1]
	}
	return n.items[from:n.ends[person]], n.some[person]
}

// layNarrow fills the history with the claims of a span, as little of them as
// is needed.
func (p *Pool) layNarrow(h *History, s Span) {
	claims := p.claimsIn(s)
	copy(h.origin[Settlements], claims)
	h.rows = [numTables]int{Settlements: len(claims)}
	p.layNarrowLines(h, s, claims)
	p.layDiagnosesOf(h, claims, !p.narrow.Keep.Has(DiagCode))
	for f := range NumFields {
		c, t := h.cols[f], specs[f].Table
		switch {
		case c.code == nil && c.num == nil:
		case p.narrow.Keep.Has(f):
			p.cols[f].gather(c, 0, h.origin[t][:h.rows[t]])
		default:
			h.Anew(func(from, to int32) { p.gatherAnew(h, f, from, to) })
		}
	}
	p.lower(h)
	h.bounds(claims)
}

// gatherAnew lays a column for the claims from to to.
func (p *Pool) gatherAnew(h *History, f Field, from, to int32) {
	lay := func(from, to int32) {
		p.cols[f].gather(h.cols[f], int(from), h.origin[specs[f].Table][from:to])
	}
	switch specs[f].Table {
	case Settlements:
		lay(from, to)
	case Lines:
		lay(h.NetLines[from], h.NetLines[to])
		if h.rows[Lines] > h.net {
			lay(h.VoidLines[from], h.VoidLines[to])
		}
	default:
		lay(h.Diagnoses[from], h.Diagnoses[to])
	}
}

func (p *Pool) layNarrowLines(h *History, s Span, claims []int32) {
	n, base := int32(0), p.persons[s.from]
	h.void, h.lower = h.void[:0], h.lower[:0]
	h.narrowed.items, h.narrowed.ends, h.narrowed.some = h.narrowed.items[:0], h.narrowed.ends[:0], h.narrowed.some[:0]
	clear(h.narrowed.part)
	h.narrowed.part.grow(len(claims))
	for person := s.from; person < s.to; person++ {
		from, to := p.persons[person]-base, p.persons[person+1]-base
		some := p.markItems(h, claims, from, to)
		h.narrowed.ends, h.narrowed.some = append(h.narrowed.ends, int32(len(h.narrowed.items))), append(h.narrowed.some, some)
		for at := from; at < to; at++ {
			h.NetLines[at], h.VoidLines[at] = n, int32(len(h.void))
			switch c := claims[at]; {
			case some && !h.anew[at]:
				n = p.layMarked(h, at, c, n)
				h.narrowed.part.set(uint64(at))
			case p.odd.has(uint64(c)):
				n = p.layClaim(h, at, c, n)
			default:
				n = h.layPlain(p.lines.places[c], at, n)
			}
		}
	}
	p.layVoid(h, claims, n)
}

// markItems marks the items of a person that is to be laid narrowly, whose
// claims are from to to.
func (p *Pool) markItems(h *History, claims []int32, from, to int32) (some bool) {
	n, kind := &h.narrowed, p.cols[MedType]
	some = true
	for at := from; some && at < to; at++ {
		some = !h.anew[at] || !p.narrow.All(kind.codeAt(claims[at]))
	}
	if !some {
		return false
	}
	n.marks.begin(p.Dicts[DomainItem].Len())
	item := p.cols[MedListCodg].pack
	for at := from; at < to; at++ {
		if !h.anew[at] {
			continue
		}
		l := p.lines.places[claims[at]]
		for row := l.first; row < l.first+l.count; row++ {
			if code := item.code(row); n.mark(code) && p.narrow.With != nil {
				for _, other := range p.narrow.With(code) {
					n.mark(other)
				}
			}
		}
	}
	return true
}

// mark marks an item, unless it is marked.
func (n *narrowed) mark(item int32) bool {
	_, known := n.marks.get(item)
	if !known {
		n.marks.set(item, 0)
		n.items = append(n.items, item)
	}
	return !known
}

// layMarked lays the net lines of a claim whose items are marked.
func (p *Pool) layMarked(h *History, at, c, n int32) int32 {
	item, rows, l, odd := p.cols[MedListCodg].pack, h.origin[Lines], p.lines.places[c], p.odd.has(uint64(c))
	for row := l.first; row < l.first+l.count; row++ {
		if _, marked := h.narrowed.marks.get(item.code(row)); marked {
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
