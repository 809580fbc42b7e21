package journal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxInteger is the largest whole number that every JSON reader keeps exact.
const maxInteger = 1<<53 - 1

// errText says that a text cannot be written exactly.
var errText = errors.New("text is not valid UTF-8")

// appendCanonical writes v as RFC 8785 canonical JSON. It knows texts, whole
// numbers within ±(2^53-1), and lists and objects of these; amounts are texts.
func appendCanonical(b []byte, v any) ([]byte, error) {
	switch x := v.(type) {
	case string:
		return appendText(b, x)
	case int64:
		if x > maxInteger || x < -maxInteger {
			return nil, fmt.Errorf("%w: %d", ErrNumber, x)
		}
		return strconv.AppendInt(b, x, 10), nil
	case []string:
		return appendList(b, x)
	case []any:
		return appendList(b, x)
	case []Op:
		return appendList(b, x)
	case map[string]string:
		return appendObject(b, x)
	case map[string]any:
		return appendObject(b, x)
	case Op:
		return appendObject(b, x)
	}
	return nil, fmt.Errorf("a line cannot hold a %T", v)
}

func appendList[T any](b []byte, list []T) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendCanonical(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject[T any](b []byte, object map[string]T) ([]byte, error) {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	var err error
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		if !ascii(name) { // among others the order of names would differ from RFC 8785
			return nil, fmt.Errorf("name %q is not ASCII", name)
		}
		if b, err = appendText(b, name); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendCanonical(b, object[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return append(b, '}'), nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendText writes a JSON text and escapes only what must be.
func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errText
	}
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
	return append(b, '"'), nil
}
