package report

import (
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// dated gives one finding for each day with 1, 2, 3 … fen.
func dated(days ...string) *Report {
	r := &Report{}
	for i, d := range days {
		r.Findings = append(r.Findings, detectors.Finding{Detector: daily.ID, Grade: daily.Grade, From: d, Amount: claim.WideOf(int64(i + 1))})
	}
	r.Detectors = totals(r.Findings, daily)
	return r
}

func TestMonths(t *testing.T) {
	m := survey(dated("2025-11-30", "2026-01-01", "2026-01-31", "", "2026-02-30")).monthColumns()
	var got []string
	for _, c := range m.Columns {
		got = append(got, c.Month+" "+c.Row.Findings+" "+c.Row.Amount)
	}
	if want := "2025-11 1 0.01;2025-12 0 0.00;2026-01 2 0.05"; strings.Join(got, ";") != want {
		t.Errorf("months %v, want %s", got, want)
	}
	if m.Undated == nil || m.Undated.Findings != "2" || m.Undated.Amount != "0.09" || m.Earlier != nil {
		t.Errorf("undated %v, earlier %v", m.Undated, m.Earlier)
	}
	if m.Sum.Findings != "5" || m.Sum.Amount != "0.15" {
		t.Errorf("sum %v", m.Sum)
	}
	if full, none := m.Columns[2].Findings, m.Columns[1].Findings; full.H != chartHeight || full.Y != 0 || none.H != 0 || m.Columns[0].Findings.H != chartHeight/2 {
		t.Errorf("heights %v %v", full, none)
	}
}

// TestManyMonths: a stray date must not stretch the chart over millennia.
func TestManyMonths(t *testing.T) {
	m := survey(dated("0001-01-01", "9999-12-31", "9998-12-31", "9996-12-31")).monthColumns()
	if len(m.Columns) != mostMonths || m.Columns[mostMonths-1].Month != "9999-12" {
		t.Errorf("%d months, last %v", len(m.Columns), m.Columns[len(m.Columns)-1])
	}
	if m.Earlier == nil || m.Earlier.Findings != "2" || m.Earlier.Amount != "0.05" || m.Sum.Amount != "0.10" {
		t.Errorf("earlier %v of %v", m.Earlier, m.Sum)
	}
	if got := monthName(-1); got != "1969-12" {
		t.Error(got)
	}
}

func TestBars(t *testing.T) {
	loud := []Total{{Detector: daily, Findings: 1, Amount: claim.WideOf(100)}, {Detector: overlap, Findings: 3, Amount: claim.WideOf(1)}, {Detector: companions, Findings: 2}}
	bars := detectorBars(loud)
	for i, want := range []string{"33.33% 100.00%", "100.00% 1.00%", "66.67% 0.00%"} {
		if got := bars[i].FindingsWidth + " " + bars[i].AmountWidth; got != want {
			t.Errorf("bar %d: %s, want %s", i, got, want)
		}
	}
}

func TestSubjects(t *testing.T) {
	r := small()
	bars := survey(r).subjectBars(r)
	var got []string
	for _, b := range bars {
		got = append(got, b.Code+" "+b.bar.Findings+" "+b.bar.Amount)
	}
	if want := "H15290000002 2 2,100,000.00;H15290000001 1 123.45;15****11 #1 1 0.99"; strings.Join(got, ";") != want {
		t.Errorf("subjects %v, want %s", got, want)
	}
}

func TestGrades(t *testing.T) {
	r := small()
	loud, _ := r.split()
	cards := survey(r).gradeCards(loud)
	for i, want := range []string{"1 1 123.45 unit.yuan", "1 2 210.00 unit.wan", "1 1 0.00 unit.yuan"} {
		if c := cards[i]; c.Detectors+" "+c.Findings+" "+c.Amount+" "+c.AmountUnit != want {
			t.Errorf("card %v, want %s", c, want)
		}
	}
}
