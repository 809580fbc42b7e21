package blacklist

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"fundwatch/blacklist/edition"
	"fundwatch/internal/journal"
)

// InForce is the edition that the store knows as the last one; N 0: none.
type InForce struct {
	N         int64
	Day, Hash string
}

// InForce gives the last edition.
func (s *Store) InForce(ctx context.Context) (InForce, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("lists")).Result()
	if err != nil || h["edition"] == "" {
		return InForce{}, err
	}
	n, err := strconv.ParseInt(h["edition"], 10, 64)
	return InForce{n, h["day"], h["hash"]}, err
}

// ErrBehind says that a folder lacks editions that the journal tells of.
var ErrBehind = errors.New("名单文件夹缺少日志中已有的期数，请恢复文件夹 the folder lacks editions that the journal tells of: restore it")

// Expire ends listings whose time of publication is over on the day of the act.
func (s *Store) Expire(ctx context.Context, by Act) error {
	for _, status := range []Status{Listed, Review} {
		_, all, err := s.Listings(ctx, status, 0, 0)
		if err != nil {
			return err
		}
		for _, l := range all {
			if l.MostDay >= by.day() {
				continue
			}
			one := by
			one.ID, one.Reason = by.ID+"-"+l.ID, "公布期满 the time of publication is over"
			if err := s.Do(ctx, Order{Listing: l.ID, Version: l.Version, Action: ActionExpire}, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// Rule is by what an edition is made.
type Rule struct {
	Ask   Ask    // policy, about each record
	Shown string // digest of what was shown, see [NextDigest]; empty: nothing was
}

// Publish makes the next edition of what is listed and policy lets through, in a
// folder and then in the journal. Where it was stopped between the two, the next
// call finds the edition in the folder and notes it, without the decisions of
// policy; where nothing else changes, that is all. The same act sent again makes no
// other edition. Problems are those of [edition.Publish]. It fails with
// [ErrUnasked] or [ErrShown].
func (s *Store) Publish(ctx context.Context, folder edition.Folder, key *edition.Key, by Act, rule Rule) (*edition.Published, []edition.Problem, error) {
	if err := by.check(); err != nil {
		return nil, nil, err
	}
	if rule.Ask == nil {
		return nil, nil, ErrUnasked
	}
	if p, err := s.noted(ctx, by, made); p != nil || err != nil {
		return p, nil, err
	}
	if rule.Shown != "" {
		all, err := s.Next(ctx, by.day(), rule.Ask)
		if err != nil {
			return nil, nil, err
		}
		if NextDigest(all) != rule.Shown {
			// This act may have noted what it found, with which what left is gone.
			if p, err := s.noted(ctx, by, found); p != nil || err != nil {
				return p, nil, err
			}
			return nil, nil, ErrShown
		}
	}
	before, err := s.adopt(ctx, folder, by, found, "")
	if err != nil {
		return nil, nil, err
	}
	if err := s.Expire(ctx, by); err != nil {
		return nil, nil, err
	}
	all, err := s.Next(ctx, by.day(), rule.Ask)
	if err != nil {
		return nil, nil, err
	}
	kept, err := keptOf(all)
	if err != nil {
		return nil, nil, err
	}
	want, err := s.wanted(ctx, before, all, by.day())
	if err != nil {
		return nil, nil, err
	}
	p, problems, err := edition.Publish(folder, key, want)
	if err == nil && len(problems) == 1 && problems[0].File == edition.InList { // nothing changes
		if p, err := s.noted(ctx, by, found); p != nil || err != nil {
			return p, nil, err
		}
	}
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	_, err = s.adopt(ctx, folder, by, made, kept)
	return p, nil, err
}

// How an act notes an edition: as the one it made, or as one that it found in the
// folder, whoever was stopped there.
const (
	made  = "-edition-"
	found = "-found-"
)

// noted is the last edition, where this act noted it so; nil where it did not.
func (s *Store) noted(ctx context.Context, by Act, how string) (*edition.Published, error) {
	last, err := s.InForce(ctx)
	if err != nil {
		return nil, err
	}
	done, err := s.journal.Done(ctx, by.ID+how+decimal(last.N))
	if !done || err != nil {
		return nil, err
	}
	return &edition.Published{Entry: edition.Entry{Edition: int(last.N), Day: last.Day, List: last.Hash}}, nil
}

// adopt notes in the journal the edition that a folder ends with, when the
// journal does not know it yet, with the decisions of policy on which it was
// made, and gives its records.
func (s *Store) adopt(ctx context.Context, folder fs.FS, by Act, how, decisions string) ([]edition.Record, error) {
	have, err := s.InForce(ctx)
	if err != nil {
		return nil, err
	}
	report, records, err := edition.Last(folder)
	if err != nil {
		return nil, err
	}
	var last edition.Entry
	if report != nil {
		last = report.Editions[len(report.Editions)-1]
	}
	switch n := int64(last.Edition); {
	case n < have.N || n == have.N && n > 0 && last.List != have.Hash:
		return nil, ErrBehind
	case n == have.N:
		return records, nil
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	by.ID += how + strconv.Itoa(last.Edition)
	op := journal.Op{"op": "edition", "n": strconv.Itoa(last.Edition), "day": last.Day, "hash": last.List, "ids": ids}
	err = s.write(ctx, line{"list.edition", "edition:" + strconv.Itoa(last.Edition), 1, map[string]string{bodyDecisions: decisions}}, by, op)
	if refused, ok := errors.AsType[*journal.Refused](err); ok && refused.Reason == "edition" {
		err = nil // another process noted it
	}
	return records, err
}

// wanted is the next edition of what policy lets through, with the reason of
// each record that goes.
func (s *Store) wanted(ctx context.Context, before []edition.Record, all []Judged, day string) (edition.Wanted, error) {
	want := edition.Wanted{Day: day}
	judged := map[string]*Judged{}
	for i := range all {
		j := &all[i]
		judged[j.Listing.ID] = j
		if j.In() {
			r, problems := j.record()
			want.Records, want.Problems = append(want.Records, r), append(want.Problems, problems...)
		}
	}
	for _, r := range before {
		j := judged[r.ID]
		switch {
		case j != nil && j.In():
			continue
		case j != nil && j.Listing.Status != Leaving:
			want.Removals = append(want.Removals, edition.Removal{ID: r.ID, Reason: j.goneFor(), Day: day})
			continue
		}
		l, err := s.Listing(ctx, r.ID)
		if errors.Is(err, ErrMissing) {
			return want, fmt.Errorf("%s: %w", r.ID, err)
		}
		if err != nil {
			return want, err
		}
		want.Removals = append(want.Removals, edition.Removal{ID: l.ID, Reason: leftReason[l.LeftBy], Day: l.Left})
	}
	return want, nil
}

// leftReason is what the public is told of why a record went; what staff wrote
// stays inside.
var leftReason = map[Action]string{
	ActionWithdraw: "异议成立 objection upheld", ActionRepair: "信用修复 repaired", ActionExpire: "公布期满 time of publication over", ActionRevoke: "依据撤销 ground revoked",
}
