package kafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/segmentio/kafka-go"
)

// Sender publishes the claims of files, line by line.
type Sender struct {
	Client   *Client
	Producer *Producer
	Topic    string // of claims
	Dead     string // of dead letters, for lines too long for a topic
	// Checkpoints is the folder where it is written down how far each file has
	// come; empty: beside the file, with .sent behind its name.
	Checkpoints string
	// Again sends everything, whatever was sent before.
	Again bool
	// Progress is told the bytes read of all files, packed as they are; may be
	// nil. It is called from one goroutine at a time.
	Progress func(done, total int64)

	packed atomic.Int64
	total  int64
}

// Sent counts what became of the lines of files. All but Before were
// acknowledged by all replicas.
type Sent struct {
	Files    int
	Messages int // claims, those without key among them
	NoKey    int // no psn_no could be read: sent all the same, they become dead letters
	TooLong  int // went to the dead letters, cut to their first MiB
	Before   int // messages acknowledged by an earlier run
}

// chunkBytes is how much is sent at a time: what a break can make come twice.
const chunkBytes = 8 << 20

// Send publishes files (.jsonl, also .gz and .zst) in the order given. After a
// break it goes on behind the last line that was acknowledged, if file, topic
// and cluster are still the same; at worst lines are sent twice, which has no
// effect.
func (s *Sender) Send(ctx context.Context, files []string) (Sent, error) {
	var out Sent
	s.total = 0
	s.packed.Store(0)
	for _, path := range files {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return out, fmt.Errorf("%s: %w", path, bare(err))
		case !info.Mode().IsRegular() || !isLines(path):
			return out, fmt.Errorf("%s: 不是 .jsonl、.jsonl.gz 或 .jsonl.zst 文件 (no file of JSON lines)", path)
		}
		s.total += info.Size()
	}
	cluster, err := s.cluster(ctx)
	if err != nil {
		return out, err
	}
	for _, path := range files {
		if err := s.file(ctx, path, cluster, &out); err != nil {
			return out, fmt.Errorf("%s: %w", path, bare(err))
		}
		out.Files++
	}
	return out, nil
}

func (s *Sender) cluster(ctx context.Context) (id string, err error) {
	err = s.Producer.retry(ctx, func() error {
		r, err := s.Client.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{s.Topic}})
		if err == nil {
			id = r.ClusterID
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("ask kafka: %w", err)
	}
	return id, nil
}

func isLines(name string) bool {
	for _, end := range []string{".jsonl", ".jsonl.gz", ".jsonl.zst"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// bare takes the path out of a file error: the caller names it.
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// file sends one file.
func (s *Sender) file(ctx context.Context, path, cluster string, out *Sent) error {
	mark := filepath.Join(filepath.Dir(path), filepath.Base(path)+".sent")
	if s.Checkpoints != "" {
		mark = filepath.Join(s.Checkpoints, filepath.Base(path)+".sent")
	}
	begin := s.packed.Load()
	at := &checkpoint{Version: checkpointVersion, Cluster: cluster, Topic: s.Topic, File: filepath.Base(path), Offsets: map[int]int64{}}
	var in *lines
	defer func() {
		if in != nil {
			in.close()
		}
	}()
	old, err := s.earlier(ctx, mark, at)
	if err != nil {
		return err
	}
	if old != nil {
		if in, err = s.open(path); err != nil {
			return err
		}
		if same, err := in.pass(old); err != nil {
			return err
		} else if same {
			at = old
			out.Before += at.Messages
		} else {
			in.close()
			in = nil
			s.packed.Store(begin)
		}
	}
	if in == nil {
		if in, err = s.open(path); err != nil {
			return err
		}
	}
	return s.all(ctx, in, at, mark, out)
}

// earlier reads what a run before has written down, if it still holds: another
// cluster, or a topic that was made anew, has none of it.
func (s *Sender) earlier(ctx context.Context, mark string, want *checkpoint) (*checkpoint, error) {
	if s.Again {
		return nil, nil
	}
	data, err := os.ReadFile(mark)
	if err != nil {
		return nil, nil // none, or not for us to read: sending again does no harm
	}
	old, err := readCheckpoint(data)
	if err != nil || old.Cluster != want.Cluster || old.Topic != want.Topic || old.File != want.File {
		return nil, nil
	}
	n := 0
	if err := s.Producer.retry(ctx, func() (err error) {
		n, err = s.Client.partitions(ctx, s.Topic)
		return err
	}); err != nil {
		return nil, err
	}
	for partition, end := range old.Offsets {
		if partition < 0 || partition >= n {
			return nil, nil
		}
		var have int64
		if err := s.Producer.retry(ctx, func() (err error) {
			_, have, err = s.Client.bounds(ctx, s.Topic, partition)
			return err
		}); err != nil {
			return nil, err
		}
		if have < end {
			return nil, nil
		}
	}
	return old, nil
}

// all sends what is left of a file: while a chunk is under way the next is
// read.
func (s *Sender) all(ctx context.Context, in *lines, at *checkpoint, mark string, out *Sent) error {
	ctx, cancel := context.WithCancel(ctx)
	var underway chan error
	settle := func() error {
		if underway == nil {
			return nil
		}
		err := <-underway
		underway = nil
		return err
	}
	defer func() {
		cancel()
		settle()
	}()
	chunks := [2]chunk{}
	for i := 0; ; i++ {
		c := &chunks[i%2]
		more, err := in.fill(c)
		if err != nil {
			return errors.Join(err, settle()) // what was read before is still acknowledged or not
		}
		if err := settle(); err != nil {
			return err
		}
		done := make(chan error, 1)
		underway = done
		go func() { done <- s.chunk(ctx, c, at, mark, out) }()
		if !more {
			return settle()
		}
	}
}

// chunk publishes a chunk and writes down that it did.
func (s *Sender) chunk(ctx context.Context, c *chunk, at *checkpoint, mark string, out *Sent) error {
	for _, d := range c.tooLong {
		m, err := d.Message()
		if err != nil {
			return err
		}
		if err := s.Producer.Publish(ctx, s.Dead, []Message{m}); err != nil {
			return err
		}
	}
	ends, err := s.Producer.publish(ctx, s.Topic, c.messages)
	if err != nil {
		return err
	}
	for partition, end := range ends {
		at.Offsets[partition] = end
	}
	at.Lines, at.Bytes, at.SHA256 = c.upTo.line, c.upTo.bytes, c.upTo.digest
	at.Messages += len(c.messages) + len(c.tooLong)
	out.Messages += len(c.messages)
	out.NoKey += c.noKey
	out.TooLong += len(c.tooLong)
	if s.Progress != nil {
		s.Progress(c.packed, s.total)
	}
	return at.write(mark)
}
