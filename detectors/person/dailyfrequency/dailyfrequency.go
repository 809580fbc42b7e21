// Package dailyfrequency finds more of an item on a day than is paid.
package dailyfrequency

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S03.
var Detector = &detectors.Detector{
	ID: "S03-daily-frequency", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超每日限定频次", EN: "More than the daily limit"},
	Doc: detectors.Words{
		ZH: "同一参保人、同一机构、同一项目、同一费用发生日：净数量合计大于当日有效的每日上限。金额为纳入范围金额合计按超出数量所占份额计算。",
		EN: "One person, institution, item and fee day: the sum of net quantities is above the daily limit in force. Amount: the share of the in-scope amounts that falls to the excess.",
	},
	Clears:  detectors.Words{ZH: "病历证明确有需要的重复治疗，或数量单位录入有误。", EN: "A repetition the record shows to be needed, or a wrong unit."},
	Basis:   []string{"条例38(二)", "条例38(三)"},
	Classes: []string{"两库27", "F54"},
	Uses:    []string{"items.max_per_day"},
	Key:     "item|day",
	Subject: "institution",
	Reads:   []claim.Field{claim.FixmedinsCode, claim.MedListCodg, claim.FeeOcurTime, claim.Cnt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	items := v.ItemsWith(func(row *knowledge.Item) bool { return row.MaxPerDay != claim.None64 })
	item, time, cnt := v.Codes(claim.MedListCodg), v.Numbers(claim.FeeOcurTime), v.Numbers(claim.Cnt)
	inst, inscp, claims := v.Codes(claim.FixmedinsCode), v.InScope(), v.History.LineClaim
	var group detectors.Groups
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for i := 0; i < len(p.ByItem); {
			first := p.ByItem[i]
			code, day := item[first], claim.DayOf(time[first])
			rows := items[code]
			if rows == nil {
				i++
				continue
			}
			j := i + 1
			for j < len(p.ByItem) && item[p.ByItem[j]] == code && claim.DayOf(time[p.ByItem[j]]) == day {
				j++
			}
			row := knowledge.InForce(rows, day)
			if row != nil && row.MaxPerDay != claim.None64 {
				group.By(p.ByItem[i:j], func(l int32) int32 { return inst[claims[l]] }, func(at int32, lines []int32) {
					total := detectors.Total(cnt, lines)
					if excess := total.Plus(-row.MaxPerDay); excess.Sign() > 0 {
						emit.Hit(detectors.Hit{
							Subject: detectors.Institution, Code: at, Lines: lines,
							Key:    v.Text(claim.MedListCodg, code) + "|" + claim.FormatDay(day),
							Amount: claim.Share(inscp.Sum(lines), excess, total),
							Facts:  detectors.Facts{detectors.Quantity("quantity", total), detectors.Quantity("max_per_day", claim.WideOf(row.MaxPerDay))},
						})
					}
				})
			}
			i = j
		}
	}
}
