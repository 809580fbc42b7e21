// Package priceovercap finds fee lines above the price cap of their item.
package priceovercap

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R01.
var Detector = &detectors.Detector{
	ID: "R01-price-over-cap", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超限定价格收费", EN: "Price over cap"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：单价高于收费当日有效的限价。机构等级有对应限价的用该等级限价，否则用通用限价。金额为（单价－限价）×净数量。",
		EN: "Per fee line: the price is above the cap in force on the fee day. The cap of the institution's level wins over the general one. Amount: (price − cap) × net quantity.",
	},
	Clears:  detectors.Words{ZH: "该项目当日另有更高的核定价格，或机构等级登记有误。", EN: "A higher approved price for that day, or a wrong level in the registry."},
	Basis:   []string{"条例15", "条例38(三)"},
	Classes: []string{"两库14", "F52"},
	Uses:    []string{"items.price_cap", "items.price_cap_lv1-3", "institutions.hosp_lv"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.Pric, claim.Cnt, claim.FixmedinsCode},
	Items:   capped,
	Lines:   lines,
}

func capped(row *knowledge.Item) bool {
	for _, c := range row.Cap {
		if c != claim.None64 {
			return true
		}
	}
	return false
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	pric, cnt := v.Numbers(claim.Pric), v.Numbers(claim.Cnt)
	inst, registry := v.Codes(claim.FixmedinsCode), v.Institutions()
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		if !above(pric[l], row) {
			return
		}
		limit := row.Cap[0]
		if r := registry.Of(inst[v.History.LineClaim[l]]); r != nil && r.Level > 0 && row.Cap[r.Level] != claim.None64 {
			limit = row.Cap[r.Level]
		}
		if limit == claim.None64 || pric[l] <= limit {
			return
		}
		emit.HitLine(l, claim.LineAmount(pric[l]-limit, cnt[l]), detectors.Facts{
			{Name: "price", Value: claim.TrimNumber(claim.KindPrice, pric[l])},
			{Name: "cap", Value: claim.TrimNumber(claim.KindPrice, limit)},
		})
	}
}

// above reports whether a price is above any cap of the item: most are below
// all, and need no look at the institution.
func above(pric int64, row *knowledge.Item) bool {
	for _, c := range row.Cap {
		if c != claim.None64 && pric > c {
			return true
		}
	}
	return false
}
