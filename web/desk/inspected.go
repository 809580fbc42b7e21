package desk

import (
	"net/http"

	"fundwatch/clock"
	"fundwatch/inspection"
	"fundwatch/web/words"
)

// inspectedPage is one object of a campaign: where it is, who goes there, what
// was found.
type inspectedPage struct {
	Campaign CampaignRow `json:"campaign"`
	Task     TaskRow     `json:"task"`
	Columns  []Cell      `json:"columns"` // everything the library says of it
	Acts     []actRow    `json:"acts"`
	From     string      `json:"from,omitempty"` // the day of inspection, while it is to come: nothing is recorded before it
	Fault    string      `json:"fault,omitempty"`
	Refused  []lackRow   `json:"refused,omitempty"`
	Form     foundForm   `json:"-"`
	Work     bool        `json:"-"`
}

// Cell is a column of a library and what stands in it.
type Cell struct {
	Column string `json:"column"`
	Value  string `json:"value"`
}

func (p inspectedPage) title(words.Lang) string { return p.Task.ID }

// inspected reads the object that an address names, if it is in scope.
func (d *Desk) inspected(r *http.Request) (p inspectedPage, err error) {
	work, err := d.work(r)
	if err != nil {
		return p, err
	}
	t, err := work.Task(r.PathValue("object"))
	if err != nil {
		return p, err
	}
	u := visitOf(r).user
	if !u.Sees(t.Object["admdvs"]) {
		return p, errScope
	}
	p = inspectedPage{Campaign: campaignRow(&work.Campaign), Task: d.taskRow(&work.Campaign, t), Work: u.May(mayRecord)}
	for _, c := range work.Draw.Commit.Objects.Columns {
		p.Columns = append(p.Columns, Cell{c, t.Object[c]})
	}
	if day := work.Day(); d.today() < day {
		p.From = day
	}
	for _, a := range d.o.Trail.About("campaign:" + work.Campaign.ID + "/" + t.ID()) {
		p.Acts = append(p.Acts, rowOf(&a))
	}
	p.Form = foundForm{Version: t.Version, Unit: string(clock.Days)}
	p.Form.Act, err = d.o.Accounts.NewID()
	return p, err
}

// work gives the work of a campaign; one that was not drawn has none.
func (d *Desk) work(r *http.Request) (inspection.Work, error) {
	c, err := d.o.Inspections.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return inspection.Work{}, err
	}
	if c.Status != inspection.Drawn {
		return inspection.Work{}, errNothing
	}
	return d.o.Inspections.Work(r.Context(), c.ID)
}

func showInspected(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.inspected(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "inspected", p)
}

// foundForm says what was found, or that the object was skipped.
type foundForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	State   string `json:"state"`
	Days    int64  `json:"days"`
	Unit    string `json:"unit"`
	Reason  string `json:"reason"`
}

func postInspected(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f foundForm
	if err := read(r, &f); err != nil {
		return err
	}
	p, err := d.inspected(r) // also says whether it is in scope
	if err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	seen := inspection.Seen{Campaign: p.Campaign.ID, Object: p.Task.ID, Version: f.Version}
	switch {
	case err != nil:
	case f.State == string(inspection.Skipped):
		_, err = d.o.Inspections.Skip(r.Context(), seen, by)
	default:
		err = d.o.Inspections.Record(r.Context(), seen, inspection.Result{State: inspection.State(f.State), N: int(f.Days), Unit: clock.Unit(f.Unit)}, by)
	}
	if err == nil {
		return d.done(w, r, p.Task.Path)
	}
	if isConflict(err) {
		now, failed := d.inspected(r)
		if failed != nil {
			return failed
		}
		t := &now.Task
		c := InspectionConflict{Want: "inspection." + f.State, Reason: f.Reason, Seen: f.Version, Version: t.Version, Status: string(t.State), Note: t.Note, Who: t.Who, At: t.At,
			Object: "campaign:" + p.Campaign.ID + "/" + t.ID, Back: t.Path}
		return d.inspectionConflict(w, r, c, err)
	}
	return d.inspectedFault(w, r, p, f, err)
}

// inspectedFault shows the page again with what was wrong with its form.
func (d *Desk) inspectedFault(w http.ResponseWriter, r *http.Request, p inspectedPage, f foundForm, err error) error {
	code, status, ok := faultOf(err)
	if !ok || visitOf(r).json {
		return err
	}
	p.Fault, p.Refused, f.Act = code, problemOf(err).lacks, p.Form.Act
	p.Form = f
	return d.showAs(w, r, status, "inspected", p)
}
