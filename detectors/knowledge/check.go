package knowledge

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteProblems writes one line a problem for people, "file:line: column:
// sentence"; without the column where the problem is that of a row or file.
// A failure to write shows in w.
func WriteProblems(w io.Writer, ps []Problem) {
	for _, p := range ps {
		if p.Column == "" {
			fmt.Fprintf(w, "%s:%d: %s\n", p.File, p.Line, p.Sentence)
			continue
		}
		fmt.Fprintf(w, "%s:%d: %s: %s\n", p.File, p.Line, p.Column, p.Sentence)
	}
}

// WriteProblemsJSON writes {"problems":[…]} and a line feed, as
// knowledge check --json prints them; the list is [] when there is none.
// The error is that of w.
func WriteProblemsJSON(w io.Writer, ps []Problem) error {
	if ps == nil {
		ps = []Problem{}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(struct {
		Problems []Problem `json:"problems"`
	}{ps})
}
