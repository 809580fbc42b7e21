package claim

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Two more columns of lines exist only in a History: quantity and amount as
// they were sent, before refund lines were taken off.
const (
	SentCnt Field = NumFields + 1 + iota
	SentDetItemFeeSumamt
	numHistoryFields
)

// History holds the claims that take part, net, in the order of persons:
// claims sorted by (person, claim order), fee lines and diagnoses in the order
// of their claims. Claim order is (setl_time, fixmedins_code, setl_id).
//
// Lines come in two parts: first all net lines, then the void lines, those
// that were sent but do not count (refund lines, and lines refunded whole).
// Only a detector that looks at claims as sent reads the second part.
type History struct {
	Dicts *Dicts
	Keep  FieldSet

	// Persons gives the claims of person i: Persons[i] to Persons[i+1].
	Persons []int32
	// NetLines gives the net lines of claim c: NetLines[c] to NetLines[c+1].
	NetLines []int32
	// VoidLines gives the void lines of claim c, as row numbers of the lines.
	VoidLines []int32
	// Diagnoses gives the diagnoses of claim c in their order.
	Diagnoses []int32
	// LineClaim is the claim of a line.
	LineClaim []int32

	alloc memory.Allocator
	cols  [numHistoryFields]column
	rows  [numTables]int
	// The trace codes stay in the order in which they came; lineRows says where
	// those of a line are.
	traces   traceColumn
	lineRows []int32
}

// Rows is the number of rows of a table; net and void lines together.
func (h *History) Rows(t Table) int { return h.rows[t] }

// Net is the number of net lines: rows below it are net, all others void.
func (h *History) Net() int { return int(h.NetLines[len(h.NetLines)-1]) }

// Codes gives a coded column, NoCode where absent.
func (h *History) Codes(f Field) []int32 { return h.cols[f].code.V }

// Numbers gives a column of numbers, times or days, None64 where absent.
func (h *History) Numbers(f Field) []int64 { return h.cols[f].num.V }

// Text gives the text of a coded field in a row.
func (h *History) Text(f Field, row int32) string {
	return h.Dicts.Of(f).Text(h.cols[f].code.V[row])
}

// Traces calls yield with each trace code of a line.
func (h *History) Traces(line int, yield func(code []byte)) {
	if h.traces.end != nil {
		h.traces.each(int(h.lineRows[line]), yield)
	}
}

// Release gives all memory back.
func (h *History) Release() {
	for _, c := range h.cols {
		c.release()
	}
	h.traces.release()
}

// Record shows a table as an Arrow record without copying; see Batch.Record.
// Lines and diagnoses begin with the column "settlement", the row of their
// claim; lines end with the quantities and amounts as sent.
func (h *History) Record(t Table) arrow.Record {
	var fields []arrow.Field
	var arrays []arrow.Array
	add := func(name string, a arrow.Array) {
		fields = append(fields, arrow.Field{Name: name, Type: a.DataType(), Nullable: true})
		arrays = append(arrays, a)
	}
	for _, f := range t.Fields() {
		if h.Keep.Has(f) {
			add(f.String(), h.cols[f].array(h.alloc))
		}
	}
	if t == Lines {
		add("sent_cnt", h.cols[SentCnt].array(h.alloc))
		add("sent_det_item_fee_sumamt", h.cols[SentDetItemFeeSumamt].array(h.alloc))
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), arrays, int64(h.rows[t]))
	for _, a := range arrays {
		a.Release()
	}
	return rec
}

// Before reports whether claim a is before claim b in claim order.
func (h *History) Before(a, b int32) bool {
	return claimBefore(h.Dicts, h.Numbers(SetlTime), h.Codes(FixmedinsCode), h.Codes(SetlID), a, b)
}

// claimBefore compares by (setl_time, fixmedins_code, setl_id), texts bytewise.
func claimBefore(d *Dicts, time []int64, inst, setl []int32, a, b int32) bool {
	if time[a] != time[b] {
		return time[a] < time[b]
	}
	if inst[a] != inst[b] {
		return d[DomainInstitution].Text(inst[a]) < d[DomainInstitution].Text(inst[b])
	}
	return d[DomainSettlement].Text(setl[a]) < d[DomainSettlement].Text(setl[b])
}
