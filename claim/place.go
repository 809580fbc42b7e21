package claim

import (
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// ownLines finds the lines of settlements. Mostly the lines of each lie
// together, and a place and a count say where; else they are sorted first.
type ownLines struct {
	owners       []int32
	first, count []int32 // by settlement; first is a place in rows, if there are rows
	rows         []int32
	gaps         bool // lines without settlement may lie between those of a claim
}

// scattered sorts lines that do not lie together.
func (o *ownLines) scattered(settlements int) {
	o.rows, o.first = group(o.owners, settlements)
}

// each calls yield with the lines of a settlement.
func (o *ownLines) each(c int32, yield func(line int32)) {
	if o.rows != nil {
		for _, l := range o.rows[o.first[c]:o.first[c+1]] {
			yield(l)
		}
		return
	}
	for l, left := o.first[c], o.count[c]; left > 0; l++ {
		if !o.gaps || o.owners[l] == c {
			yield(l)
			left--
		}
	}
}

// placeLines sorts the lines by claim: it gives the rows of the net ones, and
// of the void ones, which lie behind them in the history.
func (n *netter) placeLines(h *History, claims, position []int32) (net, void []int32) {
	unsorted := n.voidLines(position)
	of := make([]int32, len(unsorted))
	gone := newBitset(n.b.Rows(Lines))
	for i, l := range unsorted {
		of[i] = position[n.own.owners[l]]
		gone.set(uint64(l))
	}
	void, h.VoidLines = group(of, len(claims))
	for i, r := range void {
		void[i] = unsorted[r]
	}
	h.NetLines = make([]int32, len(claims)+1)
	for to, c := range claims {
		h.NetLines[to+1] = h.NetLines[to] + n.own.count[c] - (h.VoidLines[to+1] - h.VoidLines[to])
	}
	net = make([]int32, h.NetLines[len(claims)])
	InRanges(n.workers, len(claims), func(lo, hi int) {
		at := h.NetLines[lo]
		for _, c := range claims[lo:hi] {
			n.own.each(c, func(l int32) {
				if !gone.has(uint64(l)) {
					net[at] = l
					at++
				}
			})
		}
	})
	for i := range h.VoidLines {
		h.VoidLines[i] += int32(len(net))
	}
	return net, void
}

// voidLines lists the lines of claims that take part which do not count.
func (n *netter) voidLines(position []int32) (void []int32) {
	for _, l := range n.negative {
		if position[n.own.owners[l]] >= 0 {
			void = append(void, l)
		}
	}
	for l, v := range n.altered {
		if v.cnt.Sign() <= 0 {
			void = append(void, l)
		}
	}
	slices.Sort(void)
	return void
}

func (n *netter) ownersIn(t Table, position []int32) []int32 {
	out := make([]int32, 0, n.b.Rows(t))
	for _, owner := range n.b.Owners(t) {
		if owner >= 0 {
			owner = position[owner]
		}
		out = append(out, owner)
	}
	return out
}

// group sorts the rows by their group (counting sort, stable; NoCode rows are
// left out) and gives the start of each group.
func group(of []int32, groups int) (rows, starts []int32) {
	starts = make([]int32, groups+1)
	for _, g := range of {
		if g >= 0 {
			starts[g+1]++
		}
	}
	for g := range groups {
		starts[g+1] += starts[g]
	}
	rows = make([]int32, starts[groups])
	at := slices.Clone(starts[:groups])
	for row, g := range of {
		if g >= 0 {
			rows[at[g]] = int32(row)
			at[g]++
		}
	}
	return rows, starts
}

// spares are columns whose values are no longer needed: their memory, which
// the system has paid for already, takes the next ones.
type spares struct {
	mu   sync.Mutex
	list []column
}

func (s *spares) take(alloc memory.Allocator, f Field, rows int) column {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range s.list {
		fits := f.Coded() && c.code != nil && cap(c.code.V) >= rows || !f.Coded() && c.num != nil && cap(c.num.V) >= rows
		if fits {
			s.list = slices.Delete(s.list, i, i+1)
			c.truncate(0)
			return c
		}
	}
	return newColumn(alloc, f)
}

func (s *spares) give(c column) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, c)
}

func (s *spares) release() {
	for i := range s.list {
		s.list[i].release()
	}
}

func gatherColumn(to, from column, rows []int32) {
	if from.num != nil {
		dst := to.num.Extend(len(rows))
		for i, r := range rows {
			dst[i] = from.num.V[r]
		}
		return
	}
	dst := to.code.Extend(len(rows))
	for i, r := range rows {
		dst[i] = from.code.V[r]
	}
}
