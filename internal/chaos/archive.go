package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/cases"
	"fundwatch/ingest/archive"
	"fundwatch/internal/trial"
)

// archived lets a worker archive the rest, and looks whether a scan of the
// archive finds what the stream found, in each partition.
func (c *crew) archived(ctx context.Context, s *trial.Services, place *trial.Place) error {
	store, _, err := s.Store(ctx, 0)
	if err != nil {
		return err
	}
	counters, err := store.Counters(ctx)
	if err != nil {
		return err
	}
	a := &archive.Archive{Store: archive.Folder(c.archive), Alloc: memory.NewGoAllocator()}
	if err := c.archiveRest(ctx, a, counters["claims"]); err != nil {
		return err
	}
	parts, err := store.Partitions(ctx)
	if err != nil {
		return err
	}
	claims, findings, differ := 0, 0, 0
	for _, p := range parts {
		found, n, err := place.Scan(ctx, a, p.Partition)
		if err != nil {
			return err
		}
		claims, findings = claims+n, findings+len(found)
		if p.Set != "" && p.Set != cases.Fingerprint(slices.Values(found)) || p.Findings != int64(len(found)) {
			differ++
			fmt.Printf("partition %d: %d findings in the stream, %d in the archive\n", p.Partition, p.Findings, len(found))
		}
	}
	fmt.Printf("a scan of the archive: %d claims of %d, %d findings, other than the stream's in %d partitions\n", claims, counters["claims"], findings, differ)
	if differ > 0 || int64(claims) != counters["claims"] {
		return errors.New("the archive differs from what the stream got")
	}
	return nil
}

// archiveRest has a worker read again what the archive lacks.
func (c *crew) archiveRest(ctx context.Context, a *archive.Archive, claims int64) error {
	if n, err := size(ctx, a); err != nil || n == claims {
		return err
	}
	cmd := c.o.command(c.topic, 0, 0, "-keep", c.archive, "-rows", "1")
	cmd.Stderr = &c.told
	if err := cmd.Start(); err != nil {
		return err
	}
	for range 600 {
		if n, err := size(ctx, a); err != nil || n >= claims {
			return errors.Join(err, ended(cmd))
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.Join(errors.New("the archive was not complete after a minute"), ended(cmd))
}

// size counts the claims of an archive.
func size(ctx context.Context, a *archive.Archive) (n int64, err error) {
	for p := range partitions {
		ranges, err := a.Ranges(ctx, p)
		if err != nil {
			return 0, err
		}
		for _, r := range ranges {
			n += r.Claims
		}
	}
	return n, nil
}
