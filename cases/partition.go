package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"fundwatch/internal/journal"
)

// Nothing is the offset of a partition before its first step: its owner begins
// where it likes.
const Nothing int64 = -1

// Fence makes a consumer the owner of a partition and gives the next offset, or
// [Nothing]. From then on steps of older generations are refused. It fails with
// [ErrStale] where a newer generation was here.
func (s *Store) Fence(ctx context.Context, partition int, generation int64, at time.Time) (int64, error) {
	part := strconv.Itoa(partition)
	_, err := s.journal.Append(ctx, journal.Entry{
		Chain: "p" + part, At: at, Kind: "fence", Object: "part:" + part, Version: generation, Who: worker,
		Ops: []journal.Op{{"op": "fence", "part": part, "generation": decimal(generation)}},
	})
	if refused, ok := errors.AsType[*journal.Refused](err); ok && refused.Reason == "same" {
		err = nil // announced before, perhaps by a call whose answer was lost
	} else if ok && refused.Reason == "stale" {
		return 0, ErrStale
	}
	if err != nil {
		return 0, fmt.Errorf("fence partition %d: %w", partition, err)
	}
	// Nobody older can write any more, so this is where the partition stands.
	stand, err := s.readStanding(ctx, partition)
	if err != nil || stand.next == "" {
		return Nothing, err
	}
	next, err := strconv.ParseInt(stand.next, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("fence partition %d: %w", partition, err)
	}
	return next, nil
}

// ResetFences forgets the generations of all partitions. A person does this
// when Kafka has forgotten its consumer group and counts generations from 1
// again; all consumers must stand still.
func (s *Store) ResetFences(ctx context.Context, by Act) error {
	if err := s.act(ctx, by.entry("fence.reset", "parts", 0, journal.Op{"op": "reset"}), by, nil); err != nil {
		return fmt.Errorf("reset fences: %w", err)
	}
	return nil
}

// Partition is where a partition stands.
type Partition struct {
	Partition  int
	Next       int64 // offset, or Nothing
	Generation int64
	Findings   int64  // that stand now
	Announced  int64  // findings ever new
	Withdrawn  int64  // findings ever withdrawn
	Dead       int64  // dead letters
	Set        string // fingerprint of the findings that stand, 64 hex digits
}

// Partitions lists all partitions, by number.
func (s *Store) Partitions(ctx context.Context) ([]Partition, error) {
	names, err := s.journal.Reader().SMembers(ctx, s.journal.Key("parts")).Result()
	if err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
	}
	out := make([]Partition, 0, len(names))
	for _, name := range names {
		h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("part:"+name)).Result()
		if err != nil {
			return nil, fmt.Errorf("read partition %s: %w", name, err)
		}
		r := reading{fields: h}
		p := Partition{
			Next: Nothing, Generation: r.number("generation"), Findings: r.number("findings"), Announced: r.number("announced"),
			Withdrawn: r.number("withdrawn"), Dead: r.number("dead"), Set: h["set"],
		}
		if h["next"] != "" {
			p.Next = r.number("next")
		}
		if p.Partition, err = strconv.Atoi(name); err != nil || r.err != nil {
			return nil, fmt.Errorf("read partition %s: %w", name, errors.Join(err, r.err))
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Partition) int { return a.Partition - b.Partition })
	return out, nil
}

// Counters gives all counters.
func (s *Store) Counters(ctx context.Context) (map[string]int64, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("counters")).Result()
	if err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	r := reading{fields: h}
	out := make(map[string]int64, len(h))
	for name := range h {
		out[name] = r.number(name)
	}
	return out, r.err
}

// reading takes numbers out of a hash and keeps the first error.
type reading struct {
	fields map[string]string
	err    error
}

// number gives a whole number, 0 where there is no field.
func (r *reading) number(name string) int64 {
	text, ok := r.fields[name]
	if !ok {
		return 0
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("field %s is no whole number", name)
	}
	return v
}
