package journal

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

	"github.com/redis/go-redis/v9"
)

//go:embed core.lua
var core string

// Store is the state of a region in Redis, with its journal. It is safe for
// many goroutines.
type Store struct {
	cfg    Config
	tag    string
	script *redis.Script
	writer redis.UniversalClient // never retries
	reader redis.UniversalClient

	mu    sync.Mutex
	heads map[string]string // chain → head last seen; Redis knows better
}

// Open makes a store. It does not connect yet; [Store.Check] does.
func Open(cfg Config) (*Store, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	var rooms strings.Builder
	for _, ops := range cfg.Ops {
		rooms.WriteString("do\n" + string(ops) + "\nend\n")
	}
	return &Store{
		cfg: cfg, tag: "{" + cfg.Region + "}:",
		script: redis.NewScript(strings.Replace(core, "-- rooms --", rooms.String(), 1)),
		writer: cfg.client(-1), reader: cfg.client(3),
		heads: map[string]string{},
	}, nil
}

// Close gives back the connections.
func (s *Store) Close() error { return errors.Join(s.writer.Close(), s.reader.Close()) }

// Region gives the six digits of the region.
func (s *Store) Region() string { return s.cfg.Region }

// Key gives the full name of a key of the region.
func (s *Store) Key(name string) string { return s.tag + name }

// Reader gives the client for reading. Writing goes through [Store.Append]
// alone.
func (s *Store) Reader() redis.UniversalClient { return s.reader }

// AddHook puts a hook around every call that writes, for traces and faults.
func (s *Store) AddHook(h redis.Hook) { s.writer.AddHook(h) }

// Message is what goes to Kafka: to a topic, under a key, with headers.
type Message struct {
	Topic   string
	Key     string
	Value   []byte
	Headers map[string]string
	// ID is given by the outbox, n-k of step n, and grows. A message that comes
	// again has the same.
	ID string
}

// Entry is a change to be made.
type Entry struct {
	Chain   string // of the writer: p3, staff
	At      time.Time
	Kind    string
	Object  string
	Version int64
	Who     string
	// ID makes the entry count once however often it is sent in a week. An entry
	// without one must have an operation that refuses its repetition.
	ID   string
	Body map[string]string
	Ops  []Op
	Out  []Message // go out before the record
	// Bounded entries are refused while the outbox is full.
	Bounded bool
}

// Receipt tells what became of an entry.
type Receipt struct {
	N        int64 // its place in the order, 0 when repeated
	Repeated bool  // it was done before; now it had no effect
	Waiting  int64 // messages in the outbox after it
}

const (
	remember    = 7 * 24 * 60 * 60 // seconds for which operation ids are known
	maxRaces    = 1000             // how often another writer of the chain may be quicker
	defaultTry  = 5
	replyOK     = "ok"
	replyHead   = "head"
	replyRepeat = "repeat"
)

// Append does an entry whole or not at all. It fails with a [*Refused], one of
// the errors of this package, or an error of Redis or the network; only after
// the last kind the entry may have been done, and sending it again is safe.
func (s *Store) Append(ctx context.Context, e Entry) (Receipt, error) {
	digest, err := e.digest()
	if err != nil {
		return Receipt{}, err
	}
	chain := s.cfg.Region + "/" + e.Chain
	for range maxRaces {
		args, after, err := s.arguments(chain, &e, digest)
		if err != nil {
			return Receipt{}, err
		}
		reply, err := s.send(ctx, args)
		if err != nil {
			return Receipt{}, fmt.Errorf("write %s: %w", e.Kind, err)
		}
		if len(reply) > 1 {
			s.sawHead(chain, reply[1])
		}
		switch reply[0] {
		case replyOK:
			s.sawHead(chain, after)
			return receipt(reply)
		case replyHead: // somebody else wrote to the chain: go on from there
		case replyRepeat:
			return Receipt{Repeated: true}, nil
		default:
			return Receipt{}, refusal(reply)
		}
	}
	return Receipt{}, fmt.Errorf("write %s: other writers of the chain were quicker %d times", e.Kind, maxRaces)
}

// Done reports whether an entry with an id was done within the last week. Who is
// asked for the same again, with what has changed since, tells so by it whether
// that is a repetition.
func (s *Store) Done(ctx context.Context, id string) (bool, error) {
	n, err := s.reader.Exists(ctx, s.Key("op:"+id)).Result()
	if err != nil {
		return false, fmt.Errorf("look for an act: %w", err)
	}
	return n == 1, nil
}

