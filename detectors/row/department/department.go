// Package department finds items ordered by a department that may not use them.
package department

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R14.
var Detector = &detectors.Detector{
	ID: "R14-department", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "超限定科室", EN: "Item outside its departments"},
	Doc: detectors.Words{
		ZH: "逐条费用明细：项目限定科室，明细写明的开单科室不等于也不以其中任何一个开头，且纳入范围金额大于0。未写开单科室的不判。金额为纳入范围金额。",
		EN: "Per fee line: the item is limited to certain departments, the ordering department is given and equals and begins with none of them, and the in-scope amount is above 0. Amount: the in-scope amount.",
	},
	Clears:  detectors.Words{ZH: "科室编码有误，或经批准的会诊、联合诊疗。", EN: "A wrong department code, or an approved joint consultation."},
	Basis:   []string{"条例38(六)"},
	Classes: []string{"两库21"},
	Uses:    []string{"items.depts"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt, claim.BilgDeptCodg},
	Items:   func(row *knowledge.Item) bool { return len(row.Depts) > 0 },
	Lines:   lines,
}

func lines(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	inscp, dept, prefixes := v.InScope(), v.Sparse(claim.BilgDeptCodg), v.PrefixesOf(claim.BilgDeptCodg)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		code := dept.Code(l)
		if code == claim.NoCode || prefixes.Match(row, row.Depts, code) {
			return
		}
		if amount := inscp.Of(l); amount > 0 {
			emit.HitLine(l, claim.WideOf(amount), detectors.Facts{
				{Name: "department", Value: v.Text(claim.BilgDeptCodg, code)}, {Name: "allowed", Value: row.Depts},
			})
		}
	}
}
