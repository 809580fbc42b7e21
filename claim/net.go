package claim

import "slices"

// Standing is the part a settlement plays once refunds are known.
type Standing uint8

// The standings; see docs/formats.md.
const (
	TakesPart Standing = iota
	Refund             // a refund settlement: takes part in no detector
	Cancelled          // named by a refund settlement: takes part in none either
	Return             // only negative quantities: none itself, but its refund lines count
	NoClaim            // rejected, duplicate or conflict
)

// netter works out what counts of a batch.
type netter struct {
	b        *Batch
	own      *members // the lines of each settlement
	index    *identities
	workers  int
	standing []Standing
	altered  map[int32]*lowered // lines from which refund lines took something
	negative []int32            // lines with a negative quantity that have a claim
	lowering []int32            // lines that were put into altered
	some     []int32            // the settlements in question; nil for all
	count    Netted
}

// lineValues are quantity, amount and in-scope amount of a line.
type lineValues struct{ cnt, det, inscp int64 }

// refunded is a line that refunds lowered: quantity and amount as sent, and the
// in-scope amount that is left.
type refunded struct{ cnt, det, inscp int64 }

// lowered is what is left of a line: exact while refunds are added, however
// many name it.
type lowered struct {
	cnt, det, inscp Wide
	scoped          bool // the line gives an in-scope amount
}

// values gives what is left as columns hold it. Only amounts of refund lines
// that outweigh all money there is do not fit; they end at the border.
func (v lowered) values() lineValues {
	out := lineValues{v.cnt.clamp(), v.det.clamp(), None64}
	if v.scoped {
		out.inscp = v.inscp.clamp()
	}
	return out
}

// Netted is what netting found, beside the history.
type Netted struct {
	Claims    int // accepted identities, whatever their standing
	Cancelled int // accepted claims, refund settlements apart, that a refund settlement names
	Lines     int // fee lines of the claims as sent
}

// Net works out what counts of all accepted claims and sorts it by person. The
// intake must have got at least one batch, and is used up: its columns go over
// to the pool. Work is spread over the given number of goroutines; the result
// does not depend on it.
func (in *Intake) Net(workers int) (*Pool, Netted) {
	n := &netter{b: in.All, index: &in.index, workers: max(1, workers)}
	j := n.b.join(n.workers)
	n.own = j.lines
	n.judge(j.negative)
	var claims, persons []int32
	InParallel(n.workers, []func(){
		func() { claims, persons = n.sortClaims() },
		n.takeRefunds,
	})
	return n.pool(claims, persons, j.diagnoses), n.count
}

// judge gives every settlement its standing.
func (n *netter) judge(negative []int32) {
	b := n.b
	n.standing = make([]Standing, b.Rows(Settlements))
	for c := range n.standing {
		if b.Rejected != nil && b.Rejected[c] {
			n.standing[c] = NoClaim
		}
	}
	one := b.Dicts[DomainFlag].Lookup("1")
	flag := b.Codes(RefdSetlFlag)
	for c, s := range n.standing {
		if s == TakesPart && one != NoCode && flag[c] == one {
			n.standing[c] = Refund
		}
	}
	n.readLines(negative)
	inst, orig := b.Codes(FixmedinsCode), b.Codes(InitSetlID)
	for c, s := range n.standing {
		if s != Refund {
			continue
		}
		if x := n.index.find(inst, inst[c], orig[c]); x != NoCode && n.standing[x] != Refund {
			n.standing[x] = Cancelled
		}
	}
	for _, s := range n.standing {
		if s != NoClaim {
			n.count.Claims++
		}
		if s == Cancelled {
			n.count.Cancelled++
		}
	}
}

// readLines counts the lines of all claims, keeps those with negative
// quantities, and finds the claims that have no others.
func (n *netter) readLines(negative []int32) {
	left := make([]int32, len(n.standing)) // lines with positive quantities
	for c := range left {
		left[c] = int32(n.own.of(int32(c)))
	}
	for _, l := range negative {
		if owner := n.own.owners[l]; owner >= 0 && n.standing[owner] != NoClaim {
			left[owner]--
			n.negative = append(n.negative, l)
		}
	}
	for c, s := range n.standing {
		if s == NoClaim {
			continue
		}
		n.count.Lines += n.own.of(int32(c))
		if s == TakesPart && n.own.of(int32(c)) > 0 && left[c] == 0 {
			n.standing[c] = Return
		}
	}
}

