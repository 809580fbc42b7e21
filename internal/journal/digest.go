package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Digest hashes the whole state: every key of the region with its content, in
// an order of its own. It is the same for a state that grew and one that was
// rebuilt from its journal. Left out is what is no state: the outbox,
// operation ids, the mark of a rebuild. Nobody may write meanwhile.
func Digest(ctx context.Context, s *Store) (string, error) {
	keys, err := s.stateKeys(ctx)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	sum := sha256.New()
	for _, k := range keys {
		if err := s.digestKey(ctx, sum, k); err != nil {
			return "", fmt.Errorf("digest: %w", err)
		}
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// stateKeys lists the keys that are state, sorted.
func (s *Store) stateKeys(ctx context.Context) ([]string, error) {
	var mu sync.Mutex
	var keys []string
	scan := func(ctx context.Context, c *redis.Client) error {
		it := c.Scan(ctx, 0, s.tag+"*", 1000).Iterator()
		for it.Next(ctx) {
			name := strings.TrimPrefix(it.Val(), s.tag)
			if name == "outbox" || name == "rebuild" || strings.HasPrefix(name, "op:") {
				continue
			}
			mu.Lock()
			keys = append(keys, it.Val())
			mu.Unlock()
		}
		return it.Err()
	}
	if err := s.everyNode(ctx, scan); err != nil {
		return nil, err
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil // a scan may give a key twice
}

// everyNode calls f for the server, or each master of a cluster.
func (s *Store) everyNode(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch c := s.reader.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, c)
	}
	return fmt.Errorf("a client of type %T", s.reader)
}

// digestKey writes a key and its content, every part after its length, so that
// no two contents look alike.
func (s *Store) digestKey(ctx context.Context, to io.Writer, key string) error {
	parts, err := s.content(ctx, key)
	if err != nil {
		return fmt.Errorf("read a %s: %w", strings.SplitN(strings.TrimPrefix(key, s.tag), ":", 2)[0], err)
	}
	_, err = fmt.Fprintf(to, "%d:%s%d:", len(key), key, len(parts))
	for _, p := range parts {
		if err == nil {
			_, err = fmt.Fprintf(to, "%d:%s", len(p), p)
		}
	}
	return err
}

// content gives what a key holds, in an order that follows from the content.
func (s *Store) content(ctx context.Context, key string) ([]string, error) {
	kind, err := s.reader.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "string":
		v, err := s.reader.Get(ctx, key).Result()
		return []string{kind, v}, err
	case "hash":
		m, err := s.reader.HGetAll(ctx, key).Result()
		names := make([]string, 0, len(m))
		for name := range m {
			names = append(names, name)
		}
		slices.Sort(names)
		parts := []string{kind}
		for _, name := range names {
			parts = append(parts, name, m[name])
		}
		return parts, err
	case "set":
		m, err := s.reader.SMembers(ctx, key).Result()
		slices.Sort(m)
		return append([]string{kind}, m...), err
	case "zset":
		z, err := s.reader.ZRangeWithScores(ctx, key, 0, -1).Result() // by score, then by member
		parts := []string{kind}
		for _, m := range z {
			parts = append(parts, fmt.Sprint(m.Member), strconv.FormatFloat(m.Score, 'g', -1, 64))
		}
		return parts, err
	}
	return nil, fmt.Errorf("content of type %s is no state", kind)
}
