package claim

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// shapeID names the objects of a message whose members mean something.
type shapeID int

const (
	shapeMessage shapeID = iota
	shapeSettlement
	shapeDiagnosis
	shapeLine
	shapeTrace
	numShapes
)

// shape is the order of names a sender was last seen to write in an object.
type shape struct {
	fields map[string]int // member number by name
	order  []shapeKey
}

type shapeKey struct {
	raw    []byte // the name with its quotes and the colon
	member int
}

func shapeFields(id shapeID) map[string]int {
	out := map[string]int{}
	table := map[shapeID]Table{shapeSettlement: Settlements, shapeDiagnosis: Diagnoses, shapeLine: Lines}
	switch id {
	case shapeMessage:
		return map[string]int{"setlinfo": 0, "diseinfo": 1, "feedetail": 2}
	case shapeTrace:
		return map[string]int{"drug_trac_codg": 0, "drug_trac_code": 1}
	case shapeLine:
		out["drugtracinfo"] = 18
	}
	for i, f := range table[id].Fields() {
		out[f.String()] = i
	}
	return out
}

// fewNames is how many unknown names of an object are compared one by one.
const fewNames = 64

// object reads the members of an object of a known shape: value is called at
// the value of each member that the shape names, all others are skipped.
func (d *Decoder) object(id shapeID, depth int, value func(member int) bool) bool {
	d.p++ // '{'
	sh := &d.shapes[id]
	var seen uint64
	others := nameSet{base: len(d.names)}
	defer func() { d.names = d.names[:others.base] }()
	d.space()
	if d.peek() == '}' {
		d.p++
		return true
	}
	for next := 0; ; {
		member := sh.predict(d.src[d.p:], &next)
		if member >= 0 {
			d.p += len(sh.order[next-1].raw)
		} else {
			from := d.p
			name, ok := d.name()
			if !ok {
				return false
			}
			var known bool
			if member, known = sh.fields[string(name)]; known {
				next = sh.learn(next, d.src[from:d.p], member)
			} else {
				member = -1
				if !d.firstTime(&others, name) {
					return d.broken(RuleDuplicate)
				}
			}
		}
		if member >= 0 {
			if seen>>member&1 == 1 {
				return d.broken(RuleDuplicate)
			}
			seen |= 1 << member
		}
		if d.space(); d.p == len(d.src) {
			return d.broken(RuleJSON)
		}
		ok := false
		if member >= 0 {
			ok = value(member)
		} else {
			ok = d.skip(depth + 1)
		}
		if !ok {
			return false
		}
		if end, ok := d.memberEnd('}'); end || !ok {
			return ok
		}
	}
}

// predict finds the name that src begins with among those that senders were
// seen to write after the last one; some may be left out. It moves next behind
// it, or gives -1.
func (s *shape) predict(src []byte, next *int) int {
	for i := *next; i < len(s.order) && i < *next+maxSkipped; i++ {
		if raw := s.order[i].raw; len(src) >= len(raw) && string(src[:len(raw)]) == string(raw) {
			*next = i + 1
			return s.order[i].member
		}
	}
	return -1
}

// maxSkipped is how many names of the known order are tried at a place.
const maxSkipped = 8

// learn puts a name at a place of the order, and takes it away where it was
// thought to be; it gives the place behind it.
func (s *shape) learn(at int, raw []byte, member int) int {
	for i, k := range s.order {
		if k.member != member {
			continue
		}
		if i >= at {
			return i + 1 // further on than predict looked
		}
		s.order = slices.Delete(s.order, i, i+1)
		at--
		break
	}
	s.order = slices.Insert(s.order, at, shapeKey{bytes.Clone(raw), member})
	return at + 1
}

// memberEnd reads what follows a member: a comma, or the closing bracket.
func (d *Decoder) memberEnd(closing byte) (end, ok bool) {
	d.space()
	switch d.peek() {
	case ',':
		d.p++
		d.space()
		return false, true
	case closing:
		d.p++
		return true, true
	}
	return true, d.broken(RuleJSON)
}

