package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/trial"
)

// power looks at what a loss of power could take away. That cannot be tried
// without a machine to switch off, since what was written survives every kill;
// but the calls of redis-server can be watched: no answer may leave it between a
// write to its log and the sync of that log.
func (o *options) power(ctx context.Context) error {
	s, err := trial.Open()
	if err != nil {
		return err
	}
	defer s.Client.Close()
	topic := fmt.Sprintf("claims-power-%d", time.Now().UnixNano())
	if err := s.Topics(ctx, partitions, topic); err != nil {
		return err
	}
	place, err := trial.NewPlace(ctx, o.seed, o.claims, 0)
	if err != nil {
		return err
	}
	shares := make(chan []kafka.Message, 1)
	shares <- scramble(rand.New(rand.NewPCG(o.seed, 1)), place.Claims())
	close(shares)
	if err := send(ctx, s.Producer, topic, shares); err != nil {
		return err
	}
	total, err := ends(ctx, s, topic)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "power")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	calls := filepath.Join(dir, "calls")
	stop, err := traceRedis(ctx, s, calls)
	if err != nil {
		return err
	}
	err = o.command(topic, 0, total).Run()
	if err := errors.Join(err, stop()); err != nil {
		return err
	}
	f, err := os.Open(calls)
	if err != nil {
		return err
	}
	defer f.Close()
	return judge(f)
}

// traceRedis writes the calls of redis-server into a file until it is stopped.
func traceRedis(ctx context.Context, s *trial.Services, into string) (stop func() error, err error) {
	_, j, err := s.Store(ctx, 0)
	if err != nil {
		return nil, err
	}
	info, err := j.Reader().Info(ctx, "server").Result()
	if err != nil {
		return nil, err
	}
	_, pid, _ := strings.Cut(info, "process_id:")
	pid, _, _ = strings.Cut(pid, "\r")
	cmd := exec.Command("strace", "-f", "-y", "-s", "0", "-e", "trace=write,writev,sendto,sendmsg,fsync,fdatasync", "-o", into, "-p", pid)
	says, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil || !strings.Contains(line, "attached") {
		return nil, errors.Join(fmt.Errorf("strace: %s", line), cmd.Process.Kill(), cmd.Wait())
	}
	go io.Copy(io.Discard, says)
	return func() error {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			return err
		}
		_ = cmd.Wait() // it ends by the signal
		return nil
	}, nil
}

// One call as strace writes it: thread, name, file; and the end of one that
// another thread's call came between.
var (
	callForm    = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>`)
	resumedForm = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
	failedForm  = regexp.MustCompile(`= -1 `)
)

// judge goes through the calls in the order in which they were made.
func judge(calls io.Reader) error {
	writes, syncs, answers, early := 0, 0, 0, 0
	unsynced := false
	open := map[string]string{} // file of a call that has not ended, by thread
	in := bufio.NewScanner(calls)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Bytes()
		name, file, ended := "", "", !bytes.Contains(line, []byte("<unfinished"))
		if m := callForm.FindSubmatch(line); m != nil {
			name, file = string(m[2]), string(m[3])
			open[string(m[1])] = file
		} else if m := resumedForm.FindSubmatch(line); m != nil {
			name, file = string(m[2]), open[string(m[1])]
		}
		isLog, isSync := strings.HasSuffix(file, ".aof"), strings.HasSuffix(name, "sync")
		switch {
		case isLog && isSync && ended && !failedForm.Match(line):
			syncs, unsynced = syncs+1, false
		case isLog && !isSync && name != "" && !resumedForm.Match(line):
			writes, unsynced = writes+1, true
		case strings.HasPrefix(file, "socket:") && !resumedForm.Match(line):
			answers++
			if unsynced {
				early++
			}
		}
	}
	fmt.Printf("redis-server: %d writes to its log, %d syncs, %d answers, %d answers before the sync\n", writes, syncs, answers, early)
	switch {
	case in.Err() != nil:
		return in.Err()
	case writes == 0 || syncs == 0 || answers == 0:
		return errors.New("nothing was seen: is redis-server traced, and appendonly yes?")
	case early > 0 || unsynced:
		return errors.New("an answer was given before the log was on the disk")
	}
	return nil
}
