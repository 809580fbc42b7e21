package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Config says how to reach Kafka.
type Config struct {
	Brokers  []string    // host:port; one that answers is enough, it names the others
	ClientID string      // shows in Kafka's logs and quotas
	TLS      *tls.Config // nil: no encryption
	SASL     SASL        // zero: no login
}

// SASL is a login.
type SASL struct {
	Mechanism string // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty for none
	User      string
	Password  string
}

// Mechanisms of login.
const (
	Plain       = "PLAIN"
	ScramSHA256 = "SCRAM-SHA-256"
	ScramSHA512 = "SCRAM-SHA-512"
)

// String names the mechanism and the user, never the password.
func (s SASL) String() string {
	if s.Mechanism == "" {
		return "none"
	}
	return s.Mechanism + " " + s.User
}

// GoString is String: %#v must not show the password either.
func (s SASL) GoString() string { return s.String() }

// Check finds every mistake that can be seen without a connection.
func (c Config) Check() error {
	var problems []error
	if len(c.Brokers) == 0 {
		problems = append(problems, errors.New("未指定 Kafka 地址 (no broker given)"))
	}
	loopback := true
	for _, b := range c.Brokers {
		host, port, err := net.SplitHostPort(b)
		if n, e := strconv.Atoi(port); err != nil || host == "" || e != nil || n < 1 || n > 65535 {
			problems = append(problems, fmt.Errorf("Kafka 地址 %q 应为 主机:端口 (want host:port)", b))
		}
		loopback = loopback && isLoopback(host)
	}
	switch c.SASL.Mechanism {
	case "":
		if c.SASL.User != "" || c.SASL.Password != "" {
			problems = append(problems, errors.New("有用户名或口令，但未指定登录方式 (a user or password without a mechanism)"))
		}
	case Plain, ScramSHA256, ScramSHA512:
		if c.SASL.User == "" || c.SASL.Password == "" {
			problems = append(problems, errors.New("登录需要用户名和口令 (a login needs a user and a password)"))
		}
		if c.SASL.Mechanism == Plain && c.TLS == nil && !loopback {
			problems = append(problems, errors.New("PLAIN 会明文传送口令，必须同时使用 TLS (PLAIN sends the password readable: use TLS)"))
		}
	default:
		problems = append(problems, fmt.Errorf("登录方式 %q 应为 PLAIN、SCRAM-SHA-256 或 SCRAM-SHA-512 (unknown mechanism)", c.SASL.Mechanism))
	}
	return errors.Join(problems...)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Times of the network. A request that takes longer has failed and is made
// again on another connection.
const (
	dialTimeout    = 5 * time.Second
	requestTimeout = 20 * time.Second
	// metadataTTL is how long the leader of a partition is remembered. kafka-go
	// also remembers for so long that no broker answered, and gives an answer
	// no more time than this.
	metadataTTL = 2 * time.Second
)

// Client is a pool of connections to one Kafka cluster. It is safe for use by
// several goroutines.
type Client struct {
	config    Config
	dial      dialer
	mechanism sasl.Mechanism
	transport *kafka.Transport
	kafka     *kafka.Client
}

// dialer opens a connection.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Open makes a client. It connects only when it is used.
func Open(c Config) (*Client, error) {
	return open(c, (&net.Dialer{Timeout: dialTimeout, KeepAlive: dialTimeout}).DialContext)
}

func open(c Config, dial dialer) (*Client, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	boundCodecs()
	mechanism, err := c.SASL.mechanism()
	if err != nil {
		return nil, err
	}
	transport := &kafka.Transport{
		Dial:        dial,
		DialTimeout: dialTimeout,
		IdleTimeout: time.Minute,
		MetadataTTL: metadataTTL,
		ClientID:    c.ClientID,
		TLS:         c.TLS,
		SASL:        mechanism,
	}
	return &Client{config: c, dial: dial, mechanism: mechanism, transport: transport,
		kafka: &kafka.Client{Addr: kafka.TCP(c.Brokers...), Transport: transport, Timeout: requestTimeout}}, nil
}

func (s SASL) mechanism() (sasl.Mechanism, error) {
	var m sasl.Mechanism
	var err error
	switch s.Mechanism {
	case Plain:
		m = plain.Mechanism{Username: s.User, Password: s.Password}
	case ScramSHA256:
		m, err = scram.Mechanism(scram.SHA256, s.User, s.Password)
	case ScramSHA512:
		m, err = scram.Mechanism(scram.SHA512, s.User, s.Password)
	}
	if err != nil {
		return nil, errors.New("用户名或口令含有 SCRAM 不允许的字符 (a character that SCRAM does not allow in user or password)")
	}
	return m, nil
}

// Close closes the connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Ping asks Kafka for its layout and reports whether it answers.
func (c *Client) Ping(ctx context.Context) error {
	if _, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{}); err != nil {
		return fmt.Errorf("ask kafka: %w", err)
	}
	return nil
}

// partitions counts the partitions of a topic.
func (c *Client) partitions(ctx context.Context, topic string) (int, error) {
	r, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return 0, fmt.Errorf("ask for topic %s: %w", topic, err)
	}
	for _, t := range r.Topics {
		if t.Name != topic {
			continue
		}
		if t.Error != nil {
			return 0, fmt.Errorf("topic %s: %w", topic, t.Error)
		}
		return len(t.Partitions), nil
	}
	return 0, fmt.Errorf("topic %s: %w", topic, kafka.UnknownTopicOrPartition)
}

// bounds gives the first offset that is there and the one after the last.
func (c *Client) bounds(ctx context.Context, topic string, partition int) (first, end int64, err error) {
	r, err := c.kafka.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)}}})
	if err != nil {
		return 0, 0, fmt.Errorf("ask for the offsets of %s/%d: %w", topic, partition, err)
	}
	for _, p := range r.Topics[topic] {
		if p.Partition != partition {
			continue
		}
		if p.Error != nil {
			return 0, 0, fmt.Errorf("offsets of %s/%d: %w", topic, partition, p.Error)
		}
		return p.FirstOffset, p.LastOffset, nil
	}
	return 0, 0, fmt.Errorf("offsets of %s/%d: %w", topic, partition, kafka.UnknownTopicOrPartition)
}
