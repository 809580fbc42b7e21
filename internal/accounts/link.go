package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Purpose of a one-time link.
type Purpose string

// The purposes of links.
const (
	Setup  Purpose = "setup"  // make the first user
	Invite Purpose = "invite" // set a password
	Enter  Purpose = "enter"  // sign in, in a demonstration
)

// ErrLink says that a link was used, is too old, or never was.
var ErrLink = errors.New("链接无效、已用过或已过期 the link was used, is too old, or never was")

// Link makes a one-time link for a user, or for nobody (Setup), and gives its
// token, of which only the SHA-256 is kept. A user has one invitation: a new one
// ends the one before, which may be in wrong hands.
func (s *Store) Link(ctx context.Context, p Purpose, user string, lasts time.Duration) (string, error) {
	token, err := s.token()
	if err != nil {
		return "", err
	}
	if err := s.journal.Aside().Set(ctx, s.linkKey(token), string(p)+" "+user, lasts).Err(); err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	if p != Invite {
		return token, nil
	}
	if err := s.journal.Aside().Set(ctx, s.invitedKey(user), hash(token), lasts).Err(); err != nil {
		return "", fmt.Errorf("end the link before: %w", err)
	}
	return token, nil
}

// invitedKey names the one link by which a user is invited now.
func (s *Store) invitedKey(user string) string { return s.journal.AsideKey("invited:" + user) }

func (s *Store) linkKey(token string) string { return s.journal.AsideKey("link:" + hash(token)) }

// Peek gives whom a link is for, and leaves it good: a browser or a program
// that only looks at it does not use it up.
func (s *Store) Peek(ctx context.Context, p Purpose, token string) (user string, err error) {
	text, err := s.journal.Aside().Get(ctx, s.linkKey(token)).Result()
	if user, err = purpose(p, text, err); err != nil || p != Invite {
		return user, err
	}
	now, err := s.journal.Aside().Get(ctx, s.invitedKey(user)).Result()
	if errors.Is(err, redis.Nil) || err == nil && now != hash(token) {
		return "", ErrLink
	}
	if err != nil {
		return "", fmt.Errorf("read link: %w", err)
	}
	return user, nil
}

// Take uses a link up.
func (s *Store) Take(ctx context.Context, p Purpose, token string) (user string, err error) {
	if _, err := s.Peek(ctx, p, token); err != nil {
		return "", err
	}
	text, err := s.journal.Aside().GetDel(ctx, s.linkKey(token)).Result()
	return purpose(p, text, err)
}

func purpose(want Purpose, text string, err error) (string, error) {
	if errors.Is(err, redis.Nil) {
		return "", ErrLink
	}
	if err != nil {
		return "", fmt.Errorf("read link: %w", err)
	}
	have, user, _ := strings.Cut(text, " ")
	if Purpose(have) != want {
		return "", ErrLink
	}
	return user, nil
}
