package policies

import (
	"encoding/json"
	"errors"
	"slices"

	"fundwatch/policies/regions"
)

// errShape says that the policy gave an object of another shape than a
// decision: a fault of the bundle, found when it is loaded.
var errShape = errors.New("the policy's answer has another shape than a decision")

// decode makes a decision of what OPA gives. Anything missing is an error: a
// half answer is none.
func decode(v any) (Decision, error) {
	s := &shape{}
	o := s.object(v)
	d := Decision{
		Path:      s.text(o["path"]),
		Also:      s.texts(o["also"]),
		Priority:  s.number(o["priority"]),
		Undefined: s.texts(o["undefined"]),
		Clocks:    []Clock{},
	}
	if to, ok := o["to"].(map[string]any); ok && len(to) > 0 {
		d.To = regions.Department{ZH: s.text(to["zh"]), EN: s.text(to["en"]), Clause: s.text(to["clause"])}
		d.Basis = append(d.Basis, d.To.Clause)
	}
	for _, v := range s.list(o["reasons"]) {
		o := s.object(v)
		r := Reason{Code: s.text(o["code"]), Path: s.text(o["path"]), ZH: s.text(o["zh"]), EN: s.text(o["en"]), Basis: s.texts(o["basis"])}
		d.Reasons = append(d.Reasons, r)
		d.Basis = append(d.Basis, r.Basis...)
	}
	for _, v := range s.list(o["clocks"]) {
		o := s.object(v)
		d.Clocks = append(d.Clocks, Clock{s.text(o["name"]), s.text(o["unit"])})
	}
	slices.Sort(d.Basis)
	d.Basis = slices.Compact(d.Basis)
	if s.bad || d.Path == "" || len(d.Reasons) == 0 || slices.Contains(d.Also, d.Path) {
		return Decision{}, errShape
	}
	return d, nil
}

// shape turns values of JSON into Go's and remembers whether one did not fit.
type shape struct{ bad bool }

func (s *shape) object(v any) map[string]any {
	o, ok := v.(map[string]any)
	s.bad = s.bad || !ok
	return o
}

func (s *shape) list(v any) []any {
	l, ok := v.([]any)
	s.bad = s.bad || !ok
	return l
}

func (s *shape) text(v any) string {
	t, ok := v.(string)
	s.bad = s.bad || !ok
	return t
}

func (s *shape) texts(v any) []string {
	out := []string{}
	for _, t := range s.list(v) {
		out = append(out, s.text(t))
	}
	return out
}

func (s *shape) number(v any) int64 {
	n, ok := v.(json.Number)
	i, err := n.Int64()
	s.bad = s.bad || !ok || err != nil
	return i
}

// digest covers all of the decision but its record.
func (d Decision) digest() (string, error) {
	d.Record = Record{}
	return digest(d)
}
