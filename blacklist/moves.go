package blacklist

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Action is something a person does with a listing.
type Action string

// The actions. A listing begins with [Store.Propose] and is removed by
// [Store.Publish]; revoking is [Store.Revoke] of its entry.
const (
	ActionServe    Action = "serve"
	ActionObject   Action = "object"
	ActionUphold   Action = "uphold"
	ActionReject   Action = "reject"
	ActionList     Action = "list"
	ActionDrop     Action = "drop"
	ActionContest  Action = "contest"
	ActionKeep     Action = "keep"
	ActionCorrect  Action = "correct"
	ActionWithdraw Action = "withdraw"
	ActionRepair   Action = "repair"
	ActionExpire   Action = "expire"
	ActionRevoke   Action = "revoke"
)

// Need is what a move asks for beside a reason and the version that was seen.
type Need string

// The needs.
const (
	Reason   Need = "reason"   // every act has one
	Standing Need = "standing" // the entry stands: its decision is effective and was not revoked
	Deadline Need = "deadline" // the last day for objection, not before today, and the clause that sets it
	InTime   Need = "in-time"  // the time for objection is not over
	Over     Need = "over"     // the time for objection is over
	Second   Need = "second"   // another person than the one who proposed
	Shown    Need = "shown"    // the digest of what was shown
	From     Need = "from"     // the day from which claims are flagged, not before today
	Least    Need = "least"    // the least time of publication is over
	Quiet    Need = "quiet"    // no new breach for as long as the place asks, where a text of it does
	Most     Need = "most"     // the longest time of publication is over
	Clean    Need = "clean"    // facts that may be published
	Fallen   Need = "fallen"   // the ground of the entry fell
)

// Move is a row of the table of moves.
type Move struct {
	Action Action
	From   []Status
	To     Status
	Needs  []Need
	ZH, EN string
}

// Moves is the table: every way a listing can go. It drives the store, the
// buttons and the documentation.
func Moves() []Move { return moves }

var moves = []Move{
	{ActionServe, []Status{Proposed}, Noticed, []Need{Standing, Deadline}, "送达列入前告知", "serve the notice before listing"},
	{ActionObject, []Status{Noticed}, Disputed, []Need{InTime}, "登记异议", "note an objection"},
	{ActionReject, []Status{Disputed}, Noticed, []Need{Standing, Second}, "异议不成立", "reject the objection"},
	{ActionUphold, []Status{Disputed}, Dropped, nil, "异议成立，不列入", "uphold the objection, do not list"},
	{ActionList, []Status{Noticed}, Listed, []Need{Standing, Over, Second, From, Clean, Shown}, "批准列入", "list"},
	{ActionDrop, []Status{Proposed, Noticed}, Dropped, nil, "不列入", "do not list"},
	{ActionContest, []Status{Listed}, Review, nil, "登记列入后的异议或修复申请", "note an objection or a request for repair"},
	{ActionKeep, []Status{Review}, Listed, []Need{Standing, Second}, "不成立，继续公布", "not founded, stays published"},
	{ActionCorrect, []Status{Listed, Review}, Listed, []Need{Standing, Second, Clean}, "更正公布内容", "correct what is published"},
	{ActionWithdraw, []Status{Review}, Leaving, []Need{Second}, "异议成立，移出", "uphold, take off the list"},
	{ActionRepair, []Status{Listed, Review}, Leaving, []Need{Second, Least, Quiet}, "信用修复，移出", "repaired, take off the list"},
	{ActionExpire, []Status{Listed, Review}, Leaving, []Need{Most}, "公布期满，移出", "the time of publication is over"},
	{ActionRevoke, []Status{Listed, Review}, Leaving, []Need{Fallen}, "依据撤销，移出", "the ground fell, take off the list"},
	{ActionRevoke, []Status{Proposed, Noticed, Disputed}, Dropped, []Need{Fallen}, "依据撤销，不列入", "the ground fell, do not list"},
}

// find gives the row of an action from a status.
func find(a Action, from Status) (Move, bool) {
	i := slices.IndexFunc(moves, func(m Move) bool { return m.Action == a && slices.Contains(m.From, from) })
	if i < 0 {
		return Move{}, false
	}
	return moves[i], true
}

// Order is what a person asks for.
type Order struct {
	Listing string
	Version int64 // as seen
	Action  Action
	Until   string // last day for objection; to serve
	Basis   string // the clause that sets it
	From    string // day from which claims are flagged; to list
	Shown   string // digest of what was shown; to list
	Facts   string // the corrected text; to correct
}

// MissingError says what a move lacks, and so where to get it.
type MissingError struct {
	Need   Need
	ZH, EN string
	Basis  string // the clause, where a text of the place asks for it
}

// Error says so to a person.
func (e *MissingError) Error() string { return e.ZH + " " + e.EN }

// StatusError says that an action is none of a status.
type StatusError struct {
	ID     string
	Status Status
	Action Action
}

