package blacklist

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"fundwatch/internal/journal"
)

// Decision is an effective decision about a subject, as the room of cases tells
// it.
type Decision struct {
	Case      string // id of the case
	Number    string // of the decision (文号)
	Authority string // who decided
	Decided   string // day
	Effective string // day from which it has effect
	Subject   Subject
	Measure   string // what it imposes: money, reprimand, restriction, suspension, agreement
	Facts     string // what was found, fit to be published
	Basis     []string
	AmountFen int64 // fined and confiscated
	Juvenile  bool  // the subject is a minor; nothing is published of one (未成年人保护法4)
	Secret    bool  // a secret, privacy or safety is concerned; nothing is published (条例32, 行政处罚法50)
	Social    bool  // of some influence in society (具有一定社会影响, 行政处罚法48), as who enters it judges
}

// Entry is a decision in the credit ledger. It stays there when a listing ends.
type Entry struct {
	ID string
	Decision
	Version       int64
	Entered       string // time
	Revoked       string // day on which its ground fell; empty: it stands
	RevokedReason string
}

// Act is what a person does, and why.
type Act struct {
	ID     string // at random; the same act sent again has no further effect
	Who    string
	Reason string
	At     time.Time
}

func (a *Act) check() error {
	if a.ID == "" || a.Who == "" || strings.TrimSpace(a.Reason) == "" || len(a.Reason) > maxText {
		return &MissingError{Need: Reason, ZH: "须写明理由", EN: "a reason is needed"}
	}
	return nil
}

// day is the day of the act, by the clock of Asia/Shanghai.
func (a *Act) day() string { return journal.Stamp(a.At)[:len(time.DateOnly)] }

const maxText = 4000 // bytes of a reason or of facts

// Errors of the ledger.
var (
	ErrMissing  = errors.New("没有这条记录 no such record")
	ErrDecision = errors.New("只有已生效的处理决定才能记入信用记录：须有案件、文号、机关、决定日期、生效日期、措施、事实和依据 only an effective decision makes an entry: case, number, authority, days, measure, facts and basis are needed")
	ErrTwice    = errors.New("该案件对该当事人已有记录 the case has an entry of this subject")
)

// VersionError says that a record changed since it was seen.
type VersionError struct {
	ID         string
	Have, Want int64
}

// Error says so to a person.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%s 已被修改：现为第 %d 版，所见为第 %d 版 was changed: version %d, not %d", e.ID, e.Have, e.Want, e.Have, e.Want)
}

// check refuses a decision that is none, or has no effect yet on the day.
func (d *Decision) check(day string) error {
	for _, s := range []string{d.Case, d.Number, d.Authority, d.Measure, d.Facts} {
		if strings.TrimSpace(s) == "" || len(s) > maxText {
			return ErrDecision
		}
	}
	if !validDay(d.Decided) || !validDay(d.Effective) || d.Effective < d.Decided || d.Effective > day || len(d.Basis) == 0 || d.AmountFen < 0 {
		return ErrDecision
	}
	if d.Juvenile && d.Subject.Kind != Person {
		return ErrSubject
	}
	return d.Subject.check()
}

// EntryID gives the id of the entry that a case makes of a subject, for ever. Of
// the subject, kind and key count.
func (s *Store) EntryID(of string, about Subject) string {
	return "R" + short(s.journal.Region(), of, about.Kind, about.Key)
}

// Enter puts an effective decision of a case into the credit ledger and gives
// the id of the entry, which follows from case and subject: a case makes one
// entry of a subject. Nobody changes an entry: one that could never be published,
// as it holds an identity or mobile number, is refused while it can still be put
// in other words. It fails with [ErrDecision], [ErrSubject], [ErrTwice] or a
// [MissingError]. The same act sent again gives the same entry and has no further
// effect.
func (s *Store) Enter(ctx context.Context, d Decision, by Act) (string, error) {
	if err := by.check(); err != nil {
		return "", err
	}
	if err := d.check(by.day()); err != nil {
		return "", err
	}
	e := Entry{ID: s.EntryID(d.Case, d.Subject), Decision: d, Entered: journal.Stamp(by.At)}
	l := Listing{ID: ListingOf(e.ID), Subject: e.Subject, Measure: e.Measure, Facts: e.Facts}
	if _, problems := l.Record(&e); len(problems) > 0 {
		return "", lack(Clean)
	}
	err := s.append(ctx, "credit.enter", "entry:"+e.ID, 1, by, e.op())
	if v, ok := errors.AsType[*VersionError](err); ok && v.Have > 0 {
		return e.ID, ErrTwice
	}
	if errors.Is(err, journal.ErrReused) { // by its time alone, where it was sent again
		if have, failed := s.Entry(ctx, e.ID); failed == nil && reflect.DeepEqual(have.Decision, d) {
			return e.ID, nil
		}
	}
	return e.ID, err
}

