package journal

import (
	"errors"
	"io"
	"strings"

	"github.com/redis/go-redis/v9"
)

// starting begins the answers of a server that is just coming up, or of a cluster
// that is changing hands; full those of one that takes no writes for now.
var (
	starting = []string{"LOADING", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN"}
	full     = []string{"MISCONF", "OOM", "READONLY", "NOREPLICAS"}
)

// Away reports whether there was no answer, or only one that puts off until
// later, rather than one that says no: of Redis, or of whatever else is behind a
// network.
func Away(err error) bool {
	if answer, ok := errors.AsType[redis.Error](err); ok {
		return begins(answer, starting) || begins(answer, full)
	}
	_, network := errors.AsType[networkError](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, redis.ErrPoolTimeout)
}

// networkError is net.Error, by its methods: this room opens no connection of its
// own.
type networkError interface {
	error
	Timeout() bool
	Temporary() bool
}

func begins(answer redis.Error, with []string) bool {
	for _, prefix := range with {
		if strings.HasPrefix(answer.Error(), prefix) {
			return true
		}
	}
	return false
}
