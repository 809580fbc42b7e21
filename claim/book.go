package claim

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Book keeps the claims of many persons as they come and shows those of some:
// when a claim arrives, the persons whose findings it can change are looked at
// again, and nobody else. What counts of their claims is worked out anew, by the
// code that a scan uses, so late claims and refunds need no rules of their own.
//
// A Book has one owner.
type Book struct {
	in   *Intake
	seed Seed
	// by settlement
	lines, diagnoses ends
	persons          trail
	visits           chain
	// named gives the refund settlements that name an identity, by its codes; its
	// settlement id is then in namedIDs.
	named    map[identity][]int32
	namedIDs bitset
	// refunded marks the visits that have a line which names another, minus the
	// claims that have lines with negative quantity, returned those that have no
	// others.
	refunded, minus, returned bitset
	// billed marks the bill numbers of claims.
	billed bitset
	// tangled marks the persons of whose claims some may not count, or not in
	// full, or have something to do with claims of others; stirred those of them
	// for whom that may have changed since Net last showed them.
	tangled, stirred bitset
	seen             marks // persons, while a circle is drawn
	net              netter
	pool             Pool      // what Net showed last
	mixed            selection // while Net chooses: persons of whom some claims only are new
	own              []int32   // claims of the person at hand
	circle           []int32   // claims of stirred persons, whether they take part or not
	was              []was     // how they counted before
	stepper          stepper
	chooser          chooser
}

// identity is the codes of a claim's institution and settlement id.
type identity struct{ inst, setl int32 }

// chain lists settlements by a code: the latest of each, and of every one the
// one before.
type chain struct {
	last   []int32
	before paged[int32]
}

func (c *chain) add(code int32) {
	for int(code) >= len(c.last) {
		c.last = append(c.last, NoCode)
	}
	c.before.push(c.last[code])
	c.last[code] = int32(c.before.length - 1)
}

// each calls yield with the settlements of a code, the latest first.
func (c *chain) each(code int32, yield func(settlement int32)) {
	if int(code) >= len(c.last) {
		return
	}
	for s := c.last[code]; s != NoCode; s = *c.before.at(s) {
		yield(s)
	}
}

// marks remembers a number for codes until the next round begins.
type marks struct {
	round []uint32
	value []int32
	now   uint32
}

// begin forgets all marks and makes room for n codes.
func (m *marks) begin(n int) {
	if m.now++; m.now == 0 { // after four thousand million rounds
		clear(m.round)
		m.now = 1
	}
	if grow := n - len(m.round); grow > 0 {
		m.round, m.value = append(m.round, make([]uint32, grow)...), append(m.value, make([]int32, grow)...)
	}
}

func (m *marks) get(code int32) (int32, bool) { return m.value[code], m.round[code] == m.now }

func (m *marks) set(code, value int32) { m.round[code], m.value[code] = m.now, value }

// NewBook makes an empty book that keeps the fields of keep.
func NewBook(alloc memory.Allocator, seed Seed, keep FieldSet) *Book {
	in := newLargeIntake(alloc, seed, keep)
	k := &Book{in: in, seed: seed, named: map[identity][]int32{}}
	k.net = netter{b: in.All, index: &in.index, workers: 1, altered: map[int32]*lowered{}}
	k.pool = Pool{Dicts: in.All.Dicts, Keep: in.All.Keep, alloc: alloc, altered: k.net.altered}
	return k
}

// Release gives all memory back.
func (k *Book) Release() { k.in.All.Release() }

// Rows is the number of rows of a table.
func (k *Book) Rows(t Table) int { return k.in.All.Rows(t) }

// Narrow has Net show no more than is needed of persons that are not to be
// looked at whole.
func (k *Book) Narrow(n *Narrow) { k.pool.narrow, k.chooser = n, chooser{narrow: n} }

// Dicts gives the dictionaries of its codes, which grow.
func (k *Book) Dicts() *Dicts { return k.in.All.Dicts }

// Has reports whether the claim of an institution is in the book.
func (k *Book) Has(institution, settlement string) bool {
	return k.find(institution, settlement) != NoCode
}

func (k *Book) find(institution, settlement string) int32 {
	d := k.in.All.Dicts
	return k.in.index.find(k.in.All.Codes(FixmedinsCode), d[DomainInstitution].Lookup(institution), d[DomainSettlement].Lookup(settlement))
}

// Apart reports whether a claim of an institution has nothing to do with a new
// stay of those days: it is no stay and its days do not meet them, or it is not in the book.
func (k *Book) Apart(institution, settlement string, stay Days) bool {
	c := k.find(institution, settlement)
	if c == NoCode {
		return true
	}
	s := k.persons.steps.at(c)
	return s.marks&aStay == 0 && !s.inside(stay)
}

// Person gives the code of a person, psn_no, as the book knows it.
func (k *Book) Person(code int32) string { return k.in.All.Dicts[DomainPerson].Text(code) }