// nameSet is the part of the names stack that belongs to one object; beyond a
// few names it goes on in a map, so that a crowd of names stays cheap.
type nameSet struct {
	base int
	many map[string]struct{}
}

// firstTime reports whether the object had no such name yet, and adds it.
func (d *Decoder) firstTime(s *nameSet, name []byte) bool {
	if s.many != nil {
		_, had := s.many[string(name)]
		s.many[string(name)] = struct{}{}
		return !had
	}
	own := d.names[s.base:]
	for _, n := range own {
		if bytes.Equal(n, name) {
			return false
		}
	}
	d.names = append(d.names, name)
	if len(own) >= fewNames {
		s.many = make(map[string]struct{}, 4*fewNames)
		for _, n := range d.names[s.base:] {
			s.many[string(n)] = struct{}{}
		}
	}
	return true
}

// name reads a member's name and the colon behind it. The name stays valid for
// the whole message.
func (d *Decoder) name() ([]byte, bool) {
	if d.peek() != '"' {
		return nil, d.broken(RuleJSON)
	}
	name, ok := d.text()
	if !ok {
		return nil, false
	}
	if d.escaped {
		name = bytes.Clone(name)
	}
	if d.space(); d.peek() != ':' {
		return nil, d.broken(RuleJSON)
	}
	d.p++
	return name, true
}

// array reads the members of a list.
func (d *Decoder) array(depth int, member func(i int) bool) bool {
	if depth > maxDepth {
		return d.broken(RuleDepth)
	}
	d.p++ // '['
	d.space()
	if d.peek() == ']' {
		d.p++
		return true
	}
	for i := 0; ; i++ {
		if d.p == len(d.src) {
			return d.broken(RuleJSON)
		}
		if !member(i) {
			return false
		}
		if len(d.problems) > MaxProblems {
			return d.broken(RuleTooMany)
		}
		if end, ok := d.memberEnd(']'); end || !ok {
			return ok
		}
	}
}

// skip reads a value of any kind that means nothing to us; depth is the level
// of an object or list that begins here.
func (d *Decoder) skip(depth int) bool {
	switch c := d.peek(); {
	case c == '"':
		_, ok := d.text()
		return ok
	case c == '{':
		return d.skipObject(depth)
	case c == '[':
		return d.array(depth, func(int) bool { return d.skip(depth + 1) })
	case c == 't':
		return d.literal("true")
	case c == 'f':
		return d.literal("false")
	case c == 'n':
		return d.literal("null")
	default:
		return d.numeral()
	}
}

func (d *Decoder) skipObject(depth int) bool {
	if depth > maxDepth {
		return d.broken(RuleDepth)
	}
	d.p++ // '{'
	names := nameSet{base: len(d.names)}
	defer func() { d.names = d.names[:names.base] }()
	d.space()
	if d.peek() == '}' {
		d.p++
		return true
	}
	for {
		name, ok := d.name()
		if !ok {
			return false
		}
		if !d.firstTime(&names, name) {
			return d.broken(RuleDuplicate)
		}
		d.space()
		if !d.skip(depth + 1) {
			return false
		}
		if end, ok := d.memberEnd('}'); end || !ok {
			return ok
		}
	}
}

// peek gives the next byte, 0 at the end.
func (d *Decoder) peek() byte {
	if d.p < len(d.src) {
		return d.src[d.p]
	}
	return 0
}

func (d *Decoder) space() {
	if d.p < len(d.src) && d.src[d.p] > ' ' {
		return // senders rarely write any
	}
	for d.p < len(d.src) {
		switch d.src[d.p] {
		case ' ', '\t', '\r', '\n':
			d.p++
		default:
			return
		}
	}
}

func (d *Decoder) literal(word string) bool {
	if len(d.src)-d.p >= len(word) && string(d.src[d.p:d.p+len(word)]) == word {
		d.p += len(word)
		return true
	}
	return d.broken(RuleJSON)
}

