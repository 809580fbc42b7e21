package desk

import (
	"maps"
	"slices"

	"fundwatch/cases"
)

// fineRow is within what an article lets a fine be set over the money that is
// verified now.
type fineRow struct {
	Article string `json:"article"`
	Times   bool   `json:"times"` // of the verified money
	Low     int64  `json:"least"` // times or fen, as the article says
	High    int64  `json:"most"`
	Least   int64  `json:"least_fen"`
	Most    int64  `json:"most_fen"`
	None    bool   `json:"or_none"` // the article also has conduct without a fine
	Clause  string `json:"clause"`
}

// fines lists the ranges of fines that this place has.
func (d *Desk) fines(c *cases.Case) (out []fineRow) {
	for _, name := range slices.Sorted(maps.Keys(d.o.Procedure.Fines)) {
		r := d.o.Procedure.Fines[name]
		if b, known := d.o.Procedure.Bounds(c, name); known {
			out = append(out, fineRow{name, r.Times, r.Least, r.Most, b.Least, b.Most, r.May, r.Clause})
		}
	}
	return out
}
