// Package outpatientinstay finds outpatient charges of a person who was in
// hospital that day.
package outpatientinstay

import (
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// Detector is S06.
var Detector = &detectors.Detector{
	ID: "S06-outpatient-in-stay", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "住院期间门诊或购药", EN: "Outpatient charge during a stay"},
	Doc: detectors.Words{
		ZH: "逐笔非住院、非急诊结算：至少一条非外检明细的费用发生日严格处于本人某次住院的入院日与出院日之间。证据为该结算、所涉住院和这些明细。被查对象为住院次序第一次的机构。金额为这些明细的纳入范围金额合计。",
		EN: "Per claim that is neither stay nor emergency: the fee day of at least one line that is not an outside examination lies strictly between admission day and discharge day of some stay. Evidence: the claim, all such stays, those lines. Subject: the institution of the first of the stays. Amount: the in-scope amounts of those lines.",
	},
	Clears:  detectors.Words{ZH: "经批准的请假外出、外检外购，或家属代取慢性病药品。", EN: "An approved leave, outside examination, or chronic medicine fetched by the family."},
	Basis:   []string{"条例38(一)", "条例41(二)"},
	Classes: []string{"F08"},
	Subject: "institution of the first of the stays",
	Reads: []claim.Field{claim.MedType, claim.FixmedinsCode, claim.Begntime, claim.Endtime, claim.FeeOcurTime, claim.EtipFlag,
		claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Rests:  detectors.OnStays,
	Person: person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	k := &kernel{View: v, care: v.Care(), kind: v.Codes(claim.MedType), begin: v.Few(claim.Begntime), end: v.Few(claim.Endtime),
		time: v.Numbers(claim.FeeOcurTime), outside: v.Sparse(claim.EtipFlag), one: v.Code(claim.EtipFlag, "1"), inscp: v.InScope()}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		if len(p.Stays) == 0 {
			return
		}
		k.days = k.days[:0]
		for _, s := range p.Stays {
			k.days = append(k.days, [2]int64{claim.DayOf(k.begin.Of(s)), claim.DayOf(k.end.Of(s))})
		}
		for c := p.From; c < p.To; c++ {
			if setting := k.care.Of(k.kind[c]); v.History.Whole(c) && setting != claim.Inpatient && setting != claim.Emergency {
				k.claim(c, p.Stays, emit)
			}
		}
	}
}

type kernel struct {
	*detectors.View
	care       detectors.Care
	kind       []int32
	outside    claim.Sparse
	one        int32
	begin, end detectors.Few
	time       []int64
	inscp      detectors.InScope
	lines      []int32
	used       []bool
	days       [][2]int64 // admission and discharge of the stays
}

func (k *kernel) claim(c int32, stays []int32, emit *detectors.Emitter) {
	h := k.History
	k.lines = k.lines[:0]
	k.used = append(k.used[:0], make([]bool, len(stays))...)
	for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
		day := claim.DayOf(k.time[l])
		if !slices.ContainsFunc(k.days, func(stay [2]int64) bool { return inside(day, stay) }) {
			continue
		}
		if code := k.outside.Code(l); code != claim.NoCode && code == k.one {
			continue
		}
		k.lines = append(k.lines, l)
		for i, stay := range k.days {
			k.used[i] = k.used[i] || inside(day, stay)
		}
	}
	if len(k.lines) == 0 {
		return
	}
	evidence := []int32{c}
	first := int32(claim.NoCode)
	for i, s := range stays {
		if k.used[i] {
			evidence = append(evidence, s)
			if first == claim.NoCode {
				first = s
			}
		}
	}
	emit.Hit(detectors.Hit{
		Subject: detectors.Institution, Code: emit.InstitutionOf(first), Claims: evidence, Lines: k.lines, Amount: k.inscp.Sum(k.lines),
		Facts: detectors.Facts{{Name: "stays", Value: len(evidence) - 1}},
	})
}

// inside reports whether a day lies strictly between admission and discharge.
func inside(day int64, stay [2]int64) bool { return day > stay[0] && day < stay[1] }
