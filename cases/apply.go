package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"fundwatch/internal/journal"
)

// TopicFindings is where findings go, new and withdrawn.
const TopicFindings = "findings"

// Headers of messages of topic findings.
const (
	HeaderChange   = "change" // new or withdrawn
	HeaderDecision = "decision"
)

// worker is who does steps.
const worker = "worker"

// Apply does a step, whole or not at all, in one call of Redis. A step done
// before gives a result with Repeated and no error. It fails with [ErrStale], an
// [*OffsetError], [journal.ErrFull], [ErrLarge], [journal.ErrRebuild],
// what is wrong with the step, or an error of Redis; after the last, apply it
// again.
func (s *Store) Apply(ctx context.Context, step Step) (Result, error) {
	if err := step.check(); err != nil {
		return Result{}, fmt.Errorf("apply step of partition %d: %w", step.Partition, err)
	}
	for range 2 { // again when another process was here since we read the standing
		stand, err := s.standing(ctx, &step)
		if err != nil {
			return Result{}, err
		}
		after, entry, err := s.entry(ctx, &step, stand)
		if err != nil {
			return Result{}, err
		}
		receipt, err := s.journal.Append(ctx, entry)
		if err == nil {
			s.remember(step.Partition, &standing{next: strconv.FormatInt(step.To, 10), set: after.String()})
			return Result{Next: step.To, Waiting: receipt.Waiting}, nil
		}
		s.remember(step.Partition, nil)
		refused, ok := errors.AsType[*journal.Refused](err)
		if !ok {
			return Result{}, fmt.Errorf("apply step of partition %d: %w", step.Partition, err)
		}
		if refused.Reason == "set" {
			continue
		}
		return step.refused(refused)
	}
	return Result{}, fmt.Errorf("apply step of partition %d: another process writes to it", step.Partition)
}

// refused says why a step was refused.
func (s *Step) refused(r *journal.Refused) (Result, error) {
	switch r.Reason {
	case "stale":
		return Result{}, ErrStale
	case "done", "offset":
		have, err := strconv.ParseInt(r.Found, 10, 64)
		if err != nil {
			return Result{}, fmt.Errorf("read offset of partition %d: %w", s.Partition, err)
		}
		if r.Reason == "done" {
			return Result{Next: have, Repeated: true}, nil
		}
		return Result{}, &OffsetError{Partition: s.Partition, Have: have, From: s.From, To: s.To}
	case "negative", "large", "other":
		return Result{}, fmt.Errorf("apply step of partition %d: lead %s: %w", s.Partition, r.Found, leadReasons[r.Reason])
	}
	return Result{}, fmt.Errorf("apply step of partition %d: %w", s.Partition, r)
}

var leadReasons = map[string]error{
	"negative": errors.New("more findings would be withdrawn than there are"),
	"large":    errors.New("its amount is beyond 18 digits of fen"),
	"other":    errors.New("its id belongs to another subject"),
}

// standing gives where the partition stands, from memory where the step begins
// there.
func (s *Store) standing(ctx context.Context, step *Step) (standing, error) {
	s.mu.Lock()
	known, ok := s.parts[step.Partition]
	s.mu.Unlock()
	if ok && known.next == strconv.FormatInt(step.From, 10) {
		return known, nil
	}
	return s.readStanding(ctx, step.Partition)
}

func (s *Store) readStanding(ctx context.Context, partition int) (standing, error) {
	key := s.journal.Key("part:" + strconv.Itoa(partition))
	v, err := s.journal.Reader().HMGet(ctx, key, "next", "set").Result()
	if err != nil {
		return standing{}, fmt.Errorf("read partition %d: %w", partition, err)
	}
	next, _ := v[0].(string)
	set, _ := v[1].(string)
	stand := standing{next: next, set: set}
	s.remember(partition, &stand)
	return stand, nil
}

func (s *Store) remember(partition int, stand *standing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stand == nil {
		delete(s.parts, partition)
		return
	}
	s.parts[partition] = *stand
}

// entry makes the line of a step and the set of findings after it.
func (s *Store) entry(ctx context.Context, step *Step, stand standing) (fingerprint, journal.Entry, error) {
	set, err := parseFingerprint(stand.set)
	if err != nil {
		return set, journal.Entry{}, err
	}
	var announced, withdrawn int64
	for i := range step.Findings {
		if f := &step.Findings[i]; f.Withdrawn {
			set.remove(f.ID)
			withdrawn++
		} else {
			set.add(f.ID)
			announced++
		}
	}
	part := strconv.Itoa(step.Partition)
	op := journal.Op{
		"op": "part", "part": part, "generation": decimal(step.Generation), "from": decimal(step.From), "to": decimal(step.To),
		"was": stand.set, "set": set.String(),
	}
	by := counts(map[string]int64{"findings": announced - withdrawn, "announced": announced, "withdrawn": withdrawn, "dead": int64(len(step.Dead))})
	put(op, "by", by)

	ops, err := s.stepOps(ctx, step)
	if err != nil {
		return set, journal.Entry{}, err
	}
	e := journal.Entry{
		Chain: "p" + part, At: step.At, Kind: "step", Object: "part:" + part, Version: step.To, Who: worker,
		Ops: append([]journal.Op{op}, ops...), Bounded: true,
	}
	if e.Out, err = s.messages(step); err != nil {
		return set, e, err
	}
	e.Body = map[string]string{"messages": strconv.Itoa(len(e.Out))}
	if len(e.Out) > 0 {
		e.Body["sha256"] = digestMessages(e.Out)
	}
	return set, e, nil
}

