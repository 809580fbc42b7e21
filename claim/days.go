package claim

import "math"

// Days are the days from first to last, counted from 1970: none where last is
// before first. All days from last on are one, and all up to first.
type Days struct{ first, last uint16 }

var noDays = Days{math.MaxUint16, 0}

// dayAt gives the day of a time as it is counted in Days.
func dayAt(seconds int64) uint16 { return uint16(min(max(DayOf(seconds), 0), math.MaxUint16)) }

func (d Days) has(seconds int64) bool {
	at := dayAt(seconds)
	return d.first <= at && at <= d.last
}

// and gives the days from the first of both to the last.
func (d Days) and(o Days) Days { return Days{min(d.first, o.first), max(d.last, o.last)} }

// meet reports whether both have a day in common.
func (d Days) meet(o Days) bool { return d.first <= o.last && o.first <= d.last }

// Has reports whether all days between two, written as FormatDay does, are
// among them.
func (d Days) Has(from, to string) bool {
	return d.first <= d.last && (d.first == 0 || FormatDay(int64(d.first)) <= from) && (d.last == math.MaxUint16 || to <= FormatDay(int64(d.last)))
}
