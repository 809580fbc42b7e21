// Package duplicatecharge finds the same charge in more than one settlement.
package duplicatecharge

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

// Detector is S01.
var Detector = &detectors.Detector{
	ID: "S01-duplicate-charge", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "同一费用重复结算", EN: "Same charge settled twice"},
	Doc: detectors.Words{
		ZH: "同一参保人：机构、项目、费用发生时间（到秒）、净数量、单价全同的明细出现在至少两笔结算中。按结算次序第一笔的明细视为原件。金额为其余明细的纳入范围金额合计。",
		EN: "One person: lines equal in institution, item, fee time to the second, net quantity and price stand in at least two settlements. Those of the first settlement are the original. Amount: the in-scope amounts of the others.",
	},
	Clears:  detectors.Words{ZH: "病历证明同一时间确有两次独立服务。", EN: "The record shows two independent services at that time."},
	Basis:   []string{"条例38(三)", "实施细则（已结算费用再次结算）"},
	Classes: []string{"F50"},
	Key:     "item|fee time|net quantity|price",
	Subject: "institution",
	Reads:   []claim.Field{claim.FixmedinsCode, claim.MedListCodg, claim.FeeOcurTime, claim.Cnt, claim.Pric, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Rests:   detectors.OnDays,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	k := &kernel{View: v, item: v.Codes(claim.MedListCodg), time: v.Numbers(claim.FeeOcurTime), inst: v.Codes(claim.FixmedinsCode),
		cnt: v.Numbers(claim.Cnt), pric: v.Few(claim.Pric), inscp: v.InScope()}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		if p.To-p.From < 2 {
			return
		}
		for i := 0; i < len(p.ByItem); {
			j := i + 1
			for j < len(p.ByItem) && k.together(p.ByItem[i], p.ByItem[j]) {
				j++
			}
			if j > i+1 {
				k.group(p.ByItem[i:j], emit)
			}
			i = j
		}
	}
}

type kernel struct {
	*detectors.View
	item, inst []int32
	time, cnt  []int64
	pric       detectors.Few
	inscp      detectors.InScope
	done       []bool
	equal      []int32
}

func (k *kernel) together(a, b int32) bool { return k.item[a] == k.item[b] && k.time[a] == k.time[b] }

func (k *kernel) same(a, b int32) bool {
	claims := k.History.LineClaim
	return k.cnt[a] == k.cnt[b] && k.pric.Of(a) == k.pric.Of(b) && k.inst[claims[a]] == k.inst[claims[b]]
}

// group splits lines of one item and time by what else must be equal.
func (k *kernel) group(lines []int32, emit *detectors.Emitter) {
	claims := k.History.LineClaim
	k.done = append(k.done[:0], make([]bool, len(lines))...)
	for i, a := range lines {
		if k.done[i] {
			continue
		}
		k.equal = append(k.equal[:0], a)
		first, several := claims[a], false
		for j := i + 1; j < len(lines); j++ {
			if b := lines[j]; !k.done[j] && k.same(a, b) {
				k.done[j] = true
				k.equal = append(k.equal, b)
				several = several || claims[b] != claims[a]
				first = min(first, claims[b])
			}
		}
		if several {
			k.hit(k.equal, first, emit)
		}
	}
}

func (k *kernel) hit(lines []int32, first int32, emit *detectors.Emitter) {
	var amount claim.Wide
	for _, l := range lines {
		if k.History.LineClaim[l] != first {
			amount = amount.Plus(k.inscp.Of(l))
		}
	}
	a := lines[0]
	key := k.Text(claim.MedListCodg, k.item[a]) + "|" + claim.FormatTime(k.time[a]) + "|" +
		claim.TrimNumber(claim.KindQuantity, k.cnt[a]) + "|" + claim.TrimNumber(claim.KindPrice, k.pric.Of(a))
	emit.Hit(detectors.Hit{
		Subject: detectors.Institution, Code: emit.InstitutionOf(first), Key: key, Lines: lines, Amount: amount,
		Facts: detectors.Facts{{Name: "lines", Value: len(lines)}},
	})
}
