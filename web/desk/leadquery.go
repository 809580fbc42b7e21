package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fundwatch/cases"
)

// LeadQuery is what a list of leads is chosen by. It is the query of the
// address, whole, so that a list can be sent to a colleague.
type LeadQuery struct {
	Status string `json:"status"` // new, filed, dismissed, withdrawn, all; empty: new
	Scheme string `json:"scheme"`
	County string `json:"county"`
	Kind   string `json:"kind"` // institution, person, practitioner
	Name   string `json:"q"`    // part of the name or code of an institution
	Person string `json:"person"`
	Mine   bool   `json:"mine"`
	Sort   string `json:"sort"` // amount, date; empty: amount
	Page   int    `json:"page"` // from 1
}

const perPage = 50

var leadStatuses = []cases.Status{cases.New, cases.Filed, cases.Dismissed, cases.Withdrawn}

// leadQuery reads what is asked for. What there is not is not asked for.
func leadQuery(r *http.Request) (q LeadQuery, err error) {
	if err := query(r, &q); err != nil {
		return q, err
	}
	if q.Status != "all" && !slices.Contains(leadStatuses, cases.Status(q.Status)) {
		q.Status = string(cases.New)
	}
	if q.Sort != string(cases.ByDate) {
		q.Sort = string(cases.ByAmount)
	}
	q.Page = max(q.Page, 1)
	return q, nil
}

// URL gives the address of a list, with one value changed.
// What is as it usually is is left out.
func (q LeadQuery) URL(name, value string) string {
	v := url.Values{}
	set := func(key, val, usual string) {
		if key == name {
			val = value
		}
		if val != usual && val != "" {
			v.Set(key, val)
		}
	}
	set("status", q.Status, string(cases.New))
	set("scheme", q.Scheme, "")
	set("county", q.County, "")
	set("kind", q.Kind, "")
	set("q", q.Name, "")
	set("person", q.Person, "")
	mine := ""
	if q.Mine {
		mine = "1"
	}
	set("mine", mine, "")
	set("sort", q.Sort, string(cases.ByAmount))
	if name == "page" {
		set("page", value, "1")
	}
	if len(v) == 0 {
		return "/leads"
	}
	return "/leads?" + v.Encode()
}

// Export is the address of the workbook of the list.
func (q LeadQuery) Export() string {
	return strings.Replace(q.URL("page", "1"), "/leads", "/leads.xlsx", 1)
}

// Filtered reports whether anything but the status is asked for.
func (q LeadQuery) Filtered() bool {
	return q.Scheme != "" || q.County != "" || q.Kind != "" || q.Name != "" || q.Person != "" || q.Mine
}

// statuses gives the statuses asked for; none: any.
func (q LeadQuery) statuses() []cases.Status {
	if q.Status == "all" {
		return nil
	}
	return []cases.Status{cases.Status(q.Status)}
}
