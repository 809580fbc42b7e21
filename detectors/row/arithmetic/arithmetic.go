// Package arithmetic finds claims whose numbers do not add up.
package arithmetic

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var tolerance = &detectors.Param{Name: "tolerance_fen", Default: 1, Min: 0, Max: 1_000_000, Unit: detectors.Words{ZH: "分", EN: "fen"}}

// Detector is R08.
var Detector = &detectors.Detector{
	ID: "R08-arithmetic", Version: "1", Grade: detectors.Indicator,
	Title: detectors.Words{ZH: "结算金额勾稽不符", EN: "Numbers that do not add up"},
	Doc: detectors.Words{
		ZH: "逐笔净结算，按上传原样看（含退费明细）：某条明细的数量×单价与明细金额相差超过容差，或有明细而明细金额合计与医疗费总额相差超过容差，或基金支付总额大于医疗费总额。证据为算不平的明细。金额为0。",
		EN: "Per net claim as it was sent, refund lines too: some line's quantity × price differs from its amount by more than the tolerance, or the claim has lines and their sum differs from the total by more than it, or the fund paid more than the total. Evidence: the lines that do not compute. Amount: 0.",
	},
	Clears:  detectors.Words{ZH: "机构说明取整方式或补传缺失明细后能够勾稽。", EN: "The institution explains its rounding or sends the missing lines."},
	Basis:   []string{"条例16", "条例39(三)"},
	Classes: []string{"两库36"},
	Subject: "institution",
	Reads:   []claim.Field{claim.Cnt, claim.Pric, claim.DetItemFeeSumamt, claim.MedfeeSumamt, claim.FundPaySumamt},
	Params:  []*detectors.Param{tolerance},
	Claims:  claims,
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	h := v.History
	pric, sent := v.Numbers(claim.Pric), v.Sent()
	total, fund := v.Numbers(claim.MedfeeSumamt), v.Numbers(claim.FundPaySumamt)
	allowed := claim.WideOf(v.Number(tolerance))
	var wrong []int32
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			wrong = wrong[:0]
			var sum claim.Wide
			add := func(l int32) {
				cnt, det := sent(l)
				sum = sum.Plus(det)
				if apart(claim.LineAmount(pric[l], cnt), det).Cmp(allowed) > 0 {
					wrong = append(wrong, l)
				}
			}
			for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
				add(l)
			}
			for l := h.VoidLines[c]; l < h.VoidLines[c+1]; l++ {
				add(l)
			}
			lines := h.NetLines[c+1] - h.NetLines[c] + h.VoidLines[c+1] - h.VoidLines[c]
			gap := apart(sum, total[c])
			if len(wrong) == 0 && (lines == 0 || gap.Cmp(allowed) <= 0) && fund[c] <= total[c] {
				continue
			}
			emit.Hit(detectors.Hit{
				Subject: detectors.Institution, Code: emit.InstitutionOf(c), Claims: []int32{c}, Lines: wrong,
				Facts: detectors.Facts{
					{Name: "wrong_lines", Value: len(wrong)}, {Name: "lines_sum_fen", Value: sum},
					{Name: "medfee_fen", Value: total[c]}, {Name: "fund_fen", Value: fund[c]},
				},
			})
		}
	}
}

// apart is |a − b|.
func apart(a claim.Wide, b int64) claim.Wide {
	d := a.Plus(-b)
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}
