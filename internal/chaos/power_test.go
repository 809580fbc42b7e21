package main

import (
	"strings"
	"testing"
)

// What strace writes of a redis-server that syncs before it answers, and of some
// that do not.
func TestJudge(t *testing.T) {
	const (
		write     = "7 write(9</d/a.incr.aof>, \"\"..., 40) = 40\n"
		sync      = "7 fdatasync(9</d/a.incr.aof>) = 0\n"
		failed    = "7 fdatasync(9</d/a.incr.aof>) = -1 EIO (Input/output error)\n"
		begins    = "7 fdatasync(9</d/a.incr.aof> <unfinished ...>\n"
		other     = "8 write(2</d/log>, \"\"..., 9) = 9\n"
		ends      = "7 <... fdatasync resumed>) = 0\n"
		answer    = "7 write(11<socket:[5]>, \"\"..., 5) = 5\n"
		backwards = answer + sync
	)
	for text, good := range map[string]bool{
		write + sync + answer:                              true,
		write + begins + other + ends + answer + answer:    true,
		write + sync + answer + write + sync:               true,
		write + answer + sync:                              false,
		write + failed + answer:                            false,
		write + begins + answer + ends:                     false,
		write + sync + answer + write:                      false,
		answer + answer:                                    false,
		write + sync + answer + write + backwards + answer: false,
	} {
		if err := judge(strings.NewReader(text)); (err == nil) != good {
			t.Errorf("%v of\n%s", err, text)
		}
	}
}
