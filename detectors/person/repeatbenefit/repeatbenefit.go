// Package repeatbenefit finds one bill settled more than once.
package repeatbenefit

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

// Detector is S16.
var Detector = &detectors.Detector{
	ID: "S16-repeat-benefit", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "同一票据重复享受待遇", EN: "One bill settled more than once"},
	Doc: detectors.Words{
		ZH: "同一参保人：同一非空票据号出现在至少两笔净结算中。金额为结算次序第一笔以外各笔的基金支付合计。",
		EN: "One person: the same bill number, not empty, stands in at least two net claims. Amount: what the fund paid for all but the first.",
	},
	Clears:  detectors.Words{ZH: "票据号录入有误，或一张票据依规定分次结算。", EN: "A wrong bill number, or a bill that rules allow to settle in parts."},
	Basis:   []string{"条例41(二)", "实施细则（已结算费用再次结算）"},
	Classes: []string{"F40"},
	Key:     "bill_no",
	Subject: "person",
	Reads:   []claim.Field{claim.PsnNo, claim.BillNo, claim.FundPaySumamt},
	Rests:   detectors.OnBills,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	bill, fund := v.Codes(claim.BillNo), v.Few(claim.FundPaySumamt)
	var billed []int32
	var groups detectors.Groups
	return func(p *detectors.Person, emit *detectors.Emitter) {
		billed = billed[:0]
		for c := p.From; c < p.To; c++ {
			if bill[c] != claim.NoCode {
				billed = append(billed, c)
			}
		}
		if len(billed) < 2 {
			return
		}
		groups.By(billed, func(c int32) int32 { return bill[c] }, func(no int32, claims []int32) {
			if len(claims) < 2 {
				return
			}
			emit.Hit(detectors.Hit{
				Subject: detectors.PersonKind, Code: emit.PersonOf(p.From), Key: v.Text(claim.BillNo, no), Claims: claims,
				Amount: total(fund, claims[1:]), Facts: detectors.Facts{{Name: "settlements", Value: len(claims)}},
			})
		})
	}
}

func total(fund detectors.Few, claims []int32) (sum claim.Wide) {
	for _, c := range claims {
		sum = sum.Plus(fund.Of(c))
	}
	return sum
}
