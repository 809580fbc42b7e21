package claim

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"
)

// Absent values inside columns.
const (
	None64 int64 = math.MinInt64
	NoCode int32 = -1
)

// Rule names what is wrong with a value. Each rule has a sentence for people
// (see [Problem]).
type Rule string

// The rules of values, messages and relations. The text of a rule is part of
// the product's outer edge: rejected.jsonl and the dead letter topic carry it.
const (
	OK             Rule = ""
	RuleRequired   Rule = "required"        // may not be absent
	RuleNumber     Rule = "number"          // not -?digits[.digits]
	RuleDecimals   Rule = "decimals"        // more decimals than the kind has
	RuleDigits     Rule = "digits"          // more digits before the point than the kind has
	RuleNegative   Rule = "not-negative"    // below zero where it may not be
	RuleNotZero    Rule = "not-zero"        // cnt is 0
	RuleTime       Rule = "time"            // not YYYY-MM-DD hh:mm:ss
	RuleDay        Rule = "day"             // not YYYY-MM-DD
	RuleString     Rule = "string"          // a number, boolean, list or object where a text belongs
	RuleCharacters Rule = "characters"      // a character that codes may not hold
	RuleUTF8       Rule = "utf-8"           // invalid UTF-8 in a cell
	RuleSex        Rule = "sex"             // gend not 0, 1, 2, 9
	RuleRefundFlag Rule = "refund-flag"     // refd_setl_flag not 0, 1
	RuleDivision   Rule = "division"        // admdvs not six digits
	RuleSign       Rule = "sign"            // money against the sign of cnt
	RuleOrder      Rule = "before-begntime" // endtime before begntime
	RuleRepeated   Rule = "repeated"        // feedetl_sn twice in a claim
	RuleJSON       Rule = "json"            // not JSON
	RuleDuplicate  Rule = "repeated-name"   // a name twice in one object
	RuleDepth      Rule = "depth"           // nested deeper than 64
	RuleObject     Rule = "object"          // must be an object
	RuleList       Rule = "list"            // must be a list
	RuleTooLong    Rule = "too-long"        // the line is longer than MaxMessage
	RuleTooMany    Rule = "too-many"        // more problems than MaxProblems: the rest is not told
	RuleColumns    Rule = "columns"         // a CSV row with another number of cells than the header
	RuleCSV        Rule = "csv"             // a CSV row that is not RFC 4180
	RuleOrphan     Rule = "no-settlement"   // a line or diagnosis without its settlement
	RuleConflict   Rule = "conflict"        // another content for an identity already taken
)

// number limits of a kind: decimals kept, digits before the point.
type limits struct{ scale, digits int }

func (k Kind) limits() limits {
	switch k {
	case KindMoney:
		return limits{2, 14}
	case KindQuantity:
		return limits{4, 12}
	case KindPrice:
		return limits{6, 10}
	default:
		return limits{0, 9}
	}
}

// Scale is the number of decimals a number of this kind keeps: the stored
// whole number is the value × 10^Scale.
func (k Kind) Scale() int { return k.limits().scale }

// Digits is the largest number of digits before the point.
func (k Kind) Digits() int { return k.limits().digits }

// ParseNumber reads -?digits[.digits] as a whole number of the kind's unit.
// It says why when it cannot. Leading zeros do not count as digits, decimals
// beyond the kind's are read when they are zeros, -0 is 0.
func ParseNumber(k Kind, b []byte) (int64, Rule) {
	lim := k.limits()
	i, neg := 0, false
	if len(b) > 0 && b[0] == '-' {
		neg, i = true, 1
	}
	start := i
	for i < len(b) && b[i] == '0' {
		i++
	}
	var v int64
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		if i-first < 18 {
			v = v*10 + int64(b[i]-'0')
		}
		i++
	}
	if i == start {
		return 0, RuleNumber
	}
	digits := i - first
	scale, tooFine := 0, false
	if i < len(b) {
		if b[i] != '.' || i+1 == len(b) {
			return 0, RuleNumber
		}
		for i++; i < len(b); i++ {
			c := b[i] - '0'
			switch {
			case c > 9:
				return 0, RuleNumber
			case scale < lim.scale:
				scale++
				if digits <= lim.digits {
					v = v*10 + int64(c)
				}
			case c != 0:
				tooFine = true
			}
		}
	}
	switch {
	case digits > lim.digits:
		return 0, RuleDigits
	case tooFine:
		return 0, RuleDecimals
	}
	for ; scale < lim.scale; scale++ {
		v *= 10
	}
	if neg {
		v = -v
	}
	if k == KindWhole && v < 0 {
		return 0, RuleNegative
	}
	return v, OK
}

