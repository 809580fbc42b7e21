package report

import (
	"strconv"
	"strings"

	"fundwatch/claim"
)

// group puts a comma between every three digits before the point.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest := s, ""
	if i := strings.IndexByte(s, '.'); i >= 0 {
		whole, rest = s[:i], s[i:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	b.WriteString(rest)
	return b.String()
}

// count writes a number of things: 12,345.
func count(n int) string { return group(strconv.Itoa(n)) }

// hundredths writes w / 100 with two decimals, exactly, however wide w is.
func hundredths(w claim.Wide) string {
	s, sign := w.String(), ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for len(s) < 3 {
		s = "0" + s
	}
	return group(sign + s[:len(s)-2] + "." + s[len(s)-2:])
}

// yuan writes fen as yuan: 1,234.50.
func yuan(fen claim.Wide) string { return hundredths(fen) }

// Steps of the units in which large amounts are shown, in fen.
const (
	wan = 1_000_000      // 1 万元
	yi  = 10_000_000_000 // 1 亿元
)

// large writes an amount rounded to two decimals of the unit that suits it,
// and the catalogue key of that unit.
func large(fen claim.Wide) (number, unit string) {
	abs := fen
	if abs.Sign() < 0 {
		abs = abs.Neg()
	}
	switch {
	case abs.Cmp(claim.WideOf(yi)) >= 0:
		return hundredths(fen.DivRound(yi / 100)), "unit.yi"
	case abs.Cmp(claim.WideOf(wan)) >= 0:
		return hundredths(fen.DivRound(wan / 100)), "unit.wan"
	}
	return yuan(fen), "unit.yuan"
}

// leastBar is the shortest bar of something that is not zero, in hundredths of
// a percent: below that a reader would take it for nothing.
const leastBar = 40

// share is part of whole in hundredths of a percent, for drawing only.
func share(part, whole claim.Wide) int64 {
	if part.Sign() <= 0 || whole.Sign() <= 0 {
		return 0
	}
	v, _ := claim.Share(part, claim.WideOf(100_00), whole).Int64()
	return max(v, leastBar)
}

// percent writes hundredths of a percent for an SVG attribute: 12.34%.
func percent(v int64) string { return hundredths(claim.WideOf(v)) + "%" }
