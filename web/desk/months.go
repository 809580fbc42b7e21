package desk

import (
	"html/template"

	"fundwatch/internal/recall"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// months is what claims come to month by month, to be drawn and told in a
// table.
type months struct {
	Months  []monthRow    `json:"months"`
	Drawing template.HTML `json:"-"`
}

// monthRow is what the claims of a month come to.
type monthRow struct {
	Month  string `json:"month"`
	Claims int64  `json:"claims"`
	Fund   int64  `json:"fund_fen"`
}

func monthsOf(lang words.Lang, all map[string]recall.Month) (p months) {
	var days []chart.Day
	for name, m := range all {
		days = append(days, chart.Day{Day: name + "-01", Count: m.Claims})
	}
	columns := chart.Months(days, func(label string, n int64) string { return lang.Say("months.tip", label, words.Int(n)) })
	p.Drawing = chart.Columns(columns, lang.Say("months.title"))
	for _, c := range columns {
		p.Months = append(p.Months, monthRow{c.Label, c.Count, all[c.Label].Fund})
	}
	return p
}

// spark draws months as a line that stands in a list.
func spark(lang words.Lang, all []recall.Month) template.HTML {
	var days []chart.Day
	for _, m := range all {
		days = append(days, chart.Day{Day: m.Month + "-01", Count: m.Claims})
	}
	columns := chart.Months(days, func(label string, n int64) string { return lang.Say("months.tip", label, words.Int(n)) })
	if len(columns) < 2 {
		return "" // a point tells nothing of how it went
	}
	columns = columns[max(len(columns)-sparkMonths, 0):]
	least, most := columns[0].Count, columns[0].Count
	for _, c := range columns {
		least, most = min(least, c.Count), max(most, c.Count)
	}
	return chart.Spark(columns, lang.Say("spark.title", columns[0].Label, columns[len(columns)-1].Label, words.Int(least), words.Int(most), words.Int(columns[len(columns)-1].Count)))
}

// sparkMonths is how many months stand in a list: two years.
const sparkMonths = 24