// digits2 reads two ASCII digits, or gives -1.
func digits2(b []byte) int {
	hi, lo := b[0]-'0', b[1]-'0'
	if hi > 9 || lo > 9 {
		return -1
	}
	return int(hi)*10 + int(lo)
}

// ParseDay reads YYYY-MM-DD, 0001-01-01 to 9999-12-31, as days since
// 1970-01-01.
func ParseDay(b []byte) (int64, Rule) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, RuleDay
	}
	c, y, m, d := digits2(b), digits2(b[2:]), digits2(b[5:]), digits2(b[8:])
	if c < 0 || y < 0 || m < 1 || m > 12 || d < 1 {
		return 0, RuleDay
	}
	year := c*100 + y
	if year < 1 || d > monthDays(year, m) {
		return 0, RuleDay
	}
	return dayNumber(year, m, d), OK
}

// ParseTime reads YYYY-MM-DD hh:mm:ss as seconds of the wall clock since
// 1970-01-01 00:00:00. There are no time zones.
func ParseTime(b []byte) (int64, Rule) {
	if len(b) != 19 || b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return 0, RuleTime
	}
	day, rule := ParseDay(b[:10])
	h, m, s := digits2(b[11:]), digits2(b[14:]), digits2(b[17:])
	if rule != OK || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 {
		return 0, RuleTime
	}
	return day*86400 + int64(h*3600+m*60+s), OK
}

// ParseMonth reads YYYY-MM as months since 1970-01.
func ParseMonth(b []byte) (int64, Rule) {
	if len(b) != 7 {
		return 0, RuleDay
	}
	day, rule := ParseDay(append(append(make([]byte, 0, 10), b...), "-01"...))
	if rule != OK {
		return 0, RuleDay
	}
	t := time.Unix(day*86400, 0).UTC()
	return int64(t.Year()-1970)*12 + int64(t.Month()) - 1, OK
}

func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// dayNumber counts days since 1970-01-01 in the proleptic Gregorian calendar.
// Years are shifted to begin in March, so that the leap day ends a year.
func dayNumber(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468)
}

// DayOf gives the calendar day of a time: floor division by a day.
func DayOf(seconds int64) int64 {
	d := seconds / 86400
	if seconds%86400 < 0 {
		d--
	}
	return d
}

// FormatDay writes days since 1970-01-01 as YYYY-MM-DD.
func FormatDay(day int64) string {
	return time.Unix(day*86400, 0).UTC().Format("2006-01-02")
}

// FormatTime writes seconds of the wall clock as YYYY-MM-DD hh:mm:ss.
func FormatTime(seconds int64) string {
	return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05")
}

// FormatNumber writes a whole number of the kind's unit with the kind's
// decimals, for example 1230 fen as 12.30.
func FormatNumber(k Kind, v int64) string {
	return string(AppendNumber(nil, v, k.Scale(), false))
}

// TrimNumber writes it without trailing zeros: 1.5000 as 1.5, 2.0000 as 2.
func TrimNumber(k Kind, v int64) string {
	return string(AppendNumber(nil, v, k.Scale(), true))
}

// AppendNumber appends v × 10^-scale; trim drops trailing zeros of the
// decimals and the point behind which none are left.
func AppendNumber(dst []byte, v int64, scale int, trim bool) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	var buf [24]byte
	i := len(buf)
	for n := 0; u > 0 || n <= scale; n++ {
		if n == scale && scale > 0 {
			if !trim || i < len(buf) {
				i--
				buf[i] = '.'
			}
		}
		c := byte(u % 10)
		u /= 10
		if trim && n < scale && c == 0 && i == len(buf) {
			continue
		}
		i--
		buf[i] = c + '0'
	}
	return append(dst, buf[i:]...)
}

