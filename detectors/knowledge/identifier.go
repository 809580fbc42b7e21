package knowledge

import "strings"

// usccAlphabet is that of GB 32100-2015: digits and capital letters without
// I, O, S, V, Z. The value of a character is its position.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ValidUSCC reports whether s is a unified social credit code (统一社会信用代码)
// whose check character is right: 18 characters of the alphabet, and the sum
// of their values, the i-th (from 0) weighted by 3^i mod 31 and the last by 1,
// is divisible by 31 (GB 32100-2015, 附录 A).
func ValidUSCC(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 0; i < 17; i++ {
		v := strings.IndexByte(usccAlphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	v := strings.IndexByte(usccAlphabet, s[17])
	return v >= 0 && (sum+v)%31 == 0
}

// ValidDivision reports whether s is six digits that begin with the code of a
// province (GB/T 2260). Division codes have no check digit.
func ValidDivision(s string) bool {
	if len(s) != 6 || !isDigits(s) {
		return false
	}
	switch p := int(s[0]-'0')*10 + int(s[1]-'0'); {
	case p >= 11 && p <= 15, p >= 21 && p <= 23, p >= 31 && p <= 37,
		p >= 41 && p <= 46, p >= 50 && p <= 54, p >= 61 && p <= 65,
		p == 71, p == 81, p == 82:
		return true
	}
	return false
}
