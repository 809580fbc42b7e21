// Package drughoarding finds much of one drug from many institutions.
package drughoarding

import (
	"fundwatch/claim"
	"fundwatch/detectors"
)

var (
	window  = &detectors.Param{Name: "window_days", Default: 180, Min: 1, Max: 3660, Unit: detectors.Words{ZH: "天", EN: "days"}}
	minInst = &detectors.Param{Name: "min_institutions", Default: 3, Min: 1, Max: 1000, Unit: detectors.Words{ZH: "家机构", EN: "institutions"}}
	maxUnit = &detectors.Param{Name: "max_units", Default: 60, Min: 0, Max: 1_000_000, Unit: detectors.Words{ZH: "计价单位", EN: "units"}}
)

// Detector is S10.
var Detector = &detectors.Detector{
	ID: "S10-drug-hoarding", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "多机构大量开药", EN: "Much of one drug from many institutions"},
	Doc: detectors.Words{
		ZH: "同一参保人、同一药品（非住院）：某个窗口（按费用发生日）内的明细来自不少于规定家数的机构，且净数量合计大于上限；相互有共同明细的窗口并为一段。金额为该段明细的纳入范围金额合计。",
		EN: "One person and drug, outside stays: some window of fee days holds lines of at least the given number of institutions and more than the given units; windows that share a line make one run. Amount: the in-scope amounts of the run.",
	},
	Clears:  detectors.Words{ZH: "长期用药的处方与用量相符，或迁居、缺药造成多处购药。", EN: "A long-term prescription that explains the amount, a move, or a shortage."},
	Basis:   []string{"条例41(三)", "条例38(二)"},
	Classes: []string{"两库51", "F25"},
	Uses:    []string{"items.kind"},
	Key:     "item",
	Subject: "person",
	Reads: []claim.Field{claim.MedType, claim.FixmedinsCode, claim.MedListCodg, claim.FeeOcurTime, claim.Cnt,
		claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Params: []*detectors.Param{window, minInst, maxUnit},
	Rests:  detectors.OnItems,
	Items:  detectors.IsDrug,
	May:    may,
	Person: person,
}

const unit = 10_000 // 1 in quantities

// may is whether all claims together reach the limits.
func may(v *detectors.View) func(claims []claim.Glance) bool {
	least, most := int(v.Number(minInst)), v.Number(maxUnit)
	return func(claims []claim.Glance) bool {
		sum := int64(0)
		for _, c := range claims {
			switch {
			case c.Stay:
			case c.Units == claim.Much:
				return len(claims) >= least
			default:
				sum += int64(c.Units)
			}
		}
		return len(claims) >= least && sum > most
	}
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	k := &kernel{View: v, drugs: v.DrugLines(), time: v.Numbers(claim.FeeOcurTime), cnt: v.Numbers(claim.Cnt), inst: v.Codes(claim.FixmedinsCode),
		inscp: v.InScope(), days: v.Number(window), least: int(v.Number(minInst)), at: map[int32]int{}, most: claim.WideOf(v.Number(maxUnit) * unit)}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for _, g := range p.Groups {
			if int(g.To-g.From) < k.least {
				continue // each institution needs a line
			}
			// What all lines together do not reach, no window does.
			if lines := k.drugs.Outside(p.Lines(g)); len(lines) >= k.least && detectors.Total(k.cnt, lines).Cmp(k.most) > 0 {
				k.drug(v.Text(claim.MedListCodg, g.Item), lines, emit)
			}
		}
	}
}

type kernel struct {
	*detectors.View
	drugs     *detectors.DrugLines
	time, cnt []int64
	inst      []int32
	inscp     detectors.InScope
	days      int64
	least     int
	most      claim.Wide
	runs      detectors.Runs
	at        map[int32]int // lines of the window by institution
}

// drug slides a window over the lines of one drug, which are in the order of
// fee time.
func (k *kernel) drug(item string, lines []int32, emit *detectors.Emitter) {
	k.runs.Reset()
	clear(k.at)
	var sum claim.Wide
	last := 0
	for i, l := range lines {
		day := claim.DayOf(k.time[l])
		for last < len(lines) && claim.DayOf(k.time[lines[last]])-day < k.days {
			k.at[k.institution(lines[last])]++
			sum = sum.Plus(k.cnt[lines[last]])
			last++
		}
		if len(k.at) >= k.least && sum.Cmp(k.most) > 0 {
			k.runs.Add(i, last)
		}
		if in := k.institution(l); k.at[in] == 1 {
			delete(k.at, in)
		} else {
			k.at[in]--
		}
		sum = sum.Plus(-k.cnt[l])
	}
	for _, r := range k.runs.List {
		run := lines[r.From:r.To]
		emit.Hit(detectors.Hit{
			Subject: detectors.PersonKind, Code: emit.PersonOf(k.History.LineClaim[run[0]]), Key: item, Lines: run, Amount: k.inscp.Sum(run),
			Facts: detectors.Facts{detectors.Quantity("quantity", detectors.Total(k.cnt, run))},
		})
	}
}

func (k *kernel) institution(line int32) int32 { return k.inst[k.History.LineClaim[line]] }
