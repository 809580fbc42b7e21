package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"fundwatch/internal/accounts"
)

// Files keeps what takes long to make until it is taken. Names are letters,
// digits and a point.
type Files interface {
	Create(name string) (io.WriteCloser, error)
	Open(name string) (io.ReadCloser, error)
	Remove(name string) error // what is not there is no error
	// Scratch is a folder for what is needed meanwhile.
	Scratch() string
}

const (
	exportLasts    = 2 * time.Hour  // how long a workbook can be taken
	exportRemember = 24 * time.Hour // how long the list tells of it
	mostExports    = 3              // of a user that wait, are made or can be taken
	mostJobs       = 30             // of all users
)

// States of an export.
const (
	jobWaiting   = "waiting"
	jobRunning   = "running"
	jobReady     = "ready"
	jobFailed    = "failed"
	jobCancelled = "cancelled"
	jobEnded     = "ended" // it was ready, and its time is over
)

// exportJob is a workbook that is made in the background. It belongs to a user
// as they were when they asked for it: what may be seen by somebody with other
// rights is not known any more.
type exportJob struct {
	id     string
	user   accounts.User
	visit  visit
	query  LeadQuery
	state  string
	total  int // 0: not known yet
	rows   int
	size   int64
	begun  time.Time // when it was asked for
	until  time.Time // when it can no longer be taken
	cancel context.CancelFunc
}

// exports are the jobs of this process. They and their files end with it.
type exports struct {
	mu   sync.Mutex
	jobs map[string]*exportJob
}

var (
	errExports    = &problem{status: http.StatusConflict, code: "exports-many"}
	errExportGone = &problem{status: http.StatusGone, code: "export-gone"}
	errExportWait = &problem{status: http.StatusConflict, code: "export-waiting"}
)

func (j *exportJob) file() string { return j.id + ".xlsx" }

// open reports whether the job holds, or will hold, a file.
func (j *exportJob) open() bool {
	return j.state == jobWaiting || j.state == jobRunning || j.state == jobReady
}

// ask puts a job into the line. The same act by the same user is the same job.
func (x *exports) ask(act string, v *visit, q LeadQuery, now time.Time) (string, error) {
	sum := sha256.Sum256([]byte(v.user.ID + "\n" + act))
	j := &exportJob{id: "X" + hex.EncodeToString(sum[:10]), user: *v.user, query: q, state: jobWaiting, begun: now, cancel: func() {}}
	j.visit = visit{lang: v.lang, user: &j.user}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.jobs[j.id] != nil {
		return j.id, nil
	}
	all, own := 0, 0
	for _, other := range x.jobs {
		if other.open() {
			all++
			if other.user.ID == j.user.ID {
				own++
			}
		}
	}
	if own >= mostExports || all >= mostJobs {
		return "", errExports
	}
	x.jobs[j.id] = j
	return j.id, nil
}

// of lists the jobs of a user with these rights, the last first.
func (x *exports) of(u *accounts.User) (out []exportJob) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, j := range x.jobs {
		if j.user.ID == u.ID && j.user.Version == u.Version {
			out = append(out, *j)
		}
	}
	slices.SortFunc(out, func(a, b exportJob) int { return cmp.Or(b.begun.Compare(a.begun), cmp.Compare(a.id, b.id)) })
	return out
}

// get gives a job of a user; whoever's rights have changed has none.
func (x *exports) get(u *accounts.User, id string) (exportJob, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	j := x.jobs[id]
	if j == nil || j.user.ID != u.ID || j.user.Version != u.Version {
		return exportJob{}, errNothing
	}
	return *j, nil
}

// next takes the job that has waited longest.
func (x *exports) next(cancel context.CancelFunc) (next *exportJob) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, j := range x.jobs {
		if j.state == jobWaiting && (next == nil || cmp.Or(j.begun.Compare(next.begun), cmp.Compare(j.id, next.id)) < 0) {
			next = j
		}
	}
	if next != nil {
		next.state, next.cancel = jobRunning, cancel
	}
	return next
}

