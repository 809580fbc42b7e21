package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"fundwatch/detectors"
)

// Entry is a lead as the roster knows it. It never changes; a lead that does
// gets another one.
type Entry struct {
	ID      string
	Subject detectors.Subject
	Scheme  string
	Status  Status
	Amount  int64 // fen
	Date    int64 // of the last change, such as 20260305083000
	N       int64 // of the record of the journal that changed it last

	old bool // another one took its place; of the roster alone
}

// Roster keeps in memory what leads are chosen by, some 200 bytes a lead, so
// that a list by what Redis has no index of costs no reading of all of them.
// Each look brings it up to date: Redis keeps which record of the journal
// changed a lead last, so what changed since the look before is known exactly,
// whoever changed it. It is safe for many goroutines.
type Roster struct {
	store *Store

	mu   sync.Mutex
	byID map[string]*Entry
	roll *Roll
}

// Roll is the roster at a time. It never changes.
type Roll struct {
	N        int64 // of the last record of the journal at the time
	byAmount []*Entry
	byDate   []*Entry
}

// NewRoster makes a roster of a store; the first look reads all leads.
func NewRoster(s *Store) *Roster { return &Roster{store: s} }

// Entries lists all leads, the largest or last changed first. They are not to
// be changed.
func (r *Roll) Entries(by Sort) []*Entry {
	if by == ByDate {
		return r.byDate
	}
	return r.byAmount
}

// Look brings the roster up to date.
func (r *Roster) Look(ctx context.Context) (*Roll, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.roll == nil {
		if err := r.load(ctx); err != nil {
			return nil, fmt.Errorf("look at all leads: %w", err)
		}
		return r.roll, nil
	}
	err := r.update(ctx)
	if errors.Is(err, errOther) {
		err = r.load(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("look at all leads: %w", err)
	}
	return r.roll, nil
}

// errOther says that Redis holds another state than the one that is known, or
// one that leads were taken out of: read it anew.
var errOther = errors.New("the state is another one")

// load reads all leads, also those that no record has changed since Redis keeps
// which one did.
func (r *Roster) load(ctx context.Context) error {
	r.byID, r.roll = map[string]*Entry{}, nil
	n, err := r.store.head(ctx)
	if err != nil {
		return err
	}
	refs, err := r.store.Refs(ctx, Query{})
	if err != nil {
		return err
	}
	all := make([]redis.Z, len(refs))
	for i := range refs {
		all[i].Member = refs[i].ID
	}
	r.roll = &Roll{}
	if err := r.take(ctx, n, all); err != nil {
		r.roll = nil
		return err
	}
	return nil
}

// head gives the number of the last record of the journal.
func (s *Store) head(ctx context.Context) (int64, error) {
	text, err := s.journal.Reader().HGet(ctx, s.journal.Key("journal"), "n").Result()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// update reads what has changed since the look before.
func (r *Roster) update(ctx context.Context) error {
	s := r.store
	pipe := s.journal.Reader().TxPipeline() // both of one time
	head := pipe.HGet(ctx, s.journal.Key("journal"), "n")
	changed := pipe.ZRangeByScoreWithScores(ctx, s.journal.Key("leads:changed"), &redis.ZRangeBy{Min: "(" + decimal(r.roll.N), Max: "+inf"})
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	n, err := strconv.ParseInt(cmp.Or(head.Val(), "0"), 10, 64)
	if err != nil {
		return errors.New("the journal has no number")
	}
	if n < r.roll.N {
		return errOther
	}
	return r.take(ctx, n, changed.Val())
}

// take reads leads by id, with the number of the record that changed them; the
// roster then stands at record n.
func (r *Roster) take(ctx context.Context, n int64, changed []redis.Z) error {
	fresh := make([]*Entry, 0, len(changed))
	for part := range slices.Chunk(changed, 1000) {
		some, err := r.read(ctx, part)
		if err != nil {
			return err
		}
		fresh = append(fresh, some...)
	}
	if len(fresh) == 0 {
		r.roll = &Roll{N: n, byAmount: r.roll.byAmount, byDate: r.roll.byDate}
		return nil
	}
	for _, e := range fresh {
		if was := r.byID[e.ID]; was != nil {
			was.old = true
		}
		r.byID[e.ID] = e
	}
	byAmount := func(a, b *Entry) int { return cmp.Or(cmp.Compare(b.Amount, a.Amount), strings.Compare(b.ID, a.ID)) }
	byDate := func(a, b *Entry) int { return cmp.Or(cmp.Compare(b.Date, a.Date), strings.Compare(b.ID, a.ID)) }
	r.roll = &Roll{N: n, byAmount: merge(r.roll.byAmount, fresh, byAmount), byDate: merge(r.roll.byDate, fresh, byDate)}
	return nil
}

func (r *Roster) read(ctx context.Context, part []redis.Z) ([]*Entry, error) {
	s := r.store
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.SliceCmd, len(part))
	for i := range part {
		replies[i] = pipe.HMGet(ctx, s.journal.Key("lead:"+fmt.Sprint(part[i].Member)), "kind", "code", "scheme", "status", "amount")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	out := make([]*Entry, len(part))
	for i := range part {
		var v [5]string
		for k, field := range replies[i].Val() {
			v[k], _ = field.(string)
		}
		amount, err := strconv.ParseInt(v[4], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("lead %v has no amount", part[i].Member)
		}
		out[i] = &Entry{ID: fmt.Sprint(part[i].Member), Subject: detectors.Subject{Kind: v[0], Code: v[1]}, Scheme: v[2], Status: Status(v[3]), Amount: amount, N: int64(part[i].Score)}
	}
	return out, s.dates(ctx, out)
}

// dates reads when leads changed last. One whose status changes meanwhile is in
// another list, and in the next look.
func (s *Store) dates(ctx context.Context, entries []*Entry) error {
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.FloatCmd, len(entries))
	for i, e := range entries {
		replies[i] = pipe.ZScore(ctx, s.journal.Key("leads:"+string(e.Status)+":"+e.Scheme+":date"), e.ID)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	for i, e := range entries {
		e.Date = int64(replies[i].Val())
	}
	return nil
}

// merge puts fresh entries among those that are still good; was is sorted and
// stays as it is.
func merge(was, fresh []*Entry, order func(a, b *Entry) int) []*Entry {
	fresh = slices.SortedFunc(slices.Values(fresh), order)
	out := make([]*Entry, 0, len(was)+len(fresh))
	for _, e := range was {
		if e.old {
			continue
		}
		for len(fresh) > 0 && order(fresh[0], e) < 0 {
			out, fresh = append(out, fresh[0]), fresh[1:]
		}
		out = append(out, e)
	}
	return append(out, fresh...)
}
