package recall

import (
	"context"
	"errors"
	"fmt"

	"fundwatch/ingest/kafka"
)

// Each reads claims by institution/settlement and hands each over as it was
// sent: first those that Kafka has, then those of the archive, of which each
// range is read once. It counts the claims that neither has any more.
func (c *Claims) Each(ctx context.Context, names []string, take func(name string, message []byte) error) (unkept int, err error) {
	older := map[int]map[int64]string{} // by partition and offset: no longer in Kafka
	for _, name := range names {
		at, ok := c.lies(name)
		if !ok {
			unkept++
			continue
		}
		m, err := c.o.Log.MessageAt(ctx, c.o.Topic, at.partition(), at.offset())
		if _, gap := errors.AsType[*kafka.GapError](err); gap {
			if older[at.partition()] == nil {
				older[at.partition()] = map[int64]string{}
			}
			older[at.partition()][at.offset()] = name
			continue
		}
		if err != nil {
			return unkept, fmt.Errorf("recall from %s: %w", c.o.Topic, err)
		}
		if err := take(name, m.Value); err != nil {
			return unkept, err
		}
	}
	for partition, of := range older {
		read, err := c.archived(ctx, partition, of, take)
		unkept += len(of) - read
		if err != nil {
			return unkept, err
		}
	}
	return unkept, nil
}

// lies gives where a claim lies.
func (c *Claims) lies(name string) (at place, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, ok := c.by[short([]byte(name))]
	if !ok || c.name(&c.rows[n]) != name {
		return at, false
	}
	return c.rows[n].at, true
}

// archived hands over claims of a partition that the archive has.
func (c *Claims) archived(ctx context.Context, partition int, of map[int64]string, take func(name string, message []byte) error) (read int, err error) {
	if c.o.Archive == nil {
		return 0, nil
	}
	offsets := make([]int64, 0, len(of))
	for offset := range of {
		offsets = append(offsets, offset)
	}
	c.reader.Lock()
	defer c.reader.Unlock()
	err = c.o.Archive.Claims(ctx, partition, offsets, func(offset int64, message []byte) error {
		read++
		return take(of[offset], message)
	})
	if err != nil {
		return read, fmt.Errorf("read claims of the archive: %w", err)
	}
	return read, nil
}
