package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// Digest hashes what findings became, leaving out everything that depends on
// how messages fell into batches or on when they were worked on: times,
// versions, which evidence a lead shows. So it is the same for a calm run and
// for one with crashes, repeats and changing owners. It holds the set of all
// findings, leads that have any or that a person decided on, cases, dead
// letters and counters. Nobody may write meanwhile. Whether a rebuilt state is
// equal in everything is for [fundwatch/internal/journal.Digest].
func (s *Store) Digest(ctx context.Context) (string, error) {
	sum := sha256.New()
	for _, part := range []func(context.Context, io.Writer) error{s.digestPartitions, s.digestLeads, s.digestCases} {
		if err := part(ctx, sum); err != nil {
			return "", fmt.Errorf("digest of cases: %w", err)
		}
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// digestPage is how many leads, cases or letters are read at a time.
const digestPage = 1000

func write(to io.Writer, v ...any) error { return json.NewEncoder(to).Encode(v) }

func (s *Store) digestPartitions(ctx context.Context, to io.Writer) error {
	parts, err := s.Partitions(ctx)
	if err != nil {
		return err
	}
	var set fingerprint
	var findings int64
	for i := range parts {
		p := &parts[i]
		f, err := parseFingerprint(p.Set)
		if err != nil {
			return err
		}
		set.join(f)
		findings += p.Findings
		if err := write(to, "partition", p.Partition, p.Next, p.Dead); err != nil {
			return err
		}
		for below := int64(0); ; {
			letters, err := s.DeadLetters(ctx, p.Partition, below, digestPage)
			if err != nil {
				return err
			}
			for i := range letters {
				l := &letters[i]
				if err := write(to, "dead", l.Topic, l.Offset, l.Kind, l.Problems, l.More); err != nil {
					return err
				}
				below = l.Offset
			}
			if len(letters) < digestPage || below == 0 {
				break
			}
		}
	}
	counters, err := s.Counters(ctx)
	if err != nil {
		return err
	}
	for name, v := range counters {
		if v == 0 {
			delete(counters, name)
		}
	}
	return write(to, "findings", findings, set.String(), counters)
}

func (s *Store) digestLeads(ctx context.Context, to io.Writer) error {
	// Leads come in the order of amounts and then of ids, which is their own.
	for offset := 0; ; offset += digestPage {
		page, err := s.Leads(ctx, Query{Offset: offset, Limit: digestPage})
		if err != nil {
			return err
		}
		for i := range page.Leads {
			l := &page.Leads[i]
			if l.Findings == 0 && l.Case == "" && l.Decided.Who == "" {
				continue // a finding that came and went in one batch made none
			}
			err := write(to, "lead", l.ID, l.Subject, l.Scheme, l.Status, l.Findings, l.Amount, l.Union, l.First, l.Last, l.Detectors, l.Paths)
			if err != nil {
				return err
			}
		}
		if len(page.Leads) < digestPage {
			return nil
		}
	}
}

func (s *Store) digestCases(ctx context.Context, to io.Writer) error {
	seen := map[string]string{}
	for offset := 0; ; offset += digestPage {
		_, cases, err := s.Cases(ctx, offset, digestPage)
		if err != nil {
			return err
		}
		for i := range cases {
			c := &cases[i]
			if c.Check != nil {
				seen[c.Check.name()] += string(c.Status) + fmt.Sprint(c.Leads)
				continue
			}
			if c.Tip != nil {
				seen[c.Tip.name()] += string(c.Status) + fmt.Sprint(c.Leads)
				continue
			}
			seen[fmt.Sprint(c.Leads)] += strconv.Itoa(len(c.Leads)) + c.How + string(c.Status)
		}
		if len(cases) < digestPage {
			return write(to, "cases", seen) // maps are written sorted
		}
	}
}
