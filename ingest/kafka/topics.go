package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// The topics of this program.
const (
	TopicClaims   = "claims"
	TopicDead     = "claims.dead"
	TopicFindings = "findings"
	TopicJournal  = "journal"
)

// maxDeadBytes holds the largest message in base64 and all its problems.
const maxDeadBytes = 48 << 20

// Topic is what a topic should be like.
type Topic struct {
	Name       string
	Partitions int
	Replicas   int
	// InSync is how many replicas must have a message before it counts as
	// written: 2 of 3 lets one be away and loses nothing.
	InSync    int
	Retention time.Duration // 0: for ever
	// MaxBytes of a message, or batch of messages.
	MaxBytes int
	// Keyed topics never change the number of their partitions: every key
	// would move, away from its history.
	Keyed bool
}

// Topics gives the topics of this program: claims for as long as Retention
// says, everything else for ever.
func Topics(partitions, replicas int, claims time.Duration) []Topic {
	inSync := max(1, replicas-1)
	return []Topic{
		{TopicClaims, partitions, replicas, inSync, claims, MaxMessageBytes, true},
		{TopicDead, 1, replicas, inSync, 0, maxDeadBytes, false},
		{TopicFindings, partitions, replicas, inSync, 0, MaxMessageBytes, true},
		{TopicJournal, 1, replicas, inSync, 0, MaxMessageBytes, true},
	}
}

// Difference is a setting of a topic that is not what it should be.
type Difference struct {
	Topic   string
	Setting string
	Have    string
	Want    string
	Mended  bool // it is now
}

// String is for people.
func (d Difference) String() string {
	if d.Mended {
		return fmt.Sprintf("%s: %s 已由 %s 改为 %s (changed)", d.Topic, d.Setting, d.Have, d.Want)
	}
	return fmt.Sprintf("%s: %s 为 %s，应为 %s (is %s, should be %s)", d.Topic, d.Setting, d.Have, d.Want, d.Have, d.Want)
}

// EnsureTopics makes topics that are missing and waits until each of their
// partitions has a leader. Of those that are there it mends what is safe: more
// partitions of a topic without keys, a larger message size, a longer
// retention. Everything else that differs is only told: fewer partitions or a
// shorter retention would lose messages. It waits for Kafka until ctx ends.
func (c *Client) EnsureTopics(ctx context.Context, topics []Topic) ([]Difference, error) {
	var all []Difference
	for _, t := range topics {
		var d []Difference
		// The controller may be away for a moment, above all after the start.
		err := NewProducer(c, Uncompressed).retry(ctx, func() (err error) {
			d, err = c.ensure(ctx, t)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("topic %s: %w", t.Name, err)
		}
		all = append(all, d...)
	}
	return all, nil
}

func (c *Client) ensure(ctx context.Context, t Topic) ([]Difference, error) {
	have, err := c.layout(ctx, t.Name)
	switch {
	case errors.Is(err, kafka.UnknownTopicOrPartition):
		if err := c.create(ctx, t); err != nil {
			return nil, err
		}
		return nil, c.ready(ctx, t)
	case err != nil:
		return nil, err
	}
	var out []Difference
	if n := len(have.Partitions); n != t.Partitions {
		d := Difference{t.Name, "partitions", strconv.Itoa(n), strconv.Itoa(t.Partitions), false}
		if n < t.Partitions && !t.Keyed {
			if err := c.grow(ctx, t); err != nil {
				return nil, err
			}
			d.Mended = true
		}
		out = append(out, d)
	}
	for _, p := range have.Partitions {
		if len(p.Replicas) != t.Replicas {
			out = append(out, Difference{t.Name, "replicas", strconv.Itoa(len(p.Replicas)), strconv.Itoa(t.Replicas), false})
			break
		}
	}
	settings, err := c.mend(ctx, t)
	return append(out, settings...), err
}

func (c *Client) layout(ctx context.Context, topic string) (*kafka.Topic, error) {
	r, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, err
	}
	for i := range r.Topics {
		if r.Topics[i].Name == topic {
			return &r.Topics[i], r.Topics[i].Error
		}
	}
	return nil, kafka.UnknownTopicOrPartition
}

