package chart

import (
	"cmp"
	"slices"
	"time"
)

// Day is how many things lie on a day.
type Day struct {
	Day   string // YYYY-MM-DD
	Count int64
}

// Longest spans of time that are drawn day by day and month by month.
const (
	daily   = 62      // days
	monthly = 8 * 366 // days
)

// Timeline puts days into columns of days, months or years, whichever lets the
// span be seen, with a column also where there is nothing. tip words a column.
// Days that are none are left out.
func Timeline(days []Day, tip func(label string, count int64) string) []Column {
	return columnsOf(days, tip, func(span int) string {
		switch {
		case span > monthly:
			return "2006"
		case span > daily:
			return "2006-01"
		}
		return time.DateOnly
	})
}

// Months is Timeline by months, however long the span is.
func Months(days []Day, tip func(label string, count int64) string) []Column {
	return columnsOf(days, tip, func(int) string { return "2006-01" })
}

// columnsOf puts days into columns; formOf gives the form of their labels by
// the span of days.
func columnsOf(days []Day, tip func(label string, count int64) string, formOf func(span int) string) []Column {
	type dated struct {
		at    time.Time
		count int64
	}
	var all []dated
	for _, d := range days {
		if at, err := time.Parse(time.DateOnly, d.Day); err == nil {
			all = append(all, dated{at, d.Count})
		}
	}
	if len(all) == 0 {
		return nil
	}
	byDay := func(a, b dated) int { return a.at.Compare(b.at) }
	first, last := slices.MinFunc(all, byDay).at, slices.MaxFunc(all, byDay).at
	span := int(last.Sub(first).Hours() / 24)
	form := formOf(span)
	years, months, step := map[string]int{"2006": 1}[form], map[string]int{"2006-01": 1}[form], map[string]int{time.DateOnly: 1}[form]
	counts := map[string]int64{}
	for _, d := range all {
		counts[d.at.Format(form)] += d.count
	}
	// From the first day of the first column, so that adding months never skips one.
	at, _ := time.Parse(form, first.Format(form))
	var out []Column
	for ; cmp.Compare(at.Format(form), last.Format(form)) <= 0; at = at.AddDate(years, months, step) {
		label := at.Format(form)
		out = append(out, Column{Label: label, Count: counts[label], Tip: tip(label, counts[label])})
	}
	return out
}
