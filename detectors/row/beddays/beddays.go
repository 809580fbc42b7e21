// Package beddays finds items charged per day of stay on more days than the
// stay had.
package beddays

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

var tolerance = &detectors.Param{Name: "tolerance_days", Default: 1, Min: 0, Max: 366, Unit: detectors.Words{ZH: "天", EN: "days"}}

// Detector is S09.
var Detector = &detectors.Detector{
	ID: "S09-bed-days", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "按日收费多于住院天数", EN: "More daily charges than days of stay"},
	Doc: detectors.Words{
		ZH: "逐次住院、逐个按日收费的项目（入院日有效的目录写明）：净数量合计大于住院天数加容差天数。住院天数为出院日减入院日，至少1天。金额为纳入范围金额合计按超出住院天数的数量所占份额计算。",
		EN: "Per stay and item billed per day (by the row in force on the admission day): the sum of net quantities is above the days of stay plus the tolerance. Days are discharge day minus admission day, at least 1. Amount: the share of the in-scope amounts for what exceeds the days.",
	},
	Clears:  detectors.Words{ZH: "收费规则允许出入院当日均计，或出入院时间有误。", EN: "A rule that counts both first and last day, or wrong times."},
	Basis:   []string{"条例38(三)"},
	Classes: []string{"F54"},
	Uses:    []string{"items.per_day"},
	Key:     "item",
	Subject: "institution",
	Reads:   []claim.Field{claim.MedType, claim.Begntime, claim.Endtime, claim.MedListCodg, claim.Cnt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Params:  []*detectors.Param{tolerance},
	Claims:  claims,
}

// unit is 1 in quantities.
const unit = 10_000

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	care, kind := v.Care(), v.Codes(claim.MedType)
	items := v.ItemsWith(func(row *knowledge.Item) bool { return row.PerDay })
	item, cnt, inscp := v.Codes(claim.MedListCodg), v.Numbers(claim.Cnt), v.InScope()
	begin, end, extra := v.Numbers(claim.Begntime), v.Numbers(claim.Endtime), v.Number(tolerance)
	var stay detectors.StayItems
	return func(from, to int32, emit *detectors.Emitter) {
		for c := from; c < to; c++ {
			if care.Of(kind[c]) != claim.Inpatient {
				continue
			}
			first := claim.DayOf(begin[c])
			days := max(1, claim.DayOf(end[c])-first)
			stay.Each(v, c, items, func(code int32, lines []int32) {
				row := knowledge.InForce(items.Of(code), first)
				if row == nil || !row.PerDay {
					return
				}
				total := detectors.Total(cnt, lines)
				if total.Cmp(claim.WideOf((days+extra)*unit)) > 0 {
					emit.Hit(detectors.Hit{
						Subject: detectors.Institution, Code: emit.InstitutionOf(c), Key: v.Text(claim.MedListCodg, item[lines[0]]),
						Lines: lines, Amount: claim.Share(inscp.Sum(lines), total.Plus(-days*unit), total),
						Facts: detectors.Facts{detectors.Quantity("quantity", total), {Name: "days", Value: days}},
					})
				}
			})
		}
	}
}
