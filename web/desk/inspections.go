package desk

import (
	"errors"
	"net/http"
	"strconv"

	"fundwatch/clock"
	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/internal/accounts"
)

// perCampaigns is how many campaigns a page lists.
const perCampaigns = 30

// CampaignRow is a campaign in a list.
type CampaignRow struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Status   inspection.Status `json:"status"`
	Version  int64             `json:"version"`
	SHA256   string            `json:"commit_sha256"`
	Seed     string            `json:"seed"`
	DrawHash string            `json:"draw_sha256"`
	Reason   string            `json:"reason,omitempty"` // of the withdrawal
	Planned  string            `json:"planned"`
}

func campaignRow(c *inspection.Campaign) CampaignRow {
	row := CampaignRow{ID: c.ID, Name: c.Name, Status: c.Status, Version: c.Version, SHA256: c.SHA256, Seed: c.Seed, DrawHash: c.DrawSHA256, Reason: c.Reason}
	if len(c.Steps) > 0 {
		row.Planned = c.Steps[0].At
	}
	return row
}

// inspectionsPage lists campaigns, and the libraries they are made of.
type inspectionsPage struct {
	Campaigns []CampaignRow `json:"campaigns"`
	Pager     Pager         `json:"pager"`
	Libraries []ShelfRow    `json:"libraries"`
	Work      bool          `json:"-"`
	Whole     bool          `json:"-"` // may see libraries, which are of the whole region
}

// ShelfRow is what there is of a kind of library.
type ShelfRow struct {
	Kind  inspection.Kind `json:"kind"`
	Rows  int64           `json:"rows"`
	At    string          `json:"at"`
	Draft bool            `json:"draft"` // one waits to be put into force
}

func showInspections(d *Desk, w http.ResponseWriter, r *http.Request) error {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	total, _, err := d.o.Inspections.Campaigns(r.Context(), 0, 1)
	if err != nil {
		return err
	}
	p := inspectionsPage{Pager: pager(page, int(total), perCampaigns), Work: d.worksOnInspections(r), Whole: len(visitOf(r).user.Counties) == 0}
	_, all, err := d.o.Inspections.Campaigns(r.Context(), (p.Pager.Page-1)*perCampaigns, perCampaigns)
	if err != nil {
		return err
	}
	for i := range all {
		p.Campaigns = append(p.Campaigns, campaignRow(&all[i]))
	}
	for _, kind := range inspection.Kinds() {
		shelf, err := d.o.Inspections.Shelf(r.Context(), kind)
		if err != nil {
			return err
		}
		row := ShelfRow{Kind: kind, Draft: shelf.Draft != ""}
		if shelf.Current != "" {
			l, err := d.o.Inspections.Library(r.Context(), kind, shelf.Current)
			if err != nil {
				return err
			}
			row.Rows, row.At = l.Rows, l.At
		}
		p.Libraries = append(p.Libraries, row)
	}
	return d.show(w, r, "inspections", p)
}

