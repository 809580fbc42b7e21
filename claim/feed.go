package claim

// Bulk feeding of columns: the same as Text, Number and PushCode value by
// value, for the values that need no second look.

// CodeEntry is what Code said of one text of a file's dictionary.
type CodeEntry struct {
	Code  int32
	Rule  Rule
	Known bool
}

// Codes takes a run of rows that name their texts by index into a dictionary of
// the file, -1 for absent. entries remembers what Code said of each text; text
// gives the text itself. It reports false, and takes nothing, when some value
// needs to be pushed one by one.
func (c *TableColumn) Codes(index []int32, entries []CodeEntry, text func(i int32) []byte) bool {
	if c.sums() != nil {
		return false
	}
	required := specs[c.field].Required && c.own
	for _, i := range index {
		if i < 0 {
			if required {
				return false
			}
			continue
		}
		e := &entries[i]
		if !e.Known {
			e.Code, e.Rule = c.Code(text(i))
			e.Known = true
		}
		if e.Rule != OK || e.Code == NoCode && required {
			return false
		}
	}
	c.row += int32(len(index))
	if !c.keep {
		return true
	}
	out := c.code.Extend(len(index))
	for n, i := range index {
		if i < 0 {
			out[n] = NoCode
		} else {
			out[n] = entries[i].Code
		}
	}
	return true
}

// Numbers takes a run of numbers, each times scale, with null for absent ones
// (nil when none is). It reports false, and takes nothing, when some value
// needs to be pushed one by one: none may be further from zero than most, and
// what the field forbids must not be there.
func (c *TableColumn) Numbers(values []int64, null []bool, scale, most int64) bool {
	spec := &specs[c.field]
	least := -most
	if spec.Kind == KindWhole || spec.Check == CheckNotNegative || spec.Table == Settlements {
		least = 0
	}
	if c.sums() != nil || null != nil && spec.Required {
		return false
	}
	for i, v := range values {
		if v < least || v > most || v == 0 && spec.Check == CheckNotZero && (null == nil || !null[i]) {
			return false
		}
	}
	c.row += int32(len(values))
	if !c.keep {
		return true
	}
	out := c.num.Extend(len(values))
	for i, v := range values {
		out[i] = v * scale
	}
	for i, absent := range null {
		if absent {
			out[i] = None64
		}
	}
	return true
}

// Times takes a run of times or days none of which is absent, in units of
// 1/per of a second or day, that lie between first and last and are whole. It reports
// false, and takes nothing, when some value needs to be pushed one by one.
func (c *TableColumn) Times(values []int64, per, first, last int64) bool {
	if c.sums() != nil {
		return false
	}
	for _, v := range values {
		if v < first || v > last || v%per != 0 {
			return false
		}
	}
	c.row += int32(len(values))
	if !c.keep {
		return true
	}
	out := c.num.Extend(len(values))
	for i, v := range values {
		out[i] = v / per
	}
	return true
}

// Texts takes a run of texts, none of which is absent. Looking up many at a
// time lets the memory fetch their places in the dictionary side by side.
func (c *TableColumn) Texts(n int, text func(i int) []byte) {
	const step = 64
	var hashes [step]uint64
	for from := 0; from < n; from += step {
		m := min(step, n-from)
		if c.keep {
			dict := c.t.Batch.Dicts.Of(c.field)
			for i := range m {
				hashes[i] = c.t.seed.hash(TrimSpace(text(from + i)))
			}
			dict.touch(hashes[:m])
		}
		for i := range m {
			b := text(from + i)
			code, rule := c.codeHashed(TrimSpace(b), hashes[i])
			c.push(code, rule, b)
		}
	}
}
