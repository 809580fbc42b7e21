// Package sexrestricted finds items for one sex charged to the other.
package sexrestricted

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R02.
var Detector = &detectors.Detector{
	ID: "R02-sex-restricted", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "项目与性别不符", EN: "Item for the other sex"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：项目限定性别，与结算上的性别（1男、2女）不同，且纳入范围金额大于0。性别未知或未说明的不判。金额为纳入范围金额。",
		EN: "Per fee line: the item is for one sex, the claim says the other (1 male, 2 female), and the in-scope amount is above 0. An unknown sex contradicts nothing. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "参保登记的性别有误，或有病历证明的特殊情形。", EN: "A wrong sex in the registration, or a special case shown by the record."},
	Basis:   []string{"条例15", "条例38(六)"},
	Classes: []string{"两库67", "两库81", "两库87", "F32"},
	Uses:    []string{"items.gend"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.Gend},
	Items:   func(row *knowledge.Item) bool { return row.Sex != 0 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, sex := v.InScope(), v.Codes(claim.Gend)
	other := [256]int32{'1': v.Code(claim.Gend, "2"), '2': v.Code(claim.Gend, "1")}
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		wrong := other[row.Sex]
		if wrong == claim.NoCode || sex[v.History.LineClaim[l]] != wrong {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{{Name: "item_gend", Value: string(row.Sex)}})
		}
	}
}
