package claim

// members finds the lines, or the diagnoses, of settlements. Mostly those of
// each lie together, and a place and a count say where; else they are sorted
// first.
type members struct {
	owners       []int32
	first, count []int32 // by settlement; first is a place in rows, if there are rows
	rows         []int32
	gaps         bool // rows without settlement may lie between those of a claim
}

// membersOf looks once at the owners of all rows of a table.
func membersOf(owners []int32, settlements int) *members {
	m := &members{owners: owners, first: make([]int32, settlements), count: make([]int32, settlements)}
	together, last := true, int32(NoCode)
	for row, owner := range owners {
		if owner < 0 {
			m.gaps = true
			continue
		}
		if owner != last {
			together = together && m.count[owner] == 0
			m.first[owner], last = int32(row), owner
		}
		m.count[owner]++
	}
	if !together {
		m.rows, m.first = group(owners, settlements)
	}
	return m
}

// of is the number of a settlement's rows.
func (m *members) of(c int32) int { return int(m.count[c]) }

// run gives the rows of a settlement when they lie together.
func (m *members) run(c int32) (from, to int32, together bool) {
	return m.first[c], m.first[c] + m.count[c], m.rows == nil && !m.gaps
}

// each calls yield with the rows of a settlement, in their order.
func (m *members) each(c int32, yield func(row int32)) {
	if m.rows != nil {
		for _, l := range m.rows[m.first[c]:m.first[c+1]] {
			yield(l)
		}
		return
	}
	for l, left := m.first[c], m.count[c]; left > 0; l++ {
		if !m.gaps || m.owners[l] == c {
			yield(l)
			left--
		}
	}
}

// group sorts the rows by their group (counting sort, stable; NoCode rows are
// left out) and gives the start of each group.
func group(of []int32, groups int) (rows, starts []int32) {
	// While counting, starts[g+2] is the size of group g; while filling,
	// starts[g+1] is its next free place, so in the end the start of the next.
	starts = make([]int32, groups+2)
	for _, g := range of {
		if g >= 0 {
			starts[g+2]++
		}
	}
	for i := 2; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	rows = make([]int32, starts[groups+1])
	for row, g := range of {
		if g >= 0 {
			rows[starts[g+1]] = int32(row)
			starts[g+1]++
		}
	}
	return rows, starts[:groups+1]
}
