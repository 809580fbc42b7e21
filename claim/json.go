package claim

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// maxDepth is how deep a message may nest; the outermost object is level 1.
const maxDepth = 64

// Decoder reads messages of the contract's JSON shape straight into the
// columns of a Batch. It learns the order in which a sender writes the names,
// so that most names are one comparison; nothing depends on that order.
//
// Not safe for concurrent use.
type Decoder struct {
	Batch       *Batch
	fingerprint bool
	seed        Seed

	src      []byte
	p        int
	fail     Rule // why the message is not JSON
	problems []Problem
	scratch  []byte
	escaped  bool     // the last text lies in scratch
	names    [][]byte // unknown names of the objects that are open
	shapes   [numShapes]shape
	last     [NumFields]lastValue
	serial   uint32
	snSeen   []uint32 // by code of feedetl_sn: the message that used it last

	setl    objectState
	list    [3]Rule // problem of feedetail, diseinfo being no list
	content uint64  // sum of the hashes of what was read
	// diagnoses is how many of the message say something.
	diagnoses uint64
	begun     mark // where the batch ended before the message
}

// lastValue is the last readable value of a field that often repeats: many
// senders write the same flag, doctor or quantity line after line.
type lastValue struct {
	raw   []byte // with its quotes
	value int64
	hash  uint64 // what it adds to the content
}

// repeating are the fields whose last value is remembered.
var repeating = FieldSet(0).With(FixmedinsCode, Insutype, MedType, Gend, InsuplcAdmdvs, MdtrtareaAdmvs, RefdSetlFlag,
	MedChrgitmType, ChrgitmLv, Cnt, BilgDrCodg, BilgDeptCodg, PrdDays, TrdnFlag, EtipFlag, DscgTkdrugFlag,
	DiagType, MaindiagFlag, DiagSrtNo)

// objectState is what is known of one object's contract fields.
type objectState struct {
	present, bad, seen uint64 // bits by position of the field in its table
	hash               uint64
	values             [24]int64
}

// NewDecoder makes a decoder into a new batch with dictionaries of its own.
// keep names the fields to keep; fingerprints are needed to tell a duplicate
// from a conflict.
func NewDecoder(alloc memory.Allocator, seed Seed, keep FieldSet, fingerprint bool) *Decoder {
	d := &Decoder{fingerprint: fingerprint, seed: seed}
	for i := range d.shapes {
		d.shapes[i].fields = shapeFields(shapeID(i))
	}
	d.Reset(NewBatch(alloc, NewDicts(seed), keep))
	return d
}

// Reset makes the decoder go on in another batch, or in its own after that was
// reset: an empty one in either case.
func (d *Decoder) Reset(b *Batch) {
	d.Batch = b
	d.snSeen = d.snSeen[:0]
	d.last = [NumFields]lastValue{}
}

// Decode reads one message and appends it to the batch. When the message has
// problems nothing is appended and all of them are returned; the slice is
// valid until the next call.
func (d *Decoder) Decode(msg []byte) []Problem {
	d.src, d.p, d.fail = msg, 0, OK
	d.problems = d.problems[:0]
	d.serial++
	d.list, d.content, d.diagnoses = [3]Rule{}, 0, 0
	d.setl = objectState{}
	d.Batch.settleMany()
	m := d.Batch.mark()
	d.begun = m
	if len(msg) > MaxMessage {
		d.fail = RuleTooLong
	} else if d.message() {
		d.relations(m)
	}
	switch d.fail {
	case OK:
	case RuleTooMany:
		d.problems = append(d.problems[:MaxProblems], Problem{"", d.fail})
	default:
		d.problems = append(d.problems[:0], Problem{"", d.fail})
	}
	if len(d.problems) > 0 {
		d.Batch.rollback(m)
		return d.problems
	}
	if d.fingerprint {
		d.Batch.Fingerprint = append(d.Batch.Fingerprint, d.content+d.seed.mix(d.setl.hash))
	}
	return nil
}

// Person gives the text of psn_no of the message that was decoded last, without
// problems. It is valid until the next.
func (d *Decoder) Person() string {
	return d.Batch.Dicts[DomainPerson].Text(int32(d.setl.values[PsnNo]))
}

// Undo takes the message that was decoded last, without problems, out of the
// batch again.
func (d *Decoder) Undo() {
	d.Batch.rollback(d.begun)
	if d.fingerprint {
		d.Batch.Fingerprint = d.Batch.Fingerprint[:d.begun.rows[Settlements]]
	}
}

func (d *Decoder) problem(field string, rule Rule) {
	d.problems = append(d.problems, Problem{field, rule})
}

