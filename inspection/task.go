package inspection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"fundwatch/clock"
	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
)

// State is what became of an object.
type State string

// The states. Open and Rectify wait for something.
const (
	Pending   State = "open"
	None      State = "none"      // nothing was found (未发现问题)
	Rectify   State = "rectify"   // to be put right by a day (责令限期整改)
	Rectified State = "rectified" // and it was
	Breach    State = "breach"    // a breach was found: for a case (发现违法违规线索)
	Skipped   State = "skipped"   // could not be inspected, for a reason
)

// Task is an object that was drawn, or stepped in, and what became of it.
type Task struct {
	Stratum    string
	Object     draw.Row
	Ticket     string
	Inspectors []draw.Row
	For        string // the object it stands for, where it stepped in
	State      State
	Version    int64  // 0 while nothing was recorded
	Note       string // what was found, or why it was skipped
	Due        string // of Rectify and Rectified, the day to rectify by
	Substitute string // of Skipped, who stepped in, or empty
	Case       string // of Breach, the case it became, or empty
	Who, At    string // who recorded it, and when
}

// ID is that of the object.
func (t *Task) ID() string { return t.Object["id"] }

// Done reports whether nothing is waited for.
func (t *Task) Done() bool { return t.State != Pending && t.State != Rectify }

// Work is what is to be done for a campaign.
type Work struct {
	Campaign Campaign
	Draw     *draw.Draw
	Tasks    []Task // stratum by stratum, drawn objects first
	Waiting  []Wait // substitutes that have not stepped in, by stratum
}

// Wait is a substitute that stands by.
type Wait struct {
	Stratum string
	draw.Turn
}

// Work gives what is to be done for a drawn campaign.
func (s *Store) Work(ctx context.Context, id string) (Work, error) {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return Work{}, err
	}
	d, err := s.DrawOf(ctx, &c)
	if err != nil {
		return Work{}, err
	}
	records, err := s.records(ctx, id)
	if err != nil {
		return Work{}, err
	}
	w := Work{Campaign: c, Draw: d}
	objects, inspectors := byID(d.Commit.Objects), byID(d.Commit.Inspectors)
	rows := func(ids []string) (out []draw.Row) {
		for _, id := range ids {
			out = append(out, inspectors[id])
		}
		return out
	}
	for _, r := range d.Strata {
		for _, o := range r.Drawn {
			t := Task{Stratum: r.Name, Object: objects[o.ID], Ticket: o.Ticket, State: Pending}
			var ids []string
			for _, i := range o.Inspectors {
				ids = append(ids, i.ID)
			}
			t.Inspectors = rows(ids)
			if err := t.take(records[o.ID]); err != nil {
				return w, err
			}
			w.Tasks = append(w.Tasks, t)
		}
		for _, o := range r.Substitutes {
			record := records[o.ID]
			if record == nil {
				w.Waiting = append(w.Waiting, Wait{r.Name, o})
				continue
			}
			t := Task{Stratum: r.Name, Object: objects[o.ID], Ticket: o.Ticket, Inspectors: rows(strings.Split(record["inspectors"], "|")), For: record["for"]}
			if err := t.take(record); err != nil {
				return w, err
			}
			w.Tasks = append(w.Tasks, t)
		}
	}
	return w, nil
}

func byID(t *draw.Table) map[string]draw.Row {
	out := make(map[string]draw.Row, len(t.Rows))
	for _, row := range t.Rows {
		out[row["id"]] = row
	}
	return out
}

// take puts in what was recorded.
func (t *Task) take(h map[string]string) error {
	if h == nil {
		return nil
	}
	r := reading{fields: h}
	t.State, t.Version, t.Note, t.Due, t.Substitute, t.Case = State(h["state"]), r.number("version"), h["note"], h["due"], h["substitute"], h["case"]
	t.Who, t.At = h["who"], h["at"]
	return r.err
}

// records gives what was recorded of a campaign, by object.
func (s *Store) records(ctx context.Context, campaign string) (map[string]map[string]string, error) {
	key := s.journal.Key("inspected:" + campaign)
	ids, err := s.journal.Reader().SMembers(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("read what was recorded: %w", err)
	}
	out := map[string]map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	pipe := s.journal.Reader().Pipeline()
	replies := make([]*redis.MapStringStringCmd, len(ids))
	for i, id := range ids {
		replies[i] = pipe.HGetAll(ctx, key+":"+id)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read what was recorded: %w", err)
	}
	for i, id := range ids {
		out[id] = replies[i].Val()
	}
	return out, nil
}

// Day is the day of inspection, as it was planned and drawn for.
func (w *Work) Day() string { return w.Draw.Commit.Plan.Day }

// Task gives what became of an object, or [ErrMissing].
func (w *Work) Task(object string) (*Task, error) {
	i := slices.IndexFunc(w.Tasks, func(t Task) bool { return t.ID() == object })
	if i < 0 {
		return nil, fmt.Errorf("object %s: %w", object, ErrMissing)
	}
	return &w.Tasks[i], nil
}

