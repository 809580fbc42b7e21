package cases

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"fundwatch/claim"
	"fundwatch/internal/journal"
)

// TopicDead is where dead letters go, with their raw bytes.
const TopicDead = "claims.dead"

// maxProblems is how many problems of a dead letter are listed; all of them are
// in topic claims.dead.
const maxProblems = 20

// key names the message: topic/partition/offset.
func (d *DeadLetter) key(step *Step) string {
	return d.Topic + "/" + strconv.Itoa(step.Partition) + "/" + decimal(d.Offset)
}

// place is where a dead letter came from and what it is.
type place struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    int64  `json:"offset"`
	At        string `json:"at"`
	Kind      string `json:"kind"`
}

func (d *DeadLetter) place(step *Step) place {
	return place{d.Topic, step.Partition, d.Offset, journal.Stamp(step.At), d.Kind}
}

// problems is a list, though it be empty.
func (d *DeadLetter) problems() []claim.Problem { return append([]claim.Problem{}, d.Problems...) }

// appendJSON writes the dead letter whole, see docs/formats.md.
func (d *DeadLetter) appendJSON(b []byte, step *Step) ([]byte, error) {
	value, err := json.Marshal(struct {
		place
		Problems []claim.Problem `json:"problems"`
		Raw      string          `json:"raw"`
	}{d.place(step), d.problems(), base64.StdEncoding.EncodeToString(d.Raw)})
	if err != nil {
		return nil, fmt.Errorf("write dead letter %s: %w", d.key(step), err)
	}
	return append(b, value...), nil
}

// Listed is a dead letter as it is listed: without its raw bytes, which may
// hold personal data and lie in topic claims.dead under the same place.
type Listed struct {
	place
	Problems []ListedProblem `json:"problems"`
	More     int             `json:"more"` // problems that are not listed
	Settled  Outcome         `json:"-"`    // empty: still to be looked at
}

// ListedProblem is one problem of a dead letter.
type ListedProblem struct {
	Field    string `json:"field"`
	Rule     string `json:"rule"`
	Sentence string `json:"sentence"`
}

// short writes what is listed.
func (d *DeadLetter) short(step *Step) []byte {
	l := struct {
		place
		Problems []claim.Problem `json:"problems"`
		More     int             `json:"more"`
	}{place: d.place(step), Problems: d.problems()}
	if len(l.Problems) > maxProblems {
		l.More = len(l.Problems) - maxProblems
		l.Problems = l.Problems[:maxProblems]
	}
	b, err := json.Marshal(l)
	if err != nil { // a struct of texts and numbers can always be written
		return []byte(`{}`)
	}
	return b
}

// DeadLetters lists dead letters of a partition, the last ones first, from
// below an offset (0: from the end).
func (s *Store) DeadLetters(ctx context.Context, partition int, below int64, limit int) ([]Listed, error) {
	from := "+inf"
	if below > 0 {
		from = "(" + decimal(below)
	}
	key := s.journal.Key("dead:" + strconv.Itoa(partition))
	texts, err := s.journal.Reader().ZRevRangeByScore(ctx, key, &redis.ZRangeBy{Min: "-inf", Max: from, Count: int64(limit)}).Result()
	if err != nil {
		return nil, fmt.Errorf("list dead letters of partition %d: %w", partition, err)
	}
	out := make([]Listed, len(texts))
	offsets := make([]string, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &out[i]); err != nil {
			return nil, fmt.Errorf("read a dead letter of partition %d: %w", partition, err)
		}
		offsets[i] = decimal(out[i].Offset)
	}
	if len(out) == 0 {
		return out, nil
	}
	settled, err := s.journal.Reader().HMGet(ctx, key+":settled", offsets...).Result()
	if err != nil {
		return nil, fmt.Errorf("list dead letters of partition %d: %w", partition, err)
	}
	for i := range out {
		how, _ := settled[i].(string)
		out[i].Settled = Outcome(how)
	}
	return out, nil
}
