package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/journal"
	"fundwatch/policies"
)

// bodyDecision is the member of a journal line's body that holds a kept
// decision.
const bodyDecision = "decision"

// told is a decision that was kept, and where.
type told struct {
	policies.Kept
	At        string   `json:"at"`
	Kind      string   `json:"kind"` // of the line of the journal; finding for one of topic findings
	Findings  []string `json:"findings,omitempty"`
	Withdrawn int      `json:"withdrawn"` // of the findings
}

// explanation is what was decided about something, and why.
type explanation struct {
	ID        string  `json:"id"`
	What      string  `json:"what"` // finding, lead or case
	Status    string  `json:"status,omitempty"`
	How       string  `json:"how,omitempty"`
	Who       string  `json:"who,omitempty"`
	Reason    string  `json:"reason,omitempty"` // of the person
	Decisions []*told `json:"decisions"`
	Unkept    int     `json:"unkept"` // findings whose decision was not kept, or is not the one of its record
}

var (
	leadName = regexp.MustCompile(`^L[0-9a-f]{20}$`)
	caseName = regexp.MustCompile(`^C[0-9a-f]{20}$`)
)

func (e *env) policyExplainCommand() *cobra.Command {
	var f settingsFlags
	asJSON := false
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "疑点、线索或案件：当时判定了什么，为什么，依据哪些条款 · what was decided about a finding, a lead or a case, and why",
		Args:  exactly(1, "ID"),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), &f, true, func(s *services) error {
				x, err := s.explain(c.Context(), args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.out, x)
				}
				return e.printExplanation(x)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

// explain gathers what was kept about something.
func (s *services) explain(ctx context.Context, id string) (*explanation, error) {
	x := &explanation{ID: id, What: "finding", Decisions: []*told{}}
	findings := []string{id}
	switch {
	case leadName.MatchString(id):
		l, err := s.cases.Lead(ctx, id)
		if err != nil {
			return nil, err
		}
		x.What, x.Status, x.Who, x.Reason = "lead", string(l.Status), l.Decided.Who, l.Decided.Reason
		if findings, err = s.cases.Evidence(ctx, id); err != nil {
			return nil, err
		}
	case caseName.MatchString(id):
		c, err := s.cases.Case(ctx, id)
		if err != nil {
			return nil, err
		}
		x.What, x.Status, x.How, x.Who, x.Reason = "case", string(c.Status), c.How, c.Opened.Who, c.Opened.Reason
		findings = nil
		for _, lead := range c.Leads {
			ids, err := s.cases.Evidence(ctx, lead)
			if err != nil {
				return nil, err
			}
			findings = append(findings, ids...)
		}
	}
	if err := s.explainFindings(ctx, x, findings); err != nil {
		return nil, err
	}
	if x.What == "finding" {
		if len(x.Decisions)+x.Unkept == 0 {
			return nil, fmt.Errorf("%s: %w", id, cases.ErrMissing)
		}
		return x, nil
	}
	err := s.eachKeptLine(ctx, func(l *journal.Line, k policies.Kept, broken error) error {
		switch {
		case l.Object != x.What+":"+id:
		case broken != nil:
			x.Unkept++
		default:
			x.Decisions = append(x.Decisions, &told{Kept: k, At: l.At, Kind: l.Kind})
		}
		return nil
	})
	return x, err
}

// explainFindings puts the decisions about findings together, equal ones once.
func (s *services) explainFindings(ctx context.Context, x *explanation, ids []string) error {
	wanted := make(map[string]*findingRecord, len(ids))
	for _, id := range ids {
		wanted[id] = nil
	}
	err := s.eachFinding(ctx, func(r findingRecord) error {
		was, ok := wanted[r.id]
		switch {
		case !ok:
		case r.withdrawn && was != nil:
			was.withdrawn = true
		case !r.withdrawn:
			wanted[r.id] = &r
		}
		return nil
	})
	if err != nil {
		return err
	}
	same := map[policies.Record]*told{}
	for _, id := range ids {
		r := wanted[id]
		if r == nil {
			if x.What != "finding" {
				x.Unkept++
			}
			continue
		}
		if r.broken != nil {
			x.Unkept++
			continue
		}
		key := policies.Record{Policy: r.kept.Record.Policy, Result: r.kept.Record.Result}
		t := same[key]
		if t == nil {
			t = &told{Kept: r.kept, At: r.at, Kind: "finding"}
			same[key] = t
			x.Decisions = append(x.Decisions, t)
		}
		t.Findings = append(t.Findings, id)
		if r.withdrawn {
			t.Withdrawn++
		}
	}
	slices.SortStableFunc(x.Decisions, func(a, b *told) int { return cmp.Compare(a.Priority, b.Priority) })
	return nil
}

func (e *env) printExplanation(x *explanation) error {
	fmt.Fprintf(e.out, "%s %s", x.What, x.ID)
	for _, more := range []string{x.Status, x.How, x.Who, x.Reason} {
		if more != "" {
			fmt.Fprintf(e.out, "\t%s", more)
		}
	}
	fmt.Fprintln(e.out)
	for _, t := range x.Decisions {
		fmt.Fprintf(e.out, "%s\t%s", t.At, t.Kind)
		if x.What != "finding" && len(t.Findings) > 0 {
			fmt.Fprintf(e.out, "\t%d 条疑点如此判定，例如 (findings decided so, such as) %s", len(t.Findings), t.Findings[0])
		}
		if t.Withdrawn > 0 {
			fmt.Fprintf(e.out, "\t其中已撤回 (withdrawn of them) %d", t.Withdrawn)
		}
		fmt.Fprintln(e.out)
		if err := e.printDecision(&t.Kept); err != nil {
			return err
		}
	}
	if x.Unkept > 0 {
		fmt.Fprintf(e.out, "没有判定记录或记录不符的 %d 条 (without a decision kept, or not the one of its record)\n", x.Unkept)
	}
	return nil
}