// takeRefunds takes refund lines off the lines they name.
func (n *netter) takeRefunds() {
	b := n.b
	cnt, named := b.packed(Cnt), b.packed(InitFeedetlSn)
	var refunds []int32
	for _, l := range n.negative {
		if named.code(l) < 0 {
			continue
		}
		if s := n.standing[n.own.owner(l)]; s == TakesPart || s == Return {
			refunds = append(refunds, l)
		}
	}
	if len(refunds) == 0 {
		return
	}
	visits := newBitset(b.Dicts[DomainVisit].Len())
	for _, l := range refunds {
		visits.set(uint64(b.Codes(MdtrtID)[n.own.owner(l)]))
	}
	f := &finder{n: n, wanted: visits, numbers: map[int32]map[int32]int32{}, crowds: map[int32]map[int32]int32{}}
	if n.altered == nil {
		n.altered = make(map[int32]*lowered, len(refunds))
	}
	det, inscp := b.packed(DetItemFeeSumamt), b.packed(InscpScpAmt)
	for _, l := range refunds {
		y := f.find(n.own.owner(l), named.code(l))
		if y == NoCode {
			continue
		}
		v := n.altered[y]
		if v == nil {
			v = &lowered{cnt: WideOf(cnt.at(y)), det: WideOf(det.at(y))}
			if own := inscp.at(y); own != None64 {
				v.scoped, v.inscp = true, WideOf(own)
			}
			n.altered[y] = v
			n.lowering = append(n.lowering, y)
		}
		v.cnt, v.det = v.cnt.Plus(cnt.at(l)), v.det.Plus(det.at(l))
		if own := inscp.at(l); own != None64 {
			v.inscp = v.inscp.Plus(own)
		} else {
			v.inscp = v.inscp.Plus(det.at(l))
		}
	}
}

// finder finds the lines that refund lines name.
type finder struct {
	n       *netter
	wanted  bitset                    // visits that have refund lines
	visits  map[int32][]int32         // their claims that take part, once somebody asks
	numbers map[int32]map[int32]int32 // of claims with many lines: the line of a number
	crowds  map[int32]map[int32]int32 // of visits with many claims: the line of a number
}

// From how many lines a claim, and from how many claims a visit, is worth a
// map of its numbers.
const (
	manyLines  = 64
	manyClaims = 16
)

// find gives the line with positive quantity that a refund line of a claim
// names: in its own claim, else in the first of the visit's claims that take
// part and have one.
func (f *finder) find(claim, sn int32) int32 {
	if l := f.own(claim, sn); l != NoCode {
		return l
	}
	visit := f.n.b.Codes(MdtrtID)[claim]
	claims := f.claimsOf(visit)
	if len(claims) > manyClaims {
		return f.inCrowd(visit, claims, sn)
	}
	best := int32(NoCode)
	for _, c := range claims {
		if l := f.own(c, sn); l != NoCode && (best == NoCode || f.n.before(c, f.n.own.owner(best))) {
			best = l
		}
	}
	return best
}

// inCrowd looks up a number in a visit of many claims: each of its lines is
// looked at once, however many refunds the visit has.
func (f *finder) inCrowd(visit int32, claims []int32, sn int32) int32 {
	if f.crowds[visit] == nil {
		f.crowds[visit] = f.byNumber(claims)
	}
	return lineOf(f.crowds[visit], sn)
}

// own finds a line of one claim, if the claim takes part.
func (f *finder) own(c, sn int32) int32 {
	if f.n.standing[c] != TakesPart {
		return NoCode
	}
	if f.n.own.of(c) > manyLines {
		if f.numbers[c] == nil {
			f.numbers[c] = f.byNumber([]int32{c})
		}
		return lineOf(f.numbers[c], sn)
	}
	sns, cnt := f.n.b.packed(FeedetlSn), f.n.b.packed(Cnt)
	found := int32(NoCode)
	f.n.own.each(c, func(l int32) {
		if sns.code(l) == sn && cnt.at(l) > 0 {
			found = l
		}
	})
	return found
}

// byNumber maps the numbers of claims' lines with positive quantity to the
// line of the first claim that has one.
func (f *finder) byNumber(claims []int32) map[int32]int32 {
	numbers := map[int32]int32{}
	sns, cnt := f.n.b.packed(FeedetlSn), f.n.b.packed(Cnt)
	for _, c := range claims {
		f.n.own.each(c, func(l int32) {
			if cnt.at(l) <= 0 {
				return
			}
			if other, ok := numbers[sns.code(l)]; !ok || f.n.before(c, f.n.own.owner(other)) {
				numbers[sns.code(l)] = l
			}
		})
	}
	return numbers
}

