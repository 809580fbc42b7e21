package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/width"

	"fundwatch/claim"
	"fundwatch/detectors"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	personA = "15292100000000004711"
	personB = "15292100000000008811"
)

var (
	overlap = &detectors.Detector{ID: "S05-overlapping-stays", Version: "1", Grade: detectors.Suspicious, Span: detectors.ByStays,
		Title:  detectors.Words{ZH: "跨机构住院重叠", EN: "Overlapping stays"},
		Doc:    detectors.Words{ZH: "同一参保人在不同机构的住院重叠。", EN: "Stays at two institutions overlap."},
		Clears: detectors.Words{ZH: "转院。", EN: "A transfer."}, Basis: []string{"条例38(一)"}, Classes: []string{"F07"},
		Params: []*detectors.Param{{Name: "tolerance_hours", Default: 12, Unit: detectors.Words{ZH: "小时", EN: "hours"}}}}
	daily = &detectors.Detector{ID: "S03-daily-frequency", Version: "1", Grade: detectors.Violation, Key: "item|day", Uses: []string{"items.max_per_day"},
		Title: detectors.Words{ZH: "超每日限定频次", EN: "More than the daily limit"}, Doc: detectors.Words{ZH: "净数量合计大于每日上限。", EN: "Above the daily limit."},
		Clears: detectors.Words{ZH: "病历证明需要。", EN: "The record shows a need."}, Basis: []string{"条例38(二)", "条例38(三)"}}
	companions = &detectors.Detector{ID: "I03-companions", Version: "1", Grade: detectors.Indicator, Key: "smallest psn_no",
		Title: detectors.Words{ZH: "结伴住院", EN: "Companions"}, Doc: detectors.Words{ZH: "多人同进同出。", EN: "Several stay together."}}
	silent = &detectors.Detector{ID: "R10-after-death", Version: "1", Grade: detectors.Violation, Title: detectors.Words{ZH: "死亡后仍有费用", EN: "Fees after death"},
		Doc: detectors.Words{ZH: "费用日期在死亡之后。", EN: "A fee day after the death."}}
)

// small is a report in which every part of the page has something to show.
func small() *Report {
	r := &Report{Region: "152900", RegionName: "阿拉善盟", Inputs: []string{"3月.jsonl", "a<b>.csv"}, Generated: time.Date(2026, 11, 25, 10, 20, 5, 0, time.UTC),
		Knowledge: "sha256:0b1af217caa82fd8fa99082a821f12f77df98fcd704503889794679b59ec6e99",
		Messages:  20_069, Claims: 19_959, Duplicates: 52, Conflicts: 17, Rejected: 41, Lines: 99_592, Cancelled: 252, Seconds: 1.25,
		Problems:     map[string]map[claim.Rule]int{"feedetail.cnt": {claim.RuleNotZero: 1_234}, "": {claim.RuleJSON: 6}, "setlinfo.gend": {claim.RuleSex: 6, claim.RuleRequired: 6}},
		Institutions: map[string]string{"H15290000002": "第二医院"}, Items: map[string]string{"X1": "注射用某药"},
		Files: []string{"out/findings.jsonl", "out/report.html"}}
	inst := func(code string) detectors.Subject {
		return detectors.Subject{Kind: detectors.Institution, Code: code}
	}
	r.Findings = []detectors.Finding{
		{ID: "I03-00000000000000aa", Detector: companions.ID, Grade: companions.Grade, Subject: inst("H15290000002"), Key: personB,
			Settlements: []string{"H15290000002/S7"}, From: "2026-05-02", To: "2026-05-09", Facts: detectors.Facts{{Name: "persons", Value: []string{personA, personB}}}},
		{ID: "S03-00000000000000bb", Detector: daily.ID, Grade: daily.Grade, Subject: inst("H15290000001"), Key: "X1|2026-03-05", Person: personA, Institution: "H15290000001", Practitioner: "D152900000001",
			Settlements: []string{"H15290000001/S1", "H15290000001/S2"}, Lines: []string{"H15290000001/S1/1", "H15290000001/S1/2", "H15290000001/S2/1"},
			From: "2026-03-05", To: "2026-03-05", Amount: claim.WideOf(12_345), Facts: detectors.Facts{{Name: "quantity", Value: "3.5"}, {Name: "age_days", Value: 20_000}, {Name: "fund_fen", Value: int64(9)}, {Name: "new_fact", Value: true}}},
		{ID: "S05-00000000000000cc", Detector: overlap.ID, Grade: overlap.Grade, Subject: inst("H15290000002"), Person: personA,
			Settlements: []string{"H15290000001/S1", "H15290000002/S9"}, From: "2026-03-05", To: "2026-03-09", Amount: claim.WideOf(210_000_000),
			Facts: detectors.Facts{{Name: "overlap_hours", Value: 30}}, Params: detectors.Facts{{Name: "tolerance_hours", Value: int64(12)}}},
		{ID: "S05-00000000000000dd", Detector: overlap.ID, Grade: overlap.Grade, Subject: detectors.Subject{Kind: detectors.PersonKind, Code: personB}, Person: personB,
			Settlements: []string{"H15290000001/S5"}, From: "", To: "", Amount: claim.WideOf(99), Facts: detectors.Facts{}, Params: detectors.Facts{{Name: "tolerance_hours", Value: int64(12)}}},
	}
	r.Detectors = totals(r.Findings, companions, silent, daily, overlap)
	return r
}

