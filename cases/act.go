package cases

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fundwatch/internal/journal"
)

// tries is how often a deed is worked out again because another case took the
// number of a document.
const tries = 20

// maxDecision is the most bytes that a kept decision of policy has.
const maxDecision = 64 << 10

// Do does a deed whole or not at all, in one call of Redis, and gives the case
// as it is then. It fails with a [*LackError], a [*MovedError], a [*StaleError]
// or [ErrMissing]; then nothing was done. The deed done last, sent again, has no
// further effect.
func (s *Store) Do(ctx context.Context, id string, d Deed, p Procedure) (Case, error) {
	if err := d.check(); err != nil {
		return Case{}, fmt.Errorf("%s: %w", d.Move, err)
	}
	for range tries {
		c, err := s.Case(ctx, id)
		if err != nil {
			return Case{}, err
		}
		if c.last == d.name() {
			return c, nil
		}
		next, err := Judge(&c, &d, &p)
		if err != nil {
			return Case{}, err
		}
		e, err := s.deed(ctx, &c, &next, &d)
		if err != nil {
			return Case{}, err
		}
		_, err = s.journal.Append(ctx, e)
		refused, ok := errors.AsType[*journal.Refused](err)
		switch {
		case !ok && err != nil:
			return Case{}, fmt.Errorf("%s: %w", e.Kind, err)
		case !ok:
			return s.Case(ctx, id)
		case refused.Op > 0: // the leads, which come after the case
			return Case{}, fmt.Errorf("%s: %w", e.Kind, d.refused(refused))
		case refused.Reason == "missing":
			return Case{}, fmt.Errorf("case %s: %w", id, ErrMissing)
		case refused.Reason != "moved" && refused.Reason != "number":
			return Case{}, fmt.Errorf("%s: %w", e.Kind, refused)
		}
		// Somebody was quicker: worked out again, it is refused or numbered anew.
	}
	return Case{}, fmt.Errorf("case %s: others took the number %d times", id, tries)
}

// name tells the deed done last from others.
func (d *Deed) name() string { return d.By.ID + " " + d.Move }

func (d *Deed) check() error {
	if err := d.By.check(); err != nil {
		return err
	}
	if len(d.Decision) > maxDecision {
		return errors.New("a decision of policy is longer than it can be")
	}
	if len(d.Lines) > MaxLines {
		return fmt.Errorf("at most %d lines are verified at once", MaxLines)
	}
	seen := map[string]bool{}
	for i := range d.Lines {
		if err := d.Lines[i].check(); err != nil {
			return err
		}
		if seen[d.Lines[i].ID] {
			return errors.New("a line comes twice")
		}
		seen[d.Lines[i].ID] = true
	}
	if err := d.checkLeads(); err != nil {
		return err
	}
	if d.Evidence != nil {
		return d.Evidence.check()
	}
	return nil
}

// deed writes the line of a deed: what it changes, and nothing else.
func (s *Store) deed(ctx context.Context, c, next *Case, d *Deed) (journal.Entry, error) {
	op := journal.Op{"op": "act", "case": c.ID, "version": decimal(c.Version), "from": string(c.Status), "to": string(next.Status), "move": d.Move}
	if next.numbered != "" {
		if err := s.number(ctx, next, op); err != nil {
			return journal.Entry{}, err
		}
	}
	before, errB := c.File.texts()
	after, errA := next.File.texts()
	if err := errors.Join(errB, errA); err != nil {
		return journal.Entry{}, err
	}
	set := map[string]string{}
	for name, text := range after {
		if before[name] != text {
			set[name] = text
		}
	}
	if have, now := strings.Join(c.Leads, " "), strings.Join(next.Leads, " "); have != now {
		set["leads"] = now
	}
	put(op, "set", set)
	lines := map[string]string{}
	for i := range d.Lines {
		lines[d.Lines[i].ID] = d.Lines[i].value()
	}
	put(op, "lines", lines)
	if d.Evidence != nil {
		t, err := text(d.Evidence)
		if err != nil {
			return journal.Entry{}, err
		}
		put(op, "evidence", map[string]string{d.Evidence.Hash: t})
	}
	if next.Status == NotFiled {
		op["leads"] = c.Leads
	}
	e := d.By.entry("case."+d.Move, "case:"+c.ID, next.Version, op)
	decision := d.Decision
	if d.aboutLeads() {
		e.Ops = append(e.Ops, d.leadsOp(c, next))
	}
	switch m, known := MoveOf(d.Move); {
	case d.Move == ApproveIt: // the line tells what was done, and who had proposed it
		e.Kind = "case." + c.File.Proposal.Move
		e.Body["proposed"] = c.File.Proposal.By
		decision = c.File.Proposal.Decision
	case known && m.Eyes:
		e.Kind, e.Body["move"] = "case.propose", d.Move
	}
	if decision != "" {
		e.Body["decision"] = decision
	}
	return e, nil
}

// number gives a document the next number of its year. That nobody takes it
// meanwhile is for the step to check.
func (s *Store) number(ctx context.Context, next *Case, op journal.Op) error {
	f := &next.File
	day := f.notice().Day
	if next.numbered == "decision" {
		day = f.Decision.Day
	}
	year, err := strconv.Atoi(day[:4])
	if err != nil {
		return fmt.Errorf("number a document: %w", err)
	}
	name := next.numbered + ":" + day[:4]
	have, err := s.journal.Reader().HMGet(ctx, s.journal.Key("cases:numbers"), name).Result()
	if err != nil {
		return fmt.Errorf("number a document: %w", err)
	}
	n := 0
	if text, ok := have[0].(string); ok {
		if n, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("number a document: %w", err)
		}
	}
	n++
	op["number"], op["n"] = name, strconv.Itoa(n)
	if next.numbered == "decision" {
		f.Decision.Number, f.Decision.Year = n, year
	} else {
		f.notice().Number, f.notice().Year = n, year
	}
	return nil
}
