package claim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"unsafe"
)

// Seed keys the hashes of dictionaries and contents, so that nobody outside
// can choose texts that collide. All batches that are merged share one seed.
type Seed [2]uint64

// hash gives 64 bits of b: two overlapping loads of 8 bytes for short texts, a
// folded multiplication, longer texts 16 bytes a step.
func (s Seed) hash(b []byte) uint64 {
	n := len(b)
	var x, y uint64
	h := uint64(n) * 0x9E3779B97F4A7C15
	switch {
	case n > 16:
		for i := 0; i+16 < n; i += 16 {
			hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b[i:])^s[0]^h, binary.LittleEndian.Uint64(b[i+8:])^s[1])
			h = hi ^ lo
		}
		x, y = binary.LittleEndian.Uint64(b[n-16:]), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 8:
		x, y = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		x, y = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		x = uint64(b[0]) | uint64(b[n>>1])<<8 | uint64(b[n-1])<<16
	}
	hi, lo := bits.Mul64(x^s[0]^h, y^s[1]^h>>32)
	return s.mix(hi ^ lo)
}

// Hash gives 64 keyed bits of a text.
func (s Seed) Hash(b []byte) uint64 { return s.hash(b) }

// mix scrambles one number.
func (s Seed) mix(v uint64) uint64 {
	hi, lo := bits.Mul64(v^s[0], 0x9E3779B97F4A7C15^s[1])
	return hi ^ lo
}

// ErrTooMuch is the panic of a dictionary, or of the trace codes, that outgrew
// 4 GiB of texts. Whoever feeds claims from outside turns it into an error.
var ErrTooMuch = errors.New("claim: more than 4 GiB of different texts in one column")

// Dict gives texts small whole numbers, in the order of their first
// appearance. It is not safe for concurrent writing.
type Dict struct {
	seed  Seed
	table []uint64 // open addressing: high half of the hash, low half code+1
	off   []uint32 // start of each text; one more at the end
	data  []byte
	want  int // texts expected: the first growth makes room for them
	life  int // how often it was emptied
	// small holds all texts instead, where memory counts for more than time.
	small *compact
}

func newDict(seed Seed) *Dict {
	return &Dict{seed: seed, table: make([]uint64, 16), off: []uint32{0}}
}

// Len is the number of texts.
func (d *Dict) Len() int {
	if d.small != nil {
		return d.small.length()
	}
	return len(d.off) - 1
}

