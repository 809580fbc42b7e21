package policies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"fundwatch/policies/regions"
)

// ErrUndefined says that the policy gives no answer to a question, which then
// goes to a person. The error found is an *Undefined, which names the question.
var ErrUndefined = errors.New("undefined, goes to a person · 政策未规定，由人决定")

// Undefined is the question that has no answer.
type Undefined struct{ Question string }

// Error names the question.
func (u *Undefined) Error() string { return "policies: " + u.Question + ": " + ErrUndefined.Error() }

// Unwrap gives ErrUndefined.
func (u *Undefined) Unwrap() error { return ErrUndefined }

// Decision is the answer to one question. Its lists are shared with other
// decisions and must not be changed.
type Decision struct {
	Path      string             `json:"path"`      // the one path; see regions.TriagePaths, regions.ReferralPaths
	To        regions.Department `json:"to"`        // who stands behind the path of a referral; empty when no text names one
	Also      []string           `json:"also"`      // other paths beside it; none for triage
	Priority  int64              `json:"priority"`  // 1 is the most urgent
	Reasons   []Reason           `json:"reasons"`   // every circumstance that holds, the deciding one first
	Basis     []string           `json:"basis"`     // all clauses of the reasons and of the department
	Clocks    []Clock            `json:"clocks"`    // periods that begin, by name
	Undefined []string           `json:"undefined"` // what no text of the region defines; not empty means a person decides
	Record    Record             `json:"record"`
}

// Reason is a circumstance that holds.
type Reason struct {
	Code  string   `json:"code"`
	Path  string   `json:"path"` // where it leads; empty when it only says what is undefined
	ZH    string   `json:"zh"`
	EN    string   `json:"en"`
	Basis []string `json:"basis"`
}

// Clock is a period of law that begins with the decision; its length is known
// to the room of clocks.
type Clock struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
}

// Record is what makes a decision replayable: digests of the canonical
// question, of the policy with the region's data, and of the decision.
type Record struct {
	Question string `json:"question"`
	Input    string `json:"input"`
	Policy   string `json:"policy"`
	Result   string `json:"result"`
}

// digest is the SHA-256 of the JSON of v, whose members have a fixed order.
func digest(v any) (string, error) {
	raw, err := canonicalJSON(v)
	if err != nil {
		return "", fmt.Errorf("policies: digest: %w", err)
	}
	return digestOf(raw), nil
}

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// canonicalJSON writes v as it is digested.
func canonicalJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Difference is what a replay found not to be as recorded.
type Difference struct {
	Input, Policy, Result bool // true where it differs
	Now                   Record
}

// Error names what differs.
func (d *Difference) Error() string {
	s := "policies: " + d.Now.Question + ": the replay differs in"
	for _, part := range []struct {
		differs bool
		name    string
	}{{d.Input, " the question"}, {d.Policy, " the policy"}, {d.Result, " the decision"}} {
		if part.differs {
			s += part.name + ","
		}
	}
	return s[:len(s)-1]
}
