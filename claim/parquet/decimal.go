package parquet

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"
)

// maxDecimalBytes bounds a stored decimal, a little above maxPrecision digits.
const maxDecimalBytes = 64

var errDecimal = errors.New("a decimal has no bytes or too many")

// decodeDecimal delivers decimals stored as bytes: as Ints, or spelled when one
// of them needs more than 64 bits.
func (r *reader) decodeDecimal(n, k int, null []bool) error {
	r.ints = sized(r.ints, r.room)
	r.spans = sized(r.spans, r.room)
	if r.values.indexed() && k > 0 {
		if r.dict.texts != nil {
			return r.lookupDecimal(n, k, null)
		}
		if err := r.values.lookupInts(r.ints[:k]); err != nil {
			return err
		}
		r.out.Ints = spread(&r.intsOut, r.ints, n, null, 0)
		return nil
	}
	data, err := r.values.decodeBytes(r.spans[:k])
	if err != nil {
		return err
	}
	fits, err := unscaled(r.ints[:k], r.spans[:k], data)
	if err != nil {
		return err
	}
	if fits {
		r.out.Ints = spread(&r.intsOut, r.ints, n, null, 0)
		return nil
	}
	if r.digits, err = spellDecimals(r.digits[:0], r.spans[:k], data, r.c.Scale, math.MaxUint32); err != nil {
		return err
	}
	r.setText(r.digits, n, null)
	return nil
}

// lookupDecimal delivers values of a dictionary that is spelled already.
func (r *reader) lookupDecimal(n, k int, null []bool) error {
	index, err := r.values.lookup(k)
	if err != nil {
		return err
	}
	for i, x := range index {
		r.spans[i] = r.dict.texts.Spans[x]
	}
	r.setText(r.dict.texts.Data, n, null)
	return nil
}

// unscaled reads big-endian numbers in two's complement of any length and tells
// whether all of them are an int64.
func unscaled(dst []int64, spans []Span, data []byte) (fits bool, err error) {
	fits = true
	for i, s := range spans {
		b := data[s.Start:s.End]
		if len(b) == 0 || len(b) > maxDecimalBytes {
			return false, errDecimal
		}
		if len(b) == 16 { // the usual size for more than 18 digits
			high, low := int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))
			dst[i] = low
			fits = fits && high == low>>63
			continue
		}
		x := int64(int8(b[0]))
		for _, c := range b[1:] {
			// Shifting out anything but the sign loses it.
			fits = fits && x<<8>>8 == x
			x = x<<8 | int64(c)
		}
		dst[i] = x
	}
	return fits, nil
}

// spellDecimals appends the decimal notation of the numbers to buf, up to limit
// bytes, and makes the spans point there.
func spellDecimals(buf []byte, spans []Span, data []byte, scale int, limit int64) ([]byte, error) {
	var x, bias big.Int
	for i, s := range spans {
		b := data[s.Start:s.End]
		x.SetBytes(b)
		if b[0] >= 0x80 {
			bias.SetInt64(1)
			x.Sub(&x, bias.Lsh(&bias, uint(8*len(b))))
		}
		start := len(buf)
		buf = appendScaled(buf, &x, scale)
		if int64(len(buf)) > limit {
			return buf, errBudget
		}
		spans[i] = Span{Start: uint32(start), End: uint32(len(buf))}
	}
	return buf, nil
}

// appendScaled appends x / 10^scale with all its places.
func appendScaled(buf []byte, x *big.Int, scale int) []byte {
	if x.Sign() < 0 {
		buf = append(buf, '-')
	}
	start := len(buf)
	buf = x.Append(buf, 10)
	if x.Sign() < 0 { // the sign is there already
		buf = append(buf[:start], buf[start+1:]...)
	}
	if scale == 0 {
		return buf
	}
	for digits := len(buf) - start; digits <= scale; digits++ { // 0.05
		buf = append(buf, 0)
		copy(buf[start+1:], buf[start:])
		buf[start] = '0'
	}
	point := len(buf) - scale
	buf = append(buf, 0)
	copy(buf[point+1:], buf[point:])
	buf[point] = '.'
	return buf
}

// spellUnsigned delivers unsigned numbers of which some are above the greatest
// int64.
func (r *reader) spellUnsigned(n, k int, null []bool) {
	r.spans = sized(r.spans, r.room)
	buf := r.digits[:0]
	for i, x := range r.ints[:k] {
		start := len(buf)
		buf = strconv.AppendUint(buf, uint64(x), 10)
		r.spans[i] = Span{Start: uint32(start), End: uint32(len(buf))}
	}
	r.digits = buf
	r.setText(buf, n, null)
}
