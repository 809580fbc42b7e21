// Package windowfrequency finds more of an item in a span of days than is paid.
package windowfrequency

import (
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S13.
var Detector = &detectors.Detector{
	ID: "S13-window-frequency", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "周期内超频次", EN: "More than the limit of a period"},
	Doc: detectors.Words{
		ZH: "同一参保人、同一项目：某个窗口（按费用发生日）内的净数量合计大于窗口上限，窗口天数与上限都取窗口末日有效的目录；相互有共同明细的窗口并为一段。被查对象为该段最后一条明细的机构。金额为该段纳入范围金额合计按超出数量所占份额计算，超出数量＝净数量合计－上限×段内天数折合的窗口数（进一），不为正则为0。",
		EN: "One person and item: some window of fee days holds more than the most for a window, both from the row in force on the window's last day; windows that share a line make one run. Subject: the institution of the run's last line. Amount: the share of the run's in-scope amounts for the quantity above the most × the number of windows the run spans (rounded up), 0 when that is not positive.",
	},
	Clears:  detectors.Words{ZH: "病历证明确有需要，或目录的周期起算方式不同。", EN: "A need the record shows, or a period that begins otherwise."},
	Basis:   []string{"条例38(二)", "条例38(三)"},
	Classes: []string{"两库10", "两库23", "两库31", "F24"},
	Uses:    []string{"items.window_days", "items.max_per_window"},
	Key:     "item",
	Subject: "institution of the last line",
	Reads:   []claim.Field{claim.FixmedinsCode, claim.MedListCodg, claim.FeeOcurTime, claim.Cnt, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Rests:   detectors.OnItems,
	Items:   limited,
	Person:  person,
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	k := &kernel{View: v, items: v.ItemsWith(limited), time: v.Numbers(claim.FeeOcurTime), cnt: v.Numbers(claim.Cnt), inscp: v.InScope()}
	return func(p *detectors.Person, emit *detectors.Emitter) {
		for _, g := range p.Groups {
			if rows := k.items.Of(g.Item); rows != nil {
				k.item(rows, v.Text(claim.MedListCodg, g.Item), p.Lines(g), emit)
			}
		}
	}
}

func limited(row *knowledge.Item) bool {
	return row.WindowDays != claim.None64 && row.MaxPerWindow != claim.None64
}

type kernel struct {
	*detectors.View
	items     detectors.Items
	time, cnt []int64
	inscp     detectors.InScope
	runs      detectors.Runs
	before    []claim.Wide // before[i]: Σ cnt of the lines before i
}

func (k *kernel) day(line int32) int64 { return claim.DayOf(k.time[line]) }

// inForce is the row of a day when it has both limits.
func inForce(rows detectors.Versions, day int64) *knowledge.Item {
	if row := knowledge.InForce(rows, day); row != nil && limited(row) {
		return row
	}
	return nil
}

func (k *kernel) item(rows detectors.Versions, key string, lines []int32, emit *detectors.Emitter) {
	k.before = append(k.before[:0], claim.Wide{})
	for _, l := range lines {
		k.before = append(k.before, k.before[len(k.before)-1].Plus(k.cnt[l]))
	}
	k.runs.Reset()
	for to := 0; to < len(lines); {
		day := k.day(lines[to])
		for to < len(lines) && k.day(lines[to]) == day {
			to++
		}
		row := inForce(rows, day)
		if row == nil {
			continue
		}
		from := to
		for from > 0 && day-k.day(lines[from-1]) < row.WindowDays {
			from--
		}
		if from < to && k.before[to].Sub(k.before[from]).Cmp(claim.WideOf(row.MaxPerWindow)) > 0 {
			k.runs.Add(from, to)
		}
	}
	for _, r := range k.runs.List {
		k.run(rows, key, lines[r.From:r.To], k.before[r.To].Sub(k.before[r.From]), emit)
	}
}

func (k *kernel) run(rows detectors.Versions, key string, lines []int32, total claim.Wide, emit *detectors.Emitter) {
	first, last := k.day(lines[0]), k.day(lines[len(lines)-1])
	row := inForce(rows, last)
	windows := (last - first + row.WindowDays) / row.WindowDays // ceil((last−first+1)/window)
	excess := total.Sub(claim.Product(row.MaxPerWindow, windows))
	var amount claim.Wide
	if excess.Sign() > 0 {
		amount = claim.Share(k.inscp.Sum(lines), excess, total)
	}
	emit.Hit(detectors.Hit{
		Subject: detectors.Institution, Code: emit.InstitutionOf(k.lastClaim(lines)), Key: key, Lines: lines, Amount: amount,
		Facts: detectors.Facts{detectors.Quantity("quantity", total), {Name: "windows", Value: windows}},
	})
}

// lastClaim is the claim of the last line by (fee time, claim order): a
// claim's row in the history is its place in claim order.
func (k *kernel) lastClaim(lines []int32) int32 {
	best := lines[0]
	for _, l := range lines[1:] {
		if k.time[l] > k.time[best] || k.time[l] == k.time[best] && k.History.LineClaim[l] > k.History.LineClaim[best] {
			best = l
		}
	}
	return k.History.LineClaim[best]
}
