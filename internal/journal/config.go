package journal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Ops is what a room adds to the step: Lua that sets check.<op> and apply.<op>
// for each of its operations. It may use key, call, check and apply of
// core.lua. What an operation does must never change, since old lines are
// applied again: a new meaning takes a new name.
type Ops string

// Config says where the state lives and how it is written.
type Config struct {
	Region string   // six digits; all keys carry it as their hash tag
	Addrs  []string // host:port, or the path of a Unix socket; of a cluster, some of its nodes
	User   string
	Secret string
	TLS    *tls.Config // nil: no TLS
	DB     int         // number of the database; 0 on a cluster
	// Cluster says that the addresses are of a Redis Cluster. The keys of a
	// region lie on one of its nodes.
	Cluster bool

	// Embedded says that Redis lives in this process and keeps nothing: it has
	// no settings to check.
	Embedded bool
	// MaxOutbox is how many messages may wait for the relay before a batch is
	// refused with [ErrFull]; 0 is no limit. Staff are never refused.
	MaxOutbox int64
	// Tries is how often a step is sent when the network fails; 0 is 5.
	Tries int
	// Wait is called before the second and later tries, from 1. It ends with an
	// error when there is to be no more. nil: no waiting.
	Wait func(ctx context.Context, try int) error
	// Ops are the operations of all rooms.
	Ops []Ops
}

// ioTimeout is how long a call may take before the network counts as failed.
const ioTimeout = 5 * time.Second

func (c *Config) check() error {
	if len(c.Region) != 6 || strings.Trim(c.Region, "0123456789") != "" {
		return fmt.Errorf("region must be six digits")
	}
	if len(c.Addrs) == 0 || len(c.Addrs) > 1 && !c.Cluster {
		return errors.New("one address of Redis is needed, or some of a cluster")
	}
	return nil
}

// client makes a client. Writers must not retry by themselves: go-redis sends
// a command again when the server died after doing it, and a counter counts
// twice. The step has its own retry, which is safe.
func (c *Config) client(retries int) redis.UniversalClient {
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs: c.Addrs, Username: c.User, Password: c.Secret, TLSConfig: c.TLS, DB: c.DB, IsClusterMode: c.Cluster,
		MaxRetries: retries, ReadTimeout: ioTimeout, WriteTimeout: ioTimeout, DialTimeout: ioTimeout,
		DialerRetries: 1, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		DisableIdentity:          true,
	})
}

// LogTo sends what the client of Redis has to say, such as that a server cannot
// be reached, to f instead of standard error. It holds addresses, no data. It
// counts for the whole program: call it once, before [Open].
func LogTo(f func(ctx context.Context, text string)) { redis.SetLogger(logger(f)) }

type logger func(ctx context.Context, text string)

// Printf is what the client calls.
func (l logger) Printf(ctx context.Context, format string, v ...any) {
	l(ctx, fmt.Sprintf(format, v...))
}
