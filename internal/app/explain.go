package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/journal"
	"fundwatch/policies"
)

// bodyDecision is the member of a journal line's body that holds a kept
// decision.
const bodyDecision = "decision"

// bodyDecisions is the member of the body of an edition's line: the decisions
// about its records, see [blacklist.KeptDecision].
const bodyDecisions = "decisions"

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
	What      string  `json:"what"` // finding, lead, case or listing
	Status    string  `json:"status,omitempty"`
	How       string  `json:"how,omitempty"`
	Who       string  `json:"who,omitempty"`
	Reason    string  `json:"reason,omitempty"` // of the person
	Decisions []*told `json:"decisions"`
	Unkept    int     `json:"unkept"` // findings whose decision was not kept, or is not the one of its record
}

var (
	leadName    = regexp.MustCompile(`^L[0-9a-f]{20}$`)
	caseName    = regexp.MustCompile(`^C[0-9a-f]{20}$`)
	listingName = regexp.MustCompile(`^B[0-9a-f]{20}$`)
	entryName   = regexp.MustCompile(`^R[0-9a-f]{20}$`)
)

func (e *env) policyExplainCommand() *cobra.Command {
	var f settingsFlags
	asJSON := false
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "疑点、线索、案件、名单记录：当时判定了什么，为什么，依据哪些条款 · what was decided about a finding, a lead, a case or a listing, and why",
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
	if listingName.MatchString(id) || entryName.MatchString(id) {
		return s.explainListing(ctx, x)
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
	return x, s.explainLines(ctx, x, x.What+":"+id)
}

// explainListing tells what was decided about a listing, or that of an entry.
func (s *services) explainListing(ctx context.Context, x *explanation) (*explanation, error) {
	id := x.ID
	if entryName.MatchString(id) {
		if _, err := s.lists.Entry(ctx, id); err != nil {
			return nil, err
		}
		id = blacklist.ListingOf(id)
	}
	l, err := s.lists.Listing(ctx, id)
	if err != nil {
		return nil, err
	}
	x.ID, x.What, x.Status, x.Who = id, "listing", string(l.Status), l.Proposer
	return x, s.explainLines(ctx, x, "listing:"+id)
}

// explainLines adds the decisions of the journal about an object.
func (s *services) explainLines(ctx context.Context, x *explanation, object string) error {
	return s.eachKeptLine(ctx, func(l *journal.Line, k keptLine) error {
		switch {
		case !slices.Contains(k.objects, object):
		case k.broken != nil:
			x.Unkept++
		default:
			x.Decisions = append(x.Decisions, &told{Kept: k.Kept, At: l.At, Kind: l.Kind})
		}
		return nil
	})
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

// keptLine is a decision of a line of the journal, and what it is about.
type keptLine struct {
	policies.Kept
	objects []string
	broken  error // why it cannot be read
}

// eachKeptLine gives every decision that lines of the journal hold.
func (s *services) eachKeptLine(ctx context.Context, take func(*journal.Line, keptLine) error) error {
	for r, err := range journal.Once(s.journalRecords(ctx)) {
		if err != nil {
			return err
		}
		for _, k := range keptIn(&r.Line) {
			if err := take(&r.Line, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// keptIn gives the decisions that a line holds.
func keptIn(l *journal.Line) (out []keptLine) {
	add := func(raw []byte, objects ...string) {
		k, broken := policies.ReadKept(raw)
		out = append(out, keptLine{k, objects, broken})
	}
	if raw, ok := l.Body[bodyDecision]; ok {
		add([]byte(raw), l.Object)
	}
	raw, ok := l.Body[bodyDecisions]
	if !ok {
		return out
	}
	var all []blacklist.KeptDecision
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		return append(out, keptLine{objects: []string{l.Object}, broken: fmt.Errorf("%w: %w", policies.ErrKept, err)})
	}
	for _, d := range all {
		objects := []string{l.Object}
		for _, id := range d.Records {
			objects = append(objects, "listing:"+id)
		}
		add(d.Decision, objects...)
	}
	return out
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
	err = s.eachKeptLine(ctx, func(l *journal.Line, k keptLine) error {
		return out.again(ctx, engine, l.Object, &k.Kept, k.broken)
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
