package draw

import (
	"fmt"
	"math/big"
	"strings"
)

// planReader reads a plan and keeps everything that is wrong with it.
type planReader struct {
	prefix   string // of the path of every member
	problems Problems
	unknown  []string
}

// planObject is an object of the plan that is being read, and its path in it.
type planObject struct {
	*planReader
	path  string
	given map[string]any
	known map[string]bool
}

func (r *planReader) object(path string, given map[string]any) planObject {
	return planObject{r, path, given, map[string]bool{}}
}

func (o planObject) at(name string) string { return join(o.path, name) }

func (o planObject) problem(name, format string, args ...any) {
	o.problems = append(o.problems, Problem{o.prefix + o.at(name), fmt.Sprintf(format, args...)})
}

// get gives a member; null is as if it were not there.
func (o planObject) get(name string) (any, bool) {
	o.known[name] = true
	v := o.given[name]
	return v, v != nil
}

func (o planObject) absent(name string) bool {
	_, there := o.get(name)
	return !there
}

// end notes the members that nobody asked for.
func (o planObject) end() {
	for _, name := range sortedNames(o.given) {
		if !o.known[name] {
			o.unknown = append(o.unknown, o.prefix+o.at(name))
		}
	}
}

// text reads a text; one that is needed may not be blank.
func (o planObject) text(name string, needed bool) string {
	v, there := o.get(name)
	s, ok := v.(string)
	switch {
	case there && !ok:
		o.problem(name, "不是文本 (not a text)")
	case needed && strings.TrimSpace(s) == "":
		o.problem(name, "缺少 (missing)")
	}
	return s
}

// maxWhole is the largest whole number that JSON keeps exactly.
const maxWhole = 1 << 53

// whole reads a whole number of at least least; one that is not there is 0.
func (o planObject) whole(name string, least int) int {
	v, there := o.get(name)
	if !there {
		return 0
	}
	f, ok := v.(float64)
	switch {
	case !ok:
		o.problem(name, "不是数 (not a number)")
	case f < -maxWhole || f > maxWhole || f != float64(int(f)):
		o.problem(name, "不是整数 (not a whole number)")
	case int(f) < least:
		o.problem(name, "是 %d，至少须为 %d (too small)", int(f), least)
	default:
		return int(f)
	}
	return 0
}

func (o planObject) isList(name string) bool {
	_, ok := o.given[name].([]any)
	return ok
}

// each reads a list of objects, each with its position.
func (o planObject) each(name string, read func(int, planObject)) {
	v, there := o.get(name)
	if !there {
		return
	}
	list, ok := v.([]any)
	if !ok {
		o.problem(name, "不是列表 (not a list)")
		return
	}
	for i, v := range list {
		path := fmt.Sprintf("%s[%d]", name, i)
		if member, ok := v.(map[string]any); ok {
			read(i, o.object(o.at(path), member))
		} else {
			o.problem(path, "不是对象 (not an object)")
		}
	}
}

func (o planObject) stratum() Stratum {
	s := Stratum{Name: o.text("name", true), Where: map[string][]string{}}
	before := len(o.problems)
	if v, there := o.get("where"); there {
		if given, ok := v.(map[string]any); ok {
			where := o.object(o.at("where"), given)
			for _, column := range sortedNames(given) {
				s.Where[column] = where.texts(column)
			}
		} else {
			o.problem("where", "不是对象 (not an object)")
		}
	}
	s.noPool, before = len(o.problems) > before, len(o.problems)
	count, rate := !o.absent("count"), !o.absent("rate")
	switch {
	case count && rate:
		o.problem("count", "count 与 rate 只能有一个 (only one of them)")
	case rate:
		s.Rate = o.rate("rate")
	case count:
		s.Count = o.whole("count", 0)
	default:
		o.problem("count", "缺少 count 或 rate (missing)")
	}
	s.noQuota = len(o.problems) > before
	o.end()
	return s
}

// texts reads a list of texts, at least one.
func (o planObject) texts(name string) (out []string) {
	list, ok := o.given[name].([]any)
	if !ok || len(list) == 0 {
		o.problem(name, "不是取值的列表 (not a list of values)")
		return nil
	}
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			o.problem(fmt.Sprintf("%s[%d]", name, i), "不是文本 (not a text)")
		}
		out = append(out, s)
	}
	return out
}

// rate reads a decimal number that is written as a text.
func (o planObject) rate(name string) *big.Rat {
	text, ok := o.given[name].(string)
	before, after, point := strings.Cut(text, ".")
	if !ok || !isDigits(before) || point && !isDigits(after) {
		o.problem(name, `不是小数文本，应写作 "0.05" (not a decimal number in a text)`)
		return new(big.Rat)
	}
	rate, _ := new(big.Rat).SetString(text)
	return rate
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
