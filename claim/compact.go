package claim

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// compact is what a Dict keeps instead of its table and its texts when there
// will be very many of them, each on one claim or a few: identifiers. Most
// begin alike and end in a number, so a text is the pattern it has and that
// number; the others are kept as they are.
//
// The table holds codes with as many bits of the hash as are free beside them,
// and is fuller than that of other dictionaries.
type compact struct {
	seed      Seed
	table     []uint32 // open addressing: some bits of the hash, then code+1
	codeBits  int      // how many bits code+1 may take
	numbers   *dense   // by code: the number at the end, or where the text lies in odd
	patterns  *dense   // by code: the pattern, or noPattern
	known     []pattern
	byPattern map[patternKey]int32
	odd       []byte // texts without pattern, each behind its length
}

// pattern is how some texts begin, and how many digits follow.
type pattern struct {
	prefix string
	digits int
}

// patternKey is pattern as a key of a map: the digits, then the prefix.
type patternKey string

const (
	noPattern  = 0
	mostDigits = 18 // of a number that fits in an int64
	mostPrefix = 32 // bytes: what is longer has no pattern
	// mostPatterns is how many patterns a dictionary has: identifiers that begin in
	// more ways than these have none.
	mostPatterns = 1 << 12
	// The table is at most four fifths full and grows by half.
	fullest, ofParts = 4, 5
)

func newCompact(seed Seed) *compact {
	alloc := memory.NewGoAllocator()
	return &compact{seed: seed, table: make([]uint32, 16), codeBits: 4, numbers: newDense(alloc, None64), patterns: newDense(alloc, None64),
		known: make([]pattern, 1), byPattern: map[patternKey]int32{}}
}

// identifiers are the domains with about one text a claim, or more.
var identifiers = []Domain{DomainSettlement, DomainVisit, DomainPerson, DomainLine, DomainBill, DomainRx}

func (c *compact) length() int { return c.numbers.length() }

// split cuts a text into its beginning and the number at its end.
func split(b []byte) (prefix []byte, number int64, digits int) {
	at, unit := len(b), int64(1)
	for at > 0 && digits < mostDigits && b[at-1]-'0' <= 9 {
		at--
		number += int64(b[at]-'0') * unit
		unit *= 10
		digits++
	}
	return b[:at], number, digits
}

// patternOf gives the pattern of a beginning and a number of digits, noPattern where
// there is none (yet).
func (c *compact) patternOf(prefix []byte, digits int) int32 {
	if len(c.known) > 1 { // nearly all have the first one
		if s := &c.known[1]; s.digits == digits && s.prefix == string(prefix) {
			return 1
		}
	}
	if len(prefix) > mostPrefix || digits == 0 {
		return noPattern
	}
	var key [mostPrefix + 1]byte
	key[0] = byte(digits)
	return c.byPattern[patternKey(key[:1+copy(key[1:], prefix)])]
}

// addPattern is patternOf that makes a new pattern where there is room for one.
func (c *compact) addPattern(prefix []byte, digits int) int32 {
	s := c.patternOf(prefix, digits)
	if s != noPattern || digits == 0 || len(prefix) > mostPrefix || len(c.known) == mostPatterns {
		return s
	}
	s = int32(len(c.known))
	c.known = append(c.known, pattern{string(prefix), digits})
	c.byPattern[patternKey(append([]byte{byte(digits)}, prefix...))] = s
	return s
}

// appendText appends the text of a code to a buffer.
func (c *compact) appendText(to []byte, code int32) []byte {
	pattern, number := c.patterns.at(code), c.numbers.at(code)
	if pattern == noPattern {
		return append(to, c.oddText(number)...)
	}
	s := &c.known[pattern]
	to = append(to, s.prefix...)
	var digits [mostDigits]byte
	own := strconv.AppendInt(digits[:0], number, 10)
	for range s.digits - len(own) {
		to = append(to, '0')
	}
	return append(to, own...)
}

// oddText gives a text without pattern.
func (c *compact) oddText(at int64) []byte {
	n, size := binary.Uvarint(c.odd[at:])
	return c.odd[int(at)+size:][:n]
}

// holds reports whether a code stands for a text that was split.
func (c *compact) holds(code int32, b []byte, pattern int32, number int64) bool {
	own := c.numbers.at(code)
	if pattern != noPattern {
		return own == number && c.patterns.at(code) == int64(pattern)
	}
	return c.patterns.at(code) == noPattern && bytes.Equal(c.oddText(own), b)
}

// tag is what an entry of the table has of a hash.
func (c *compact) tag(h uint64) uint32 { return uint32(h) << c.codeBits }

// slot is where the search for a hash begins.
func (c *compact) slot(h uint64) int {
	at, _ := bits.Mul64(h, uint64(len(c.table)))
	return int(at)
}

// term is a text as it is looked up: where it has no pattern (yet), pattern is
// noPattern. Equal texts have equal hashes as long as no pattern is added.
type term struct {
	text    []byte
	pattern int32
	number  int64
	hash    uint64
}

func (c *compact) term(b []byte) term {
	prefix, number, digits := split(b)
	t := term{b, c.patternOf(prefix, digits), number, 0}
	if t.pattern == noPattern {
		t.hash = c.seed.hash(b)
	} else {
		t.hash = c.hash(t.pattern, t.number)
	}
	return t
}

