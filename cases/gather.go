package cases

import (
	"slices"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// MaxAmount is the most a single finding or line adds to a lead: ten thousand
// million yuan, in fen. More is a mistake of writing, which must neither hide
// everything else of the lead nor stop its partition.
const MaxAmount int64 = 1_000_000_000_000

// Clamp gives an amount as a lead counts it.
func Clamp(w claim.Wide) int64 {
	v, ok := w.Int64()
	switch {
	case !ok && w.Sign() > 0 || ok && v > MaxAmount:
		return MaxAmount
	case !ok || v < -MaxAmount:
		return -MaxAmount
	}
	return v
}

// Gatherer adds up what a batch changes in leads. Its zero value is empty. It
// has one owner.
type Gatherer struct {
	leads map[leadKey]*LeadDelta
}

type leadKey struct {
	kind, code, scheme string
}

// Add counts a new finding, with the path and the revision of triage, which may
// be empty.
func (g *Gatherer) Add(f *detectors.Finding, scheme, path, revision string) {
	d := g.count(f, scheme, path, 1)
	d.Add = append(d.Add, f.ID)
	if revision != "" {
		d.Revision = revision
	}
}

// Withdraw takes a finding back. The scheme and the path are those it was added
// with.
func (g *Gatherer) Withdraw(f *detectors.Finding, scheme, path string) {
	d := g.count(f, scheme, path, -1)
	d.Remove = append(d.Remove, f.ID)
}

// Union changes the amount over distinct lines, in fen.
func (g *Gatherer) Union(subject detectors.Subject, scheme string, fen int64) {
	g.lead(subject, scheme).Union += fen
}

// Leads gives the differences, in the order of subjects, and empties g.
func (g *Gatherer) Leads() []LeadDelta {
	out := make([]LeadDelta, 0, len(g.leads))
	for _, d := range g.leads {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b LeadDelta) int {
		return strings.Compare(a.Subject.Kind+"\n"+a.Subject.Code+"\n"+a.Scheme, b.Subject.Kind+"\n"+b.Subject.Code+"\n"+b.Scheme)
	})
	g.leads = nil
	return out
}

func (g *Gatherer) lead(s detectors.Subject, scheme string) *LeadDelta {
	k := leadKey{s.Kind, s.Code, scheme}
	d := g.leads[k]
	if d == nil {
		d = &LeadDelta{
			Subject: s, Scheme: scheme,
			Detectors: map[string]int64{}, Paths: map[string]int64{}, From: map[string]int64{}, To: map[string]int64{},
		}
		if g.leads == nil {
			g.leads = map[leadKey]*LeadDelta{}
		}
		g.leads[k] = d
	}
	return d
}

// count adds sign × the finding.
func (g *Gatherer) count(f *detectors.Finding, scheme, path string, sign int64) *LeadDelta {
	d := g.lead(f.Subject, scheme)
	d.Findings += sign
	d.Amount += sign * Clamp(f.Amount)
	d.Detectors[f.Detector] += sign
	if path != "" {
		d.Paths[path] += sign
	}
	if f.From != "" {
		d.From[f.From] += sign
	}
	if f.To != "" {
		d.To[f.To] += sign
	}
	return d
}
