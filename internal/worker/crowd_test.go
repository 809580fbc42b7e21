package worker

import (
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"fundwatch/internal/simulate"
)

// What the worker has found is what a scan finds also where few persons have
// very many claims, whose items, days, stays and visits meet all the time: what
// a look leaves out would show.
func TestCrowdedPersons(t *testing.T) {
	for seed := range seeds(t) / 10 {
		rng := rand.New(rand.NewPCG(seed, 4))
		messages := crowd(rng)
		want := scan(t, messages)
		if len(want) < 50 {
			t.Fatalf("only %d findings to compare", len(want))
		}
		for _, shuffle := range []bool{false, true} {
			if shuffle {
				rng.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
			}
			c := newCluster(rng, messages)
			c.drain(t, c.worker(t, c.store), func() int { return 1 + rng.IntN(9) })
			if got := slices.Sorted(maps.Keys(c.store.findings)); !slices.Equal(got, want) {
				t.Fatalf("seed %d, shuffled %t: %d findings, want %d", seed, shuffle, len(got), len(want))
			}
		}
	}
}

// crowd gives claims of a place to few persons, some of them to few
// institutions, visits and bills.
func crowd(rng *rand.Rand) (messages [][]byte) {
	persons := uint32(1 << rng.IntN(8))
	var institutions []string
	for x := range simulate.Claims(simulate.Config{Seed: 7, Claims: 600}) {
		s := &x.Setlinfo
		s.PsnNo = fmt.Sprint("crowd", crc32.ChecksumIEEE([]byte(s.PsnNo))%persons) // a refund stays with what it names
		if rng.IntN(3) == 0 {
			s.MdtrtID = fmt.Sprint(s.PsnNo, "visit", rng.IntN(3))
		}
		if institutions = append(institutions, s.FixmedinsCode); rng.IntN(2) == 0 {
			s.FixmedinsCode = institutions[rng.IntN(min(len(institutions), 6))]
		}
		if rng.IntN(8) == 0 {
			s.BillNo = fmt.Sprint("bill", rng.IntN(20))
		}
		messages = append(messages, x.AppendJSON(nil))
	}
	return messages
}