// Error says so to a person.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s 现为 %s，不能 %s cannot be done from this status", e.ID, e.Status, e.Action)
}

// asked is what guards look at.
type asked struct {
	l   *Listing
	e   *Entry
	o   *Order
	who string
	day string

	repair  *Repair
	breach  string // day of the last one of the subject; known where it counts
	entries int    // of the ledger, among which it is the last; 0: nobody looked
}

// complete adds what the guards of some moves look at beside the listing. The
// ledger is gone through only where one of the moves waits for the last breach.
func (s *Store) complete(ctx context.Context, a asked, of ...Move) (_ asked, err error) {
	a.repair = &s.repair
	if s.repair.Months > 0 && slices.ContainsFunc(of, func(m Move) bool { return slices.Contains(m.Needs, Quiet) }) {
		a.breach, a.entries, err = s.lastBreach(ctx, a.l.Subject)
	}
	return a, err
}

// guards, one for each need; the sentence says what is missing.
var guards = map[Need]struct {
	holds  func(a asked) bool
	zh, en string
}{
	Standing: {func(a asked) bool { return a.e.Revoked == "" && a.e.Effective <= a.day }, "所依据的决定未生效或已撤销", "the decision has no effect, or was revoked"},
	Deadline: {deadline, "须给出异议期的最后一日（不早于今日）及其依据", "the last day for objection is needed, not before today, and the clause that sets it"},
	InTime:   {func(a asked) bool { return a.day <= a.l.Until }, "异议期已过", "the time for objection is over"},
	Over:     {func(a asked) bool { return a.day > a.l.Until }, "异议期未过", "the time for objection is not over"},
	Second:   {func(a asked) bool { return a.who != a.l.Proposer }, "须由提出者以外的另一人办理", "another person than the one who proposed must do it"},
	Shown:    {func(a asked) bool { return a.o.Shown == a.l.Digest(a.e) }, "所见内容与现在的不同，请重新查看", "what was shown is not what is there now: look again"},
	From:     {func(a asked) bool { return validDay(a.o.From) && a.o.From >= a.day }, "须给出限制起始日，不早于今日", "the day from which claims are flagged is needed, not before today"},
	Least:    {func(a asked) bool { return a.day >= a.l.LeastDay }, "未满最短公布期", "the least time of publication is not over"},
	Quiet:    {func(a asked) bool { return a.repair.free(a.breach, a.day) }, "未满修复前须无新违规的期限", "the time without a new breach before repair is not over"},
	Most:     {func(a asked) bool { return a.day > a.l.MostDay }, "未满最长公布期", "the longest time of publication is not over"},
	Clean:    {clean, "公布内容为空，或含有身份证号码、手机号码", "what is published is empty, or holds an identity or mobile number"},
	Fallen:   {func(a asked) bool { return a.e.Revoked != "" }, "所依据的决定仍有效", "the decision stands"},
}

// deadline: a day that is still to come, and on what it rests.
func deadline(a asked) bool {
	return validDay(a.o.Until) && a.o.Until >= a.day && strings.TrimSpace(a.o.Basis) != "" && len(a.o.Basis) <= maxText
}

// clean: the record as it would be published may be.
func clean(a asked) bool {
	l := *a.l
	if a.o.Action == ActionCorrect {
		l.Facts = a.o.Facts
	}
	_, problems := l.Record(a.e)
	return strings.TrimSpace(l.Facts) != "" && len(l.Facts) <= maxText && len(problems) == 0
}

// lacks gives the first need that is not met.
func (m *Move) lacks(a asked) error {
	for _, n := range m.Needs {
		if !guards[n].holds(a) {
			return a.lack(n)
		}
	}
	return nil
}

// lack says of a need that it is not met.
func lack(n Need) *MissingError { return &MissingError{Need: n, ZH: guards[n].zh, EN: guards[n].en} }

func (a *asked) lack(n Need) *MissingError {
	if n == Quiet {
		return a.repair.lack(a.breach)
	}
	return lack(n)
}

// Propose puts an entry on its way to the list, as policy answered. An answer
// that is no listing is refused: it stays in the ledger.
func (s *Store) Propose(ctx context.Context, entry string, p Proposal, by Act) (string, error) {
	if err := by.check(); err != nil {
		return "", err
	}
	e, err := s.Entry(ctx, entry)
	if err != nil {
		return "", err
	}
	if e.Revoked != "" || e.Effective > by.day() {
		return "", lack(Standing)
	}
	if !slices.Contains([]string{"minor", "ordinary", "serious"}, p.Class) || p.Most < 1 || p.Least < 0 || p.Least > p.Most || p.Revision == "" || len(p.Basis) == 0 {
		return "", ErrProposal
	}
	l := Listing{ID: ListingOf(e.ID), Entry: e.ID, Subject: e.Subject, Status: Proposed, Class: p.Class, Least: p.Least, Most: p.Most, Basis: p.Basis,
		Revision: p.Revision, Facts: e.Facts, Measure: e.Measure, Proposer: by.Who, Proposed: by.day()}
	if !clean(asked{l: &l, e: &e, o: &Order{}}) {
		return "", lack(Clean)
	}
	op := l.op(nil)
	op["entry"], op["entry_version"] = e.ID, decimal(e.Version)
	err = s.write(ctx, line{"list.propose", "listing:" + l.ID, 1, map[string]string{bodyDecision: p.Decision}}, by, op)
	if v, ok := errors.AsType[*VersionError](err); ok && v.ID == l.ID {
		return l.ID, ErrProposed
	}
	return l.ID, err
}