// stepOps are the operations of a step after that of its partition.
func (s *Store) stepOps(ctx context.Context, step *Step) (ops []journal.Op, err error) {
	for i := range step.Leads {
		op := s.leadOp(&step.Leads[i])
		if err := s.removeEvidence(ctx, op, step.Leads[i].Remove); err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	for i := range step.Cases {
		d := &step.Cases[i]
		lead := s.LeadID(d.Subject, d.Scheme)
		ops = append(ops, journal.Op{
			"op": "decide", "lead": lead, "case": caseID(s.journal.Region(), lead, "decision"), "path": d.Path, "revision": d.Revision, "status": string(Opened),
		})
	}
	if len(step.Dead) > 0 {
		letters := map[string]string{}
		for i := range step.Dead {
			d := &step.Dead[i]
			letters[decimal(d.Offset)] = string(d.short(step))
		}
		ops = append(ops, journal.Op{"op": "dead", "part": strconv.Itoa(step.Partition), "cap": strconv.Itoa(s.caps.Dead), "letters": letters})
	}
	if by := counts(step.Counters); len(by) > 0 {
		ops = append(ops, journal.Op{"op": "count", "by": by})
	}
	return ops, nil
}

func (s *Store) leadOp(d *LeadDelta) journal.Op {
	op := journal.Op{
		"op": "lead", "id": s.LeadID(d.Subject, d.Scheme), "kind": d.Subject.Kind, "code": d.Subject.Code, "scheme": d.Scheme,
		"findings": decimal(d.Findings), "amount": decimal(d.Amount), "union": decimal(d.Union), "cap": strconv.Itoa(s.caps.Evidence),
	}
	put(op, "detectors", counts(d.Detectors))
	put(op, "paths", counts(d.Paths))
	put(op, "from", counts(d.From))
	put(op, "to", counts(d.To))
	if d.Revision != "" {
		op["revision"] = d.Revision
	}
	// Of more than the cap, the first are all that can stay: a flood of findings
	// costs neither Redis nor the journal more than this.
	if add := slices.Compact(slices.Sorted(slices.Values(d.Add))); len(add) > 0 {
		op["add"] = add[:min(len(add), s.caps.Evidence)]
	}
	return op
}

// removeEvidence says which ids no longer are evidence. Of more than the cap
// only those that are shown matter, and this costs a call: no other partition
// can show these ids meanwhile.
func (s *Store) removeEvidence(ctx context.Context, op journal.Op, remove []string) error {
	remove = slices.Compact(slices.Sorted(slices.Values(remove)))
	if len(remove) > s.caps.Evidence {
		shown, err := s.Evidence(ctx, fmt.Sprint(op["id"]))
		if err != nil {
			return err
		}
		remove = slices.DeleteFunc(shown, func(id string) bool {
			_, gone := slices.BinarySearch(remove, id)
			return !gone
		})
	}
	if len(remove) > 0 {
		op["remove"] = remove
	}
	return nil
}

// messages are what a step sends to Kafka besides its record.
func (s *Store) messages(step *Step) ([]journal.Message, error) {
	out := make([]journal.Message, 0, len(step.Dead)+len(step.Findings))
	for i := range step.Dead {
		value, err := step.Dead[i].appendJSON(nil, step)
		if err != nil {
			return nil, err
		}
		out = append(out, journal.Message{Topic: TopicDead, Key: step.Dead[i].key(step), Value: value})
	}
	for i := range step.Findings {
		f := &step.Findings[i]
		headers := map[string]string{HeaderChange: "new"}
		if f.Withdrawn {
			headers[HeaderChange] = "withdrawn"
		}
		if f.Decision != "" {
			headers[HeaderDecision] = f.Decision
		}
		out = append(out, journal.Message{Topic: TopicFindings, Key: f.ID, Value: f.Value, Headers: headers})
	}
	return out, nil
}

// digestMessages binds the messages of a step to its line: SHA-256 over topic,
// key and value of each, every part after its length.
func digestMessages(out []journal.Message) string {
	sum := sha256.New()
	for i := range out {
		for _, part := range [][]byte{[]byte(out[i].Topic), []byte(out[i].Key), out[i].Value} {
			_, _ = io.WriteString(sum, strconv.Itoa(len(part))+":") // a hash never fails
			_, _ = sum.Write(part)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func decimal(v int64) string { return strconv.FormatInt(v, 10) }

// counts writes differences as texts and leaves out what does not change.
func counts(m map[string]int64) map[string]string {
	out := map[string]string{}
	for name, v := range m {
		if v != 0 {
			out[name] = decimal(v)
		}
	}
	return out
}

// put sets a member that is not empty.
func put(op journal.Op, name string, v map[string]string) {
	if len(v) > 0 {
		op[name] = v
	}
}
