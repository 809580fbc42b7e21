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
	return slices.Concat(triageGrid(amounts), triageRare(p), referralGrid(amounts), referralSigns(), listingGrid(p), publicationGrid(p))
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

// listingGrid has every measure about every subject, alone and with each thing
// that is to be said of a decision; two of them about institutions and persons.
func listingGrid(p *regions.Policy) (out []Question) {
	for _, subject := range ofLead {
		for _, measure := range measures {
			amounts := []int64{0}
			if measure == MeasureMoney {
				amounts = edgesOf(p).fen[1:]
			}
			for _, fen := range amounts {
				for bits := range 64 {
					in := ListingInput{Subject: subject, Measure: measure, AmountFen: fen, Effective: true, Summary: bits&1 > 0, Revoked: bits&2 > 0,
						Social: bits&4 > 0, Juvenile: bits&8 > 0, Named: bits&16 > 0, Founded: bits&32 > 0}
					if in.check() == nil && said(bits) <= saidOf(subject) {
						out = append(out, in)
					}
				}
				out = append(out, ListingInput{Subject: subject, Measure: measure, AmountFen: fen})
			}
		}
	}
	return out
}

// said counts what is to be said.
func said(bits int) (n int) {
	for ; bits > 0; bits >>= 1 {
		n += bits & 1
	}
	return n
}

func saidOf(subject string) int {
	if subject == detectors.Institution || subject == detectors.PersonKind {
		return 2
	}
	return 1
}

// publicationGrid has records on their way to being published, and published
// ones as time goes by.
func publicationGrid(p *regions.Policy) (out []Question) {
	months := edgesOf(p).months
	for _, subject := range ofLead {
		for _, class := range classesOf {
			in := PublicationInput{Subject: subject, Class: class, Objection: ObjectionNone}
			told, over := in, in
			told.Told = true
			over.Told, over.Over = true, true
			out = append(out, in, told, over)
			for bits := 1; bits < 64; bits++ {
				in := over
				in.Revoked, in.Repaired, in.Secret, in.Juvenile = bits&1 > 0, bits&2 > 0, bits&4 > 0, bits&8 > 0
				if bits&16 > 0 {
					in.Objection = ObjectionOpen
				}
				if bits&32 > 0 {
					in.Objection = ObjectionAnswered
				}
				if in.check() == nil && said(bits) <= saidOf(subject) {
					out = append(out, in)
				}
			}
			for _, over.Months = range months[1:] {
				over.Repaired, over.CleanMonths = false, 0
				out = append(out, over)
				for _, over.CleanMonths = range []int64{0, over.Months} {
					over.Repaired = true
					out = append(out, over)
				}
			}
		}
	}
	return out
}
