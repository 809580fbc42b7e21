package words

import (
	"slices"
	"strings"
)

// Clauses takes apart what names several clauses with a semicolon between
// them, as profiles of regions do, and names each once, in the order in which
// they come.
func Clauses(lists ...[]string) (out []string) {
	for _, b := range slices.Concat(lists...) {
		for clause := range strings.SplitSeq(b, "；") {
			if !slices.Contains(out, clause) {
				out = append(out, clause)
			}
		}
	}
	return out
}
