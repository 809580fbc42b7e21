package edition

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// personal says what personal number stands alone in a text: a resident
// identity number or a mobile number with no letter or digit beside it. Empty:
// none. Full-width digits and letters count as what they look like.
//
// Han characters and kana are no letters here: their texts have no blanks, and
// a number behind 电话 stands as alone as one behind "phone ".
func personal(s string) string {
	for word := range strings.FieldsFuncSeq(strings.Map(narrow, s), beside) {
		switch {
		case mobileNumber(word):
			return "含有单独出现的手机号码 (a mobile number stands alone)"
		case identityNumber(word):
			return "含有单独出现的居民身份证号码 (a resident identity number stands alone)"
		}
	}
	return ""
}

// narrow turns full-width ASCII (U+FF01 to U+FF5E) into ASCII.
func narrow(r rune) rune {
	if r >= 0xff01 && r <= 0xff5e {
		return r - 0xff01 + '!'
	}
	return r
}

// beside says that a character ends a word.
func beside(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
		return true
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// mobileNumber: 11 digits from 13 to 19.
func mobileNumber(s string) bool {
	return len(s) == 11 && digits(s) && s[0] == '1' && s[1] >= '3'
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// identityNumber: 18 characters with the check digit of GB 11643. One in
// eleven unified social credit codes that are all digits has it by chance; such
// a code is let through when its own check character is right and no day of
// birth can stand in it.
func identityNumber(s string) bool {
	if len(s) != 18 || !digits(s[:17]) {
		return false
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	last := s[17]
	if last == 'x' {
		last = 'X'
	}
	return last == "10X98765432"[sum%11] && !(CreditCode(s) && !birthday(s[6:14]))
}

// birthday: a day of the calendar from 1800 to 2099.
func birthday(s string) bool {
	year, _ := strconv.Atoi(s[:4])
	return year >= 1800 && year <= 2099 && ValidDay(s[:4]+"-"+s[4:6]+"-"+s[6:])
}

// CreditCode reports whether s is a unified social credit code (GB 32100) with
// its check character.
func CreditCode(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return strings.IndexByte(alphabet, s[17]) == (31-sum%31)%31
}

// search lists where personal numbers stand in a value: in its texts and in the
// names of its members.
func search(v any, path string) (out []flaw) {
	switch x := v.(type) {
	case string:
		if s := personal(x); s != "" {
			out = append(out, flaw{path, s})
		}
	case []any:
		for i, e := range x {
			out = append(out, search(e, path+"/"+strconv.Itoa(i+1))...)
		}
	case map[string]any:
		for _, name := range sortedNames(x) {
			at := path + "/" + sayName(name)
			if s := personal(name); s != "" {
				out = append(out, flaw{at, s})
			}
			out = append(out, search(x[name], at)...)
		}
	}
	return out
}
