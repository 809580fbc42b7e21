package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// trouble makes fault n after a random while. Every third is a change among
// living workers and every sixth an archive without room; the others are left to
// chance.
func (o *options) trouble(ctx context.Context, rng *rand.Rand, n int, c *crew) (err error) {
	time.Sleep(time.Duration(200+rng.IntN(1500)) * time.Millisecond)
	what, one := "", rng.IntN(o.workers)
	switch at := rng.IntN(16); {
	case n%9 == 0:
		what, err = "another worker joined and left", c.visit(rng)
	case n%3 == 0:
		what, err = "worker ended and started", c.replace(one)
	case n%6 == 1:
		what, err = c.fill(rng, one, n%12 == 1)
	case at < 5:
		what, err = "worker killed", c.kill(one)
	case at < 7:
		what, err = "redis killed", restart("FUNDWATCH_TEST_REDIS_RESTART")
	case at < 9:
		what, err = "kafka killed", restart("FUNDWATCH_TEST_KAFKA_RESTART")
	case at < 11:
		what, err = "redis out of room", restart("FUNDWATCH_TEST_REDIS_FILL")
	case at < 15:
		what, err = c.net.spoil(ctx, rng)
	default:
		what, err = "worker frozen", c.freeze(one, time.Duration(1+rng.IntN(8))*time.Second)
	}
	if err != nil {
		return fmt.Errorf("fault %d, %s: %w", n, what, err)
	}
	fmt.Printf("fault %d: %s\n", n, what)
	return nil
}

// fill leaves the archive of one worker or all without room for a while, so
// that a file ends in the middle.
func (c *crew) fill(rng *rand.Rand, one int, everybody bool) (what string, err error) {
	room, long := rng.IntN(20_000), time.Duration(500+rng.IntN(3000))*time.Millisecond
	wait := func() { c.told.refusal(10 * time.Second); time.Sleep(long) }
	if c.o.disk != "" {
		return "archive on a full disk", fillDisk(c.o.disk, int64(room), wait)
	}
	what, some := "archive of all workers out of room", c.list
	if !everybody {
		what, some = "archive of one worker out of room", c.list[one:one+1]
	}
	for _, limit := range []string{strconv.Itoa(room), "unlimited"} {
		for _, w := range some {
			// Of the soft limit only: nobody but root may raise the hard one again.
			out, err := exec.Command("prlimit", "--pid", strconv.Itoa(w.Process.Pid), "--fsize="+limit+":").CombinedOutput()
			if err != nil {
				return what, fmt.Errorf("%w: %s", err, out)
			}
		}
		if limit != "unlimited" {
			wait()
		}
	}
	return what, nil
}

// fillDisk writes a file until the file system has no more than some room, and
// takes it away after a while.
func fillDisk(dir string, room int64, wait func()) error {
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, block := int64(0), make([]byte, 4096)
	for err == nil {
		var n int
		n, err = f.Write(block) // until there is no room
		size += int64(n)
	}
	if err := f.Truncate(max(0, size-room)); err != nil {
		return err
	}
	wait()
	return nil
}
