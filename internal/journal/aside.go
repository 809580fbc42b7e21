package journal

import "github.com/redis/go-redis/v9"

// Aside gives a client for what is no state and is never told of: sessions,
// one-time links, counts of failed sign-ins. All of it may be lost at any
// time. Its keys are made by [Store.AsideKey] and nothing else.
func (s *Store) Aside() redis.UniversalClient { return s.reader }

// AsideKey gives the full name of a key that lies beside the state: on the same
// node of a cluster, but in no digest and no rebuild.
func (s *Store) AsideKey(name string) string { return "aside:" + s.tag + name }