// Seen is an object of a campaign as a person saw it.
type Seen struct {
	Campaign, Object string
	Version          int64
}

func (s Seen) name() string { return "campaign:" + s.Campaign + "/" + s.Object }

// Result is what was found.
type Result struct {
	State State
	// N and Unit say how long there is to rectify, counted from the day it is
	// recorded; for Rectify alone.
	N    int
	Unit clock.Unit
}

// EarlyError says that nothing can have been found yet: the day of inspection is
// still to come.
type EarlyError struct{ Day string }

// Error says so to a person.
func (e *EarlyError) Error() string {
	return "检查日未到，自 " + e.Day + " 起记录 the day of inspection is to come: record from " + e.Day
}

// Record records what was found at an object that is open, or that what was to
// be rectified was, from the day of inspection on: before it there is an
// [*EarlyError]. The reason of the act is the note.
func (s *Store) Record(ctx context.Context, seen Seen, found Result, by Act) error {
	if !slices.Contains([]State{None, Rectify, Rectified, Breach}, found.State) {
		return ErrState
	}
	op := journal.Op{"op": "inspectionresult", "campaign": seen.Campaign, "object": seen.Object, "version": decimal(seen.Version), "state": string(found.State), "note": by.Reason}
	if found.State == Rectify {
		due, err := found.due(by)
		if err != nil {
			return err
		}
		op["due"] = due.String()
	}
	w, err := s.Work(ctx, seen.Campaign)
	if err != nil {
		return err
	}
	if _, err := w.Task(seen.Object); err != nil {
		return err
	}
	if day := w.Day(); journal.Stamp(by.At)[:len(day)] < day {
		return &EarlyError{day}
	}
	return s.act(ctx, "inspection."+string(found.State), seen.name(), seen.Version, by, op)
}

// due is the day to rectify by, by the law clock.
func (r *Result) due(by Act) (clock.End, error) {
	from, err := clock.ParseMoment(journal.Stamp(by.At))
	if err != nil {
		return clock.End{}, err
	}
	p := clock.Period{From: from, N: r.N, Unit: r.Unit}
	if p.Check() != nil || r.Unit == clock.Hours {
		return clock.End{}, ErrDue
	}
	return clock.StateCouncil().End(p)
}

// Skip leaves out an object that is open, for the reason of the act. The first
// substitute of its stratum that can have enough inspectors steps in; its id is
// given, or nothing where there is none.
func (s *Store) Skip(ctx context.Context, seen Seen, by Act) (string, error) {
	for range maxRaces {
		w, err := s.Work(ctx, seen.Campaign)
		if err != nil {
			return "", err
		}
		t, err := w.Task(seen.Object)
		if err != nil {
			return "", err
		}
		if t.State == Skipped && t.Version == seen.Version+1 && t.Who == by.Who && t.Note == by.Reason {
			return t.Substitute, nil // sent again
		}
		substitute, inspectors := w.stepsIn(t)
		op := journal.Op{"op": "inspectionskip", "campaign": seen.Campaign, "object": seen.Object, "version": decimal(seen.Version), "note": by.Reason,
			"substitute": substitute, "inspectors": strings.Join(inspectors, "|"), "skips": decimal(w.Campaign.Skips)}
		if err = s.act(ctx, "inspection.skip", seen.name(), seen.Version, by, op); !errors.Is(err, errRaced) {
			return substitute, err
		}
	}
	return "", errRaced
}

// maxRaces is how often other skips of the campaign may be quicker.
const maxRaces = 20

// stepsIn gives who steps in for an object, and who inspects it. The load of
// inspectors is what they have now, without the object that is left out.
func (w *Work) stepsIn(skipped *Task) (substitute string, inspectors []string) {
	load := map[string]int{}
	for i := range w.Tasks {
		if t := &w.Tasks[i]; t != skipped && t.State != Skipped {
			for _, row := range t.Inspectors {
				load[row["id"]]++
			}
		}
	}
	for _, wait := range w.Waiting {
		if wait.Stratum != skipped.Stratum {
			continue
		}
		turns, err := w.Draw.Commit.InspectorsOf(w.Draw.Seed, wait.ID, load)
		if err != nil {
			continue // nobody is left to inspect it
		}
		for _, t := range turns {
			inspectors = append(inspectors, t.ID)
		}
		return wait.ID, inspectors
	}
	return "", nil
}

// File says which case a breach became. It can be said once.
func (s *Store) File(ctx context.Context, seen Seen, caseID string, by Act) error {
	op := journal.Op{"op": "inspectioncase", "campaign": seen.Campaign, "object": seen.Object, "version": decimal(seen.Version), "case": caseID}
	return s.act(ctx, "inspection.case", seen.name(), seen.Version, by, op)
}
