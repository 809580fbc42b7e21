package desk

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"fundwatch/web/chart"
)

// share is how many of the new leads have a scheme.
type share struct {
	Scheme string        `json:"scheme"`
	What   Words         `json:"what"`
	Leads  int           `json:"leads"`
	Amount int64         `json:"amount_fen"`
	Bar    template.HTML `json:"-"`
}

// rank puts the schemes with most leads first and draws them.
func rank(schemes map[string]*share) (out []share) {
	most := 0
	for _, s := range schemes {
		out = append(out, *s)
		most = max(most, s.Leads)
	}
	sortShares(out)
	out = out[:min(len(out), 12)]
	for i := range out {
		out[i].Bar = chart.Bar(int64(out[i].Leads), int64(most))
	}
	return out
}

func sortShares(s []share) {
	slices.SortFunc(s, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.Leads, a.Leads), strings.Compare(a.Scheme, b.Scheme))
	})
}
