package claim

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// numberKinds are the kinds of numbers with their decimals and digits, as the
// contract has them.
var numberKinds = []struct {
	kind          Kind
	scale, digits int
}{{KindMoney, 2, 14}, {KindQuantity, 4, 12}, {KindPrice, 6, 10}, {KindWhole, 0, 9}}

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		text string
		want int64
		rule Rule
	}{
		{KindMoney, "12.30", 1230, OK},
		{KindMoney, "12.3", 1230, OK},
		{KindMoney, "12", 1200, OK},
		{KindMoney, "-12.34", -1234, OK},
		{KindMoney, "-0.05", -5, OK},
		{KindMoney, "0.1", 10, OK},
		{KindMoney, "0", 0, OK},
		{KindMoney, "-0", 0, OK},
		{KindMoney, "-0.00", 0, OK},
		{KindMoney, "000", 0, OK},
		{KindMoney, "0012.30", 1230, OK},
		{KindMoney, "-0012.30", -1230, OK},
		{KindMoney, "1.230000000000000000000000", 123, OK},
		{KindMoney, "1.2300000000000000000000001", 0, RuleDecimals},
		{KindMoney, "1.001", 0, RuleDecimals},
		{KindMoney, "0.001", 0, RuleDecimals},
		{KindMoney, "-0.001", 0, RuleDecimals},
		{KindQuantity, "1.5", 15000, OK},
		{KindQuantity, "-2", -20000, OK},
		{KindQuantity, "1.00001", 0, RuleDecimals},
		{KindQuantity, "1.00010", 10001, OK},
		{KindPrice, "0.123456", 123456, OK},
		{KindPrice, "15.5", 15500000, OK},
		{KindPrice, "0.1234567", 0, RuleDecimals},
		{KindWhole, "30", 30, OK},
		{KindWhole, "007", 7, OK},
		{KindWhole, "30.0", 30, OK},
		{KindWhole, "30.5", 0, RuleDecimals},
		{KindWhole, "-0", 0, OK},
		{KindWhole, "-0.0", 0, OK},
		{KindWhole, "-1", 0, RuleNegative},
		{KindWhole, "-1.5", 0, RuleDecimals},

		{KindMoney, "99999999999999.99", 9999999999999999, OK},
		{KindMoney, "-99999999999999.99", -9999999999999999, OK},
		{KindMoney, "0099999999999999.99", 9999999999999999, OK},
		{KindMoney, "100000000000000", 0, RuleDigits},
		{KindMoney, "-100000000000000.00", 0, RuleDigits},
		{KindQuantity, "999999999999.9999", 9999999999999999, OK},
		{KindQuantity, "1000000000000", 0, RuleDigits},
		{KindPrice, "9999999999.999999", 9999999999999999, OK},
		{KindPrice, "10000000000", 0, RuleDigits},
		{KindWhole, "999999999", 999999999, OK},
		{KindWhole, "1000000000", 0, RuleDigits},
		{KindMoney, strings.Repeat("9", 400), 0, RuleDigits},
		{KindMoney, strings.Repeat("0", 400) + "7", 700, OK},
		{KindMoney, "18446744073709551617.00", 0, RuleDigits},

		{KindMoney, "", 0, RuleNumber},
		{KindMoney, "-", 0, RuleNumber},
		{KindMoney, "--1", 0, RuleNumber},
		{KindMoney, "+1", 0, RuleNumber},
		{KindMoney, ".5", 0, RuleNumber},
		{KindMoney, "-.5", 0, RuleNumber},
		{KindMoney, "5.", 0, RuleNumber},
		{KindMoney, ".", 0, RuleNumber},
		{KindMoney, "1.2.3", 0, RuleNumber},
		{KindMoney, "1,200", 0, RuleNumber},
		{KindMoney, "1 200", 0, RuleNumber},
		{KindMoney, " 1", 0, RuleNumber},
		{KindMoney, "1 ", 0, RuleNumber},
		{KindMoney, "1\n", 0, RuleNumber},
		{KindMoney, "1e2", 0, RuleNumber},
		{KindMoney, "1E2", 0, RuleNumber},
		{KindMoney, "1.5e0", 0, RuleNumber},
		{KindMoney, "0x10", 0, RuleNumber},
		{KindMoney, "1_000", 0, RuleNumber},
		{KindMoney, "NaN", 0, RuleNumber},
		{KindMoney, "¥1", 0, RuleNumber},
		{KindMoney, "１２", 0, RuleNumber},
		{KindMoney, "1.-2", 0, RuleNumber},
		{KindMoney, "1-2", 0, RuleNumber},
		{KindMoney, "1/2", 0, RuleNumber},
		{KindMoney, "1:2", 0, RuleNumber},
		{KindMoney, "1.0x", 0, RuleNumber},
		{KindMoney, "1.000x", 0, RuleNumber},
		{KindMoney, strings.Repeat("9", 400) + "x", 0, RuleNumber},
		{KindMoney, "1\x00", 0, RuleNumber},
	} {
		if got, rule := ParseNumber(c.kind, []byte(c.text)); got != c.want || rule != c.rule {
			t.Errorf("%.40q of kind %d: %d %q, want %d %q", c.text, c.kind, got, rule, c.want, c.rule)
		}
	}
}

