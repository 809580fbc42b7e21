package claim

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Wide is a signed whole number of 128 bits. Sums and products of money,
// prices and quantities are exact in it, however wide the contract lets the
// parts be; the zero value is 0.
type Wide struct {
	hi int64
	lo uint64
}

// WideOf widens v.
func WideOf(v int64) Wide { return Wide{v >> 63, uint64(v)} }

// Product is a × b.
func Product(a, b int64) Wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// Mul64 is unsigned: a negative factor counted as 2^64 too much of the other.
	h := int64(hi)
	if a < 0 {
		h -= b
	}
	if b < 0 {
		h -= a
	}
	return Wide{h, lo}
}

// Add is w + v.
func (w Wide) Add(v Wide) Wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(uint64(w.hi), uint64(v.hi), carry)
	return Wide{int64(hi), lo}
}

// Plus is w + v.
func (w Wide) Plus(v int64) Wide { return w.Add(WideOf(v)) }

// Neg is -w.
func (w Wide) Neg() Wide {
	lo, borrow := bits.Sub64(0, w.lo, 0)
	hi, _ := bits.Sub64(0, uint64(w.hi), borrow)
	return Wide{int64(hi), lo}
}

// Sub is w - v.
func (w Wide) Sub(v Wide) Wide { return w.Add(v.Neg()) }

// Cmp is -1, 0 or +1 as w is less than, equal to or greater than v.
func (w Wide) Cmp(v Wide) int {
	switch {
	case w.hi < v.hi || (w.hi == v.hi && w.lo < v.lo):
		return -1
	case w == v:
		return 0
	}
	return 1
}

// Sign is -1, 0 or +1.
func (w Wide) Sign() int { return w.Cmp(Wide{}) }

// Int64 gives w as int64 and whether it fits.
func (w Wide) Int64() (int64, bool) { return int64(w.lo), w.hi == int64(w.lo)>>63 }

// clamp gives w as int64, or the nearest that a column can hold.
func (w Wide) clamp() int64 {
	if v, ok := w.Int64(); ok && v != None64 {
		return v
	}
	if w.Sign() < 0 {
		return math.MinInt64 + 1
	}
	return math.MaxInt64
}

func (w Wide) big() *big.Int {
	b := new(big.Int).SetInt64(w.hi)
	b.Lsh(b, 64)
	return b.Add(b, new(big.Int).SetUint64(w.lo))
}

func wideFromBig(b *big.Int) Wide {
	lo := new(big.Int).And(b, new(big.Int).SetUint64(^uint64(0))).Uint64()
	return Wide{new(big.Int).Rsh(b, 64).Int64(), lo}
}

// String writes w in decimal.
func (w Wide) String() string {
	if v, ok := w.Int64(); ok {
		return strconv.FormatInt(v, 10)
	}
	return w.big().String()
}

// MarshalJSON writes w as a JSON number.
func (w Wide) MarshalJSON() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalJSON reads a JSON whole number.
func (w *Wide) UnmarshalJSON(b []byte) error {
	if v, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		*w = WideOf(v)
		return nil
	}
	v, ok := new(big.Int).SetString(string(b), 10)
	if !ok || v.BitLen() > 127 {
		return strconv.ErrRange
	}
	*w = wideFromBig(v)
	return nil
}

// Share is x × part / whole, rounded half away from zero; whole must be
// positive. The product may need 256 bits, so the rare wide case is left to
// math/big.
func Share(x, part, whole Wide) Wide {
	a, okA := x.Int64()
	p, okP := part.Int64()
	w, okW := whole.Int64()
	if okA && okP && okW && w > 0 {
		return Product(a, p).DivRound(w)
	}
	n := new(big.Int).Mul(x.big(), part.big())
	return roundDiv(n, whole.big())
}

// DivRound is w / d, rounded half away from zero; d must be positive.
func (w Wide) DivRound(d int64) Wide {
	abs, neg := w, w.hi < 0
	if neg {
		abs = w.Neg()
	}
	if uint64(abs.hi) >= uint64(d) {
		return roundDiv(w.big(), big.NewInt(d))
	}
	q, r := bits.Div64(uint64(abs.hi), abs.lo, uint64(d))
	out := Wide{0, q}
	if r >= uint64(d)-r {
		out = out.Plus(1)
	}
	if neg {
		return out.Neg()
	}
	return out
}

func roundDiv(n, d *big.Int) Wide {
	neg := n.Sign() < 0
	n = new(big.Int).Abs(n)
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if r.Lsh(r, 1).Cmp(d) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	return wideFromBig(q)
}

// pricePerFen turns price × quantity (10^-6 yuan × 10^-4) into fen.
const pricePerFen = 100_000_000

// LineAmount is price × quantity in fen, rounded half away from zero, once.
func LineAmount(pric, cnt int64) Wide {
	if pric >= 0 && cnt >= 0 {
		if hi, lo := bits.Mul64(uint64(pric), uint64(cnt)); hi == 0 { // a constant divisor needs no division
			return Wide{0, lo/pricePerFen + lo%pricePerFen/(pricePerFen/2)}
		}
	}
	return Product(pric, cnt).DivRound(pricePerFen)
}
