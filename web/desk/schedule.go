package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/recall"
)

// mostFindings is how many findings the lines of a case are put together from.
// What lies beyond is told lead by lead, never passed over in silence.
const mostFindings = 100_000

// schedule is the evidence of all leads of a case put together, each line once.
type schedule struct {
	Lines []cases.Line
	Found int64      // findings of the leads
	Read  int64      // of them, that the lines come from
	Short []shortRow // leads of which not all were read
}

// shortRow is a lead of which not all findings were read.
type shortRow struct {
	Lead  string `json:"lead"`
	Found int64  `json:"findings"`
	Read  int64  `json:"findings_read"`
}

// schedules keeps those worked out last while the leads stay as they are, so
// that going through the pages of a large one does not read Kafka anew.
type schedules struct {
	mu   sync.Mutex
	kept []keptSchedule // the last used first
}

type keptSchedule struct {
	key string
	s   *schedule
}

// mostSchedules is how many are kept.
const mostSchedules = 8

func (k *schedules) get(key string) *schedule {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.kept, func(x keptSchedule) bool { return x.key == key })
	if i < 0 {
		return nil
	}
	have := k.kept[i]
	k.kept = append([]keptSchedule{have}, slices.Delete(k.kept, i, i+1)...)
	return have.s
}

func (k *schedules) keep(key string, s *schedule) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append([]keptSchedule{{key, s}}, k.kept[:min(len(k.kept), mostSchedules-1)]...)
}

// schedule puts the evidence of all leads of a case together, from every finding
// that stands, not only those that a lead shows. It is not to be changed.
func (d *Desk) schedule(r *http.Request, c *cases.Case) (*schedule, error) {
	leads, err := d.o.Cases.LeadsOf(r.Context(), c.Leads)
	if err != nil {
		return nil, err
	}
	return d.scheduleOf(r.Context(), leads)
}

// scheduleOf is the schedule of leads that were read; an error is one of
// reading their findings from Kafka.
func (d *Desk) scheduleOf(ctx context.Context, leads []cases.Lead) (*schedule, error) {
	key := make([]string, 0, len(leads))
	for i := range leads {
		key = append(key, fmt.Sprint(leads[i].ID, leads[i].Findings, leads[i].Amount, leads[i].Updated))
	}
	if s := d.schedules.get(strings.Join(key, " ")); s != nil {
		return s, nil
	}
	s := &schedule{}
	var shares []cases.Share
	for i := range leads {
		l := &leads[i]
		some, read, fen, err := d.sharesOf(ctx, l, mostFindings-int(s.Read))
		if err != nil {
			return nil, err
		}
		shares = append(shares, some...)
		s.Found += l.Findings
		s.Read += read
		if read != l.Findings || fen != l.Amount { // Kafka is behind, or there are more than are read
			s.Short = append(s.Short, shortRow{l.ID, l.Findings, read})
		}
	}
	s.Lines = cases.Schedule(shares)
	if len(s.Short) == 0 {
		d.schedules.keep(strings.Join(key, " "), s)
	}
	return s, nil
}

// sharesOf reads what the findings of a lead put at risk, at most most of them,
// and gives how many were read and the sum of their amounts in fen, as the lead
// counts them.
func (d *Desk) sharesOf(ctx context.Context, l *cases.Lead, most int) (shares []cases.Share, read, sum int64, err error) {
	names := slices.Collect(maps.Keys(l.Detectors))
	for _, det := range d.o.Detectors {
		if schemeOf(det) == l.Scheme && !slices.Contains(names, det.ID) {
			names = append(names, det.ID)
		}
	}
	cites := slices.Collect(d.o.Cited.Of(names, []string{l.Subject.Kind + "/" + l.Subject.Code}))
	err = d.o.Cited.Each(ctx, cites[:min(len(cites), most)], func(m *kafka.Message) error {
		t, err := tellOf(m.Value)
		if err != nil {
			return fmt.Errorf("a finding of lead %s: %w", l.ID, err)
		}
		if t.Withdrawn {
			return nil // since it was looked up
		}
		read, sum = read+1, sum+t.fen()
		if s, ok := t.share(); ok {
			s.Lead = l.ID
			shares = append(shares, s)
		}
		return nil
	})
	return shares, read, sum, err
}

// ShareOf reads what a finding puts at risk; one that was withdrawn, nothing.
func ShareOf(ctx context.Context, findings *recall.Index, id string) (s cases.Share, ok bool, err error) {
	m, err := findings.Get(ctx, id)
	if errors.Is(err, recall.ErrUnknown) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	t, err := tellOf(m.Value)
	if err != nil {
		return s, false, fmt.Errorf("finding %s: %w", id, err)
	}
	s, ok = t.share()
	return s, ok, nil
}

// tellOf reads a finding as topic findings tells it.
func tellOf(value []byte) (t told, err error) {
	if json.Unmarshal(value, &t) != nil {
		err = errors.New("it cannot be read") // the cause may quote it
	}
	return t, err
}

// fen gives the amount as a lead counts it; one that no number of 64 bits holds
// counts as the most there is, so that its lines are not left out.
func (t *told) fen() int64 {
	fen, err := t.Amount.Int64()
	if err != nil && t.Amount != "" {
		if fen = cases.MaxAmount; strings.HasPrefix(t.Amount.String(), "-") {
			fen = -fen
		}
	}
	return max(-cases.MaxAmount, min(fen, cases.MaxAmount))
}

// share is what a finding puts at risk; false: nothing.
func (t *told) share() (s cases.Share, ok bool) {
	s = cases.Share{Fen: max(0, t.fen()), Pieces: t.Lines}
	if len(s.Pieces) == 0 {
		s.Pieces = t.Settlements
	}
	return s, len(s.Pieces) > 0 && !t.Withdrawn
}

// withVerified adds what was verified and is evidence no more, on the leads it
// rested on then. Neither list is changed.
func withVerified(lines, verified []cases.Line) []cases.Line {
	lines = slices.Clone(lines)
	byID := func(l cases.Line, id string) int { return strings.Compare(l.ID, id) }
	evidence := len(lines)
	for _, v := range verified {
		if _, known := slices.BinarySearchFunc(lines[:evidence], v.ID, byID); !known {
			lines = append(lines, cases.Line{ID: v.ID, AtRisk: v.AtRisk, Leads: v.Leads})
		}
	}
	slices.SortFunc(lines, func(a, b cases.Line) int { return cmp.Compare(a.ID, b.ID) })
	return lines
}

// unverified gives the lines that nobody has verified, and how many were.
func unverified(lines, verified []cases.Line) (left []cases.Line) {
	known := make(map[string]bool, len(verified))
	for i := range verified {
		known[verified[i].ID] = true
	}
	for _, l := range lines {
		if !known[l.ID] {
			left = append(left, l)
		}
	}
	return left
}
