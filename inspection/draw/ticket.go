package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
)

// Ticket is the number by which an id takes its turn under a seed: the decimal
// number of SHA-256(hex(SHA-256(seed)) ‖ id), digits reversed, behind "0.". The
// smaller goes first. Tickets of this form compare as texts.
func Ticket(seed, id string) string {
	sum := sha256.Sum256([]byte(hashText(seed) + id))
	digits := []byte(new(big.Int).SetBytes(sum[:]).String())
	slices.Reverse(digits)
	return "0." + string(digits)
}

// hashText is the SHA-256 of a text in lower-case hex.
func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// shown is how many decimals of a ticket are written.
const shown = 24

// Turn is an id and its ticket, cut to 24 decimals.
type Turn struct{ ID, Ticket string }

// turns puts ids in the order of their whole tickets.
func turns(seed string, ids []string) []Turn {
	out := make([]Turn, len(ids))
	for i, id := range ids {
		out[i] = Turn{id, Ticket(seed, id)}
	}
	slices.SortFunc(out, func(a, b Turn) int { return cmp.Or(cmp.Compare(a.Ticket, b.Ticket), cmp.Compare(a.ID, b.ID)) })
	for i := range out {
		out[i].Ticket = out[i].Ticket[:min(len(out[i].Ticket), len("0.")+shown)]
	}
	return out
}
