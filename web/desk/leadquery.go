package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
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

// choose lists the leads that a user may see and that fit, in order. Where
// nothing has to be known of a lead but its status and scheme, the lists of the
// store are enough.
func (d *Desk) choose(r *http.Request, q LeadQuery, statuses []cases.Status) ([]cases.Ref, error) {
	ask := cases.Query{Statuses: statuses, Sort: cases.Sort(q.Sort)}
	if q.Scheme != "" {
		ask.Schemes = []string{q.Scheme}
	}
	refs, err := d.o.Cases.Refs(r.Context(), ask)
	if err != nil {
		return nil, err
	}
	u := visitOf(r).user
	fits, err := d.filter(r, q)
	if err != nil {
		return nil, err
	}
	if fits == nil && seesAll(u) {
		return refs, nil
	}
	ids := make([]string, len(refs))
	for i := range refs {
		ids[i] = refs[i].ID
	}
	subjects, err := d.subjectsOf(r, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(refs, func(ref cases.Ref) bool {
		s := subjects[ref.ID]
		return !u.Sees(d.county(s)) || fits != nil && !fits(ref.ID, s)
	}), nil
}

// filter gives what a lead must be like; nil: anything.
func (d *Desk) filter(r *http.Request, q LeadQuery) (func(id string, s detectors.Subject) bool, error) {
	if q.County == "" && q.Kind == "" && q.Name == "" && q.Person == "" && !q.Mine {
		return nil, nil
	}
	number := ""
	if q.Person != "" {
		var err error
		if number, err = d.o.Accounts.Number(q.Person); err != nil {
			return nil, err
		}
	}
	mine := map[string]bool{}
	if q.Mine {
		ids, err := d.o.Cases.Assigned(r.Context(), visitOf(r).user.Login)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			mine[id] = true
		}
	}
	name := strings.ToLower(q.Name)
	return func(id string, s detectors.Subject) bool {
		switch {
		case q.Mine && !mine[id],
			q.Kind != "" && s.Kind != q.Kind,
			q.County != "" && d.county(s) != q.County,
			number != "" && (s.Kind != detectors.PersonKind || s.Code != number):
			return false
		case name == "":
			return true
		case s.Kind == detectors.PersonKind:
			return false // a person is not looked for in an address
		}
		shown := d.subject(s)
		return strings.Contains(strings.ToLower(shown.Code), name) || strings.Contains(strings.ToLower(shown.Name), name)
	}, nil
}

// Pager says which part of a list is shown.
type Pager struct {
	Page  int `json:"page"`
	Pages int `json:"pages"`
	Total int `json:"total"`
	From  int `json:"from"`
	To    int `json:"to"`
}

// pager cuts a list into pages; one that is not there is the last.
func pager(page, total, per int) Pager {
	pages := max((total+per-1)/per, 1)
	page = min(max(page, 1), pages)
	return Pager{Page: page, Pages: pages, Total: total, From: min((page-1)*per+1, total), To: min(page*per, total)}
}

// Previous and Next are pages, or 0.
func (p Pager) Previous() int { return p.Page - 1 }

// Next is the page after this one, or 0.
func (p Pager) Next() int {
	if p.Page >= p.Pages {
		return 0
	}
	return p.Page + 1
}

// Text is a page as an address has it.
func (p Pager) Text(page int) string { return strconv.Itoa(page) }

// refIDs gives the ids of refs.
func refIDs(refs []cases.Ref) []string {
	out := make([]string, len(refs))
	for i := range refs {
		out[i] = refs[i].ID
	}
	return out
}
