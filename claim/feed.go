package claim

import (
	"bytes"
	"slices"
)

// Bulk feeding of columns: the same as Text and Number value by value, for the
// values that need no second look.

// FileDict is the dictionary of a file, read: what Code said of each text.
type FileDict struct {
	codes []int32 // of text i at i+1; absent at 0
	most  int32   // the largest of codes
	rules []Rule  // nil when all texts are well
}

// Read reads the texts of a file's dictionary.
func (c *TableColumn) Read(n int, text func(i int) []byte) *FileDict {
	d := &FileDict{codes: make([]int32, n+1)}
	d.codes[0] = NoCode
	for i := range n {
		code, rule := c.Code(text(i))
		d.codes[i+1], d.most = code, max(d.most, code)
		if rule == OK && (code != NoCode || !specs[c.field].Required || !c.own) {
			continue
		}
		if d.rules == nil {
			d.rules = make([]Rule, n)
		}
		if d.rules[i] = rule; rule == OK {
			d.rules[i] = RuleRequired
		}
	}
	return d
}

// Codes takes a run of rows that name their texts by index into a dictionary
// of the file, -1 for absent.
func (c *TableColumn) Codes(index []int32, d *FileDict, text func(i int) []byte) {
	if c.sums() == nil && d.rules == nil && !(c.own && specs[c.field].Required && slices.Contains(index, -1)) {
		c.row += int32(len(index))
		switch {
		case !c.keep:
		case c.col.pack != nil:
			c.col.pack.lookUp(index, d.codes, d.most)
		default:
			lookUpAll(c.col.code, index, d.codes, 0)
		}
		return
	}
	for _, i := range index {
		rule := OK
		if i >= 0 && d.rules != nil {
			rule = d.rules[i]
		}
		if i < 0 || rule == RuleRequired {
			c.Null()
		} else {
			c.push(d.codes[i+1], rule, text(int(i)))
		}
	}
}

// Numbers takes a run of numbers, each times scale, with null for absent ones
// (nil when none is). It reports false, and takes nothing, when some value
// needs to be pushed one by one: none may be further from zero than most, and
// what the field forbids must not be there.
func (c *TableColumn) Numbers(values []int64, null []bool, scale, most int64) bool {
	spec := &specs[c.field]
	least := -most
	if spec.Kind == KindWhole || spec.Check == CheckNotNegative {
		least = 0
	}
	if c.sums() != nil || null != nil && spec.Required {
		return false
	}
	low, high, zero := int64(0), int64(0), false
	for _, v := range values {
		low, high, zero = min(low, v), max(high, v), zero || v == 0
	}
	if low < least || high > most || zero && spec.Check == CheckNotZero {
		return false
	}
	if spec.Table == Settlements && spec.Kind == KindMoney {
		c.signs(values, null)
	}
	c.row += int32(len(values))
	switch {
	case !c.keep:
	case c.col.pack != nil:
		c.col.pack.scaled(values, null, scale, low, high)
	default:
		scaleAll(c.col.num, values, null, scale, 0, None64)
	}
	return true
}

// signs notes the negative ones of a run of a settlement's numbers: money that
// only some claims may have so.
func (c *TableColumn) signs(values []int64, null []bool) {
	for i, v := range values {
		if v < 0 && (null == nil || !null[i]) {
			c.bad = append(c.bad, badCell{c.row + int32(i), RuleSign})
		}
	}
}

// Times takes a run of times or days none of which is absent, in units of
// 1/per of a second or day, that lie between first and last and are whole. It reports
// false, and takes nothing, when some value needs to be pushed one by one. The
// values are used up.
func (c *TableColumn) Times(values []int64, per, first, last int64) bool {
	if c.sums() != nil {
		return false
	}
	low, high := int64(0), int64(0)
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	if low < first || high > last || !divide(values, per) {
		return false
	}
	c.row += int32(len(values))
	switch {
	case !c.keep:
	case c.col.pack != nil:
		c.col.pack.scaled(values, nil, 1, low/per, high/per)
	default:
		copy(c.col.num.Extend(len(values)), values)
	}
	return true
}

// divide divides values in place, unless one of them leaves a rest: then it
// reports false and leaves them all as they were.
func divide(values []int64, per int64) bool {
	switch per {
	case 1:
	case 1e3: // a constant divisor needs no division
		for i, v := range values {
			if values[i] = v / 1e3; values[i]*1e3 != v {
				return undivide(values, i, per, v)
			}
		}
	case 1e6:
		for i, v := range values {
			if values[i] = v / 1e6; values[i]*1e6 != v {
				return undivide(values, i, per, v)
			}
		}
	default:
		for i, v := range values {
			if values[i] = v / per; values[i]*per != v {
				return undivide(values, i, per, v)
			}
		}
	}
	return true
}

