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
	// ByItem holds the net lines by (item, fee time, line), Groups where each
	// item begins and ends in it.
	ByItem []int32
	Groups []ItemGroup
	// Stays holds the inpatient claims in stay order: (begntime, setl_id,
	// fixmedins_code).
	Stays []int32
}

// ItemGroup is the lines of one item: ByItem[From:To], in the order of fee time.
type ItemGroup struct{ Item, From, To int32 }

// Lines gives the lines of a group.
func (p *Person) Lines(g ItemGroup) []int32 { return p.ByItem[g.From:g.To] }

// persons lays out the persons of a history once for all person detectors.
type persons struct {
	h      *claim.History
	care   []claim.Setting
	list   []Person
	keys   []uint64
	order  []int32
	groups []ItemGroup
	stays  []int32
}

// A line is sorted by item and time, and lines that are equal in both in their
// own order, by one number: the item's code above, the seconds since the
// person's first fee in the middle, the line's place among the person's below.
// What does not fit is sorted the long way.
const (
	timeBits  = 27 // four years
	placeBits = 17 // 131,072 lines of a person
	itemBits  = 64 - timeBits - placeBits
)

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
		p.Stays = ps.staysOf(p.From, p.To)
		ps.list = append(ps.list, p)
	}
	return ps.list
}

func (ps *persons) byItem(from, to int32) ([]int32, []ItemGroup) {
	item, time := ps.h.Codes(claim.MedListCodg)[from:to], ps.h.Numbers(claim.FeeOcurTime)[from:to]
	first := int64(0)
	if from < to {
		first = slices.Min(time)
	}
	ps.keys = ps.keys[:0]
	for i, t := range time {
		after := uint64(t - first)
		if item[i] >= 1<<itemBits || after >= 1<<timeBits || i >= 1<<placeBits {
			return ps.byItemWide(from, to)
		}
		ps.keys = append(ps.keys, uint64(item[i])<<(timeBits+placeBits)|after<<placeBits|uint64(i))
	}
	sortKeys(ps.keys)
	at := len(ps.order)
	for _, k := range ps.keys {
		ps.order = append(ps.order, from+int32(k&(1<<placeBits-1)))
	}
	return ps.grouped(ps.order[at:len(ps.order):len(ps.order)])
}

// byItemWide is byItem for what does not fit into a key: a million items, fees
// years apart, or very many lines.
func (ps *persons) byItemWide(from, to int32) ([]int32, []ItemGroup) {
	item, time := ps.h.Codes(claim.MedListCodg), ps.h.Numbers(claim.FeeOcurTime)
	own := make([]int32, 0, to-from)
	for l := from; l < to; l++ {
		own = append(own, l)
	}
	slices.SortFunc(own, func(a, b int32) int {
		return cmp.Or(cmp.Compare(item[a], item[b]), cmp.Compare(time[a], time[b]), cmp.Compare(a, b))
	})
	return ps.grouped(own)
}

// grouped finds where each item begins and ends.
func (ps *persons) grouped(order []int32) ([]int32, []ItemGroup) {
	item := ps.h.Codes(claim.MedListCodg)
	at := len(ps.groups)
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && item[order[j]] == item[order[i]] {
			j++
		}
		ps.groups = append(ps.groups, ItemGroup{item[order[i]], int32(i), int32(j)})
		i = j
	}
	return order, ps.groups[at:len(ps.groups):len(ps.groups)]
}

// sortKeys sorts by insertion when there are few: most persons have a dozen
// lines, and the library's sort costs more than that.
func sortKeys(keys []uint64) {
	if len(keys) > 40 {
		slices.Sort(keys)
		return
	}
	for i := 1; i < len(keys); i++ {
		k := keys[i]
		j := i
		for ; j > 0 && k < keys[j-1]; j-- {
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
