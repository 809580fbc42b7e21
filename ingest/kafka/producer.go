package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// MaxMessageBytes is the largest message of the topics of this program: key,
// value, headers and what Kafka writes around them. Kafka's own default is
// 1 MiB.
const MaxMessageBytes = 32 << 20

// overhead is what a batch of one message takes beyond [Message.size].
const overhead = 1 << 10

// Compression of what is sent.
type Compression = kafka.Compression

// Compressions, by Kafka's names.
const (
	Uncompressed Compression = 0
	Gzip                     = kafka.Gzip
	Snappy                   = kafka.Snappy
	Lz4                      = kafka.Lz4
	Zstd                     = kafka.Zstd
)

// Producer sends messages. It is safe for use by several goroutines and holds
// no messages of its own: what is under way is what callers of Publish wait
// for.
type Producer struct {
	client      *Client
	compression Compression
	batchBytes  int
}

// NewProducer makes a producer.
func NewProducer(c *Client, compression Compression) *Producer {
	return &Producer{client: c, compression: compression, batchBytes: 1 << 20}
}

// PublishError says how many messages were not acknowledged. Some of them may
// have arrived all the same.
type PublishError struct {
	Topic  string
	Failed int
	Of     int
	Err    error // the first
}

// Error gives the count and the first reason.
func (e *PublishError) Error() string {
	return fmt.Sprintf("publish to %s: %d of %d messages not acknowledged, the first: %v", e.Topic, e.Failed, e.Of, e.Err)
}

// Unwrap gives the first reason.
func (e *PublishError) Unwrap() error { return e.Err }

// ErrTooLarge is a message above the limit of its topic.
var ErrTooLarge = errors.New("消息过大 (the message is too large)")

// Publish sends messages, each to the partition of its key, and returns when
// all replicas have them all. Messages of one key arrive in the order given.
// Temporary failures are tried again until ctx ends, so give it a deadline
// unless waiting for ever is right. Publish may be repeated; then messages may
// arrive twice. Nothing is sent if one message is above [MaxMessageBytes].
func (p *Producer) Publish(ctx context.Context, topic string, messages []Message) error {
	_, err := p.publish(ctx, topic, messages)
	return err
}

// publish also gives the offset after the last message of each partition.
func (p *Producer) publish(ctx context.Context, topic string, messages []Message) (map[int]int64, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	for i := range messages {
		if messages[i].size()+overhead > p.limit(topic) {
			return nil, &PublishError{topic, len(messages), len(messages), fmt.Errorf("message %d: %w", i, ErrTooLarge)}
		}
	}
	var n int
	if err := p.retry(ctx, func() (err error) {
		n, err = p.client.partitions(ctx, topic)
		return err
	}); err != nil {
		return nil, &PublishError{topic, len(messages), len(messages), err}
	}
	ways := make(map[int][]*Message, n)
	for i := range messages {
		to := PartitionOf(messages[i].Key, n)
		ways[to] = append(ways[to], &messages[i])
	}
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		ends  = make(map[int]int64, len(ways))
		fault = PublishError{Topic: topic, Of: len(messages)}
	)
	for partition, way := range ways {
		all.Go(func() {
			end, sent, err := p.sendAll(ctx, topic, partition, way)
			mu.Lock()
			defer mu.Unlock()
			if sent > 0 {
				ends[partition] = end
			}
			if err != nil {
				fault.Failed += len(way) - sent
				if fault.Err == nil {
					fault.Err = err
				}
			}
		})
	}
	all.Wait()
	if fault.Err != nil {
		return ends, &fault
	}
	return ends, nil
}

// limit is the largest message of a topic: dead letters hold messages in
// base64, so theirs is larger.
func (p *Producer) limit(topic string) int {
	if topic == TopicDead {
		return maxDeadBytes
	}
	return MaxMessageBytes
}

// sendAll sends the messages of one partition batch by batch.
func (p *Producer) sendAll(ctx context.Context, topic string, partition int, way []*Message) (end int64, sent int, err error) {
	for sent < len(way) {
		n, size := 0, 0
		for sent+n < len(way) {
			size += way[sent+n].size()
			if n > 0 && size > p.batchBytes {
				break
			}
			n++
		}
		base, err := p.send(ctx, topic, partition, way[sent:sent+n])
		if err != nil {
			return end, sent, err
		}
		end, sent = base+int64(n), sent+n
	}
	return end, sent, nil
}

// send sends one batch and waits until all replicas have it.
func (p *Producer) send(ctx context.Context, topic string, partition int, way []*Message) (base int64, err error) {
	err = p.retry(ctx, func() error {
		r, err := p.client.kafka.Produce(ctx, &kafka.ProduceRequest{Topic: topic, Partition: partition,
			RequiredAcks: kafka.RequireAll, Compression: p.compression, Records: &records{messages: way}})
		if err != nil {
			return err
		}
		base = r.BaseOffset
		return r.Error
	})
	return base, err
}

// retry tries until success, a lasting failure, or the end of ctx. Then the
// last failure is told, not only that time was up.
func (p *Producer) retry(ctx context.Context, try func() error) error {
	wait := backoff{most: time.Second}
	for {
		err := try()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, kafka.MessageSizeTooLarge):
			return fmt.Errorf("%w: the topic's max.message.bytes is lower", ErrTooLarge)
		case !temporary(err):
			return err
		}
		if !wait.pause(ctx) {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// temporary reports whether trying again may help.
func temporary(err error) bool {
	var code kafka.Error
	if errors.As(err, &code) {
		// Access rules and settings do not mend themselves within a request.
		return code.Temporary() || code == kafka.Unknown
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.ErrClosedPipe) || errors.Is(err, context.DeadlineExceeded)
}

// records gives messages to kafka-go one by one, without copying them.
type records struct {
	messages []*Message
	at       int
	one      kafka.Record
}

// ReadRecord gives the next message.
func (r *records) ReadRecord() (*kafka.Record, error) {
	if r.at == len(r.messages) {
		return nil, io.EOF
	}
	m := r.messages[r.at]
	r.at++
	key := m.Key
	if key == nil {
		key = []byte{} // no key would let other clients choose any partition
	}
	r.one = kafka.Record{Time: m.Time, Key: kafka.NewBytes(key), Value: kafka.NewBytes(m.Value), Headers: r.one.Headers[:0]}
	for _, h := range m.Headers {
		r.one.Headers = append(r.one.Headers, kafka.Header(h))
	}
	return &r.one, nil
}

// Forward sends a message that lies in the wrong partition to the one of its
// key, with a note that it was. The key must be set to what the value says: the
// sender's partitioner or its key may be what was wrong.
func (p *Producer) Forward(ctx context.Context, from Assignment, messages []Message) error {
	out := make([]Message, len(messages))
	for i, m := range messages {
		note := Header{HeaderForwarded, place(from.Topic, from.Partition, m.Offset)}
		m.Headers = append(append([]Header(nil), m.Headers...), note)
		out[i] = m
	}
	return p.Publish(ctx, from.Topic, out)
}

// place writes where a message lies.
func place(topic string, partition int, offset int64) []byte {
	return []byte(topic + "/" + strconv.Itoa(partition) + "/" + strconv.FormatInt(offset, 10))
}
