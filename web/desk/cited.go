package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/internal/recall"
)

// cited is a finding that rests on what a page is about, and the lead that it
// belongs to.
type cited struct {
	Finding Finding `json:"finding"`
	Subject Subject `json:"subject"`
	Lead    string  `json:"lead,omitempty"`
	Scheme  string  `json:"scheme,omitempty"`
}

func (c *cited) rests(line string) bool { return slices.Contains(c.Finding.Lines, line) }

// mostCited is how many findings a page shows.
const mostCited = 100

// cited reads findings, those that begin last first. Findings about somebody
// whom the user does not see are counted only, as are those beyond the last
// hundred in the topic.
func (d *Desk) cited(r *http.Request, cites []recall.Cite) (out []cited, hidden, more int, err error) {
	more = max(len(cites)-mostCited, 0)
	for _, x := range cites[more:] {
		m, err := d.o.Cited.Read(r.Context(), x)
		if err != nil {
			return nil, 0, 0, err
		}
		var t told
		if json.Unmarshal(m.Value, &t) != nil {
			return nil, 0, 0, errors.New("a finding cannot be read") // the cause may quote it
		}
		if !d.sees(r, t.Subject) {
			hidden++
			continue
		}
		c := cited{Subject: d.subject(t.Subject)}
		if c.Finding, err = d.finding(&t, false); err != nil {
			return nil, 0, 0, err
		}
		if det := d.byID[t.Detector]; det != nil {
			c.Scheme = schemeOf(det)
			c.Lead = d.o.Cases.LeadID(t.Subject, c.Scheme)
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b cited) int {
		return cmp.Or(strings.Compare(b.Finding.From, a.Finding.From), strings.Compare(a.Finding.ID, b.Finding.ID))
	})
	return out, hidden, more, d.leadsThatAre(r, out)
}

// leadsThatAre takes away leads that the store does not have.
func (d *Desk) leadsThatAre(r *http.Request, all []cited) error {
	var ids []string
	for i := range all {
		if all[i].Lead != "" {
			ids = append(ids, all[i].Lead)
		}
	}
	subjects, err := d.subjectsOf(r, ids)
	for i := range all {
		if subjects[all[i].Lead].Kind == "" {
			all[i].Lead = ""
		}
	}
	return err
}