// Texts near the grammar are read as exact arithmetic reads them.
func TestParseNumberAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(numberKinds).Draw(t, "kind")
		text := rapid.StringMatching(`-?0{0,3}[0-9]{0,16}(\.[0-9]{0,7}0{0,9})?`).Draw(t, "text")
		want, rule := slowNumber(k.scale, k.digits, k.kind == KindWhole, text)
		got, gotRule := ParseNumber(k.kind, []byte(text))
		if gotRule != rule || rule == OK && got != want {
			t.Fatalf("%q: %d %q, want %d %q", text, got, gotRule, want, rule)
		}
	})
}

func TestNumberFormatsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(numberKinds).Draw(t, "kind")
		limit := int64(1)
		for range k.scale + k.digits {
			limit *= 10
		}
		lowest := 1 - limit
		if k.kind == KindWhole {
			lowest = 0
		}
		v := rapid.Int64Range(lowest, limit-1).Draw(t, "v")
		exact := new(big.Rat).SetFrac(big.NewInt(v), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k.scale)), nil))
		full, short := FormatNumber(k.kind, v), TrimNumber(k.kind, v)
		if want := exact.FloatString(k.scale); full != want {
			t.Fatalf("FormatNumber %d: %q, want %q", v, full, want)
		}
		for _, text := range []string{full, short} {
			if got, rule := ParseNumber(k.kind, []byte(text)); got != v || rule != OK {
				t.Fatalf("%d is written %q and read %d %q", v, text, got, rule)
			}
		}
		if strings.Contains(short, ".") && strings.HasSuffix(short, "0") || strings.HasSuffix(short, ".") {
			t.Fatalf("TrimNumber %d: %q", v, short)
		}
	})
}

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		kind       Kind
		v          int64
		full, trim string
	}{
		{KindMoney, 1230, "12.30", "12.3"},
		{KindMoney, 0, "0.00", "0"},
		{KindMoney, 5, "0.05", "0.05"},
		{KindMoney, -5, "-0.05", "-0.05"},
		{KindMoney, 10000, "100.00", "100"},
		{KindQuantity, 15000, "1.5000", "1.5"},
		{KindQuantity, 20000, "2.0000", "2"},
		{KindPrice, 123456, "0.123456", "0.123456"},
		{KindWhole, 30, "30", "30"},
		{KindWhole, 0, "0", "0"},
		{KindMoney, -9223372036854775808, "-92233720368547758.08", "-92233720368547758.08"},
		{KindMoney, 9223372036854775807, "92233720368547758.07", "92233720368547758.07"},
	} {
		if full, trim := FormatNumber(c.kind, c.v), TrimNumber(c.kind, c.v); full != c.full || trim != c.trim {
			t.Errorf("%d: %q and %q, want %q and %q", c.v, full, trim, c.full, c.trim)
		}
	}
}

