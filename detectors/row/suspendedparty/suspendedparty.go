// Package suspendedparty finds claims of parties that were suspended.
package suspendedparty

import (
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is R11.
var Detector = &detectors.Detector{
	ID: "R11-suspended-party", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "暂停期间的费用", EN: "Fees of a suspended party"},
	Doc: detectors.Words{
		ZH: "逐笔结算、逐个当事方（机构、参保人、明细的开单人员）：净明细的费用发生日处于该当事方的暂停期内；没有净明细的看机构和参保人在结算日的状态。急诊不计；入院日早于暂停起始日的住院不受该次暂停影响。金额为这些明细的纳入范围金额合计；没有净明细的为基金支付总额。",
		EN: "Per claim and party (institution, person, or the orderer of a line): the fee day of net lines lies in a suspension of the party; without net lines institution and person count on the settlement day. Emergencies are left out, and a suspension does not touch a stay admitted before it began. Amount: the in-scope amounts of these lines, or what the fund paid.",
	},
	Clears:  detectors.Words{ZH: "暂停已解除或日期有误，或属于规定可以结算的情形。", EN: "The suspension was lifted or misdated, or the case may be settled by rule."},
	Basis:   []string{"条例13", "条例38(七)", "条例41"},
	Classes: []string{},
	Uses:    []string{"suspensions"},
	Subject: "institution, person or practitioner",
	Reads: []claim.Field{claim.FixmedinsCode, claim.PsnNo, claim.BilgDrCodg, claim.MedType, claim.Begntime,
		claim.FeeOcurTime, claim.SetlTime, claim.FundPaySumamt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Claims: claims,
}

// measures are the suspensions of one kind of subject, by code; empty when
// nobody of that kind is suspended.
type measures [][]knowledge.Suspension

func (m measures) of(code int32) []knowledge.Suspension {
	if code < 0 || int(code) >= len(m) {
		return nil
	}
	return m[code]
}

func claims(v *detectors.View) func(from, to int32, emit *detectors.Emitter) {
	k := &kernel{View: v, inscp: v.InScope(), time: v.Numbers(claim.FeeOcurTime), begin: v.Numbers(claim.Begntime), doctor: v.Sparse(claim.BilgDrCodg)}
	k.institutions = bySubject(v, knowledge.SubjectInstitution, claim.FixmedinsCode)
	k.persons = bySubject(v, knowledge.SubjectPerson, claim.PsnNo)
	k.practitioners = bySubject(v, knowledge.SubjectPractitioner, claim.BilgDrCodg)
	inst, person, care, kind := v.Codes(claim.FixmedinsCode), v.Codes(claim.PsnNo), v.Care(), v.Codes(claim.MedType)
	k.settled, k.fund = v.Numbers(claim.SetlTime), v.Numbers(claim.FundPaySumamt)
	return func(from, to int32, emit *detectors.Emitter) {
		if len(k.institutions)+len(k.persons)+len(k.practitioners) == 0 {
			return
		}
		for c := from; c < to; c++ {
			setting := care.Of(kind[c])
			if setting == claim.Emergency {
				continue
			}
			k.stay = setting == claim.Inpatient
			k.party(c, detectors.Institution, inst[c], k.institutions, emit)
			k.party(c, detectors.PersonKind, person[c], k.persons, emit)
			if len(k.practitioners) > 0 {
				k.orderers(c, emit)
			}
		}
	}
}

func bySubject(v *detectors.View, kind knowledge.SubjectKind, f claim.Field) measures {
	var out measures
	for _, s := range v.Knowledge().Suspensions {
		if s.Subject != kind {
			continue
		}
		if c := v.Code(f, s.Code); c != claim.NoCode {
			if more := int(c) + 1 - len(out); more > 0 {
				out = append(out, make(measures, more)...)
			}
			out[c] = append(out[c], s)
		}
	}
	return out
}

type kernel struct {
	*detectors.View
	institutions, persons, practitioners measures
	inscp                                detectors.InScope
	time, begin, settled, fund           []int64
	doctor                               claim.Sparse
	stay                                 bool
	who                                  []int32 // by line of the claim at hand
	hit                                  []int32
	seen                                 []int32
}

// suspended reports whether one of the suspensions covers the day for claim c.
func (k *kernel) suspended(list []knowledge.Suspension, c int32, day int64) bool {
	for _, s := range list {
		if day >= s.From && day <= s.To && !(k.stay && claim.DayOf(k.begin[c]) < s.From) {
			return true
		}
	}
	return false
}

// party judges the institution or the person of a claim: all its lines.
func (k *kernel) party(c int32, kind string, code int32, all measures, emit *detectors.Emitter) {
	list := all.of(code)
	if list == nil {
		return
	}
	h := k.History
	k.hit = k.hit[:0]
	for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
		if k.suspended(list, c, claim.DayOf(k.time[l])) {
			k.hit = append(k.hit, l)
		}
	}
	amount := k.inscp.Sum(k.hit)
	if h.NetLines[c] == h.NetLines[c+1] {
		if !k.suspended(list, c, claim.DayOf(k.settled[c])) {
			return
		}
		amount = claim.WideOf(k.fund[c])
	} else if len(k.hit) == 0 {
		return
	}
	emit.Hit(detectors.Hit{Subject: kind, Code: code, Claims: []int32{c}, Lines: k.hit, Amount: amount})
}

// orderers judges each practitioner of the claim's lines by these lines.
func (k *kernel) orderers(c int32, emit *detectors.Emitter) {
	h := k.History
	from, to := h.NetLines[c], h.NetLines[c+1]
	k.who, k.seen = k.doctor.OfLines(from, to, k.who), k.seen[:0]
	for i, who := range k.who {
		if i > 0 && who == k.who[i-1] { // mostly one orders all
			continue
		}
		list := k.practitioners.of(who)
		if list == nil || slices.Contains(k.seen, who) {
			continue
		}
		k.seen = append(k.seen, who)
		k.hit = k.hit[:0]
		for j := i; j < len(k.who); j++ {
			if m := from + int32(j); k.who[j] == who && k.suspended(list, c, claim.DayOf(k.time[m])) {
				k.hit = append(k.hit, m)
			}
		}
		if len(k.hit) > 0 {
			emit.Hit(detectors.Hit{Subject: detectors.Practitioner, Code: who, Lines: k.hit, Amount: k.inscp.Sum(k.hit)})
		}
	}
}
