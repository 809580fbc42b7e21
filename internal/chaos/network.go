package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// network is what lies between the workers and the services: each connection
// goes through a proxy that can spoil it.
type network struct {
	kafka, redis *toxiproxy.Proxy
}

// newNetwork puts proxies before the services. Kafka tells its clients where it
// is to be found, so the proxy must listen where the listener that .ci/services
// made for it says.
func newNetwork() (*network, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	n := &network{}
	for _, p := range []struct {
		to           **toxiproxy.Proxy
		name         string
		listen, real string
	}{
		{&n.kafka, "kafka", os.Getenv("FUNDWATCH_TEST_KAFKA_PROXY"), os.Getenv("FUNDWATCH_TEST_KAFKA_BEHIND")},
		{&n.redis, "redis", "127.0.0.1:0", os.Getenv("FUNDWATCH_TEST_REDIS")},
	} {
		if p.listen == "" || p.real == "" {
			return nil, errors.New("run me by .ci/services: it names where proxies of " + p.name + " belong")
		}
		*p.to = toxiproxy.NewProxy(server, p.name, p.listen, p.real)
		if err := (*p.to).Start(); err != nil {
			return nil, fmt.Errorf("proxy of %s: %w", p.name, err)
		}
	}
	return n, nil
}

// through makes a command go through the proxies.
func (n *network) through(c *exec.Cmd) {
	c.Env = append(c.Environ(), "FUNDWATCH_TEST_KAFKA="+n.kafka.Listen, "FUNDWATCH_TEST_REDIS="+n.redis.Listen)
}

func (n *network) close() {
	n.kafka.Stop()
	n.redis.Stop()
}

// toxic is a way in which a connection goes bad.
type toxic struct {
	what       string
	Type       string           `json:"type"`
	Stream     string           `json:"stream"`
	Attributes map[string]int64 `json:"attributes"`
}

// spoil makes the connections of one service bad for a while, and says how.
func (n *network) spoil(ctx context.Context, rng *rand.Rand) (what string, err error) {
	proxy := n.redis
	if rng.IntN(2) == 0 {
		proxy = n.kafka
	}
	bad := []toxic{
		{"reset", "reset_peer", "", map[string]int64{"timeout": rng.Int64N(300)}},
		{"silent", "timeout", "", map[string]int64{"timeout": 0}},
		{"silent, then closed", "timeout", "", map[string]int64{"timeout": 200 + rng.Int64N(1000)}},
		{"cut inside a frame", "limit_data", "", map[string]int64{"bytes": 1 + rng.Int64N(20_000)}},
		{"slow by a second", "latency", "", map[string]int64{"latency": 1000, "jitter": 300}},
	}[rng.IntN(5)]
	bad.Stream = []string{"upstream", "downstream"}[rng.IntN(2)]
	what = fmt.Sprintf("%s %s, %s", proxy.Name, bad.Stream, bad.what)
	text, err := json.Marshal(bad)
	if err != nil {
		return what, err
	}
	added, err := proxy.Toxics.AddToxicJson(strings.NewReader(string(text)))
	if err != nil {
		return what, err
	}
	time.Sleep(time.Duration(1000+rng.IntN(4000)) * time.Millisecond)
	return what, proxy.Toxics.RemoveToxic(ctx, added.Name)
}
