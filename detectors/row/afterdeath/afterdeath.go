// Package afterdeath finds settlements of persons who had died before.
package afterdeath

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var grace = &detectors.Param{Name: "grace_days", Default: 1, Min: 0, Max: 3650, Unit: detectors.Words{ZH: "天", EN: "days"}}

// Detector is R10.
var Detector = &detectors.Detector{
	ID: "R10-after-death", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "死亡后仍有费用", EN: "Fees after death"},
	Doc: detectors.Words{
		ZH: "逐笔结算：登记有死亡日期，且有净明细的费用发生日（没有净明细的看结算日）晚于死亡日期加宽限天数。金额为这些明细的纳入范围金额合计；没有净明细的为基金支付总额。",
		EN: "Per claim: a death date is known and the fee day of some net line (without net lines the settlement day) is later than it plus the days of grace. Amount: the in-scope amounts of these lines, or what the fund paid.",
	},
	Clears:  detectors.Words{ZH: "死亡日期或人员登记有误，或系死亡前费用延后录入。", EN: "A wrong death date or person, or fees from before entered late."},
	Basis:   []string{"条例40(一)", "条例41(二)"},
	Classes: []string{"F31"},
	Uses:    []string{"persons.death_date"},
	Subject: "institution",
	Reads:   []claim.Field{claim.PsnNo, claim.FeeOcurTime, claim.SetlTime, claim.FundPaySumamt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Params:  []*detectors.Param{grace},
	Claims:  claims,
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	h, person, registry := v.History, v.Codes(claim.PsnNo), v.Persons()
	time, settled, fund, inscp := v.Numbers(claim.FeeOcurTime), v.Numbers(claim.SetlTime), v.Numbers(claim.FundPaySumamt), v.InScope()
	days := v.Number(grace)
	var late []int32
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			row := registry.Of(person[c])
			if row == nil || row.Death == claim.None64 {
				continue
			}
			last := row.Death + days
			late = late[:0]
			for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
				if claim.DayOf(time[l]) > last {
					late = append(late, l)
				}
			}
			amount := inscp.Sum(late)
			if h.NetLines[c] == h.NetLines[c+1] {
				if claim.DayOf(settled[c]) <= last {
					continue
				}
				amount = claim.WideOf(fund[c])
			} else if len(late) == 0 {
				continue
			}
			emit.Hit(detectors.Hit{
				Subject: detectors.Institution, Code: emit.InstitutionOf(c), Claims: []int32{c}, Lines: late, Amount: amount,
				Facts: detectors.Facts{{Name: "death_date", Value: claim.FormatDay(row.Death)}},
			})
		}
	}
}
