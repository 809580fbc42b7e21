package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"fundwatch/internal/trial"
)

// crew is the workers that run.
type crew struct {
	o       *options
	topic   string
	net     *network
	archive string // folder
	list    []*exec.Cmd
	told    told
}

// command is a worker as a process of its own.
func (o *options) command(topic string, db int, until int64, more ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append([]string{"-work", topic, "-db", strconv.Itoa(db), "-until", strconv.FormatInt(until, 10),
		"-seed", strconv.FormatUint(o.seed, 10), "-claims", strconv.Itoa(o.claims)}, more...)...)
	c.Stderr = os.Stderr
	return c
}

func (c *crew) add() error {
	cmd, err := c.start()
	if err == nil {
		c.list = append(c.list, cmd)
	}
	return err
}

// start begins a worker whose connections go through the network.
func (c *crew) start() (*exec.Cmd, error) {
	cmd := c.o.command(c.topic, 0, 0, "-keep", c.archive)
	c.net.through(cmd)
	cmd.Stderr = &c.told
	return cmd, cmd.Start()
}

// kill ends a worker in the middle of whatever it does, and starts another.
func (c *crew) kill(n int) (err error) {
	if err := c.list[n].Process.Kill(); err != nil {
		return err
	}
	_ = c.list[n].Wait() // killed: that is its error
	c.list[n], err = c.start()
	return err
}

// ended asks a worker to end, and waits until it has.
func ended(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("a worker that was asked to end: %w", err)
	}
	return nil
}

// replace asks a worker to end and starts another: its partitions go to those
// that live, and some come back.
func (c *crew) replace(n int) (err error) {
	if err := ended(c.list[n]); err != nil {
		return err
	}
	c.list[n], err = c.start()
	return err
}

// visit has one more worker join for a while.
func (c *crew) visit(rng *rand.Rand) error {
	cmd, err := c.start()
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(2500+rng.IntN(3000)) * time.Millisecond)
	return ended(cmd)
}

// freeze stops a worker for a while: it comes back and does not know that its
// time is over.
func (c *crew) freeze(n int, d time.Duration) error {
	p := c.list[n].Process
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	time.Sleep(d)
	return p.Signal(syscall.SIGCONT)
}

// end kills all workers.
func (c *crew) end() {
	for _, cmd := range c.list {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	c.list = nil
}

// settle waits until everything in the topic is done, and ends the workers.
func (c *crew) settle(ctx context.Context, s *trial.Services, topic string) (total int64, err error) {
	defer c.end()
	if total, err = ends(ctx, s, topic); err != nil {
		return 0, err
	}
	for range 1200 {
		if store, _, err := s.Store(ctx, 0); err == nil {
			if n, err := done(ctx, store); err == nil && n >= total {
				return total, nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, errors.New("the workers did not catch up in two minutes")
}

// told is what the workers write to standard error: it is passed on, and what
// the trial wants to know is counted.
type told struct {
	mu                             sync.Mutex
	taken, refused, held, rebuilds int
}

// Words of a worker that told counts.
const (
	saysTaken   = "takes partition"
	saysRefused = "archive cannot be written just now"
	saysHeld    = "is held"
	saysRebuild = "rebuild"
)

// Write takes whole lines: a worker writes each at once.
func (t *told) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken += bytes.Count(p, []byte(saysTaken))
	t.refused += bytes.Count(p, []byte(saysRefused))
	t.held += bytes.Count(p, []byte(saysHeld))
	t.rebuilds += bytes.Count(p, []byte(saysRebuild))
	return os.Stderr.Write(p)
}

// refusal waits until an archive could not be written, or for so long.
func (t *told) refusal(most time.Duration) {
	before := t.refusals()
	for began := time.Now(); t.refusals() == before && time.Since(began) < most; {
		time.Sleep(50 * time.Millisecond)
	}
}

func (t *told) refusals() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused
}

// verdict prints what was told, and fails where a worker found what stands to
// differ from what was announced.
func (t *told) verdict() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Printf("partitions taken over %d times, the archive could not be written %d times, partitions held for it %d times\n", t.taken, t.refused, t.held)
	if t.rebuilds > 0 {
		return errors.New("a worker worked out other findings than were announced")
	}
	return nil
}
