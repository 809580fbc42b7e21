// Package insurancetype finds items charged under an insurance that does not
// pay for them.
package insurancetype

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R12.
var Detector = &detectors.Detector{
	ID: "R12-insurance-type", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超限定险种", EN: "Item outside its insurance"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：项目限定险种，本次险种不等于也不以其中任何一个开头，且纳入范围金额大于0。金额为纳入范围金额。",
		EN: "Per fee line: the item is limited to certain insutypes, the claim's equals and begins with none of them, and the in-scope amount is above 0. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "险种登记有误，或限定条件已调整。", EN: "A wrong insutype, or a limit that was changed."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库1", "两库2", "两库16", "两库17"},
	Uses:    []string{"items.insutypes"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.Insutype},
	Items:   func(row *knowledge.Item) bool { return len(row.Insutypes) > 0 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, kind, prefixes := v.InScope(), v.Sparse(claim.Insutype), v.PrefixesOf(claim.Insutype)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		code := kind.Code(v.History.LineClaim[l])
		if prefixes.Match(row, row.Insutypes, code) {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{
				{Name: "insutype", Value: v.Text(claim.Insutype, code)}, {Name: "allowed", Value: row.Insutypes},
			})
		}
	}
}
