package detectortest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fundwatch/detectors"
)

// Text writes findings as a want section does: a block each, in an order that
// a reader can follow rather than that of their ids.
func Text(found []detectors.Finding) string {
	if len(found) == 0 {
		return nothing
	}
	blocks := make([]string, 0, len(found))
	for i := range found {
		blocks = append(blocks, block(&found[i]))
	}
	slices.Sort(blocks)
	return strings.Join(blocks, "")
}

// Findings gives the wanted findings, a text block each.
func (s *Scenario) Findings() []string {
	if !s.Hits() {
		return nil
	}
	return blocks(s.Want)
}

// blocks splits a want section at the lines that are not indented.
func blocks(want string) (out []string) {
	for line := range strings.Lines(want) {
		if strings.HasPrefix(line, " ") && len(out) > 0 {
			out[len(out)-1] += line
		} else {
			out = append(out, line)
		}
	}
	return out
}

// inOrder sorts the blocks of a want section that was written by hand.
func inOrder(want string) string {
	all := blocks(want)
	slices.Sort(all)
	return strings.Join(all, "")
}

func block(f *detectors.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s fen, %s\n", f.Subject.Kind, f.Subject.Code, f.Amount, days(f.From, f.To))
	if f.Key != "" {
		fmt.Fprintf(&b, "  key %s\n", f.Key)
	}
	fmt.Fprintf(&b, "  settlements %s\n", strings.Join(f.Settlements, " "))
	if len(f.Lines) > 0 {
		fmt.Fprintf(&b, "  lines %s\n", strings.Join(f.Lines, " "))
	}
	if len(f.Facts) > 0 {
		fmt.Fprintf(&b, "  facts %s\n", facts(f.Facts))
	}
	return b.String()
}

func days(from, to string) string {
	if from == to {
		return from
	}
	return from + ".." + to
}

func facts(all detectors.Facts) string {
	parts := make([]string, 0, len(all))
	for _, f := range all {
		value, err := json.Marshal(f.Value)
		if err != nil {
			value = []byte("not JSON: " + err.Error())
		}
		parts = append(parts, f.Name+"="+string(value))
	}
	return strings.Join(parts, " ")
}