// Revoke says that the ground of an entry fell: its decision was revoked,
// changed or found unlawful. A listing that rests on it ends in the same step:
// one that is published leaves with the next edition, one that is not is
// dropped. The same act sent again has no further effect.
func (s *Store) Revoke(ctx context.Context, id string, version int64, by Act) error {
	if err := by.check(); err != nil {
		return err
	}
	e, err := s.Entry(ctx, id)
	if err != nil {
		return err
	}
	if e.Version == version+1 && e.Revoked != "" {
		if done, err := s.journal.Done(ctx, by.ID); done || err != nil {
			return err
		}
	}
	if e.Version != version {
		return &VersionError{id, e.Version, version}
	}
	if e.Revoked != "" {
		return &MissingError{Need: Standing, ZH: "依据已撤销", EN: "the ground fell before"}
	}
	e.Revoked, e.RevokedReason = by.day(), by.Reason
	ops := []journal.Op{e.op()}
	l, err := s.Listing(ctx, ListingOf(id))
	if err == nil && !l.Status.over() {
		e.Version++
		move, ok := find(ActionRevoke, l.Status)
		if !ok {
			return &StatusError{l.ID, l.Status, ActionRevoke}
		}
		l.apply(Order{Action: ActionRevoke}, move, by)
		op := l.op(move.From)
		op["entry"], op["entry_version"] = e.ID, decimal(e.Version)
		ops = append(ops, op)
	} else if err != nil && !errors.Is(err, ErrMissing) {
		return err
	}
	return s.append(ctx, "credit.revoke", "entry:"+id, version+1, by, ops...)
}

func (e *Entry) texts() []text {
	return []text{
		{"id", &e.ID}, {"case", &e.Case}, {"number", &e.Number}, {"authority", &e.Authority}, {"decided", &e.Decided}, {"effective", &e.Effective},
		{"kind", &e.Subject.Kind}, {"key", &e.Subject.Key}, {"name", &e.Subject.Name}, {"measure", &e.Measure}, {"facts", &e.Facts},
		{"entered", &e.Entered}, {"revoked", &e.Revoked}, {"revoked_reason", &e.RevokedReason},
	}
}

func (e *Entry) op() journal.Op {
	set := write(e.texts())
	set["basis"], set["codes"], set["amount_fen"] = strings.Join(e.Basis, "\n"), strings.Join(e.Subject.Codes, "\n"), decimal(e.AmountFen)
	for name, holds := range map[string]bool{"social": e.Social, "juvenile": e.Juvenile, "secret": e.Secret} {
		if set[name] = ""; holds {
			set[name] = "1"
		}
	}
	return journal.Op{"op": "entry", "id": e.ID, "version": decimal(e.Version), "set": set}
}

func parseEntry(h map[string]string) (e Entry, err error) {
	read(e.texts(), h)
	e.Basis, e.Subject.Codes = lines(h["basis"]), lines(h["codes"])
	e.Social, e.Juvenile, e.Secret = h["social"] != "", h["juvenile"] != "", h["secret"] != ""
	if e.Version, err = strconv.ParseInt(h["version"], 10, 64); err == nil {
		e.AmountFen, err = strconv.ParseInt(h["amount_fen"], 10, 64)
	}
	if err != nil {
		err = fmt.Errorf("read an entry: %w", err)
	}
	return e, err
}

// Entry gives an entry of the ledger, or [ErrMissing].
func (s *Store) Entry(ctx context.Context, id string) (Entry, error) {
	h, err := s.hash(ctx, "entry:"+id)
	if err != nil {
		return Entry{}, err
	}
	return parseEntry(h)
}

// Entries lists the ledger, the last entries first.
func (s *Store) Entries(ctx context.Context, offset, limit int) (total int64, out []Entry, err error) {
	total, ids, err := s.ids(ctx, "entries", offset, limit)
	for _, id := range ids {
		e, err := s.Entry(ctx, id)
		if err != nil {
			return total, nil, err
		}
		out = append(out, e)
	}
	return total, out, err
}
