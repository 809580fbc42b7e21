package kafka

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Message is one record of a topic. Of a message that was read, Key, Value and
// the values of Headers are valid only as long as its batch is.
type Message struct {
	Offset  int64     // not used when publishing
	Time    time.Time // when it was made; zero when publishing: now
	Key     []byte
	Value   []byte
	Headers []Header
}

// Header is a note on a message that is no part of its value.
type Header struct {
	Key   string
	Value []byte
}

// Headers that this package writes.
const (
	// HeaderForwarded says topic/partition/offset of the wrong partition that
	// the message was found in.
	HeaderForwarded = "fundwatch-forwarded"
	// HeaderReplayed says topic/partition/offset of the dead letter that the
	// message mends.
	HeaderReplayed = "fundwatch-replayed"
)

// Header gives the value of the first header of a name, or nil.
func (m *Message) Header(name string) []byte {
	for i := range m.Headers {
		if m.Headers[i].Key == name {
			return m.Headers[i].Value
		}
	}
	return nil
}

// Forwarded reports whether the message was moved here from a wrong partition.
// It is never moved twice: with a topic whose partitions have changed in
// number it would go round for ever.
func (m *Message) Forwarded() bool { return m.Header(HeaderForwarded) != nil }

// size is what a message takes in a batch, from above.
func (m *Message) size() int {
	n := len(m.Key) + len(m.Value) + 64
	for i := range m.Headers {
		n += len(m.Headers[i].Key) + len(m.Headers[i].Value) + 16
	}
	return n
}

// PartitionOf gives the partition of a key among n, as Kafka's own client
// does for a key that is there, even an empty one.
func PartitionOf(key []byte, n int) int {
	return int(murmur2(key)&0x7fffffff) % n
}

// murmur2 is the hash of Kafka's default partitioner: Austin Appleby's
// MurmurHash2 of 32 bits with a seed of Kafka's own.
func murmur2(data []byte) uint32 {
	const m = 0x5bd1e995
	h := 0x9747b28c ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * m
		k = (k ^ k>>24) * m
		h = h*m ^ k
	}
	if len(data) > 0 {
		var last [4]byte
		copy(last[:], data)
		h = (h ^ binary.LittleEndian.Uint32(last[:])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}

// clone copies what the message points to.
func (m *Message) clone() Message {
	out := *m
	out.Key, out.Value = bytes.Clone(m.Key), bytes.Clone(m.Value)
	out.Headers = nil
	for _, h := range m.Headers {
		out.Headers = append(out.Headers, Header{h.Key, bytes.Clone(h.Value)})
	}
	return out
}
