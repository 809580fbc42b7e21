// Package outofscope finds items outside the payment scope that were settled
// inside it.
package outofscope

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R07.
var Detector = &detectors.Detector{
	ID: "R07-out-of-scope", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "目录外项目纳入结算", EN: "Item out of scope settled in scope"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：收费当日有效的目录写明不在支付范围，而上传的纳入范围金额大于0。金额为该纳入范围金额。",
		EN: "Per fee line: the row in force on the fee day says the item is out of scope, while an in-scope amount above 0 was sent. Amount: that in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "目录版本或有效日期有误，或另有专项政策支付。", EN: "A wrong version or date of the catalogue, or a special policy that pays."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库3"},
	Uses:    []string{"items.scope"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt},
	Items:   func(row *knowledge.Item) bool { return row.Scope == knowledge.ScopeOut },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	given := v.InScopeGiven()
	return func(l int32, _ *knowledge.Item, emit *detectors.Emitter) {
		if a := given(l); a != claim.None64 && a > 0 {
			emit.HitLine(l, claim.WideOf(a), nil)
		}
	}
}
