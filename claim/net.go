package claim

import (
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Standing is the part a settlement plays once refunds are known.
type Standing uint8

// The standings; see contracts "Refund settlements" and "Returns".
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
	index    *identities
	workers  int
	standing []Standing
	altered  map[int32]*lowered // lines from which refund lines took something
	changed  []bool             // by line: is in altered
	negative []int32            // lines with a negative quantity that have a claim
	count    Netted
}

// lineValues are quantity, amount and in-scope amount of a line.
type lineValues struct{ cnt, det, inscp int64 }

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
// to the history. Work is spread over the given number of goroutines; the
// result does not depend on it.
func (in *Intake) Net(workers int) (*History, Netted) {
	n := &netter{b: in.All, index: &in.index, workers: max(1, workers)}
	n.judge()
	n.takeRefunds()
	return n.history(), n.count
}

// judge gives every settlement its standing.
func (n *netter) judge() {
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
	n.readLines()
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

// readLines looks once at all lines: it counts them, lists those with negative
// quantities, and finds the claims that have no others.
func (n *netter) readLines() {
	const hasLine, hasPositive = 1, 2
	seen := make([]uint8, len(n.standing))
	cnt := n.b.Numbers(Cnt)
	for l, owner := range n.b.Owners(Lines) {
		if owner < 0 || n.standing[owner] == NoClaim {
			continue
		}
		n.count.Lines++
		seen[owner] |= hasLine
		if cnt[l] > 0 {
			seen[owner] |= hasPositive
		} else {
			n.negative = append(n.negative, int32(l))
		}
	}
	for c, s := range seen {
		if s == hasLine && n.standing[c] == TakesPart {
			n.standing[c] = Return
		}
	}
}

// takeRefunds takes refund lines off the lines they name.
func (n *netter) takeRefunds() {
	b := n.b
	cnt, named, owners := b.Numbers(Cnt), b.Codes(InitFeedetlSn), b.Owners(Lines)
	var refunds []int32
	visits := make([]bool, b.Dicts[DomainVisit].Len())
	for _, l := range n.negative {
		if named[l] < 0 {
			continue
		}
		if s := n.standing[owners[l]]; s == TakesPart || s == Return {
			refunds = append(refunds, l)
			visits[b.Codes(MdtrtID)[owners[l]]] = true
		}
	}
	if len(refunds) == 0 {
		return
	}
	find := n.linesByNumber(visits)
	n.altered, n.changed = make(map[int32]*lowered, len(refunds)), make([]bool, len(cnt))
	det, inscp := b.Numbers(DetItemFeeSumamt), b.Numbers(InscpScpAmt)
	for _, l := range refunds {
		y := find(owners[l], named[l])
		if y == NoCode {
			continue
		}
		v := n.altered[y]
		if v == nil {
			v = &lowered{cnt: WideOf(cnt[y]), det: WideOf(det[y])}
			if v.scoped = inscp[y] != None64; v.scoped {
				v.inscp = WideOf(inscp[y])
			}
			n.altered[y], n.changed[y] = v, true
		}
		v.cnt, v.det = v.cnt.Plus(cnt[l]), v.det.Plus(det[l])
		if inscp[l] != None64 {
			v.inscp = v.inscp.Plus(inscp[l])
		} else {
			v.inscp = v.inscp.Plus(det[l])
		}
	}
}

// linesByNumber gives a search for the line with positive quantity that a
// refund line of a claim names: in its own claim, else in the first of the
// visit's claims that take part and have one.
func (n *netter) linesByNumber(visits []bool) func(claim, sn int32) int32 {
	b := n.b
	visit, owners, sns, cnt := b.Codes(MdtrtID), b.Owners(Lines), b.Codes(FeedetlSn), b.Numbers(Cnt)
	type place struct{ of, sn int32 }
	own, inVisit := map[place]int32{}, map[place]int32{}
	for l, c := range cnt {
		owner := owners[l]
		if c <= 0 || owner < 0 || n.standing[owner] != TakesPart || !visits[visit[owner]] {
			continue
		}
		own[place{owner, sns[l]}] = int32(l)
		at := place{visit[owner], sns[l]}
		if other, ok := inVisit[at]; !ok || n.before(owner, owners[other]) {
			inVisit[at] = int32(l)
		}
	}
	return func(claim, sn int32) int32 {
		if l, ok := own[place{claim, sn}]; ok {
			return l
		}
		if l, ok := inVisit[place{visit[claim], sn}]; ok {
			return l
		}
		return NoCode
	}
}

func (n *netter) before(a, b int32) bool {
	return claimBefore(n.b.Dicts, n.b.Numbers(SetlTime), n.b.Codes(FixmedinsCode), n.b.Codes(SetlID), a, b)
}

// history sorts what takes part by person.
func (n *netter) history() *History {
	b := n.b
	h := &History{Dicts: b.Dicts, Keep: b.Keep, alloc: b.alloc}
	claims := n.sortClaims(h)
	position := make([]int32, len(n.standing))
	for i := range position {
		position[i] = NoCode
	}
	for to, from := range claims {
		position[from] = int32(to)
	}
	var netRows, voidRows, diagRows []int32
	InParallel(n.workers, []func(){
		func() { netRows, voidRows = n.placeLines(h, position, len(claims)) },
		func() { diagRows, h.Diagnoses = group(n.ownersIn(Diagnoses, position), len(claims)) },
	})
	h.rows = [numTables]int{len(claims), len(netRows) + len(voidRows), len(diagRows)}
	lines := append(netRows, voidRows...)
	h.LineClaim = make([]int32, len(lines))
	InRanges(n.workers, len(claims), func(lo, hi int) {
		for c := lo; c < hi; c++ {
			for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
				h.LineClaim[l] = int32(c)
			}
			for l := h.VoidLines[c]; l < h.VoidLines[c+1]; l++ {
				h.LineClaim[l] = int32(c)
			}
		}
	})
	n.gather(h, [numTables][]int32{claims, lines, diagRows})
	n.lower(h)
	return h
}

