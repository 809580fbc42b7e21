package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asChild names, in the environment of a child, the file of its clock.
const asChild = "FUNDWATCH_TEST_AS_CHILD"

// TestMain is this program as a child: what main is, with a clock that the test
// sets. So a test has a real process to kill, without building it once more.
func TestMain(m *testing.M) {
	if file := os.Getenv(asChild); file != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		e := &env{in: os.Stdin, out: os.Stdout, err: os.Stderr, clock: func() time.Time { return readClock(file) }}
		code := e.run(ctx, os.Args[1:])
		stop()
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// readClock reads a day and adds how much of today has gone by, so that time
// goes on within it.
func readClock(file string) time.Time {
	b, err := os.ReadFile(file)
	n, wrong := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil || wrong != nil {
		panic(fmt.Sprint("the clock: ", err, wrong))
	}
	return time.Now().Add(time.Duration(n))
}

// setClock says what time a child has now.
func setClock(file string, now time.Time) error {
	return replaceFile(file, []byte(strconv.FormatInt(int64(time.Until(now)), 10)))
}

// child is a command line of this program as a process of its own.
func child(clock string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asChild+"="+clock)
	return c
}