func TestParseDay(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"2026-03-05", true},
		{"0001-01-01", true},
		{"9999-12-31", true},
		{"2024-02-29", true},
		{"2000-02-29", true},
		{"0004-02-29", true},
		{"2023-02-29", false},
		{"1900-02-29", false},
		{"2100-02-29", false},
		{"2024-02-30", false},
		{"2026-04-31", false},
		{"2026-06-31", false},
		{"2026-09-31", false},
		{"2026-11-31", false},
		{"2026-12-31", true},
		{"2026-01-32", false},
		{"0000-12-31", false},
		{"2026-00-10", false},
		{"2026-13-10", false},
		{"2026-01-00", false},
		{"2026-1-05", false},
		{"2026-01-5", false},
		{"26-01-05", false},
		{"20260105", false},
		{"2026/01/05", false},
		{"2026-01/05", false},
		{"2026-01-05 ", false},
		{" 2026-01-05", false},
		{"2026-01-05T", false},
		{"2026-01-05 00:00:00", false},
		{"+026-01-05", false},
		{"-026-01-05", false},
		{"２０26-01-05", false},
		{"202a-01-05", false},
		{"2026-0b-05", false},
		{"10000-01-01", false},
		{"", false},
	} {
		_, rule := ParseDay([]byte(c.text))
		if want := map[bool]Rule{true: OK, false: RuleDay}[c.ok]; rule != want {
			t.Errorf("%q: %q, want %q", c.text, rule, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"2026-03-05 08:30:00", true},
		{"2026-03-05 00:00:00", true},
		{"2026-03-05 23:59:59", true},
		{"0001-01-01 00:00:00", true},
		{"9999-12-31 23:59:59", true},
		{"2024-02-29 12:00:00", true},
		{"2023-02-29 12:00:00", false},
		{"2026-03-05 24:00:00", false},
		{"2026-03-05 08:60:00", false},
		{"2026-03-05 08:30:60", false},
		{"2026-03-05T08:30:00", false},
		{"2026-03-05 08:30", false},
		{"2026-03-05 8:30:00", false},
		{"2026-03-05  8:30:00", false},
		{"2026-03-05 08:30:00Z", false},
		{"2026-03-05 08:30:00.0", false},
		{"2026-03-05 08-30-00", false},
		{"2026-03-05 08:30.00", false},
		{"2026-03-05 08:30:00 ", false},
		{"2026-03-05 -8:30:00", false},
		{"2026-03-05 08:+3:00", false},
		{"2026-03-05", false},
		{"", false},
	} {
		_, rule := ParseTime([]byte(c.text))
		if want := map[bool]Rule{true: OK, false: RuleTime}[c.ok]; rule != want {
			t.Errorf("%q: %q, want %q", c.text, rule, want)
		}
	}
}

// Every day there is has the number that package time gives it, and comes back.
func TestDayNumbersAgreeWithTime(t *testing.T) {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400
	day := first.Unix() / 86400
	for at := first; day <= last; at = at.AddDate(0, 0, 1) {
		var buf [10]byte
		text := at.AppendFormat(buf[:0], "2006-01-02")
		if got, rule := ParseDay(text); got != day || rule != OK {
			t.Fatalf("%s: %d %q, want %d", text, got, rule, day)
		}
		if day%97 == 0 && FormatDay(day) != string(text) {
			t.Fatalf("day %d: %s, want %s", day, FormatDay(day), text)
		}
		day++
	}
}

func TestTimesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		at := rapid.Int64Range(from, to-1).Draw(t, "at")
		text := FormatTime(at)
		if got, rule := ParseTime([]byte(text)); got != at || rule != OK {
			t.Fatalf("%d is written %q and read %d %q", at, text, got, rule)
		}
		if day, _ := ParseDay([]byte(text[:10])); DayOf(at) != day {
			t.Fatalf("the day of %s is %d, want %d", text, DayOf(at), day)
		}
	})
}

func TestParseMonth(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		rule Rule
	}{
		{"1970-01", 0, OK},
		{"1969-12", -1, OK},
		{"2026-03", 56*12 + 2, OK},
		{"0001-01", -1969 * 12, OK},
		{"9999-12", 8029*12 + 11, OK},
		{"2026-13", 0, RuleDay},
		{"2026-00", 0, RuleDay},
		{"0000-01", 0, RuleDay},
		{"2026-3", 0, RuleDay},
		{"2026-03-01", 0, RuleDay},
		{"2026/03", 0, RuleDay},
		{"", 0, RuleDay},
	} {
		if got, rule := ParseMonth([]byte(c.text)); got != c.want || rule != c.rule {
			t.Errorf("%q: %d %q, want %d %q", c.text, got, rule, c.want, c.rule)
		}
	}
}

func TestFieldValue(t *testing.T) {
	for _, c := range []struct {
		field Field
		text  string
		want  int64
		rule  Rule
	}{
		{Cnt, "", None64, OK},
		{Cnt, " \t", None64, OK},
		{Cnt, "\u3000\u00a0\u2028", None64, OK},
		{Cnt, " 1", 0, RuleNumber},
		{Cnt, "0", 0, RuleNotZero},
		{Cnt, "-0.0000", 0, RuleNotZero},
		{Cnt, "-1", -10000, OK},
		{Pric, "-0.000001", -1, RuleNegative},
		{Pric, "-0", 0, OK},
		{PrdDays, "-1", -10000, RuleNegative},
		{PrdDays, "0", 0, OK},
		{DiagSrtNo, "-1", 0, RuleNegative},
		{MedfeeSumamt, "-1", -100, OK},
		{SetlTime, "\u3000", None64, OK},
		{SetlTime, "1970-01-02 00:00:01", 86401, OK},
		{SetlTime, " 1970-01-02 00:00:01", 0, RuleTime},
		{SetlTime, "1970-01-02", 0, RuleTime},
		{Brdy, "1970-01-02", 1, OK},
		{Brdy, "1970-01-02 00:00:00", 0, RuleDay},
	} {
		if got, rule := c.field.Value([]byte(c.text)); rule != c.rule || rule == OK && got != c.want {
			t.Errorf("%s %q: %d %q, want %d %q", c.field, c.text, got, rule, c.want, c.rule)
		}
	}
}

