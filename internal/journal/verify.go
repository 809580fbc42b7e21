package journal

import (
	"fmt"
	"iter"
)

// Head is where the journal ends: the number and the weave of the last record.
// Written on paper, it anchors everything before it.
type Head struct {
	N     int64
	Weave string
}

// Break is the first place where a journal does not hold.
type Break struct {
	Place  int64  // which record of those read, from 1; after the last: what is missing at the end
	N      int64  // number the record gives itself, 0 where it cannot be read
	Chain  string // chain and seq of its line
	Seq    int64
	Reason string
}

// Error says where and why. It holds no content of the line.
func (b *Break) Error() string {
	return fmt.Sprintf("日志在第 %d 条断开 journal breaks at record %d (n %d, %s line %d): %s", b.Place, b.Place, b.N, b.Chain, b.Seq, b.Reason)
}

func breakAt(place int64, r *Record, reason string) *Break {
	return &Break{Place: place, N: r.N, Chain: r.Line.Chain, Seq: r.Line.Seq, Reason: reason}
}

// verifier follows the order of records and every chain.
type verifier struct {
	head   Head
	chains map[string]end
}

type end struct {
	seq  int64
	hash string
}

// next takes one record and says what is wrong with its place, or nothing.
func (v *verifier) next(r *Record) string {
	chain := v.chains[r.Line.Chain]
	switch {
	case r.N > v.head.N+1:
		return fmt.Sprintf("record %d is missing before it", v.head.N+1)
	case r.N <= v.head.N:
		return "stands where it does not belong"
	case r.Line.Seq != chain.seq+1:
		return fmt.Sprintf("line %d of its chain was to come", chain.seq+1)
	case r.Line.Prev != chain.hash:
		return "does not follow the line before it in its chain"
	case r.Weave != weave(v.head.Weave, r.Line.Hash):
		return "does not follow the record before it"
	}
	v.head = Head{r.N, r.Weave}
	v.chains[r.Line.Chain] = end{r.Line.Seq, r.Line.Hash}
	return ""
}

// Verify reads a whole journal from its first record and gives its head. The
// error names the first record that was changed, removed, put in or moved, as
// a [*Break]. Where want is not nil the journal must end there, so that nothing
// was cut off: take it from Redis ([Store.Head]) or from paper. A journal that
// was sent at least once goes through [Once] first.
func Verify(records iter.Seq2[Record, error], want *Head) (Head, error) {
	v := verifier{chains: map[string]end{}}
	var place int64
	for r, err := range records {
		if err != nil {
			return v.head, err
		}
		place++
		if why := v.next(&r); why != "" {
			return v.head, breakAt(place, &r, why)
		}
		if want != nil && r.N == want.N && r.Weave != want.Weave {
			return v.head, breakAt(place, &r, "is not the record that the given head names")
		}
	}
	if want != nil && v.head != *want {
		reason := fmt.Sprintf("the journal ends at record %d and was to end at %d", v.head.N, want.N)
		return v.head, &Break{Place: place + 1, Reason: reason}
	}
	return v.head, nil
}
