package knowledge

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// WithSuspensions gives the knowledge with more suspensions than its folder
// has, under a hash of its own; k does not change. Without any it is k itself.
func (k *Knowledge) WithSuspensions(more []Suspension) *Knowledge {
	if len(more) == 0 {
		return k
	}
	out := *k
	out.Suspensions = slices.Concat(k.Suspensions, more)
	sum := sha256.New()
	_, _ = io.WriteString(sum, k.Hash) // a hash never fails
	for _, s := range more {
		_, _ = fmt.Fprintf(sum, "\n%s %q %d %d %q", s.Subject, s.Code, s.From, s.To, s.Measure)
	}
	out.Hash = hashText(sum)
	return &out
}
