package claim

import (
	"encoding/json"
	"strconv"
)

// AppendMessage appends a settlement of the batch in the contract's JSON shape.
// It says what was sent and not how: absent values are left out, numbers have
// the decimals they need, and names that the contract does not know are gone. A
// Decoder reads the same content from it. Its cost grows with the lines of the
// batch.
func (b *Batch) AppendMessage(dst []byte, row int) []byte {
	dst = append(dst, `{"setlinfo":`...)
	dst = append(b.appendObject(dst, Settlements, row), '}')
	dst = b.appendList(dst, "diseinfo", Diagnoses, row)
	dst = b.appendList(dst, "feedetail", Lines, row)
	return append(dst, '}')
}

// appendList appends the lines or diagnoses of a settlement.
func (b *Batch) appendList(dst []byte, name string, t Table, settlement int) []byte {
	dst = append(dst, `,"`+name+`":[`...)
	first := true
	for row, owner := range b.Owners(t) {
		if int(owner) != settlement {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = b.appendObject(dst, t, row)
		if t == Lines {
			dst = b.appendTraces(dst, row)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendObject appends the values of a row, without the brace that closes it.
func (b *Batch) appendObject(dst []byte, t Table, row int) []byte {
	dst = append(dst, '{')
	before := len(dst)
	for _, f := range t.Fields() {
		if !b.Keep.Has(f) {
			continue
		}
		value, ok := b.value(f, row)
		if !ok {
			continue
		}
		if len(dst) > before {
			dst = append(dst, ',')
		}
		dst = append(strconv.AppendQuote(dst, f.String()), ':')
		dst = appendJSON(dst, value)
	}
	return dst
}

// value gives a value as the contract writes it; false where there is none.
func (b *Batch) value(f Field, row int) (string, bool) {
	if f.Coded() {
		code := b.Codes(f)[row]
		if code == NoCode {
			return "", false
		}
		return b.Dicts.Of(f).Text(code), true
	}
	v := b.Numbers(f)[row]
	if v == None64 {
		return "", false
	}
	switch k := f.Spec().Kind; k {
	case KindTime:
		return FormatTime(v), true
	case KindDay:
		return FormatDay(v), true
	default:
		return TrimNumber(k, v), true
	}
}

func (b *Batch) appendTraces(dst []byte, line int) []byte {
	if !b.Keep.Has(DrugTracCodg) {
		return dst
	}
	n := 0
	b.Traces(line, func(code []byte) {
		if n++; n == 1 {
			dst = append(dst, `,"drugtracinfo":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(appendJSON(append(dst, `{"drug_trac_codg":`...), string(code)), '}')
	})
	if n > 0 {
		dst = append(dst, ']')
	}
	return dst
}

func appendJSON(dst []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text always marshals
	}
	return append(dst, quoted...)
}