// Add copies the messages of a batch, which must carry fingerprints and keep
// the same fields. It says of each what became of it, and gives the persons
// whose findings may change.
func (k *Book) Add(b *Batch) (verdicts []Verdict, touched []int32) {
	all := k.in.All
	from, line := all.Rows(Settlements), int32(all.Rows(Lines))
	verdicts = k.in.Add(b)
	k.lines.add(all.Owners(Lines), all.Rows(Settlements))
	k.diagnoses.add(all.Owners(Diagnoses), all.Rows(Settlements))
	all.lineOwner.Truncate(0) // ends tell
	all.diagOwner.Truncate(0)
	k.grow()
	k.stepper.load(all, int(line))
	person, visit, inst := all.Codes(PsnNo), all.Codes(MdtrtID), all.Codes(FixmedinsCode)
	one, flag, setl, orig := all.Dicts[DomainFlag].Lookup("1"), all.Codes(RefdSetlFlag), all.Codes(SetlID), all.Codes(InitSetlID)
	bill := all.cols[BillNo]
	for c := int32(from); int(c) < all.Rows(Settlements); c++ {
		own := k.lines.place(c)
		first, count := int(own.first-line), int(own.count)
		s := k.stepper.of(all, c, first, first+count)
		if all.Keep.Has(BillNo) {
			if no := bill.codeAt(c); no >= 0 {
				if k.billed.has(uint64(no)) {
					s.marks |= oldBill
				}
				k.billed.set(uint64(no))
			}
		}
		k.persons.add(person[c], s)
		k.visits.add(visit[c])
		if one != NoCode && flag[c] == one {
			k.noteRefund(c, identity{inst[c], orig[c]})
		}
		k.noteLines(c, visit[c], k.stepper.cnt[first:first+count])
		if k.refunded.has(uint64(visit[c])) || k.namedBy(inst[c], setl[c]) != nil {
			k.stir(person[c])
		}
		touched = append(touched, person[c])
	}
	return verdicts, k.Circle(touched)
}

// grow makes room for what is known of the settlements, lines and visits that
// have come.
func (k *Book) grow() {
	all := k.in.All
	claims := all.Rows(Settlements)
	k.net.standing = append(k.net.standing, make([]Standing, claims-len(k.net.standing))...)
	for _, b := range []*bitset{&k.minus, &k.returned, &k.pool.odd} {
		b.grow(claims)
	}
	k.tangled.grow(all.Dicts[DomainPerson].Len())
	k.stirred.grow(all.Dicts[DomainPerson].Len())
	k.refunded.grow(all.Dicts[DomainVisit].Len())
	k.billed.grow(all.Dicts[DomainBill].Len())
	k.namedIDs.grow(all.Dicts[DomainSettlement].Len())
	k.pool.special.grow(all.Rows(Lines))
}

// namedBy gives the refund settlements that name an identity.
func (k *Book) namedBy(inst, setl int32) []int32 {
	if !k.namedIDs.has(uint64(setl)) { // nearly all
		return nil
	}
	return k.named[identity{inst, setl}]
}

// stir marks a person of whose claims some may count otherwise than before.
func (k *Book) stir(person int32) {
	k.tangled.set(uint64(person))
	k.stirred.set(uint64(person))
}

// noteRefund notes a new refund settlement and what it names.
func (k *Book) noteRefund(c int32, x identity) {
	k.named[x] = append(k.named[x], c)
	if x.setl != NoCode {
		k.namedIDs.set(uint64(x.setl))
	}
	person := k.in.All.Codes(PsnNo)
	k.stir(person[c])
	if named := k.in.index.find(k.in.All.Codes(FixmedinsCode), x.inst, x.setl); named != NoCode {
		k.stir(person[named])
	}
}

// noteLines notes what the lines with negative quantity of a new claim mean,
// whose quantities are given.
func (k *Book) noteLines(c, visit int32, cnt []int64) {
	named, person := k.in.All.packed(InitFeedetlSn), k.in.All.Codes(PsnNo)
	p := k.lines.place(c)
	n := int32(0)
	for i, v := range cnt {
		if v >= 0 {
			continue
		}
		n++
		if named.code(p.first+int32(i)) != NoCode && !k.refunded.has(uint64(visit)) {
			k.refunded.set(uint64(visit))
			k.visits.each(visit, func(other int32) { k.stir(person[other]) })
		}
	}
	if n == 0 {
		return
	}
	k.stir(person[c])
	k.minus.set(uint64(c))
	if n == p.count {
		k.returned.set(uint64(c))
	}
}

