package kafka

import (
	"context"
	"net"
	"sync"
	"time"
)

// pause waits for d; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// waitFor waits for a channel to close; false means that d went by first.
func waitFor(c <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
		return true
	case <-t.C:
		return false
	}
}

// backoff waits longer with every failure in a row, up to most.
type backoff struct {
	most time.Duration
	next time.Duration
}

func (b *backoff) pause(ctx context.Context) bool {
	b.next = min(max(2*b.next, 50*time.Millisecond), b.most)
	return pause(ctx, b.next)
}

func (b *backoff) reset() { b.next = 0 }

// links are the connections of a group member, so that they can be cut: kafka-go
// waits in a join for as long as Kafka lets it.
type links struct {
	mu    sync.Mutex
	open  map[net.Conn]bool
	gone  bool
	plain dialer
}

func (l *links) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.plain(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		conn.Close()
		return nil, net.ErrClosed
	}
	if l.open == nil {
		l.open = map[net.Conn]bool{}
	}
	l.open[conn] = true
	return &link{conn, l}, nil
}

// cut closes all connections; new ones are refused.
func (l *links) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
	for conn := range l.open {
		conn.Close()
	}
}

type link struct {
	net.Conn
	of *links
}

// Close forgets the connection.
func (l *link) Close() error {
	l.of.mu.Lock()
	delete(l.of.open, l.Conn)
	l.of.mu.Unlock()
	return l.Conn.Close()
}
