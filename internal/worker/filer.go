package worker

import (
	"context"
	"fmt"
	"time"

	"fundwatch/cases"
)

// Filed is the partition number under which the store keeps the steps of a
// Filer: none of Kafka's.
const Filed = 1_000_000

// FilerStore is what a Filer needs of [cases.Store].
type FilerStore interface {
	Store
	Leads(ctx context.Context, q cases.Query) (cases.Page, error)
}

// Filer makes cases of the leads for which policy says so, once their findings
// have stood for a while: a refund that comes an hour later takes the ground of
// many away.
type Filer struct {
	Store FilerStore
	// Stand is how long a lead must not have changed.
	Stand time.Duration
	Clock func() time.Time
}

// casePath is the path of triage that opens a case.
const casePath = "case"

// atATime is how many leads are read together.
const atATime = 200

// Once makes the cases that are due and gives their number. It may run
// anywhere, any number of times: a case is opened only while its lead is new,
// and once.
func (f *Filer) Once(ctx context.Context) (opened int, err error) {
	now := f.Clock()
	var due []cases.Decision
	for offset := 0; ; offset += atATime {
		page, err := f.Store.Leads(ctx, cases.Query{Statuses: []cases.Status{cases.New}, Offset: offset, Limit: atATime})
		if err != nil {
			return 0, fmt.Errorf("leads that are due: %w", err)
		}
		for _, l := range page.Leads {
			changed, err := l.Changed()
			if err != nil {
				return 0, fmt.Errorf("lead %s: %w", l.ID, err)
			}
			if l.Paths[casePath] > 0 && now.Sub(changed) >= f.Stand {
				due = append(due, cases.Decision{Subject: l.Subject, Scheme: l.Scheme, Path: casePath, Revision: l.Revision})
			}
		}
		if len(page.Leads) < atATime {
			break
		}
	}
	if len(due) == 0 {
		return 0, nil
	}
	next, err := f.Store.Fence(ctx, Filed, 0, now)
	if err != nil {
		return 0, fmt.Errorf("open cases: %w", err)
	}
	next = max(next, 0)
	if _, err := f.Store.Apply(ctx, cases.Step{Partition: Filed, From: next, To: next + 1, At: now, Cases: due}); err != nil {
		return 0, fmt.Errorf("open cases: %w", err)
	}
	return len(due), nil
}