// inspectionRoutes are the addresses of inspections.
func inspectionRoutes() []route {
	return []route{
		{method: get, path: "/inspections", may: accounts.InspectionRead, menu: "inspections.title", page: inspectionsPage{}, do: showInspections},
		{method: post, path: "/inspections", may: accounts.InspectionWork, scope: ofRegion, form: planForm{}, page: Done{}, do: postPlan},
		{method: get, path: "/inspections/new", may: accounts.InspectionWork, scope: ofRegion, page: planPage{}, do: showPlan},
		{method: get, path: "/libraries/{kind}", may: accounts.InspectionRead, scope: ofRegion, page: libraryPage{}, do: showLibrary},
		{method: post, path: "/libraries/{kind}", may: accounts.InspectionWork, scope: ofRegion, form: importForm{}, page: Done{}, do: postLibrary},
		{method: post, path: "/libraries/{kind}/use", may: accounts.InspectionWork, scope: ofRegion, form: useForm{}, page: Done{}, do: postLibraryUse},
		{method: get, path: "/inspections/{campaign}", may: accounts.InspectionRead, page: campaignPage{}, do: showCampaign},
		{method: post, path: "/inspections/{campaign}/approve", may: accounts.InspectionApprove, scope: ofRegion, form: approveForm{}, page: Done{}, do: postApprove},
		{method: post, path: "/inspections/{campaign}/withdraw", may: accounts.InspectionWork, scope: ofRegion, form: withdrawForm{}, page: Done{}, do: postWithdraw},
		{method: post, path: "/inspections/{campaign}/release", may: accounts.InspectionApprove, scope: ofRegion, form: releaseForm{}, page: Done{}, do: postRelease},
		{method: post, path: "/inspections/{campaign}/draw", may: accounts.InspectionWork, scope: ofRegion, form: drawForm{}, page: Done{}, do: postDraw},
		{method: get, path: "/inspections/{campaign}/commit.json", may: accounts.InspectionRead, scope: ofRegion, do: sendCommit},
		{method: get, path: "/inspections/{campaign}/draw.json", may: accounts.InspectionRead, scope: ofRegion, do: sendDraw},
		{method: get, path: "/inspections/{campaign}/list.xlsx", may: accounts.InspectionRead, do: exportTasks},
		{method: get, path: "/inspections/{campaign}/inspectors/{inspector}", may: accounts.InspectionRead, page: inspectorPage{}, do: showInspector},
		{method: get, path: "/inspections/{campaign}/objects/{object}", may: accounts.InspectionRead, page: inspectedPage{}, do: showInspected},
		{method: post, path: "/inspections/{campaign}/objects/{object}", may: accounts.InspectionWork, form: foundForm{}, page: Done{}, do: postInspected},
		{method: post, path: "/inspections/{campaign}/objects/{object}/case", may: accounts.InspectionWork, form: breachForm{}, page: Done{}, do: postBreach},
	}
}

// worksOnInspections reports whether somebody plans and draws: that is done for
// the whole region.
func (d *Desk) worksOnInspections(r *http.Request) bool {
	u := visitOf(r).user
	return u.May(accounts.InspectionWork) && len(u.Counties) == 0
}

// acting is who does something to inspections now, and why.
func (d *Desk) acting(r *http.Request, id, reason string) (inspection.Act, error) {
	by, err := d.by(r, id, reason)
	return inspection.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At}, err
}

// inspectionSentences are those of inspections.
var inspectionSentences = []sentence{
	{inspection.ErrMissing, *errNothing},
	{inspection.ErrState, problem{status: http.StatusUnprocessableEntity, code: "result"}},
	{inspection.ErrOwn, problem{status: http.StatusForbidden, code: "own-plan"}},
	{inspection.ErrRecorded, problem{status: http.StatusForbidden, code: "own-results"}},
	{inspection.ErrPending, problem{status: http.StatusUnprocessableEntity, code: "pending-results"}},
	{inspection.ErrOther, problem{status: http.StatusConflict, code: "other-plan"}},
	{inspection.ErrSame, problem{status: http.StatusUnprocessableEntity, code: "same-library"}},
	{inspection.ErrLibrary, problem{status: http.StatusUnprocessableEntity, code: "library"}},
	{inspection.ErrWorkbook, problem{status: http.StatusUnprocessableEntity, code: "workbook"}},
	{inspection.ErrSeeds, problem{status: http.StatusUnprocessableEntity, code: "seeds"}},
	{inspection.ErrSeed, problem{status: http.StatusUnprocessableEntity, code: "seed"}},
	{inspection.ErrDue, problem{status: http.StatusUnprocessableEntity, code: "due"}},
}

// inspectionProblem is problemOf for what inspections say.
func inspectionProblem(err error) *problem {
	if isConflict(err) {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if problems, ok := errors.AsType[draw.Problems](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, code: "table", page: problems}
	}
	if e, ok := errors.AsType[*inspection.EarlyError](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, code: "early-result", lacks: []lackRow{{Guard: "day", What: inBoth("plan.day"), Where: inBoth("task.from", e.Day)}}}
	}
	if e, ok := errors.AsType[*inspection.OfficersError](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, code: "few-officers", lacks: []lackRow{{Guard: "officers", What: inBoth("plan.officers", e.Have, e.Least),
			Where: inBoth("problem.few-officers.todo"), Basis: e.Clause}}}
	}
	if _, ok := errors.AsType[clock.MissingYear](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, code: "calendar"}
	}
	return tell(err, inspectionSentences)
}
