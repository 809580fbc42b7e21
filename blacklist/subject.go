package blacklist

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"fundwatch/blacklist/edition"
)

// The kinds of subjects.
const (
	Institution  = "institution"
	Practitioner = "practitioner"
	Person       = "person" // insured
)

// Subject is who an entry is about: one institution with all the codes of its
// sites, or one person with all codes.
type Subject struct {
	Kind  string
	Key   string   // of an institution its unified social credit code, else a code
	Name  string   // in full; masked before it is published unless it is an institution
	Codes []string // by which claims name it: fixmedins_code, bilg_dr_codg or psn_no
}

// ErrSubject refuses a subject that cannot be told from others.
var ErrSubject = errors.New("当事人须有类别、姓名或名称、编码；机构须有有效的统一社会信用代码 a subject has a kind, a name and codes; an institution a valid unified social credit code")

const maxCodes = 200

func (s *Subject) check() error {
	known := s.Kind == Institution && edition.CreditCode(s.Key) || (s.Kind == Practitioner || s.Kind == Person) && plainCode(s.Key)
	if !known || strings.TrimSpace(s.Name) == "" || len(s.Name) > 300 || len(s.Codes) == 0 || len(s.Codes) > maxCodes {
		return ErrSubject
	}
	if slices.ContainsFunc(s.Codes, func(c string) bool { return !plainCode(c) }) {
		return ErrSubject
	}
	return nil
}

// plainCode: no blank, no separator.
func plainCode(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '|' || r == '/' })
}

// PublicName is the name as strangers may see it: of a person the first
// character alone.
func (s *Subject) PublicName() string {
	if s.Kind == Institution {
		return s.Name
	}
	return hide(s.Name)
}

// hide leaves of a name the first character alone.
func hide(full string) string {
	name := []rune(strings.TrimSpace(full))
	hidden := "**"
	if unicode.Is(unicode.Han, name[0]) {
		hidden = strings.Repeat("某", max(1, min(len(name)-1, 2)))
	}
	return string(name[:1]) + hidden
}
