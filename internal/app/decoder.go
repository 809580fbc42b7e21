package app

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
)

// newDecoder makes a decoder that judges claims and keeps only what every claim
// needs.
func newDecoder() (*claim.Decoder, error) {
	seed, err := newSeed()
	if err != nil {
		return nil, err
	}
	return claim.NewDecoder(memory.NewGoAllocator(), seed, 0, false), nil
}

// problemsOf reads a claim and gives what is wrong with it.
func problemsOf(message []byte) ([]claim.Problem, error) {
	d, err := newDecoder()
	if err != nil {
		return nil, err
	}
	defer d.Batch.Release()
	return slices.Clone(d.Decode(message)), nil
}
