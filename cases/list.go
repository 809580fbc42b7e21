package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"fundwatch/detectors"
)

// Sort is an order of leads; the largest or last comes first.
type Sort string

// Orders of leads.
const (
	ByAmount Sort = "amount"
	ByDate   Sort = "date" // of the last change
)

// Query asks for leads. Its zero value asks for the 50 largest of all.
type Query struct {
	Statuses []Status // empty: any
	Schemes  []string // empty: any
	Subject  detectors.Subject
	Sort     Sort // empty: ByAmount
	Offset   int
	Limit    int // 0: 50
}

// Page is a part of what a query asks for.
type Page struct {
	Total int64 // leads that fit the query
	Leads []Lead
}

var statuses = []Status{New, Filed, Dismissed, Withdrawn}

// Leads lists leads. A query with a subject finds its lead under each scheme;
// every other one merges sorted sets of ids, one for each status and scheme, so
// its cost grows with Offset and Limit, not with the number of leads.
func (s *Store) Leads(ctx context.Context, q Query) (Page, error) {
	if err := q.fill(); err != nil {
		return Page{}, fmt.Errorf("list leads: %w", err)
	}
	if len(q.Schemes) == 0 {
		var err error
		if q.Schemes, err = s.Schemes(ctx); err != nil {
			return Page{}, err
		}
	}
	if q.Subject.Code != "" {
		return s.leadsOfSubject(ctx, &q)
	}
	total, ids, err := s.merge(ctx, &q)
	if err != nil {
		return Page{}, fmt.Errorf("list leads: %w", err)
	}
	leads, err := s.leads(ctx, ids)
	return Page{Total: total, Leads: leads}, err
}

func (q *Query) fill() error {
	if q.Limit == 0 {
		q.Limit = 50
	}
	if q.Sort == "" {
		q.Sort = ByAmount
	}
	if len(q.Statuses) == 0 {
		q.Statuses = statuses
	}
	if q.Offset < 0 || q.Limit < 0 || q.Sort != ByAmount && q.Sort != ByDate {
		return errors.New("offset and limit are not below 0, the order is amount or date")
	}
	for _, st := range q.Statuses {
		if !slices.Contains(statuses, st) {
			return fmt.Errorf("no lead has the status %q", string(st))
		}
	}
	return nil
}

// Schemes lists the schemes that have leads, sorted.
func (s *Store) Schemes(ctx context.Context) ([]string, error) {
	schemes, err := s.journal.Reader().SMembers(ctx, s.journal.Key("schemes")).Result()
	if err != nil {
		return nil, fmt.Errorf("list schemes: %w", err)
	}
	slices.Sort(schemes)
	return schemes, nil
}

// merge gives the ids of a page from the sorted sets that can hold them.
func (s *Store) merge(ctx context.Context, q *Query) (total int64, ids []string, err error) {
	pipe := s.journal.Reader().Pipeline()
	var sizes []*redis.IntCmd
	var parts []*redis.ZSliceCmd
	for _, status := range q.Statuses {
		for _, scheme := range q.Schemes {
			key := s.journal.Key("leads:" + string(status) + ":" + scheme + ":" + string(q.Sort))
			sizes = append(sizes, pipe.ZCard(ctx, key))
			parts = append(parts, pipe.ZRevRangeWithScores(ctx, key, 0, int64(q.Offset+q.Limit)-1))
		}
	}
	if len(parts) == 0 {
		return 0, nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, err
	}
	var all []redis.Z
	for i := range parts {
		total += sizes[i].Val()
		all = append(all, parts[i].Val()...)
	}
	slices.SortFunc(all, func(a, b redis.Z) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(fmt.Sprint(b.Member), fmt.Sprint(a.Member)))
	})
	for _, z := range all[min(q.Offset, len(all)):min(q.Offset+q.Limit, len(all))] {
		ids = append(ids, fmt.Sprint(z.Member))
	}
	return total, ids, nil
}

// leadsOfSubject finds leads by their ids: there is one for each scheme.
func (s *Store) leadsOfSubject(ctx context.Context, q *Query) (Page, error) {
	var ids []string
	for _, scheme := range q.Schemes {
		ids = append(ids, s.LeadID(q.Subject, scheme))
	}
	leads, err := s.leads(ctx, ids)
	if err != nil {
		return Page{}, err
	}
	leads = slices.DeleteFunc(leads, func(l Lead) bool { return !slices.Contains(q.Statuses, l.Status) })
	slices.SortFunc(leads, func(a, b Lead) int {
		if q.Sort == ByDate {
			return cmp.Or(cmp.Compare(b.Updated, a.Updated), cmp.Compare(b.ID, a.ID))
		}
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(b.ID, a.ID))
	})
	return Page{Total: int64(len(leads)), Leads: leads[min(q.Offset, len(leads)):min(q.Offset+q.Limit, len(leads))]}, nil
}
