package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// mayRecord is the permission of who records what was found.
const mayRecord = accounts.InspectionWork

// inspectorPage is the list of one inspector, to print or to take along.
type inspectorPage struct {
	Campaign  CampaignRow  `json:"campaign"`
	Day       string       `json:"day"`
	Inspector InspectorRow `json:"inspector"`
	Licence   string       `json:"licence_no"`
	Unit      string       `json:"unit"`
	Tasks     []TaskRow    `json:"tasks"`
	Hidden    int          `json:"hidden"` // in other counties
}

func (p inspectorPage) title(lang words.Lang) string {
	if p.Inspector.Name == "" { // a library of ids alone
		return lang.Say("inspector.nameless", p.Inspector.ID)
	}
	return p.Inspector.Name
}

func (d *Desk) inspector(r *http.Request) (p inspectorPage, err error) {
	work, err := d.work(r)
	if err != nil {
		return p, err
	}
	id, there := r.PathValue("inspector"), false
	p = inspectorPage{Campaign: campaignRow(&work.Campaign), Day: work.Draw.Commit.Plan.Day}
	for _, row := range work.Draw.Commit.Inspectors.Rows {
		if row["id"] == id {
			there = true
			p.Inspector = InspectorRow{ID: id, Name: row["name"], Path: inspectorPath(work.Campaign.ID, id)}
			p.Licence, p.Unit = row["licence_no"], row["unit"]
		}
	}
	if !there {
		return p, errNothing
	}
	u := visitOf(r).user
	for i := range work.Tasks {
		t := &work.Tasks[i]
		if t.State == inspection.Skipped || !slices.ContainsFunc(t.Inspectors, func(row draw.Row) bool { return row["id"] == id }) {
			continue
		}
		p.Inspector.Objects++
		if !u.Sees(t.Object["admdvs"]) {
			p.Hidden++
			continue
		}
		p.Tasks = append(p.Tasks, d.taskRow(&work.Campaign, t))
	}
	return p, nil
}

func showInspector(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.inspector(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "inspector", p)
}

// exportTasks gives the objects of a campaign, or of one inspector, as an Excel
// workbook.
func exportTasks(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.campaign(r)
	if err != nil {
		return err
	}
	if p.Campaign.Status != inspection.Drawn {
		return errNothing
	}
	tasks := p.Tasks
	if who := r.URL.Query().Get("inspector"); who != "" {
		tasks = slices.DeleteFunc(slices.Clone(tasks), func(t TaskRow) bool {
			return t.State == inspection.Skipped || !slices.ContainsFunc(t.Inspectors, func(i InspectorRow) bool { return i.ID == who })
		})
	}
	f := excelize.NewFile()
	defer f.Close()
	if err := writeTasks(f, visitOf(r).lang, &p, tasks); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="inspection-`+p.Campaign.ID+"-"+strings.NewReplacer("-", "", ":", "", " ", "-").Replace(journal.Stamp(d.now()))+`.xlsx"`)
	return f.Write(w)
}

func writeTasks(f *excelize.File, lang words.Lang, p *campaignPage, tasks []TaskRow) error {
	say := lang.Say
	sheet := say("inspections.title")
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	rows := [][]any{
		{safe(p.Campaign.Name)}, {say("plan.day"), p.Plan.Day}, {say("campaign.hash"), p.Campaign.SHA256}, {say("campaign.seed"), safe(p.Campaign.Seed)}, {},
		{say("task.id"), say("task.name"), say("task.kind"), say("lead.county"), say("task.stratum"), say("task.inspectors"), say("task.state"), say("task.due"), say("task.note")},
	}
	for _, t := range tasks {
		var names []string
		for _, i := range t.Inspectors {
			names = append(names, i.Name+" ("+i.ID+")")
		}
		rows = append(rows, []any{safe(t.ID), safe(t.Name), safe(t.Kind), safe(lang.Or("county."+t.County, t.County)), safe(t.Stratum), safe(strings.Join(names, say("list.comma"))),
			say("task.is." + string(t.State)), t.Due, safe(t.Note)})
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := f.SetSheetRow(sheet, at, &row); err != nil {
			return err
		}
	}
	return f.SetColWidth(sheet, "A", "I", 18)
}