// sortClaims gives the settlements that take part in the history's order and
// fills h.Persons.
func (n *netter) sortClaims(h *History) []int32 {
	person := n.b.Codes(PsnNo)
	owner := make([]int32, len(n.standing))
	for c, s := range n.standing {
		owner[c] = NoCode
		if s == TakesPart {
			owner[c] = person[c]
		}
	}
	rows, starts := group(owner, n.b.Dicts[DomainPerson].Len())
	h.Persons = append(h.Persons, 0)
	for p := 0; p+1 < len(starts); p++ {
		if starts[p+1] > starts[p] {
			h.Persons = append(h.Persons, starts[p+1])
		}
	}
	InRanges(n.workers, len(h.Persons)-1, func(lo, hi int) {
		for p := lo; p < hi; p++ {
			n.sortOwn(rows[h.Persons[p]:h.Persons[p+1]])
		}
	})
	return rows
}

// sortOwn puts the claims of one person in claim order. Most have a few, which
// came in order already.
func (n *netter) sortOwn(own []int32) {
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
		for j := i; j > 0 && n.before(own[j], own[j-1]); j-- {
			own[j], own[j-1] = own[j-1], own[j]
		}
	}
}

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

// gather copies the kept columns in the order of rows, column by column on the
// workers, and gives back each one it has copied. Sparse columns and trace
// codes go over as they are.
func (n *netter) gather(h *History, rows [numTables][]int32) {
	var tasks []func()
	var spare spares
	for f := range NumFields {
		from := &n.b.cols[f]
		switch {
		case !h.Keep.Has(f):
		case sparse.Has(f):
			h.cols[f] = *from
			*from = column{}
		default:
			tasks = append(tasks, func() {
				own := rows[specs[f].Table]
				h.cols[f] = spare.take(h.alloc, f, len(own))
				gatherColumn(h.cols[f], *from, own)
				spare.give(*from)
				*from = column{}
			})
		}
	}
	h.lineRows = rows[Lines]
	h.traces, n.b.traces = n.b.traces, traceColumn{}
	InParallel(n.workers, tasks)
	spare.release()
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

// lower takes the refunds off the lines, keeping what was sent.
func (n *netter) lower(h *History) {
	if len(n.altered) == 0 {
		return
	}
	cnt, det, inscp := h.cols[Cnt].num.V, h.cols[DetItemFeeSumamt].num.V, h.cols[InscpScpAmt].num.V
	h.sent, h.lowered = make(map[int32]lineValues, len(n.altered)), newBitset(h.rows[Lines])
	for to, from := range h.lineRows[:h.Net()] {
		if n.changed[from] {
			h.sent[int32(to)] = lineValues{cnt[to], det[to], inscp[to]}
			h.lowered.set(uint64(to))
			v := n.altered[from].values()
			cnt[to], det[to], inscp[to] = v.cnt, v.det, v.inscp
		}
	}
}

// InParallel runs the tasks on at most the given number of goroutines.
func InParallel(workers int, tasks []func()) {
	var wg sync.WaitGroup
	next := make(chan func())
	for range min(workers, len(tasks)) {
		wg.Go(func() {
			for task := range next {
				task()
			}
		})
	}
	for _, task := range tasks {
		next <- task
	}
	close(next)
	wg.Wait()
}

// InRanges runs a loop over 0 to n in equal ranges, one a goroutine.
func InRanges(workers, n int, loop func(lo, hi int)) {
	workers = max(1, min(workers, n/4096))
	tasks := make([]func(), workers)
	for w := range tasks {
		tasks[w] = func() { loop(n*w/workers, n*(w+1)/workers) }
	}
	InParallel(workers, tasks)
}