// lineOf is the line of a number, or NoCode.
func lineOf(numbers map[int32]int32, sn int32) int32 {
	if l, ok := numbers[sn]; ok {
		return l
	}
	return NoCode
}

func (f *finder) claimsOf(visit int32) []int32 {
	if f.visits == nil {
		f.visits = map[int32][]int32{}
		of := f.n.b.Codes(MdtrtID)
		f.n.each(func(c int32) {
			if f.n.standing[c] == TakesPart && f.wanted.has(uint64(of[c])) {
				f.visits[of[c]] = append(f.visits[of[c]], c)
			}
		})
	}
	return f.visits[visit]
}

// each calls yield with the settlements in question.
func (n *netter) each(yield func(c int32)) {
	if n.some != nil {
		for _, c := range n.some {
			yield(c)
		}
		return
	}
	for c := range n.standing {
		yield(int32(c))
	}
}

func (n *netter) before(a, b int32) bool {
	return claimOrder{n.b.Dicts, n.b.Numbers(SetlTime), n.b.Codes(FixmedinsCode), n.b.Codes(SetlID)}.before(a, b, a, b)
}

// pool takes the columns over.
func (n *netter) pool(claims, persons []int32, diagnoses *members) *Pool {
	b := n.b
	p := &Pool{Dicts: b.Dicts, Keep: b.Keep, alloc: b.alloc, standing: n.standing, selection: selection{claims: claims, persons: persons},
		lines: n.own, diagnoses: diagnoses, altered: n.altered, odd: newBitset(len(n.standing)), special: newBitset(b.Rows(Lines))}
	n.mark(p.special, p.odd)
	p.cols, p.owners, p.traces = b.cols, b.lineOwner, b.traces
	b.cols, b.lineOwner, b.traces = [NumFields]column{}, NewVector[int32](b.alloc), traceColumn{}
	return p
}

// mark marks the lines of claims that take part which do not count, or not in
// full, and their claims.
func (n *netter) mark(lines, claims bitset) {
	for _, some := range [][]int32{n.negative, n.lowering} {
		for _, l := range some {
			if owner := n.own.owner(l); n.standing[owner] == TakesPart {
				claims.set(uint64(owner))
				lines.set(uint64(l))
			}
		}
	}
}

// sortClaims gives the settlements that take part by person, in claim order,
// and where those of each person begin.
func (n *netter) sortClaims() (claims, persons []int32) {
	person := n.b.Codes(PsnNo)
	owner := make([]int32, len(n.standing))
	for c, s := range n.standing {
		owner[c] = NoCode
		if s == TakesPart {
			owner[c] = person[c]
		}
	}
	claims, starts := group(owner, n.b.Dicts[DomainPerson].Len())
	persons = slices.Compact(starts) // persons without claims that take part
	InRanges(n.workers, len(persons)-1, func(lo, hi int) {
		var times []int64
		for lo < hi {
			to := lo + 1
			for to < hi && persons[to+1]-persons[lo] <= sortAtOnce {
				to++
			}
			times = n.sortSome(claims, persons[lo:to+1], times[:0])
			lo = to
		}
	})
	return claims, persons
}

// sortAtOnce is how many claims are looked up together, so that the memory
// fetches their times side by side.
const sortAtOnce = 4096

// sortSome puts the claims of each of some persons in claim order, with times
// as its scratch space.
func (n *netter) sortSome(claims, persons []int32, times []int64) []int64 {
	first, all := persons[0], n.b.Numbers(SetlTime)
	some := claims[first:persons[len(persons)-1]]
	for _, c := range some {
		times = append(times, all[c])
	}
	for p := range len(persons) - 1 {
		from, to := persons[p]-first, persons[p+1]-first
		n.sortOwn(some[from:to], times[from:to])
	}
	return times
}

// sortOwn puts the claims of one person, whose times are given, in claim order.
// Most have a few, which came in order already.
func (n *netter) sortOwn(own []int32, times []int64) {
	if len(own) > 32 {
		slices.SortFunc(own, func(a, b int32) int {
			if n.before(a, b) {
				return -1
			}
			return 1
		})
		return
	}
	for i := 1; i < len(own); i++ {
		for j := i; j > 0 && (times[j] < times[j-1] || times[j] == times[j-1] && n.before(own[j], own[j-1])); j-- {
			own[j], own[j-1] = own[j-1], own[j]
			times[j], times[j-1] = times[j-1], times[j]
		}
	}
}
