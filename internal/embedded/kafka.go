package embedded

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// messageBytes is the largest message, as everywhere in this program.
const messageBytes = 32 << 20

// Kafka starts a broker that keeps its data in dir and writes each of them
// through to the disk; an empty dir keeps them in memory. Only one program can
// use a folder at a time.
func Kafka(dir string) (*Service, error) {
	options := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.Ports(0),
		kfake.ListenFn(func(network, address string) (net.Listener, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return net.Listen(network, net.JoinHostPort("127.0.0.1", port))
		}),
		kfake.GroupMinSessionTimeout(500 * time.Millisecond),
		kfake.BrokerConfigs(map[string]string{"message.max.bytes": strconv.Itoa(messageBytes)}),
	}
	unlock := func() {}
	if dir != "" {
		var err error
		if _, unlock, err = lock(dir); err != nil {
			return nil, fmt.Errorf("embedded kafka: %w", err)
		}
		options = append(options, kfake.DataDir(dir), kfake.SyncWrites())
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		unlock()
		return nil, fmt.Errorf("embedded kafka: %w", err)
	}
	return &Service{Name: "Kafka (kfake) " + Label, Network: "tcp", Addr: cluster.ListenAddrs()[0], Volatile: dir == "",
		stop: func() error { cluster.Close(); unlock(); return nil }}, nil
}
