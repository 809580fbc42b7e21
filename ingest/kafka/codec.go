package kafka

import (
	"errors"
	"io"
	"sync"

	"github.com/segmentio/kafka-go/compress"
)

// maxUnpacked bounds the memory that one batch can ask for. The largest batch
// a topic takes is 32 MiB packed, and some kilobytes can unpack to terabytes.
const maxUnpacked = 512 << 20

// errBomb stops the partition a batch lies in, not the program.
var errBomb = errors.New("a batch unpacks to more than 512 MiB")

var boundCodecsOnce sync.Once

// boundCodecs sets the bound. kafka-go unpacks whole batches by a table of its
// own and has no bound; this package is the only one that uses it.
func boundCodecs() {
	boundCodecsOnce.Do(func() {
		for i, c := range compress.Codecs {
			if c != nil {
				compress.Codecs[i] = bounded{c}
			}
		}
	})
}

type bounded struct{ compress.Codec }

// NewReader gives a reader that ends with an error at the bound.
func (c bounded) NewReader(r io.Reader) io.ReadCloser {
	return &boundedReader{c.Codec.NewReader(r), maxUnpacked}
}

type boundedReader struct {
	io.ReadCloser
	left int64
}

// Read reads up to the bound.
func (r *boundedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, errBomb
	}
	return n, err
}
