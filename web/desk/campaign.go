package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fundwatch/clock"
	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// campaignPage is a campaign: its plan, its hash, what was drawn, what was found.
type campaignPage struct {
	Campaign   CampaignRow    `json:"campaign"`
	Steps      []StepRow      `json:"steps"`
	Plan       PlanView       `json:"plan"`
	Tasks      []TaskRow      `json:"tasks"`
	Hidden     int            `json:"hidden"` // tasks in other counties
	Waiting    []WaitRow      `json:"waiting"`
	Inspectors []InspectorRow `json:"inspectors"`
	Done       int            `json:"done"` // of all tasks, those of other counties too
	Total      int            `json:"total"`
	Publish    string         `json:"publish_by"`               // once all is done, the day to publish by
	Results    string         `json:"results_digest,omitempty"` // once all is done: what an approval of the results is bound to
	Released   *ReleaseRow    `json:"released,omitempty"`
	Recorded   bool           `json:"recorded"` // who sees it recorded a result, and may not approve them
	Fault      string         `json:"fault,omitempty"`
	Refused    []lackRow      `json:"refused,omitempty"`
	Problems   []draw.Problem `json:"problems,omitempty"`
	Work       bool           `json:"-"`
	Approve    bool           `json:"-"`
	Own        bool           `json:"own"` // who sees it planned it, and may not approve it
	Whole      bool           `json:"-"`   // sees the whole region, and so the files
	Act        string         `json:"-"`
}

func (p campaignPage) title(words.Lang) string { return p.Campaign.Name }

// StepRow is what was done to a campaign.
type StepRow struct {
	Status inspection.Status `json:"status"`
	Who    string            `json:"who"`
	At     string            `json:"at"`
}

// ReleaseRow is the approval of results for publication.
type ReleaseRow struct {
	Who string `json:"who"`
	At  string `json:"at"`
}

// PlanView is a plan with its pools.
type PlanView struct {
	Day         string         `json:"day"`
	SeedSource  string         `json:"seed_source"`
	PerObject   int            `json:"inspectors_per_object"`
	Substitutes int            `json:"substitutes"`
	MaxLoad     int            `json:"max_load"`
	Strata      []StratumRow   `json:"strata"`
	Outside     int            `json:"outside"`
	Excluded    []ExclusionRow `json:"excluded"`
	Notes       []string       `json:"notes"`
}

// StratumRow is a stratum with its pool.
type StratumRow struct {
	Name  string `json:"name"`
	Where string `json:"where"`
	Pool  int    `json:"pool"`
	Quota int    `json:"quota"`
}

// ExclusionRow is an object that takes no part.
type ExclusionRow struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// WaitRow is a substitute that stands by.
type WaitRow struct {
	Stratum string `json:"stratum"`
	ID      string `json:"id"`
	Ticket  string `json:"ticket"`
}

// InspectorRow is an inspector with their objects.
type InspectorRow struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Objects int    `json:"objects"`
	Path    string `json:"path"`
}

func planView(c *draw.Commit) PlanView {
	p := PlanView{Day: c.Plan.Day, SeedSource: c.Plan.SeedSource, PerObject: c.Plan.InspectorsPerObject, Substitutes: c.Plan.Substitutes, MaxLoad: c.Plan.MaxLoad,
		Outside: len(c.Outside), Notes: c.Notes()}
	for i, s := range c.Strata {
		var where []string
		for column, values := range c.Plan.Strata[i].Where {
			where = append(where, column+"="+strings.Join(values, ","))
		}
		slices.Sort(where)
		p.Strata = append(p.Strata, StratumRow{s.Name, strings.Join(where, "; "), len(s.IDs), s.Quota})
	}
	for _, x := range c.Plan.Exclude {
		p.Excluded = append(p.Excluded, ExclusionRow(x))
	}
	return p
}