// undivide puts back the value at n and those before it.
func undivide(values []int64, n int, per, v int64) bool {
	for i := range n {
		values[i] *= per
	}
	values[n] = v
	return false
}

// TextRun is texts side by side in one piece of memory, as a page of a file
// holds them. An absent one is empty.
type TextRun struct {
	Spans []struct{ Start, End uint32 }
	Data  []byte
}

// At is text i.
func (t TextRun) At(i int) []byte {
	s := t.Spans[i]
	return t.Data[s.Start:s.End]
}

// from gives the texts from the i-th on.
func (t TextRun) from(i int) TextRun { return TextRun{t.Spans[i:], t.Data} }

// TextsNear takes a run of identifiers that come in runs and in the order of a
// column that was read before: mostly a text is the one before it again, or the
// next of the dictionary or one soon after, and needs no look-up.
func (c *TableColumn) TextsNear(run TextRun) {
	if !c.keep || c.sums() != nil || specs[c.field].Check != CheckNone || c.col.code == nil {
		c.Texts(run)
		return
	}
	dict, n := c.t.Batch.Dicts.Of(c.field), len(run.Spans)
	out := c.col.code.Extend(n)
	last := c.last
	for i := range out {
		b := run.At(i)
		code := c.near(dict, last, b)
		if code == NoCode {
			var rule Rule
			if code, rule = c.Code(b); rule != OK || code == NoCode {
				c.col.code.Truncate(len(c.col.code.V) - n + i)
				c.row += int32(i)
				c.push(code, rule, b)
				c.last = NoCode
				c.Texts(run.from(i + 1))
				return
			}
		}
		last, out[i] = code, code
	}
	c.last = last
	c.row += int32(n)
}

// howNear is how many texts of the dictionary behind the last one are tried: a
// few settlements may have no lines, or no diagnoses.
const howNear = 8

// near finds a text that is the last one or stands a little behind it in the
// dictionary, NoCode when it does not.
func (c *TableColumn) near(dict *Dict, last int32, b []byte) int32 {
	if last < 0 {
		return NoCode
	}
	for code := last; code <= min(last+howNear, int32(dict.Len())-1); code++ {
		if bytes.Equal(dict.bytes(code), b) {
			return code
		}
	}
	return NoCode
}

// Texts takes a run of texts. Looking up many at a time lets the memory fetch
// their places in the dictionary side by side.
func (c *TableColumn) Texts(run TextRun) {
	n := len(run.Spans)
	if !c.keep && c.sums() == nil && c.allPlain(run) {
		c.row += int32(n)
		return
	}
	if len(run.Data) == 0 { // all absent
		for range n {
			c.Null()
		}
		return
	}
	const step = 64
	var hashes [step]uint64
	for from := 0; from < n; from += step {
		some := run.from(from)
		some.Spans = some.Spans[:min(step, n-from)]
		if c.keep {
			dict := c.t.Batch.Dicts.Of(c.field)
			for i := range some.Spans {
				hashes[i] = c.t.seed.hash(TrimSpace(some.At(i)))
			}
			dict.touch(hashes[:len(some.Spans)])
		}
		for i := c.plainTexts(some, hashes[:]); i < len(some.Spans); i++ {
			b := some.At(i)
			code, rule := c.codeHashed(TrimSpace(b), hashes[i])
			c.push(code, rule, b)
		}
	}
}

// plainTexts takes texts for a column without rules of its own as long as they
// are plainly codes, and gives their number.
func (c *TableColumn) plainTexts(some TextRun, hashes []uint64) int {
	if !c.keep || c.col.code == nil || c.sums() != nil || specs[c.field].Check != CheckNone {
		return 0
	}
	dict, n := c.t.Batch.Dicts.Of(c.field), 0
	out := c.col.code.Extend(len(some.Spans))
	for i := range out {
		b := some.At(i)
		code, slot := dict.find(b, hashes[i])
		if code == NoCode {
			if !plainCode(b) {
				break
			}
			code = dict.add(b, hashes[i], slot)
		}
		out[i] = code
		n++
	}
	c.col.code.Truncate(len(c.col.code.V) - len(out) + n)
	c.row += int32(n)
	return n
}

// allPlain reports whether all texts are plainly codes of the field.
func (c *TableColumn) allPlain(run TextRun) bool {
	if specs[c.field].Check != CheckNone {
		return false
	}
	optional := !(c.own && specs[c.field].Required)
	for i, s := range run.Spans {
		if !plainCode(run.At(i)) && !(optional && s.Start == s.End) {
			return false
		}
	}
	return true
}
