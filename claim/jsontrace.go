package claim

import (
	"bytes"
	"fmt"
)

// traces reads drugtracinfo of a line: a list of objects that name a code
// under either of two names, the first of which wins.
func (d *Decoder) traces(s *objectState) bool {
	switch d.src[d.p] {
	case 'n':
		return d.literal("null")
	case '[':
	default:
		d.problem("drugtracinfo", RuleList)
		return d.skip(4)
	}
	var sum uint64
	ok := d.array(4, func(i int) bool {
		if d.src[d.p] != '{' {
			d.problem(fmt.Sprintf("drugtracinfo[%d]", i), RuleObject)
			return d.skip(5)
		}
		var code [2][]byte
		at := len(d.problems)
		if !d.object(shapeTrace, 5, func(m int) bool { return d.traceCode(m, &code[m]) }) {
			return false
		}
		d.place(at, "drugtracinfo", i)
		if len(code[0]) == 0 {
			code[0] = code[1]
		}
		if len(code[0]) > 0 {
			if hash, added := d.Batch.traces.add(code[0]); added {
				sum += d.seed.mix(hash)
			}
		}
		return true
	})
	if sum != 0 {
		s.hash += d.seed.mix(sum ^ traceSalt)
	}
	return ok
}

func (d *Decoder) traceCode(member int, out *[]byte) bool {
	name := [...]string{"drug_trac_codg", "drug_trac_code"}[member]
	switch d.src[d.p] {
	case '"':
	case 'n':
		return d.literal("null")
	default:
		d.problem(name, RuleString)
		return d.skip(6)
	}
	s, ok := d.text()
	if !ok {
		return false
	}
	b := TrimSpace(s)
	if rule := checkCode(b, false); rule != OK {
		d.problem(name, rule)
		return true
	}
	if d.escaped {
		b = bytes.Clone(b) // the other name may need the scratch space too
	}
	*out = b
	return true
}
