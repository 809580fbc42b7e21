package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
)

// Status is where a campaign stands.
type Status string

// The statuses.
const (
	Planned   Status = "planned"
	Committed Status = "committed" // approved by a second person; its hash is public
	Drawn     Status = "drawn"
	Withdrawn Status = "withdrawn"
)

// Campaign is one round of inspections (抽查批次).
type Campaign struct {
	ID         string
	Name       string
	Status     Status
	Version    int64
	Plan       string // JSON, as given
	Objects    string // ids of the libraries
	Inspectors string
	SHA256     string // of the commit
	Seed       string
	DrawSHA256 string // of the bytes of draw.json
	Reason     string // of the withdrawal
	Skips      int64  // how many objects were skipped
	Released   Release

	Steps []Step // planned, committed, drawn or withdrawn, as far as it came
}

// Step is what was done to a campaign last.
type Step struct {
	Status Status
	Who    string
	At     string
}

func parseCampaign(h map[string]string) (Campaign, error) {
	r := reading{fields: h}
	c := Campaign{
		ID: h["id"], Name: h["name"], Status: Status(h["status"]), Version: r.number("version"), Plan: h["plan"], Objects: h["objects"], Inspectors: h["inspectors"],
		SHA256: h["sha256"], Seed: h["seed"], DrawSHA256: h["draw_sha256"], Reason: h["reason"], Skips: r.number("skips"),
		Released: Release{h["released_by"], h["released"], h["results"]},
	}
	for _, status := range []Status{Planned, Committed, Drawn, Withdrawn} {
		if at := h[string(status)]; at != "" {
			c.Steps = append(c.Steps, Step{status, h[string(status)+"_by"], at})
		}
	}
	return c, r.err
}

// Campaign gives a campaign, or [ErrMissing].
func (s *Store) Campaign(ctx context.Context, id string) (Campaign, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("campaign:"+id)).Result()
	if err == nil && len(h) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Campaign{}, fmt.Errorf("campaign %s: %w", id, err)
	}
	return parseCampaign(h)
}

