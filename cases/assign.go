package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fundwatch/internal/journal"
)

// AssignLead gives a new lead to a person, by login; empty takes it back. It
// fails as OpenCase does.
func (s *Store) AssignLead(ctx context.Context, lead Seen, to string, by Act) error {
	if strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == ':' || r > '~' }) || len(to) > maxName {
		return errors.New("lead.assign: no such login")
	}
	op := journal.Op{"op": "assign", "lead": lead.Lead, "version": decimal(lead.Version), "to": to}
	if err := s.act(ctx, by.entry("lead.assign", "lead:"+lead.Lead, lead.Version+1, op), by, []Seen{lead}); err != nil {
		return fmt.Errorf("lead.assign: %w", err)
	}
	return nil
}

// Assigned lists the ids of the leads given to a person, the last first.
func (s *Store) Assigned(ctx context.Context, to string) ([]string, error) {
	ids, err := s.journal.Reader().ZRevRange(ctx, s.journal.Key("assigned:"+to), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("list what is assigned: %w", err)
	}
	return ids, nil
}
