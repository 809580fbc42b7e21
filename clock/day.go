package clock

import (
	"fmt"
	"time"
)

// Day is a civil day, counted from 1970-01-01.
type Day int32

// The days that can be written.
var (
	firstDay = Date(1, 1, 1)
	lastDay  = Date(9999, 12, 31)
)

const daySeconds = 24 * 60 * 60

// Date is the day of a year, a month and a day of it. A day beyond the end of
// its month is one of the next.
func Date(year, month, day int) Day {
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// ParseDay reads YYYY-MM-DD, written exactly so, of the years 0001 to 9999.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("%q 不是日期，应写作 2026-03-05 (not a day)", text)
	}
	return Day(t.Unix() / daySeconds), nil
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*daySeconds, 0).UTC() }

// String writes YYYY-MM-DD.
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// Year is the year of the day.
func (d Day) Year() int { return d.utc().Year() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// AddMonths is the same day number n months later, or the last day of that
// month where it has none.
func (d Day) AddMonths(n int) Day {
	year, month, day := d.utc().Date()
	last := Date(year, int(month)+n+1, 0)
	return min(Date(year, int(month)+n, day), last)
}

// Moment is a civil second, counted from 1970-01-01 00:00:00.
type Moment int64

// ParseMoment reads "YYYY-MM-DD hh:mm:ss", written exactly so.
func ParseMoment(text string) (Moment, error) {
	t, err := time.Parse(time.DateTime, text)
	if err != nil || t.Year() < 1 || len(text) != len(time.DateTime) {
		return 0, fmt.Errorf("%q 不是时间，应写作 2026-03-05 08:30:00 (not a time)", text)
	}
	return Moment(t.Unix()), nil
}

// MomentOf is the civil second that t shows where it is.
func MomentOf(t time.Time) Moment {
	_, offset := t.Zone()
	return Moment(t.Unix() + int64(offset))
}

// Start is the first second of the day.
func (d Day) Start() Moment { return Moment(d) * daySeconds }

// Day is the day of the moment.
func (m Moment) Day() Day {
	if m < 0 {
		return Day((m - daySeconds + 1) / daySeconds)
	}
	return Day(m / daySeconds)
}

// String writes "YYYY-MM-DD hh:mm:ss".
func (m Moment) String() string { return time.Unix(int64(m), 0).UTC().Format(time.DateTime) }
