package clock

import (
	"bytes"
	_ "embed" // the calendar comes with the program
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"
)

// Calendar says which days are working days. A nil Calendar knows no year.
type Calendar struct {
	notices map[int][]string // year to the notices that arrange it
	marked  map[Day]Mark
}

// Mark is what a notice says of a day.
type Mark struct {
	Working bool   // a make-up day; otherwise a day off
	Name    string // of the holiday, in Chinese
}

// MissingYear is the error of a year that no notice arranges.
type MissingYear struct{ Year int }

// Error names the year.
func (e MissingYear) Error() string {
	return fmt.Sprintf("没有 %d 年的国务院放假安排，无法计算 (no calendar for the year %d)", e.Year, e.Year)
}

//go:embed calendar.csv
var calendarCSV []byte

//go:embed notices.csv
var noticesCSV []byte

// StateCouncil is the calendar of the State Council's notices (国务院办公厅关于
// 节假日安排的通知) of 2015 to 2026. docs/clock.md names the sources.
var StateCouncil = sync.OnceValue(func() *Calendar {
	c, err := ReadCalendar(bytes.NewReader(calendarCSV), bytes.NewReader(noticesCSV))
	if err != nil {
		panic(fmt.Errorf("the calendar of the program: %w", err)) // the tests read it
	}
	return c
})

// ReadCalendar reads the table of marked days (day, kind: off or work, name) and
// that of notices (year, notice). A year is known when it has a notice.
func ReadCalendar(days, notices io.Reader) (*Calendar, error) {
	c := &Calendar{notices: map[int][]string{}, marked: map[Day]Mark{}}
	rows, err := readTable(notices, "year", "notice")
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	for _, r := range rows {
		year, err := strconv.Atoi(r[0])
		if err != nil {
			return nil, fmt.Errorf("notices: %q is no year", r[0])
		}
		c.notices[year] = append(c.notices[year], r[1])
	}
	if rows, err = readTable(days, "day", "kind", "name"); err != nil {
		return nil, fmt.Errorf("days: %w", err)
	}
	for _, r := range rows {
		d, err := ParseDay(r[0])
		if err != nil {
			return nil, fmt.Errorf("days: %w", err)
		}
		if _, twice := c.marked[d]; twice {
			return nil, fmt.Errorf("days: %s stands there twice", d)
		}
		if r[1] != "off" && r[1] != "work" {
			return nil, fmt.Errorf("days: %s is %q, neither off nor work", d, r[1])
		}
		c.marked[d] = Mark{Working: r[1] == "work", Name: r[2]}
	}
	return c, nil
}

// readTable reads a CSV with exactly these columns.
func readTable(r io.Reader, columns ...string) ([][]string, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(columns)
	rows, err := in.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("no header")
	}
	for i, name := range columns {
		if rows[0][i] != name {
			return nil, fmt.Errorf("column %d is %q, not %q", i+1, rows[0][i], name)
		}
	}
	return rows[1:], nil
}

// Working reports whether a day is a working day: Monday to Friday but for
// holidays, and make-up days. A year without a notice is a MissingYear.
func (c *Calendar) Working(d Day) (bool, error) {
	if err := c.needs(d); err != nil {
		return false, err
	}
	if mark, marked := c.marked[d]; marked {
		return mark.Working, nil
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday, nil
}

func (c *Calendar) needs(d Day) error {
	if c != nil && len(c.notices[d.Year()]) > 0 {
		return nil
	}
	return MissingYear{d.Year()}
}

// Mark is what the notices say of a day, and whether they name it at all.
func (c *Calendar) Mark(d Day) (Mark, bool) {
	m, marked := c.marked[d]
	return m, marked
}

// Notices are the addresses of the notices that arrange a year.
func (c *Calendar) Notices(year int) []string { return c.notices[year] }