// digest tells requests under one operation id apart. It leaves out the time,
// since a repeated request may come later.
func (e *Entry) digest() (string, error) {
	b, err := appendCanonical(nil, map[string]any{"kind": e.Kind, "object": e.Object, "who": e.Who, "body": e.Body, "ops": e.Ops})
	if err != nil {
		return "", fmt.Errorf("write %s: %w", e.Kind, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

// arguments writes the line on top of the head last seen.
func (s *Store) arguments(chain string, e *Entry, digest string) (args []any, after string, err error) {
	s.mu.Lock()
	before := s.heads[chain]
	s.mu.Unlock()
	seq, prev, err := parseHead(before)
	if err != nil {
		return nil, "", err
	}
	l := Line{
		Chain: chain, Seq: seq + 1, At: Stamp(e.At), Kind: e.Kind, Object: e.Object, Version: e.Version, Who: e.Who,
		ID: e.ID, Body: e.Body, Ops: e.Ops, Prev: prev,
	}
	raw, err := l.seal()
	if err != nil {
		return nil, "", err
	}
	if len(raw) > MaxLine {
		return nil, "", ErrLarge
	}
	limit := int64(0)
	if e.Bounded {
		limit = s.cfg.MaxOutbox
	}
	after = head(l.Seq, l.Hash)
	args = append(make([]any, 0, 8+4*len(e.Out)), "live", raw, before, after, digest, remember, limit, Topic)
	for i := range e.Out {
		m := &e.Out[i]
		headers := []byte{}
		if len(m.Headers) > 0 {
			if headers, err = appendCanonical(nil, m.Headers); err != nil {
				return nil, "", fmt.Errorf("write headers: %w", err)
			}
		}
		args = append(args, m.Topic, m.Key, m.Value, headers)
	}
	return args, after, nil
}

// send runs the step, again when the network fails: a step that was done says
// so when it comes again.
func (s *Store) send(ctx context.Context, args []any) (reply []string, err error) {
	tries := s.cfg.Tries
	if tries == 0 {
		tries = defaultTry
	}
	for try := range tries {
		if try > 0 && s.cfg.Wait != nil {
			if werr := s.cfg.Wait(ctx, try); werr != nil {
				return nil, errors.Join(err, werr)
			}
		}
		reply, err = s.script.Run(ctx, s.writer, []string{s.Key("journal")}, args...).StringSlice()
		if err == nil && len(reply) == 0 {
			return nil, errors.New("redis gave an empty answer")
		}
		if err == nil || ctx.Err() != nil || !again(err) {
			return reply, err
		}
	}
	return reply, err
}

// again tells failures of the network, and of a server that is just coming up,
// from answers.
func again(err error) bool {
	if answer, ok := errors.AsType[redis.Error](err); ok {
		return begins(answer, starting)
	}
	return !errors.Is(err, redis.ErrClosed)
}

func (s *Store) sawHead(chain, head string) {
	s.mu.Lock()
	s.heads[chain] = head
	s.mu.Unlock()
}

func receipt(reply []string) (r Receipt, err error) {
	if len(reply) != 4 {
		return r, errors.New("redis gave an answer of another form")
	}
	if r.N, err = strconv.ParseInt(reply[2], 10, 64); err == nil {
		r.Waiting, err = strconv.ParseInt(reply[3], 10, 64)
	}
	return r, err
}

func refusal(reply []string) error {
	switch {
	case reply[0] == "refused" && len(reply) == 5:
		op, err := strconv.Atoi(reply[2])
		if err != nil {
			return fmt.Errorf("read refusal: %w", err)
		}
		return &Refused{Op: op - 1, Reason: reply[3], Found: reply[4]}
	case reply[0] == "full":
		return ErrFull
	case reply[0] == "rebuild":
		return ErrRebuild
	case reply[0] == "reused":
		return ErrReused
	}
	return fmt.Errorf("redis answered %q", reply[0])
}

// Head gives where the journal ends now.
func (s *Store) Head(ctx context.Context) (Head, error) {
	v, err := s.reader.HMGet(ctx, s.Key("journal"), "n", "weave").Result()
	if err != nil {
		return Head{}, fmt.Errorf("read head of the journal: %w", err)
	}
	n, _ := v[0].(string)
	w, _ := v[1].(string)
	if n == "" {
		return Head{}, nil
	}
	h := Head{Weave: w}
	if h.N, err = strconv.ParseInt(n, 10, 64); err != nil {
		return Head{}, fmt.Errorf("read head of the journal: %w", err)
	}
	return h, nil
}
