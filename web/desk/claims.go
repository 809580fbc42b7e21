package desk

import (
	"net/http"
	"net/url"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/internal/recall"
)

// claimsPage is the search of claims. Without a condition there is nothing but
// the form: claims are looked for, not leafed through.
type claimsPage struct {
	Query        ClaimQuery  `json:"query"`
	Wrong        []string    `json:"wrong,omitempty"` // fields that cannot be read
	Claims       []ClaimRow  `json:"claims"`
	Total        int         `json:"total"` // that fit; of which the latest are listed
	Pager        Pager       `json:"pager"`
	Coverage     coverage    `json:"coverage"`
	Off          bool        `json:"off,omitempty"`          // claims are not read here
	Person       string      `json:"person,omitempty"`       // masked
	Practitioner string      `json:"practitioner,omitempty"` // code
	Profile      bool        `json:"-"`                      // the practitioner has a page that the user may open
	Schemes      []namedCode `json:"-"`
	Counties     []string    `json:"-"`
}

// ClaimRow is a claim in a list. Amounts are fen.
type ClaimRow struct {
	ID        string  `json:"id"` // institution/settlement
	Subject   Subject `json:"institution"`
	Person    Subject `json:"person"`
	MedType   string  `json:"med_type"`
	Care      string  `json:"care"`
	Insurance string  `json:"insutype"`
	SettledAt string  `json:"setl_time"`
	Total     int64   `json:"total_fen"`
	Fund      int64   `json:"fund_fen"`
	Items     int     `json:"items"` // different ones
	Refund    bool    `json:"refund,omitempty"`
}

// Settlement is the id of the settlement without its institution.
func (c ClaimRow) Settlement() string { return settlementOf(c.ID) }

// Page is the address of the claim.
func (c ClaimRow) Page() string { return claimURL(c.ID) }

// settlementOf gives what stands behind the institution.
func settlementOf(id string) string {
	_, settlement, _ := strings.Cut(id, "/")
	return settlement
}

// claimURL is the address of a claim, institution/settlement.
func claimURL(id string) string {
	institution, settlement, _ := strings.Cut(id, "/")
	return "/claims/" + url.PathEscape(institution) + "/" + url.PathEscape(settlement)
}

// coverage is which claims can be found.
type coverage struct {
	Claims   int    `json:"claims"`
	First    string `json:"first"` // settlement times
	Last     string `json:"last"`
	Ready    bool   `json:"ready"`
	Archive  bool   `json:"archive"`
	Unread   bool   `json:"archive_unread,omitempty"`
	Unkept   int64  `json:"messages_no_longer_kept"`
	Findings bool   `json:"findings_ready"` // for the choice by scheme
}

// mostFound is how many claims a search lists, on all its pages.
const mostFound = 2000

func showClaims(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p := claimsPage{Counties: d.counties, Off: d.o.Claims == nil, Claims: []ClaimRow{}}
	if err := query(r, &p.Query); err != nil {
		return err
	}
	for _, s := range d.schemes() {
		p.Schemes = append(p.Schemes, namedCode{s, d.scheme(s)})
	}
	if p.Off {
		p.Query = ClaimQuery{}
		return d.show(w, r, "claims", p)
	}
	p.Coverage = d.coverage()
	ask, wrong := d.askClaims(r, &p.Query)
	p.Wrong, p.Person, p.Practitioner = wrong, mask(ask.Person), ask.Practitioner
	p.Profile = ask.Practitioner != "" && d.sees(r, detectors.Subject{Kind: detectors.Practitioner, Code: ask.Practitioner}) && d.o.Knowledge.Practitioners[ask.Practitioner] != nil
	if len(wrong) == 0 && p.Query.Asked() {
		ask.Most = mostFound
		total, found := d.o.Claims.Find(ask)
		p.Total, p.Pager = total, pager(p.Query.Page, len(found), perPage)
		for _, k := range found[max(p.Pager.From-1, 0):p.Pager.To] {
			p.Claims = append(p.Claims, d.claimRow(&k))
		}
	}
	return d.show(w, r, "claims", p)
}

func (d *Desk) coverage() coverage {
	c := d.o.Claims.Coverage()
	out := coverage{Claims: c.Claims, Ready: c.Ready, Archive: c.Archive, Unread: c.Unreached, Unkept: c.Unkept, Findings: d.o.Cited.Ready()}
	if c.Claims > 0 {
		out.First, out.Last = claim.FormatTime(c.First), claim.FormatTime(c.Last)
	}
	return out
}

func (d *Desk) claimRow(k *recall.Known) ClaimRow {
	return ClaimRow{ID: k.Name(), Subject: d.institution(k.Institution), Person: d.subject(detectors.Subject{Kind: detectors.PersonKind, Code: k.Person}), MedType: k.MedType,
		Care: care(k.MedType), Insurance: k.Insutype, SettledAt: claim.FormatTime(k.Settled), Total: k.Total, Fund: k.Fund, Items: k.Items, Refund: k.Refund}
}

// postClaims takes the form. It is posted, since it may hold the number of a
// person, and answers with the address of the list, where a reference stands.
func postClaims(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q ClaimQuery
	if err := read(r, &q); err != nil {
		return err
	}
	q.Page = 0
	if q.Person != "" {
		if _, err := d.personOf(q.Person); err != nil {
			q.Person = d.o.Accounts.Reference(q.Person)
		}
	}
	if q.Practitioner != "" {
		if _, err := d.practitionerOf(q.Practitioner); err != nil {
			q.Practitioner = d.practitionerRef(q.Practitioner)
		}
	}
	for _, text := range []*string{&q.Settlement, &q.Institution, &q.Item, &q.Scheme, &q.County, &q.From, &q.To, &q.Least, &q.Most} {
		if d.personal(*text) { // in the wrong field: looked for where it belongs
			q.Person, *text = d.o.Accounts.Reference(*text), ""
		}
	}
	return d.done(w, r, q.URL(""))
}
