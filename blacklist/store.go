package blacklist

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"fundwatch/internal/journal"
)

//go:embed ops.lua
var ops string

// Ops are the operations of this room, for [journal.Config].
func Ops() journal.Ops { return journal.Ops(ops) }

// Store keeps the credit ledger and the listings of a region. It is safe for
// many goroutines.
type Store struct {
	journal *journal.Store
	repair  Repair
}

// Open makes a store on a journal that has [Ops].
func Open(j *journal.Store) *Store { return &Store{journal: j} }

const staff = "staff" // the chain of what people do

// Members of the body of a line beside the reason.
const (
	bodyDecision  = "decision"  // a decision of policy as it is kept
	bodyDecisions = "decisions" // several, with the records they are of; see [KeptDecision]
)

// append writes one line.
func (s *Store) append(ctx context.Context, kind, object string, version int64, by Act, ops ...journal.Op) error {
	return s.write(ctx, line{kind: kind, object: object, version: version}, by, ops...)
}

// line is what a line tells beside who, when and why.
type line struct {
	kind, object string
	version      int64
	more         map[string]string // of the body; what is empty is left out
}

// write writes one line.
func (s *Store) write(ctx context.Context, l line, by Act, ops ...journal.Op) error {
	body, kind := map[string]string{"reason": by.Reason}, l.kind
	for name, text := range l.more {
		if text != "" {
			body[name] = text
		}
	}
	_, err := s.journal.Append(ctx, journal.Entry{Chain: staff, At: by.At, Kind: l.kind, Object: l.object, Version: l.version, Who: by.Who, ID: by.ID,
		Body: body, Ops: ops})
	refused, ok := errors.AsType[*journal.Refused](err)
	if !ok {
		if err != nil {
			err = fmt.Errorf("%s: %w", kind, err)
		}
		return err
	}
	id, found, _ := strings.Cut(refused.Found, " ")
	switch refused.Reason {
	case "version":
		have, _ := strconv.ParseInt(found, 10, 64)
		want, _ := strconv.ParseInt(fmt.Sprint(ops[refused.Op]["version"]), 10, 64)
		return &VersionError{id, have, want}
	case "entries":
		return errEntered
	case "status":
		return &StatusError{ID: id, Status: Status(found)}
	}
	return fmt.Errorf("%s: %w", kind, err)
}

// hash reads a hash, or gives [ErrMissing].
func (s *Store) hash(ctx context.Context, name string) (map[string]string, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key(name)).Result()
	if err != nil {
		return nil, fmt.Errorf("read a listing or entry: %w", err)
	}
	if len(h) == 0 {
		return nil, ErrMissing
	}
	return h, nil
}

// ids reads a part of a sorted set, the last first; limit 0 is all.
func (s *Store) ids(ctx context.Context, name string, offset, limit int) (total int64, ids []string, err error) {
	k, pipe := s.journal.Key(name), s.journal.Reader().Pipeline()
	size := pipe.ZCard(ctx, k)
	part := pipe.ZRevRange(ctx, k, int64(offset), int64(offset+limit)-1)
	if limit == 0 {
		part = pipe.ZRevRange(ctx, k, int64(offset), -1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list %s: %w", name, err)
	}
	return size.Val(), part.Val(), nil
}

// Version moves with every change of the ledger, a listing or an edition.
func (s *Store) Version(ctx context.Context) (int64, error) {
	v, err := s.journal.Reader().HGet(ctx, s.journal.Key("lists"), "version").Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the lists: %w", err)
	}
	return v, nil
}

// text binds a field of the store to a member.
type text struct {
	name string
	at   *string
}

func write(texts []text) map[string]string {
	out := map[string]string{}
	for _, t := range texts {
		out[t.name] = *t.at
	}
	return out
}

func read(texts []text, h map[string]string) {
	for _, t := range texts {
		*t.at = h[t.name]
	}
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func decimal(v int64) string { return strconv.FormatInt(v, 10) }

func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:10])
}
