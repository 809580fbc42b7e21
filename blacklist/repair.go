package blacklist

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Repair is how long the place wants a subject to be without a new breach before
// its credit is repaired. The zero value asks for nothing: no text sets it.
type Repair struct {
	Months int64
	Clause string
}

// WithRepair is the store with what the place asks for before credit is repaired.
func (s *Store) WithRepair(r Repair) *Store { return &Store{s.journal, r} }

// free: the months since the last breach are over, counted as policy counts them.
func (r *Repair) free(breach, day string) bool {
	return r.Months == 0 || breach == "" || wholeMonths(breach, day) >= r.Months
}

// lack says since when the time runs, and from what day it is over.
func (r *Repair) lack(breach string) *MissingError {
	from := daysAfter(monthsAfter(breach, r.Months), 1)
	return &MissingError{Need: Quiet, Basis: r.Clause, ZH: fmt.Sprintf("最近一次违规于 %s 认定，须 %d 个月内无新的违规，%s 起可以修复", breach, r.Months, from),
		EN: fmt.Sprintf("the last breach was found on %s and %d months without a new one are needed: repair from %s on", breach, r.Months, from)}
}

// lastBreach gives the day on which the last breach of a subject was found: the
// last decision about it in the ledger that stands, the ground of its listing
// among them; and how many entries were looked at.
func (s *Store) lastBreach(ctx context.Context, about Subject) (day string, entries int, err error) {
	_, ids, err := s.ids(ctx, "entries", 0, 0)
	if err != nil || len(ids) == 0 {
		return "", 0, err
	}
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.SliceCmd, len(ids))
	for i, id := range ids {
		replies[i] = pipe.HMGet(ctx, s.journal.Key("entry:"+id), "kind", "key", "revoked", "decided")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return "", 0, fmt.Errorf("look for the last breach: %w", err)
	}
	for _, r := range replies {
		v := r.Val()
		if decided, ok := v[3].(string); ok && v[0] == about.Kind && v[1] == about.Key && v[2] == "" {
			day = max(day, decided)
		}
	}
	return day, len(ids), nil
}
