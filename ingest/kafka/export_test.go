package kafka

import (
	"context"
	"net"
)

// OpenThrough is Open with all connections led to one address, whatever the
// broker says its own is.
func OpenThrough(c Config, address string) (*Client, error) {
	return open(c, func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	})
}

// Murmur2 is tested from outside.
var Murmur2 = murmur2

// SpreadOf lists who gets which partitions; had is what each member had, with
// the generation of it.
func SpreadOf(had map[string][]int, generations map[string]int64, partitions []int) map[string][]int {
	var who []member
	for id, p := range had {
		who = append(who, member{id, hadOf(generations[id], p)})
	}
	return spread(who, partitions)
}

func hadOf(generation int64, p []int) had { return had{generation, p} }

// ReadCheckpoint is fuzzed from outside.
func ReadCheckpoint(data []byte) error {
	_, err := readCheckpoint(data)
	return err
}

// MaxLine is the longest line that is sent.
const MaxLine = maxLine

// CloneOf copies a message out of its batch.
func CloneOf(m Message) Message { return m.clone() }