func totals(fs []detectors.Finding, ds ...*detectors.Detector) []Total {
	out := make([]Total, 0, len(ds))
	for _, d := range ds {
		t := Total{Detector: d}
		for i := range fs {
			if fs[i].Detector == d.ID {
				t.Findings++
				t.Amount = t.Amount.Add(fs[i].Amount)
			}
		}
		out = append(out, t)
	}
	return out
}

func TestTableGolden(t *testing.T) {
	for _, cols := range []int{0, 80} {
		var b bytes.Buffer
		if err := Table(&b, small(), cols); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("table-%d.txt", cols), b.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it):\n%s", name, got)
	}
}

// TestTableColumns measures the rows with another implementation of character
// widths: every row of a table must end at the same column.
func TestTableColumns(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, small(), 100); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	head := strings.Index(text, "规则  ")
	rows := strings.Split(strings.SplitN(text[head:], "\n\n", 2)[0], "\n")
	for _, row := range rows {
		if strings.HasPrefix(row, "─") || strings.HasSuffix(row, "0") && strings.Contains(row, "未发现") {
			continue
		}
		if got, want := columnsOf(row), columnsOf(rows[0]); got != want {
			t.Errorf("row ends at column %d, the head at %d: %q", got, want, row)
		}
	}
}

func columnsOf(s string) int {
	n := 0
	for _, c := range s {
		switch width.LookupRune(c).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// TestTableAmbiguous: where the locale is Chinese, terminals and libraries
// disagree about characters of ambiguous width, so cells have none.
func TestTableAmbiguous(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, small(), 100); err != nil {
		t.Fatal(err)
	}
	for _, c := range b.String() {
		if width.LookupRune(c).Kind() == width.EastAsianAmbiguous && c != '─' {
			t.Errorf("character %q has no certain width", c)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, r := range []*Report{{}, {Detectors: totals(nil, silent, daily)}, {Conflicts: 1}} {
		var b bytes.Buffer
		if err := Table(&b, r, 100); err != nil {
			t.Error(err)
		}
		parse(t, render(t, r))
	}
}

func TestNumbers(t *testing.T) {
	wide := claim.Product(claim.None64+1, claim.None64+1)
	for _, c := range []struct{ got, want string }{
		{count(0), "0"}, {count(999), "999"}, {count(1000), "1,000"}, {count(-1234567), "-1,234,567"},
		{yuan(claim.WideOf(0)), "0.00"}, {yuan(claim.WideOf(7)), "0.07"}, {yuan(claim.WideOf(-7)), "-0.07"}, {yuan(claim.WideOf(-1234567)), "-12,345.67"},
		{yuan(wide), "850,705,917,302,346,158,473,969,077,842,325,012.49"}, {percent(leastBar), "0.40%"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	for fen, want := range map[int64]string{999_999: "9,999.99 unit.yuan", 1_000_000: "1.00 unit.wan", -1_234_567: "-1.23 unit.wan",
		9_999_999_999: "10,000.00 unit.wan", 10_000_000_000: "1.00 unit.yi", 0: "0.00 unit.yuan"} {
		if n, unit := large(claim.WideOf(fen)); n+" "+unit != want {
			t.Errorf("large(%d) = %s %s, want %s", fen, n, unit, want)
		}
	}
}

func TestMask(t *testing.T) {
	for code, want := range map[string]string{"": "****", "P": "****", "P1": "****", "P12": "P****", "1234567": "1****", "12345678": "12****78", personA: "15****11", "张三李四王五赵六": "张三****赵六"} {
		if got := mask(code); got != want {
			t.Errorf("mask(%q) = %q, want %q", code, got, want)
		}
	}
	p := newPeople()
	p.add(personA)
	if a, b, again := p.show(personA), p.show(personB), p.hide("", personA); a == b || a != again {
		t.Errorf("numbers do not tell persons apart: %s %s %s", a, b, again)
	}
	if got := p.hide("", "X1"); got != "X1" {
		t.Errorf("a text that is no person became %q", got)
	}
	if got := p.hide("smallest psn_no", "unknown-person"); strings.Contains(got, "unknown") {
		t.Errorf("a person by name was not masked: %q", got)
	}
}

func TestShort(t *testing.T) {
	long := strings.Repeat("药", longest+1)
	for in, want := range map[string]string{"a\x00b\n": "a\uFFFDb\uFFFD", "\xff": "\uFFFD", long: strings.Repeat("药", longest) + "…", "": "", "好": "好"} {
		if got := short(in); got != want {
			t.Errorf("short(%.20q) = %q", in, got)
		}
	}
}
