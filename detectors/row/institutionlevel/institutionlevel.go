// Package institutionlevel finds items charged by institutions below the level
// they need.
package institutionlevel

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R05.
var Detector = &detectors.Detector{
	ID: "R05-institution-level", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超限定医疗机构级别", EN: "Institution below the level needed"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：机构等级（1最低）低于项目要求的最低等级，且纳入范围金额大于0。登记中没有等级的机构不判。金额为纳入范围金额。",
		EN: "Per fee line: the institution's level (1 is lowest) is below the least level of the item, and the in-scope amount is above 0. An institution without level is not judged. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "机构等级登记有误，或该机构经批准可用该项目。", EN: "A wrong level in the registry, or an approval for this institution."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库12", "两库24"},
	Uses:    []string{"items.hosp_lv_min", "institutions.hosp_lv"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.FixmedinsCode},
	Items:   func(row *knowledge.Item) bool { return row.LevelMin != claim.None64 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, inst, registry := v.InScope(), v.Codes(claim.FixmedinsCode), v.Institutions()
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		r := registry.Of(inst[v.History.LineClaim[l]])
		if r == nil || r.Level == 0 || int64(r.Level) >= row.LevelMin {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{
				{Name: "hosp_lv", Value: r.Level}, {Name: "hosp_lv_min", Value: row.LevelMin},
			})
		}
	}
}