// Errors of proposals.
var (
	ErrProposal = errors.New("政策的答复不是列入，或缺少类别、期限和依据 policy does not answer that it be listed, or class, months and basis are missing")
	ErrProposed = errors.New("该记录已提出列入 the entry was proposed before")
)

// Do moves a listing as the table says. It fails with a [*StatusError], a
// [*MissingError], a [*VersionError] or [ErrMissing]; then nothing was done. The
// act done last, sent again, has no further effect.
func (s *Store) Do(ctx context.Context, o Order, by Act) error {
	if err := by.check(); err != nil {
		return err
	}
	for {
		if err := s.do(ctx, o, by); !errors.Is(err, errEntered) {
			return err
		}
	}
}

// errEntered says that something was entered since the ledger was looked at.
var errEntered = errors.New("the ledger has another entry")

// do is Do once: it fails with errEntered where it is to be judged anew.
func (s *Store) do(ctx context.Context, o Order, by Act) error {
	l, err := s.Listing(ctx, o.Listing)
	if err != nil {
		return err
	}
	if l.Version != o.Version {
		if again, err := s.again(ctx, &l, &o, by); again || err != nil {
			return err
		}
		return &VersionError{l.ID, l.Version, o.Version}
	}
	e, err := s.Entry(ctx, l.Entry)
	if err != nil {
		return err
	}
	move, ok := find(o.Action, l.Status)
	if !ok {
		return &StatusError{l.ID, l.Status, o.Action}
	}
	a, err := s.complete(ctx, asked{l: &l, e: &e, o: &o, who: by.Who, day: by.day()}, move)
	if err == nil {
		err = move.lacks(a)
	}
	if err != nil {
		return err
	}
	l.apply(o, move, by)
	op := l.op(move.From)
	op["entry"], op["entry_version"] = e.ID, decimal(e.Version)
	if a.entries > 0 {
		op["entries"] = decimal(int64(a.entries))
	}
	return s.append(ctx, "list."+string(o.Action), "listing:"+l.ID, l.Version+1, by, op)
}

// again reports whether an order was carried out before: the listing is as it
// left it, and the act is known.
func (s *Store) again(ctx context.Context, l *Listing, o *Order, by Act) (bool, error) {
	leads := func(m Move) bool {
		return m.Action == o.Action && (m.To == l.Status || m.To == Leaving && l.Status == Removed)
	}
	if l.Version != o.Version+1 || !slices.ContainsFunc(moves, leads) {
		return false, nil
	}
	return s.journal.Done(ctx, by.ID)
}

// apply makes the listing what it is after a move.
func (l *Listing) apply(o Order, m Move, by Act) {
	day := by.day()
	switch o.Action {
	case ActionServe:
		l.Served, l.Until, l.UntilBasis = day, o.Until, strings.TrimSpace(o.Basis)
	case ActionObject, ActionContest:
		l.Objection, l.Answer = by.Reason, ""
	case ActionReject, ActionUphold, ActionKeep:
		l.Answer = by.Reason
	case ActionList:
		l.Lister, l.ListedOn, l.From = by.Who, day, o.From
		l.LeastDay, l.MostDay = monthsAfter(day, l.Least), monthsAfter(day, l.Most)
	case ActionCorrect:
		l.Facts, l.Answer = o.Facts, by.Reason
	}
	l.Status = m.To
	if m.To == Leaving && l.In == 0 { // no edition has it
		l.Status = Removed
	}
	if m.To == Leaving || m.To == Dropped {
		l.Left, l.LeftWhy, l.LeftBy = day, by.Reason, o.Action
	}
}

// May lists what somebody may do with a listing now, and what each still lacks.
func (s *Store) May(ctx context.Context, l *Listing, e *Entry, who, day string) (out []Choice, err error) {
	open := slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return !slices.Contains(m.From, l.Status) || m.Action == ActionRevoke })
	a, err := s.complete(ctx, asked{l: l, e: e, o: &Order{}, who: who, day: day}, open...)
	if err != nil {
		return nil, err
	}
	for _, m := range open {
		c := Choice{Move: m}
		for _, n := range m.Needs {
			given := n == Deadline || n == From || n == Shown || n == Clean // asked for with the act
			if !given && !guards[n].holds(a) {
				c.Lacks = append(c.Lacks, a.lack(n))
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// Choice is a move from where a listing stands.
type Choice struct {
	Move
	Lacks []*MissingError // empty: it can be done
}
