package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fundwatch/claim"
)

// DeadLetter is a message that is no claim: where it came from, all its
// problems, and its bytes as they were. It lies in topic claims.dead as JSON;
// see docs/kafka.md.
type DeadLetter struct {
	// Of a message in Kafka. At is the message's own time, so that the same
	// message gives the same bytes again.
	Topic     string
	Partition int
	Offset    int64
	At        time.Time
	// Of a line of a file, instead: File is its name without the folder, Line
	// its number from 1.
	File string
	Line int

	Kind     string // KindProblem or KindConflict
	Problems []Problem
	Raw      []byte
}

// Kinds of dead letters.
const (
	KindProblem  = "problem"
	KindConflict = "conflict"
)

// Problem is a claim.Problem as it is written down.
type Problem struct {
	Field    string `json:"field"`
	Rule     string `json:"rule"`
	Sentence string `json:"sentence"`
}

// Problems writes problems down.
func Problems(in []claim.Problem) []Problem {
	out := make([]Problem, len(in))
	for i, p := range in {
		out[i] = Problem{p.Field, string(p.Rule), p.Rule.Sentence()}
	}
	return out
}

// beijing is the one zone there is.
var beijing = time.FixedZone("", 8*60*60)

const timeLayout = "2006-01-02 15:04:05"

type fromKafka struct {
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Offset    int64     `json:"offset"`
	At        string    `json:"at"`
	Kind      string    `json:"kind"`
	Problems  []Problem `json:"problems"`
	Raw       []byte    `json:"raw"`
}

type fromFile struct {
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Kind     string    `json:"kind"`
	Problems []Problem `json:"problems"`
	Raw      []byte    `json:"raw"`
}

// MarshalJSON writes the dead letter; equal ones give equal bytes.
func (d DeadLetter) MarshalJSON() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.Problems == nil {
		d.Problems = []Problem{}
	}
	if d.Raw == nil {
		d.Raw = []byte{}
	}
	if d.File != "" {
		return json.Marshal(fromFile{d.File, d.Line, d.Kind, d.Problems, d.Raw})
	}
	return json.Marshal(fromKafka{d.Topic, d.Partition, d.Offset, d.At.In(beijing).Format(timeLayout), d.Kind, d.Problems, d.Raw})
}

// UnmarshalJSON reads what MarshalJSON writes. Errors do not hold what was
// read: it may be personal data.
func (d *DeadLetter) UnmarshalJSON(in []byte) error {
	var both struct {
		fromKafka
		File string `json:"file"`
		Line int    `json:"line"`
	}
	if err := json.Unmarshal(in, &both); err != nil {
		return errors.New("not the JSON of a dead letter")
	}
	k := both.fromKafka
	out := DeadLetter{Topic: k.Topic, Partition: k.Partition, Offset: k.Offset, File: both.File, Line: both.Line,
		Kind: k.Kind, Problems: k.Problems, Raw: k.Raw}
	if out.File == "" {
		at, err := time.ParseInLocation(timeLayout, k.At, beijing)
		if err != nil {
			return errors.New("at is no time")
		}
		out.At = at
	}
	if err := out.check(); err != nil {
		return err
	}
	*d = out
	return nil
}

func (d *DeadLetter) check() error {
	switch {
	case (d.Topic == "") == (d.File == ""):
		return errors.New("want either topic or file")
	case d.Topic != "" && (d.Partition < 0 || d.Offset < 0), d.File != "" && d.Line < 1:
		return errors.New("no such place")
	case d.Kind != KindProblem && d.Kind != KindConflict:
		return errors.New("unknown kind")
	case d.File == "" && (d.At.Year() < 1 || d.At.Year() > 9998):
		return errors.New("at is no time")
	}
	return nil
}

// Message makes the message for topic claims.dead. Its key is the place, which
// is no personal data and is the same when the letter is written again.
func (d DeadLetter) Message() (Message, error) {
	value, err := json.Marshal(d)
	if err != nil {
		return Message{}, fmt.Errorf("write a dead letter: %w", err)
	}
	key := place(d.Topic, d.Partition, d.Offset)
	if d.File != "" {
		key = place(d.File, 0, int64(d.Line))
	}
	return Message{Time: d.At, Key: key, Value: value}, nil
}

// Placed is a dead letter where it lies in claims.dead.
type Placed struct {
	DeadLetter
	DeadPartition int
	DeadOffset    int64
	// Broken is a message there that is no dead letter; then all else but the
	// place is empty.
	Broken error
}

// Page is a part of the dead letters of one partition.
type Page struct {
	Letters []Placed
	Next    int64 // where the next page begins
	End     int64 // the offset after the last there is
}

// pageBytes bounds the memory of a page, but for a single larger letter.
const pageBytes = 4 << 20

// DeadPartitions counts the partitions of a topic of dead letters.
func (c *Client) DeadPartitions(ctx context.Context, topic string) (int, error) {
	return c.partitions(ctx, topic)
}

// DeadLetters lists at most most letters of a topic of dead letters from an
// offset on, fewer where they are large. It does not wait for letters to come.
func (c *Client) DeadLetters(ctx context.Context, topic string, partition int, from int64, most int) (Page, error) {
	first, end, err := c.bounds(ctx, topic, partition)
	if err != nil {
		return Page{}, err
	}
	out := Page{Next: min(max(from, first), end), End: end}
	f := &fetcher{client: c, topic: topic, partition: partition, maxBytes: pageBytes, maxWait: time.Second}
	var b fetched
	for size := 0; out.Next < end && len(out.Letters) < most && size < pageBytes; {
		if err := f.fetch(ctx, out.Next, &b); err != nil {
			return out, err
		}
		for i := range b.messages {
			m := &b.messages[i]
			if len(out.Letters) == most || size > 0 && size+m.size() > pageBytes {
				return out, nil
			}
			one := Placed{DeadPartition: partition, DeadOffset: m.Offset}
			one.Broken = json.Unmarshal(m.Value, &one.DeadLetter)
			out.Letters = append(out.Letters, one)
			out.Next, size = m.Offset+1, size+m.size()
		}
		out.Next = b.next
	}
	return out, nil
}

// Replay sends the mended message of a dead letter to a topic, with a note of
// the letter it comes from. The letter stays where it is.
func (p *Producer) Replay(ctx context.Context, topic string, letter Placed, deadTopic string, mended []byte) error {
	key, _ := KeyOf(mended) // without one it becomes a dead letter again
	note := Header{HeaderReplayed, place(deadTopic, letter.DeadPartition, letter.DeadOffset)}
	return p.Publish(ctx, topic, []Message{{Key: key, Value: mended, Headers: []Header{note}}})
}
