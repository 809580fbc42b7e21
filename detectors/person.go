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
	// ByItem holds the net lines by (item, fee time, line).
	ByItem []int32
	// Stays holds the inpatient claims in stay order: (begntime, setl_id,
	// fixmedins_code).
	Stays []int32
}

// Items calls yield with the lines of each item, in the order of fee time.
func (p *Person) Items(item []int32, yield func(lines []int32)) {
	for i := 0; i < len(p.ByItem); {
		j := i + 1
		for j < len(p.ByItem) && item[p.ByItem[j]] == item[p.ByItem[i]] {
			j++
		}
		yield(p.ByItem[i:j])
		i = j
	}
}

// persons lays out a range of persons once for all person detectors.
type persons struct {
	h     *claim.History
	care  []claim.Setting
	list  []Person
	lines []lineKey
	order []int32
	stays []int32
}

type lineKey struct {
	item int32
	line int32
	time int64
}

// load lays out persons from to to of the history.
func (ps *persons) load(from, to int) []Person {
	h := ps.h
	ps.list = ps.list[:0]
	c0, c1 := h.Persons[from], h.Persons[to]
	lines := int(h.NetLines[c1] - h.NetLines[c0])
	ps.order = slices.Grow(ps.order[:0], lines)
	ps.stays = slices.Grow(ps.stays[:0], int(c1-c0))
	for i := from; i < to; i++ {
		p := Person{From: h.Persons[i], To: h.Persons[i+1]}
		p.LineFrom, p.LineTo = h.NetLines[p.From], h.NetLines[p.To]
		p.ByItem = ps.byItem(p.LineFrom, p.LineTo)
		p.Stays = ps.staysOf(p.From, p.To)
		ps.list = append(ps.list, p)
	}
	return ps.list
}

func (ps *persons) byItem(from, to int32) []int32 {
	item, time := ps.h.Codes(claim.MedListCodg), ps.h.Numbers(claim.FeeOcurTime)
	ps.lines = ps.lines[:0]
	for l := from; l < to; l++ {
		ps.lines = append(ps.lines, lineKey{item[l], l, time[l]})
	}
	sortLines(ps.lines)
	at := len(ps.order)
	for _, k := range ps.lines {
		ps.order = append(ps.order, k.line)
	}
	return ps.order[at:len(ps.order):len(ps.order)]
}

func (k lineKey) before(o lineKey) bool {
	if k.item != o.item {
		return k.item < o.item
	}
	if k.time != o.time {
		return k.time < o.time
	}
	return k.line < o.line
}

// sortLines sorts by insertion when there are few: most persons have a dozen
// lines, and the library's sort costs more than that.
func sortLines(keys []lineKey) {
	if len(keys) > 40 {
		slices.SortFunc(keys, func(a, b lineKey) int {
			return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.time, b.time), cmp.Compare(a.line, b.line))
		})
		return
	}
	for i := 1; i < len(keys); i++ {
		k := keys[i]
		j := i
		for ; j > 0 && k.before(keys[j-1]); j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
}

func (ps *persons) staysOf(from, to int32) []int32 {
	kind := ps.h.Codes(claim.MedType)
	at := len(ps.stays)
	for c := from; c < to; c++ {
		if ps.care[kind[c]] == claim.Inpatient {
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
	begin := h.Numbers(claim.Begntime)
	if c := cmp.Compare(begin[a], begin[b]); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(h.Text(claim.SetlID, a), h.Text(claim.SetlID, b)),
		cmp.Compare(h.Text(claim.FixmedinsCode, a), h.Text(claim.FixmedinsCode, b)))
}
