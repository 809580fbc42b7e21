package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"fundwatch/detectors"
)

// Ref is a lead as it stands in the lists: its id and the number it is sorted
// by, an amount of fen or a time such as 20260305083000.
type Ref struct {
	ID     string
	Status Status
	Scheme string
	Score  int64
}

// Refs lists all leads of the statuses and schemes of a query in its order,
// without their content. It is for those who choose by what the lists do not
// know; its cost grows with the number of leads.
func (s *Store) Refs(ctx context.Context, q Query) ([]Ref, error) {
	if err := q.fill(); err != nil {
		return nil, fmt.Errorf("list leads: %w", err)
	}
	if len(q.Schemes) == 0 {
		var err error
		if q.Schemes, err = s.Schemes(ctx); err != nil || len(q.Schemes) == 0 {
			return nil, err
		}
	}
	pipe := s.journal.Reader().Pipeline()
	var parts []*redis.ZSliceCmd
	for _, status := range q.Statuses {
		for _, scheme := range q.Schemes {
			parts = append(parts, pipe.ZRangeWithScores(ctx, s.journal.Key("leads:"+string(status)+":"+scheme+":"+string(q.Sort)), 0, -1))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("list leads: %w", err)
	}
	var out []Ref
	for i, part := range parts {
		for _, z := range part.Val() {
			out = append(out, Ref{fmt.Sprint(z.Member), q.Statuses[i/len(q.Schemes)], q.Schemes[i%len(q.Schemes)], int64(z.Score)})
		}
	}
	slices.SortFunc(out, func(a, b Ref) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.ID, a.ID)) })
	return out, nil
}

// Subjects gives whom leads are about, by id. It never changes.
func (s *Store) Subjects(ctx context.Context, ids []string) (map[string]detectors.Subject, error) {
	out := make(map[string]detectors.Subject, len(ids))
	for part := range slices.Chunk(ids, 1000) {
		pipe := s.journal.Reader().Pipeline()
		replies := make([]*redis.SliceCmd, len(part))
		for i, id := range part {
			replies[i] = pipe.HMGet(ctx, s.journal.Key("lead:"+id), "kind", "code")
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fmt.Errorf("read subjects of leads: %w", err)
		}
		for i, id := range part {
			v := replies[i].Val()
			kind, _ := v[0].(string)
			code, _ := v[1].(string)
			out[id] = detectors.Subject{Kind: kind, Code: code}
		}
	}
	return out, nil
}

// LeadsOf reads leads by id, in this order; those that do not exist are left
// out.
func (s *Store) LeadsOf(ctx context.Context, ids []string) ([]Lead, error) { return s.leads(ctx, ids) }

// Day is how many findings of a lead begin on a day.
type Day struct {
	Day      string // YYYY-MM-DD
	Findings int64
}

// Days tells how the findings of a lead lie in time, by their first day.
func (s *Store) Days(ctx context.Context, lead string) ([]Day, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("lead:"+lead+":days")).Result()
	if err != nil {
		return nil, fmt.Errorf("days of lead %s: %w", lead, err)
	}
	var out []Day
	for name, v := range h {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("days of lead %s: a count is no number", lead)
		}
		if name != "" && name[0] == 'f' {
			out = append(out, Day{name[1:], n})
		}
	}
	slices.SortFunc(out, func(a, b Day) int { return cmp.Compare(a.Day, b.Day) })
	return out, nil
}
