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
	Rests:  detectors.OnItems,
	Items:  detectors.IsDrug,
	May:    may,
	Person: person,
}

// may follows what is left as if all supply were of one drug; of a day's claims,
// whose order it does not know, as if each came last.
func may(v *detectors.View) func(claims []claim.Glance) bool {
	most := v.Number(maxLeft)
	return func(claims []claim.Glance) bool {
		left, last := int64(0), int64(0)
		for _, c := range claims {
			if c.Stay {
				continue
			}
			sameDay := c.Day == last
			left, last = max(0, left-(c.Day-last)), c.Day
			if left > most || sameDay && left+int64(c.Supply) > most || c.Supply == claim.Much {
				return true
			}
			left += int64(c.Supply)
		}
		return false
	}
}

const day = 10_000 // one day of supply

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	supply, settled, inscp := v.Numbers(claim.PrdDays), v.Numbers(claim.SetlTime), v.InScope()
	drugs, claims, most := v.DrugLines(), v.History.LineClaim, claim.WideOf(v.Number(maxLeft)*day)
	k := &kernel{supply: supply, settled: settled, claims: claims, inscp: inscp, most: most}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for _, g := range p.Groups {
			if g.To-g.From < 2 {
				continue
			}
			k.lines = k.lines[:0]
			for _, l := range drugs.Outside(p.Lines(g)) {
				if supply[l] != claim.None64 {
					k.lines = append(k.lines, l)
				}
			}
			if len(k.lines) >= 2 {
				k.drug(v.Text(claim.MedListCodg, g.Item), emit)
			}
		}
	}
}

type kernel struct {
	supply, settled []int64
	claims          []int32
	inscp           detectors.InScope
	most            claim.Wide
	lines           []int32 // of one drug
}

// drug follows what is left of a drug from settlement to settlement.
func (k *kernel) drug(item string, emit *detectors.Emitter) {
	// A claim's row in the history is its place in claim order.
	inOrder := func(a, b int32) int { return int(k.claims[a] - k.claims[b]) }
	if !slices.IsSortedFunc(k.lines, inOrder) {
		slices.SortFunc(k.lines, inOrder)
	}
	var left claim.Wide
	for i := 0; i < len(k.lines); {
		at := k.claims[k.lines[i]]
		j := i + 1
		for j < len(k.lines) && k.claims[k.lines[j]] == at {
			j++
		}
		lines := k.lines[i:j]
		if i > 0 {
			gone := claim.DayOf(k.settled[at]) - claim.DayOf(k.settled[k.claims[k.lines[i-1]]])
			if left = left.Plus(-gone * day); left.Sign() < 0 {
				left = claim.Wide{}
			}
		}
		if left.Cmp(k.most) > 0 {
			emit.Hit(detectors.Hit{
				Subject: detectors.PersonKind, Code: emit.PersonOf(at), Key: item, Lines: lines, Amount: k.inscp.Sum(lines),
				Facts: detectors.Facts{detectors.Quantity("left_days", left)},
			})
		}
		left = left.Add(detectors.Total(k.supply, lines))
		i = j
	}
}
