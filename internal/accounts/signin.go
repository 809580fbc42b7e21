package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrWrong says that login, password or code is not right, and not which.
var ErrWrong = errors.New("登录名、口令或验证码不正确 wrong login, password or code")

// SlowError asks to wait before the next try.
type SlowError struct{ After time.Duration }

// Error says so to a person.
func (e *SlowError) Error() string {
	return fmt.Sprintf("尝试过多，请稍候 too many tries, wait %d s", int(e.After.Seconds()))
}

const (
	freeTries   = 3 // of one login before waiting begins
	freeFrom    = 30
	longestWait = time.Minute
	rememberFor = time.Hour
)

// SignIn checks a password, after slowing down who fails. The try is counted
// before the password is looked at, so that trying in parallel gains nothing.
// from names where the try comes from.
func (s *Store) SignIn(ctx context.Context, login, password, from string) (User, error) {
	if err := s.slow(ctx, "login:"+login, freeTries); err != nil {
		return User{}, err
	}
	if err := s.slow(ctx, "from:"+from, freeFrom); err != nil {
		return User{}, err
	}
	u, err := s.ByLogin(ctx, login)
	if err != nil && !errors.Is(err, ErrMissing) {
		return User{}, err
	}
	ok, err := s.matches(ctx, &u, password)
	if err != nil {
		return User{}, err
	}
	if !ok || u.Status != Active {
		return User{}, ErrWrong
	}
	s.forgive(ctx, "login:"+login)
	s.journal.Aside().Decr(ctx, s.journal.AsideKey("tries:"+hash("from:"+from))) // many may work behind one address
	return u, nil
}

// slow counts a try and refuses it while the last failures are fresh.
func (s *Store) slow(ctx context.Context, name string, free int64) error {
	count, wait := s.journal.AsideKey("tries:"+hash(name)), s.journal.AsideKey("wait:"+hash(name))
	left, err := s.journal.Aside().PTTL(ctx, wait).Result()
	if err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	if left > 0 {
		return &SlowError{After: left.Truncate(time.Second) + time.Second}
	}
	n, err := s.journal.Aside().Incr(ctx, count).Result()
	if err == nil {
		err = s.journal.Aside().Expire(ctx, count, rememberFor).Err()
	}
	if err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	if n < free {
		return nil
	}
	pause := min(time.Second<<min(n-free, 10), longestWait)
	if err := s.journal.Aside().Set(ctx, wait, "1", pause).Err(); err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	return nil
}

// forgive forgets failures after a success; that it fails harms nobody.
func (s *Store) forgive(ctx context.Context, name string) {
	s.journal.Aside().Del(ctx, s.journal.AsideKey("tries:"+hash(name)), s.journal.AsideKey("wait:"+hash(name)))
}

// SetPassword sets the password of a user who showed a link or the old one.
func (s *Store) SetPassword(ctx context.Context, u *User, password string, by By) error {
	if u.Status == Disabled {
		return ErrWrong
	}
	if err := s.setPassword(ctx, u, password); err != nil {
		return err
	}
	u.Status = Active
	return s.put(ctx, u, "user.password", by, false)
}
