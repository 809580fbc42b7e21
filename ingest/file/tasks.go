package file

import (
	"context"
	"slices"
	"sync"

	"fundwatch/claim"
)

// runTasks runs the tasks on some goroutines. Tasks of one domain share a
// dictionary, so they run one after the other, on one goroutine.
func runTasks(ctx context.Context, workers int, tasks []task) error {
	byDomain := map[claim.Domain]int{}
	var groups [][]task
	for _, t := range tasks {
		at, known := byDomain[t.domain]
		if !known || t.domain == claim.DomainNone {
			at = len(groups)
			byDomain[t.domain] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], t)
	}
	slices.SortStableFunc(groups, func(a, b []task) int { return int(weight(b) - weight(a)) })
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next := 0
	for range min(workers, len(groups)) {
		wg.Go(func() {
			for {
				mu.Lock()
				if next == len(groups) || failed != nil || ctx.Err() != nil {
					mu.Unlock()
					return
				}
				group := groups[next]
				next++
				mu.Unlock()
				for _, t := range group {
					if err := t.run(); err != nil {
						mu.Lock()
						failed = firstOf(failed, err)
						mu.Unlock()
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	return ctx.Err()
}

// firstOf keeps the error that sorts first, so that what is told does not
// depend on which goroutine was faster.
func firstOf(a, b error) error {
	if a == nil || b.Error() < a.Error() {
		return b
	}
	return a
}

func weight(group []task) (sum int64) {
	for _, t := range group {
		sum += t.weight
	}
	return sum
}
