package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// said is an answer of Redis.
type said string

func (s said) Error() string { return string(s) }
func (said) RedisError()     {}

// TestAwayIsNotNo: no answer is told from one that says no.
func TestAwayIsNotNo(t *testing.T) {
	for _, c := range []struct {
		err  error
		away bool
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{io.EOF, true},
		{io.ErrUnexpectedEOF, true},
		{context.DeadlineExceeded, true},
		{redis.ErrPoolTimeout, true},
		{said("LOADING Redis is loading the dataset in memory"), true},
		{said("MISCONF Errors writing to the AOF file"), true},
		{said("OOM command not allowed"), true},
		{said("READONLY You can't write against a read only replica."), true},
		{said("WRONGTYPE Operation against a key"), false},
		{said("ERR unknown command"), false},
		{redis.Nil, false},
		{redis.ErrClosed, false},
		{context.Canceled, false},
		{errors.New("a mistake of our own"), false},
		{nil, false},
	} {
		if have := Away(c.err); have != c.away {
			t.Errorf("%v: away %v", c.err, have)
		}
		if have := Away(fmt.Errorf("read a case: %w", c.err)); have != c.away {
			t.Errorf("%v, wrapped: away %v", c.err, have)
		}
	}
}
