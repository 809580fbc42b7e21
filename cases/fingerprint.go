package cases

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"math/bits"
)

// fingerprint stands for a set of findings: the sum, in 256 bits, of the
// SHA-256 of each id. It does not depend on the order in which they came, nor
// on those that came and went, and fingerprints of partitions add up. Redis
// keeps one for each partition in place of millions of findings.
type fingerprint [4]uint64 // the lowest first

// Fingerprint gives the fingerprint of a set of findings by their ids, each
// once: 64 hex digits. The owner of a partition that worked out again what
// stands compares it with [Partition.Set]: only if they are equal does it know
// what was announced.
func Fingerprint(ids iter.Seq[string]) string {
	var f fingerprint
	for id := range ids {
		f.add(id)
	}
	return f.String()
}

func (f *fingerprint) add(id string) { f.join(hashID(id)) }

func (f *fingerprint) join(g fingerprint) {
	var carry uint64
	for i := range f {
		f[i], carry = bits.Add64(f[i], g[i], carry)
	}
}

func (f *fingerprint) remove(id string) {
	g := hashID(id)
	var borrow uint64
	for i := range f {
		f[i], borrow = bits.Sub64(f[i], g[i], borrow)
	}
}

func hashID(id string) (f fingerprint) {
	sum := sha256.Sum256([]byte(id))
	for i := range f {
		f[i] = binary.LittleEndian.Uint64(sum[8*i:])
	}
	return f
}

func (f *fingerprint) String() string {
	var b [32]byte
	for i, v := range f {
		binary.LittleEndian.PutUint64(b[8*i:], v)
	}
	return hex.EncodeToString(b[:])
}

// parseFingerprint reads what String wrote; the empty text is the empty set.
func parseFingerprint(s string) (f fingerprint, err error) {
	if s == "" {
		return f, nil
	}
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return f, errors.New("a fingerprint of findings has 64 hex digits")
	}
	for i := range f {
		f[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return f, nil
}
