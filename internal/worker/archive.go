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

// unarchived is what the archive has not got yet: ranges that wait until it
// can be written, the oldest first, and the one that is being gathered.
type unarchived struct {
	waiting []*archive.Sealed
	failed  time.Time // when the archive could not be written, zero when it could

	writer   *archive.Writer
	from     int64
	messages int64
	bytes    int64     // of the messages
	arrived  int64     // the latest message, in seconds of the wall clock
	began    time.Time // zero before the first step
}

// archiveBytes is how many bytes of messages end a range whatever else: few
// claims can be large.
const archiveBytes = 256 << 20

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
	since := wall(m.w.o.Clock()) - int64(m.w.o.WindowDays)*86400
	ranges, err := a.Ranges(ctx, partition)
	if err != nil {
		return 0, fmt.Errorf("archive: %w", err)
	}
	for i := range ranges {
		m.partial = m.partial || ranges[i].Claims > 0 && ranges[i].Latest() < since
	}
	end, err := a.Load(ctx, partition, since, func(l *archive.Loaded) error {
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
	u := m.archived
	if u == nil {
		u = &unarchived{}
		m.archived = u
	}
	u.writer, u.from, u.messages, u.bytes, u.arrived, u.began = m.w.o.Archive.Begin(partition, from), from, 0, 0, claim.None64, time.Time{}
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
		u.bytes += int64(len(messages[i].Value))
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

// archiveDue reports whether there is something to do for the archive.
func (h *handler) archiveDue() bool {
	o, u := &h.w.o, h.m.archived
	if o.Archive == nil || u == nil {
		return false
	}
	return h.full(u) || len(u.waiting) > 0 && (u.failed.IsZero() || o.Clock().Sub(u.failed) >= o.ArchiveAgain)
}

// full reports whether the range is large or old enough.
func (h *handler) full(u *unarchived) bool {
	o := &h.w.o
	return h.m.next > u.from && !u.began.IsZero() &&
		(int(u.writer.Claims()) >= o.ArchiveClaims || u.bytes >= archiveBytes || o.Clock().Sub(u.began) >= o.ArchiveEvery)
}

// archive seals the range when it is large or old enough, and writes what is
// sealed. What the archive does not take waits: everything in it is in Kafka too.
// No step may be on its way to the store: the archive holds no more than that.
func (h *handler) archive(ctx context.Context) error {
	u := h.m.archived
	if !h.archiveDue() {
		return nil
	}
	if h.full(u) {
		if err := h.seal(u); err != nil {
			return err
		}
	}
	if !u.failed.IsZero() && h.w.o.Clock().Sub(u.failed) < h.w.o.ArchiveAgain {
		return nil
	}
	_, err := h.deliver(ctx, u)
	return err
}

// seal ends the range and begins the next.
func (h *handler) seal(u *unarchived) error {
	sealed, err := u.writer.Seal(archive.End{To: h.m.next, Messages: u.messages, Arrived: u.arrived})
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	u.waiting = append(u.waiting, sealed)
	h.m.begin(h.a.Partition, h.m.next)
	return nil
}

// deliver writes the ranges that wait. cause is why the archive cannot be
// written just now; err says that it can never be, and memory begins anew.
func (h *handler) deliver(ctx context.Context, u *unarchived) (cause, err error) {
	o := &h.w.o
	for len(u.waiting) > 0 {
		r, err := u.waiting[0].Commit(ctx)
		switch {
		case errors.Is(err, archive.ErrOrder):
			return nil, fmt.Errorf("archive: %w", err)
		case err != nil:
			u.failed = o.Clock()
			if ctx.Err() == nil {
				o.Report(Report{Partition: h.a.Partition, Warning: fmt.Sprintf(
					"归档暂时写不进，%d 段在内存中等待 the archive cannot be written just now, %d ranges wait in memory: %v", len(u.waiting), len(u.waiting), err)})
			}
			return err, nil
		case r.To != u.waiting[0].To():
			return nil, fmt.Errorf("archive: somebody else has written up to %d", r.To)
		}
		u.waiting[0], u.waiting = nil, u.waiting[1:]
	}
	if !u.failed.IsZero() {
		u.failed = time.Time{}
		o.Report(Report{Partition: h.a.Partition, Warning: "归档恢复写入 the archive is written again"})
	}
	return nil, nil
}

// room holds the partition while more waits for the archive than memory is to
// hold. Nothing of a batch was taken in then, and memory stays as it is.
func (h *handler) room(ctx context.Context) error {
	u := h.m.archived
	if u == nil || u.size() <= h.w.o.ArchiveWaiting {
		return nil
	}
	cause, err := h.deliver(ctx, u)
	switch {
	case err != nil:
		err = errors.Join(err, h.settle())
		h.throwAway()
		return fmt.Errorf("partition %d: %w", h.a.Partition, err)
	case cause != nil:
		return &kafka.HoldError{
			ZH:  "归档写不进，等待归档的结算已达上限（archive.waiting_bytes）：暂停处理，恢复后自动继续。",
			EN:  "The archive cannot be written and as much waits for it as may (archive.waiting_bytes): nothing is taken in until it can, then by itself.",
			Err: cause,
		}
	}
	return nil
}

// size is how many bytes wait for the archive.
func (u *unarchived) size() (n int64) {
	for _, s := range u.waiting {
		n += s.Bytes()
	}
	return n
}
