package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Reasons why a Redis cannot hold the state.
var (
	ErrEvicts  = errors.New("Redis 可能淘汰数据 Redis may evict: set maxmemory-policy noeviction")
	ErrForgets = errors.New("Redis 未开启持久化 Redis does not persist: set appendonly yes")
	ErrHalves  = errors.New("Redis 断电后可能使一步只生效一半 Redis may keep half a step after a loss of power: set aof-load-truncated no, and let redis-check-aof --fix mend the log before each start")
	ErrReplica = errors.New("Redis 是只读副本 Redis is a replica: give the master")
)

// errLoading passes by itself.
var errLoading = errors.New("check Redis: it is reading its log")

// Check connects and refuses a Redis that may lose the state: one that evicts,
// does not persist, or is a replica. It asks INFO, which is allowed where CONFIG
// is not; where CONFIG is, one that may keep half a step is refused too. One that
// is still reading its log fails with another error, which passes. An embedded
// Redis is only asked whether it is there.
func (s *Store) Check(ctx context.Context) error {
	if s.cfg.Embedded {
		if err := s.reader.Ping(ctx).Err(); err != nil {
			return fmt.Errorf("check Redis: %w", err)
		}
		return nil
	}
	return s.everyNode(ctx, func(ctx context.Context, c *redis.Client) error {
		// Sections one by one: Redis 6 takes no more than one.
		var info strings.Builder
		for _, section := range []string{"memory", "persistence", "replication"} {
			text, err := c.Info(ctx, section).Result()
			if err != nil {
				return fmt.Errorf("check Redis: %w", err)
			}
			info.WriteString(text + "\r\n")
		}
		if err := judge(info.String()); err != nil {
			return err
		}
		// A log that ends within a step is cut by redis-server within that step, and
		// what it appends then belongs to it at the next start.
		if halves, err := c.ConfigGet(ctx, "aof-load-truncated").Result(); err == nil && halves["aof-load-truncated"] == "yes" {
			return ErrHalves
		}
		return nil // nobody can tell where CONFIG is not allowed
	})
}

// judge reads what INFO says. A setting that is not there is not trusted.
func judge(info string) error {
	settings := map[string]string{}
	for _, line := range strings.Split(info, "\n") {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			settings[name] = value
		}
	}
	switch {
	case settings["loading"] == "1": // until it is done Redis keeps no log, and says so
		return errLoading
	case settings["role"] != "master":
		return ErrReplica
	case settings["maxmemory_policy"] != "noeviction":
		return ErrEvicts
	case settings["aof_enabled"] != "1":
		return ErrForgets
	}
	return nil
}