// tell changes a job, if it is still in a state.
func (x *exports) tell(id, from string, change func(*exportJob)) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	j := x.jobs[id]
	if j == nil || j.state != from {
		return false
	}
	change(j)
	return true
}

// stop ends a job and reports whether its file is to be removed.
func (x *exports) stop(id string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	j := x.jobs[id]
	if j == nil || !j.open() {
		return false
	}
	ready := j.state == jobReady
	j.cancel()
	j.state = jobCancelled
	return ready
}

// Run makes exports and removes those whose time is over, until ctx ends; then
// it removes all of them and ends live pages. pause waits before it looks
// again, and gives false when ctx has ended.
func (d *Desk) Run(ctx context.Context, pause func(context.Context) bool) {
	defer close(d.streams.closed)
	var both sync.WaitGroup
	both.Go(func() {
		for ctx.Err() == nil && (d.exportNext(ctx) || pause(ctx)) {
		}
	})
	both.Go(func() {
		for ctx.Err() == nil && pause(ctx) {
			d.tidy(d.now())
		}
	})
	both.Wait()
	d.tidy(d.now().Add(exportRemember + exportLasts))
}

// tidy removes the files whose time is over, and forgets jobs that nobody needs
// to be told of any more.
func (d *Desk) tidy(now time.Time) {
	x := &d.exports
	x.mu.Lock()
	defer x.mu.Unlock()
	for id, j := range x.jobs {
		if j.state == jobReady && !now.Before(j.until) {
			if err := d.o.Files.Remove(j.file()); err != nil {
				d.o.Failed("exports", err)
				continue // tried again
			}
			j.state = jobEnded
		}
		if !j.open() && now.Sub(j.begun) > exportRemember {
			delete(x.jobs, id)
		}
	}
}

// exportNext makes the next workbook; false: none waits.
func (d *Desk) exportNext(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	j := d.exports.next(cancel)
	if j == nil {
		return false
	}
	size, err := d.export(ctx, j)
	ready := err == nil && d.exports.tell(j.id, jobRunning, func(j *exportJob) {
		j.state, j.size, j.until = jobReady, size, d.now().Add(exportLasts)
	})
	if ready {
		return true
	}
	if err != nil && ctx.Err() == nil {
		d.o.Failed("exports", err)
	}
	d.exports.tell(j.id, jobRunning, func(j *exportJob) { j.state = jobFailed })
	if err := d.o.Files.Remove(j.file()); err != nil {
		d.o.Failed("exports", err)
	}
	return true
}

// export makes a workbook with the eyes of whoever asked for it, and writes
// down that it was made before it can be taken.
func (d *Desk) export(ctx context.Context, j *exportJob) (int64, error) {
	r := (&http.Request{}).WithContext(context.WithValue(ctx, visitKey{}, &j.visit))
	refs, err := d.choose(r, j.query, j.query.statuses())
	if err != nil {
		return 0, err
	}
	told := func(rows int) {
		d.exports.tell(j.id, jobRunning, func(j *exportJob) { j.total, j.rows = len(refs), rows })
	}
	told(0)
	b, err := d.newWorkbook(&j.visit, j.query, len(refs))
	if err != nil {
		return 0, err
	}
	defer b.close()
	if err := b.addAll(r, refIDs(refs), told); err != nil {
		return 0, err
	}
	f, err := d.o.Files.Create(j.file())
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	out := &counting{w: f, ctx: ctx}
	if err := errors.Join(b.writeTo(out), f.Close()); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return out.n, d.noteExport(r, "leads.export", j.query, len(refs))
}

// counting counts what is written, until ctx ends.
type counting struct {
	w   io.Writer
	ctx context.Context
	n   int64
}

func (c *counting) Write(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
