package kafka

import (
	"bytes"
	"encoding/json"
)

// KeyOf finds the key of a claim, setlinfo.psn_no, in its JSON. It reads only as
// far as it must and does not judge: whether the message is a claim is for
// whoever takes it. ok is false where no text stands there.
func KeyOf(message []byte) (key []byte, ok bool) {
	s := scanner{rest: message}
	if !s.member("setlinfo") || !s.member("psn_no") {
		return nil, false
	}
	raw, ok := s.text()
	if !ok {
		return nil, false
	}
	key, ok = plainText(raw)
	key = bytes.TrimSpace(key)
	return key, ok && len(key) > 0
}

// scanner walks through JSON without building anything.
type scanner struct{ rest []byte }

// member enters the object that comes next and stops before the value of its
// first member of that name.
func (s *scanner) member(name string) bool {
	if !s.next('{') {
		return false
	}
	for {
		raw, ok := s.text()
		if !ok || !s.next(':') {
			return false
		}
		if found, ok := plainText(raw); ok && string(found) == name {
			return true
		}
		if !s.skip() || !s.next(',') {
			return false
		}
	}
}

// space goes on to the next byte that means something.
func (s *scanner) space() bool {
	for len(s.rest) > 0 {
		switch s.rest[0] {
		case ' ', '\t', '\r', '\n':
			s.rest = s.rest[1:]
		default:
			return true
		}
	}
	return false
}

// next takes one byte if it is the one wanted.
func (s *scanner) next(c byte) bool {
	if !s.space() || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a text, with its quotes and escapes.
func (s *scanner) text() ([]byte, bool) {
	if !s.space() || s.rest[0] != '"' {
		return nil, false
	}
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			out := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			return out, true
		}
	}
	return nil, false
}

// skip passes over one value of any kind, however deep.
func (s *scanner) skip() bool {
	for depth := 0; s.space(); {
		switch c := s.rest[0]; c {
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			depth++
			s.rest = s.rest[1:]
		case '}', ']':
			if depth == 0 {
				return false
			}
			depth--
			s.rest = s.rest[1:]
		case ',', ':':
			if depth == 0 {
				return false
			}
			s.rest = s.rest[1:]
			continue
		default:
			n := bytes.IndexAny(s.rest, "{}[],:\" \t\r\n")
			if n < 0 {
				return false
			}
			s.rest = s.rest[n:]
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

// plainText takes quotes and escapes off.
func plainText(raw []byte) ([]byte, bool) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], true
	}
	var out string
	if json.Unmarshal(raw, &out) != nil {
		return nil, false
	}
	return []byte(out), true
}
