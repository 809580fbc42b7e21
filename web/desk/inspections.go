package desk

import (
	"net/http"
	"strconv"

	"fundwatch/inspection"
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
	p := inspectionsPage{Pager: pager(page, int(total), perCampaigns), Work: d.worksOnInspections(r)}
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
