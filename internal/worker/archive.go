package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
)

// unarchived is the range the archive gets next.
type unarchived struct {
	writer   *archive.Writer
	from     int64
	messages int64
	arrived  int64     // the latest message, in seconds of the wall clock
	began    time.Time // zero before the first step
}

// restore takes from the archive what lies in the window, and gives the offset
// from which to read Kafka.
func (m *memory) restore(ctx context.Context, partition int) (start int64, err error) {
	a := m.w.o.Archive
	if a == nil {
		if m.done <= 0 {
			m.next = m.done
			return m.done, nil
		}
		return cases.Nothing, nil // the first message that is there
	}
	if err := a.Clean(ctx, partition); err != nil {
		return 0, fmt.Errorf("archive: %w", err)
	}
	end, err := a.Load(ctx, partition, wall(m.w.o.Clock())-int64(m.w.o.WindowDays)*86400, func(l *archive.Loaded) error {
		defer l.Batch.Release()
		m.see(l.Batch)
		m.book.Add(l.Batch)
		return nil
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("archive: %w", err)
	case end > max(m.done, 0):
		return 0, fmt.Errorf("partition %d: 归档到 %d，存储只到 %d：请重建 the archive reaches to %d, the store only to %d: rebuild", partition, end, m.done, end, m.done)
	case end == archive.None && m.done > 0:
		return cases.Nothing, nil
	case end == archive.None:
		m.next = m.done
		return m.done, nil
	}
	m.next = end
	m.begin(partition, end)
	return end, nil
}

// wall gives the seconds of the wall clock, as claims count them.
func wall(t time.Time) int64 { return t.Unix() + 8*3600 }

func (m *memory) begin(partition int, from int64) {
	m.archived = &unarchived{writer: m.w.o.Archive.Begin(partition, from), from: from, arrived: claim.None64}
}

// wants gives the first offset that must not be missing, -1 when any will do.
func (m *memory) wants() int64 {
	if m.archived != nil {
		return m.next
	}
	return max(m.next, m.done)
}

// gather gives the archive the claims of a batch that were accepted; rows names
// the message of each.
func (m *memory) gather(partition int, messages []kafka.Message, rows []int, verdicts []claim.Verdict) error {
	if m.w.o.Archive == nil {
		return nil
	}
	if m.archived == nil {
		m.begin(partition, messages[0].Offset)
	}
	u := m.archived
	offsets, skip := make([]int64, len(rows)), make([]bool, len(rows))
	for i, r := range rows {
		offsets[i], skip[i] = messages[r].Offset, verdicts[i] != claim.Accepted
	}
	for i := range messages {
		u.arrived = max(u.arrived, wall(messages[i].Time))
	}
	u.messages += int64(len(messages))
	if u.began.IsZero() {
		u.began = m.w.o.Clock()
	}
	if err := u.writer.Add(m.dec.Batch, offsets, skip); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// archiveDue reports whether the range is to be written.
func (h *handler) archiveDue() bool {
	o, u := &h.w.o, h.m.archived
	return o.Archive != nil && u != nil && !u.began.IsZero() &&
		(int(u.writer.Claims()) >= o.ArchiveClaims || o.Clock().Sub(u.began) >= o.ArchiveEvery)
}

// archive writes the range when it is large or old enough. Where the store of
// the archive fails the range waits: everything in it is in Kafka too.
func (h *handler) archive(ctx context.Context) error {
	o, u := &h.w.o, h.m.archived
	if !h.archiveDue() {
		return nil
	}
	r, err := u.writer.Commit(ctx, archive.End{To: h.m.next, Messages: u.messages, Arrived: u.arrived})
	switch {
	case errors.Is(err, archive.ErrOrder):
		return fmt.Errorf("archive: %w", err)
	case err != nil:
		o.Report(Report{Partition: h.a.Partition, Warning: "归档暂时写不进，稍后再试 the archive cannot be written just now, it will be tried again: " + err.Error()})
		u.began = o.Clock()
		return nil
	case r.To != h.m.next:
		return fmt.Errorf("archive: somebody else has written up to %d", r.To)
	}
	h.m.begin(h.a.Partition, r.To)
	return nil
}
