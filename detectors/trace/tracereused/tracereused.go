// Package tracereused finds drug trace codes settled more than once.
package tracereused

import (
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// Detector is T01.
var Detector = &detectors.Detector{
	ID: "T01-trace-reused", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "药品追溯码重复结算", EN: "Drug trace code settled again"},
	Doc: detectors.Words{
		ZH: "逐个追溯码：该码出现在至少两笔结算的净明细上（不论何人何处，拆零明细除外）。证据为这些明细。被查对象为结算次序第二笔的机构。金额为第一笔以外各笔的纳入范围金额合计。",
		EN: "Per trace code: it stands on net lines of at least two settlements, of anyone, anywhere, lines of opened packs left out. Evidence: all those lines. Subject: the institution of the second settlement in claim order. Amount: the in-scope amounts of all but the first settlement's.",
	},
	Clears:  detectors.Words{ZH: "拆零销售未标注、扫码误录，或退货后再次销售且退费未上传。", EN: "An opened pack that was not marked, a wrong scan, or a return that was not sent."},
	Basis:   []string{"条例38(五)", "条例40(四)", "实施细则（追溯码）"},
	Classes: []string{"F26", "F27"},
	Key:     "trace code",
	Subject: "institution of the second settlement",
	Reads:   []claim.Field{claim.DrugTracCodg, claim.TrdnFlag, claim.FixmedinsCode, claim.SetlID, claim.SetlTime, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Trace:   trace,
}

func trace(v *detectors.View) func(code string, lines []int32, emit *detectors.Emitter) {
	h, opened, one, inscp := v.History, v.Sparse(claim.TrdnFlag), v.Code(claim.TrdnFlag, "1"), v.InScope()
	var whole, claims []int32
	return func(code string, lines []int32, emit *detectors.Emitter) {
		whole, claims = whole[:0], claims[:0]
		for _, l := range lines {
			if code := opened.Code(l); code == claim.NoCode || code != one {
				whole = append(whole, l)
				claims = append(claims, h.LineClaim[l])
			}
		}
		slices.Sort(claims)
		claims = slices.Compact(claims)
		if len(claims) < 2 {
			return
		}
		slices.SortFunc(claims, func(a, b int32) int {
			if h.Before(a, b) {
				return -1
			}
			return 1
		})
		var amount claim.Wide
		for _, l := range whole {
			if h.LineClaim[l] != claims[0] {
				amount = amount.Plus(inscp.Of(l))
			}
		}
		emit.Hit(detectors.Hit{
			Subject: detectors.Institution, Code: emit.InstitutionOf(claims[1]), Key: code, Lines: whole, Amount: amount,
			Facts: detectors.Facts{{Name: "settlements", Value: len(claims)}},
		})
	}
}
