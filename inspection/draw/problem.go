package draw

import "strings"

// Problem is something that is wrong with what a draw is made of.
type Problem struct {
	Where    string `json:"where"`    // file and line, or the path in the plan
	Sentence string `json:"sentence"` // Chinese, then English
}

// String is where, and what.
func (p Problem) String() string { return p.Where + ": " + p.Sentence }

// Problems is the error of a commit that cannot be made: everything that is
// wrong, in the order of plan, objects, inspectors, and how they fit together.
type Problems []Problem

// Error gives all problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