// Circle adds to some persons all whose claims may count otherwise now because
// of theirs: a refund settlement may name the claim of another person, and a
// refund line a line of the same visit. Nobody is there twice.
func (k *Book) Circle(persons []int32) []int32 {
	all := k.in.All
	k.seen.begin(all.Dicts[DomainPerson].Len())
	const alone, drawn = 0, 1
	var out, draw []int32
	reach := func(p int32) {
		how, seen := k.seen.get(p)
		if seen && how == drawn {
			return
		}
		if !seen {
			out = append(out, p)
		}
		k.stirred.set(uint64(p))
		k.seen.set(p, drawn)
		draw = append(draw, p)
	}
	for _, p := range persons {
		if k.stirred.has(uint64(p)) {
			reach(p)
		} else if _, seen := k.seen.get(p); !seen {
			k.seen.set(p, alone)
			out = append(out, p)
		}
	}
	person, visit, inst, setl, orig := all.Codes(PsnNo), all.Codes(MdtrtID), all.Codes(FixmedinsCode), all.Codes(SetlID), all.Codes(InitSetlID)
	for i := 0; i < len(draw); i++ {
		k.persons.each(draw[i], func(c int32) {
			if k.refunded.has(uint64(visit[c])) {
				k.visits.each(visit[c], func(other int32) { reach(person[other]) })
			}
			for _, r := range k.namedBy(inst[c], setl[c]) {
				reach(person[r])
			}
			if orig[c] != NoCode {
				if x := k.in.index.find(inst, inst[c], orig[c]); x != NoCode {
					reach(person[x])
				}
			}
		})
	}
	return out
}

// Everybody gives all persons.
func (k *Book) Everybody() []int32 {
	out := make([]int32, k.in.All.Dicts[DomainPerson].Len())
	for p := range out {
		out[p] = int32(p)
	}
	return out
}

// Before counts the claims settled before a time (seconds of the wall clock).
func (k *Book) Before(time int64) (n int) {
	for _, t := range k.in.All.Numbers(SetlTime) {
		if t < time {
			n++
		}
	}
	return n
}

// Since gives a new book with the claims settled at a time (seconds of the wall
// clock) or later, in the order in which they came.
func (k *Book) Since(time int64) *Book {
	var claims []int32
	for c, t := range k.in.All.Numbers(SetlTime) {
		if t >= time {
			claims = append(claims, int32(c))
		}
	}
	out := NewBook(k.in.alloc, k.seed, k.in.All.Keep)
	var remap [NumDomains]marks
	for some := range slices.Chunk(claims, copyAtOnce) { // a copy of all would need several times as much
		b := k.copy(some, &remap)
		out.Add(b)
		b.Release()
	}
	out.Net(out.Everybody(), 0)
	return out
}

// copyAtOnce is how many claims are copied from book to book together.
const copyAtOnce = 16384

// copy makes a batch of some claims, with remap as its scratch space.
func (k *Book) copy(claims []int32, remap *[NumDomains]marks) *Batch {
	all := k.in.All
	b := NewBatch(all.alloc, NewDicts(k.seed), all.Keep)
	var rows [numTables][]int32
	rows[Settlements] = claims
	own := func(t Table, p place, claim int, owners *Vector[int32]) {
		for r := p.first; r < p.first+p.count; r++ {
			rows[t] = append(rows[t], r)
			owners.Push(int32(claim))
		}
	}
	for at, c := range claims {
		own(Lines, k.lines.place(c), at, b.lineOwner)
		own(Diagnoses, k.diagnoses.place(c), at, b.diagOwner)
		b.Fingerprint = append(b.Fingerprint, *k.in.prints.at(c))
	}
	for d := range remap {
		remap[d].begin(all.Dicts[d].Len())
	}
	for f := range NumFields {
		if !all.Keep.Has(f) {
			continue
		}
		own := rows[specs[f].Table]
		b.cols[f].expect(len(own))
		if f.Coded() {
			k.copyCodes(b, f, own, &remap[specs[f].Domain])
		} else {
			appendColumn(b.cols[f], all.cols[f], own, nil)
		}
	}
	b.traces.take(&all.traces, rows[Lines], all.Keep.Has(DrugTracCodg))
	for t := range rows {
		b.rows[t] = len(rows[t])
	}
	return b
}

// copyCodes copies a column of codes and the texts they stand for.
func (k *Book) copyCodes(b *Batch, f Field, rows []int32, known *marks) {
	all, from, to := k.in.All, k.in.All.Dicts.Of(f), b.Dicts.Of(f)
	var buf [1024]int64
	for len(rows) > 0 {
		n := min(len(rows), len(buf))
		all.cols[f].values(buf[:n], rows[:n])
		for i, v := range buf[:n] {
			if v < 0 {
				continue
			}
			code, ok := known.get(int32(v))
			if !ok {
				code = to.Intern(from.bytes(int32(v)))
				known.set(int32(v), code)
			}
			buf[i] = int64(code)
		}
		b.cols[f].takeRows(buf[:n], 1)
		rows = rows[n:]
	}
}
