// Package onceinlife finds items done more than once that a body allows once.
package onceinlife

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S15.
var Detector = &detectors.Detector{
	ID: "S15-once-in-life", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "一生一次的项目重复发生", EN: "Once-in-life item repeated"},
	Doc: detectors.Words{
		ZH: "同一参保人：一生只应发生一次的项目（费用发生日有效的目录写明）的明细出现在至少两笔结算中。金额为结算次序第一笔以外各笔的纳入范围金额合计。",
		EN: "One person: lines of an item that can be done once in a life (by the row in force on the fee day) stand in at least two settlements. Amount: the in-scope amounts of all but the first settlement's.",
	},
	Clears:  detectors.Words{ZH: "部位或术式不同、前次未完成，或人员信息被冒用。", EN: "Another site or method, an unfinished first time, or a person's identity misused."},
	Basis:   []string{"条例40(三)", "条例40(一)"},
	Classes: []string{"F30"},
	Uses:    []string{"items.once_in_life"},
	Key:     "item",
	Subject: "person",
	Reads:   []claim.Field{claim.PsnNo, claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Rests:   detectors.OnItems,
	Items:   once,
	Person:  person,
}

func once(row *knowledge.Item) bool { return row.OnceInLife }

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	items := v.ItemsWith(once)
	time, inscp, claims := v.Numbers(claim.FeeOcurTime), v.InScope(), v.History.LineClaim
	var lines []int32
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for _, g := range p.Groups {
			rows := items.Of(g.Item)
			if rows == nil {
				continue
			}
			lines = lines[:0]
			for _, l := range p.Lines(g) {
				if row := knowledge.InForce(rows, claim.DayOf(time[l])); row != nil && row.OnceInLife {
					lines = append(lines, l)
				}
			}
			amount, several := detectors.BeyondFirst(lines, claims, inscp)
			if several {
				emit.Hit(detectors.Hit{
					Subject: detectors.PersonKind, Code: emit.PersonOf(p.From), Key: v.Text(claim.MedListCodg, g.Item),
					Lines: lines, Amount: amount,
				})
			}
		}
	}
}
