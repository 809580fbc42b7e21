package cases

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"fundwatch/internal/journal"
)

// Outcome is what became of a dead letter.
type Outcome string

// Outcomes of dead letters.
const (
	Replayed  Outcome = "replayed"  // a repaired message was sent
	Discarded Outcome = "discarded" // a person saw that it is none
)

// ErrSettled says that a dead letter was replayed or discarded before.
var ErrSettled = errors.New("此条已处理 the dead letter was settled before")

// Repaired is the message that takes the place of a dead letter.
type Repaired struct {
	Topic string
	Key   string // as the topic wants it; of claims, psn_no
	Value []byte
}

// ReplayDead sends a repaired message in place of a dead letter, once: that it
// was sent and the message itself are one step. It fails with [ErrSettled] or
// [ErrMissing].
func (s *Store) ReplayDead(ctx context.Context, partition int, offset int64, message Repaired, by Act) error {
	e := settle(partition, offset, Replayed, by)
	e.Out = []journal.Message{{Topic: message.Topic, Key: message.Key, Value: message.Value}}
	e.Body["sha256"] = digestMessages(e.Out)
	return s.settled(ctx, e, by)
}

// DiscardDead settles a dead letter that is not to be sent again. It fails as
// ReplayDead does.
func (s *Store) DiscardDead(ctx context.Context, partition int, offset int64, by Act) error {
	return s.settled(ctx, settle(partition, offset, Discarded, by), by)
}

func settle(partition int, offset int64, how Outcome, by Act) journal.Entry {
	part := strconv.Itoa(partition)
	op := journal.Op{"op": "settle", "part": part, "offset": decimal(offset), "how": string(how)}
	return by.entry("dead."+string(how), "dead:"+part+"/"+decimal(offset), 1, op)
}

func (s *Store) settled(ctx context.Context, e journal.Entry, by Act) error {
	err := s.act(ctx, e, by, nil)
	if refused, ok := errors.AsType[*journal.Refused](err); ok && refused.Reason == "settled" {
		err = ErrSettled
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.Kind, err)
	}
	return nil
}
