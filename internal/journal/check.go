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
	ErrReplica = errors.New("Redis 是只读副本 Redis is a replica: give the master")
)

// Check connects and refuses a Redis that may lose the state: one that evicts,
// does not persist, or is a replica. It asks INFO, which is allowed where CONFIG
// is not. An embedded Redis is only asked whether it is there.
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
		return judge(info.String())
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
	case settings["role"] != "master":
		return ErrReplica
	case settings["maxmemory_policy"] != "noeviction":
		return ErrEvicts
	case settings["aof_enabled"] != "1":
		return ErrForgets
	}
	return nil
}
