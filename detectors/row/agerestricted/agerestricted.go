// Package agerestricted finds items charged outside their age limits.
package agerestricted

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R03.
var Detector = &detectors.Detector{
	ID: "R03-age-restricted", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "项目与年龄不符", EN: "Item outside its age limits"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：收费当日的日龄小于最小日龄或大于最大日龄，且纳入范围金额大于0。金额为纳入范围金额。",
		EN: "Per fee line: the age in days on the fee day is below the least or above the greatest allowed, and the in-scope amount is above 0. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "出生日期登记有误，或说明书、病历支持的例外用法。", EN: "A wrong date of birth, or an exception that label and record support."},
	Basis:   []string{"条例15", "条例38(六)"},
	Classes: []string{"两库6", "两库7", "两库18", "两库19", "两库29", "两库32", "两库33", "两库65", "两库66", "两库80", "F33"},
	Uses:    []string{"items.age_min_days", "items.age_max_days"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.Brdy},
	Items:   func(row *knowledge.Item) bool { return row.AgeMin != claim.None64 || row.AgeMax != claim.None64 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, born, time := v.InScope(), v.Numbers(claim.Brdy), v.Numbers(claim.FeeOcurTime)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		age := claim.DayOf(time[l]) - born[v.History.LineClaim[l]]
		if !outside(age, row.AgeMin, row.AgeMax) {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{{Name: "age_days", Value: age}})
		}
	}
}

func outside(age, least, most int64) bool {
	return least != claim.None64 && age < least || most != claim.None64 && age > most
}
