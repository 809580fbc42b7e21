package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	plain  = regexp.MustCompile(`\{[0-9]\}`)
	number = regexp.MustCompile(`\{([0-9])\|`)
)

// TestTextsFitEachOther: the same places in both languages, Chinese where
// Chinese belongs, and the punctuation of each.
func TestTextsFitEachOther(t *testing.T) {
	same := []string{"lang.other", "no", "list.comma", "lead.page", "finding.page"} // equal, or nothing but a sign
	for key := range Keys() {
		zh, en := texts[key].zh, texts[key].en
		a, b := plain.FindAllString(zh, -1), plain.FindAllString(en, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: places %v in Chinese, %v in English", key, a, b)
		}
		if strings.ContainsAny(places.ReplaceAllString(zh+en, ""), "{}|") || strings.Contains(zh, "|") {
			t.Errorf("%s: a place that is none: %q, %q", key, zh, en)
		}
		for _, m := range number.FindAllStringSubmatch(en, -1) {
			if !strings.Contains(en, "{"+m[1]+"}") {
				t.Errorf("%s: the word depends on a number that is not shown: %q", key, en)
			}
		}
		if slices.Contains(same, key) || plain.ReplaceAllString(zh, "") == "" {
			continue
		}
		if !regexp.MustCompile(`\p{Han}`).MatchString(zh) {
			t.Errorf("%s: no Chinese in %q", key, zh)
		}
		if regexp.MustCompile(`\p{Han}`).MatchString(en) || strings.ContainsAny(en, "，。；：（）") {
			t.Errorf("%s: Chinese in %q", key, en)
		}
		if strings.ContainsAny(zh, "!?;") || regexp.MustCompile(`\p{Han}[,.:]`).MatchString(zh) || strings.Contains(zh, "！") {
			t.Errorf("%s: the punctuation of %q", key, zh)
		}
		for _, bad := range []string{"欺诈", "骗保", "fraud", "crime", "guilty"} {
			if strings.Contains(strings.ToLower(zh+en), bad) {
				t.Errorf("%s judges: %s", key, bad)
			}
		}
	}
}

func TestCatalogueSaysWhatIsWrong(t *testing.T) {
	for bad, want := range map[string]string{"a\n甲\n": "have 2 lines", "a\n甲\nA\n\na\n乙\nB\n": "a comes twice", "a\n甲\nA\nB\n": "have 4 lines"} {
		if _, err := read(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := ZH.Say("no.such.key"); got != "[no.such.key]" {
		t.Error(got)
	}
	for values, want := range map[[2]any]string{{1, "2"}: "1 claim, 2 lines", {"0", 1}: "0 claims, 1 line", {"1,234", "{1}"}: "1,234 claims, {1} lines"} {
		if got := fill("{1} {1|claim|claims}, {2} {2|line|lines}", values[:]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := fill("{1} of {2}", []any{1}); got != "1 of {2}" {
		t.Error(got)
	}
	if got := EN.Say("pager.at", 2, 5); got != "Page 2 of 5" {
		t.Error(got)
	}
}

func TestNumbersAreWrittenAsOfficialsDo(t *testing.T) {
	for _, c := range []struct{ have, want string }{
		{Int(0), "0"}, {Int(1234567), "1,234,567"}, {Int(-1000), "-1,000"},
		{Yuan(0), "0.00"}, {Yuan(5), "0.05"}, {Yuan(123450), "1,234.50"}, {Yuan(-99), "-0.99"}, {Yuan(9007199254740993), "90,071,992,547,409.93"},
		{ZH.Large(999_999), "9,999.99 元"}, {ZH.Large(1_000_000), "1.00 万元"}, {ZH.Large(123_456_789), "123.46 万元"}, {ZH.Large(12_000_000_000), "1.20 亿元"},
		{ZH.Large(-1_005_000), "-1.01 万元"}, {EN.Large(123_456), "1,234.56 yuan"}, {EN.Large(250_000_000), "2.50 million yuan"},
		{Range("2026-03-05", "2026-03-09"), "2026-03-05 ～ 2026-03-09"}, {Range("2026-03-05", "2026-03-05"), "2026-03-05"}, {Range("", ""), None}, {Day(""), None},
	} {
		if c.have != c.want {
			t.Errorf("have %s, want %s", c.have, c.want)
		}
	}
	now := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{0: "刚刚", 59 * time.Second: "刚刚", 5 * time.Minute: "5 分钟前", 3 * time.Hour: "3 小时前", 30 * time.Hour: "03-04 06:00", 24 * 365 * time.Hour: "2025-03-05 12:00"} {
		if have := ZH.Ago(now.Add(-ago), now); have != want {
			t.Errorf("%v: %s, want %s", ago, have, want)
		}
	}
}

func TestDatesOfDocuments(t *testing.T) {
	for day, want := range map[string][2]string{"2026-03-05": {"2026年3月5日", "5 March 2026"}, "": {"", ""}, "soon": {"soon", "soon"}} {
		if zh, en := ZH.Date(day), EN.Date(day); zh != want[0] || en != want[1] {
			t.Errorf("%q is %q and %q", day, zh, en)
		}
	}
}
