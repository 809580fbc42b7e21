package detectors

import (
	"fmt"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// View is what one detector may see of the claims: the columns it declared,
// its parameters, and the knowledge by code. A column that was not declared
// panics with an error that names it; the harness runs every detector so.
type View struct {
	History *claim.History // for its structure; columns through the View
	facts   *Bound
	set     *Settings
	det     *Detector
	reads   claim.FieldSet
	whole   claim.FieldSet // columns that were asked for as a whole
	made    bool           // the kernel is there: it asks for no more of them
}

// Codes gives a declared coded column, claim.NoCode where absent.
func (v *View) Codes(f claim.Field) []int32 {
	v.need(f)
	v.all(f)
	return v.History.Codes(f)
}

// Numbers gives a declared column of numbers, claim.None64 where absent.
func (v *View) Numbers(f claim.Field) []int64 {
	v.need(f)
	v.all(f)
	return v.History.Numbers(f)
}

// Few gives a declared column of numbers that is read for few rows.
func (v *View) Few(f claim.Field) Few {
	v.need(f)
	return Few{v.History, f}
}

// Few is a column of numbers behind one more step.
type Few struct {
	history *claim.History
	field   claim.Field
}

// Of gives the value of a row, claim.None64 when absent.
func (f Few) Of(row int32) int64 { return f.history.Number(f.field, row) }

// all notes that a column is wanted for all rows: which ones is known when the
// kernel has been made.
func (v *View) all(f claim.Field) {
	if v.made && !v.whole.Has(f) {
		panic(fmt.Errorf("detectors: %s asks for %s after it was made", v.det.ID, f))
	}
	v.whole = v.whole.With(f)
}

// Sparse gives a declared coded column that is read for few rows.
func (v *View) Sparse(f claim.Field) claim.Sparse {
	v.need(f)
	return v.History.Sparse(f)
}

// Sent gives quantity and amount of a line as sent, before refunds.
func (v *View) Sent() func(line int32) (cnt, det int64) {
	v.need(claim.Cnt)
	v.need(claim.DetItemFeeSumamt)
	v.all(claim.Cnt)
	v.all(claim.DetItemFeeSumamt)
	return v.History.Sent
}

// Text gives the text of a code of a field's domain.
func (v *View) Text(f claim.Field, code int32) string { return v.History.Dicts.Of(f).Text(code) }

// Code finds the code of a text in a field's domain, claim.NoCode when no
// claim has it or will have it.
func (v *View) Code(f claim.Field, text string) int32 {
	return v.facts.code(v.History.Dicts.Of(f), text)
}

func (v *View) need(f claim.Field) {
	if !v.reads.Has(f) {
		panic(fmt.Errorf("detectors: %s reads %s without declaring it in Reads", v.det.ID, f))
	}
}

// Number gives the value of a number parameter.
func (v *View) Number(p *Param) int64 { return v.set.number(p) }

// List gives the value of a list parameter.
func (v *View) List(p *Param) []string { return v.set.list(p) }

// InScope gives inscp(line): the in-scope amount where given, else the line
// amount, net.
func (v *View) InScope() InScope {
	v.need(claim.InscpScpAmt)
	return InScope{v.History, v.Few(claim.DetItemFeeSumamt)}
}

// InScopeGiven gives the in-scope amount of a line, net, claim.None64 where
// absent.
func (v *View) InScopeGiven() func(line int32) int64 {
	v.need(claim.InscpScpAmt)
	return v.History.InScope
}

// InScope is inscp(line) of the definitions.
type InScope struct {
	history *claim.History
	det     Few
}

// Of gives inscp of one line, in fen.
func (s InScope) Of(line int32) int64 {
	if a := s.history.InScope(line); a != claim.None64 {
		return a
	}
	return s.det.Of(line)
}

// Sum gives Σ inscp of lines.
func (s InScope) Sum(lines []int32) (sum claim.Wide) {
	for _, l := range lines {
		sum = sum.Plus(s.Of(l))
	}
	return sum
}

// Diagnoses gives the diagnoses of claims: dscg_maindiag_code and every
// diag_code whose diag_type is neither 2 nor 3 (Chinese medicine).
func (v *View) Diagnoses() Diagnoses {
	return Diagnoses{v.Codes(claim.DscgMaindiagCode), v.Codes(claim.DiagCode), v.Codes(claim.DiagType),
		v.History.Diagnoses, [2]int32{v.Code(claim.DiagType, "2"), v.Code(claim.DiagType, "3")}}
}

// Diagnoses is the diagnoses of claims, as codes of one domain.
type Diagnoses struct {
	main, code, kind, start []int32
	chinese                 [2]int32
}

// Each calls yield with every diagnosis of a claim.
func (d Diagnoses) Each(c int32, yield func(code int32)) {
	if d.main[c] != claim.NoCode {
		yield(d.main[c])
	}
	for i := d.start[c]; i < d.start[c+1]; i++ {
		kind := d.kind[i]
		if d.code[i] != claim.NoCode && (kind == claim.NoCode || kind != d.chinese[0] && kind != d.chinese[1]) {
			yield(d.code[i])
		}
	}
}

// Care gives the settings of care by the code of med_type.
func (v *View) Care() Care {
	v.need(claim.MedType)
	return Care{v.facts}
}

// Care is the settings of care by the code of med_type.
type Care struct{ facts *Bound }

// Of gives the setting of a med_type.
func (c Care) Of(code int32) claim.Setting {
	if int(code) < len(c.facts.care) {
		return c.facts.care[code]
	}
	return c.facts.moreCare(code)
}

// Versions is the knowledge of one item: its rows by validity.
type Versions = []knowledge.Item

// Items is the knowledge of the items that a detector asks for, by item code.
type Items struct {
	asked []uint64 // by item code, a bit each
	rows  []Versions
}

// Of gives the rows of an item; nil where it says nothing about what was asked
// for, so that most lines are one look-up.
func (i Items) Of(code int32) Versions {
	if at := int(code) / 64; at < len(i.asked) && i.asked[at]>>(code%64)&1 == 1 {
		return i.rows[code]
	}
	return nil
}

// ItemsWith gives the rows of the items that say anything about the asked cell.
func (v *View) ItemsWith(has func(*knowledge.Item) bool) Items {
	v.need(claim.MedListCodg)
	out := Items{make([]uint64, len(v.facts.items)/64+1), v.facts.items}
	for code, rows := range v.facts.items {
		for i := range rows {
			if has(&rows[i]) {
				out.asked[code/64] |= 1 << (code % 64)
				break
			}
		}
	}
	return out
}

// Knowledge gives the tables that are not looked up by item.
func (v *View) Knowledge() *knowledge.Knowledge { return v.facts.know }

// Institutions gives the registry by institution code.
func (v *View) Institutions() Institutions {
	v.need(claim.FixmedinsCode)
	return v.facts.institutions
}

// Institutions is rows of the registry by institution code.
type Institutions []*knowledge.Institution

// Of gives the row of an institution, nil when it has none.
func (i Institutions) Of(code int32) *knowledge.Institution {
	if int(code) < len(i) {
		return i[code]
	}
	return nil
}

// Persons gives what is known of persons, by their code.
func (v *View) Persons() Persons {
	v.need(claim.PsnNo)
	return Persons{v.facts}
}

// Persons is rows of the registry by the code of the person.
type Persons struct{ facts *Bound }

// Of gives the row of a person, nil when there is none.
func (p Persons) Of(code int32) *knowledge.Person {
	if int(code) < len(p.facts.persons) {
		return p.facts.persons[code]
	}
	if !p.facts.open {
		return nil
	}
	return p.facts.morePersons(code)
}

// Prefixes answers "equals or begins with" for the codes of one field,
// remembering each answer: lists and codes are few, lines are many.
type Prefixes struct {
	view  *View
	field claim.Field
	memo  [][]int8 // by row of the knowledge table, by code
}

// PrefixesOf makes a matcher of the codes of a field with one list of each row
// of items.csv.
func (v *View) PrefixesOf(f claim.Field) *Prefixes {
	v.need(f)
	return &Prefixes{view: v, field: f}
}

// Match reports whether the code's text equals or begins with an entry of the
// list of an item's row.
func (p *Prefixes) Match(row *knowledge.Item, list []string, code int32) bool {
	if code < 0 {
		return false
	}
	for row.Row >= len(p.memo) {
		p.memo = append(p.memo, nil)
	}
	known := p.memo[row.Row]
	if int(code) >= len(known) {
		known = append(known, make([]int8, int(code)+16-len(known))...)
		p.memo[row.Row] = known
	}
	if known[code] == 0 {
		known[code] = -1
		if BeginsWithAny(p.view.Text(p.field, code), list) {
			known[code] = 1
		}
	}
	return known[code] > 0
}

// BeginsWithAny reports whether text equals or begins with an entry.
func BeginsWithAny(text string, list []string) bool {
	for _, prefix := range list {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
