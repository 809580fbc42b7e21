package claim

import "unsafe"

// Part is what one part of a book holds in memory: Used bytes are filled, Held
// are taken, room to grow included.
type Part struct {
	Name       string
	Used, Held int
}

// Memory gives the parts of a book, columns first. What hangs on few claims
// (refund settlements that name another) is estimated.
func (k *Book) Memory() []Part {
	all := k.in.All
	var out []Part
	add := func(name string, used, held int) {
		if held > 0 {
			out = append(out, Part{name, used, held})
		}
	}
	for _, t := range []Table{Settlements, Lines, Diagnoses} {
		for _, f := range t.Fields() {
			used, held := all.cols[f].memory()
			add("column "+t.String()+"."+f.String(), used, held)
		}
	}
	for d, dict := range all.Dicts {
		for _, p := range dict.memory() {
			add("dictionary "+domainName(Domain(d))+" "+p.Name, p.Used, p.Held)
		}
	}
	for _, p := range all.traces.memory() {
		add("traces "+p.Name, p.Used, p.Held)
	}
	addSlice(add, "owners of lines", all.lineOwner.V)
	addSlice(add, "owners of diagnoses", all.diagOwner.V)
	addPaged(add, "fingerprints", &k.in.prints)
	used, held := k.in.index.small.memory()
	add("identities", used, held)
	addPaged(add, "ends of lines", &k.lines.paged)
	addPaged(add, "ends of diagnoses", &k.diagnoses.paged)
	addSlice(add, "steps of persons, last", k.persons.last)
	addPaged(add, "steps of persons", &k.persons.steps)
	addSlice(add, "chain of visits, last", k.visits.last)
	addPaged(add, "chain of visits, before", &k.visits.before)
	addSlice(add, "visits with refunds", k.refunded)
	addSlice(add, "bill numbers there", k.billed)
	addSlice(add, "settlements that refunds name", k.namedIDs)
	addSlice(add, "persons seen", k.seen.round)
	addSlice(add, "persons seen, values", k.seen.value)
	const each = 64 // a map's entry, and a slice of one
	named := len(k.named) * each
	add("refund settlements by what they name", named, named)
	return out
}

// addSlice tells of a slice.
func addSlice[T any](add func(name string, used, held int), name string, s []T) {
	size := int(unsafe.Sizeof(*new(T)))
	add(name, len(s)*size, cap(s)*size)
}

// addPaged tells of a list.
func addPaged[T any](add func(name string, used, held int), name string, p *paged[T]) {
	used, held := p.memory()
	add(name, used, held)
}

// domainName names a domain after the first field that belongs to it.
func domainName(d Domain) string {
	for f := range NumFields {
		if specs[f].Domain == d {
			return specs[f].Name
		}
	}
	return "none"
}

// memory gives the bytes of a column that are filled, and all.
func (c column) memory() (used, held int) {
	switch {
	case c.code != nil:
		return c.code.memory()
	case c.num != nil:
		return c.num.memory()
	case c.pack == nil:
		return 0, 0
	case c.pack.one != nil:
		return c.pack.one.memory()
	case c.pack.two != nil:
		return c.pack.two.memory()
	case c.pack.four != nil:
		return c.pack.four.memory()
	case c.pack.dense != nil:
		return c.pack.dense.memory()
	}
	return c.pack.eight.memory()
}

func (c *Vector[T]) memory() (used, held int) {
	size := int(unsafe.Sizeof(*new(T)))
	return len(c.V) * size, cap(c.V) * size
}

func (d *Dict) memory() []Part {
	if d.small != nil {
		return d.small.memory()
	}
	return []Part{
		{"table", 8 * d.Len(), 8 * cap(d.table)},
		{"begins", 4 * len(d.off), 4 * cap(d.off)},
		{"texts", len(d.data), cap(d.data)},
	}
}

func (t *traceColumn) memory() []Part {
	end, endHeld := t.end.memory()
	text, textHeld := t.text.memory()
	hash, hashHeld := t.hash.memory()
	return []Part{{"by line", end, endHeld}, {"begins", text, textHeld}, {"hashes", hash, hashHeld}, {"texts", len(t.bytes), cap(t.bytes)}}
}
