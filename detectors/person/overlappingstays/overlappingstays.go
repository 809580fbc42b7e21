// Package overlappingstays finds one person in two beds at once.
package overlappingstays

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var tolerance = &detectors.Param{Name: "tolerance_hours", Default: 12, Min: 0, Max: 8760, Unit: detectors.Words{ZH: "小时", EN: "hours"}}

// Detector is S05.
var Detector = &detectors.Detector{
	ID: "S05-overlapping-stays", Version: "1", Grade: detectors.Suspicious, Span: detectors.ByStays,
	Title: detectors.Words{ZH: "跨机构住院重叠", EN: "Overlapping stays"},
	Doc: detectors.Words{
		ZH: "同一参保人在不同机构的每一对住院：重叠时间（按秒）超过容差小时数。被查对象为住院次序靠后一次的机构。金额为两次基金支付中较小者。",
		EN: "Per pair of one person's stays at different institutions: they overlap by more than the hours of tolerance, to the second. Subject: the institution of the later stay. Amount: the smaller of what the fund paid.",
	},
	Clears:  detectors.Words{ZH: "转院、出入院时间录入有误，或有经批准的院外治疗。", EN: "A transfer, wrong times, or approved treatment outside."},
	Basis:   []string{"条例38(一)", "条例41(二)"},
	Classes: []string{"F07"},
	Subject: "institution of the later stay",
	Reads:   []claim.Field{claim.MedType, claim.FixmedinsCode, claim.Begntime, claim.Endtime, claim.FundPaySumamt},
	Params:  []*detectors.Param{tolerance},
	Rests:   detectors.OnStays,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	begin, end, inst, fund := v.Few(claim.Begntime), v.Few(claim.Endtime), v.Codes(claim.FixmedinsCode), v.Few(claim.FundPaySumamt)
	allowed := v.Number(tolerance) * 3600
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for i, a := range p.Stays {
			for _, b := range p.Stays[i+1:] {
				if begin.Of(b) >= end.Of(a) {
					break // stays are in the order of their beginning
				}
				overlap := min(end.Of(a), end.Of(b)) - begin.Of(b)
				if overlap <= allowed || inst[a] == inst[b] {
					continue
				}
				emit.Hit(detectors.Hit{
					Subject: detectors.Institution, Code: inst[b], Claims: []int32{a, b},
					Amount: claim.WideOf(min(fund.Of(a), fund.Of(b))),
					Facts:  detectors.Facts{{Name: "overlap_hours", Value: overlap / 3600}, {Name: "overlap_seconds", Value: overlap}},
				})
			}
		}
	}
}