// hash is that of a text with pattern: it needs no more than is kept.
func (c *compact) hash(pattern int32, number int64) uint64 {
	return c.seed.mix(uint64(number) ^ uint64(pattern)*0x9E3779B97F4A7C15)
}

// find gives the code, or NoCode and the free slot where it belongs.
func (c *compact) find(t *term) (int32, int) {
	tag, codes := c.tag(t.hash), uint32(1)<<c.codeBits-1
	for i := c.slot(t.hash); ; i = c.next(i) {
		e := c.table[i]
		if e == 0 {
			return NoCode, i
		}
		if e&^codes == tag {
			if code := int32(e&codes) - 1; c.holds(code, t.text, t.pattern, t.number) {
				return code, i
			}
		}
	}
}

// add gives a text that is not in the dictionary the next code.
func (c *compact) add(t *term, slot int) int32 {
	if c.length() >= 1<<31-2 {
		panic(ErrTooMuch)
	}
	if t.pattern == noPattern {
		prefix, _, digits := split(t.text)
		if t.pattern = c.addPattern(prefix, digits); t.pattern == noPattern {
			t.number = int64(len(c.odd))
			c.odd = append(binary.AppendUvarint(c.odd, uint64(len(t.text))), t.text...)
		} else { // its place is another one now
			t.hash = c.hash(t.pattern, t.number)
			_, slot = c.find(t)
		}
	}
	code := int32(c.length())
	c.numbers.push(t.number)
	c.patterns.push(int64(t.pattern))
	c.table[slot] = c.tag(t.hash) | uint32(code+1)
	if c.length() >= len(c.table)*fullest/ofParts {
		c.rehash(len(c.table) * 3 / 2)
	}
	return code
}

// absorb appends the codes of another dictionary's texts from one on, which it
// adds where they are new.
func (c *compact) absorb(other *Dict, codes []int32) []int32 {
	var terms [64]term
	for len(codes) < other.Len() {
		some := terms[:min(len(terms), other.Len()-len(codes))]
		for i := range some {
			some[i] = c.term(other.bytes(int32(len(codes) + i)))
		}
		c.touch(some)
		for i := range some {
			t := &some[i]
			if t.pattern == noPattern { // there may be one since
				*t = c.term(t.text)
			}
			code, slot := c.find(t)
			if code == NoCode {
				code = c.add(t, slot)
			}
			codes = append(codes, code)
		}
	}
	return codes
}

// rehash makes a table of another size. The one before is dropped first: numbers
// and patterns tell all there was in it.
func (c *compact) rehash(size int) {
	c.table = nil
	c.table, c.codeBits = written[uint32](size), bits.Len(uint(size))
	var numbers, patterns [blockRows]int64
	var hashes [blockRows]uint64
	for from := 0; from < c.length(); from += blockRows {
		n := min(blockRows, c.length()-from)
		c.numbers.read(from, numbers[:n])
		c.patterns.read(from, patterns[:n])
		for i := range n {
			if patterns[i] == noPattern {
				hashes[i] = c.seed.hash(c.oddText(numbers[i]))
			} else {
				hashes[i] = c.hash(int32(patterns[i]), numbers[i])
			}
		}
		c.place(from, hashes[:n])
	}
}

// place puts codes from one on into the table, which has room for them: first
// it touches their slots, so that the memory fetches them side by side. The sum
// only keeps the loads alive.
func (c *compact) place(code int, hashes []uint64) (sum uint32) {
	for _, h := range hashes {
		sum += c.table[c.slot(h)]
	}
	for i, h := range hashes {
		at := c.slot(h)
		for c.table[at] != 0 {
			at = c.next(at)
		}
		c.table[at] = c.tag(h) | uint32(code+i+1)
	}
	return sum
}

// next is the slot behind one.
func (c *compact) next(at int) int {
	if at++; at == len(c.table) {
		return 0
	}
	return at
}

// touch loads what the look-ups of some texts, 64 at most, will need, so that
// the memory fetches it side by side. The sum only keeps the loads alive.
func (c *compact) touch(terms []term) (sum uint8) {
	var codes [64]int32
	n, mask := 0, uint32(1)<<c.codeBits-1
	for i := range terms {
		h := terms[i].hash
		if e := c.table[c.slot(h)]; e&^mask == c.tag(h) && e != 0 {
			codes[n&63] = int32(e&mask) - 1
			n++
		}
	}
	var numbers [64]int64
	some := codes[:min(n, len(codes))]
	return gatherDense(c.numbers, numbers[:], some) + gatherDense(c.patterns, numbers[:], some)
}

// reset forgets all texts.
func (c *compact) reset() { *c = *newCompact(c.seed) }

func (c *compact) memory() []Part {
	numbers, numbersHeld := c.numbers.memory()
	patterns, shapesHeld := c.patterns.memory()
	return []Part{
		{"table", 4 * c.length(), 4 * len(c.table)},
		{"numbers", numbers, numbersHeld},
		{"patterns", patterns, shapesHeld},
		{"texts", len(c.odd), cap(c.odd)},
	}
}
