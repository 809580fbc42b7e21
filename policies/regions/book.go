package regions

import (
	"errors"
	"io/fs"
)

// Book lays the policy of a region open for people: what it decides with, and
// on what that rests. It shares its maps with the policy and must not be
// changed.
type Book struct {
	Policy   Policy
	Own      Policy // what the region's own file sets of it
	Revision string // digest of the policy with this data
	// Circumstances are what each question looks at, by its name, in the order
	// of the region; those for which it sets no way come last.
	Circumstances map[string][]Circumstance
	Texts         map[string]string // full names of texts by their short ones
}

// Circumstance is what may hold of a question, and where it leads.
type Circumstance struct {
	Code      string
	ZH, EN    string
	Basis     []string // clauses, that of the way among them
	Undefined []string // what no text of the region defines where it holds
	Way       Way      // zero where the region sets none
}

// Own gives the entries of a region's own file, without those of the country,
// for telling the two apart. A region without policy.json has none.
func Own(fsys fs.FS, admdvs string) (Policy, error) {
	p, err := readPolicy(fsys, admdvs)
	if errors.Is(err, fs.ErrNotExist) {
		return Policy{Region: admdvs}, nil
	}
	return p, err
}
