package detectors

import (
	"bytes"
	"cmp"
	"slices"

	"fundwatch/claim"
)

// traceRef is one trace code on one line.
type traceRef struct {
	hash uint64
	line int32
	code []byte
}

// eachTrace calls yield with the net lines of every trace code that stands on
// at least two lines. Codes are grouped by hash, in slices of the hash space so
// that the table of references stays small, and equal hashes by their text.
func eachTrace(h *claim.History, yield func(code string, lines []int32)) {
	const slices256 = 256
	seed := claim.Seed{0x243F6A8885A308D3, 0x13198A2E03707344}
	counts := make([]int, slices256+1)
	hashes := make([]uint64, 0, h.Net())
	for l := range h.Net() {
		h.Traces(l, func(code []byte) {
			hash := seed.Hash(code)
			hashes = append(hashes, hash)
			counts[hash>>56+1]++
		})
	}
	for i := range slices256 {
		counts[i+1] += counts[i]
	}
	refs := make([]traceRef, len(hashes))
	at, i := slices.Clone(counts), 0
	for l := range h.Net() {
		h.Traces(l, func(code []byte) {
			hash := hashes[i]
			i++
			refs[at[hash>>56]] = traceRef{hash, int32(l), code}
			at[hash>>56]++
		})
	}
	var lines []int32
	for s := range slices256 {
		part := refs[counts[s]:counts[s+1]]
		slices.SortFunc(part, compareTraces)
		for from := 0; from < len(part); {
			to := from + 1
			for to < len(part) && part[to].hash == part[from].hash && bytes.Equal(part[to].code, part[from].code) {
				to++
			}
			if to > from+1 {
				lines = lines[:0]
				for _, r := range part[from:to] {
					lines = append(lines, r.line)
				}
				yield(string(part[from].code), lines)
			}
			from = to
		}
	}
}

func compareTraces(a, b traceRef) int {
	if a.hash != b.hash {
		return cmp.Compare(a.hash, b.hash)
	}
	return cmp.Or(bytes.Compare(a.code, b.code), cmp.Compare(a.line, b.line))
}
