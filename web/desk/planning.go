package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
)

// strataRows is how many strata the form has.
const strataRows = 6

// planForm is a plan as people write it: strata as rows of conditions. Plan
// takes the place of the rest where it is given: plan.json as it is.
type planForm struct {
	Act         string   `json:"act"`
	Campaign    string   `json:"campaign"` // id of the campaign to change; empty for a new one
	Version     int64    `json:"version"`
	Name        string   `json:"name"`
	Day         string   `json:"day"`
	SeedSource  string   `json:"seed_source"`
	PerObject   int64    `json:"inspectors_per_object"`
	Substitutes int64    `json:"substitutes"`
	MaxLoad     int64    `json:"max_load"` // 0: no limit
	Strata      []string `json:"stratum"`
	Kinds       []string `json:"kinds"`
	Credits     []string `json:"credits"`
	Places      []string `json:"places"`
	Others      []string `json:"others"` // column=value,value; column=value
	Shares      []string `json:"shares"` // 3, 5% or 0.05
	Exclude     string   `json:"exclude"`
	Plan        string   `json:"plan"`
	Reason      string   `json:"reason"`
}

// StratumForm is one row of the form.
type StratumForm struct{ Name, Kinds, Credits, Places, Others, Share string }

// Rows are the strata as rows of the form, with some empty ones.
func (f planForm) Rows() (out []StratumForm) {
	for i := range max(strataRows, len(f.Strata)) {
		out = append(out, StratumForm{at(f.Strata, i), at(f.Kinds, i), at(f.Credits, i), at(f.Places, i), at(f.Others, i), at(f.Shares, i)})
	}
	return out
}

func at(list []string, i int) string {
	if i < len(list) {
		return strings.TrimSpace(list[i])
	}
	return ""
}

// json is plan.json of what was written.
func (f planForm) json() string {
	if f.Plan != "" {
		return f.Plan
	}
	plan := map[string]any{"campaign": f.Name, "day": f.Day, "seed_source": f.SeedSource, "inspectors_per_object": f.PerObject, "substitutes": f.Substitutes}
	if f.MaxLoad != 0 {
		plan["max_load"] = f.MaxLoad
	}
	strata := []map[string]any{}
	for _, row := range f.Rows() {
		if row != (StratumForm{}) {
			strata = append(strata, row.stratum())
		}
	}
	plan["strata"] = strata
	exclude := []map[string]string{}
	for line := range strings.Lines(f.Exclude) {
		if id, reason, _ := strings.Cut(strings.TrimSpace(line), " "); id != "" {
			exclude = append(exclude, map[string]string{"id": id, "reason": strings.TrimSpace(reason)})
		}
	}
	if len(exclude) > 0 {
		plan["exclude"] = exclude
	}
	text, err := json.Marshal(plan)
	if err != nil { // maps of texts and numbers can always be written
		return ""
	}
	return string(text)
}

func (row StratumForm) stratum() map[string]any {
	where := map[string][]string{}
	for column, text := range map[string]string{"kind": row.Kinds, "credit": row.Credits, "admdvs": row.Places} {
		if text != "" {
			where[column] = values(text)
		}
	}
	for _, part := range strings.FieldsFunc(row.Others, func(r rune) bool { return r == ';' || r == '；' }) {
		column, text, _ := strings.Cut(part, "=")
		where[strings.TrimSpace(column)] = values(text)
	}
	out := map[string]any{"name": row.Name, "where": where}
	switch {
	case strings.HasSuffix(row.Share, "%"):
		out["rate"] = hundredth(strings.TrimSpace(strings.TrimSuffix(row.Share, "%")))
	case strings.Trim(row.Share, "0123456789") == "" && row.Share != "" && len(row.Share) < 10:
		out["count"] = json.Number(trimZeros(row.Share))
	default:
		out["rate"] = row.Share
	}
	return out
}

