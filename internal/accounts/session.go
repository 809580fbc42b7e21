package accounts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Stage says how far a session has come.
type Stage string

// The stages of a session.
const (
	Half Stage = "half" // the password was right, the second factor is to come
	Full Stage = "full"
	// Vouched is full, too: another house vouches for the person and has asked
	// for all that it wants to see.
	Vouched Stage = "vouched"
)

// ErrSession says that there is no such session, or none any more.
var ErrSession = errors.New("会话已结束 the session has ended")

// halfTime is how long the second factor may take.
const halfTime = 5 * time.Minute

// Begin makes a session and gives its token, of which only the SHA-256 is kept.
func (s *Store) Begin(ctx context.Context, u *User, stage Stage) (string, error) {
	token, err := s.token()
	if err != nil {
		return "", err
	}
	lasts := s.o.Idle
	if stage == Half {
		lasts = halfTime
	}
	text := strings.Join([]string{u.ID, strconv.FormatInt(u.Version, 10), strconv.FormatInt(s.o.Clock().Unix(), 10), string(stage)}, " ")
	if err := s.journal.Aside().Set(ctx, s.sessionKey(token), text, lasts).Err(); err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return token, nil
}

func (s *Store) sessionKey(token string) string { return s.journal.AsideKey("session:" + hash(token)) }

// Resume gives the user of a session, and keeps it going. It fails with
// [ErrSession] where the session was ended, was idle too long, lasted too long,
// or the user has changed since.
func (s *Store) Resume(ctx context.Context, token string) (User, Stage, error) {
	u, stage, err := s.Watch(ctx, token)
	if err != nil || stage == Half {
		return u, stage, err
	}
	if err := s.journal.Aside().Expire(ctx, s.sessionKey(token), s.o.Idle).Err(); err != nil {
		return User{}, "", fmt.Errorf("resume session: %w", err)
	}
	return u, stage, nil
}

// Watch gives the user of a session as Resume does and does not keep it going:
// for what a page asks while nobody may be sitting before it.
func (s *Store) Watch(ctx context.Context, token string) (User, Stage, error) {
	text, err := s.journal.Aside().Get(ctx, s.sessionKey(token)).Result()
	if errors.Is(err, redis.Nil) {
		return User{}, "", ErrSession
	}
	if err != nil {
		return User{}, "", fmt.Errorf("resume session: %w", err)
	}
	parts := strings.Fields(text)
	if len(parts) != 4 {
		return User{}, "", ErrSession
	}
	version, errV := strconv.ParseInt(parts[1], 10, 64)
	since, errS := strconv.ParseInt(parts[2], 10, 64)
	if errV != nil || errS != nil || s.o.Clock().Sub(time.Unix(since, 0)) >= s.o.Longest {
		return User{}, "", ErrSession
	}
	u, err := s.User(ctx, parts[0])
	if errors.Is(err, ErrMissing) || err == nil && (u.Version != version || u.Status != Active) {
		return User{}, "", ErrSession
	}
	return u, Stage(parts[3]), err
}

// End ends a session.
func (s *Store) End(ctx context.Context, token string) error {
	if err := s.journal.Aside().Del(ctx, s.sessionKey(token)).Err(); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
