package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// fetcher reads one partition.
type fetcher struct {
	client    *Client
	topic     string
	partition int
	maxBytes  int
	maxWait   time.Duration
	ask       int // bytes of the next request; 0 before the first
}

// What a request asks for: little at first, then twice as much each time, as
// long as the log's batches are few. However small, each batch takes a page of
// the connection's memory until all of a request's messages are taken.
const (
	firstAsk    = 1 << 20
	leastAsk    = 64 << 10
	mostBatches = 1024
	connPage    = 64 << 10 // bytes
)

// learn says how much to ask for after a request that brought so many bytes,
// unpacked, in so many batches.
func (f *fetcher) learn(bytes, batches int) {
	switch {
	case batches > mostBatches:
		f.ask = max(leastAsk, bytes/batches*mostBatches)
	case bytes > 2*f.maxBytes: // packed in the log
		f.ask = max(leastAsk, int(int64(f.ask)*int64(f.maxBytes)/int64(bytes)))
	case bytes >= f.ask/2 && bytes < f.maxBytes:
		f.ask *= 2
	}
	f.ask = min(f.ask, f.maxBytes)
}

// fetched is what one request brought; its memory is used again.
type fetched struct {
	messages []Message
	pages    []kafka.Bytes // in whose memory keys and values lie
	memory   []byte        // those that lie in several pieces, one behind the other
	piece    piece
	size     int   // bytes of keys and values
	batches  int   // of the log
	next     int64 // where to go on
	end      int64 // the offset after the last that all replicas have
}

// errStuck is a log that goes on, but from which nothing can be read: a batch
// whose content does not fit its header, or a compacted topic.
var errStuck = errors.New("the log goes on but nothing can be read (a damaged batch, or a compacted topic)")

// fetch reads what follows next; nothing new within maxWait is no error. A
// next outside the log is a *GapError.
func (f *fetcher) fetch(ctx context.Context, next int64, into *fetched) error {
	into.reset(next, 4*f.maxBytes)
	if f.ask == 0 {
		f.ask = min(firstAsk, f.maxBytes)
	}
	// The deadline lies beyond the wait that is asked for, so that only a
	// connection that is dead meets it.
	ctx, cancel := context.WithTimeout(ctx, f.maxWait+requestTimeout)
	defer cancel()
	r, err := f.client.kafka.Fetch(ctx, &kafka.FetchRequest{Topic: f.topic, Partition: f.partition, Offset: next,
		MinBytes: 1, MaxBytes: int64(f.ask), MaxWait: f.maxWait})
	if err == nil {
		err = r.Error
	}
	switch {
	case errors.Is(err, kafka.OffsetOutOfRange):
		return f.gap(ctx, next, err)
	case err != nil:
		return fmt.Errorf("read %s/%d: %w", f.topic, f.partition, err)
	case r.LogStartOffset > next:
		return &GapError{f.topic, f.partition, next, r.LogStartOffset}
	}
	into.end = r.HighWatermark
	if err := into.take(r.Records); err != nil {
		return fmt.Errorf("read %s/%d at %d: %w", f.topic, f.partition, into.next, err)
	}
	f.learn(into.size, into.batches)
	if into.next == next && into.end > next {
		return fmt.Errorf("read %s/%d at %d: %w", f.topic, f.partition, next, errStuck)
	}
	return nil
}

// gap tells how an offset lies outside the log. A leader that has just been
// elected may not know yet that the offset is there: then it is no gap.
func (f *fetcher) gap(ctx context.Context, next int64, cause error) error {
	first, end, err := f.client.bounds(ctx, f.topic, f.partition)
	if err != nil {
		return err
	}
	if next < first {
		return &GapError{f.topic, f.partition, next, first}
	}
	if next > end {
		return &GapError{f.topic, f.partition, next, end}
	}
	return fmt.Errorf("read %s/%d: %w", f.topic, f.partition, cause)
}

func (b *fetched) reset(next int64, most int) {
	if cap(b.memory) > most {
		b.memory = nil // one message of the largest size must not hold its memory for ever
	}
	clear(b.messages)
	for _, p := range b.pages {
		closeBytes(p)
	}
	clear(b.pages)
	b.pages = b.pages[:0]
	b.memory, b.messages, b.next, b.end, b.size, b.batches = b.memory[:0], b.messages[:0], next, next, 0, 0
}

