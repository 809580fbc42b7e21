// Package oversupply finds drugs dispensed while plenty of the last supply is
// left.
package oversupply

import (
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
)

var maxLeft = &detectors.Param{Name: "max_left_days", Default: 15, Min: 0, Max: 3660, Unit: detectors.Words{ZH: "天", EN: "days"}}

// Detector is S11.
var Detector = &detectors.Detector{
	ID: "S11-oversupply", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "余药未用完又开药", EN: "Drug supplied again too early"},
	Doc: detectors.Words{
		ZH: "同一参保人、同一药品（非住院、写明用药天数的明细）按结算次序累计：余量＝上次余量减去两次结算日之间的天数，不小于0；余量大于上限即列出；然后加上本次用药天数合计。证据为本次该药品的这些明细。金额为其纳入范围金额合计。",
		EN: "One person and drug, outside stays, lines with days of supply, in claim order: what is left is the last rest less the days since the previous settlement, not below 0; a finding when it is above the limit; then this settlement's days are added. Evidence: this settlement's lines of the drug with days. Amount: their in-scope amounts.",
	},
	Clears:  detectors.Words{ZH: "剂量调整、药品遗失损坏、节前或外出前按规定提前取药。", EN: "A changed dose, lost medicine, or a supply ahead that rules allow."},
	Basis:   []string{"条例38(二)"},
	Classes: []string{"两库9", "两库10", "两库51"},
	Uses:    []string{"items.kind"},
	Key:     "item",
	Subject: "person",
	Reads: []claim.Field{claim.MedType, claim.SetlTime, claim.MedListCodg, claim.FeeOcurTime, claim.PrdDays,
		claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Params: []*detectors.Param{maxLeft},
	Person: person,
}

const day = 10_000 // one day of supply

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	item, supply, settled, inscp := v.Codes(claim.MedListCodg), v.Sparse(claim.PrdDays), v.Numbers(claim.SetlTime), v.InScope()
	drugs, claims, most := v.DrugLines(), v.History.LineClaim, claim.WideOf(v.Number(maxLeft)*day)
	var lines []int32
	return func(p *detectors.Person, emit *detectors.Emitter) {
		p.Items(item, func(all []int32) {
			if len(all) < 2 {
				return
			}
			lines = lines[:0]
			for _, l := range drugs.Outside(all) {
				if supply.Number(l) != claim.None64 {
					lines = append(lines, l)
				}
			}
			if len(lines) < 2 {
				return
			}
			// A claim's row in the history is its place in claim order.
			slices.SortFunc(lines, func(a, b int32) int { return int(claims[a] - claims[b]) })
			var left claim.Wide
			for i := 0; i < len(lines); {
				j := i + 1
				for j < len(lines) && claims[lines[j]] == claims[lines[i]] {
					j++
				}
				if i > 0 {
					gone := claim.DayOf(settled[claims[lines[i]]]) - claim.DayOf(settled[claims[lines[i-1]]])
					if left = left.Plus(-gone * day); left.Sign() < 0 {
						left = claim.Wide{}
					}
				}
				if left.Cmp(most) > 0 {
					emit.Hit(detectors.Hit{
						Subject: detectors.PersonKind, Code: emit.PersonOf(p.From), Key: v.Text(claim.MedListCodg, item[lines[i]]),
						Lines: lines[i:j], Amount: inscp.Sum(lines[i:j]), Facts: detectors.Facts{detectors.Quantity("left_days", left)},
					})
				}
				for _, l := range lines[i:j] {
					left = left.Plus(supply.Number(l))
				}
				i = j
			}
		})
	}
}
