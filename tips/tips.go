package tips

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"

	"fundwatch/internal/journal"
)

//go:embed ops.lua
var ops string

// Ops are the operations of this room, for [journal.Config].
func Ops() journal.Ops { return journal.Ops(ops) }

// Bounds of what somebody says, in bytes.
const (
	MaxSaid     = 12_000
	MaxAbout    = 600
	maxMessages = 200
)

// Errors of tips.
var (
	ErrMissing   = errors.New("未找到 no such tip")
	ErrLong      = errors.New("文字过长 a text is too long")
	ErrEmpty     = errors.New("须写明举报内容 a tip has to say something")
	ErrAnonymous = errors.New("匿名举报没有身份信息 the tip does not say who sent it")
	ErrFull      = errors.New("消息过多 too many messages")
)

// VersionError says that a tip changed since it was seen, or is in another
// status. Nothing was done.
type VersionError struct{ Tip string }

// Error says so to a person.
func (e *VersionError) Error() string {
	return fmt.Sprintf("举报 %s 已变化 tip %s changed", e.Tip, e.Tip)
}

// Status is what became of a tip.
type Status string

// The statuses.
const (
	Received Status = "received"
	Checking Status = "checking" // somebody works on it
	Tied     Status = "tied"     // it belongs to a case
	Refused  Status = "refused"  // there was no ground to go on
	Told     Status = "told"     // whoever sent it was told what became of it
)

// Statuses lists them.
func Statuses() []Status { return []Status{Received, Checking, Tied, Refused, Told} }

// from says from where a status is reached.
var from = map[Status][]string{
	Checking: {string(Received)}, Tied: {string(Received), string(Checking)}, Refused: {string(Received), string(Checking)}, Told: {string(Tied), string(Refused)},
}

// Channels are the ways a tip comes.
func Channels() []string { return []string{"web", "phone", "letter", "visit"} }

// Submission is what somebody reports.
type Submission struct {
	Act      string // at random: the same sent twice is one tip
	Channel  string
	About    string // which institution or person, and when
	Said     string
	Identity string // who reports, and how to reach them; empty: nobody says
	Who      string // who took it down; public: nobody
	At       time.Time
}

// Message is what was said about a tip, by whoever sent it or by staff.
type Message struct {
	At    string
	Staff bool
	Text  string
}

// Tip is a tip, unsealed.
type Tip struct {
	ID       string
	Channel  string
	Status   Status
	Version  int64
	Since    string
	About    string
	Said     string
	Named    bool // there is an identity, encrypted
	Case     string
	Told     string // day
	Opened   int64  // how often both custodians saw who it is
	OpenedAt string
	Messages []Message
}

// By is who does something with a tip, and why.
type By struct {
	ID, Who, Reason string
	At              time.Time
}

// Options are what a store works with.
type Options struct {
	Journal    *journal.Store // with [Ops]
	Secret     []byte         // of the installation, at least 32 bytes
	Chance     io.Reader
	Custodians Custodians // zero: identities are not taken
}

// Store keeps the tips of a region. It is safe for many goroutines.
type Store struct {
	o Options
	v vault
}

// Open makes a store.
func Open(o Options) (*Store, error) {
	if len(o.Secret) < 32 {
		return nil, errors.New("open tips: the secret has fewer than 32 bytes")
	}
	if o.Custodians != (Custodians{}) {
		if _, err := o.Custodians.recipients(); err != nil {
			return nil, err
		}
	}
	v, err := newVault(o.Secret, o.Chance)
	return &Store{o, v}, err
}

// TakesIdentity tells whether there are custodians.
func (s *Store) TakesIdentity() bool { return s.o.Custodians != (Custodians{}) }

func tooLong(text string, most int) bool { return len(text) > most || !utf8.ValidString(text) }

