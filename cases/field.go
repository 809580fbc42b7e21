package cases

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/detectors"
)

// FieldKind is what a field of a move takes.
type FieldKind string

// The kinds of fields.
const (
	TextField    FieldKind = "text"  // one line
	ProseField   FieldKind = "prose" // several lines
	DayField     FieldKind = "day"   // YYYY-MM-DD
	YuanField    FieldKind = "yuan"  // an amount, 12.30
	CountField   FieldKind = "count" // a whole number from 1
	PersonField  FieldKind = "person"
	ChoiceField  FieldKind = "choice"
	ProofField   FieldKind = "proof"   // evidence of the file, by its hash
	SubjectField FieldKind = "subject" // kind and code of whom one of the leads is about
)

// Field is what a move asks for.
type Field struct {
	Name    string
	Kind    FieldKind
	What    detectors.Words
	Choices []Option // of a choice
	Needed  bool
}

// Option is one of the choices of a field.
type Option struct {
	Value string
	What  detectors.Words
}

const maxProse = 20_000 // bytes

// check tells whether a text can be the value of the field.
func (f *Field) check(text string) bool {
	if text == "" {
		return !f.Needed
	}
	switch f.Kind {
	case DayField:
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case YuanField:
		_, ok := Fen(text)
		return ok
	case CountField:
		n, err := strconv.ParseInt(text, 10, 64)
		return err == nil && n > 0 && n < 10_000
	case ChoiceField:
		return slices.ContainsFunc(f.Choices, func(o Option) bool { return o.Value == text })
	case ProofField:
		return isHash(text)
	case ProseField:
		return len(text) <= maxProse
	case PersonField:
		return plainLogin(text)
	}
	return len(text) <= maxReason && !strings.ContainsAny(text, "\r\n")
}

// plainLogin tells whether a text can be a login.
func plainLogin(text string) bool {
	return len(text) <= maxName && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == ':' || r > '~' })
}

// Fen reads an amount in yuan of at most two decimals, and at most [MaxAmount].
func Fen(text string) (int64, bool) {
	whole, cents, point := strings.Cut(text, ".")
	if point && (cents == "" || len(cents) > 2) || whole == "" || len(whole) > 12 || strings.Trim(whole+cents, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	return n, err == nil && n <= MaxAmount
}

// values are the fields of a deed as they were checked.
type values map[string]string

func (v values) fen(name string) int64 { n, _ := Fen(v[name]); return n }

func (v values) count(name string) int64 { n, _ := strconv.ParseInt(v[name], 10, 64); return n }
