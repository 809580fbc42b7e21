// Package caresetting finds items charged in a kind of care that does not
// allow them.
package caresetting

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R04.
var Detector = &detectors.Detector{
	ID: "R04-care-setting", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超限定就医方式", EN: "Item outside its kind of care"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：项目限定就医方式（医疗类别），本次医疗类别不等于也不以其中任何一个开头，且纳入范围金额大于0。金额为纳入范围金额。",
		EN: "Per fee line: the item is limited to certain med_types, the claim's equals and begins with none of them, and the in-scope amount is above 0. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "医疗类别登记有误，或限定条件已调整。", EN: "A wrong med_type, or a limit that was changed."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库13", "两库22"},
	Uses:    []string{"items.med_types"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.MedType},
	Items:   func(row *knowledge.Item) bool { return len(row.MedTypes) > 0 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, kind, prefixes := v.InScope(), v.Codes(claim.MedType), v.PrefixesOf(claim.MedType)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		code := kind[v.History.LineClaim[l]]
		if prefixes.Match(row, row.MedTypes, code) {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{
				{Name: "med_type", Value: v.Text(claim.MedType, code)}, {Name: "allowed", Value: row.MedTypes},
			})
		}
	}
}
