package claim

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// wides are whole numbers within bits, edges often.
func wides(bits uint) *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		v := new(big.Int)
		if rapid.Bool().Draw(t, "edge") {
			v.Lsh(big.NewInt(1), uint(rapid.IntRange(0, int(bits)).Draw(t, "power")))
			v.Add(v, big.NewInt(rapid.Int64Range(-2, 0).Draw(t, "off")))
		} else {
			v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, int(bits/8)).Draw(t, "bytes"))
		}
		if rapid.Bool().Draw(t, "negative") {
			v.Neg(v)
		}
		return v
	})
}

func same(t *rapid.T, what string, got Wide, want *big.Int) {
	t.Helper()
	if got.String() != want.String() {
		t.Fatalf("%s: %s, want %s", what, got, want)
	}
}

func TestWideAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := wides(125).Draw(t, "a"), wides(125).Draw(t, "b")
		x, y := wideFromBig(a), wideFromBig(b)
		same(t, "a", x, a)
		same(t, "a+b", x.Add(y), new(big.Int).Add(a, b))
		same(t, "a-b", x.Sub(y), new(big.Int).Sub(a, b))
		same(t, "-a", x.Neg(), new(big.Int).Neg(a))
		if got, want := x.Cmp(y), a.Cmp(b); got != want {
			t.Fatalf("cmp: %d, want %d", got, want)
		}
		if x.Cmp(x) != 0 || x.Sign() != a.Sign() {
			t.Fatalf("sign of %s: %d", a, x.Sign())
		}
		if v, ok := x.Int64(); ok != a.IsInt64() || ok && v != a.Int64() {
			t.Fatalf("Int64 of %s: %d %v", a, v, ok)
		}
	})
}

func TestWideProducts(t *testing.T) {
	edges := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := edges.Draw(t, "a"), edges.Draw(t, "b")
		want := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		same(t, "a×b", Product(a, b), want)
		same(t, "wide a", WideOf(a), big.NewInt(a))
		same(t, "a×b+a", Product(a, b).Plus(a), want.Add(want, big.NewInt(a)))
	})
}

// halfAway is n / d rounded half away from zero.
func halfAway(n, d *big.Int) *big.Int {
	two := big.NewInt(2)
	n2, d2 := new(big.Int).Mul(n, two), new(big.Int).Mul(d, two)
	if n.Sign() < 0 {
		n2.Sub(n2, d)
	} else {
		n2.Add(n2, d)
	}
	return n2.Quo(n2, d2)
}

func TestWideDivisionRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ n, d, want int64 }{
		{5, 10, 1}, {-5, 10, -1}, {4, 10, 0}, {-4, 10, 0}, {15, 10, 2}, {-15, 10, -2}, {14, 10, 1}, {7, 7, 1}, {0, 3, 0},
		{1, 3, 0}, {2, 3, 1}, {-2, 3, -1}, {1, 2, 1}, {-1, 2, -1}, {math.MaxInt64, 1, math.MaxInt64}, {math.MinInt64, 1, math.MinInt64},
		{math.MaxInt64, math.MaxInt64, 1}, {math.MaxInt64 / 2, math.MaxInt64, 0}, {math.MaxInt64/2 + 1, math.MaxInt64, 1},
	} {
		if got, _ := WideOf(c.n).DivRound(c.d).Int64(); got != c.want {
			t.Errorf("%d/%d: %d, want %d", c.n, c.d, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := wides(126).Draw(t, "n")
		d := rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "d")
		same(t, "n/d", wideFromBig(n).DivRound(d), halfAway(n, big.NewInt(d)))
	})
}

func TestWideShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SampledFrom([]uint{8, 62, 100, 126}).Draw(t, "bits")
		x, whole := wides(bits).Draw(t, "x"), new(big.Int).Abs(wides(bits).Draw(t, "whole"))
		if whole.Sign() == 0 {
			whole.SetInt64(1)
		}
		part := new(big.Int).Rem(wides(126).Draw(t, "part"), new(big.Int).Add(whole, big.NewInt(1)))
		want := halfAway(new(big.Int).Mul(x, part), whole)
		same(t, "share", Share(wideFromBig(x), wideFromBig(part), wideFromBig(whole)), want)
	})
}

func TestLineAmountIsRoundedOnce(t *testing.T) {
	for _, c := range []struct{ pric, cnt, want string }{
		{"15.5", "2", "31.00"}, {"0.005", "1", "0.01"}, {"0.004999", "1", "0.00"}, {"0.005", "-1", "-0.01"}, {"0.333333", "3", "1.00"},
		{"0.0145", "0.3448", "0.00"}, {"0.0145", "0.3449", "0.01"}, {"1.234565", "1", "1.23"}, {"0", "5", "0.00"},
		{"9999999999.999999", "999999999999.9999", "9999999999999998000000.00"},
		{"9999999999.999999", "-999999999999.9999", "-9999999999999998000000.00"},
	} {
		pric, _ := ParseNumber(KindPrice, []byte(c.pric))
		cnt, _ := ParseNumber(KindQuantity, []byte(c.cnt))
		got := new(big.Rat).SetFrac(LineAmount(pric, cnt).big(), big.NewInt(100)).FloatString(2)
		if got != c.want {
			t.Errorf("%s × %s: %s, want %s", c.pric, c.cnt, got, c.want)
		}
	}
}

func TestWideJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := wides(127).Filter(func(v *big.Int) bool { return v.BitLen() <= 127 }).Draw(t, "v")
		out, err := json.Marshal(wideFromBig(v))
		if err != nil || string(out) != v.String() {
			t.Fatalf("%s is written %s: %v", v, out, err)
		}
		var back Wide
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatal(err)
		}
		same(t, "back", back, v)
	})
	for _, bad := range []string{`"1"`, `1.5`, `1e3`, `true`, `{}`, `340282366920938463463374607431768211456`} {
		var w Wide
		if err := json.Unmarshal([]byte(bad), &w); err == nil {
			t.Errorf("%s is read as %s", bad, w)
		}
	}
}
