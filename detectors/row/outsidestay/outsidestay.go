// Package outsidestay finds fees dated outside the stay they are charged to.
package outsidestay

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

// Detector is R09.
var Detector = &detectors.Detector{
	ID: "R09-outside-stay", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "计费日期与住院时间不符", EN: "Fee day outside the stay"},
	Doc: detectors.Words{
		ZH: "住院结算逐条费用明细：费用发生日早于入院日或晚于出院日，且纳入范围金额大于0。金额为纳入范围金额。",
		EN: "Per fee line of a stay: the fee day is before the admission day or after the discharge day, and the in-scope amount is above 0. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "择期手术术前检查等按规定并入住院的费用，或时间录入有误。", EN: "Pre-operative tests that rules allow to be settled with the stay, or a wrong time."},
	Basis:   []string{"条例15", "条例38(三)"},
	Classes: []string{"两库42", "F55"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedType, claim.Begntime, claim.Endtime, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Claims:  claims,
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	h, care, kind := v.History, v.Care(), v.Codes(claim.MedType)
	begin, end, time, inscp := v.Numbers(claim.Begntime), v.Numbers(claim.Endtime), v.Numbers(claim.FeeOcurTime), v.InScope()
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			if care.Of(kind[c]) != claim.Inpatient {
				continue
			}
			first, last := claim.DayOf(begin[c]), claim.DayOf(end[c])
			for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
				day := claim.DayOf(time[l])
				if day >= first && day <= last {
					continue
				}
				if amount := inscp.Of(l); amount > 0 {
					emit.HitLine(l, claim.WideOf(amount), detectors.Facts{
						{Name: "admission", Value: claim.FormatDay(first)}, {Name: "discharge", Value: claim.FormatDay(last)},
					})
				}
			}
		}
	}
}
