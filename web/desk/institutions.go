package desk

import (
	"cmp"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/recall"
	"fundwatch/web/chart"
	"fundwatch/web/words"
)

// institutionsPage lists the institutions that the registry, claims or leads
// know, in the counties of who asks.
type institutionsPage struct {
	Name     string           `json:"q"`
	County   string           `json:"county"`
	Sort     string           `json:"sort"` // leads, claims, fund, name; empty: leads
	Rows     []institutionRow `json:"institutions"`
	Pager    Pager            `json:"pager"`
	Spread   spread           `json:"claims_by_county_and_month"` // of all that fit, also on other pages
	Reading  bool             `json:"reading,omitempty"`
	Counties []string         `json:"-"`
}

// institutionRow is an institution in the list.
type institutionRow struct {
	Subject Subject       `json:"institution"`
	Level   int           `json:"level"`
	Kind    string        `json:"institution_kind"`
	Leads   int           `json:"new_leads"`
	Claims  int64         `json:"claims"`
	Fund    int64         `json:"fund_fen"`
	Spark   template.HTML `json:"-"`
	months  []recall.Month
}

var institutionSorts = []string{"leads", "claims", "fund", "name"}

// URL gives the address of a page of the list.
func (p institutionsPage) URL(page string) string {
	v := url.Values{}
	for _, x := range [][2]string{{"q", p.Name}, {"county", p.County}, {"sort", p.Sort}, {"page", page}} {
		if x[1] != "" {
			v.Set(x[0], x[1])
		}
	}
	return "/institutions?" + v.Encode()
}

func showInstitutions(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Name   string `json:"q"`
		County string `json:"county"`
		Sort   string `json:"sort"`
		Page   int    `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	if !slices.Contains(institutionSorts, q.Sort) {
		q.Sort = institutionSorts[0]
	}
	p := institutionsPage{Name: q.Name, County: q.County, Sort: q.Sort, Counties: d.counties, Reading: d.o.Claims != nil && !d.o.Claims.Ready()}
	rows, err := d.institutionRows(r, func(s Subject) bool {
		return (q.County == "" || s.County == q.County) && d.called(s.Code, q.Name)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b institutionRow) int {
		by := map[string]int{"leads": cmp.Compare(b.Leads, a.Leads), "claims": cmp.Compare(b.Claims, a.Claims), "fund": cmp.Compare(b.Fund, a.Fund), "name": strings.Compare(a.Subject.Label(), b.Subject.Label())}
		return cmp.Or(by[q.Sort], cmp.Compare(b.Fund, a.Fund), strings.Compare(a.Subject.Code, b.Subject.Code))
	})
	lang := visitOf(r).lang
	p.Spread = d.spread(lang, rows)
	p.Pager = pager(q.Page, len(rows), perPage)
	p.Rows = rows[max(p.Pager.From-1, 0):p.Pager.To]
	for i := range p.Rows {
		p.Rows[i].Spark = spark(lang, p.Rows[i].months)
	}
	return d.show(w, r, "institutions", p)
}

// institutionRows lists the institutions that fit and that the user may see.
func (d *Desk) institutionRows(r *http.Request, fits func(Subject) bool) (out []institutionRow, err error) {
	refs, err := d.o.Cases.Refs(r.Context(), cases.Query{Statuses: []cases.Status{cases.New}})
	if err != nil {
		return nil, err
	}
	subjects, err := d.subjectsOf(r, refIDs(refs))
	if err != nil {
		return nil, err
	}
	leads := map[string]int{}
	for _, s := range subjects {
		if s.Kind == detectors.Institution {
			leads[s.Code]++
		}
	}
	codes := slices.AppendSeq(slices.Collect(maps.Keys(d.o.Knowledge.Institutions)), maps.Keys(leads))
	if d.o.Claims != nil {
		codes = append(codes, d.o.Claims.Institutions()...)
	}
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		s := d.institution(code)
		if !visitOf(r).user.Sees(s.County) || !fits(s) {
			continue
		}
		row := institutionRow{Subject: s, Leads: leads[code]}
		if in := d.o.Knowledge.Institutions[code]; in != nil {
			row.Level, row.Kind = in.Level, in.Kind.String()
		}
		if d.o.Claims != nil {
			row.months = d.o.Claims.Institution(code).Months
		}
		for _, m := range row.months {
			row.Claims, row.Fund = row.Claims+m.Claims, row.Fund+m.Fund
		}
		out = append(out, row)
	}
	return out, nil
}

// spread is how many claims are settled by county and month, to be drawn and
// told in a table. It holds the last twelve months that have any.
type spread struct {
	Months   []string      `json:"months"`
	Counties []string      `json:"counties"`
	Counts   [][]int64     `json:"counts"` // by county, then by month
	Drawing  template.HTML `json:"-"`
}

// spreadMonths is how many months are drawn.
const spreadMonths = 12

func (d *Desk) spread(lang words.Lang, rows []institutionRow) (s spread) {
	counts := map[[2]string]int64{}
	for i := range rows {
		county := rows[i].Subject.County
		for _, m := range rows[i].months {
			if counts[[2]string{county, m.Month}] += m.Claims; !slices.Contains(s.Months, m.Month) {
				s.Months = append(s.Months, m.Month)
			}
			if !slices.Contains(s.Counties, county) {
				s.Counties = append(s.Counties, county)
			}
		}
	}
	slices.Sort(s.Months)
	slices.Sort(s.Counties)
	s.Months = s.Months[max(len(s.Months)-spreadMonths, 0):]
	h := chart.Heat{Columns: s.Months, Title: lang.Say("spread.title"), About: lang.Say("spread.about", len(s.Counties), len(s.Months)),
		Tip: func(county, month string, n int64) string { return lang.Say("spread.tip", county, month, words.Int(n)) }}
	for _, county := range s.Counties {
		var row []int64
		for _, month := range s.Months {
			row = append(row, counts[[2]string{county, month}])
		}
		s.Counts = append(s.Counts, row)
		name := lang.Say("county.none")
		if county != "" {
			name = lang.Or("county."+county, county)
		}
		h.Rows = append(h.Rows, name)
	}
	h.Counts = s.Counts
	s.Drawing = h.Draw()
	return s
}

// Rows gives the table of the picture: a month, then its counts by county.
func (s spread) Rows() (out []countRow) {
	for i, month := range s.Months {
		row := countRow{Name: month}
		for c := range s.Counties {
			row.Counts = append(row.Counts, s.Counts[c][i])
		}
		out = append(out, row)
	}
	return out
}
