package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fundwatch/inspection/draw"
	"fundwatch/internal/journal"
)

// Rule says what of campaigns is public besides the hashes and the seed. No text
// that was read sets it, so that its zero value publishes nothing more.
type Rule struct {
	Objects bool // drawn objects and files, once they are drawn
	Results bool // the same and what was found, once that was approved
	Basis   string
}

// Published is what everybody may know of a campaign. It names no inspector.
type Published struct {
	ID         string
	Name       string
	Status     Status // committed, drawn, or withdrawn after it was committed
	Day        string // of the plan
	SeedSource string
	SHA256     string // of the commit, public before there is a seed
	Steps      []Step // without who
	Seed       string
	DrawSHA256 string
	Open       bool // objects are public
	Results    bool // and so is what was found
	Files      bool // commit.json and draw.json are public
	Objects    []PublishedObject

	draw *draw.Draw
}

// PublishedObject is an object that was drawn or stepped in.
type PublishedObject struct {
	Stratum, ID, Name, Ticket string
	For                       string // the object it stands for
	State                     State  // empty while results are not public
	Due                       string // of what is, or was, to be rectified
}

// Release is that a second person approved what was found for publication.
type Release struct {
	Who, At string
	Digest  string // of the results that were shown
}

var (
	// ErrPending says that an object has no result yet.
	ErrPending = errors.New("还有对象没有结果 an object has no result yet")
	// ErrRecorded says that a person approves what they recorded.
	ErrRecorded = errors.New("结果须由另一人批准公开 results are approved by another person")
)

// Results is the digest of what was found, without notes; false while an object
// waits for something. Once all is done it does not change any more.
func (w *Work) Results() (digest string, done bool) {
	done = true
	sum := sha256.New()
	for i := range w.Tasks {
		t := &w.Tasks[i]
		done = done && t.Done()
		fmt.Fprintf(sum, "%q\n", []string{t.Stratum, t.ID(), t.For, string(t.State), t.Due, t.Substitute})
	}
	return hex.EncodeToString(sum.Sum(nil)), done
}

// Release approves the results of a campaign for publication, by the digest that
// the person was shown. Who recorded one of them cannot: it is [ErrRecorded].
func (s *Store) Release(ctx context.Context, id string, version int64, digest string, by Act) error {
	w, err := s.Work(ctx, id)
	if err != nil {
		return err
	}
	now, done := w.Results()
	switch {
	case !done:
		return ErrPending
	case slices.ContainsFunc(w.Tasks, func(t Task) bool { return t.Who == by.Who }):
		return ErrRecorded
	case now != digest:
		return ErrOther
	}
	op := journal.Op{"op": "campaignrelease", "id": id, "version": decimal(version), "digest": digest}
	return s.act(ctx, "campaign.release", "campaign:"+id, version, by, op)
}

// Published gives what is public of a campaign; [ErrMissing] for one that was
// never committed.
func (s *Store) Published(ctx context.Context, id string, rule Rule) (Published, error) {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return Published{}, err
	}
	p, public := published(&c)
	if !public {
		return Published{}, fmt.Errorf("campaign %s: %w", id, ErrMissing)
	}
	if c.Status != Drawn || !rule.Objects && (!rule.Results || c.Released.At == "") {
		return p, nil
	}
	w, err := s.Work(ctx, id)
	if err != nil {
		return Published{}, err
	}
	digest, done := w.Results()
	p.Results = rule.Results && done && c.Released.Digest == digest
	p.Open = rule.Objects || p.Results
	if !p.Open {
		return p, nil
	}
	p.draw, p.Files = w.Draw, Pseudonymous(w.Draw.Commit)
	for i := range w.Tasks {
		t := &w.Tasks[i]
		if !p.Results && t.For != "" {
			continue // that it stepped in says that another was skipped
		}
		o := PublishedObject{Stratum: t.Stratum, ID: t.ID(), Name: t.Object["name"], Ticket: t.Ticket}
		if p.Results {
			o.For, o.State, o.Due = t.For, t.State, t.Due
		}
		p.Objects = append(p.Objects, o)
	}
	return p, nil
}

// PublishedCampaigns lists what was committed, of the campaigns from offset on,
// those planned last first, without objects. It gives how many campaigns there
// are of any status.
func (s *Store) PublishedCampaigns(ctx context.Context, offset, limit int) (total int64, out []Published, err error) {
	total, all, err := s.Campaigns(ctx, offset, limit)
	for i := range all {
		if p, public := published(&all[i]); public {
			out = append(out, p)
		}
	}
	return total, out, err
}

func published(c *Campaign) (p Published, public bool) {
	p = Published{ID: c.ID, Name: c.Name, Status: c.Status, SHA256: c.SHA256, Seed: c.Seed, DrawSHA256: c.DrawSHA256}
	for _, step := range c.Steps {
		public = public || step.Status == Committed
		if step.Status != Planned {
			p.Steps = append(p.Steps, Step{Status: step.Status, At: step.At})
		}
	}
	var plan struct {
		Day        string `json:"day"`
		SeedSource string `json:"seed_source"`
	}
	if json.Unmarshal([]byte(c.Plan), &plan) == nil { // it was read before it was kept
		p.Day, p.SeedSource = plan.Day, plan.SeedSource
	}
	return p, public
}

// Commit gives the bytes of commit.json, or nil where they are not public.
func (p *Published) Commit() []byte {
	if !p.Files {
		return nil
	}
	return p.draw.Commit.Bytes()
}

// Draw gives the bytes of draw.json, or nil where they are not public.
func (p *Published) Draw() []byte {
	if !p.Files {
		return nil
	}
	return p.draw.Bytes()
}

// long is a run of digits that a number of an identity card, a telephone or a
// certificate may be.
var long = regexp.MustCompile(`[0-9]{7,}`)

// Pseudonymous reports whether a commit tells nothing personal of inspectors:
// they have ids without a long number, and neither name, licence nor skills;
// neither library has columns besides those that must be there, since nobody
// knows what stands in others. A file can only be published as a whole: with a
// byte left out it does not verify.
func Pseudonymous(c *draw.Commit) bool {
	if len(c.Objects.Columns) != len(draw.ObjectColumns) || len(c.Inspectors.Columns) != len(draw.InspectorColumns) {
		return false
	}
	return !slices.ContainsFunc(c.Inspectors.Rows, func(row draw.Row) bool {
		return strings.TrimSpace(row["name"]+row["licence_no"]+row["skills"]) != "" || long.MatchString(row["id"])
	})
}
