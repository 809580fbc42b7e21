// Package stayfrequency finds more of an item in a stay than is paid.
package stayfrequency

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S04.
var Detector = &detectors.Detector{
	ID: "S04-stay-frequency", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超每次住院限定频次", EN: "More than the limit of a stay"},
	Doc: detectors.Words{
		ZH: "逐次住院、逐个项目：净数量合计大于入院日有效的每次住院上限。金额为纳入范围金额合计按超出数量所占份额计算。",
		EN: "Per stay and item: the sum of net quantities is above the limit per stay in force on the admission day. Amount: the share of the in-scope amounts that falls to the excess.",
	},
	Clears:  detectors.Words{ZH: "病历证明确有需要，或一次结算包含经批准的分段住院。", EN: "A need the record shows, or one settlement of several approved parts."},
	Basis:   []string{"条例38(二)", "条例38(三)"},
	Classes: []string{"两库23", "两库27", "F62", "F63"},
	Uses:    []string{"items.max_per_stay"},
	Key:     "item",
	Subject: "institution",
	Reads:   []claim.Field{claim.MedType, claim.Begntime, claim.MedListCodg, claim.Cnt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Claims:  claims,
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	care, kind := v.Care(), v.Codes(claim.MedType)
	items := v.ItemsWith(func(row *knowledge.Item) bool { return row.MaxPerStay != claim.None64 })
	item, cnt, begin, inscp := v.Codes(claim.MedListCodg), v.Numbers(claim.Cnt), v.Numbers(claim.Begntime), v.InScope()
	var stay detectors.StayItems
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			if care.Of(kind[c]) != claim.Inpatient {
				continue
			}
			day := claim.DayOf(begin[c])
			stay.Each(v, c, items, func(code int32, lines []int32) {
				row := knowledge.InForce(items.Of(code), day)
				if row == nil || row.MaxPerStay == claim.None64 {
					return
				}
				total := detectors.Total(cnt, lines)
				if excess := total.Plus(-row.MaxPerStay); excess.Sign() > 0 {
					emit.Hit(detectors.Hit{
						Subject: detectors.Institution, Code: emit.InstitutionOf(c), Key: v.Text(claim.MedListCodg, item[lines[0]]),
						Lines: lines, Amount: claim.Share(inscp.Sum(lines), excess, total),
						Facts: detectors.Facts{detectors.Quantity("quantity", total), detectors.Quantity("max_per_stay", claim.WideOf(row.MaxPerStay))},
					})
				}
			})
		}
	}
}
