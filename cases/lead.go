package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Status is what became of a lead or a case.
type Status string

// Statuses of leads; a case begins as Filed.
const (
	New       Status = "new"       // to be looked at
	Filed     Status = "filed"     // in a case
	Dismissed Status = "dismissed" // a person saw no ground
	Withdrawn Status = "withdrawn" // all its findings were withdrawn before anybody decided
)

// Lead gathers the findings of one subject under one scheme. It is an
// indication to be checked, never a judgement.
type Lead struct {
	ID      string
	Subject detectors.Subject
	Scheme  string
	Status  Status
	Version int64 // moves with the status

	Findings    int64 // that stand now
	Amount      int64 // fen, over all of them; one line may count several times
	Union       int64 // fen, over distinct lines
	First, Last string
	Detectors   map[string]int64 // findings by full name
	Paths       map[string]int64 // findings by path of triage
	Revision    string           // of the policy last asked

	Since, Updated string // when it began, when it last changed
	Case           string // id, where it is or was in one
	Decided        Act    // who dismissed or reopened it, why; zero where nobody did
	DecidedAt      string
	Assignee       string // login of who works on it; empty: nobody yet
}

// Changed is Updated as a time.
func (l *Lead) Changed() (time.Time, error) { return journal.ParseStamp(l.Updated) }

// Lead gives a lead, or [ErrMissing].
func (s *Store) Lead(ctx context.Context, id string) (Lead, error) {
	leads, err := s.leads(ctx, []string{id})
	if err == nil && len(leads) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Lead{}, fmt.Errorf("lead %s: %w", id, err)
	}
	return leads[0], nil
}

// leads reads leads in one round trip; those that do not exist are left out.
func (s *Store) leads(ctx context.Context, ids []string) ([]Lead, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.MapStringStringCmd, len(ids))
	for i, id := range ids {
		replies[i] = pipe.HGetAll(ctx, s.journal.Key("lead:"+id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read leads: %w", err)
	}
	out := make([]Lead, 0, len(ids))
	for i, reply := range replies {
		if len(reply.Val()) == 0 {
			continue
		}
		l, err := parseLead(reply.Val())
		if err != nil {
			return nil, fmt.Errorf("read lead %s: %w", ids[i], err)
		}
		out = append(out, l)
	}
	return out, nil
}

func parseLead(h map[string]string) (Lead, error) {
	r := reading{fields: h}
	l := Lead{
		ID: h["id"], Subject: detectors.Subject{Kind: h["kind"], Code: h["code"]}, Scheme: h["scheme"],
		Status: Status(h["status"]), Version: r.number("version"),
		Findings: r.number("findings"), Amount: r.number("amount"), Union: r.number("union"), First: h["first"], Last: h["last"],
		Detectors: map[string]int64{}, Paths: map[string]int64{}, Revision: h["revision"],
		Since: h["since"], Updated: h["updated"], Case: h["case"],
		Decided: Act{Who: h["decided_by"], Reason: h["reason"]}, DecidedAt: h["decided"],
		Assignee: h["assignee"],
	}
	for name := range h {
		into := l.Detectors
		bare, ok := strings.CutPrefix(name, "det:")
		if !ok {
			into = l.Paths
			if bare, ok = strings.CutPrefix(name, "path:"); !ok {
				continue
			}
		}
		if v := r.number(name); v != 0 {
			into[bare] = v
		}
	}
	return l, r.err
}

// Evidence gives the ids of findings a lead shows, sorted; Findings less their
// number are counted only.
func (s *Store) Evidence(ctx context.Context, lead string) ([]string, error) {
	ids, err := s.journal.Reader().ZRange(ctx, s.journal.Key("lead:"+lead+":evidence"), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("evidence of lead %s: %w", lead, err)
	}
	return ids, nil
}
