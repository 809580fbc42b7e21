package file

import (
	"encoding/base64"
	"encoding/json"
	"io"

	"fundwatch/claim"
)

// Reject is a message that is no claim: its place, all its problems and its
// raw bytes, see docs/formats.md.
type Reject struct {
	File     string // name without folder
	Line     int    // of the unpacked file, or row of the table, from 1
	Kind     string // problem or conflict
	Problems []claim.Problem
	Raw      []byte
}

// Kinds of rejects.
const (
	KindProblem  = "problem"
	KindConflict = "conflict"
)

// conflictProblem is the one problem of a conflict.
var conflictProblem = []claim.Problem{{Field: "setlinfo.setl_id", Rule: claim.RuleConflict}}

// Write appends the reject to w as one line of JSON.
func (r *Reject) Write(w io.Writer) error {
	line, err := json.Marshal(struct {
		File     string          `json:"file"`
		Line     int             `json:"line"`
		Kind     string          `json:"kind"`
		Problems []claim.Problem `json:"problems"`
		Raw      string          `json:"raw"`
	}{r.File, r.Line, r.Kind, r.Problems, base64.StdEncoding.EncodeToString(r.Raw)})
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// Tally counts what came in.
type Tally struct {
	Messages   int
	Duplicates int
	Conflicts  int
	Rejected   int // messages with a problem other than a conflict
	// Problems counts by field without positions and rule.
	Problems map[string]map[claim.Rule]int
}

func (t *Tally) count(r *Reject) {
	if r.Kind == KindConflict {
		t.Conflicts++
		return
	}
	t.Rejected++
	for _, p := range r.Problems {
		f := p.FieldWithoutPositions()
		if t.Problems[f] == nil {
			t.Problems[f] = map[claim.Rule]int{}
		}
		t.Problems[f][p.Rule]++
	}
}