// TrimSpace removes Unicode white space around b without allocating.
func TrimSpace(b []byte) []byte {
	if len(b) == 0 || (b[0] > ' ' && b[0] < 0x80 && b[len(b)-1] > ' ' && b[len(b)-1] < 0x80) {
		return b
	}
	return bytes.TrimSpace(b)
}

// checkCode says whether a trimmed text may be a code.
func checkCode(b []byte, slash bool) Rule {
	for _, c := range b {
		if c < 0x20 || c == 0x7f || c == '|' || (slash && c == '/') {
			return RuleCharacters
		}
	}
	return OK
}

// plainCode reports whether a text is plainly a code of any field: printable
// ASCII without blank, '|' and '/'. Most are, and need no further look.
func plainCode(b []byte) bool {
	if len(b) >= 8 {
		odd := uint64(0)
		for i := 0; i+8 < len(b); i += 8 {
			odd |= oddBytes(binary.LittleEndian.Uint64(b[i:]))
		}
		return (odd|oddBytes(binary.LittleEndian.Uint64(b[len(b)-8:])))&high == 0
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == '|' || c == '/' {
			return false
		}
	}
	return len(b) > 0
}

// oddBytes sets the high bit of at least the first of eight bytes that a plain
// code must not have, and of none when there is no such byte.
func oddBytes(w uint64) uint64 {
	if d := w ^ low*'0'; (d|(d+low*0x76))&high == 0 {
		return 0 // digits only, as most identifiers
	}
	bar, slash, del := w^low*'|', w^low*'/', w^low*0x7f
	return (w-low*0x21)&^w | (bar-low)&^bar | (slash-low)&^slash | (del-low)&^del | w
}

// check applies the closed rule of a field to a code.
func (c Check) code(b []byte) Rule {
	switch c {
	case CheckSex:
		if len(b) != 1 || (b[0] != '0' && b[0] != '1' && b[0] != '2' && b[0] != '9') {
			return RuleSex
		}
	case CheckRefund:
		if len(b) != 1 || (b[0] != '0' && b[0] != '1') {
			return RuleRefundFlag
		}
	case CheckDivision:
		if len(b) != 6 {
			return RuleDivision
		}
		for _, d := range b {
			if d-'0' > 9 {
				return RuleDivision
			}
		}
	}
	return OK
}

// number applies the closed rule of a field to a number.
func (c Check) number(v int64) Rule {
	switch {
	case c == CheckNotZero && v == 0:
		return RuleNotZero
	case c == CheckNotNegative && v < 0:
		return RuleNegative
	}
	return OK
}

// Value reads the text of a field, of any kind but code and text: the number
// inside, or None64 when it is blank, or why it cannot be read.
func (f Field) Value(b []byte) (int64, Rule) {
	if len(TrimSpace(b)) == 0 {
		return None64, OK
	}
	s := &specs[f]
	var v int64
	var rule Rule
	switch s.Kind {
	case KindTime:
		return ParseTime(b)
	case KindDay:
		return ParseDay(b)
	default:
		v, rule = ParseNumber(s.Kind, b)
	}
	if rule != OK {
		return 0, rule
	}
	return v, s.Check.number(v)
}

// CodeText reads the text of a field of kind code or text: trimmed, or empty
// when blank, or why it may not be one.
func (f Field) CodeText(b []byte) ([]byte, Rule) {
	b = TrimSpace(b)
	s := &specs[f]
	if len(b) == 0 || s.Kind == KindText {
		return b, OK
	}
	if rule := checkCode(b, s.Slash); rule != OK {
		return b, rule
	}
	return b, s.Check.code(b)
}

// validUTF8 is utf8.Valid; named so that the mouths that need it read alike.
func validUTF8(b []byte) bool { return utf8.Valid(b) }