// Submit keeps a tip and gives its receipt, which is not kept.
func (s *Store) Submit(ctx context.Context, t Submission) (receipt string, err error) {
	switch {
	case strings.TrimSpace(t.Said) == "" || t.Act == "":
		return "", ErrEmpty
	case tooLong(t.Said, MaxSaid) || tooLong(t.About, MaxAbout) || tooLong(t.Identity, identitySize-2) || len(t.Act) > 100:
		return "", ErrLong
	case !slices.Contains(Channels(), t.Channel):
		return "", fmt.Errorf("no tip comes by %q", t.Channel)
	}
	receipt = s.v.receiptOf(t.Act)
	id := "T" + s.v.hash("id " + receipt)[:20]
	op := journal.Op{"op": "tip", "tip": id, "receipt": s.v.hash(receipt), "channel": t.Channel, "identity": ""}
	if op["said"], err = s.v.seal(id, t.Said); err != nil {
		return "", err
	}
	if op["about"], err = s.v.seal(id, t.About); err != nil {
		return "", err
	}
	if t.Identity != "" {
		if op["identity"], err = s.o.Custodians.lock(t.Identity); err != nil {
			return "", err
		}
	}
	_, err = s.o.Journal.Append(ctx, journal.Entry{Chain: "staff", At: t.At, Kind: "tip.new", Object: "tip:" + id, Version: 1, Who: t.Who,
		Body: map[string]string{"channel": t.Channel}, Ops: []journal.Op{op}})
	if refused, ok := errors.AsType[*journal.Refused](err); ok && refused.Reason == "exists" {
		err = nil // the same form again
	}
	if err != nil {
		return "", fmt.Errorf("keep a tip: %w", err)
	}
	return receipt, nil
}

// ByReceipt gives the id of the tip of a receipt, or [ErrMissing]. Blanks and
// strokes in it do not count.
func (s *Store) ByReceipt(ctx context.Context, receipt string) (string, error) {
	receipt = strings.NewReplacer(" ", "", "-", "", " ", "").Replace(receipt)
	if len(receipt) != 16 {
		return "", ErrMissing
	}
	id, err := s.o.Journal.Reader().HGet(ctx, s.o.Journal.Key("tips:receipts"), s.v.hash(receipt)).Result()
	if errors.Is(err, redis.Nil) {
		return "", ErrMissing
	}
	if err != nil {
		return "", fmt.Errorf("find a tip: %w", err)
	}
	return id, nil
}

// Tip gives a tip, or [ErrMissing].
func (s *Store) Tip(ctx context.Context, id string) (Tip, error) {
	pipe := s.o.Journal.Reader().TxPipeline()
	k := s.o.Journal.Key("tip:" + id)
	head, said := pipe.HGetAll(ctx, k), pipe.ZRange(ctx, k+":said", 0, -1)
	if _, err := pipe.Exec(ctx); err != nil {
		return Tip{}, fmt.Errorf("read a tip: %w", err)
	}
	h := head.Val()
	if len(h) == 0 {
		return Tip{}, ErrMissing
	}
	t := Tip{ID: id, Channel: h["channel"], Status: Status(h["status"]), Since: h["since"], Named: h["identity"] != "", Case: h["case"], Told: h["told"], OpenedAt: h["openedat"]}
	var errs [4]error
	t.Version, errs[0] = strconv.ParseInt(cmp.Or(h["version"], "0"), 10, 64)
	t.Opened, errs[1] = strconv.ParseInt(cmp.Or(h["opened"], "0"), 10, 64)
	t.Said, errs[2] = s.v.unseal(id, h["said"])
	t.About, errs[3] = s.v.unseal(id, h["about"])
	if err := errors.Join(errs[:]...); err != nil {
		return Tip{}, fmt.Errorf("read a tip: %w", err)
	}
	for _, line := range said.Val() {
		parts := strings.SplitN(line, "|", 3)
		text, err := s.v.unseal(id, parts[len(parts)-1])
		if err != nil || len(parts) != 3 {
			return Tip{}, errSealed
		}
		t.Messages = append(t.Messages, Message{At: parts[0], Staff: parts[1] == "staff", Text: text})
	}
	return t, nil
}

// Tips lists the ids of tips, the last first, and gives how many there are.
func (s *Store) Tips(ctx context.Context, offset, limit int) (total int64, ids []string, err error) {
	pipe := s.o.Journal.Reader().Pipeline()
	k := s.o.Journal.Key("tips")
	size, page := pipe.ZCard(ctx, k), pipe.ZRevRange(ctx, k, int64(offset), int64(offset+limit)-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list tips: %w", err)
	}
	return size.Val(), page.Val(), nil
}

// newID gives an id at random.
func (s *Store) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.o.Chance, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// NewAct gives a random id for a form.
func (s *Store) NewAct() (string, error) { return s.newID() }