func (c *Client) create(ctx context.Context, t Topic) error {
	config := kafka.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replicas}
	for _, s := range t.settings() {
		config.ConfigEntries = append(config.ConfigEntries, kafka.ConfigEntry{ConfigName: s.name, ConfigValue: s.want})
	}
	for tries := 1; ; tries++ {
		r, err := c.kafka.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
		if err != nil {
			return err
		}
		err = r.Errors[t.Name]
		switch {
		case err == nil, errors.Is(err, kafka.TopicAlreadyExists):
			return nil
		case !errors.Is(err, kafka.InvalidReplicationFactor), tries == enoughTries, !pause(ctx, time.Second):
			return err
		}
	}
}

// enoughTries for brokers that have not reported to the controller yet: until
// they have, it says that there are too few of them.
const enoughTries = 15

// ready waits until every partition has a leader.
func (c *Client) ready(ctx context.Context, t Topic) error {
	have, err := c.layout(ctx, t.Name)
	if err != nil {
		return err // unknown is temporary: the news has not spread
	}
	for _, p := range have.Partitions {
		if p.Error != nil {
			return p.Error
		}
		if _, _, err := c.bounds(ctx, t.Name, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) grow(ctx context.Context, t Topic) error {
	r, err := c.kafka.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: t.Name, Count: int32(t.Partitions)}}})
	if err != nil {
		return err
	}
	if err := r.Errors[t.Name]; err != nil {
		return err
	}
	for { // the news takes a moment
		have, err := c.layout(ctx, t.Name)
		if err != nil {
			return err
		}
		if len(have.Partitions) >= t.Partitions {
			return nil
		}
		if !pause(ctx, metadataTTL/20) {
			return ctx.Err()
		}
	}
}

// setting is a configuration entry. may says whether a value that is there may
// be changed to the wanted one.
type setting struct {
	name string
	want string
	may  func(have string) bool
}

func (t Topic) settings() []setting {
	retention := "-1"
	if t.Retention > 0 {
		retention = strconv.FormatInt(t.Retention.Milliseconds(), 10)
	}
	return []setting{
		{"retention.ms", retention, func(have string) bool { return have != "-1" && (retention == "-1" || below(have, retention)) }},
		{"retention.bytes", "-1", func(string) bool { return true }},
		{"max.message.bytes", strconv.Itoa(t.MaxBytes), func(have string) bool { return below(have, strconv.Itoa(t.MaxBytes)) }},
		{"min.insync.replicas", strconv.Itoa(t.InSync), func(string) bool { return false }},
		{"cleanup.policy", "delete", func(string) bool { return false }},
	}
}

func below(have, want string) bool {
	a, errA := strconv.ParseInt(have, 10, 64)
	b, errB := strconv.ParseInt(want, 10, 64)
	return errA == nil && errB == nil && a < b
}

// mend compares the settings of a topic and changes what may be changed. Only
// single settings are set: kafka-go's AlterConfigs resets all others.
func (c *Client) mend(ctx context.Context, t Topic) ([]Difference, error) {
	have, err := c.settings(ctx, t)
	if err != nil {
		return nil, err
	}
	var out []Difference
	var change []kafka.IncrementalAlterConfigsRequestConfig
	for _, s := range t.settings() {
		value, known := have[s.name]
		if !known || value == s.want {
			continue
		}
		d := Difference{t.Name, s.name, value, s.want, s.may(value)}
		if d.Mended {
			change = append(change, kafka.IncrementalAlterConfigsRequestConfig{Name: s.name, Value: s.want, ConfigOperation: kafka.ConfigOperationSet})
		}
		out = append(out, d)
	}
	if len(change) == 0 {
		return out, nil
	}
	r, err := c.kafka.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{
		Resources: []kafka.IncrementalAlterConfigsRequestResource{{ResourceType: kafka.ResourceTypeTopic, ResourceName: t.Name, Configs: change}}})
	if err != nil {
		return nil, err
	}
	for _, one := range r.Resources {
		if one.Error != nil {
			return nil, one.Error
		}
	}
	return out, nil
}

func (c *Client) settings(ctx context.Context, t Topic) (map[string]string, error) {
	var names []string
	for _, s := range t.settings() {
		names = append(names, s.name)
	}
	r, err := c.kafka.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{{ResourceType: kafka.ResourceTypeTopic, ResourceName: t.Name, ConfigNames: names}}})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, one := range r.Resources {
		if one.Error != nil {
			return nil, one.Error
		}
		for _, e := range one.ConfigEntries {
			if slices.Contains(names, e.ConfigName) {
				out[e.ConfigName] = e.ConfigValue
			}
		}
	}
	return out, nil
}
