package inspection

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
)

//go:embed ops.lua
var ops string

// Ops are the operations of this room, for [journal.Config].
func Ops() journal.Ops { return journal.Ops(ops) }

// Act is what a person does, with the reason given.
type Act struct {
	// ID names the act, at random, from the side that asks: the same act sent
	// again within a week has no further effect.
	ID     string
	Who    string
	Reason string
	At     time.Time
}

// Store keeps libraries and campaigns of a region. It is safe for many
// goroutines.
type Store struct {
	journal *journal.Store

	mu    sync.Mutex
	draws map[string]*draw.Draw // by the SHA-256 of their bytes: they never change
}

// Open makes a store on a journal that has [Ops].
func Open(j *journal.Store) *Store {
	return &Store{journal: j, draws: map[string]*draw.Draw{}}
}

var (
	// ErrMissing says that there is no such library, campaign or object.
	ErrMissing = errors.New("未找到 not found")
	// ErrOwn says that the person who planned a campaign wants to approve it.
	ErrOwn = errors.New("方案须由另一人批准 a plan is approved by another person")
	// ErrOther says that what is to be approved is not what was shown.
	ErrOther = errors.New("所批准的不是所显示的方案 what is approved is not what was shown")
	// ErrSame says that a library is already in force.
	ErrSame = errors.New("与现行名录相同 the library is the one in force")
	// ErrLibrary says that a library changed since the plan was made of it.
	ErrLibrary = errors.New("名录已更换 the library was replaced meanwhile")
	// ErrSeeds says that the seed was not typed twice alike.
	ErrSeeds = errors.New("两次输入的种子不同 the seed was not typed twice alike")
	// ErrSeed says that a text cannot be a seed.
	ErrSeed = errors.New("种子不能为空 the seed must be a text")
	// ErrDue says that a day of rectification is missing, is none, or has passed.
	ErrDue = errors.New("整改期限不对 the day to rectify by is missing or has passed")
	// ErrState says that there is no such result.
	ErrState = errors.New("没有这种检查结果 there is no such result")
	// errRaced says that another object was skipped meanwhile.
	errRaced = errors.New("同时有人略过了另一对象 another object was skipped meanwhile")
)

// VersionError says that something changed since the person saw it. Nothing was
// done: show what it is now.
type VersionError struct{ Have, Want int64 }

// Error says so to a person.
func (e *VersionError) Error() string {
	return fmt.Sprintf("已被修改 it has version %d, not %d", e.Have, e.Want)
}

// StatusError says that what was asked for cannot be done to a campaign or an
// object as it stands. Nothing was done.
type StatusError struct{ Status string }

// Error says so to a person.
func (e *StatusError) Error() string { return "状态不允许 it is " + e.Status }

const (
	staff     = "staff" // the chain of what people do
	maxReason = 4000    // bytes
)

var errAct = fmt.Errorf("an act has an id, a person and a reason, each at most %d bytes", maxReason)

// act does what a person asked for, and tells why not.
func (s *Store) act(ctx context.Context, kind, object string, version int64, by Act, op journal.Op) error {
	for _, text := range []string{by.ID, by.Who, by.Reason} {
		if text == "" || len(text) > maxReason {
			return errAct
		}
	}
	if !utf8.ValidString(object) {
		return fmt.Errorf("%s: %w", kind, ErrMissing) // nothing has such a name
	}
	_, err := s.journal.Append(ctx, journal.Entry{
		Chain: staff, At: by.At, Kind: kind, Object: object, Version: version + 1, Who: by.Who, ID: by.ID,
		Body: map[string]string{"reason": by.Reason}, Ops: []journal.Op{op},
	})
	if refused, ok := errors.AsType[*journal.Refused](err); ok {
		err = refusal(refused, version)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

func refusal(r *journal.Refused, version int64) error {
	switch r.Reason {
	case "missing":
		return ErrMissing
	case "own":
		return ErrOwn
	case "other":
		return ErrOther
	case "same":
		return ErrSame
	case "library":
		return ErrLibrary
	case "status":
		return &StatusError{r.Found}
	case "skips":
		return errRaced
	case "version":
		have, err := strconv.ParseInt(r.Found, 10, 64)
		if err != nil {
			return fmt.Errorf("read version: %w", err)
		}
		return &VersionError{Have: have, Want: version}
	}
	return r
}

// short is 20 hex digits that name something by its content.
func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:10])
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// reading reads numbers of a hash and keeps the first error.
type reading struct {
	fields map[string]string
	err    error
}

func (r *reading) number(name string) int64 {
	text := r.fields[name]
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("read %s: %w", name, err)
	}
	return n
}
