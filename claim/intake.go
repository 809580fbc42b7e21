package claim

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Verdict is what becomes of a message that has no problem of its own.
type Verdict uint8

// The verdicts.
const (
	Accepted  Verdict = iota // the first of its identity
	Duplicate                // equal content again: counted, otherwise without effect
	Conflict                 // another content for an identity already taken: a dead letter
	Left                     // was rejected before
)

// Intake gathers accepted claims, one by one identity. The claim that came
// first stays; see docs/formats.md.
type Intake struct {
	// All holds the accepted claims, and rows marked in its Rejected that are
	// none.
	All *Batch

	index identities
	// prints are the fingerprints of a large intake by settlement; All has none then.
	prints paged[uint64]
	alloc  memory.Allocator
	keep   FieldSet
	seed   Seed
	// last is what the dictionaries took in of the batch before.
	last [NumDomains]absorbed
}

// identities finds settlements by institution and settlement id: settlements
// of one id hang in a chain, since few institutions use the same id.
type identities struct {
	head []int32 // by code of setl_id: the latest settlement, or NoCode
	next []int32 // by settlement
	// small lists the settlements by code of setl_id instead, where memory
	// counts for more than time; rows is how many there are.
	small *lists
	rows  int32
}

func (x *identities) find(inst []int32, institution, setl int32) int32 {
	if institution < 0 || setl < 0 {
		return NoCode
	}
	if x.small != nil {
		c := x.small.latest(setl)
		for c != NoCode && inst[c] != institution {
			c = x.small.before(c)
		}
		return c
	}
	if int(setl) >= len(x.head) {
		return NoCode
	}
	for c := x.head[setl]; c != NoCode; c = x.next[c] {
		if inst[c] == institution {
			return c
		}
	}
	return NoCode
}

// add appends a settlement, the first being 0.
func (x *identities) add(setl int32) {
	if x.small != nil {
		x.small.add(setl, x.rows)
		x.rows++
		return
	}
	for int(setl) >= len(x.head) {
		x.head = append(x.head, NoCode)
	}
	x.next = append(x.next, x.head[setl])
	x.head[setl] = int32(len(x.next) - 1)
}

// skip appends a settlement that cannot be found. Neither it nor remove is
// asked of small ones.
func (x *identities) skip() { x.next = append(x.next, NoCode) }

// remove has a settlement not be found any more.
func (x *identities) remove(setl, row int32) {
	if setl < 0 {
		return // was skipped
	}
	at := &x.head[setl]
	for *at != NoCode && *at != row {
		at = &x.next[*at]
	}
	if *at == row {
		*at = x.next[row]
	}
}

// NewIntake makes an empty intake that keeps the fields of keep.
func NewIntake(alloc memory.Allocator, seed Seed, keep FieldSet) *Intake {
	return &Intake{alloc: alloc, seed: seed, keep: keep}
}

// newLargeIntake makes an intake for very many claims that stay for long.
func newLargeIntake(alloc memory.Allocator, seed Seed, keep FieldSet) *Intake {
	in := NewIntake(alloc, seed, keep)
	in.All = newDenseBatch(alloc, seed, keep)
	in.index.small = newLists()
	return in
}

// Add takes over the messages of a batch and says of each what became of it.
// The first batch belongs to the intake from then on, as All; what it needs of
// the others it copies, and leaves them as they are. Batches must carry fingerprints, unless the intake only
// ever gets one.
func (in *Intake) Add(b *Batch) []Verdict {
	b.settle()
	if in.All == nil {
		in.All = b
		return in.index1(b)
	}
	remap := in.absorb(b)
	verdicts := in.judge(b, remap)
	in.append(b, verdicts, remap)
	return verdicts
}

// index1 takes over the first batch whole: rows that do not count are marked
// instead of being left out.
func (in *Intake) index1(b *Batch) []Verdict {
	n := b.Rows(Settlements)
	verdicts := make([]Verdict, n)
	if b.index != nil { // tables have judged their identities already
		in.index, b.index = *b.index, nil
		for c, rejected := range b.Rejected {
			if rejected {
				verdicts[c] = Left
			}
		}
		return verdicts
	}
	inst, setl := b.Codes(FixmedinsCode), b.Codes(SetlID)
	for c := range n {
		verdicts[c] = in.verdict(b, c, inst[c], setl[c])
		if verdicts[c] == Accepted {
			in.index.add(setl[c])
			continue
		}
		in.index.skip()
		if b.Rejected == nil {
			b.Rejected = make([]bool, n)
		}
		b.Rejected[c] = true
	}
	return verdicts
}

