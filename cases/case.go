package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"fundwatch/detectors"
)

// Case is what leads or the result of an inspection became: a procedure of law, from the question whether to
// file it to its end. Its leads go on gathering; its file holds what people put
// there.
type Case struct {
	ID       string
	Status   Status
	Version  int64
	Leads    []string // ids
	Check    *Check   // the result of an inspection it was opened from, or nil
	Tip      *Tip     // the tip it was opened from, or nil
	How      string   // decision, hand, check or tip
	Path     string   // of the decision
	Revision string   // of the policy that decided
	Opened   Act      // who opened it, and why
	OpenedAt string
	Changed  string // when somebody last did something; empty: not since it was opened

	Subjects []detectors.Subject // of the leads, the check or the tip, each once
	File     File

	whom     map[string]detectors.Subject // by lead
	last     string                       // the act done last, and its move
	numbered string                       // the document of the last move that needs a number
}

// Case gives a case with its file as it is at one moment, or [ErrMissing].
func (s *Store) Case(ctx context.Context, id string) (Case, error) {
	pipe := s.journal.Reader().TxPipeline()
	k := s.journal.Key("case:" + id)
	head, lines, evidence := pipe.HGetAll(ctx, k), pipe.HGetAll(ctx, k+":lines"), pipe.HGetAll(ctx, k+":evidence")
	_, err := pipe.Exec(ctx)
	if err == nil && len(head.Val()) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	c, err := parseCase(head.Val())
	if err == nil {
		err = c.File.take(lines.Val(), evidence.Val())
	}
	if err != nil {
		return Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	if c.Check != nil {
		c.Subjects = append(c.Subjects, c.Check.Subject)
	}
	if c.Tip != nil {
		c.Subjects = append(c.Subjects, c.Tip.Subject)
	}
	if c.whom, err = s.Subjects(ctx, c.Leads); err != nil {
		return Case{}, err
	}
	for _, lead := range c.Leads {
		if s := c.whom[lead]; s.Kind != "" && !slices.Contains(c.Subjects, s) {
			c.Subjects = append(c.Subjects, s)
		}
	}
	return c, nil
}

func parseCase(h map[string]string) (Case, error) {
	r := reading{fields: h}
	c := Case{
		ID: h["id"], Status: Status(h["status"]), Version: r.number("version"), Leads: strings.Fields(h["leads"]), Check: parseCheck(h), Tip: parseTip(h),
		How: h["how"], Path: h["path"], Revision: h["revision"], Opened: Act{Who: h["who"], Reason: h["reason"]}, OpenedAt: h["opened"],
		Changed: h["changed"], last: h["last"],
	}
	var err error
	c.File, err = readFile(h)
	return c, errors.Join(r.err, err)
}

// clone copies a case so deeply that a move tried on it leaves no trace.
func (c *Case) clone() (Case, error) {
	out := *c
	var err error
	out.File, err = c.File.clone()
	return out, err
}

// Cases lists cases of any status, those opened last first, and gives how many
// there are. Of their files the fee lines and the evidence are left out.
func (s *Store) Cases(ctx context.Context, offset, limit int) (total int64, cases []Case, err error) {
	pipe := s.journal.Reader().Pipeline()
	var sizes []*redis.IntCmd
	var parts []*redis.ZSliceCmd
	for _, status := range Stages() {
		key := s.journal.Key("cases:" + string(status))
		sizes = append(sizes, pipe.ZCard(ctx, key))
		parts = append(parts, pipe.ZRevRangeWithScores(ctx, key, 0, int64(offset+limit)-1))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list cases: %w", err)
	}
	var all []redis.Z
	for i := range parts {
		total += sizes[i].Val()
		all = append(all, parts[i].Val()...)
	}
	slices.SortFunc(all, func(a, b redis.Z) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(fmt.Sprint(b.Member), fmt.Sprint(a.Member)))
	})
	var ids []string
	for _, z := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		ids = append(ids, fmt.Sprint(z.Member))
	}
	cases, err = s.heads(ctx, ids)
	return total, cases, err
}

// heads reads cases without fee lines and evidence.
func (s *Store) heads(ctx context.Context, ids []string) (out []Case, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.MapStringStringCmd, len(ids))
	for i, id := range ids {
		replies[i] = pipe.HGetAll(ctx, s.journal.Key("case:"+id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	for i, reply := range replies {
		c, err := parseCase(reply.Val())
		if err != nil {
			return nil, fmt.Errorf("read case %s: %w", ids[i], err)
		}
		out = append(out, c)
	}
	return out, nil
}

// ErrNoEffect says that a case has no decision that has effect.
var ErrNoEffect = errors.New("没有已生效的处罚决定 there is no decision that has effect")

// Effective is a decision that has effect: it was served. Entries of a ledger
// and listings rest on it, by the id of the case.
type Effective struct {
	Case    string
	Subject detectors.Subject
	Kind    string // penalty, no-penalty or unfounded
	Cause   string
	Article string // the decision's basis
	Number  string // of the document
	Decided string // day
	Served  string // day, from which it has effect
	Refund  int64  // fen, ordered to be returned to the fund
	Fine    int64  // fen
}

// Effective gives the decision of a case, or [ErrNoEffect] or [ErrMissing].
func (s *Store) Effective(ctx context.Context, id string) (Effective, error) {
	c, err := s.Case(ctx, id)
	if err != nil {
		return Effective{}, err
	}
	f := &c.File
	if f.Decision == nil || f.Service == nil || f.Party == nil {
		return Effective{}, fmt.Errorf("case %s: %w", id, ErrNoEffect)
	}
	return Effective{Case: id, Subject: f.Party.Subject, Kind: f.Decision.Kind, Cause: f.Party.Cause, Article: f.Decision.Article, Number: f.Decision.Document(),
		Decided: f.Decision.Day, Served: f.Service.Day, Refund: f.Decision.Refund, Fine: f.Decision.Fine}, nil
}

// Document writes the number of a decision as its document bears it.
func (p *Penalty) Document() string { return fmt.Sprintf("医保罚〔%d〕%d号", p.Year, p.Number) }

// Document writes the number of a notice as its document bears it.
func (n *Notice) Document() string { return fmt.Sprintf("医保罚告〔%d〕%d号", n.Year, n.Number) }
