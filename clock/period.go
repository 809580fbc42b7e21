package clock

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Unit is what a period is counted in.
type Unit string

// The units, as commands, tables and journal lines write them.
const (
	WorkingDays Unit = "working-days" // 工作日
	Days        Unit = "days"         // 日，自然日
	Months      Unit = "months"       // 月
	Hours       Unit = "hours"        // 小时
)

// Units are all units.
var Units = []Unit{WorkingDays, Days, Months, Hours}

// Open is the last day of a range that has not ended: a clock that stands still.
const Open Day = math.MaxInt32

// Range is the days from From to To, both included.
type Range struct{ From, To Day }

// Has reports whether a day lies in the range.
func (r Range) Has(d Day) bool { return r.From <= d && d <= r.To }

// Period is a period that runs.
type Period struct {
	From    Moment  // when it was started; its day is not counted
	N       int     // how long, at least 1
	Unit    Unit    //
	Extend  int     // by how much it was extended, in the same unit
	Exclude []Range // days that do not count, and on which it does not end; for days and working days only
}

// End is when a period ends.
type End struct {
	Last Moment // its last second; of a unit of days 23:59:59 of the last day
	Unit Unit
}

// Day is the last day.
func (e End) Day() Day { return e.Last.Day() }

// Over reports whether the period has ended at a moment.
func (e End) Over(at Moment) bool { return at > e.Last }

// String writes the last day, or for hours the last second.
func (e End) String() string {
	if e.Unit == Hours {
		return e.Last.String()
	}
	return e.Day().String()
}

// ErrStopped is the error of a period that has no end yet, since its clock
// stands still.
var ErrStopped = errors.New("期限中止，尚未恢复 (the period is suspended and has no end yet)")

// errBeyond is the error of a period that ends on no day that can be written.
var errBeyond = errors.New("期限届满日晚于 9999-12-31 (the period ends after 9999-12-31)")

// Check says what is wrong with a period, whatever the calendar.
func (p Period) Check() error {
	switch {
	case !slices.Contains(Units, p.Unit):
		return fmt.Errorf("%q 不是期限单位 (not a unit)", p.Unit)
	case p.N < 1:
		return fmt.Errorf("期限须至少为 1 (a period is at least 1)")
	case p.Extend < 0:
		return fmt.Errorf("延长不能为负 (an extension is not negative)")
	case len(p.Exclude) > 0 && p.Unit != Days && p.Unit != WorkingDays:
		return fmt.Errorf("按%s计算的期限不能扣除日期 (days are left out of days and working days only)", unitNames[p.Unit])
	}
	for _, r := range p.Exclude {
		if r.To < r.From {
			return fmt.Errorf("扣除期间 %s 至 %s 的末日早于首日 (a range that ends before it begins)", r.From, r.To)
		}
	}
	return nil
}

// End is when the period ends. It fails where Check does, with ErrStopped, or
// with a MissingYear.
func (c *Calendar) End(p Period) (End, error) {
	if err := p.Check(); err != nil {
		return End{}, err
	}
	if p.N > math.MaxInt-p.Extend {
		return End{}, errBeyond
	}
	n := p.N + p.Extend
	if p.Unit == Hours {
		if n > int(lastDay.Start()-firstDay.Start())/3600+24 || p.From+Moment(n)*3600 >= (lastDay+1).Start() {
			return End{}, errBeyond
		}
		return End{p.From + Moment(n)*3600, Hours}, nil
	}
	d, err := c.endDay(p, n)
	if err != nil {
		return End{}, err
	}
	return End{(d + 1).Start() - 1, p.Unit}, nil
}

func (c *Calendar) endDay(p Period, n int) (Day, error) {
	d := p.From.Day()
	if p.Unit == Months {
		if n > 9999*12 {
			return 0, errBeyond
		}
		if d = d.AddMonths(n); d > lastDay {
			return 0, errBeyond
		}
	} else {
		w := walk{c, p.Exclude}
		for n > 0 {
			d++
			counts, err := w.counts(d, p.Unit)
			if err != nil {
				return 0, err
			}
			if counts {
				n--
			}
		}
	}
	return walk{c, p.Exclude}.onto(d)
}

// walk goes from day to day.
type walk struct {
	calendar *Calendar
	exclude  []Range
}

// excluded reports whether a day is left out; a day that is, and every later
// one too, is ErrStopped.
func (w walk) excluded(d Day) (out bool, err error) {
	if d > lastDay {
		return false, errBeyond
	}
	for _, r := range w.exclude {
		if r.Has(d) {
			if r.To == Open {
				return true, ErrStopped
			}
			out = true
		}
	}
	return out, nil
}

// counts reports whether a day is one of a unit's.
func (w walk) counts(d Day, u Unit) (bool, error) {
	out, err := w.excluded(d)
	if err != nil || out {
		return false, err
	}
	if u == Days {
		return true, nil
	}
	return w.calendar.Working(d)
}

// onto moves on to the next working day that is not left out, unless d is one.
func (w walk) onto(d Day) (Day, error) {
	for ; ; d++ {
		working, err := w.counts(d, WorkingDays)
		if err != nil || working {
			return d, err
		}
	}
}

// Left is how many of the period's days are left after a day, or hours after a
// moment, rounded up; 0 when it is over. Months are counted as natural days, and
// so are days that were moved on to a working day.
func (c *Calendar) Left(p Period, at Moment) (int, error) {
	end, err := c.End(p)
	if err != nil {
		return 0, err
	}
	if p.Unit == Hours {
		return int(max(0, (end.Last-max(at, p.From)+3599)/3600)), nil
	}
	unit := p.Unit
	if unit == Months {
		unit = Days
	}
	w, n := walk{c, p.Exclude}, 0
	for d := max(at, p.From).Day() + 1; d <= end.Day(); d++ {
		counts, err := w.counts(d, unit)
		if err != nil {
			return 0, err
		}
		if counts {
			n++
		}
	}
	return n, nil
}

var unitNames = map[Unit]string{WorkingDays: "工作日", Days: "日", Months: "月", Hours: "小时"}

// Chinese is the unit as Chinese texts write it after a number.
func (u Unit) Chinese() string {
	if u == WorkingDays || u == Hours || u == Months {
		return "个" + unitNames[u]
	}
	return unitNames[u]
}