func TestCodesAreTrimmedOfUnicodeWhiteSpace(t *testing.T) {
	for _, space := range []string{" ", "\t", "\n", "\v", "\f", "\r", "\u0085", "\u00a0", "\u1680", "\u2000", "\u2009",
		"\u2028", "\u2029", "\u202f", "\u205f", "\u3000"} {
		for _, text := range []string{space + "A 1" + space, space + space + "A 1", "A 1" + space} {
			if got, rule := MedListCodg.CodeText([]byte(text)); string(got) != "A 1" || rule != OK {
				t.Errorf("%q: %q %q", text, got, rule)
			}
		}
		if got, rule := MedListCodg.CodeText([]byte(space)); len(got) != 0 || rule != OK {
			t.Errorf("%q alone: %q %q, want blank", space, got, rule)
		}
	}
	for _, text := range []string{"\ufeffA", "\u200bA", "肺", "\u200b", "a", "A"} { // none of these is white space
		if got, rule := MedListCodg.CodeText([]byte(text)); string(got) != text || rule != OK {
			t.Errorf("%q: %q %q", text, got, rule)
		}
	}
}

// The characters that a code may not hold, by field. The bar is never allowed,
// the slash not where a field is part of the names of evidence.
func TestCharactersOfCodes(t *testing.T) {
	noSlash := " psn_no mdtrt_id fixmedins_code setl_id init_setl_id feedetl_sn init_feedetl_sn "
	for f := range NumFields {
		if f.Spec().Kind != KindCode || f.Spec().Check != CheckNone {
			continue
		}
		for c := range 0x80 {
			want := OK
			if c < 0x20 || c == 0x7f || c == '|' || c == '/' && strings.Contains(noSlash, " "+f.String()+" ") {
				want = RuleCharacters
			}
			text := "a" + string(rune(c)) + "b"
			if _, rule := f.CodeText([]byte(text)); rule != want {
				t.Errorf("%s %q: %q, want %q", f, text, rule, want)
			}
		}
	}
	if got, rule := DiagName.CodeText([]byte(" a|b/\x00\x1f\x7f ")); string(got) != "a|b/\x00\x1f\x7f" || rule != OK {
		t.Errorf("a text may hold anything: %q %q", got, rule)
	}
	if _, rule := MedListCodg.CodeText([]byte("a\u0080b")); rule != OK {
		t.Errorf("U+0080 is allowed: %q", rule)
	}
}

func TestClosedCodeLists(t *testing.T) {
	for _, c := range []struct {
		field Field
		good  string // between spaces
		bad   []string
		rule  Rule
	}{
		{Gend, "0 1 2 9", []string{"3", "01", "男", "-1", "1 2", "１"}, RuleSex},
		{RefdSetlFlag, "0 1", []string{"2", "00", "Y", "true", "１"}, RuleRefundFlag},
		{InsuplcAdmdvs, "152921 000000", []string{"15292", "1529210", "15292a", "１52921", "152 92", "-15292"}, RuleDivision},
		{MdtrtareaAdmvs, "152921", []string{"15292"}, RuleDivision},
	} {
		for _, text := range strings.Fields(c.good) {
			if got, rule := c.field.CodeText([]byte(" " + text + " ")); string(got) != text || rule != OK {
				t.Errorf("%s %q: %q %q", c.field, text, got, rule)
			}
		}
		for _, text := range c.bad {
			if _, rule := c.field.CodeText([]byte(text)); rule != c.rule {
				t.Errorf("%s %q: %q, want %q", c.field, text, rule, c.rule)
			}
		}
		if got, rule := c.field.CodeText([]byte("  ")); len(got) != 0 || rule != OK {
			t.Errorf("%s blank: %q %q", c.field, got, rule)
		}
	}
}