// findingRecord is a message of topic findings, with what was kept of its
// decision.
type findingRecord struct {
	id, at    string
	withdrawn bool
	kept      policies.Kept
	broken    error // why there is no decision to be read
}

var errUnkept = errors.New("没有保存判定 no decision was kept")

// eachFinding gives every message of topic findings, in the order of each
// partition.
func (s *services) eachFinding(ctx context.Context, take func(findingRecord) error) error {
	topic := s.topic(cases.TopicFindings)
	n, err := s.kafka.Partitions(ctx, topic)
	if err != nil {
		return err
	}
	for p := range n {
		for m, err := range s.kafka.Messages(ctx, topic, p, -1) {
			if err != nil {
				return err
			}
			if err := take(recordOf(m)); err != nil {
				return err
			}
		}
	}
	return nil
}

func recordOf(m *kafka.Message) findingRecord {
	r := findingRecord{id: string(m.Key), at: journal.Stamp(m.Time), broken: errUnkept}
	for _, h := range m.Headers {
		switch h.Key {
		case cases.HeaderChange:
			r.withdrawn = string(h.Value) == "withdrawn"
		case cases.HeaderDecision:
			r.kept, r.broken = policies.ReadKept(h.Value)
		}
	}
	return r
}

// eachKeptLine gives every line of the journal that holds a decision.
func (s *services) eachKeptLine(ctx context.Context, take func(l *journal.Line, k policies.Kept, broken error) error) error {
	for r, err := range journal.Once(s.journalRecords(ctx)) {
		if err != nil {
			return err
		}
		raw, ok := r.Line.Body[bodyDecision]
		if !ok {
			continue
		}
		k, broken := policies.ReadKept([]byte(raw))
		if err := take(&r.Line, k, broken); err != nil {
			return err
		}
	}
	return nil
}

// replayed is what asking again gave.
type replayed struct {
	Revision string      `json:"revision"` // of the policy asked
	Asked    int         `json:"asked"`
	Same     int         `json:"same"`  // the same answer by the same policy
	Other    int         `json:"other"` // the same answer by another policy
	Unkept   int         `json:"unkept"`
	Differs  []different `json:"differs"`
}

// different is a decision that would be another one today, or that is not what
// its record says.
type different struct {
	Where  string `json:"where"` // id of a finding, or object of a line
	Was    string `json:"was"`   // path; empty where it cannot be read
	Now    string `json:"now"`
	Policy bool   `json:"policy"` // it was another policy
	Why    string `json:"why"`
}

func (e *env) policyReplayCommand() *cobra.Command {
	var f settingsFlags
	asJSON := false
	c := &cobra.Command{
		Use:   "replay",
		Short: "用现行政策重问全部保存的判定，指出不同的 · ask all kept decisions again, tell which differ",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			return withState(c.Context(), &f, true, func(s *services) error {
				out, err := s.replayPolicies(c.Context())
				if err != nil {
					return err
				}
				return e.tellReplayed(out, asJSON)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (s *services) replayPolicies(ctx context.Context) (*replayed, error) {
	engine, _, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	out := &replayed{Revision: engine.Revision(), Differs: []different{}}
	err = s.eachFinding(ctx, func(r findingRecord) error {
		switch {
		case r.withdrawn:
			return nil
		case errors.Is(r.broken, errUnkept):
			out.Unkept++
			return nil
		}
		return out.again(ctx, engine, r.id, &r.kept, r.broken)
	})
	if err != nil {
		return nil, err
	}
	err = s.eachKeptLine(ctx, func(l *journal.Line, k policies.Kept, broken error) error {
		return out.again(ctx, engine, l.Object, &k, broken)
	})
	return out, err
}

// again asks one kept decision again.
func (out *replayed) again(ctx context.Context, engine *policies.Engine, where string, k *policies.Kept, broken error) error {
	out.Asked++
	if broken != nil {
		out.Differs = append(out.Differs, different{Where: where, Why: broken.Error()})
		return nil
	}
	err := engine.Again(ctx, k)
	d, differs := errors.AsType[*policies.Difference](err)
	switch {
	case err == nil:
		out.Same++
	case differs && !d.Result && !d.Input:
		out.Other++
	case differs, errors.Is(err, policies.ErrInput), errors.Is(err, policies.ErrUndefined):
		now := different{Where: where, Was: k.Path, Policy: differs && d.Policy, Why: err.Error()}
		if q, err := k.Question(); err == nil {
			if today, err := engine.Ask(ctx, q); err == nil {
				now.Now = today.Path
			}
		}
		out.Differs = append(out.Differs, now)
	default:
		return err
	}
	return nil
}

func (e *env) tellReplayed(r *replayed, asJSON bool) error {
	if asJSON {
		if err := writeJSON(e.out, r); err != nil {
			return err
		}
	} else {
		for _, d := range r.Differs {
			fmt.Fprintf(e.out, "%s\t%s → %s\t%s\n", d.Where, d.Was, d.Now, d.Why)
		}
		fmt.Fprintf(e.out, "重问 %d 条：相同 %d，政策已改而结果相同 %d，不同 %d；没有保存判定的 %d 条\n"+
			"(asked again; same; same by another policy; different; without a decision kept)\n政策 policy %s\n",
			r.Asked, r.Same, r.Other, len(r.Differs), r.Unkept, r.Revision)
	}
	if len(r.Differs) > 0 {
		return errAnswer
	}
	return nil
}
