package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

const (
	rebuildRecords = 128     // records applied at a time,
	rebuildBytes   = 1 << 20 // or until they have so many bytes
)

// errUsed says that a rebuild would mix two histories.
var errUsed = errors.New("the state is not empty and no rebuild was begun: rebuild into an empty database")

// Rebuild makes the state again from the whole journal and gives how many
// records it applied. The database must be empty, or hold a rebuild that was
// broken off, which then goes on. Until it ends well, nothing else can write.
// Every record is proved against those before it; the first that does not fit
// ends the rebuild with a [*Break].
//
// Stop all relays first and read the journal to its end: what was published
// and is not among the records would be published again as something else.
func Rebuild(ctx context.Context, s *Store, records iter.Seq2[Record, error]) (int64, error) {
	have, err := s.Head(ctx)
	if err != nil {
		return 0, err
	}
	begun, err := s.reader.Exists(ctx, s.Key("rebuild")).Result()
	if err != nil {
		return 0, fmt.Errorf("rebuild: %w", err)
	}
	if have.N > 0 && begun == 0 {
		return 0, errUsed
	}
	if err := s.writer.Set(ctx, s.Key("rebuild"), "1", 0).Err(); err != nil {
		return 0, fmt.Errorf("begin rebuild: %w", err)
	}
	b := builder{store: s, args: []any{"rebuild"}}
	v := verifier{chains: map[string]end{}}
	var place int64
	for r, err := range Once(records) {
		if err != nil {
			return b.done, err
		}
		place++
		before := v.chains[r.Line.Chain]
		if why := v.next(&r); why != "" {
			return b.done, breakAt(place, &r, why)
		}
		if r.N == have.N && r.Weave != have.Weave {
			return b.done, breakAt(place, &r, "is not the record the rebuild was broken off at")
		}
		if r.N <= have.N {
			continue
		}
		if err := b.add(ctx, &r, before); err != nil {
			return b.done, err
		}
	}
	if v.head.N < have.N {
		return b.done, &Break{Place: place + 1, Reason: "the journal is shorter than the rebuild that was broken off"}
	}
	if err := b.flush(ctx); err != nil {
		return b.done, err
	}
	if err := s.writer.Del(ctx, s.Key("rebuild")).Err(); err != nil {
		return b.done, fmt.Errorf("end rebuild: %w", err)
	}
	return b.done, nil
}

// builder applies records some at a time.
type builder struct {
	store *Store
	args  []any
	bytes int
	count int64 // in args
	done  int64
}

func (b *builder) add(ctx context.Context, r *Record, before end) error {
	was := ""
	if before.seq > 0 {
		was = head(before.seq, before.hash)
	}
	b.args = append(b.args, r.line, r.N, r.Weave, was, head(r.Line.Seq, r.Line.Hash))
	b.bytes += len(r.line)
	b.count++
	if b.count >= rebuildRecords || b.bytes >= rebuildBytes {
		return b.flush(ctx)
	}
	return nil
}

// flush is not sent again when the network fails: what it did would differ.
// The rebuild is begun again and goes on where Redis stands.
func (b *builder) flush(ctx context.Context) error {
	if b.count == 0 {
		return nil
	}
	s := b.store
	reply, err := s.script.Run(ctx, s.writer, []string{s.Key("journal")}, b.args...).StringSlice()
	switch {
	case err != nil:
		return fmt.Errorf("rebuild: %w", err)
	case len(reply) == 3 && reply[0] == "differs":
		return fmt.Errorf("rebuild: record %s does not follow from those before it (%s)", reply[1], reply[2])
	case len(reply) != 1 || reply[0] != replyOK:
		return errors.New("rebuild: another rebuild ended meanwhile")
	}
	b.done += b.count
	b.args, b.bytes, b.count = append(b.args[:0], "rebuild"), 0, 0
	return nil
}
