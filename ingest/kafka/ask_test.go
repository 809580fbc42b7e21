package kafka

import "testing"

// A request asks for little at first, then for more and more; for less where
// the log's batches are many and small, or unpack to a lot.
func TestAskForWhatFits(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name                string
		ask, bytes, batches int
		want                int
	}{
		{"full", mib, mib, 1, 2 * mib},
		{"full, and no more is allowed", 16 * mib, 16 * mib, 16, 16 * mib},
		{"nearly the most", 12 * mib, 12 * mib, 16, 16 * mib},
		{"little came", 4 * mib, 3000, 1, 4 * mib},
		{"nothing came", 4 * mib, 0, 0, 4 * mib},
		{"a message a batch", 16 * mib, 6000 * 2654, 6000, 2654 * mostBatches},
		{"tiny batches", 16 * mib, 50_000 * 40, 50_000, leastAsk},
		{"unpacks to eight times as much", 16 * mib, 128 * mib, 16, 2 * mib},
		{"unpacks to as much as fits", 2 * mib, 16 * mib, 2, 2 * mib},
	} {
		f := &fetcher{maxBytes: 16 * mib, ask: c.ask}
		if f.learn(c.bytes, c.batches); f.ask != c.want {
			t.Errorf("%s: %d, want %d", c.name, f.ask, c.want)
		}
	}
}
