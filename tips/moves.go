package tips

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"fundwatch/internal/journal"
)

// public is who writes with a receipt; nothing else is known of them.
const public = "public"

// Write adds what whoever sent the tip has to say. act is a random id: the same
// sent twice counts once.
func (s *Store) Write(ctx context.Context, id, text string, by By) error {
	by.Who = public
	return s.say(ctx, id, "tipster", text, by)
}

// Answer adds what staff say to whoever sent the tip.
func (s *Store) Answer(ctx context.Context, id, text string, by By) error {
	return s.say(ctx, id, "staff", text, by)
}

func (s *Store) say(ctx context.Context, id, from, text string, by By) error {
	t, err := s.Tip(ctx, id)
	switch {
	case err != nil:
		return err
	case text == "":
		return ErrEmpty
	case tooLong(text, MaxSaid):
		return ErrLong
	case len(t.Messages) >= maxMessages:
		return ErrFull
	}
	sealed, err := s.v.seal(id, text)
	if err != nil {
		return err
	}
	return s.act(ctx, "tip.message", id, t.Version+1, journal.Op{"op": "message", "tip": id, "from": from, "text": sealed}, by)
}

// Leads tells whether a tip of a status can be moved to another.
func Leads(at, to Status) bool { return slices.Contains(from[to], string(at)) }

// Change is what becomes of a tip as somebody saw it.
type Change struct {
	Version int64
	To      Status
	Case    string // of a tip that is tied to one
	Told    string // the day, of a tip whose sender was told
}

// Move changes the status of a tip.
func (s *Store) Move(ctx context.Context, id string, c Change, by By) error {
	if from[c.To] == nil {
		return fmt.Errorf("no tip is moved to %q", string(c.To))
	}
	op := journal.Op{"op": "tipmove", "tip": id, "version": strconv.FormatInt(c.Version, 10), "from": from[c.To], "to": string(c.To)}
	if c.Case != "" {
		op["case"] = c.Case
	}
	if c.Told != "" {
		op["told"] = c.Told
	}
	return s.act(ctx, "tip."+string(c.To), id, c.Version+1, op, by)
}

// Reveal opens who sent a tip, with the keys of both custodians, and writes
// down that it was opened, by whom and why, before it gives it.
func (s *Store) Reveal(ctx context.Context, id string, keys [2]string, by By) (string, error) {
	h, err := s.o.Journal.Reader().HMGet(ctx, s.o.Journal.Key("tip:"+id), "identity", "version").Result()
	if err != nil {
		return "", fmt.Errorf("read a tip: %w", err)
	}
	locked, _ := h[0].(string)
	version, _ := h[1].(string)
	switch {
	case version == "":
		return "", ErrMissing
	case locked == "":
		return "", ErrAnonymous
	}
	identity, err := unlock(locked, keys)
	if err != nil {
		return "", err
	}
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return "", fmt.Errorf("read a tip: %w", err)
	}
	if err := s.act(ctx, "tip.opened", id, n+1, journal.Op{"op": "tipopened", "tip": id}, by); err != nil {
		return "", err
	}
	return identity, nil
}

var errBy = errors.New("an act has an id, a person and a reason")

// act does what somebody asked for. The digest of a repeated act differs where
// it is sealed anew, so what was done is told by its id alone.
func (s *Store) act(ctx context.Context, kind, id string, version int64, op journal.Op, by By) error {
	if by.ID == "" || by.Who == "" || by.Reason == "" || len(by.Reason) > 4000 {
		return errBy
	}
	_, err := s.o.Journal.Append(ctx, journal.Entry{Chain: "staff", At: by.At, Kind: kind, Object: "tip:" + id, Version: version, Who: by.Who, ID: by.ID,
		Body: map[string]string{"reason": by.Reason}, Ops: []journal.Op{op}})
	if errors.Is(err, journal.ErrReused) && op["op"] == "message" {
		return nil
	}
	refused, ok := errors.AsType[*journal.Refused](err)
	switch {
	case !ok && err != nil:
		return fmt.Errorf("%s: %w", kind, err)
	case !ok:
		return nil
	case refused.Reason == "missing":
		return ErrMissing
	case refused.Reason == "anonymous":
		return ErrAnonymous
	}
	return &VersionError{id}
}
