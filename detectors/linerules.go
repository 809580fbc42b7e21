package detectors

import (
	"math/bits"
	"time"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// lineRules says for every item which Lines detectors ask for which of its
// rows, so that all of them share one pass over the lines: most items mean
// nothing to most detectors.
type lineRules struct {
	kernels []int // of the run's detectors: bit i of a mask is detector kernels[i]
	items   []itemRules
	asked   asked
	bits    []uint64 // of the run's detectors, see newAsked
}

// itemRules are the rows of an item and who asks for each; none when nobody
// asks for any.
type itemRules struct {
	rows  []knowledge.Item
	masks []uint64
}

func newLineRules(ds []*Detector, items []Versions) *lineRules {
	r := &lineRules{items: make([]itemRules, len(items))}
	r.asked, r.bits = newAsked(ds, items)
	for i, d := range ds {
		if d.Lines != nil {
			r.kernels = append(r.kernels, i)
		}
	}
	for code, rows := range items {
		masks, any := make([]uint64, len(rows)), uint64(0)
		for i := range rows {
			for bit, k := range r.kernels {
				if ds[k].Items(&rows[i]) {
					masks[i] |= 1 << bit
				}
			}
			any |= masks[i]
		}
		if any != 0 {
			r.items[code] = itemRules{rows, masks}
		}
	}
	return r
}

// asked says by item which of some detectors, bit by bit, look at it at all.
type asked []uint64

// newAsked asks the Person detectors that rest on items; bits gives the bit of
// each, 0 for those that want to see everybody.
func newAsked(ds []*Detector, items []Versions) (a asked, bits []uint64) {
	a, bits = make(asked, len(items)), make([]uint64, len(ds))
	next := uint64(1)
	for i, d := range ds {
		if d.Person == nil || d.Rests != OnItems && d.Rests != OnDays || d.Items == nil || next == 0 {
			continue
		}
		bits[i], next = next, next<<1
		for code, rows := range items {
			for r := range rows {
				if d.Items(&rows[r]) {
					a[code] |= bits[i]
					break
				}
			}
		}
	}
	return a, bits
}

// any reports whether one of some detectors, by their bits, looks at an item.
func (a asked) any(item int32, bits uint64) bool { return int(item) < len(a) && a[item]&bits != 0 }

// of gives the bits of a person's groups.
func (a asked) of(groups []ItemGroup) (bits uint64) {
	for _, g := range groups {
		if int(g.Item) < len(a) {
			bits |= a[g.Item]
		}
	}
	return bits
}

// inForce is the number of the row that holds on a day, -1 when none does.
func (r *itemRules) inForce(day int64) int {
	if len(r.rows) == 1 {
		if day < r.rows[0].From || day > r.rows[0].To {
			return -1
		}
		return 0
	}
	row := knowledge.InForce(r.rows, day)
	for i := range r.rows {
		if row == &r.rows[i] {
			return i
		}
	}
	return -1
}

// lines runs the Lines detectors over the net lines of all claims that are to
// be looked at by themselves.
func (w *worker) lines() time.Duration {
	rules, h := w.rules, w.history
	if len(rules.kernels) == 0 {
		return 0
	}
	return measure(w.run.Clock, func() {
		h.Anew(func(from, to int32) { w.linesOf(h.NetLines[from], h.NetLines[to]) })
	})
}

func (w *worker) linesOf(from, to int32) {
	rules, item, time := w.rules, w.history.Codes(claim.MedListCodg), w.history.Numbers(claim.FeeOcurTime)
	for l := from; l < to; l++ {
		if int(item[l]) >= len(rules.items) {
			continue
		}
		r := &rules.items[item[l]]
		if r.masks == nil {
			continue
		}
		i := r.inForce(claim.DayOf(time[l]))
		if i < 0 {
			continue
		}
		for mask := r.masks[i]; mask != 0; mask &= mask - 1 {
			k := &w.kernels[rules.kernels[bits.TrailingZeros64(mask)]]
			k.line(l, &r.rows[i], k.emit)
		}
	}
}