// Text gives the text of a code, empty for NoCode. It must not be changed.
func (d *Dict) Text(code int32) string {
	if code < 0 {
		return ""
	}
	b := d.bytes(code)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (d *Dict) bytes(code int32) []byte {
	if d.small != nil {
		return d.small.appendText(nil, code)
	}
	return d.plain(code)
}

// plain is bytes where texts are not kept in less.
func (d *Dict) plain(code int32) []byte { return d.data[d.off[code]:d.off[code+1]] }

// Lookup finds the code of a text, or NoCode.
func (d *Dict) Lookup(text string) int32 {
	b := unsafe.Slice(unsafe.StringData(text), len(text))
	code, _ := d.find(b, d.seed.hash(b))
	return code
}

// find gives the code, or NoCode and the free slot where it belongs.
func (d *Dict) find(b []byte, h uint64) (int32, int) {
	if d.small != nil {
		t := d.small.term(b)
		return d.small.find(&t)
	}
	mask := len(d.table) - 1
	for i := int(h) & mask; ; i = (i + 1) & mask {
		e := d.table[i]
		if e == 0 {
			return NoCode, i
		}
		if uint32(e>>32) == uint32(h>>32) {
			if code := int32(uint32(e)) - 1; bytes.Equal(d.plain(code), b) {
				return code, i
			}
		}
	}
}

// touch loads what the look-ups of some hashes will need, so that the memory
// fetches it side by side: first the places in the table, then where the texts
// found there begin, then the texts. The sum only keeps the loads alive.
func (d *Dict) touch(hashes []uint64) (sum uint64) {
	if d.small != nil {
		return 0
	}
	var at [64]uint32
	mask := uint64(len(d.table) - 1)
	n := 0
	for _, h := range hashes {
		if e := d.table[h&mask]; e != 0 && uint32(e>>32) == uint32(h>>32) {
			at[n&63] = uint32(e) - 1
			n++
		}
	}
	for i := range min(n, len(at)) {
		at[i] = d.off[at[i]]
	}
	for i := range min(n, len(at)) {
		if int(at[i]) < len(d.data) {
			sum += uint64(d.data[at[i]])
		}
	}
	return sum
}

// add gives b, which is not in the dictionary, the next code.
func (d *Dict) add(b []byte, h uint64, slot int) int32 {
	if d.small != nil {
		t := d.small.term(b)
		return d.small.add(&t, slot)
	}
	if uint64(len(d.data))+uint64(len(b)) > 1<<32-1 || d.Len() >= 1<<31-2 {
		panic(ErrTooMuch)
	}
	d.data = append(d.data, b...)
	d.off = append(d.off, uint32(len(d.data)))
	code := int32(d.Len() - 1)
	d.table[slot] = h>>32<<32 | uint64(uint32(code+1))
	if d.Len()*2 > len(d.table) {
		d.grow()
	}
	return code
}

// fewTexts is how many texts a dictionary may have to outlive its batch: those
// of items, doctors, departments come again in the next.
const fewTexts = 2048

// reset forgets all texts, if they have become many, and keeps the memory.
func (d *Dict) reset() {
	if d.Len() <= fewTexts {
		return
	}
	if d.small != nil {
		d.small.reset()
		d.life++
		return
	}
	clear(d.table)
	d.off, d.data = d.off[:1], d.data[:0]
	d.life++
}

// grow makes the table larger; the first time, large enough for the texts that
// are expected.
func (d *Dict) grow() {
	size := 4 * len(d.table)
	for size < 2*d.want {
		size *= 2
	}
	if n := d.want - d.Len(); n > 0 {
		d.off = slices.Grow(d.off, n)
		d.data = slices.Grow(d.data, n*(len(d.data)/d.Len()+1))
	}
	d.want = 0
	d.rehash(size)
}

func (d *Dict) rehash(size int) {
	d.table = written[uint64](size)
	mask := len(d.table) - 1
	for code := range int32(d.Len()) {
		h := d.seed.hash(d.plain(code))
		i := int(h) & mask
		for d.table[i] != 0 {
			i = (i + 1) & mask
		}
		d.table[i] = h>>32<<32 | uint64(uint32(code+1))
	}
}

// Intern gives the code of b, adding it when new.
func (d *Dict) Intern(b []byte) int32 {
	h := d.seed.hash(b)
	code, slot := d.find(b, h)
	if code == NoCode {
		code = d.add(b, h, slot)
	}
	return code
}

// absorbed are the codes that the texts of another dictionary have in one.
type absorbed struct {
	from  *Dict
	life  int
	codes []int32 // by code of the other
}

// absorb adds all texts of other and gives the new code of each old one; of
// those that it took last time, the codes are known.
func (d *Dict) absorb(other *Dict, last *absorbed) []int32 {
	if last.from != other || last.life != other.life {
		*last = absorbed{other, other.life, last.codes[:0]}
	}
	if d.small != nil {
		last.codes = d.small.absorb(other, last.codes)
		return last.codes
	}
	var hashes [64]uint64
	for from := len(last.codes); from < other.Len(); from += len(hashes) {
		some := hashes[:min(len(hashes), other.Len()-from)]
		for i := range some {
			some[i] = d.seed.hash(other.bytes(int32(from + i)))
		}
		d.touch(some)
		for i, h := range some {
			b := other.bytes(int32(from + i))
			code, slot := d.find(b, h)
			if code == NoCode {
				code = d.add(b, h, slot)
			}
			last.codes = append(last.codes, code)
		}
	}
	return last.codes
}

// Dicts holds one dictionary a domain.
type Dicts [NumDomains]*Dict

// NewDicts makes empty dictionaries.
func NewDicts(seed Seed) *Dicts {
	var d Dicts
	for i := range d {
		d[i] = newDict(seed)
	}
	return &d
}

// newCompactDicts makes empty dictionaries for very many claims.
func newCompactDicts(seed Seed) *Dicts {
	d := NewDicts(seed)
	for _, domain := range identifiers {
		d[domain] = &Dict{seed: seed, small: newCompact(seed)}
	}
	return d
}

// Of gives the dictionary of a field's domain.
func (d *Dicts) Of(f Field) *Dict { return d[specs[f].Domain] }
