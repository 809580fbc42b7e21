package claim

import "sync"

// InParallel runs the tasks on at most the given number of goroutines.
func InParallel(workers int, tasks []func()) {
	var wg sync.WaitGroup
	next := make(chan func())
	for range max(1, min(workers, len(tasks))) {
		wg.Go(func() {
			for task := range next {
				task()
			}
		})
	}
	for _, task := range tasks {
		next <- task
	}
	close(next)
	wg.Wait()
}

// InRanges runs a loop over 0 to n in equal ranges, one a goroutine.
func InRanges(workers, n int, loop func(lo, hi int)) {
	workers = max(1, min(workers, n/4096))
	tasks := make([]func(), workers)
	for w := range tasks {
		tasks[w] = func() { loop(n*w/workers, n*(w+1)/workers) }
	}
	InParallel(workers, tasks)
}
