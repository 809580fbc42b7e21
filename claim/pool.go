package claim

import (
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Pool holds all accepted claims as they came and knows what counts of each.
// Lay brings the claims of some persons together as a History: detectors look
// at some thousand claims at a time, whose rows lie side by side in the
// processor's cache then.
type Pool struct {
	Dicts *Dicts
	Keep  FieldSet

	alloc    memory.Allocator
	cols     [NumFields]column // in the order of arrival
	traces   traceColumn
	owners   *Vector[int32] // by line: its settlement
	standing []Standing     // by settlement
	selection
	alike  int     // of a book: of so many persons, the first ones, all claims are to be looked at alike
	narrow *Narrow // nil: everything of everybody is laid
	// lines and diagnoses of each settlement, and of a book its steps
	lines, diagnoses *members
	steps            *paged[step]
	// special are the lines that do not count, or not in full, odd the claims that
	// have some; altered says what is left of those from which refund lines took
	// something.
	special, odd bitset
	altered      map[int32]*lowered
}

// selection is the claims to be looked at, by person.
type selection struct {
	// claims are settlements that take part, in claim order; those of person i are
	// claims[persons[i]:persons[i+1]].
	claims, persons []int32
	// of a book
	asked []int32 // by person: which it was of those that Net was asked for
	shown []Shown // by person
	anew  []bool  // by claim: whether it is to be looked at by itself
}

// reset forgets all persons.
func (s *selection) reset() {
	*s = selection{s.claims[:0], append(s.persons[:0], 0), s.asked[:0], s.shown[:0], s.anew[:0]}
}

// append puts other persons behind those that are there.
func (s *selection) append(o *selection) {
	base := int32(len(s.claims))
	for _, end := range o.persons[1:] {
		s.persons = append(s.persons, base+end)
	}
	s.claims, s.asked, s.shown, s.anew = append(s.claims, o.claims...), append(s.asked, o.asked...), append(s.shown, o.shown...), append(s.anew, o.anew...)
}

// Span is a range of persons and the number of rows they have.
type Span struct {
	from, to int
	rows     [numTables]int
}

// Claims is the number of claims of the span's persons.
func (s Span) Claims() int { return s.rows[Settlements] }

// Roomier is the span with room for half as many rows again, and for some at
// least: for what may come later.
func (s Span) Roomier() Span {
	for t := range s.rows {
		s.rows[t] = max(some, s.rows[t]+s.rows[t]/2)
	}
	return s
}

const some = 512

// Spans cuts the persons into ranges of at most so many claims; only a single
// person may have more.
func (p *Pool) Spans(claims, workers int) []Span {
	var out []Span
	last := len(p.persons) - 1
	for from := 0; from < last; {
		to := from + 1
		for to < last && to != p.alike && int(p.persons[to+1]-p.persons[from]) <= claims {
			to++
		}
		out = append(out, Span{from: from, to: to})
		from = to
	}
	tasks := make([]func(), max(1, workers))
	for w := range tasks {
		tasks[w] = func() {
			for i := w; i < len(out); i += len(tasks) {
				out[i].rows = p.rowsOf(p.claimsIn(out[i]))
			}
		}
	}
	InParallel(workers, tasks)
	return out
}

// Asked gives which person of those that [Book.Net] was asked for stands at a
// place of a span.
func (p *Pool) Asked(s Span, at int) int { return int(p.asked[s.from+at]) }

// All is the span of all persons.
func (p *Pool) All() Span { return Span{0, len(p.persons) - 1, p.rowsOf(p.claims)} }

// claimsIn gives the settlements of a span's persons.
func (p *Pool) claimsIn(s Span) []int32 { return p.claims[p.persons[s.from]:p.persons[s.to]] }

// rowsOf counts the rows of claims.
func (p *Pool) rowsOf(claims []int32) (rows [numTables]int) {
	rows[Settlements] = len(claims)
	for _, c := range claims {
		rows[Lines] += p.lines.of(c)
		rows[Diagnoses] += p.diagnoses.of(c)
	}
	return rows
}

// Release gives all memory back. Histories of the pool must not be used any
// more.
func (p *Pool) Release() {
	for f := range p.cols {
		p.cols[f].release()
	}
	p.owners.Release()
	p.traces.release()
}

// takesPart says whether a line counts at all.
func (p *Pool) takesPart(line int32) bool {
	owner := p.owners.V[line]
	return owner >= 0 && p.standing[owner] == TakesPart && !p.isVoid(line)
}

// isVoid says whether a line of a claim that takes part does not count: a
// refund line, or one that is refunded whole.
func (p *Pool) isVoid(line int32) bool {
	if !p.special.has(uint64(line)) {
		return false
	}
	v, lowered := p.altered[line]
	return !lowered || v.cnt.Sign() <= 0
}

// NewHistory makes room for any one of the spans. Until Lay fills it, it holds
// no claims; its columns stay where they are whatever is laid there, and are as
// long as the largest span needs.
func (p *Pool) NewHistory(spans ...Span) *History {
	h := &History{Dicts: p.Dicts, Keep: p.Keep, pool: p, Persons: []int32{0}}
	var most [numTables]int
	for _, s := range spans {
		for t, n := range s.rows {
			most[t] = max(most[t], n)
		}
	}
	for t, n := range most {
		h.origin[t] = make([]int32, n)
	}
	h.NetLines, h.VoidLines, h.Diagnoses = make([]int32, most[Settlements]+1), make([]int32, most[Settlements]+1), make([]int32, most[Settlements]+1)
	h.LineClaim = make([]int32, most[Lines])
	for f := range NumFields {
		if p.Keep.Has(f) && !sparse.Has(f) {
			h.cols[f] = newWide(p.alloc, f)
			h.cols[f].extend(most[specs[f].Table])
		}
	}
	h.lowered, h.refunded = newBitset(most[Lines]), map[int32]refunded{}
	return h
}

// Lay fills the history with the claims of the persons of a span, which must
// be one of those that NewHistory made room for. What it held before is gone.
func (p *Pool) Lay(h *History, s Span) {
	h.anew, h.shown = nil, nil
	h.narrowed.reset()
	if p.Alike(s) {
		p.lay(h, p.claimsIn(s))
		return
	}
	h.anew, h.shown = p.anew[p.persons[s.from]:p.persons[s.to]], p.shown[s.from:s.to]
	if p.narrow == nil {
		p.lay(h, p.claimsIn(s))
	} else {
		p.layNarrow(h, s)
	}
}

// Alike reports whether all claims of the span's persons are to be looked at
// alike, by themselves, too.
func (p *Pool) Alike(s Span) bool { return p.anew == nil || s.to <= p.alike }

// lay fills the history with claims, which stand in the order of the pool.
func (p *Pool) lay(h *History, claims []int32) {
	copy(h.origin[Settlements], claims)
	h.rows = [numTables]int{Settlements: len(claims)}
	p.layLines(h, claims)
	p.layDiagnosesOf(h, claims, false)
	for f := range NumFields {
		if c := h.cols[f]; c.code != nil || c.num != nil {
			t := specs[f].Table
			p.cols[f].gather(c, 0, h.origin[t][:h.rows[t]])
		}
	}
	p.lower(h)
	h.bounds(claims)
}

// bounds finds where the claims of each person begin.
func (h *History) bounds(claims []int32) {
	person := h.Codes(PsnNo)
	h.Persons = h.Persons[:0]
	for c := range claims {
		if c == 0 || person[c] != person[c-1] {
			h.Persons = append(h.Persons, int32(c))
		}
	}
	h.Persons = append(h.Persons, int32(len(claims)))
}

// placesOf copies the places of claims side by side: looking them up all at
// once lets the memory fetch them together.
func (h *History) placesOf(m *members, claims []int32) []place {
	h.places = append(h.places[:0], make([]place, len(claims))...)
	for at, c := range claims {
		h.places[at] = m.place(c)
	}
	return h.places
}

// layLines finds the lines of claims: first all net lines, then the void ones.
func (p *Pool) layLines(h *History, claims []int32) {
	n := int32(0)
	h.void, h.lower = h.void[:0], h.lower[:0]
	simple, places := p.lines.simple(), h.placesOf(p.lines, claims)
	for at, c := range claims {
		h.NetLines[at], h.VoidLines[at] = n, int32(len(h.void))
		if simple && !p.odd.has(uint64(c)) {
			n = h.layPlain(places[at], int32(at), n)
			continue
		}
		n = p.layClaim(h, int32(at), c, n)
	}
	p.layVoid(h, claims, n)
}

// layPlain lays the lines of a claim that all count in full.
func (h *History) layPlain(l place, at, n int32) int32 {
	own, claim := h.origin[Lines][n:n+l.count], h.LineClaim[n:n+l.count]
	for i := range own {
		own[i], claim[i] = l.first+int32(i), at
	}
	return n + l.count
}

// layClaim lays the lines of a claim, the net ones from row n on, and gives the
// row behind them.
func (p *Pool) layClaim(h *History, at, c, n int32) int32 {
	rows := h.origin[Lines]
	p.lines.each(c, func(l int32) {
		if p.isVoid(l) {
			h.void = append(h.void, l)
			return
		}
		if p.special.has(uint64(l)) {
			h.lower = append(h.lower, n)
		}
		rows[n], h.LineClaim[n] = l, at
		n++
	})
	return n
}

// layVoid lays the void lines behind the n net ones.
func (p *Pool) layVoid(h *History, claims []int32, n int32) {
	rows := h.origin[Lines]
	h.NetLines[len(claims)], h.VoidLines[len(claims)] = n, int32(len(h.void))
	copy(rows[n:], h.void)
	for at := range claims {
		for i := h.VoidLines[at]; i < h.VoidLines[at+1]; i++ {
			h.LineClaim[n+i] = int32(at)
		}
		h.VoidLines[at] += n
	}
	h.VoidLines[len(claims)] += n
	h.net, h.rows[Lines] = int(n), int(n)+len(h.void)
}

// layDiagnosesOf finds the diagnoses of claims; of those that are not new only
// where wanted.
func (p *Pool) layDiagnosesOf(h *History, claims []int32, onlyNew bool) {
	rows, n := h.origin[Diagnoses], int32(0)
	simple, places := p.diagnoses.simple(), h.placesOf(p.diagnoses, claims)
	for at, c := range claims {
		h.Diagnoses[at] = n
		if onlyNew && !h.anew[at] {
			continue
		}
		if l := places[at]; simple {
			for i := range l.count {
				rows[n+i] = l.first + i
			}
			n += l.count
			continue
		}
		p.diagnoses.each(c, func(d int32) {
			rows[n] = d
			n++
		})
	}
	h.Diagnoses[len(claims)], h.rows[Diagnoses] = n, int(n)
}

// lower takes the refunds off the lines, keeping what was sent.
func (p *Pool) lower(h *History) {
	clear(h.lowered)
	clear(h.refunded)
	cnt, det := h.cols[Cnt].num.V, h.cols[DetItemFeeSumamt].num.V
	for _, l := range h.lower {
		v := p.altered[h.origin[Lines][l]].values()
		h.refunded[l] = refunded{cnt[l], det[l], v.inscp}
		h.lowered.set(uint64(l))
		cnt[l], det[l] = v.cnt, v.det
	}
}