// The fields of the contract: name, table, kind, whether required.
func TestFieldsAreThoseOfTheContract(t *testing.T) {
	required := " setl_id mdtrt_id psn_no fixmedins_code insutype med_type setl_time gend brdy insuplc_admdvs mdtrtarea_admvs" +
		" medfee_sumamt fund_pay_sumamt acct_pay psn_cash_pay feedetl_sn fee_ocur_time med_list_codg med_chrgitm_type cnt pric" +
		" det_item_fee_sumamt "
	for f := range NumFields {
		s := f.Spec()
		if want := strings.Contains(required, " "+s.Name+" "); s.Required != want {
			t.Errorf("%s: required %v, want %v", f, s.Required, want)
		}
		if want := contractKind(s.Name); s.Kind != want {
			t.Errorf("%s: kind %d, want %d", f, s.Kind, want)
		}
		if got, err := FieldByName(s.Table, s.Name); got != f || err != nil {
			t.Errorf("FieldByName %s: %v %v", f, got, err)
		}
	}
	var n int
	for tab, names := range contractFields {
		n += len(names)
		for i, f := range tab.Fields() {
			if f.String() != names[i] {
				t.Errorf("%s %d: %s, want %s", tab, i, f, names[i])
			}
		}
	}
	if n != int(NumFields) {
		t.Errorf("the contract has %d fields, the package %d", n, NumFields)
	}
	if _, err := FieldByName(Lines, "setl_id"); err == nil {
		t.Error("lines have no setl_id of their own")
	}
}

func TestSettingOfMedType(t *testing.T) {
	for medType, want := range map[string]Setting{
		"21": Inpatient, "2101": Inpatient, "22": Inpatient, "23": Inpatient, "24": Inpatient, "52": Inpatient, "5201": Inpatient,
		"41": Pharmacy, "4101": Pharmacy, "13": Emergency, "1301": Emergency,
		"11": Outpatient, "14": Outpatient, "25": Outpatient, "51": Outpatient, "2": Outpatient, "": Outpatient, "住院": Outpatient, "121": Outpatient,
	} {
		if got := SettingOf(medType); got != want {
			t.Errorf("%q: %d, want %d", medType, got, want)
		}
	}
}

func TestEveryRuleHasASentence(t *testing.T) {
	for _, r := range []Rule{RuleRequired, RuleNumber, RuleDecimals, RuleDigits, RuleNegative, RuleNotZero, RuleTime, RuleDay,
		RuleString, RuleCharacters, RuleUTF8, RuleSex, RuleRefundFlag, RuleDivision, RuleSign, RuleOrder, RuleRepeated, RuleJSON,
		RuleDuplicate, RuleDepth, RuleObject, RuleList, RuleTooLong, RuleColumns, RuleCSV, RuleOrphan, RuleConflict} {
		if s := r.Sentence(); s == string(r) || !strings.HasSuffix(s, "。") {
			t.Errorf("%s: %q", r, s)
		}
	}
}

func TestProblemsAreCountedWithoutPositions(t *testing.T) {
	for path, want := range map[string]string{
		"": "", "setlinfo": "setlinfo", "setlinfo.setl_id": "setlinfo.setl_id", "feedetail[0].cnt": "feedetail.cnt",
		"feedetail[12].drugtracinfo[3].drug_trac_codg": "feedetail.drugtracinfo.drug_trac_codg", "diseinfo[7]": "diseinfo",
	} {
		if got := (Problem{path, RuleNumber}).FieldWithoutPositions(); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
	got, err := Problem{"feedetail[0].cnt", RuleNotZero}.MarshalJSON()
	if want := `{"field":"feedetail[0].cnt","rule":"not-zero","sentence":"数量不能为零。"}`; string(got) != want || err != nil {
		t.Errorf("%s %v, want %s", got, err, want)
	}
}

// slowNumber reads a number by exact arithmetic.
func slowNumber(scale, digits int, whole bool, text string) (int64, Rule) {
	if !numberText.MatchString(text) {
		return 0, RuleNumber
	}
	before, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(strings.TrimLeft(before, "0")) > digits {
		return 0, RuleDigits
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	r.Mul(r, new(big.Rat).SetInt64(pow10(scale)))
	switch {
	case !r.IsInt():
		return 0, RuleDecimals
	case whole && r.Sign() < 0:
		return 0, RuleNegative
	}
	return r.Num().Int64(), OK
}

func pow10(n int) int64 {
	v, err := strconv.ParseInt("1"+strings.Repeat("0", n), 10, 64)
	if err != nil {
		panic(err)
	}
	return v
}
