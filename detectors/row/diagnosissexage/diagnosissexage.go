// Package diagnosissexage finds diagnoses that contradict the person's sex or
// age.
package diagnosissexage

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R13.
var Detector = &detectors.Detector{
	ID: "R13-diagnosis-sex-age", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "诊断与性别或年龄不符", EN: "Diagnosis against sex or age"},
	Doc: detectors.Words{
		ZH: "逐笔结算：某个西医诊断按诊断知识表中最长的匹配前缀（该前缀的每一行）与参保人的性别或结算日的日龄矛盾。金额为基金支付总额。",
		EN: "Per claim: some diagnosis, by the longest prefix in the table of diagnoses (each of its rows), contradicts the person's sex or age in days on the settlement day. Amount: what the fund paid.",
	},
	Clears:  detectors.Words{ZH: "性别、出生日期或诊断编码登记有误。", EN: "A wrong sex, date of birth or diagnosis code."},
	Basis:   []string{"条例15", "条例40(二)"},
	Classes: []string{"两库37", "两库54", "两库55"},
	Uses:    []string{"diagnoses.gend", "diagnoses.age_min_days", "diagnoses.age_max_days"},
	Subject: "institution",
	Reads:   []claim.Field{claim.DscgMaindiagCode, claim.DiagCode, claim.DiagType, claim.Gend, claim.Brdy, claim.SetlTime, claim.FundPaySumamt},
	Claims:  claims,
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	diagnoses, rules := v.Diagnoses(), newRules(v)
	sex, born, settled, fund := v.Codes(claim.Gend), v.Numbers(claim.Brdy), v.Numbers(claim.SetlTime), v.Numbers(claim.FundPaySumamt)
	other := [256]int32{'1': v.Code(claim.Gend, "2"), '2': v.Code(claim.Gend, "1")}
	return func(from, to int32, emit *detectors.Emitter) {
		if len(rules.byPrefix) == 0 {
			return
		}
		for c := from; c < to; c++ {
			age := claim.DayOf(settled[c]) - born[c]
			wrong := int32(claim.NoCode)
			diagnoses.Each(c, func(code int32) {
				for i := range rules.of(code) {
					r := &rules.memo[code].rows[i]
					wrongSex := r.Sex != 0 && sex[c] == other[r.Sex] && other[r.Sex] != claim.NoCode
					if wrong == claim.NoCode && (wrongSex || outside(age, r.AgeMin, r.AgeMax)) {
						wrong = code
					}
				}
			})
			if wrong != claim.NoCode {
				emit.Hit(detectors.Hit{
					Subject: detectors.Institution, Code: emit.InstitutionOf(c), Claims: []int32{c}, Amount: claim.WideOf(fund[c]),
					Facts: detectors.Facts{{Name: "diagnosis", Value: v.Text(claim.DiagCode, wrong)}, {Name: "age_days", Value: age}},
				})
			}
		}
	}
}

func outside(age, least, most int64) bool {
	return least != claim.None64 && age < least || most != claim.None64 && age > most
}

// rules finds the rows of the longest prefix of a diagnosis, once a code.
type rules struct {
	view     *detectors.View
	byPrefix map[string][]knowledge.DiagnosisRule
	memo     []remembered
}

type remembered struct {
	known bool
	rows  []knowledge.DiagnosisRule
}

func newRules(v *detectors.View) *rules {
	r := &rules{view: v, byPrefix: map[string][]knowledge.DiagnosisRule{}}
	for _, row := range v.Knowledge().Diagnoses {
		r.byPrefix[row.Prefix] = append(r.byPrefix[row.Prefix], row)
	}
	return r
}

func (r *rules) of(code int32) []knowledge.DiagnosisRule {
	for int(code) >= len(r.memo) {
		r.memo = append(r.memo, make([]remembered, int(code)+16-len(r.memo))...)
	}
	m := &r.memo[code]
	if !m.known {
		m.known = true
		text := r.view.Text(claim.DiagCode, code)
		for n := len(text); n > 0 && m.rows == nil; n-- {
			m.rows = r.byPrefix[text[:n]]
		}
	}
	return m.rows
}
