package file

import (
	"context"
	"math/bits"
	"slices"
	"sync"

	"fundwatch/claim"
)

// runTasks runs the tasks on some goroutines. Tasks of one domain share a
// dictionary, so they run one after the other, on one goroutine. done is told
// every task that is done, one call at a time.
func runTasks(ctx context.Context, workers int, tasks []task, done func(task)) error {
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
					if ctx.Err() != nil {
						return
					}
					err := runTask(t)
					mu.Lock()
					if err != nil {
						failed = firstOf(failed, err)
						mu.Unlock()
						return
					}
					done(t)
					mu.Unlock()
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

func runTask(t task) (err error) {
	defer tooMuch(&err)
	return t.run()
}

// tooMuch turns the panic of a column that outgrew its bounds into an error.
func tooMuch(err *error) {
	switch p := recover(); p {
	case nil:
	case claim.ErrTooMuch:
		*err = claim.ErrTooMuch
	default:
		panic(p)
	}
}

// takeIn adds a batch to the intake.
func (r *Reader) takeIn(b *claim.Batch) (verdicts []claim.Verdict, err error) {
	defer tooMuch(&err)
	return r.intake.Add(b), nil
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

// shares deals out bytes to tasks by their weight; together they are exactly
// the size.
type shares struct {
	size, all  int64 // bytes; the weight of all tasks
	done, told int64 // the weight of those that are done; bytes dealt out
}

func (s *shares) next(weight int64) int64 {
	s.done += weight
	if s.done == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(s.size), uint64(s.done))
	upTo, _ := bits.Div64(hi, lo, uint64(s.all))
	share := int64(upTo) - s.told
	s.told += share
	return share
}

// rest is what remains when there was no task, or none with any weight.
func (s *shares) rest() int64 { return s.size - s.told }
