package edition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// appendCanonical writes a value that readValue gave, or one made of the same
// types, as RFC 8785 canonical JSON.
func appendCanonical(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case string:
		return appendText(b, x)
	case raw:
		return append(b, x...)
	case []any:
		b = append(b, '[')
		for i, e := range x {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCanonical(b, e)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.SortedFunc(maps.Keys(x), compareNames) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, name)
			b = append(b, ':')
			b = appendCanonical(b, x[name])
		}
		return append(b, '}')
	}
	panic(fmt.Sprintf("edition: a list cannot hold a %T", v))
}

// raw is a value that is canonical already.
type raw []byte

// compareNames orders names by their UTF-16 code units, as RFC 8785 wants. It
// is the order of UTF-8 but for characters above U+FFFF, which come before
// U+E000.
func compareNames(a, b string) int {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		s, m := utf8.DecodeRuneInString(b)
		if r != s {
			return compareRunes(r, s)
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

func compareRunes(r, s rune) int {
	first := func(r rune) rune {
		if high, _ := utf16.EncodeRune(r); high != utf8.RuneError {
			return high
		}
		return r
	}
	return cmp.Or(cmp.Compare(first(r), first(s)), cmp.Compare(r, s))
}

// appendText writes a JSON text and escapes only what must be.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
