package recall

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"fundwatch/ingest/kafka"
)

// through is how many messages that are not wanted are read to reach the next
// one that is; beyond that, reading begins anew there.
const through = 500

// Each hands over the messages of findings, each once, in the order in which they lie in
// the topic, not in that of cites. Those that lie close together are read
// together. A message is valid only until the next one.
func (c *Citations) Each(ctx context.Context, cites []Cite, take func(*kafka.Message) error) error {
	at := make([]place, len(cites))
	for i := range cites {
		at[i] = cites[i].at
	}
	slices.SortFunc(at, func(a, b place) int { return cmp.Compare(a, b) })
	at = slices.Compact(at)
	for from := 0; from < len(at); {
		to := from + 1
		for to < len(at) && at[to].partition() == at[from].partition() && at[to].offset()-at[to-1].offset() <= through {
			to++
		}
		if err := c.run(ctx, at[from:to], take); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// run hands over messages that lie close together in a partition.
func (c *Citations) run(ctx context.Context, at []place, take func(*kafka.Message) error) error {
	if len(at) == 1 {
		m, err := c.log.MessageAt(ctx, c.topic, at[0].partition(), at[0].offset())
		if err != nil {
			return fmt.Errorf("recall from %s: %w", c.topic, err)
		}
		return take(m)
	}
	next := 0
	for m, err := range c.log.Messages(ctx, c.topic, at[0].partition(), at[0].offset()) {
		if err != nil {
			return fmt.Errorf("recall from %s: %w", c.topic, err)
		}
		if m.Offset > at[next].offset() {
			break
		}
		if m.Offset < at[next].offset() {
			continue
		}
		if err := take(m); err != nil {
			return err
		}
		if next++; next == len(at) {
			return nil
		}
	}
	return fmt.Errorf("recall from %s/%d: no message at %d", c.topic, at[0].partition(), at[next].offset())
}

// Kinds gives of findings one of each detector about each subject, those of
// which there are most first: any of them tells whom they are about.
func Kinds(cites []Cite) (out []Cite) {
	type kind struct {
		subject  uint64
		detector uint32
	}
	of := func(x *Cite) kind { return kind{x.subject, x.detector} }
	n := map[kind]int{}
	for i := range cites {
		k := of(&cites[i])
		if n[k]++; n[k] == 1 {
			out = append(out, cites[i])
		}
	}
	slices.SortStableFunc(out, func(a, b Cite) int { return cmp.Compare(n[of(&b)], n[of(&a)]) })
	return out
}
