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
	Rests:   detectors.OnDays,
	Items:   limited,
	Person:  person,
}

func limited(row *knowledge.Item) bool { return row.MaxPerDay != claim.None64 }

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	items := v.ItemsWith(limited)
	k := &kernel{View: v, items: v.Codes(claim.MedListCodg), time: v.Numbers(claim.FeeOcurTime), cnt: v.Numbers(claim.Cnt), inst: v.Codes(claim.FixmedinsCode),
		claims: v.History.LineClaim, inscp: v.InScope()}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for _, g := range p.Groups {
			if rows := items.Of(g.Item); rows != nil {
				k.item(rows, p.Lines(g), emit)
			}
		}
	}
}

type kernel struct {
	*detectors.View
	items        []int32
	time, cnt    []int64
	inst, claims []int32
	inscp        detectors.InScope
	group        detectors.Groups
}

// item looks at the lines of one item, which are in the order of fee time.
func (k *kernel) item(rows detectors.Versions, lines []int32, emit *detectors.Emitter) {
	for i := 0; i < len(lines); {
		day := claim.DayOf(k.time[lines[i]])
		j := i + 1
		for j < len(lines) && claim.DayOf(k.time[lines[j]]) == day {
			j++
		}
		row := knowledge.InForce(rows, day)
		// Where all institutions together bill no more than the limit, none does.
		if row != nil && row.MaxPerDay != claim.None64 && detectors.Total(k.cnt, lines[i:j]).Cmp(claim.WideOf(row.MaxPerDay)) > 0 {
			item := k.Text(claim.MedListCodg, k.items[lines[i]])
			k.group.By(lines[i:j], func(l int32) int32 { return k.inst[k.claims[l]] }, func(at int32, own []int32) {
				total := detectors.Total(k.cnt, own)
				excess := total.Plus(-row.MaxPerDay)
				if excess.Sign() <= 0 {
					return
				}
				emit.Hit(detectors.Hit{
					Subject: detectors.Institution, Code: at, Lines: own, Key: item + "|" + claim.FormatDay(day),
					Amount: claim.Share(k.inscp.Sum(own), excess, total),
					Facts:  detectors.Facts{detectors.Quantity("quantity", total), detectors.Quantity("max_per_day", claim.WideOf(row.MaxPerDay))},
				})
			})
		}
		i = j
	}
}
