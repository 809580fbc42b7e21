package claim

import "slices"

// Net works out what counts of the claims of some persons, who must be a whole
// circle, and shows it: the pool holds these persons only, belongs to the book
// and is there until the next Net or Add.
//
// Claims from row since on are new to the caller, all with 0. A person is told
// to be looked at whole where a claim that was there before may count otherwise
// now; of everybody else, only the new claims can
// have findings of their own that were not there ([History.Anew]).
func (k *Book) Net(persons []int32, since int) (p *Pool, whole []bool) {
	n, starts := &k.net, []int32{0}
	k.circle, whole = k.circle[:0], make([]bool, len(persons))
	for i, person := range persons {
		if k.stirred.has(uint64(person)) {
			k.persons.each(person, func(c int32) { k.circle = append(k.circle, c) })
			slices.Reverse(k.circle[starts[i]:]) // as they came
		}
		starts = append(starts, int32(len(k.circle)))
	}
	k.was = k.was[:0]
	for _, c := range k.circle {
		k.was = append(k.was, was{n.standing[c], k.pool.odd.has(uint64(c))})
	}
	n.own = &members{ends: &k.lines}
	k.judge()
	n.some, n.lowering = k.circle, n.lowering[:0]
	n.takeRefunds()
	k.show()
	n.mark(k.pool.special, k.pool.odd)
	for from := 0; from < len(persons); from += 64 {
		some := persons[from:min(from+64, len(persons))]
		k.persons.touch(some)
		for i, person := range some {
			at := from + i
			if k.stirred.has(uint64(person)) {
				whole[at] = k.changed(starts[at], starts[at+1], int32(since))
				k.stirred.unset(uint64(person))
			}
			whole[at] = whole[at] || since == 0
			k.showPerson(person, int32(at), whole[at], int32(since))
		}
	}
	k.pool.alike = len(k.pool.asked)
	k.pool.append(&k.mixed)
	return &k.pool, whole
}

// was is how a claim counted before.
type was struct {
	standing Standing
	odd      bool
}

// changed reports whether one of some claims in question that were there before
// counts otherwise now; one whose lines do not count in full is taken to do so.
func (k *Book) changed(from, to, since int32) bool {
	for i, c := range k.circle[from:to] {
		before := k.was[int(from)+i]
		if c < since && (before.standing != k.net.standing[c] || before.odd || k.pool.odd.has(uint64(c))) {
			return true
		}
	}
	return false
}

// judge gives the claims in question their standing and finds their lines with
// negative quantity. What was known of their lines is forgotten.
func (k *Book) judge() {
	n, all := &k.net, k.in.All
	one, flag := all.Dicts[DomainFlag].Lookup("1"), all.Codes(RefdSetlFlag)
	n.negative = n.negative[:0]
	refunds := false
	for _, c := range k.circle {
		n.standing[c] = TakesPart
		if k.pool.odd.has(uint64(c)) {
			k.forgetLines(c)
		}
		if k.minus.has(uint64(c)) {
			k.negativeLines(c)
		}
		switch {
		case one != NoCode && flag[c] == one:
			n.standing[c], refunds = Refund, true
		case k.returned.has(uint64(c)):
			n.standing[c] = Return
		}
	}
	if !refunds {
		return
	}
	inst, orig := all.Codes(FixmedinsCode), all.Codes(InitSetlID)
	for _, c := range k.circle {
		if n.standing[c] != Refund {
			continue
		}
		if x := n.index.find(inst, inst[c], orig[c]); x != NoCode && n.standing[x] != Refund {
			n.standing[x] = Cancelled
		}
	}
}

// forgetLines forgets which lines of a claim do not count in full.
func (k *Book) forgetLines(c int32) {
	k.pool.odd.unset(uint64(c))
	p := k.lines.place(c)
	for l := p.first; l < p.first+p.count; l++ {
		if k.pool.special.has(uint64(l)) {
			k.pool.special.unset(uint64(l))
			delete(k.net.altered, l)
		}
	}
}

func (k *Book) negativeLines(c int32) {
	cnt, p := k.in.All.packed(Cnt), k.lines.place(c)
	for l := p.first; l < p.first+p.count; l++ {
		if cnt.at(l) < 0 {
			k.net.negative = append(k.net.negative, l)
		}
	}
}

// show has the pool look at the book as it is now, and at nobody yet.
func (k *Book) show() {
	all, p := k.in.All, &k.pool
	p.cols, p.traces, p.owners, p.standing = all.cols, all.traces, all.lineOwner, k.net.standing
	p.lines, p.diagnoses = k.net.own, &members{ends: &k.diagnoses}
	p.steps = &k.persons.steps
	p.reset()
	k.mixed.reset()
}

// showPerson has the pool look at a person, which is the one that stands at a
// place of those asked for: at all claims that take part, where it is not whole
// only at those that new ones have to do with. Persons of whom some claims only
// are new wait in mixed.
func (k *Book) showPerson(person, asked int32, whole bool, since int32) {
	time := k.in.All.Numbers(SetlTime)
	own, shown := k.own[:0], everything
	takePart := k.net.standing
	if !k.tangled.has(uint64(person)) {
		takePart = nil // all do
	}
	if whole || k.pool.narrow == nil {
		k.persons.each(person, func(c int32) {
			if takePart == nil || takePart[c] == TakesPart {
				own = append(own, c)
			}
		})
	} else {
		own, shown = k.choose(own, person, since, takePart)
	}
	if k.own = own; len(own) == 0 {
		return
	}
	to := &k.pool.selection
	if !whole && own[len(own)-1] < since { // the first that came
		to = &k.mixed
	}
	slices.Reverse(own) // as they came
	if len(own) > 1 {
		var room [32]int64
		times := room[:0]
		for _, c := range own {
			times = append(times, time[c])
		}
		k.net.sortOwn(own, times)
	}
	to.claims = append(to.claims, own...)
	for _, c := range own {
		to.anew = append(to.anew, whole || c >= since)
	}
	to.persons, to.asked, to.shown = append(to.persons, int32(len(to.claims))), append(to.asked, asked), append(to.shown, shown)
}
