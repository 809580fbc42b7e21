package claim

// members finds the lines, or the diagnoses, of settlements. Mostly those of
// each lie together, and a place says where; else they are sorted first.
type members struct {
	ends   *ends // of a book: they tell everything, and nothing of the others is there
	owners []int32
	places []place // by settlement: among the rows, or in sorted if there is one
	sorted []int32
	gaps   bool  // rows without settlement may lie between those of a claim
	last   int32 // the owner that was asked for last of a book
}

// place is where some rows begin, and how many there are.
type place struct{ first, count int32 }

// membersOf looks once at the owners of all rows of a table.
func membersOf(owners []int32, settlements int) *members {
	m := &members{owners: owners, places: written[place](settlements)}
	together, last := true, int32(NoCode)
	for row, owner := range owners {
		if owner < 0 {
			m.gaps = true
			continue
		}
		p := &m.places[owner]
		if owner != last {
			together = together && p.count == 0
			p.first, last = int32(row), owner
		}
		p.count++
	}
	if !together {
		var starts []int32
		m.sorted, starts = group(owners, settlements)
		for c := range m.places {
			m.places[c].first = starts[c]
		}
	}
	return m
}

// owner is the settlement of a row.
func (m *members) owner(row int32) int32 {
	if m.ends == nil {
		return m.owners[row]
	}
	if p := m.ends.place(m.last); row < p.first || row >= p.first+p.count {
		m.last = m.ends.owner(row)
	}
	return m.last
}

// place is where the rows of a settlement lie, or where they do in sorted.
func (m *members) place(c int32) place {
	if m.ends != nil {
		return m.ends.place(c)
	}
	return m.places[c]
}

// of is the number of a settlement's rows.
func (m *members) of(c int32) int { return int(m.place(c).count) }

// simple says that the rows of each settlement lie together with no others
// between them: places are all there is to know.
func (m *members) simple() bool { return m.sorted == nil && !m.gaps }

// each calls yield with the rows of a settlement, in their order.
func (m *members) each(c int32, yield func(row int32)) {
	p := m.place(c)
	if m.sorted != nil {
		for _, l := range m.sorted[p.first : p.first+p.count] {
			yield(l)
		}
		return
	}
	for l, left := p.first, p.count; left > 0; l++ {
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
	starts = written[int32](groups + 2)
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
