package desk

import (
	"html/template"
	"strconv"

	"fundwatch/internal/recall"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// week is when claims of an institution are settled, by day of the week and by
// hour, to be drawn and told in a table.
type week struct {
	Counts  [7][24]int64  `json:"by_day_and_hour"` // from Monday, from 0
	Hours   []countRow    `json:"-"`
	Days    []string      `json:"-"`
	Drawing template.HTML `json:"-"`
}

// countRow is a row of counts in the table beside a heat map.
type countRow struct {
	Name   string
	Counts []int64
}

// weekdays are keys of the words, from Monday.
var weekdays = []string{"day.mon", "day.tue", "day.wed", "day.thu", "day.fri", "day.sat", "day.sun"}

func weekOf(lang words.Lang, t recall.Tally) week {
	w := week{Counts: t.Week}
	h := chart.Heat{Title: lang.Say("week.title"), Tip: func(day, hour string, n int64) string { return lang.Say("week.tip", day, hour, words.Int(n)) }}
	var most, all int64
	var day, hour int
	for d := range weekdays {
		w.Days = append(w.Days, lang.Say(weekdays[d]))
		h.Counts = append(h.Counts, t.Week[d][:])
		for i, n := range t.Week[d] {
			if all += n; n > most {
				most, day, hour = n, d, i
			}
		}
	}
	if all == 0 {
		return week{}
	}
	for i := range 24 {
		h.Columns = append(h.Columns, strconv.Itoa(i))
		row := countRow{Name: strconv.Itoa(i)}
		for d := range weekdays {
			row.Counts = append(row.Counts, t.Week[d][i])
		}
		w.Hours = append(w.Hours, row)
	}
	h.Rows, h.About = w.Days, lang.Say("week.about", words.Int(all), w.Days[day], hour, words.Int(most))
	w.Drawing = h.Draw()
	return w
}
