package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
)

// approveForm commits a campaign by the hash that was shown.
type approveForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	SHA256  string `json:"sha256"`
	Reason  string `json:"reason"`
}

func postApprove(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f approveForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	if err == nil {
		err = d.o.Inspections.Approve(r.Context(), r.PathValue("campaign"), f.Version, f.SHA256, d.officersLeast(), by)
	}
	return d.campaignAnswer(w, r, InspectionConflict{Want: "campaign.commit", Reason: f.Reason, Seen: f.Version}, err)
}

// officersLeast is how few may carry out an inspection here.
func (d *Desk) officersLeast() (least inspection.Officers) {
	if v := d.o.Policy.Policy.Values["officers_least"]; v.Number != nil {
		least = inspection.Officers{Least: *v.Number, Clause: v.Clause}
	}
	return least
}

// withdrawForm ends a campaign that was not drawn.
type withdrawForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

func postWithdraw(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f withdrawForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	if err == nil {
		err = d.o.Inspections.Withdraw(r.Context(), r.PathValue("campaign"), f.Version, by)
	}
	return d.campaignAnswer(w, r, InspectionConflict{Want: "campaign.withdraw", Reason: f.Reason, Seen: f.Version}, err)
}

// releaseForm approves results for publication, by the digest that was shown.
type releaseForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Digest  string `json:"digest"`
	Reason  string `json:"reason"`
}

func postRelease(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f releaseForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	if err == nil {
		err = d.o.Inspections.Release(r.Context(), r.PathValue("campaign"), f.Version, f.Digest, by)
	}
	return d.campaignAnswer(w, r, InspectionConflict{Want: "campaign.release", Reason: f.Reason, Seen: f.Version}, err)
}

// drawForm has the seed, typed twice. It has a struct of its own since a seed
// may begin or end with a blank only by mistake: blanks around it go.
type drawForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Seed    string `json:"seed"`
	Again   string `json:"seed_again"`
	Reason  string `json:"reason"`
}

func postDraw(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f drawForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	if err == nil {
		err = d.o.Inspections.Draw(r.Context(), r.PathValue("campaign"), f.Version, strings.TrimSpace(f.Seed), strings.TrimSpace(f.Again), by)
	}
	return d.campaignAnswer(w, r, InspectionConflict{Want: "campaign.draw", Reason: f.Reason, Seen: f.Version}, err)
}

// campaignAnswer goes on to the campaign, or shows it with what is wrong.
func (d *Desk) campaignAnswer(w http.ResponseWriter, r *http.Request, c InspectionConflict, err error) error {
	id := r.PathValue("campaign")
	if err == nil {
		return d.done(w, r, "/inspections/"+id)
	}
	if isConflict(err) {
		return d.campaignConflict(w, r, id, c, err)
	}
	code, status, ok := faultOf(err)
	if !ok || visitOf(r).json {
		return err
	}
	p, failed := d.campaign(r)
	if failed != nil {
		return failed
	}
	p.Fault, p.Refused = code, problemOf(err).lacks
	p.Problems, _ = errors.AsType[draw.Problems](err)
	return d.showAs(w, r, status, "campaign", p)
}

// InspectionConflict is what a person wanted to do, beside what is there now.
type InspectionConflict struct {
	Want    string   `json:"wanted"` // kind of the act
	Reason  string   `json:"reason"`
	Seen    int64    `json:"seen_version"`
	Version int64    `json:"version"`
	Status  string   `json:"status"` // of the campaign or the object now; empty for a library
	Note    string   `json:"note,omitempty"`
	Who     string   `json:"who,omitempty"`
	At      string   `json:"at,omitempty"`
	Since   []actRow `json:"since"` // what was done after the version that was seen
	Object  string   `json:"object"`
	Back    string   `json:"-"`
}

func isConflict(err error) bool {
	_, version := errors.AsType[*inspection.VersionError](err)
	_, status := errors.AsType[*inspection.StatusError](err)
	return version || status
}

func (d *Desk) campaignConflict(w http.ResponseWriter, r *http.Request, id string, c InspectionConflict, err error) error {
	now, failed := d.o.Inspections.Campaign(r.Context(), id)
	if failed != nil {
		return failed
	}
	c.Version, c.Status, c.Object, c.Back = now.Version, string(now.Status), "campaign:"+id, "/inspections/"+id
	if len(now.Steps) > 0 {
		s := slices.MaxFunc(now.Steps, func(a, b inspection.Step) int { return strings.Compare(a.At, b.At) })
		c.Who, c.At = s.Who, s.At
	}
	return d.inspectionConflict(w, r, c, err)
}

// inspectionConflict answers 409 with both sides.
func (d *Desk) inspectionConflict(w http.ResponseWriter, r *http.Request, c InspectionConflict, err error) error {
	for _, a := range d.o.Trail.About(c.Object) {
		if a.Version > c.Seen {
			c.Since = append(c.Since, rowOf(&a))
		}
	}
	if visitOf(r).json {
		code := "version"
		if _, status := errors.AsType[*inspection.StatusError](err); status {
			code = "status"
		}
		return &problem{status: http.StatusConflict, code: code, page: c}
	}
	return d.showAs(w, r, http.StatusConflict, "inspectionconflict", c)
}
