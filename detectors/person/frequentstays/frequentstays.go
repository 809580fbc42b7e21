// Package frequentstays finds persons admitted very often.
package frequentstays

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var (
	window   = &detectors.Param{Name: "window_days", Default: 365, Min: 1, Max: 3660, Unit: detectors.Words{ZH: "天", EN: "days"}}
	minStays = &detectors.Param{Name: "min_stays", Default: 6, Min: 2, Max: 1000, Unit: detectors.Words{ZH: "次", EN: "stays"}}
)

// Detector is S08.
var Detector = &detectors.Detector{
	ID: "S08-frequent-stays", Version: "1", Grade: detectors.Indicator, Span: detectors.ByStays,
	Title: detectors.Words{ZH: "频繁住院", EN: "Frequent stays"},
	Doc: detectors.Words{
		ZH: "同一参保人：某个窗口（按入院日，窗口内任意两日相差小于窗口天数）内的住院不少于最少次数；相互有共同住院的窗口并为一段。证据为该段全部住院。金额为住院次序在（最少次数－1）之后各次的基金支付合计。",
		EN: "One person: some window of days (by admission day) holds at least the given number of stays; windows that share a stay make one run. Evidence: all stays of the run. Amount: what the fund paid for the stays beyond the (least number − 1)-th.",
	},
	Clears:  detectors.Words{ZH: "肿瘤、透析、精神疾病等需要多次住院的疾病。", EN: "Illnesses that need many stays, such as tumours, dialysis or psychosis."},
	Basis:   []string{"条例15", "条例25"},
	Classes: []string{"两库52", "F06"},
	Subject: "person",
	Reads:   []claim.Field{claim.MedType, claim.Begntime, claim.FundPaySumamt},
	Params:  []*detectors.Param{window, minStays},
	Rests:   detectors.OnStays,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	begin, fund := v.Few(claim.Begntime), v.Few(claim.FundPaySumamt)
	days, least := v.Number(window), int(v.Number(minStays))
	var runs detectors.Runs
	return func(p *detectors.Person, emit *detectors.Emitter) {
		if len(p.Stays) < least {
			return
		}
		runs.Reset()
		last := 0
		for i, c := range p.Stays {
			for last < len(p.Stays) && claim.DayOf(begin.Of(p.Stays[last]))-claim.DayOf(begin.Of(c)) < days {
				last++
			}
			if last-i >= least {
				runs.Add(i, last)
			}
		}
		for _, r := range runs.List {
			stays := p.Stays[r.From:r.To]
			var amount claim.Wide
			for _, c := range stays[least-1:] {
				amount = amount.Plus(fund.Of(c))
			}
			emit.Hit(detectors.Hit{
				Subject: detectors.PersonKind, Code: emit.PersonOf(p.From), Claims: stays, Amount: amount,
				Facts: detectors.Facts{{Name: "stays", Value: len(stays)}},
			})
		}
	}
}
