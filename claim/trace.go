package claim

import (
	"bytes"
	"cmp"
	"slices"
	"sort"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// traceColumn holds the trace codes of each line: any number of texts a row.
// Almost every code is the only one of its kind, so they are kept as texts
// with their hashes and get no dictionary.
type traceColumn struct {
	seed  Seed
	end   *Vector[int32]  // by row: its texts end before this one; rows behind the last have none
	text  *Vector[int32]  // by text: its bytes end before this one; the first starts at 0
	hash  *Vector[uint64] // by text
	bytes []byte
	// crowd finds the codes of a row that has very many of them; crowded are
	// those it holds.
	crowd   map[uint64][]int32
	crowded int
}

func newTraceColumn(alloc memory.Allocator, seed Seed) traceColumn {
	return traceColumn{seed: seed, end: NewVector[int32](alloc), text: NewVector[int32](alloc), hash: NewVector[uint64](alloc)}
}

// usualTrace is the length of a trace code, in bytes.
const usualTrace = 20

// expect says how many lines will come, most of them with one code at most.
func (t *traceColumn) expect(rows int) {
	t.end.want, t.text.want, t.hash.want = rows, rows, rows
}

// texts gives the range of a row's texts.
func (t *traceColumn) texts(row int) (from, to int32) {
	if row > 0 {
		from = t.end.V[row-1]
	}
	return from, t.end.V[row]
}

func (t *traceColumn) each(row int, yield func([]byte)) {
	if row >= len(t.end.V) {
		return
	}
	from, to := t.texts(row)
	for i := from; i < to; i++ {
		yield(t.at(int(i)))
	}
}

func (t *traceColumn) at(i int) []byte {
	from := int32(0)
	if i > 0 {
		from = t.text.V[i-1]
	}
	return t.bytes[uint32(from):uint32(t.text.V[i])]
}

// add appends a code to the row that is being built, unless the row has it. It
// gives the hash of the code.
func (t *traceColumn) add(code []byte) (hash uint64, added bool) {
	from := int32(0)
	if n := len(t.end.V); n > 0 {
		from = t.end.V[n-1]
	}
	hash = t.seed.hash(code)
	if int(from) < len(t.text.V) && t.has(int(from), hash, code) {
		return hash, false
	}
	t.push(code, hash)
	return hash, true
}

// addPlain takes lines that have one plain code or none, and gives their
// number: up to the first other one. There must be room for the codes.
func (t *traceColumn) addPlain(run TextRun) int {
	t.end.Reserve(len(run.Spans))
	t.text.Reserve(len(run.Spans))
	t.hash.Reserve(len(run.Spans))
	end, text, hash, buf := t.end.V, t.text.V, t.hash.V, t.bytes
	n := 0
	for _, s := range run.Spans {
		if s.Start < s.End {
			code := run.Data[s.Start:s.End]
			if !plainCode(code) {
				break
			}
			buf = append(buf, code...)
			text = append(text, int32(uint32(len(buf))))
			hash = append(hash, t.seed.hash(code))
		}
		end = append(end, int32(len(text)))
		n++
	}
	t.end.V, t.text.V, t.hash.V, t.bytes = end, text, hash, buf
	return n
}

// room makes room for so many more bytes of codes.
func (t *traceColumn) room(size int) {
	if len(t.bytes)+size > 1<<32-1 {
		panic(ErrTooMuch)
	}
	if t.bytes == nil && t.text.want > 0 {
		t.bytes = make([]byte, 0, max(size, t.text.want*usualTrace))
	}
	t.bytes = slices.Grow(t.bytes, size)
}

func (t *traceColumn) push(code []byte, hash uint64) {
	t.room(len(code))
	t.bytes = append(t.bytes, code...)
	t.text.Push(int32(uint32(len(t.bytes))))
	t.hash.Push(hash)
}

// take appends the codes of some rows of another column, or nothing where codes
// are not kept.
func (t *traceColumn) take(from *traceColumn, rows []int32, keep bool) {
	if !keep {
		return
	}
	for _, row := range rows {
		from.each(int(row), func(code []byte) { t.add(code) })
		t.closeRow()
	}
}

// fewCodes is how many codes of a line are compared one by one.
const fewCodes = 32

// has reports whether the row that is being built, which begins at text from,
// has a code. A crowd of codes is looked up by hash, so that one message of
// millions cannot keep its reader busy for hours.
func (t *traceColumn) has(from int, hash uint64, code []byte) bool {
	if n := len(t.text.V) - from; n > fewCodes {
		if t.crowd == nil {
			t.crowd = make(map[uint64][]int32, 2*n)
		}
		for t.crowded < n {
			at := from + t.crowded
			t.crowd[t.hash.V[at]] = append(t.crowd[t.hash.V[at]], int32(at))
			t.crowded++
		}
		for _, at := range t.crowd[hash] {
			if bytes.Equal(t.at(int(at)), code) {
				return true
			}
		}
		return false
	}
	for i := from; i < len(t.text.V); i++ {
		if t.hash.V[i] == hash && bytes.Equal(t.at(i), code) {
			return true
		}
	}
	return false
}

// closeRow ends the row that is being built.
func (t *traceColumn) closeRow() {
	if t.crowd != nil {
		t.crowd, t.crowded = nil, 0
	}
	t.end.Push(int32(len(t.text.V)))
}

func (t *traceColumn) truncate(rows int) {
	t.crowd, t.crowded = nil, 0
	rows = min(rows, len(t.end.V))
	t.end.Truncate(rows)
	texts := int32(0)
	if rows > 0 {
		texts = t.end.V[rows-1]
	}
	t.text.Truncate(int(texts))
	t.hash.Truncate(int(texts))
	size := uint32(0)
	if texts > 0 {
		size = uint32(t.text.V[texts-1])
	}
	t.bytes = t.bytes[:size]
}

func (t *traceColumn) release() {
	if t.end != nil {
		t.end.Release()
		t.text.Release()
		t.hash.Release()
	}
	*t = traceColumn{}
}

// bitset is a table of bits.
type bitset []uint64

func newBitset(n int) bitset        { return make(bitset, n/64+1) }
func (b bitset) has(at uint64) bool { return b[at/64]>>(at%64)&1 == 1 }
func (b bitset) set(at uint64)      { b[at/64] |= 1 << (at % 64) }
func (b bitset) unset(at uint64)    { b[at/64] &^= 1 << (at % 64) }

// grow makes the table long enough for n bits.
func (b *bitset) grow(n int) {
	if more := n/64 + 1 - len(*b); more > 0 {
		*b = append(*b, make(bitset, more)...)
	}
}

// traceRef is one trace code on one line.
type traceRef struct {
	hash uint64
	line int32
	text int32
}

// parts is into how many parts hashes are split: each part and its table fit
// into the processor's cache.
const parts = 256

// repeated lists the texts whose hash stands more than once, in the order of
// texts: hashes are spread over parts, then each part is searched by itself.
func (t *traceColumn) repeated() []int32 {
	var end [parts + 1]int32 // of the part before; while spreading, of the part so far
	for _, h := range t.hash.V {
		end[h>>56+1]++
	}
	for p := range parts {
		end[p+1] += end[p]
	}
	order := make([]int32, len(t.hash.V))
	for i, h := range t.hash.V {
		order[end[h>>56]] = int32(i)
		end[h>>56]++
	}
	var s partSearch
	from := int32(0)
	for p := range parts {
		s.search(t.hash.V, order[from:end[p]])
		from = end[p]
	}
	slices.Sort(s.found)
	return slices.Compact(s.found)
}

// partSearch finds texts of a part whose hash stands there again.
type partSearch struct {
	hashes []uint64 // of the part, side by side
	table  []int32  // 0 is free, else a place in the part + 1
	found  []int32
}

func (s *partSearch) search(hash []uint64, texts []int32) {
	size := 16
	for size < 2*len(texts) {
		size *= 2
	}
	s.table = slices.Grow(s.table[:0], size)[:size]
	clear(s.table)
	s.hashes = s.hashes[:0]
	for _, i := range texts {
		s.hashes = append(s.hashes, hash[i])
	}
	for n, h := range s.hashes {
		for at := int(h) & (size - 1); ; at = (at + 1) & (size - 1) {
			other := s.table[at] - 1
			if other < 0 {
				s.table[at] = int32(n) + 1
				break
			}
			if s.hashes[other] == h {
				s.found = append(s.found, texts[other], texts[n])
				break
			}
		}
	}
}

// refs gives the texts that may stand several times on lines that count, with
// the line.
func (p *Pool) refs() []traceRef {
	t := &p.traces
	if t.hash == nil {
		return nil
	}
	var out []traceRef
	line := 0
	for _, i := range t.repeated() {
		line += sort.Search(len(t.end.V)-line, func(r int) bool { return t.end.V[line+r] > i })
		if p.takesPart(int32(line)) {
			out = append(out, traceRef{t.hash.V[i], int32(line), i})
		}
	}
	return out
}

// Repeated is a trace code that stands on several net lines, of a history that
// holds their claims.
type Repeated struct {
	Code  string
	Lines []int32
}

// RepeatedTraces gives every trace code that stands on at least two net lines,
// and lays the claims of these lines in a history of their own, which the
// caller releases.
func (p *Pool) RepeatedTraces() (*History, []Repeated) {
	t := &p.traces
	refs := p.refs()
	slices.SortFunc(refs, func(a, b traceRef) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Or(bytes.Compare(t.at(int(a.text)), t.at(int(b.text))), cmp.Compare(a.line, b.line))
	})
	var out []Repeated
	lines := make([]int32, 0, len(refs)) // never grows: all groups share it
	for from, to := 0, 0; from < len(refs); from = to {
		code, at := t.at(int(refs[from].text)), len(lines)
		for to = from; to < len(refs) && bytes.Equal(t.at(int(refs[to].text)), code); to++ {
			lines = append(lines, refs[to].line)
		}
		if own := lines[at:]; len(own) > 1 {
			out = append(out, Repeated{string(code), own[:len(own):len(own)]})
		} else {
			lines = lines[:at]
		}
	}
	return p.layLinesOf(lines), out
}

// layLinesOf lays the claims of lines of the pool in a history of their own,
// and turns the lines' numbers into those of the history.
func (p *Pool) layLinesOf(lines []int32) *History {
	wanted, given := newBitset(len(p.standing)), newBitset(len(p.owners.V))
	for _, l := range lines {
		wanted.set(uint64(p.owners.V[l]))
		given.set(uint64(l))
	}
	var claims []int32
	for _, c := range p.claims {
		if wanted.has(uint64(c)) {
			claims = append(claims, c)
		}
	}
	h := p.NewHistory(Span{rows: p.rowsOf(claims)})
	p.lay(h, claims)
	to := make(map[int32]int32, len(lines))
	for at, from := range h.origin[Lines][:h.net] {
		if given.has(uint64(from)) {
			to[from] = int32(at)
		}
	}
	for i, l := range lines {
		lines[i] = to[l]
	}
	return h
}