func (d *Desk) campaign(r *http.Request) (p campaignPage, err error) {
	c, err := d.o.Inspections.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return p, err
	}
	commit, err := d.o.Inspections.Commit(r.Context(), &c)
	if err != nil {
		return p, err
	}
	u := visitOf(r).user
	p = campaignPage{Campaign: campaignRow(&c), Plan: planView(commit), Work: d.worksOnInspections(r), Approve: u.May(accounts.InspectionApprove) && len(u.Counties) == 0}
	for _, s := range c.Steps {
		p.Steps = append(p.Steps, StepRow(s))
	}
	p.Whole = len(u.Counties) == 0
	p.Own = len(c.Steps) > 0 && c.Steps[0].Who == u.Login
	if c.Status == inspection.Drawn {
		work, err := d.o.Inspections.Work(r.Context(), c.ID)
		if err != nil {
			return p, err
		}
		d.workOf(&p, &work, u)
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

// workOf puts in what was drawn and found, as far as a user may see it.
func (d *Desk) workOf(p *campaignPage, work *inspection.Work, u *accounts.User) {
	at := map[string]int{}
	last := ""
	for i := range work.Tasks {
		t := &work.Tasks[i]
		p.Total++
		if t.Done() {
			p.Done++
		}
		p.Recorded = p.Recorded || t.Who == u.Login
		last = max(last, t.At)
		if !u.Sees(t.Object["admdvs"]) {
			p.Hidden++
			continue
		}
		p.Tasks = append(p.Tasks, d.taskRow(&work.Campaign, t))
		if t.State == inspection.Skipped {
			continue
		}
		for _, i := range t.Inspectors {
			n, known := at[i["id"]]
			if !known {
				n = len(p.Inspectors)
				at[i["id"]] = n
				p.Inspectors = append(p.Inspectors, InspectorRow{ID: i["id"], Name: i["name"], Path: inspectorPath(work.Campaign.ID, i["id"])})
			}
			p.Inspectors[n].Objects++
		}
	}
	slices.SortFunc(p.Inspectors, func(a, b InspectorRow) int { return strings.Compare(a.ID, b.ID) })
	for _, w := range work.Waiting {
		p.Waiting = append(p.Waiting, WaitRow{w.Stratum, w.ID, w.Ticket})
	}
	if p.Total > 0 && p.Done == p.Total {
		p.Publish = publishBy(last)
		p.Results, _ = work.Results()
	}
	if x := work.Campaign.Released; x.At != "" {
		p.Released = &ReleaseRow{x.Who, x.At}
	}
}

// publishBy is the day by which results are to be published, by the law clock;
// empty where there is no calendar for it.
func publishBy(last string) string {
	from, err := clock.ParseMoment(last)
	if err != nil {
		return ""
	}
	law, _ := clock.Find(clock.National(), "publish-inspection")
	period, err := law.Start(from)
	if err != nil {
		return ""
	}
	end, err := clock.StateCouncil().End(period)
	if err != nil {
		return ""
	}
	return end.String()
}

// TaskRow is an object that was drawn, and what became of it.
type TaskRow struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Kind       string           `json:"kind"`
	County     string           `json:"admdvs"`
	Stratum    string           `json:"stratum"`
	Ticket     string           `json:"ticket"`
	Inspectors []InspectorRow   `json:"inspectors"`
	For        string           `json:"for,omitempty"`
	State      inspection.State `json:"state"`
	Version    int64            `json:"version"`
	Note       string           `json:"note,omitempty"`
	Due        string           `json:"due,omitempty"`
	Late       bool             `json:"late"` // the day to rectify by has passed
	Substitute string           `json:"substitute,omitempty"`
	Case       string           `json:"case,omitempty"`
	Who        string           `json:"who,omitempty"`
	At         string           `json:"at,omitempty"`
	Path       string           `json:"path"`
}

func (d *Desk) taskRow(c *inspection.Campaign, t *inspection.Task) TaskRow {
	row := TaskRow{ID: t.ID(), Name: t.Object["name"], Kind: t.Object["kind"], County: t.Object["admdvs"], Stratum: t.Stratum, Ticket: t.Ticket, For: t.For, State: t.State,
		Version: t.Version, Note: t.Note, Due: t.Due, Substitute: t.Substitute, Case: t.Case, Who: t.Who, At: t.At, Path: taskPath(c.ID, t.ID())}
	today, _, _ := strings.Cut(journal.Stamp(d.now()), " ")
	row.Late = t.State == inspection.Rectify && t.Due < today
	for _, i := range t.Inspectors {
		row.Inspectors = append(row.Inspectors, InspectorRow{ID: i["id"], Name: i["name"], Path: inspectorPath(c.ID, i["id"])})
	}
	return row
}

func taskPath(campaign, object string) string {
	return "/inspections/" + campaign + "/objects/" + url.PathEscape(object)
}

func inspectorPath(campaign, inspector string) string {
	return "/inspections/" + campaign + "/inspectors/" + url.PathEscape(inspector)
}

func showCampaign(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.campaign(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "campaign", p)
}

// sendCommit gives commit.json, and sendDraw draw.json, as they were published.
func sendCommit(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Inspections.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	commit, err := d.o.Inspections.Commit(r.Context(), &c)
	if err != nil {
		return err
	}
	return sendFile(w, "commit-"+c.ID+".json", commit.Bytes())
}

func sendDraw(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Inspections.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	if c.Status != inspection.Drawn {
		return errNothing
	}
	drawn, err := d.o.Inspections.DrawOf(r.Context(), &c)
	if err != nil {
		return err
	}
	return sendFile(w, "draw-"+c.ID+".json", drawn.Bytes())
}

func sendFile(w http.ResponseWriter, name string, text []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Write(text) // whoever has gone away does not see it
	return nil
}
