package accounts

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/argon2"
)

// Cost of working out one password.
type Cost struct {
	KiB     uint32
	Rounds  uint32
	Threads uint8
}

// DefaultCost is 64 MiB, three rounds. Two passwords are worked on at a time,
// so a flood of sign-ins takes 128 MiB and no more.
var DefaultCost = Cost{KiB: 64 << 10, Rounds: 3, Threads: 2}

// proof is how a user shows who they are.
type proof struct {
	Salt, Hash []byte
	Cost       Cost
	Factor     string `json:",omitempty"` // secret of the second factor, base32
}

// ErrWeak says what a password must be like.
var ErrWeak = errors.New("口令至少 10 个字符，含大写、小写、数字、符号中的三类，或至少 15 个字符；不得含登录名 a password has 10 characters of three kinds, or 15; and not the login")

// CheckPassword refuses weak passwords.
func CheckPassword(login, password string) error {
	var kinds [4]bool
	n := 0
	seen := map[rune]bool{}
	for _, r := range password {
		n++
		seen[r] = true
		switch {
		case unicode.IsUpper(r):
			kinds[0] = true
		case unicode.IsLower(r):
			kinds[1] = true
		case unicode.IsDigit(r):
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	have := 0
	for _, k := range kinds {
		if k {
			have++
		}
	}
	long := n >= 15 || n >= 10 && have >= 3
	if !long || n > 200 || len(seen) < 5 || strings.Contains(strings.ToLower(password), login) {
		return ErrWeak
	}
	return nil
}

// work hashes a password, at most two at a time.
func (s *Store) work(ctx context.Context, password string, salt []byte, c Cost) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, c.Rounds, c.KiB, c.Threads, 32), nil
}

// setPassword makes a new proof for a user and keeps the second factor.
func (s *Store) setPassword(ctx context.Context, u *User, password string) error {
	if err := CheckPassword(u.Login, password); err != nil {
		return err
	}
	p, err := s.open(u)
	if err != nil {
		return err
	}
	if p.Salt, err = s.random(16); err != nil {
		return err
	}
	p.Cost = s.o.Cost
	if p.Hash, err = s.work(ctx, password, p.Salt, p.Cost); err != nil {
		return err
	}
	return s.seal(u, p)
}

// matches reports whether the password is the user's. It takes as long where
// there is no user, or none that has a password.
func (s *Store) matches(ctx context.Context, u *User, password string) (bool, error) {
	p, err := s.open(u)
	if err != nil {
		return false, err
	}
	known := len(p.Hash) == 32
	if !known {
		p = proof{Salt: make([]byte, 16), Hash: make([]byte, 32), Cost: s.o.Cost}
	}
	have, err := s.work(ctx, password, p.Salt, p.Cost)
	return subtle.ConstantTimeCompare(have, p.Hash) == 1 && known, err
}

func (s *Store) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.sealing)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal puts a proof into a user so that only this installation can read it.
func (s *Store) seal(u *User, p proof) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	a, err := s.aead()
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	nonce, err := s.random(a.NonceSize())
	if err != nil {
		return err
	}
	u.proof = base64.RawStdEncoding.EncodeToString(a.Seal(nonce, nonce, text, []byte(u.ID)))
	return nil
}

// errProof is a proof of another installation: its secret was lost or changed.
var errProof = errors.New("凭证无法解封，安装密钥已更换 the proof cannot be opened: the secret of the installation is another one")

// open gives what seal put in; a zero proof where there is none.
func (s *Store) open(u *User) (p proof, err error) {
	if u.proof == "" {
		return p, nil
	}
	a, err := s.aead()
	if err != nil {
		return p, fmt.Errorf("open proof: %w", err)
	}
	b, err := base64.RawStdEncoding.DecodeString(u.proof)
	if err != nil || len(b) < a.NonceSize() {
		return p, errProof
	}
	text, err := a.Open(nil, b[:a.NonceSize()], b[a.NonceSize():], []byte(u.ID))
	if err != nil || json.Unmarshal(text, &p) != nil {
		return p, errProof
	}
	return p, nil
}
