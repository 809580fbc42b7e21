package cases

import (
	"fmt"
	"strings"

	"fundwatch/detectors"
)

// Lack is one thing that is missing for a move: what, and where to get it.
type Lack struct {
	Guard string // its name in the table; or field, status
	What  detectors.Words
	Where detectors.Words
	Basis string // the clause that asks for it
}

// LackError says that a move was refused, and all that is missing for it.
// Nothing was done.
type LackError struct {
	Case  string
	Move  string
	Lacks []Lack
}

// Error says so to a person.
func (e *LackError) Error() string {
	parts := make([]string, len(e.Lacks))
	for i, l := range e.Lacks {
		parts[i] = l.What.ZH + " " + l.What.EN
	}
	return fmt.Sprintf("案件 %s 不能办理 %s case %s: %s is refused: %s", e.Case, e.Move, e.Case, e.Move, strings.Join(parts, "; "))
}

// MovedError says that a case changed since the person saw it. Nothing was
// done: show what it is now.
type MovedError struct {
	Case       string
	Have, Want int64
}

// Error says so to a person.
func (e *MovedError) Error() string {
	return fmt.Sprintf("案件 %s 已被修改 case %s has version %d, not %d", e.Case, e.Case, e.Have, e.Want)
}

// StaleError says that what is to be approved is not what was shown, or not
// what the proposal was made on, and what changed. Nothing was done.
type StaleError struct {
	Case    string
	Changed []string // names of parts, sorted
	Propose bool     // the proposal itself is out of date: it must be made again
}

// Error says so to a person.
func (e *StaleError) Error() string {
	return fmt.Sprintf("案件 %s 与所见不同 case %s is not what was shown: %s changed", e.Case, e.Case, strings.Join(e.Changed, ", "))
}
