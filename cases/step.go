package cases

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// Step is what a batch of messages of one partition changed.
type Step struct {
	Partition  int
	Generation int64 // of the consumer group: the fence
	// From is the offset the partition must stand at, To the next after the
	// step. From < To.
	From, To int64
	At       time.Time // when the batch was worked on

	Leads    []LeadDelta     // at most one for a subject and scheme
	Findings []FindingChange // at most one for a finding
	Dead     []DeadLetter
	Cases    []Decision       // leads that policy makes cases
	Counters map[string]int64 // differences
}

// LeadDelta is what a step changes in one lead: differences, which add up in
// any order. [Gatherer] makes it from findings.
type LeadDelta struct {
	Subject detectors.Subject
	Scheme  string // F01 to F69, or the number of a detector that belongs to none

	Findings int64 // new less withdrawn
	Amount   int64 // fen, over all findings
	// Union is the difference of fen over distinct lines of evidence. Lines of a
	// person lie in one partition, whose owner knows which are already counted.
	Union     int64
	Detectors map[string]int64 // findings by full name
	Paths     map[string]int64 // findings by path that triage gave them
	Revision  string           // of the policy that gave them; empty: keep
	From, To  map[string]int64 // findings by first and by last day
	Add       []string         // ids of new findings
	Remove    []string         // ids of withdrawn findings
}

// FindingChange is a finding that is new or withdrawn. It goes to topic
// findings under its id.
type FindingChange struct {
	ID        string
	Withdrawn bool
	Value     []byte // the finding as JSON
	// Decision is what triage decided, with its question, reasons and record, as JSON;
	// it goes along as a header. May be empty.
	Decision string
}

// DeadLetter is a message that is no claim.
type DeadLetter struct {
	Topic    string
	Offset   int64  // in the partition of the step
	Kind     string // problem or conflict
	Problems []claim.Problem
	Raw      []byte
}

// Decision makes a case of a lead because policy says so. It has an effect only
// while the lead is new, and once.
type Decision struct {
	Subject  detectors.Subject
	Scheme   string
	Path     string // why, in the words of policy
	Revision string // of the policy
}

// Result tells what became of a step.
type Result struct {
	Next     int64 // the offset the partition stands at
	Repeated bool  // the step was done before; now it had no effect
	Waiting  int64 // messages in the outbox, for back-pressure
}

const (
	maxDelta  = 1e17 // fen in one step: with it, no total of 18 digits overflows
	maxName   = 64   // bytes of a scheme, a path, a counter
	maxCode   = 128  // bytes of the code of a subject
	maxTopics = 249  // bytes Kafka allows in a topic
)

func (s *Step) check() error {
	if s.Partition < 0 || s.Generation < 0 || s.From < 0 || s.From >= s.To {
		return errors.New("a step goes from an offset to a later one, in a partition and generation not below 0")
	}
	leads := map[string]bool{}
	for i := range s.Leads {
		d := &s.Leads[i]
		if err := d.check(); err != nil {
			return err
		}
		k := d.Subject.Kind + "\n" + d.Subject.Code + "\n" + d.Scheme
		if leads[k] {
			return errors.New("a lead comes twice in a step")
		}
		leads[k] = true
	}
	findings := map[string]bool{}
	for i := range s.Findings {
		id := s.Findings[i].ID
		if id == "" || findings[id] {
			return fmt.Errorf("finding %q is without id or comes twice in a step", id)
		}
		findings[id] = true
	}
	for i := range s.Dead {
		if d := &s.Dead[i]; d.Offset < s.From || d.Offset >= s.To || len(d.Topic) > maxTopics {
			return errors.New("a dead letter lies outside its step")
		}
	}
	for i := range s.Cases {
		if err := checkKey(s.Cases[i].Subject, s.Cases[i].Scheme); err != nil {
			return err
		}
	}
	return checkNames(s.Counters)
}

func (d *LeadDelta) check() error {
	if err := checkKey(d.Subject, d.Scheme); err != nil {
		return err
	}
	for _, v := range []int64{d.Findings, d.Amount, d.Union} {
		if v > maxDelta || v < -maxDelta {
			return errors.New("a step changes a lead by more than can be added")
		}
	}
	for _, m := range []map[string]int64{d.Detectors, d.Paths, d.From, d.To} {
		if err := checkNames(m); err != nil {
			return err
		}
	}
	return nil
}

// checkKey keeps names of keys in Redis plain. The error does not hold the
// code: it may be a person's.
func checkKey(s detectors.Subject, scheme string) error {
	if !plain(scheme) || !plain(s.Kind) {
		return fmt.Errorf("scheme %q and kind %q must be letters, digits, - and _", scheme, s.Kind)
	}
	if s.Code == "" || len(s.Code) > maxCode {
		return fmt.Errorf("the code of a subject must have 1 to %d bytes", maxCode)
	}
	return nil
}

func checkNames(m map[string]int64) error {
	for name := range m {
		if !plain(name) {
			return fmt.Errorf("name %q must be letters, digits, - and _, at most %d", name, maxName)
		}
	}
	return nil
}

// plain says whether s can be part of a name.
func plain(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return s != "" && len(s) <= maxName && strings.Trim(s, allowed) == ""
}
