// Package maxdays finds lines that supply a drug for more days than is paid.
package maxdays

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S12.
var Detector = &detectors.Detector{
	ID: "S12-max-days", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超最大开药天数", EN: "More days of supply than paid"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：用药天数大于费用发生日有效的最大天数。金额为纳入范围金额按超出天数所占份额计算。",
		EN: "Per fee line: its days of supply are above the most in force on the fee day. Amount: the share of the in-scope amount that falls to the excess days.",
	},
	Clears:  detectors.Words{ZH: "长处方、慢特病等规定允许的更长天数。", EN: "A longer supply that rules for chronic illness allow."},
	Basis:   []string{"条例38(二)"},
	Classes: []string{"两库9"},
	Uses:    []string{"items.max_days"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.PrdDays, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Items:   func(row *knowledge.Item) bool { return row.MaxDays != claim.None64 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	supply, inscp := v.Numbers(claim.PrdDays), v.InScope()
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		days := supply[l]
		if days == claim.None64 || days <= row.MaxDays {
			return
		}
		amount := claim.Share(claim.WideOf(inscp.Of(l)), claim.WideOf(days-row.MaxDays), claim.WideOf(days))
		emit.HitLine(l, amount, detectors.Facts{
			detectors.Quantity("prd_days", claim.WideOf(days)), detectors.Quantity("max_days", claim.WideOf(row.MaxDays)),
		})
	}
}
