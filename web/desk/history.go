package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/internal/recall"
)

// actRow is what somebody did.
type actRow struct {
	N      int64  `json:"n,omitempty"`
	At     string `json:"at"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
	Who    string `json:"who"`
	Reason string `json:"reason,omitempty"`
	Hash   string `json:"hash,omitempty"`
}

func rowOf(a *recall.Act) actRow {
	return actRow{N: a.N, At: a.At, Kind: a.Kind, Object: a.Object, Who: a.Who, Reason: a.Reason, Hash: a.Hash}
}

// about lists what was done about a lead, the last first. What policy did
// stands in the case.
func (d *Desk) about(r *http.Request, l *cases.Lead) (out []actRow, err error) {
	acts := d.o.Trail.About("lead:" + l.ID)
	for i := range slices.Backward(acts) {
		out = append(out, rowOf(&acts[i]))
	}
	if l.Case != "" {
		c, err := d.o.Cases.Case(r.Context(), l.Case)
		if err != nil && !errors.Is(err, cases.ErrMissing) {
			return nil, err
		}
		if c.How == "decision" {
			out = append(out, actRow{At: c.OpenedAt, Kind: "case.decision", Object: "case:" + c.ID, Who: "policy"})
		}
	}
	out = append(out, actRow{At: l.Since, Kind: "lead.began", Object: "lead:" + l.ID, Who: "worker"})
	slices.SortStableFunc(out, func(a, b actRow) int { return strings.Compare(b.At, a.At) })
	return out, nil
}