// Campaigns lists campaigns, those planned last first, and gives how many there
// are.
func (s *Store) Campaigns(ctx context.Context, offset, limit int) (total int64, out []Campaign, err error) {
	key := s.journal.Key("campaigns")
	pipe := s.journal.Reader().Pipeline()
	size := pipe.ZCard(ctx, key)
	ids := pipe.ZRevRange(ctx, key, int64(offset), int64(offset+limit)-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list campaigns: %w", err)
	}
	if len(ids.Val()) == 0 {
		return size.Val(), nil, nil
	}
	pipe = s.journal.Reader().Pipeline()
	replies := make([]*redis.MapStringStringCmd, len(ids.Val()))
	for i, id := range ids.Val() {
		replies[i] = pipe.HGetAll(ctx, s.journal.Key("campaign:"+id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("list campaigns: %w", err)
	}
	for _, reply := range replies {
		c, err := parseCampaign(reply.Val())
		if err != nil {
			return 0, nil, fmt.Errorf("list campaigns: %w", err)
		}
		out = append(out, c)
	}
	return size.Val(), out, nil
}

// Plan makes a campaign of a plan and the libraries in force, or changes one
// that is still planned; a new one has no id and version 0. Its error is
// [draw.Problems] where the plan contradicts itself or the libraries, and
// [ErrLibrary] where a library is missing.
func (s *Store) Plan(ctx context.Context, id string, version int64, plan string, by Act) (string, error) {
	if id == "" {
		id, version = "K"+short(s.journal.Region(), "campaign", by.ID), 0
	}
	c := Campaign{ID: id, Plan: plan}
	for kind, to := range map[Kind]*string{Objects: &c.Objects, Inspectors: &c.Inspectors} {
		shelf, err := s.Shelf(ctx, kind)
		if err != nil {
			return "", err
		}
		if *to = shelf.Current; *to == "" {
			return "", fmt.Errorf("library of %s: %w", kind, ErrLibrary)
		}
	}
	commit, err := s.makeCommit(ctx, &c)
	problems, wrong := errors.AsType[draw.Problems](err)
	if err != nil && !wrong {
		return "", err
	}
	if problems = append(unsaid(plan), problems...); len(problems) > 0 {
		return "", problems
	}
	op := journal.Op{"op": "campaignplan", "id": id, "version": decimal(version), "name": commit.Plan.Campaign, "plan": plan, "objects": c.Objects,
		"inspectors": c.Inspectors, "sha256": commit.SHA256()}
	return id, s.act(ctx, "campaign.plan", "campaign:"+id, version, by, op)
}

// unsaid finds what a plan for people must say and one for the command need not.
// What is no plan at all is for the draw to tell.
func unsaid(plan string) (out draw.Problems) {
	var said map[string]any
	if json.Unmarshal([]byte(plan), &said) != nil {
		return nil
	}
	for _, name := range []string{"campaign", "seed_source"} {
		if text, given := said[name]; !given || text == "" {
			out = append(out, draw.Problem{Where: "plan.json " + name, Sentence: "缺少 (missing)"})
		}
	}
	return out
}

// makeCommit works out the commit of a campaign.
func (s *Store) makeCommit(ctx context.Context, c *Campaign) (*draw.Commit, error) {
	objects, err := s.Library(ctx, Objects, c.Objects)
	if err != nil {
		return nil, err
	}
	inspectors, err := s.Library(ctx, Inspectors, c.Inspectors)
	if err != nil {
		return nil, err
	}
	return draw.NewCommit(draw.Source{Name: "objects.csv", Text: objects.Text}, draw.Source{Name: "inspectors.csv", Text: inspectors.Text},
		draw.Source{Name: "plan.json", Text: []byte(c.Plan)})
}

// Commit works out the commit of a campaign. It fails where that does not have
// the hash that was approved.
func (s *Store) Commit(ctx context.Context, c *Campaign) (*draw.Commit, error) {
	commit, err := s.makeCommit(ctx, c)
	if err != nil {
		return nil, err
	}
	if have := commit.SHA256(); have != c.SHA256 {
		return nil, fmt.Errorf("campaign %s: the commit has SHA-256 %s, not %s", c.ID, have, c.SHA256)
	}
	return commit, nil
}

// Officers is how few may carry out an inspection, and the clause that says so.
// The zero value asks for nothing beyond what a plan must say.
type Officers struct {
	Least  int64
	Clause string
}

// OfficersError says that a plan would send too few to an object, or that the
// library has no more whose licences hold on its day.
type OfficersError struct {
	Officers
	Have int64
}

// Error says so to a person.
func (e *OfficersError) Error() string {
	return fmt.Sprintf("执法人员 %d 名，至少须 %d 名（%s） too few inspectors", e.Have, e.Least, e.Clause)
}

// fits refuses what has too few inspectors: such a plan could be made public and
// never be drawn, or not be carried out as the law asks.
func (o *Officers) fits(c *draw.Commit) error {
	have := int64(min(c.Plan.InspectorsPerObject, c.Able()))
	if c.Quota() == 0 || have >= o.Least {
		return nil
	}
	return &OfficersError{*o, have}
}

// Approve commits a campaign: plan and libraries, by the SHA-256 that the person
// was shown, are fixed from now on. Another person than the one who planned it
// does it, else it is [ErrOwn]; with too few inspectors it is an [*OfficersError].
func (s *Store) Approve(ctx context.Context, id string, version int64, sha256 string, least Officers, by Act) error {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return err
	}
	if c.Version == version && c.SHA256 == sha256 { // else the write tells what changed
		commit, err := s.Commit(ctx, &c)
		if err == nil {
			err = least.fits(commit)
		}
		if err != nil {
			return err
		}
	}
	op := journal.Op{"op": "campaigncommit", "id": id, "version": decimal(version), "sha256": sha256}
	return s.act(ctx, "campaign.commit", "campaign:"+id, version, by, op)
}

// Withdraw ends a campaign that was not drawn.
func (s *Store) Withdraw(ctx context.Context, id string, version int64, by Act) error {
	op := journal.Op{"op": "campaignwithdraw", "id": id, "version": decimal(version), "reason": by.Reason}
	return s.act(ctx, "campaign.withdraw", "campaign:"+id, version, by, op)
}

// Draw draws a committed campaign under a seed that was typed twice. It can be
// done once.
func (s *Store) Draw(ctx context.Context, id string, version int64, seed, again string, by Act) error {
	switch {
	case seed == "":
		return ErrSeed
	case seed != again:
		return ErrSeeds
	}
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return err
	}
	commit, err := s.Commit(ctx, &c)
	if err != nil {
		return err
	}
	d, err := commit.Run(seed)
	if err != nil {
		return draw.Problems{{Where: "draw", Sentence: err.Error()}}
	}
	op := journal.Op{"op": "campaigndraw", "id": id, "version": decimal(version), "seed": seed, "draw_sha256": hash(d)}
	return s.act(ctx, "campaign.draw", "campaign:"+id, version, by, op)
}

func hash(d *draw.Draw) string {
	sum := sha256.Sum256(d.Bytes())
	return hex.EncodeToString(sum[:])
}

// mostDraws is how many draws are kept in memory.
const mostDraws = 16

// DrawOf works out the draw of a campaign that was drawn. It fails where that
// does not have the hash of then.
func (s *Store) DrawOf(ctx context.Context, c *Campaign) (*draw.Draw, error) {
	if c.Status != Drawn {
		return nil, fmt.Errorf("campaign %s: %w", c.ID, &StatusError{string(c.Status)})
	}
	s.mu.Lock()
	known := s.draws[c.DrawSHA256]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	commit, err := s.Commit(ctx, c)
	if err != nil {
		return nil, err
	}
	d, err := commit.Run(c.Seed)
	if err != nil {
		return nil, fmt.Errorf("campaign %s: %w", c.ID, err)
	}
	if have := hash(d); have != c.DrawSHA256 {
		return nil, fmt.Errorf("campaign %s: the draw has SHA-256 %s, not %s", c.ID, have, c.DrawSHA256)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.draws) >= mostDraws {
		clear(s.draws)
	}
	s.draws[c.DrawSHA256] = d
	return d, nil
}