// take takes the records behind next. The batches are gone through one by
// one: the marks of a transaction hold no message but take up an offset, and a
// log that ends with one would be asked for again and again.
func (b *fetched) take(records kafka.RecordReader) error {
	stream, ok := records.(*protocol.RecordStream)
	if !ok {
		return b.takeAll(records)
	}
	for _, r := range stream.Records {
		if mark, ok := r.(*protocol.ControlBatch); ok {
			b.next = max(b.next, mark.BaseOffset+1)
			continue
		}
		if err := b.takeAll(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *fetched) takeAll(records kafka.RecordReader) error {
	before, message, page := b.size, len(b.messages), len(b.pages)
	b.batches++
	for {
		r, err := records.ReadRecord()
		if errors.Is(err, io.EOF) {
			if b.size-before < connPage/2 {
				b.copyFrom(message, page)
			}
			return nil
		}
		if err != nil {
			return err
		}
		// A batch may begin below the offset that was asked for.
		if r.Offset < b.next {
			closeBytes(r.Key)
			closeBytes(r.Value)
			continue
		}
		m := Message{Offset: r.Offset, Time: r.Time}
		if m.Key, err = b.keep(r.Key); err != nil {
			return err
		}
		if m.Value, err = b.keep(r.Value); err != nil {
			return err
		}
		for _, h := range r.Headers {
			m.Headers = append(m.Headers, Header(h))
		}
		b.messages = append(b.messages, m)
		b.next = r.Offset + 1
	}
}

// copyFrom copies what messages from one on hold and gives back the pages from
// one on: so few bytes are not worth a page each.
func (b *fetched) copyFrom(message, page int) {
	for i := message; i < len(b.messages); i++ {
		m := &b.messages[i]
		m.Key, m.Value = b.copy(m.Key), b.copy(m.Value)
	}
	for _, p := range b.pages[page:] {
		closeBytes(p)
	}
	clear(b.pages[page:])
	b.pages = b.pages[:page]
}

func (b *fetched) copy(in []byte) []byte {
	if len(in) == 0 {
		return in // nil stays nil
	}
	out := b.room(len(in))
	copy(out, in)
	return out
}

// room gives memory for some bytes. Should it have to move, slices into the old
// one stay good.
func (b *fetched) room(size int) []byte {
	n := len(b.memory)
	if n+size > cap(b.memory) {
		b.memory = make([]byte, 0, max(2*cap(b.memory), size, 64<<10))
		n = 0
	}
	b.memory = b.memory[:n+size]
	return b.memory[n : n+size : n+size]
}

// keep gives bytes as they lie in the memory of the connection, which is kept
// until the next reset: copying them takes as long as reading them. Where they
// lie in several pieces, or nobody knows where, it copies them.
func (b *fetched) keep(in kafka.Bytes) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	size := in.Len()
	b.size += size
	if size == 0 {
		closeBytes(in)
		return []byte{}, nil // there, but empty
	}
	if w, ok := in.(io.WriterTo); ok {
		b.piece = piece{size: size}
		if _, err := w.WriteTo(&b.piece); err == nil {
			b.pages = append(b.pages, in)
			return b.piece.bytes[:size:size], nil
		}
	} // a writer that refuses the first piece has taken nothing
	defer closeBytes(in)
	out := b.room(size)
	_, err := io.ReadFull(in, out)
	return out, err
}

// piece is a writer that takes note of where bytes lie that are written at once.
type piece struct {
	size  int
	bytes []byte
}

var errPieces = errors.New("bytes in several pieces")

// Write keeps p, as no other writer may: whoever reads it keeps its page, too.
func (w *piece) Write(p []byte) (int, error) {
	switch len(p) {
	case w.size:
		w.bytes = p
		return len(p), nil
	case 0: // of the next page, when the one before is full
		return 0, nil
	}
	return 0, errPieces
}

func closeBytes(in kafka.Bytes) {
	if in != nil {
		in.Close() // gives memory back; cannot fail
	}
}

// GapError says that the message that should come next is not in the log.
// Want is its offset; Have is the first offset that is there when Want lies
// below it, or the end of the log when Want lies beyond.
type GapError struct {
	Topic     string
	Partition int
	Want      int64
	Have      int64
}

// Error says what is missing and what a person has to decide.
func (e *GapError) Error() string {
	if e.Want < e.Have {
		return fmt.Sprintf("%s/%d: 缺少偏移 %d 至 %d 的消息，已停止该分区 (messages %d to %d are gone from the log; the partition stands still until a person decides)",
			e.Topic, e.Partition, e.Want, e.Have-1, e.Want, e.Have-1)
	}
	return fmt.Sprintf("%s/%d: 应读偏移 %d，但日志止于 %d，可能被截断或重建 (the log ends at %d, before offset %d that should come next: it was cut or made anew)",
		e.Topic, e.Partition, e.Want, e.Have, e.Have, e.Want)
}
