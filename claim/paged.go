package claim

import (
	"sort"
	"unsafe"
)

// paged is a list that grows for long: it lies in pages of memory that are never
// moved, so nothing is copied when it grows, nor is room kept for it to grow into.
type paged[T any] struct {
	pages  []*[pageRows]T
	length int
}

const pageRows = 1024

// at gives a value, to be read or written.
func (p *paged[T]) at(i int32) *T {
	return &p.pages[uint32(i)/pageRows][uint32(i)%pageRows]
}

// push appends a value.
func (p *paged[T]) push(v T) {
	if p.length%pageRows == 0 {
		p.pages = append(p.pages, new([pageRows]T))
	}
	p.length++
	*p.at(int32(p.length - 1)) = v
}

// memory gives the bytes that are filled, and all.
func (p *paged[T]) memory() (used, held int) {
	size := int(unsafe.Sizeof(*new(T)))
	return p.length * size, len(p.pages)*pageRows*size + cap(p.pages)*int(unsafe.Sizeof(p))
}

// ends says where the rows of each settlement end, which lie one settlement
// after the other.
type ends struct{ paged[int32] }

// add adds settlements up to a number of them all, whose rows have these owners,
// in their order.
func (e *ends) add(owners []int32, settlements int) {
	from := e.length
	row := e.end(int32(from - 1))
	for e.length < settlements {
		e.push(0)
	}
	for _, owner := range owners {
		*e.at(owner)++
	}
	for c := from; c < settlements; c++ {
		end := e.at(int32(c))
		row += *end
		*end = row
	}
}

// end is the row behind the last one of a settlement; of none, before the first,
// it is 0.
func (e *ends) end(c int32) int32 {
	if c < 0 {
		return 0
	}
	return *e.at(c)
}

// place is where the rows of a settlement lie.
func (e *ends) place(c int32) place {
	first := e.end(c - 1)
	return place{first, *e.at(c) - first}
}

// owner is the settlement of a row.
func (e *ends) owner(row int32) int32 {
	return int32(sort.Search(e.length, func(c int) bool { return *e.at(int32(c)) > row })) // the first that ends behind it
}