// message reads the outermost object.
func (d *Decoder) message() bool {
	d.space()
	if d.p == len(d.src) {
		return d.broken(RuleJSON)
	}
	if d.src[d.p] != '{' {
		if d.skip(1) && d.atEnd() {
			d.fail = RuleObject
		}
		return false
	}
	hasSetl := false
	ok := d.object(shapeMessage, 1, func(member int) bool {
		switch member {
		case 0:
			hasSetl = true
			return d.setlinfo()
		case 1:
			return d.listOf("diseinfo", 1, 2, d.diagnosis)
		default:
			return d.listOf("feedetail", 2, 2, d.line)
		}
	})
	if !ok || !d.atEnd() {
		return false
	}
	if !hasSetl {
		d.problem("setlinfo", RuleObject)
		d.list[0] = RuleObject
	}
	return true
}

// atEnd reports whether only white space is left.
func (d *Decoder) atEnd() bool {
	d.space()
	return d.p == len(d.src) || d.broken(RuleJSON)
}

// broken notes why the message is not JSON; always false.
func (d *Decoder) broken(r Rule) bool {
	if d.fail == OK {
		d.fail = r
	}
	return false
}

func (d *Decoder) setlinfo() bool {
	if d.src[d.p] != '{' {
		d.problem("setlinfo", RuleObject)
		d.list[0] = RuleObject
		return d.skip(2)
	}
	s := &d.setl
	d.clear(s, SetlID, 24)
	if !d.object(shapeSettlement, 2, func(i int) bool { return d.field(s, SetlID, i, 3) }) {
		return false
	}
	return true
}

// clear sets all fields of an object to absent.
func (d *Decoder) clear(s *objectState, first Field, n int) {
	s.present, s.bad, s.seen, s.hash = 0, 0, 0, 0
	for i := range n {
		s.values[i] = absentOf(first + Field(i))
	}
}

func absentOf(f Field) int64 {
	if f.Coded() {
		return int64(NoCode)
	}
	return None64
}

// listOf reads a list whose members are objects.
func (d *Decoder) listOf(name string, slot, depth int, member func(i int) bool) bool {
	switch c := d.src[d.p]; c {
	case 'n':
		return d.literal("null")
	case '[':
	default:
		d.problem(name, RuleList)
		d.list[slot] = RuleList
		return d.skip(depth)
	}
	return d.array(depth, func(i int) bool {
		if d.src[d.p] != '{' {
			d.problem(fmt.Sprintf("%s[%d]", name, i), RuleObject)
			d.list[slot] = RuleObject
			if slot == 2 {
				d.emptyLine()
			}
			return d.skip(depth + 1)
		}
		return member(i)
	})
}

func (d *Decoder) diagnosis(i int) bool {
	var s objectState
	d.clear(&s, DiagType, 5)
	at := len(d.problems)
	if !d.object(shapeDiagnosis, 3, func(m int) bool { return d.field(&s, DiagType, m, 4) }) {
		return false
	}
	d.place(at, "diseinfo", i)
	if s.present|s.bad == 0 {
		return true // an empty one says nothing, takes no room and is no content
	}
	d.Batch.pushRow(Diagnoses, s.values[:])
	d.Batch.diagOwner.Push(int32(d.Batch.rows[Settlements]))
	d.diagnoses++
	d.content += d.seed.mix(s.hash + d.diagnoses*diagnosisSalt)
	return true
}

// place puts the position of a list member before the fields of its problems.
func (d *Decoder) place(from int, list string, i int) {
	for j := from; j < len(d.problems); j++ {
		d.problems[j].Field = fmt.Sprintf("%s[%d].%s", list, i, d.problems[j].Field)
	}
}

func (d *Decoder) line(i int) bool {
	var s objectState
	d.clear(&s, FeedetlSn, 18)
	at := len(d.problems)
	ok := d.object(shapeLine, 3, func(m int) bool {
		if m == 18 {
			return d.traces(&s)
		}
		return d.field(&s, FeedetlSn, m, 4)
	})
	if !ok {
		return false
	}
	d.required(&s, FeedetlSn, requiredLine)
	if sn := s.values[0]; sn >= 0 && d.repeatedSn(int32(sn)) {
		d.problem(FeedetlSn.String(), RuleRepeated)
	}
	d.place(at, "feedetail", i)
	d.Batch.pushRow(Lines, s.values[:])
	d.Batch.lineOwner.Push(int32(d.Batch.rows[Settlements]))
	d.Batch.traces.closeRow()
	d.content += d.seed.mix(s.hash ^ lineSalt)
	return true
}

// emptyLine keeps the place of a list member that is no line.
func (d *Decoder) emptyLine() {
	var s objectState
	d.clear(&s, FeedetlSn, 18)
	d.Batch.pushRow(Lines, s.values[:])
	d.Batch.lineOwner.Push(int32(d.Batch.rows[Settlements]))
	d.Batch.traces.closeRow()
}