// values takes a list apart at commas.
func values(text string) (out []string) {
	for _, v := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、", r) }) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// hundredth moves the point of a decimal number two places: 12.5 is 0.125.
func hundredth(text string) string {
	whole, part, _ := strings.Cut(text, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	return trimZeros(whole[:len(whole)-2]) + "." + whole[len(whole)-2:] + part
}

// trimZeros takes leading zeros off, but for the last digit.
func trimZeros(digits string) string {
	if t := strings.TrimLeft(digits, "0"); t != "" {
		return t
	}
	return "0"
}

// planPage has the form of a plan.
type planPage struct {
	Form      planForm       `json:"-"`
	Problems  []draw.Problem `json:"problems"`
	Fault     string         `json:"fault,omitempty"`
	Objects   int64          `json:"objects"`
	Inspector int64          `json:"inspectors"`
	Values    []ColumnValues `json:"values"`
}

// ColumnValues are what stands in a column of the objects.
type ColumnValues struct {
	Column string       `json:"column"`
	Values []ValueCount `json:"values"`
}

// ValueCount is a value and how many objects have it.
type ValueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

func (d *Desk) planning(r *http.Request, f planForm) (p planPage, err error) {
	p.Form = f
	for kind, to := range map[inspection.Kind]*int64{inspection.Objects: &p.Objects, inspection.Inspectors: &p.Inspector} {
		shelf, err := d.o.Inspections.Shelf(r.Context(), kind)
		if err != nil {
			return p, err
		}
		if shelf.Current == "" {
			continue
		}
		l, err := d.o.Inspections.Library(r.Context(), kind, shelf.Current)
		if err != nil {
			return p, err
		}
		*to = l.Rows
		if kind == inspection.Objects {
			t, _ := kind.Read(l.Text)
			p.Values = valuesOf(t)
		}
	}
	if p.Form.Act == "" {
		p.Form.Act, err = d.o.Accounts.NewID()
	}
	return p, err
}

// mostValues is how many values of a column are shown.
const mostValues = 20

func valuesOf(t *draw.Table) (out []ColumnValues) {
	for _, column := range []string{"kind", "credit", "admdvs"} {
		count := map[string]int{}
		for _, row := range t.Rows {
			count[row[column]]++
		}
		c := ColumnValues{Column: column}
		for value, n := range count {
			c.Values = append(c.Values, ValueCount{value, n})
		}
		slices.SortFunc(c.Values, func(a, b ValueCount) int { return strings.Compare(a.Value, b.Value) })
		c.Values = c.Values[:min(len(c.Values), mostValues)]
		out = append(out, c)
	}
	return out
}

func showPlan(d *Desk, w http.ResponseWriter, r *http.Request) error {
	f := planForm{PerObject: 2, Substitutes: 2}
	if id := r.URL.Query().Get("campaign"); id != "" {
		c, err := d.o.Inspections.Campaign(r.Context(), id)
		if err != nil {
			return err
		}
		f = planForm{Campaign: c.ID, Version: c.Version, Plan: c.Plan}
	}
	p, err := d.planning(r, f)
	if err != nil {
		return err
	}
	return d.show(w, r, "plan", p)
}

// postPlan makes a campaign of a plan, or changes one that nobody approved yet.
func postPlan(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f planForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	id := ""
	if err == nil {
		id, err = d.o.Inspections.Plan(r.Context(), f.Campaign, f.Version, f.json(), by)
	}
	if err == nil {
		return d.done(w, r, "/inspections/"+id)
	}
	if isConflict(err) {
		return d.campaignConflict(w, r, f.Campaign, InspectionConflict{Want: "campaign.plan", Reason: f.Reason, Seen: f.Version}, err)
	}
	code, status, ok := faultOf(err)
	if !ok {
		return err
	}
	problems, _ := errors.AsType[draw.Problems](err)
	if visitOf(r).json {
		return &problem{status: status, code: code, page: problems}
	}
	f.Act = ""
	p, failed := d.planning(r, f)
	if failed != nil {
		return failed
	}
	p.Fault, p.Problems = code, problems
	return d.showAs(w, r, status, "plan", p)
}
