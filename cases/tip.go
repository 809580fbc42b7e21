package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Tip is the tip from which a case was opened, by its id alone, and whom the
// case is about. What was reported, and by whom, stays with the tip.
type Tip struct {
	ID      string
	Subject detectors.Subject
}

var errTip = fmt.Errorf("a tip has an id and a subject, each at most %d bytes", maxCode)

func (t *Tip) check() error {
	if !plain(t.ID) || !plain(t.Subject.Kind) || t.Subject.Code == "" || len(t.Subject.Code) > maxCode {
		return errTip
	}
	return nil
}

// OtherSubjectError says that a case was opened from the tip about somebody
// else. Nothing was done.
type OtherSubjectError struct{ Case string }

// Error says so to a person.
func (e *OtherSubjectError) Error() string {
	return fmt.Sprintf("本举报已建案件 %s，对象不同 case %s of this tip is about somebody else", e.Case, e.Case)
}

// TipCase gives the id of the case of a tip, for ever: at most one case is
// opened from one tip.
func (s *Store) TipCase(tip string) string { return caseID(s.journal.Region(), "tip", tip) }

// OpenTip makes a case of a tip and gives its id. Asked for again about the same
// subject, by whomever, it gives the same case and changes nothing; about
// another one it fails with an [*OtherSubjectError].
func (s *Store) OpenTip(ctx context.Context, t Tip, by Act) (string, error) {
	if err := errors.Join(t.check(), by.check()); err != nil {
		return "", fmt.Errorf("open case: %w", err)
	}
	id := s.TipCase(t.ID)
	op := journal.Op{"op": "opentip", "case": id, "tip": t.ID, "kind": t.Subject.Kind, "code": t.Subject.Code, "reason": by.Reason, "status": string(Opened)}
	before, err := s.openFrom(ctx, id, op, by)
	if err != nil {
		return "", err
	}
	if !before {
		return id, nil
	}
	c, err := s.Case(ctx, id)
	if err == nil && (c.Tip == nil || c.Tip.Subject != t.Subject) {
		err = &OtherSubjectError{id}
	}
	return id, err
}

// parseTip reads from which tip a case was opened; nil where it was not.
func parseTip(h map[string]string) *Tip {
	if h["tip"] == "" {
		return nil
	}
	return &Tip{h["tip"], detectors.Subject{Kind: h["tip_kind"], Code: h["tip_code"]}}
}

// name writes a tip for the seal of its case.
func (t *Tip) name() string {
	return strings.Join([]string{t.ID, t.Subject.Kind, t.Subject.Code}, "\n")
}