// numeral reads a number by the grammar of JSON.
func (d *Decoder) numeral() bool {
	if d.peek() == '-' {
		d.p++
	}
	switch c := d.peek(); {
	case c == '0':
		d.p++
	case c-'1' <= 8:
		d.digits()
	default:
		return d.broken(RuleJSON)
	}
	if d.peek() == '.' {
		d.p++
		if !d.digits() {
			return d.broken(RuleJSON)
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.p++
		if c := d.peek(); c == '+' || c == '-' {
			d.p++
		}
		if !d.digits() {
			return d.broken(RuleJSON)
		}
	}
	return true
}

// digits reads digits and reports whether there was one.
func (d *Decoder) digits() bool {
	from := d.p
	for d.p < len(d.src) && d.src[d.p]-'0' <= 9 {
		d.p++
	}
	return d.p > from
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// special marks in each byte's high bit the bytes of w that are a quote, a
// backslash, a control character or not ASCII. Only the lowest mark is exact.
func special(w uint64) uint64 {
	q := w ^ low*'"'
	b := w ^ low*'\\'
	return ((q-low)&^q)&high | ((b-low)&^b)&high | ((w-low*0x20)&^w)&high | w&high
}

// text reads a string and gives its bytes: a part of the message, or of the
// scratch space when there were escapes (valid until the next text).
func (d *Decoder) text() ([]byte, bool) {
	d.p++ // '"'
	from, p, src := d.p, d.p, d.src
	ascii := true
	d.escaped = false
	for {
		for p+8 <= len(src) {
			m := special(binary.LittleEndian.Uint64(src[p:]))
			if m == 0 {
				p += 8
				continue
			}
			p += bits.TrailingZeros64(m) >> 3
			break
		}
		if p >= len(src) {
			return nil, d.broken(RuleJSON)
		}
		switch c := src[p]; {
		case c == '"':
			d.p = p + 1
			if !ascii && !utf8.Valid(src[from:p]) {
				return nil, d.broken(RuleJSON)
			}
			return src[from:p], true
		case c == '\\':
			return d.escapedText(from, p)
		case c < 0x20:
			return nil, d.broken(RuleJSON)
		case c >= 0x80:
			ascii = false
		}
		p++
	}
}

// escapedText goes on at the first backslash of a string.
func (d *Decoder) escapedText(from, p int) ([]byte, bool) {
	d.escaped = true
	out := append(d.scratch[:0], d.src[from:p]...)
	for p < len(d.src) {
		c := d.src[p]
		switch {
		case c == '"':
			d.p, d.scratch = p+1, out
			if !utf8.Valid(out) {
				return nil, d.broken(RuleJSON)
			}
			return out, true
		case c < 0x20:
			return nil, d.broken(RuleJSON)
		case c != '\\':
			out = append(out, c)
			p++
			continue
		}
		if p+1 == len(d.src) {
			break
		}
		p += 2
		switch e := d.src[p-1]; e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := d.escapedRune(p)
			if n == 0 {
				return nil, d.broken(RuleJSON)
			}
			out = utf8.AppendRune(out, r)
			p += n
		default:
			return nil, d.broken(RuleJSON)
		}
	}
	return nil, d.broken(RuleJSON)
}

// escapedRune reads the digits behind \u, and the second half of a pair; the
// length is 0 when they are none or a half stands alone.
func (d *Decoder) escapedRune(p int) (rune, int) {
	r := d.hex4(p)
	if r < 0 || !utf16.IsSurrogate(r) {
		if r < 0 {
			return 0, 0
		}
		return r, 4
	}
	if p+6 <= len(d.src) && d.src[p+4] == '\\' && d.src[p+5] == 'u' {
		if pair := utf16.DecodeRune(r, d.hex4(p+6)); pair != utf8.RuneError {
			return pair, 10
		}
	}
	return 0, 0
}

func (d *Decoder) hex4(p int) rune {
	if p+4 > len(d.src) {
		return -1
	}
	var r rune
	for _, c := range d.src[p : p+4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