// repeatedSn notes that the message has a line of this number and says
// whether it had one before.
func (d *Decoder) repeatedSn(code int32) bool {
	for int(code) >= len(d.snSeen) {
		d.snSeen = append(d.snSeen, 0)
	}
	again := d.snSeen[code] == d.serial
	d.snSeen[code] = d.serial
	return again
}

// required tells the required fields that are neither there nor unreadable.
func (d *Decoder) required(s *objectState, first Field, mask uint64) {
	if missing := mask &^ (s.present | s.bad); missing != 0 {
		for i := range 24 {
			if missing>>i&1 == 1 {
				d.problem((first + Field(i)).String(), RuleRequired)
			}
		}
	}
}

// Salts keep equal sums of different parts apart in fingerprints.
const (
	diagnosisSalt = 0xD6E8FEB86659FD93
	lineSalt      = 0xA5A3564E27F88699
	traceSalt     = 0x94D049BB133111EB
)

// field reads the value of the i-th contract field of a table.
func (d *Decoder) field(s *objectState, first Field, i, depth int) bool {
	f := first + Field(i)
	bit := uint64(1) << i
	c := d.src[d.p]
	if c == '"' {
		last := &d.last[f]
		if n := len(last.raw); n > 0 && len(d.src)-d.p >= n && string(d.src[d.p:d.p+n]) == string(last.raw) {
			d.p += n
			s.values[i] = last.value
			s.present |= bit
			s.hash += last.hash
			return true
		}
		return d.quoted(s, f, bit)
	}
	if c == 'n' {
		return d.literal("null")
	}
	text := f.Coded() || specs[f].Kind == KindTime || specs[f].Kind == KindDay
	if c == '-' || c-'0' <= 9 {
		from := d.p
		if !d.numeral() {
			return false
		}
		if text {
			d.unreadable(s, f, bit, RuleString)
		} else {
			d.number(s, f, bit, d.src[from:d.p])
		}
		return true
	}
	rule := RuleNumber
	if text {
		rule = RuleString
	}
	d.unreadable(s, f, bit, rule)
	return d.skip(depth)
}

// quoted reads a value written as a string.
func (d *Decoder) quoted(s *objectState, f Field, bit uint64) bool {
	from, before, hash := d.p, s.present, s.hash
	raw, ok := d.text()
	if !ok {
		return false
	}
	if f.Coded() {
		d.codeField(s, f, bit, raw)
	} else {
		d.number(s, f, bit, raw)
	}
	if repeating.Has(f) && s.present&^before != 0 {
		last := &d.last[f]
		last.raw = append(last.raw[:0], d.src[from:d.p]...)
		last.value, last.hash = s.values[f-specs[f].first()], s.hash-hash
	}
	return true
}

func (d *Decoder) unreadable(s *objectState, f Field, bit uint64, rule Rule) {
	s.bad |= bit
	prefix := ""
	if specs[f].Table == Settlements {
		prefix = "setlinfo."
	}
	d.problem(prefix+f.String(), rule)
}

func (d *Decoder) number(s *objectState, f Field, bit uint64, raw []byte) {
	v, rule := f.Value(raw)
	switch {
	case rule == RuleNotZero:
		d.unreadable(s, f, bit, rule)
		s.values[f-specs[f].first()] = 0 // wrong, but known: it has no sign
	case rule != OK:
		d.unreadable(s, f, bit, rule)
	case v != None64:
		s.values[f-specs[f].first()] = v
		s.present |= bit
		if d.fingerprint {
			s.hash += d.seed.mix(uint64(v) ^ uint64(f+1)<<56)
		}
	}
}

// codeField interns a code. A text that the dictionary has was checked when it
// came first, so only the check that depends on the field is repeated.
func (d *Decoder) codeField(s *objectState, f Field, bit uint64, raw []byte) {
	spec := &specs[f]
	b := TrimSpace(raw)
	if len(b) == 0 {
		return
	}
	code, h := int32(0), d.seed.hash(b)
	if d.Batch.Keep.Has(f) {
		dict := d.Batch.Dicts[spec.Domain]
		var slot int
		if code, slot = dict.find(b, h); code == NoCode {
			if _, rule := f.CodeText(b); rule != OK {
				d.unreadable(s, f, bit, rule)
				return
			}
			code = dict.add(b, h, slot)
		}
	} else if _, rule := f.CodeText(b); rule != OK {
		d.unreadable(s, f, bit, rule)
		return
	}
	if spec.Check != CheckNone {
		if rule := spec.Check.code(b); rule != OK {
			d.unreadable(s, f, bit, rule)
			return
		}
	}
	s.values[f-spec.first()] = int64(code)
	s.present |= bit
	if d.fingerprint {
		s.hash += d.seed.mix(h + uint64(f+1)*lineSalt)
	}
}

func (s *Spec) first() Field { return [...]Field{SetlID, FeedetlSn, DiagType}[s.Table] }
