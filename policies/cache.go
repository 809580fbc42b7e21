package policies

import "sync"

// cacheSize bounds the decisions that a revision remembers. The classes that
// a policy can tell apart are some hundred for each detector.
const cacheSize = 8192

// cache remembers decisions by what the policy was shown. It keeps two halves:
// when the young one is full it becomes the old one, and the old one is
// forgotten, so that what is asked often stays.
type cache struct {
	mu         sync.Mutex
	young, old map[visible]Decision
}

func (c *cache) get(v visible) (Decision, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.young[v]
	if !ok {
		if d, ok = c.old[v]; ok {
			c.keep(v, d)
		}
	}
	return d, ok
}

func (c *cache) put(v visible, d Decision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(v, d)
}

func (c *cache) keep(v visible, d Decision) {
	if c.young == nil || len(c.young) >= cacheSize/2 {
		c.young, c.old = make(map[visible]Decision), c.young
	}
	c.young[v] = d
}
