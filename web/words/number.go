package words

import (
	"strconv"
	"strings"
	"time"
)

// None stands where there is nothing.
const None = "--"

// Int writes a number of things: 12,345.
func Int(n int64) string { return group(strconv.FormatInt(n, 10)) }

// group puts a comma between every three digits before the point.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, point := strings.Cut(s, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if point {
		b.WriteString("." + rest)
	}
	return b.String()
}

// Yuan writes fen as yuan, exactly: 1,234.50.
func Yuan(fen int64) string {
	s, sign := strconv.FormatInt(fen, 10), ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for len(s) < 3 {
		s = "0" + s
	}
	return group(sign + s[:len(s)-2] + "." + s[len(s)-2:])
}

// Steps of the units of money, in fen.
const (
	wan     = 1_000_000      // 1 万元
	yi      = 10_000_000_000 // 1 亿元
	million = 100_000_000    // a million yuan
)

// Large writes an amount as it is said, rounded to two decimals, with its unit:
// 12.35 万元, 1.20 亿元; in English in yuan or millions of them.
func (l Lang) Large(fen int64) string {
	size := max(fen, -fen)
	switch {
	case l == ZH && size >= yi:
		return l.Say("unit.yi", hundredths(fen, yi))
	case l == ZH && size >= wan:
		return l.Say("unit.wan", hundredths(fen, wan))
	case l == EN && size >= million:
		return l.Say("unit.million", hundredths(fen, million))
	}
	return l.Say("unit.yuan", Yuan(fen))
}

// hundredths writes fen / unit with two decimals, rounded half away from zero.
func hundredths(fen, unit int64) string {
	step := unit / 100
	half := step / 2
	if fen < 0 {
		half = -half
	}
	return Yuan((fen + half) / step)
}

// Day writes a day, or [None].
func Day(day string) string {
	if day == "" {
		return None
	}
	return day
}

// Date writes a day (YYYY-MM-DD) as documents do: 2026年3月5日, 5 March 2026.
// What is no day is left as it is.
func (l Lang) Date(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return day
	case l == EN:
		return t.Format("2 January 2006")
	}
	return t.Format("2006年1月2日")
}

// Range writes a first and a last day: 2026-03-05 ～ 2026-03-09.
func Range(first, last string) string {
	switch {
	case first == "" && last == "":
		return None
	case first == last || last == "":
		return first
	case first == "":
		return last
	}
	return first + " ～ " + last
}

// Ago writes a time as notices do: just now, minutes ago, hours ago, and after
// a day 11-21 08:00, of another year in full. at and now are read by one clock.
func (l Lang) Ago(at, now time.Time) string {
	switch d := now.Sub(at); {
	case d < time.Minute:
		return l.Say("ago.now")
	case d < time.Hour:
		return l.Say("ago.minutes", int(d.Minutes()))
	case d < 24*time.Hour:
		return l.Say("ago.hours", int(d.Hours()))
	case at.Year() == now.Year():
		return at.Format("01-02 15:04")
	}
	return at.Format("2006-01-02 15:04")
}
