// Package indication finds items charged without any diagnosis they are for.
package indication

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R06.
var Detector = &detectors.Detector{
	ID: "R06-indication", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "超限定适应症", EN: "Item without its indication"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：项目限定适应症，结算有西医诊断而没有一个等于或以其中任何一个开头，且纳入范围金额大于0。没有诊断的不判。金额为纳入范围金额。",
		EN: "Per fee line: the item is limited to diagnoses, the claim has diagnoses and none equals or begins with one of them, and the in-scope amount is above 0. A claim without diagnosis is not judged. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "病历支持该适应症而诊断编码遗漏，或另有治疗依据。", EN: "A record that supports the indication while the code was left out."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库8", "两库11", "两库20", "两库70", "两库78", "两库79", "两库83", "两库88"},
	Uses:    []string{"items.diag_prefixes"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.DscgMaindiagCode, claim.DiagCode, claim.DiagType},
	Items:   func(row *knowledge.Item) bool { return len(row.DiagPrefixes) > 0 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, diagnoses, prefixes := v.InScope(), v.Diagnoses(), v.PrefixesOf(claim.DiagCode)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		any, fits := false, false
		diagnoses.Each(v.History.LineClaim[l], func(code int32) {
			any = true
			fits = fits || prefixes.Match(row, row.DiagPrefixes, code)
		})
		if !any || fits {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{{Name: "indications", Value: row.DiagPrefixes}})
		}
	}
}