// verdict judges row c of b, whose identity is given in the codes of All.
func (in *Intake) verdict(b *Batch, c int, institution, setl int32) Verdict {
	if b.Rejected != nil && b.Rejected[c] {
		return Left
	}
	first := in.index.find(in.All.Codes(FixmedinsCode), institution, setl)
	switch {
	case first == NoCode:
		return Accepted
	case len(b.Fingerprint) > 0 && in.same(first, b.Fingerprint[c]):
		return Duplicate
	}
	return Conflict
}

// same reports whether a settlement of All has the content of a fingerprint.
func (in *Intake) same(c int32, print uint64) bool {
	if in.index.small != nil {
		return *in.prints.at(c) == print
	}
	return len(in.All.Fingerprint) > 0 && in.All.Fingerprint[c] == print
}

// judge looks up all identities of b and adds the new ones, as rows that
// append will append in the same order.
func (in *Intake) judge(b *Batch, remap *remapping) []Verdict {
	inst, setl := remap.codes(b, FixmedinsCode), remap.codes(b, SetlID)
	verdicts := make([]Verdict, b.Rows(Settlements))
	for c := range verdicts {
		verdicts[c] = in.verdict(b, c, inst[c], setl[c])
		if verdicts[c] == Accepted {
			in.index.add(setl[c])
			all := in.All
			all.cols[FixmedinsCode].code.Push(inst[c])
			switch {
			case in.index.small != nil:
				in.prints.push(b.Fingerprint[c])
			case len(b.Fingerprint) > 0:
				all.Fingerprint = append(all.Fingerprint, b.Fingerprint[c])
			}
			if all.Rejected != nil {
				all.Rejected = append(all.Rejected, false)
			}
		}
	}
	return verdicts
}

// remapping turns the codes of a batch into those of All, domain by domain.
type remapping [NumDomains][]int32

func (in *Intake) absorb(b *Batch) *remapping {
	var r remapping
	for d := range r {
		r[d] = in.All.Dicts[d].absorb(b.Dicts[d], &in.last[d])
	}
	return &r
}

// codes gives a column of the batch in the codes of All.
func (r *remapping) codes(b *Batch, f Field) []int32 {
	to := r[specs[f].Domain]
	out := slices.Clone(b.Codes(f))
	for i, c := range out {
		if c >= 0 {
			out[i] = to[c]
		}
	}
	return out
}

// append copies the accepted messages of b behind All.
func (in *Intake) append(b *Batch, verdicts []Verdict, remap *remapping) {
	all := in.All
	all.joined = nil
	base := all.rows[Settlements]
	newRow := make([]int32, len(verdicts))
	var pick [numTables][]int32
	for c, v := range verdicts {
		newRow[c] = NoCode
		if v == Accepted {
			newRow[c] = int32(base + len(pick[Settlements]))
			pick[Settlements] = append(pick[Settlements], int32(c))
		}
	}
	for _, t := range []Table{Lines, Diagnoses} {
		owners := all.lineOwner
		if t == Diagnoses {
			owners = all.diagOwner
		}
		b.inClaims(t, func(row, owner int32) {
			if owner >= 0 && newRow[owner] >= 0 {
				pick[t] = append(pick[t], row)
				owners.Push(newRow[owner])
			}
		})
	}
	for f := range NumFields {
		if f != FixmedinsCode && all.Keep.Has(f) {
			codes := remap[specs[f].Domain]
			if !f.Coded() {
				codes = nil
			}
			appendColumn(all.cols[f], b.cols[f], pick[specs[f].Table], codes)
		}
	}
	all.traces.take(&b.traces, pick[Lines], all.Keep.Has(DrugTracCodg))
	for t := range pick {
		all.rows[t] += len(pick[t])
	}
}

// appendColumn appends the picked rows, with new codes where remap gives them.
func appendColumn(to, from column, rows, remap []int32) {
	if to.pack != nil && from.pack != nil && to.pack.take(from.pack, rows, remap) {
		return
	}
	var buf [1024]int64
	for len(rows) > 0 {
		n := min(len(rows), len(buf))
		from.values(buf[:n], rows[:n])
		if remap != nil {
			for i, c := range buf[:n] {
				if c >= 0 {
					buf[i] = int64(remap[c])
				}
			}
		}
		to.takeRows(buf[:n], 1)
		rows = rows[n:]
	}
}
