package desk

import (
	"net/http"
	"regexp"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
)

// searchForm is what was typed. It is posted, since it may be the number of a
// person, which must not stand in an address.
type searchForm struct {
	Text string `json:"text"`
}

var ofStore = regexp.MustCompile(`^[LC][0-9a-f]{20}$`)

// postSearch finds a lead, a case or a claim by its id, a person by the number,
// and everything else among institutions.
func postSearch(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f searchForm
	if err := read(r, &f); err != nil {
		return err
	}
	text := strings.TrimSpace(f.Text)
	switch {
	case text == "":
		return d.done(w, r, "/leads")
	case ofStore.MatchString(text) && text[0] == 'L':
		return d.done(w, r, "/leads/"+text)
	case ofStore.MatchString(text):
		return d.done(w, r, "/cases/"+text)
	}
	if at := d.claimSearched(r, text); at != "" {
		return d.done(w, r, at)
	}
	person := detectors.Subject{Kind: detectors.PersonKind, Code: text}
	found, err := d.o.Cases.Leads(r.Context(), cases.Query{Subject: person, Limit: 1})
	if err != nil {
		return err
	}
	q := LeadQuery{Status: "all", Sort: string(cases.ByAmount)}
	// Also a person without leads, or with some that the user does not see: the
	// list says so, and the number is not written down.
	if found.Total > 0 || d.knownPerson(text) {
		q.Person = d.o.Accounts.Reference(text)
	} else {
		q.Name = text
	}
	return d.done(w, r, q.URL("", ""))
}

// claimSearched gives the address of a claim, or of those with a settlement id;
// empty where there is none that the user may see.
func (d *Desk) claimSearched(r *http.Request, text string) string {
	u := visitOf(r).user
	if d.o.Claims == nil || !u.May(accounts.ClaimRead) || d.personal(text) {
		return ""
	}
	ask := recall.ClaimQuery{Settlement: text, Most: 1, Sees: func(institution string) bool {
		return d.sees(r, detectors.Subject{Kind: detectors.Institution, Code: institution})
	}}
	if institution, settlement, both := strings.Cut(text, "/"); both {
		ask.Institution, ask.Settlement = institution, settlement
	}
	switch total, found := d.o.Claims.Find(ask); {
	case total == 0 || ask.Settlement == "":
		return ""
	case ask.Institution != "":
		return claimURL(found[0].Name())
	}
	return ClaimQuery{Settlement: text}.URL("")
}

// knownPerson reports whether a text is, or looks like, the number of a person:
// such a text goes into no address.
func (d *Desk) knownPerson(text string) bool {
	if _, ok := d.o.Knowledge.Persons[text]; ok {
		return true
	}
	digits := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	_, institution := d.o.Knowledge.Institutions[text]
	return !institution && digits >= 15
}
