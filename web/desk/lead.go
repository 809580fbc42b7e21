package desk

import (
	"errors"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// leadPage is one lead: what was found, on what grounds, what would clear it,
// when, and what was done about it.
type leadPage struct {
	Lead      LeadRow       `json:"lead"`
	Decided   cases.Act     `json:"-"`
	DecidedAt string        `json:"-"`
	Grounds   []ground      `json:"grounds"`
	Days      []chart.Day   `json:"days"`
	Columns   []column      `json:"-"`
	Drawing   template.HTML `json:"-"`
	Evidence  []Finding     `json:"evidence"`
	Listed    int64         `json:"listed"` // findings that are listed; the others are counted only
	Pager     Pager         `json:"evidence_pager"`
	Paths     []pathCount   `json:"paths"`
	History   []actRow      `json:"history"`
	Revealed  bool          `json:"revealed"`
	Act       string        `json:"-"` // id for what is done next
	Decide    bool          `json:"-"`
	Reveal    bool          `json:"-"`
	People    []namedUser   `json:"-"`                 // to whom it can be given
	Reading   bool          `json:"reading,omitempty"` // Kafka is still being read
}

// ground is one detector that found something.
type ground struct {
	Detector string   `json:"detector"`
	Title    Words    `json:"title"`
	Doc      Words    `json:"doc"`
	Clears   Words    `json:"clears"`
	Grade    string   `json:"grade"`
	Basis    []string `json:"basis"`
	Findings int64    `json:"findings"`
}

type pathCount struct {
	Path     string `json:"path"`
	Findings int64  `json:"findings"`
}

type column struct {
	Label string
	Count int64
	Bar   template.HTML
}

type namedUser struct{ Login, Name string }

// title names the page after its subject.
func (p leadPage) title(lang words.Lang) string {
	name := p.Lead.Subject.Name
	if name == "" {
		name = p.Lead.Subject.Code
	}
	return lang.Say("lead.page", name, p.Lead.What.In(lang))
}

const evidencePerPage = 20

func showLead(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.lead(r, false)
	if err != nil {
		return err
	}
	return d.show(w, r, "lead", p)
}

// lead puts the page together.
func (d *Desk) lead(r *http.Request, reveal bool) (*leadPage, error) {
	l, err := d.o.Cases.Lead(r.Context(), r.PathValue("lead"))
	if err != nil {
		return nil, err
	}
	v := visitOf(r)
	p := &leadPage{Lead: d.leadRow(&l), Decided: l.Decided, DecidedAt: l.DecidedAt, Revealed: reveal, Reading: !d.o.Findings.Ready(),
		Decide: v.user.May(accounts.LeadDecide), Reveal: v.user.May(accounts.PersonReveal), History: d.about(r, &l)}
	if p.Act, err = d.o.Accounts.NewID(); err != nil {
		return nil, err
	}
	if reveal && l.Subject.Kind == detectors.PersonKind {
		p.Lead.Subject.Code = l.Subject.Code
	}
	d.grounds(&l, p)
	if err := d.timeline(r, l.ID, p); err != nil {
		return nil, err
	}
	ids, err := d.o.Cases.Evidence(r.Context(), l.ID)
	if err != nil {
		return nil, err
	}
	var q struct {
		Evidence int `json:"evidence"`
	}
	if err := query(r, &q); err != nil {
		return nil, err
	}
	p.Listed, p.Pager = int64(len(ids)), pager(q.Evidence, len(ids), evidencePerPage)
	if len(ids) > 0 {
		if p.Evidence, err = d.evidence(r, ids[p.Pager.From-1:p.Pager.To], reveal); err != nil {
			return nil, err
		}
	}
	if p.Decide && l.Status == cases.New {
		p.People, err = d.investigators(r, d.county(l.Subject))
	}
	return p, err
}

func (d *Desk) grounds(l *cases.Lead, p *leadPage) {
	for _, name := range slices.Sorted(maps.Keys(l.Detectors)) {
		g := ground{Detector: name, Title: Words{name, name}, Findings: l.Detectors[name]}
		if det := d.byID[name]; det != nil {
			g.Title, g.Doc, g.Clears = Words{det.Title.ZH, det.Title.EN}, Words{det.Doc.ZH, det.Doc.EN}, Words{det.Clears.ZH, det.Clears.EN}
			g.Grade, g.Basis = string(det.Grade), det.Basis
		}
		p.Grounds = append(p.Grounds, g)
	}
	for _, path := range slices.Sorted(maps.Keys(l.Paths)) {
		p.Paths = append(p.Paths, pathCount{path, l.Paths[path]})
	}
}

// timeline draws when the findings begin.
func (d *Desk) timeline(r *http.Request, id string, p *leadPage) error {
	days, err := d.o.Cases.Days(r.Context(), id)
	if err != nil {
		return err
	}
	lang := visitOf(r).lang
	for _, day := range days {
		p.Days = append(p.Days, chart.Day{Day: day.Day, Count: day.Findings})
	}
	columns := chart.Timeline(p.Days, func(label string, n int64) string { return lang.Say("timeline.tip", label, words.Int(n)) })
	p.Drawing = chart.Columns(columns, lang.Say("timeline.title"))
	var most int64
	for _, c := range columns {
		most = max(most, c.Count)
	}
	for _, c := range columns {
		if c.Count > 0 {
			p.Columns = append(p.Columns, column{c.Label, c.Count, chart.Bar(c.Count, most)})
		}
	}
	return nil
}

// investigators lists who can work on leads of a county.
func (d *Desk) investigators(r *http.Request, county string) (out []namedUser, err error) {
	users, err := d.o.Accounts.Users(r.Context())
	for i := range users {
		if u := &users[i]; u.Status == accounts.Active && u.May(accounts.LeadDecide) && u.Sees(county) {
			out = append(out, namedUser{u.Login, u.Name})
		}
	}
	return out, err
}

// actRow is what somebody did.
type actRow struct {
	N      int64  `json:"n,omitempty"`
	At     string `json:"at"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
	Who    string `json:"who"`
	Reason string `json:"reason,omitempty"`
	Hash   string `json:"hash,omitempty"`
}

func rowOf(a *recall.Act) actRow {
	return actRow{N: a.N, At: a.At, Kind: a.Kind, Object: a.Object, Who: a.Who, Reason: a.Reason, Hash: a.Hash}
}

// about lists what was done about a lead, the last first. What policy did
// stands in the case.
func (d *Desk) about(r *http.Request, l *cases.Lead) (out []actRow) {
	acts := d.o.Trail.About("lead:" + l.ID)
	for i := range slices.Backward(acts) {
		out = append(out, rowOf(&acts[i]))
	}
	if l.Case != "" {
		c, err := d.o.Cases.Case(r.Context(), l.Case)
		if err == nil && c.How == "decision" {
			out = append(out, actRow{At: c.OpenedAt, Kind: "case.decision", Object: "case:" + c.ID, Who: "policy"})
		} else if err != nil && !errors.Is(err, cases.ErrMissing) {
			d.o.Failed("lead", err)
		}
	}
	out = append(out, actRow{At: l.Since, Kind: "lead.began", Object: "lead:" + l.ID, Who: "worker"})
	slices.SortStableFunc(out, func(a, b actRow) int { return strings.Compare(b.At, a.At) })
	return out
}
