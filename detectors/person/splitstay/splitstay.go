// Package splitstay finds one stay that may have been settled as two.
package splitstay

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var (
	maxGap   = &detectors.Param{Name: "max_gap_days", Default: 15, Min: 0, Max: 366, Unit: detectors.Words{ZH: "天", EN: "days"}}
	excluded = &detectors.Param{Name: "excluded_diagnoses", List: []string{"Z51", "Z49", "Z52", "N18", "F2"},
		Unit: detectors.Words{ZH: "诊断编码前缀", EN: "diagnosis prefixes"}}
)

// Detector is S07.
var Detector = &detectors.Detector{
	ID: "S07-split-stay", Version: "1", Grade: detectors.Suspicious, Span: detectors.ByStays,
	Title: detectors.Words{ZH: "疑似分解住院", EN: "Stay possibly split"},
	Doc: detectors.Words{
		ZH: "同一参保人在同一机构按住院次序相邻的两次住院：后一次入院日减前一次出院日在0至最大间隔天数之间，主要诊断都不为空且前三位相同，都不以排除诊断开头（放化疗、透析等周期治疗）。金额为后一次的基金支付总额。",
		EN: "Per adjacent pair of one person's stays at one institution: 0 to the greatest gap of days from discharge to the next admission, both main diagnoses given with the same first three characters, neither beginning with an excluded one (courses such as chemotherapy and dialysis). Amount: what the fund paid for the next stay.",
	},
	Clears:  detectors.Words{ZH: "病情反复需再入院、周期性治疗、转诊转回，有病历证明。", EN: "A relapse, a course of treatment or a transfer back that the record shows."},
	Basis:   []string{"条例38(一)"},
	Classes: []string{"两库49", "F05"},
	Subject: "institution",
	Reads:   []claim.Field{claim.MedType, claim.FixmedinsCode, claim.Begntime, claim.Endtime, claim.DscgMaindiagCode, claim.FundPaySumamt},
	Params:  []*detectors.Param{maxGap, excluded},
	Rests:   detectors.OnStays,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	begin, end, inst := v.Few(claim.Begntime), v.Few(claim.Endtime), v.Codes(claim.FixmedinsCode)
	diag, fund := v.Codes(claim.DscgMaindiagCode), v.Few(claim.FundPaySumamt)
	gap, list := v.Number(maxGap), v.List(excluded)
	var groups detectors.Groups
	related := func(a, b int32) bool {
		if diag[a] == claim.NoCode || diag[b] == claim.NoCode {
			return false
		}
		x, y := v.Text(claim.DscgMaindiagCode, diag[a]), v.Text(claim.DscgMaindiagCode, diag[b])
		return prefix3(x) == prefix3(y) && !detectors.BeginsWithAny(x, list) && !detectors.BeginsWithAny(y, list)
	}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		if len(p.Stays) < 2 {
			return
		}
		groups.By(p.Stays, func(c int32) int32 { return inst[c] }, func(at int32, stays []int32) {
			for i := 1; i < len(stays); i++ {
				a, b := stays[i-1], stays[i]
				days := claim.DayOf(begin.Of(b)) - claim.DayOf(end.Of(a))
				if days < 0 || days > gap || !related(a, b) {
					continue
				}
				emit.Hit(detectors.Hit{
					Subject: detectors.Institution, Code: at, Claims: []int32{a, b}, Amount: claim.WideOf(fund.Of(b)),
					Facts: detectors.Facts{{Name: "gap_days", Value: days}},
				})
			}
		})
	}
}

// prefix3 gives the first three characters.
func prefix3(s string) string {
	n := 0
	for i := range s {
		if n == 3 {
			return s[:i]
		}
		n++
	}
	return s
}
