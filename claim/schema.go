package claim

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// unit says what one is in a column of a kind.
func (k Kind) unit() string {
	switch k {
	case KindMoney:
		return "fen"
	case KindQuantity:
		return "1/10000"
	case KindPrice:
		return "1/1000000 yuan"
	case KindWhole:
		return "1"
	case KindTime:
		return "seconds of the wall clock since 1970-01-01 00:00:00"
	case KindDay:
		return "days since 1970-01-01"
	}
	return "code of the dictionary"
}

// Schema is the Arrow schema of a table with the given fields: codes of texts
// as int32, all else as int64, absent as null; the metadata of a field tells
// its unit. Lines and diagnoses begin with "settlement", the row of their
// settlement.
func Schema(t Table, keep FieldSet) *arrow.Schema {
	var fields []arrow.Field
	if t != Settlements {
		fields = append(fields, arrow.Field{Name: "settlement", Type: arrow.PrimitiveTypes.Int32, Nullable: true,
			Metadata: arrow.MetadataFrom(map[string]string{"unit": "row of settlements"})})
	}
	for _, f := range t.Fields() {
		if !keep.Has(f) {
			continue
		}
		field := arrow.Field{Name: f.String(), Type: arrow.PrimitiveTypes.Int64, Nullable: true,
			Metadata: arrow.MetadataFrom(map[string]string{"unit": specs[f].Kind.unit()})}
		if f.Coded() {
			field.Type = arrow.PrimitiveTypes.Int32
		}
		fields = append(fields, field)
	}
	return arrow.NewSchema(fields, nil)
}

// record makes a record of arrays in the order of Schema and lets go of them.
func record(t Table, keep FieldSet, arrays []arrow.Array, rows int) arrow.Record {
	rec := array.NewRecord(Schema(t, keep), arrays, int64(rows))
	for _, a := range arrays {
		a.Release()
	}
	return rec
}
