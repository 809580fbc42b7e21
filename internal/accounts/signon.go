package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// signOnTime is how long somebody may be with the other house.
const signOnTime = 10 * time.Minute

// Journey is what is remembered of a person who was sent to another house to
// show who they are.
type Journey struct {
	State    string // comes back with the person; kept as a hash only
	Nonce    string
	Verifier string
	Next     string // where to go after it
}

// Leave begins a journey.
func (s *Store) Leave(ctx context.Context, next string) (j Journey, err error) {
	for _, to := range []*string{&j.State, &j.Nonce, &j.Verifier} {
		if *to, err = s.token(); err != nil {
			return j, err
		}
	}
	j.Next = next
	text := j.Nonce + " " + j.Verifier + " " + next
	if err := s.journal.Aside().Set(ctx, s.journal.AsideKey("signon:"+hash(j.State)), text, signOnTime).Err(); err != nil {
		return j, fmt.Errorf("begin sign-on: %w", err)
	}
	return j, nil
}

// Return ends a journey, once.
func (s *Store) Return(ctx context.Context, state string) (Journey, error) {
	text, err := s.journal.Aside().GetDel(ctx, s.journal.AsideKey("signon:"+hash(state))).Result()
	if errors.Is(err, redis.Nil) {
		return Journey{}, ErrLink
	}
	if err != nil {
		return Journey{}, fmt.Errorf("end sign-on: %w", err)
	}
	nonce, rest, _ := strings.Cut(text, " ")
	verifier, next, _ := strings.Cut(rest, " ")
	return Journey{State: state, Nonce: nonce, Verifier: verifier, Next: next}, nil
}

// Vouch gives the user for whom another house vouches. Somebody invited becomes
// active by it, without a password.
func (s *Store) Vouch(ctx context.Context, login string, by By) (User, error) {
	u, err := s.ByLogin(ctx, strings.ToLower(login))
	switch {
	case errors.Is(err, ErrMissing), err == nil && u.Status == Disabled:
		return User{}, ErrWrong
	case err != nil || u.Status == Active:
		return u, err
	}
	u.Status = Active
	by.Who = u.Login
	return u, s.put(ctx, &u, "user.signon", by, false)
}
