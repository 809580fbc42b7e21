package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Check is the result of an inspection from which a case was opened: where it
// lies, and whom it is about.
type Check struct {
	Campaign string
	Object   string
	Subject  detectors.Subject
}

// maxCheck is how long a part of a [Check] can be, in bytes.
const maxCheck = 200

var errCheck = fmt.Errorf("a check has a campaign, an object and a subject, each at most %d bytes", maxCheck)

func (c *Check) check() error {
	for _, s := range []string{c.Campaign, c.Object, c.Subject.Kind, c.Subject.Code} {
		if s == "" || len(s) > maxCheck {
			return errCheck
		}
	}
	return nil
}

// CheckCase gives the id of the case of a check result, for ever: one result
// makes at most one case.
func (s *Store) CheckCase(c Check) string {
	return caseID(s.journal.Region(), "check", c.Campaign, c.Object)
}

// OpenCheck makes a case of the result of an inspection and gives its id; the
// reason of the act is what was found. Asked for again, by whomever, it gives
// the same case and changes nothing.
func (s *Store) OpenCheck(ctx context.Context, c Check, by Act) (string, error) {
	if err := errors.Join(c.check(), by.check()); err != nil {
		return "", fmt.Errorf("open case: %w", err)
	}
	id := s.CheckCase(c)
	op := journal.Op{"op": "opencheck", "case": id, "campaign": c.Campaign, "object": c.Object, "kind": c.Subject.Kind, "code": c.Subject.Code,
		"reason": by.Reason, "status": string(Opened)}
	if _, err := s.openFrom(ctx, id, op, by); err != nil {
		return "", err
	}
	return id, nil
}

// openFrom makes a case of something whose case has an id that follows from it,
// and reports whether it was there before.
func (s *Store) openFrom(ctx context.Context, id string, op journal.Op, by Act) (before bool, err error) {
	_, err = s.journal.Append(ctx, by.entry("case.open", "case:"+id, 1, op))
	if refused, ok := errors.AsType[*journal.Refused](err); ok && refused.Reason == "exists" {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open case: %w", err)
	}
	return false, nil
}

// parseCheck reads from which check a case was opened; nil where it was not.
func parseCheck(h map[string]string) *Check {
	if h["check_campaign"] == "" {
		return nil
	}
	return &Check{h["check_campaign"], h["check_object"], detectors.Subject{Kind: h["check_kind"], Code: h["check_code"]}}
}

// name writes a check for the seal of its case.
func (c *Check) name() string {
	return strings.Join([]string{c.Campaign, c.Object, c.Subject.Kind, c.Subject.Code}, "\n")
}
