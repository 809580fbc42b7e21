package claim

import (
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// placeLines sorts the lines by claim: the rows of the net ones, and of the void
// ones behind them. The owners of lines become positions of claims, in place.
func (n *netter) placeLines(h *History, position []int32, claims int) (net, void []int32) {
	at := n.b.lineOwner.V
	InRanges(n.workers, len(at), func(lo, hi int) {
		for l := lo; l < hi; l++ {
			if at[l] >= 0 {
				at[l] = position[at[l]]
			}
		}
	})
	void = n.voidLines(at)
	of := make([]int32, len(void))
	for i, l := range void {
		of[i] = at[l]
		at[l] = NoCode // left out of the net lines
	}
	if net, h.NetLines = n.runs(at, claims); net == nil {
		net, h.NetLines = group(at, claims)
	}
	order, start := group(of, claims)
	for i, r := range order {
		order[i] = void[r]
	}
	h.VoidLines = start
	for i := range start {
		start[i] += int32(len(net))
	}
	return net, order
}

// voidLines lists the lines of claims that take part which do not count.
func (n *netter) voidLines(at []int32) (void []int32) {
	for _, l := range n.negative {
		if at[l] >= 0 {
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

// runs is group for lines that lie together claim by claim, as they mostly do:
// much cheaper, since only claims are moved about. It gives nil when some
// claim's lines do not. Lines that are left out may lie between.
func (n *netter) runs(at []int32, claims int) (lines, start []int32) {
	first, count := make([]int32, claims), make([]int32, claims+1)
	last := int32(NoCode)
	for l, c := range at {
		if c < 0 {
			continue
		}
		if c != last {
			if count[c+1] > 0 {
				return nil, nil
			}
			first[c], last = int32(l), c
		}
		count[c+1]++
	}
	start = count
	for c := range claims {
		start[c+1] += start[c]
	}
	lines = make([]int32, start[claims])
	InRanges(n.workers, claims, func(lo, hi int) {
		for c := lo; c < hi; c++ {
			l := first[c]
			for to := start[c]; to < start[c+1]; l++ {
				if at[l] == int32(c) {
					lines[to] = l
					to++
				}
			}
		}
	})
	return lines, start
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
