package accounts

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"fundwatch/internal/journal"
)

// Options of a store.
type Options struct {
	Journal *journal.Store
	// Secret is what only this installation knows, 32 bytes or more. Without
	// it nobody can sign in with what the journal holds.
	Secret []byte
	Chance io.Reader
	Clock  func() time.Time
	// Idle and Longest say when a session ends: unused, and at the latest.
	// 0: 30 minutes and 12 hours.
	Idle, Longest time.Duration
	Cost          Cost // of a password; zero: [DefaultCost]
}

// Store knows the users of a region. It is safe for many goroutines.
type Store struct {
	o       Options
	journal *journal.Store
	sealing []byte        // key of proofs
	refs    []byte        // key of references
	hashing chan struct{} // how many passwords are worked on at a time
}

// Open makes a store on a journal that has [Ops].
func Open(o Options) (*Store, error) {
	if len(o.Secret) < 32 {
		return nil, errors.New("the secret of an installation has 32 bytes or more")
	}
	if o.Idle == 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Longest == 0 {
		o.Longest = 12 * time.Hour
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	s := &Store{o: o, journal: o.Journal, hashing: make(chan struct{}, 2)}
	var err error
	if s.sealing, err = hkdf.Key(sha256.New, o.Secret, nil, "fundwatch proofs", 32); err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	if s.refs, err = hkdf.Key(sha256.New, o.Secret, nil, "fundwatch references", 64); err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return s, nil
}

// random gives n bytes of chance.
func (s *Store) random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.o.Chance, b); err != nil {
		return nil, fmt.Errorf("no chance to be had: %w", err)
	}
	return b, nil
}

// token makes a token of 256 bits.
func (s *Store) token() (string, error) {
	b, err := s.random(32)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// hash is what is kept of a token.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// NewID makes the id of an act.
func (s *Store) NewID() (string, error) {
	b, err := s.random(16)
	return hex.EncodeToString(b), err
}

// Empty reports whether there is no user yet.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	n, err := s.journal.Reader().SCard(ctx, s.journal.Key("users")).Result()
	if err != nil {
		return false, fmt.Errorf("count users: %w", err)
	}
	return n == 0, nil
}

// Invite makes a user, who may set a password by a one-time link. Nobody
// invites with rights the roles may not have together. The id follows from the
// act, so that an act that is sent again finds the user it made.
func (s *Store) Invite(ctx context.Context, u User, by By) (User, error) {
	u.ID, u.Version, u.Status, u.proof = "U"+hash(by.Who + " " + by.ID + " " + u.Login)[:20], 0, Invited, ""
	return u, s.put(ctx, &u, "user.invite", by, false)
}

// First makes the first user, the security administrator who invites the
// others, with a password. It works once in the life of an installation.
func (s *Store) First(ctx context.Context, login, name, password string, by By) (User, error) {
	id, err := s.random(10)
	if err != nil {
		return User{}, err
	}
	u := User{ID: "U" + hex.EncodeToString(id), Login: login, Name: name, Roles: []Role{Security}, Status: Active}
	if err := u.check(); err != nil {
		return u, err
	}
	if err := s.setPassword(ctx, &u, password); err != nil {
		return u, err
	}
	return u, s.put(ctx, &u, "user.first", by, true)
}

// Change gives a user other rights: name, roles, counties, status. Nobody does
// it to themselves. The version is the one that was seen.
func (s *Store) Change(ctx context.Context, to User, by By) error {
	u, err := s.User(ctx, to.ID)
	if err != nil {
		return err
	}
	if u.Version != to.Version {
		return &VersionError{Have: u.Version, Want: to.Version}
	}
	if u.Login == by.Who {
		return ErrOwn
	}
	u.Name, u.Roles, u.Counties = to.Name, slices.Clone(to.Roles), slices.Clone(to.Counties)
	switch {
	case to.Status == Disabled:
		u.Status = Disabled
	case u.proof == "":
		u.Status = Invited
	default:
		u.Status = Active
	}
	return s.put(ctx, &u, "user.change", by, false)
}

// Forget takes password and second factor from a user, who needs a new
// invitation. The version is the one that was seen; whether a later one is that
// of the same act, sent again, the journal knows.
func (s *Store) Forget(ctx context.Context, id string, version int64, by By) error {
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	if u.Version < version {
		return &VersionError{Have: u.Version, Want: version}
	}
	if u.Login == by.Who {
		return ErrOwn
	}
	u.Version, u.proof = version, ""
	if u.Status == Active {
		u.Status = Invited
	}
	return s.put(ctx, &u, "user.forget", by, false)
}
