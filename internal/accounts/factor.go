package accounts

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/redis/go-redis/v9"
)

const period = 30 // seconds of one code

// HasFactor reports whether the user has a second factor.
func (s *Store) HasFactor(u *User) (bool, error) {
	p, err := s.open(u)
	return p.Factor != "", err
}

// NewFactor proposes a secret to a user; it holds once [Store.SetFactor] has
// seen a code made with it. It is kept beside the state meanwhile, sealed.
func (s *Store) NewFactor(ctx context.Context, u *User) (secret, address string, err error) {
	key := s.journal.AsideKey("factor:" + u.ID)
	text, err := s.journal.Aside().Get(ctx, key).Result()
	if err != nil && !errors.Is(err, redis.Nil) { // another secret would make a code useless that was just taken
		return "", "", fmt.Errorf("propose a second factor: %w", err)
	}
	if err == nil {
		waiting := User{ID: u.ID, proof: text}
		if p, err := s.open(&waiting); err == nil && p.Factor != "" {
			return p.Factor, factorAddress(u, p.Factor), nil
		}
	}
	b, err := s.random(20)
	if err != nil {
		return "", "", err
	}
	secret = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
	waiting := User{ID: u.ID}
	if err := s.seal(&waiting, proof{Factor: secret}); err != nil {
		return "", "", err
	}
	if err := s.journal.Aside().Set(ctx, key, waiting.proof, 10*time.Minute).Err(); err != nil {
		return "", "", fmt.Errorf("propose a second factor: %w", err)
	}
	return secret, factorAddress(u, secret), nil
}

// factorAddress is what authenticator programs read from the square code.
func factorAddress(u *User, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"fundwatch"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {strconv.Itoa(period)}}
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/fundwatch:" + u.Login, RawQuery: q.Encode()}).String()
}

// SetFactor takes the proposed secret into use if the code was made with it.
func (s *Store) SetFactor(ctx context.Context, u *User, code string, by By) error {
	if err := s.slow(ctx, "code:"+u.ID, freeTries); err != nil {
		return err
	}
	secret, _, err := s.NewFactor(ctx, u)
	if err != nil {
		return err
	}
	if err := s.code(ctx, u, secret, code); err != nil {
		return err
	}
	p, err := s.open(u)
	if err != nil {
		return err
	}
	p.Factor = secret
	if err := s.seal(u, p); err != nil {
		return err
	}
	if err := s.put(ctx, u, "user.factor", by, false); err != nil {
		return err
	}
	s.forgive(ctx, "code:"+u.ID)
	s.journal.Aside().Del(ctx, s.journal.AsideKey("factor:"+u.ID)) // it ends by itself too
	return nil
}

// Code checks a code of the user's second factor. A code works once.
func (s *Store) Code(ctx context.Context, u *User, code string) error {
	if err := s.slow(ctx, "code:"+u.ID, freeTries); err != nil {
		return err
	}
	p, err := s.open(u)
	if err != nil {
		return err
	}
	if p.Factor == "" {
		return ErrWrong
	}
	if err := s.code(ctx, u, p.Factor, code); err != nil {
		return err
	}
	s.forgive(ctx, "code:"+u.ID)
	return nil
}

// code compares a code with those of now, the period before and the one after,
// and remembers the one it was.
func (s *Store) code(ctx context.Context, u *User, secret, code string) error {
	now := s.o.Clock()
	for _, shift := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(shift) * period * time.Second)
		ok, err := totp.ValidateCustom(code, secret, at, totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !ok {
			continue
		}
		step := strconv.FormatInt(at.Unix()/period, 10)
		fresh, err := s.journal.Aside().SetNX(ctx, s.journal.AsideKey("code:"+u.ID+":"+step), "1", 5*period*time.Second).Result()
		if err != nil {
			return fmt.Errorf("check code: %w", err)
		}
		if fresh {
			return nil
		}
	}
	return ErrWrong
}
