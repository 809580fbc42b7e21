package cases

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Case is what leads became, in its first form. Its totals are those of its
// leads, which go on gathering.
type Case struct {
	ID       string
	Status   Status
	Version  int64
	Leads    []string // ids
	How      string   // decision or hand
	Path     string   // of the decision
	Revision string   // of the policy that decided
	Opened   Act      // who opened it, and why
	OpenedAt string
}

// Case gives a case, or [ErrMissing].
func (s *Store) Case(ctx context.Context, id string) (Case, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("case:"+id)).Result()
	if err == nil && len(h) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	return parseCase(h)
}

func parseCase(h map[string]string) (Case, error) {
	r := reading{fields: h}
	c := Case{
		ID: h["id"], Status: Status(h["status"]), Version: r.number("version"), Leads: strings.Fields(h["leads"]),
		How: h["how"], Path: h["path"], Revision: h["revision"], Opened: Act{Who: h["who"], Reason: h["reason"]}, OpenedAt: h["opened"],
	}
	return c, r.err
}

// Cases lists cases, those opened last first, and gives how many there are.
func (s *Store) Cases(ctx context.Context, offset, limit int) (total int64, cases []Case, err error) {
	key := s.journal.Key("cases:" + string(Filed))
	pipe := s.journal.Reader().Pipeline()
	size := pipe.ZCard(ctx, key)
	ids := pipe.ZRevRange(ctx, key, int64(offset), int64(offset+limit)-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list cases: %w", err)
	}
	if len(ids.Val()) == 0 {
		return size.Val(), nil, nil
	}
	pipe = s.journal.Reader().Pipeline()
	replies := make([]*redis.MapStringStringCmd, len(ids.Val()))
	for i, id := range ids.Val() {
		replies[i] = pipe.HGetAll(ctx, s.journal.Key("case:"+id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list cases: %w", err)
	}
	for i, reply := range replies {
		c, err := parseCase(reply.Val())
		if err != nil {
			return 0, nil, fmt.Errorf("read case %s: %w", ids.Val()[i], err)
		}
		cases = append(cases, c)
	}
	return size.Val(), cases, nil
}
