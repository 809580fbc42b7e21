package detectors

import (
	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// DrugLines picks the lines of drugs that were not given in a stay.
type DrugLines struct {
	items  Items
	item   []int32
	time   []int64
	kind   []int32
	claims []int32
	care   Care
	out    []int32
}

// IsDrug says that a row is a drug's.
func IsDrug(row *knowledge.Item) bool { return row.Kind == knowledge.ItemDrug }

// DrugLines makes a picker.
func (v *View) DrugLines() *DrugLines {
	return &DrugLines{
		items: v.ItemsWith(IsDrug),
		item:  v.Codes(claim.MedListCodg), time: v.Numbers(claim.FeeOcurTime), kind: v.Codes(claim.MedType),
		claims: v.History.LineClaim, care: v.Care(),
	}
}

// Outside gives those of the lines, which are all of one item, that are a
// drug's by the row in force on their fee day and belong to no stay. The slice
// is valid until the next call.
func (d *DrugLines) Outside(lines []int32) []int32 {
	d.out = d.out[:0]
	rows := d.items.Of(d.item[lines[0]])
	if rows == nil {
		return d.out
	}
	for _, l := range lines {
		if d.care.Of(d.kind[d.claims[l]]) == claim.Inpatient {
			continue
		}
		if row := knowledge.InForce(rows, claim.DayOf(d.time[l])); row != nil && row.Kind == knowledge.ItemDrug {
			d.out = append(d.out, l)
		}
	}
	return d.out
}
