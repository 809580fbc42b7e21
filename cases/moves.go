package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/internal/journal"
)

// Act is what a person does, with the reason given.
type Act struct {
	// ID names the act, at random, from the side that asks: the same act sent
	// again within a week has no further effect.
	ID     string
	Who    string
	Reason string
	At     time.Time
}

// Seen is a lead as a person saw it.
type Seen struct {
	Lead    string
	Version int64
}

const (
	staff     = "staff" // the chain of what people do
	maxReason = 4000    // bytes
)

// MaxLeads is the most leads of a case that is opened by hand.
const MaxLeads = 100

var errAct = fmt.Errorf("an act has an id, a person and a reason, each at most %d bytes", maxReason)

func (a *Act) check() error {
	for _, s := range []string{a.ID, a.Who, a.Reason} {
		if s == "" || len(s) > maxReason {
			return errAct
		}
	}
	return nil
}

func (a *Act) entry(kind, object string, version int64, op journal.Op) journal.Entry {
	return journal.Entry{
		Chain: staff, At: a.At, Kind: kind, Object: object, Version: version, Who: a.Who, ID: a.ID,
		Body: map[string]string{"reason": a.Reason}, Ops: []journal.Op{op},
	}
}

// OpenCase makes one case of leads that are new or dismissed, and gives its id.
// It fails with a [*VersionError], a [*StatusError] or [ErrMissing] for the
// first lead that does not fit; then nothing was done.
func (s *Store) OpenCase(ctx context.Context, leads []Seen, by Act) (string, error) {
	if len(leads) == 0 || len(leads) > MaxLeads {
		return "", fmt.Errorf("open case: a case is opened from 1 to %d leads", MaxLeads)
	}
	leads = slices.Clone(leads)
	slices.SortFunc(leads, func(a, b Seen) int { return strings.Compare(a.Lead, b.Lead) })
	var ids, versions, names []string
	for _, l := range leads {
		if slices.Contains(ids, l.Lead) {
			return "", fmt.Errorf("open case: lead %s comes twice", l.Lead)
		}
		ids = append(ids, l.Lead)
		versions = append(versions, decimal(l.Version))
		names = append(names, l.Lead, decimal(l.Version))
	}
	id := caseID(s.journal.Region(), names...)
	op := journal.Op{"op": "open", "case": id, "leads": ids, "versions": versions, "reason": by.Reason, "status": string(Opened)}
	if err := s.act(ctx, by.entry("case.open", "case:"+id, 1, op), by, leads); err != nil {
		return "", fmt.Errorf("open case: %w", err)
	}
	return id, nil
}

// DismissLead ends a new lead: a person saw no ground. Later findings still
// gather in it. It fails as OpenCase does.
func (s *Store) DismissLead(ctx context.Context, lead Seen, by Act) error {
	return s.move(ctx, "lead.dismiss", lead, by, New, Dismissed)
}

// ReopenLead makes a dismissed lead new again. It fails as OpenCase does.
func (s *Store) ReopenLead(ctx context.Context, lead Seen, by Act) error {
	return s.move(ctx, "lead.reopen", lead, by, Dismissed, New)
}

func (s *Store) move(ctx context.Context, kind string, lead Seen, by Act, from, to Status) error {
	op := journal.Op{
		"op": "move", "lead": lead.Lead, "version": decimal(lead.Version), "from": []string{string(from)}, "to": string(to), "reason": by.Reason,
	}
	if err := s.act(ctx, by.entry(kind, "lead:"+lead.Lead, lead.Version+1, op), by, []Seen{lead}); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// act does what a person asked for, and tells why not.
func (s *Store) act(ctx context.Context, e journal.Entry, by Act, leads []Seen) error {
	if err := by.check(); err != nil {
		return err
	}
	_, err := s.journal.Append(ctx, e)
	refused, ok := errors.AsType[*journal.Refused](err)
	if !ok {
		return err
	}
	lead, found, _ := strings.Cut(refused.Found, " ")
	switch refused.Reason {
	case "missing":
		return fmt.Errorf("%s: %w", lead, ErrMissing)
	case "status":
		return &StatusError{Lead: lead, Status: Status(found)}
	case "version":
		have, err := strconv.ParseInt(found, 10, 64)
		if err != nil {
			return fmt.Errorf("read version of lead %s: %w", lead, err)
		}
		for _, l := range leads {
			if l.Lead == lead {
				return &VersionError{Lead: lead, Have: have, Want: l.Version}
			}
		}
	}
	return err
}
