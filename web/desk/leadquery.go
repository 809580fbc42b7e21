package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

	Columns []string `json:"col"`     // beside whom it is about and what was found; empty: the usual ones
	Density string   `json:"density"` // comfortable, compact; empty: comfortable
}

const perPage = 50

var leadStatuses = []cases.Status{cases.New, cases.Filed, cases.Dismissed, cases.Withdrawn}

// leadQuery reads what is asked for. What there is not is not asked for.
func leadQuery(r *http.Request) (q LeadQuery, err error) { return leadQueryOf(r.URL.Query()) }

func leadQueryOf(values url.Values) (q LeadQuery, err error) {
	if err := fill(&q, values); err != nil {
		return q, err
	}
	if q.Status != "all" && !slices.Contains(leadStatuses, cases.Status(q.Status)) {
		q.Status = string(cases.New)
	}
	if q.Sort != string(cases.ByDate) {
		q.Sort = string(cases.ByAmount)
	}
	if q.Density != compact {
		q.Density = ""
	}
	q.Columns = knownColumns(q.Columns)
	q.Page = max(q.Page, 1)
	return q, nil
}

// values gives the query as an address has it, without the page. What is as it
// usually is is left out.
func (q LeadQuery) values() url.Values {
	v := url.Values{}
	set := func(key, val, usual string) {
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
	if q.Mine {
		v.Set("mine", "1")
	}
	set("sort", q.Sort, string(cases.ByAmount))
	set("density", q.Density, "")
	if len(q.Columns) > 0 {
		v["col"] = q.Columns
	}
	return v
}

// URL gives the address of a list, with one value changed.
func (q LeadQuery) URL(name, value string) string {
	v := q.values()
	if v.Del(name); value != "" && !(name == "page" && value == "1" || name == "status" && value == string(cases.New)) {
		v.Set(name, value)
	}
	return listAt(v)
}

func listAt(v url.Values) string {
	if len(v) == 0 {
		return "/leads"
	}
	return "/leads?" + v.Encode()
}

// Live is the address of what has changed in the list since a record of the
// journal.
func (q LeadQuery) Live(since int64) string {
	v := q.values()
	v.Set("since", strconv.FormatInt(since, 10))
	return "/live/leads?" + v.Encode()
}

// Cleared is the address of the list without what it is chosen by, but for the
// status; it looks as before.
func (q LeadQuery) Cleared() string {
	return listAt(LeadQuery{Status: q.Status, Sort: q.Sort, Columns: q.Columns, Density: q.Density}.values())
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
