package report

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// contrast is the WCAG 2 contrast ratio of two colours, in hundredths.
func contrast(t *testing.T, a, b string) int {
	x, y := luminance(t, a), luminance(t, b)
	return int(100 * (max(x, y) + 0.05) / (min(x, y) + 0.05))
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = strings.Repeat(hex[:1], 2) + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:], 2)
	}
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("colour %q", hex)
	}
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(v>>(8*i)&255) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
