package draw

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// How deep lists and objects may lie in each other: in a plan, and in a draw,
// which has the plan at its third level.
const (
	planDepth = 64
	fileDepth = planDepth + 2
)

// parseJSON reads one JSON value strictly: no name twice in an object, no
// surrogate without its other half, valid UTF-8, numbers that a double can hold.
// Objects are map[string]any, lists []any, numbers float64.
func parseJSON(text []byte, depth int) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("不是 UTF-8 (not UTF-8)")
	}
	p := &jsonParser{text: string(text), depth: depth}
	p.blank()
	v, err := p.value()
	if err == nil {
		p.blank()
		if p.at < len(p.text) {
			err = p.unexpected()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("第 %d 字节 (byte): %w", p.at+1, err)
	}
	return v, nil
}

type jsonParser struct {
	text  string
	at    int
	depth int // levels left
}

func (p *jsonParser) blank() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// next is the byte ahead, 0 at the end.
func (p *jsonParser) next() byte {
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *jsonParser) unexpected() error {
	if p.at >= len(p.text) {
		return errors.New("JSON 不完整 (unexpected end)")
	}
	return errors.New("不是 JSON (not JSON)")
}

// take goes on behind a text that must be ahead.
func (p *jsonParser) take(text string) error {
	if !strings.HasPrefix(p.text[p.at:], text) {
		return p.unexpected()
	}
	p.at += len(text)
	return nil
}

func (p *jsonParser) value() (any, error) {
	switch c := p.next(); c {
	case '{', '[':
		if p.depth--; p.depth < 0 {
			return nil, errors.New("嵌套过深 (nested too deep)")
		}
		defer func() { p.depth++ }()
		if c == '{' {
			return p.object()
		}
		return p.list()
	case '"':
		return p.string()
	case 't':
		return true, p.take("true")
	case 'f':
		return false, p.take("false")
	case 'n':
		return nil, p.take("null")
	}
	return p.number()
}

func (p *jsonParser) object() (any, error) {
	out := map[string]any{}
	err := p.members('}', func() error {
		if p.next() != '"' {
			return p.unexpected()
		}
		start := p.at
		name, err := p.string()
		if err != nil {
			return err
		}
		if _, twice := out[name]; twice {
			p.at = start
			return fmt.Errorf("%q 出现两次 (name twice)", name)
		}
		p.blank()
		if err := p.take(":"); err != nil {
			return err
		}
		p.blank()
		out[name], err = p.value()
		return err
	})
	return out, err
}

func (p *jsonParser) list() (any, error) {
	out := []any{}
	err := p.members(']', func() error {
		v, err := p.value()
		out = append(out, v)
		return err
	})
	return out, err
}

// members reads what stands between brackets, with commas.
func (p *jsonParser) members(end byte, member func() error) error {
	p.at++
	p.blank()
	if p.next() == end {
		p.at++
		return nil
	}
	for {
		if err := member(); err != nil {
			return err
		}
		p.blank()
		if p.next() == end {
			p.at++
			return nil
		}
		if err := p.take(","); err != nil {
			return err
		}
		p.blank()
	}
}

func (p *jsonParser) string() (string, error) {
	p.at++
	var out strings.Builder
	for {
		run := p.at
		for p.at < len(p.text) && p.text[p.at] >= 0x20 && p.text[p.at] != '"' && p.text[p.at] != '\\' {
			p.at++
		}
		out.WriteString(p.text[run:p.at])
		switch p.next() {
		case '"':
			p.at++
			return out.String(), nil
		case '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out.WriteRune(r)
		default:
			return "", p.unexpected()
		}
	}
}

// escape reads a character behind a backslash; a pair of surrogates is one.
func (p *jsonParser) escape() (rune, error) {
	p.at++
	const short, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(short, p.next()); i >= 0 {
		p.at++
		return rune(meant[i]), nil
	}
	r, err := p.unit()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if strings.HasPrefix(p.text[p.at:], `\`) {
		p.at++
		low, err := p.unit()
		if err != nil {
			return 0, err
		}
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			return r, nil
		}
	}
	return 0, errors.New("代理项不成对 (surrogate without its pair)")
}

// unit reads u and four hex digits.
func (p *jsonParser) unit() (rune, error) {
	if err := p.take("u"); err != nil {
		return 0, err
	}
	if p.at+4 > len(p.text) {
		return 0, p.unexpected()
	}
	n, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16)
	if err != nil {
		return 0, p.unexpected()
	}
	p.at += 4
	return rune(n), nil
}

func (p *jsonParser) number() (any, error) {
	start := p.at
	if p.next() == '-' {
		p.at++
	}
	leading := p.next()
	if p.digits() == 0 || leading == '0' && p.text[start:p.at] != "0" && p.text[start:p.at] != "-0" {
		return nil, p.unexpected()
	}
	if p.next() == '.' {
		p.at++
		if p.digits() == 0 {
			return nil, p.unexpected()
		}
	}
	if c := p.next(); c == 'e' || c == 'E' {
		p.at++
		if c := p.next(); c == '+' || c == '-' {
			p.at++
		}
		if p.digits() == 0 {
			return nil, p.unexpected()
		}
	}
	f, err := strconv.ParseFloat(p.text[start:p.at], 64)
	if err != nil {
		return nil, errors.New("数字过大 (number too large)")
	}
	return f, nil
}

// digits goes on behind the digits ahead and counts them.
func (p *jsonParser) digits() int {
	start := p.at
	for c := p.next(); '0' <= c && c <= '9'; c = p.next() {
		p.at++
	}
	return p.at - start
}
