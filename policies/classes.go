package policies

import (
	"slices"

	"fundwatch/detectors"
	"fundwatch/policies/regions"
)

// anyDay stands for today where time does not matter.
const anyDay = "2026-06-01"

// classes gives a question of every class that the policies can tell apart: a
// full grid of what always matters, and each rarer matter on a coarser one.
// Amounts are those at which the region's numbers lie.
func classes(p *regions.Policy) []Question {
	amounts := edgesOf(p).fen
	return slices.Concat(triageGrid(amounts), triageRare(p), referralGrid(amounts), referralSigns())
}

func triageGrid(amounts []int64) (out []Question) {
	for _, grade := range grades {
		for _, subject := range ofFinding {
			for _, article := range []string{"条例38", "条例40", "条例41"} {
				for _, fen := range amounts {
					for earlier := range int64(2) {
						out = append(out, TriageInput{Grade: grade, Subject: subject, AmountFen: fen,
							Basis: []string{article}, Lead: Lead{Earlier: earlier, TotalFen: fen}, Today: anyDay})
					}
				}
			}
		}
	}
	return out
}

// triageRare has schemes of focus, conduct of long ago, and leads larger than
// the finding.
func triageRare(p *regions.Policy) (out []Question) {
	focus := p.Values["focus_schemes"].List
	for _, grade := range grades {
		for _, subject := range ofFinding {
			for fen := range int64(2) {
				in := TriageInput{Grade: grade, Subject: subject, AmountFen: fen, Basis: []string{"条例38"}, Today: anyDay}
				scheme, late, old, large := in, in, in, in
				scheme.Schemes = focus[:min(1, len(focus))]
				late.To = "2024-05-31"
				old.From, old.To = "2021-04-30", "2026-05-31"
				large.Lead.TotalFen = slices.Max(edgesOf(p).fen)
				out = append(out, scheme, late, old, large)
			}
		}
	}
	return out
}

// stages are what may be known of a lead or case.
var stages = []ReferralInput{
	{Grade: detectors.Violation, Intent: IntentUnknown},
	{Grade: detectors.Suspicious, Intent: IntentUnknown},
	{Grade: detectors.Violation, Verified: true, Intent: IntentUnknown},
	{Grade: detectors.Violation, Verified: true, Intent: IntentNone},
	{Grade: detectors.Violation, Verified: true, Intent: IntentShown},
}

func referralGrid(amounts []int64) (out []Question) {
	for _, in := range stages {
		in.Today = anyDay
		for _, in.Subject = range ofLead {
			for _, basis := range [][]string{nil, {"条例38"}, {"条例39"}, {"条例40"}, {"条例41"}} {
				in.Basis = basis
				for _, in.AmountFen = range amounts {
					out = append(out, in)
				}
			}
		}
	}
	return out
}

// referralSigns has every sign alone, without and with a matter of the fund.
func referralSigns() (out []Question) {
	for _, in := range stages {
		in.Today = anyDay
		for _, in.Subject = range ofLead {
			for _, basis := range [][]string{nil, {"条例38"}} {
				in.Basis = basis
				for _, sign := range signs {
					in.Signs = []Sign{sign}
					out = append(out, in)
				}
			}
		}
	}
	return out
}
