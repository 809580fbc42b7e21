package edition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep a record may be nested; the record is level 1.
const maxDepth = 64

// maxInteger bounds whole numbers: every JSON reader keeps them exactly.
const maxInteger = 1 << 53

// reading turns JSON into string, int64, bool, nil, []any and map[string]any,
// and gathers every problem on the way.
type reading struct {
	dec      *json.Decoder
	depth    int // levels that are left
	problems []flaw
}

// flaw is a problem at a place inside a value.
type flaw struct{ path, sentence string }

// readValue reads b, which is one JSON value nested at most depth levels. With
// flaws the value is of no use.
func readValue(b []byte, depth int) (any, []flaw) {
	if s := badText(b); s != "" {
		return nil, []flaw{{"", s}}
	}
	r := &reading{dec: json.NewDecoder(bytes.NewReader(b)), depth: depth}
	r.dec.UseNumber()
	v := r.value("")
	return v, r.problems
}

// badText says why b is not JSON at all, as strictly as RFC 8785 wants.
func badText(b []byte) string {
	switch {
	case !utf8.Valid(b):
		return "不是有效的 UTF-8 (not valid UTF-8)"
	case !json.Valid(b):
		return "不是一个 JSON 值 (not one JSON value)"
	case loneSurrogate(b):
		return "含有不成对的代理项转义 (an escaped surrogate without its pair)"
	}
	return ""
}

// loneSurrogate finds \uD800 to \uDFFF outside a pair in valid JSON.
func loneSurrogate(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		if b[i] != 'u' {
			continue
		}
		r := unit(b[i+1:])
		i += 4
		if !utf16.IsSurrogate(r) {
			continue
		}
		rest := b[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || utf16.DecodeRune(r, unit(rest[2:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// unit reads the four digits of an escape in valid JSON.
func unit(b []byte) rune {
	v, _ := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(v)
}

func (r *reading) say(path, sentence string) {
	r.problems = append(r.problems, flaw{path, sentence})
}

// value reads the next value; the text is known to be valid JSON.
func (r *reading) value(path string) any {
	token, err := r.dec.Token()
	if err != nil {
		r.say(path, "无法读取 (cannot be read)")
		return nil
	}
	switch x := token.(type) {
	case json.Delim:
		return r.container(x, path)
	case json.Number:
		n, err := strconv.ParseInt(x.String(), 10, 64)
		if err != nil || n > maxInteger || n < -maxInteger {
			r.say(path, "数必须是 ±2^53 以内的整数，不带小数点和指数 (numbers are whole and within ±2^53, without point or exponent)")
			return nil
		}
		return n
	}
	return token // string, bool, nil
}

func (r *reading) container(open json.Delim, path string) any {
	if r.depth--; r.depth < 0 {
		if r.depth == -1 {
			r.say("", fmt.Sprintf("嵌套超过 %d 层 (nested deeper than %d levels)", maxDepth, maxDepth))
		}
	}
	defer func() {
		r.dec.Token() // the closing bracket
		r.depth++
	}()
	if open == '[' {
		list := []any{}
		for r.dec.More() {
			list = append(list, r.value(path+"/"+strconv.Itoa(len(list)+1)))
		}
		return list
	}
	object := map[string]any{}
	for r.dec.More() {
		token, _ := r.dec.Token()
		name, _ := token.(string)
		at := path + "/" + sayName(name)
		if _, twice := object[name]; twice {
			r.say(at, "同名成员出现两次 (a member twice)")
		}
		object[name] = r.value(at)
	}
	return object
}

// sayName gives the name of a member for a path: one that may be personal or
// is long is not repeated.
func sayName(name string) string {
	if personal(name) != "" || len(name) > 60 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "*"
	}
	return name
}
