package claim

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// sparse are the columns that few rows are asked for, or none: they stay in
// the order in which they came and are looked up through History.origin.
var sparse = FieldSet(0).With(FeedetlSn, InitFeedetlSn, Rxno, MedinsListCodg, BilgDrCodg, BilgDeptCodg, TrdnFlag, EtipFlag, DscgTkdrugFlag,
	SetlID, Insutype, RefdSetlFlag, InitSetlID, InscpScpAmt)

// History holds the claims of some persons that take part, net: claims sorted
// by (person, claim order), fee lines and diagnoses in the order of their
// claims. Claim order is (setl_time, fixmedins_code, setl_id). A Pool lays it.
//
// Lines come in two parts: first all net lines, then the void lines, those
// that were sent but do not count (refund lines, and lines refunded whole).
// Only a detector that looks at claims as sent reads the second part.
//
// Its slices may be longer than there are rows, and stay in place when other
// persons are laid there.
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

	pool     *Pool
	cols     [NumFields]column // all that are kept but the sparse ones
	rows     [numTables]int
	net      int
	origin   [numTables][]int32 // the row of the pool
	void     []int32            // rows of the pool, while lines are laid
	lower    []int32            // lines that refunds will lower, while they are laid
	places   []place            // while lines and diagnoses are laid
	refunded map[int32]refunded // by line that refunds lowered
	lowered  bitset             // by line: is in refunded
	anew     []bool             // by claim; nil for all
	shown    []Shown            // by person; nil: everything
	narrowed narrowed
}

// Rows is the number of rows of a table; net and void lines together.
func (h *History) Rows(t Table) int { return h.rows[t] }

// Net is the number of net lines: rows below it are net, all others void.
func (h *History) Net() int { return h.net }

// Anew calls yield with every range of claims that are to be looked at by
// themselves. The others are there for the sake of their persons' claims: what
// they show alone is known, see [Book.Net].
func (h *History) Anew(yield func(from, to int32)) {
	if h.anew == nil {
		yield(0, int32(h.rows[Settlements]))
		return
	}
	for from := 0; from < len(h.anew); {
		if !h.anew[from] {
			from++
			continue
		}
		to := from + 1
		for to < len(h.anew) && h.anew[to] {
			to++
		}
		yield(int32(from), int32(to))
		from = to
	}
}

// Fits reports whether any of the spans can be laid there.
func (h *History) Fits(spans ...Span) bool {
	return !slices.ContainsFunc(spans, func(s Span) bool {
		return s.rows[Settlements] >= len(h.NetLines) || s.rows[Lines] > len(h.LineClaim) || s.rows[Diagnoses] > len(h.origin[Diagnoses])
	})
}

// Codes gives a coded column in the order of rows, NoCode where absent. Columns
// that few lines are asked for have none: see Sparse.
func (h *History) Codes(f Field) []int32 {
	if sparse.Has(f) {
		panic("claim: " + f.String() + " is a sparse column")
	}
	return h.cols[f].code.V
}

// Numbers gives a column of numbers, times or days in the order of rows, None64
// where absent; the in-scope amounts of lines, which few are asked for, by
// InScope only.
func (h *History) Numbers(f Field) []int64 { return h.cols[f].num.V }

// InScope gives the in-scope amount of a line in fen, net, None64 where absent.
func (h *History) InScope(line int32) int64 {
	if h.lowered.has(uint64(line)) {
		return h.refunded[line].inscp
	}
	return h.pool.cols[InscpScpAmt].pack.at(h.origin[Lines][line])
}

// Number gives one value of a column of numbers, None64 where absent: for columns
// that few rows are asked for.
func (h *History) Number(f Field, row int32) int64 {
	if (f == Cnt || f == DetItemFeeSumamt) && h.lowered.has(uint64(row)) {
		return h.cols[f].num.V[row]
	}
	return h.pool.cols[f].numberAt(h.origin[specs[f].Table][row])
}

// Sparse gives a coded column that is read for few rows.
func (h *History) Sparse(f Field) Sparse {
	if !sparse.Has(f) {
		panic("claim: " + f.String() + " is no sparse column")
	}
	return Sparse{h.origin[specs[f].Table], h.pool.cols[f]}
}

// Sparse is a coded column behind one more step.
type Sparse struct {
	rows []int32
	col  column
}

// Code gives the code of a row, NoCode when absent.
func (s Sparse) Code(row int32) int32 { return s.col.codeAt(s.rows[row]) }

// OfLines gives the codes of lines of one claim, from one to another, in buf,
// which grows.
func (s Sparse) OfLines(from, to int32, buf []int32) []int32 {
	n := int(to - from)
	buf = slices.Grow(buf[:0], n)[:n]
	rows := s.rows[from:to]
	if d := s.col.pack; n > 0 && d != nil && d.dense != nil && int(rows[n-1]-rows[0]) == n-1 { // they lie together
		readDense(d.dense, int(rows[0]), buf)
		return buf
	}
	s.col.gather(column{code: &Vector[int32]{V: buf}}, 0, rows)
	return buf
}

// Sent gives quantity and amount of a line as they were sent, before refund
// lines were taken off.
func (h *History) Sent(line int32) (cnt, det int64) {
	if h.lowered.has(uint64(line)) {
		v := h.refunded[line]
		return v.cnt, v.det
	}
	return h.cols[Cnt].num.V[line], h.cols[DetItemFeeSumamt].num.V[line]
}

// Text gives the text of a coded field in a row.
func (h *History) Text(f Field, row int32) string {
	return h.Dicts.Of(f).Text(h.pool.cols[f].codeAt(h.origin[specs[f].Table][row]))
}

// Traces calls yield with each trace code of a line.
func (h *History) Traces(line int, yield func(code []byte)) {
	if h.pool.traces.end != nil {
		h.pool.traces.each(int(h.origin[Lines][line]), yield)
	}
}

// Release gives its memory back; the pool keeps its own.
func (h *History) Release() {
	for f := range h.cols {
		h.cols[f].release()
	}
}

// Record shows a table as an Arrow record of its Schema, with the rows of
// claims for those of settlements. The caller releases it.
func (h *History) Record(t Table) arrow.Record {
	alloc := h.pool.alloc
	var arrays []arrow.Array
	if t != Settlements {
		owners, v := h.owners(t), NewVector[int32](alloc)
		copy(v.Extend(len(owners)), owners)
		arrays = append(arrays, v.Array(alloc, NoCode, arrow.PrimitiveTypes.Int32))
		v.Release()
	}
	for _, f := range t.Fields() {
		if !h.Keep.Has(f) {
			continue
		}
		c := newWide(alloc, f)
		c.extend(h.rows[t])
		h.pool.cols[f].gather(c, 0, h.origin[t][:h.rows[t]])
		switch { // refunds lower some
		case f == InscpScpAmt:
			for l := range h.refunded {
				c.num.V[l] = h.refunded[l].inscp
			}
		case !f.Coded():
			copy(c.num.V, h.cols[f].num.V)
		}
		arrays = append(arrays, c.array(alloc))
		c.release()
	}
	return record(t, h.Keep, arrays, h.rows[t])
}

// owners gives the claims of the rows of lines or diagnoses.
func (h *History) owners(t Table) []int32 {
	switch t {
	case Lines:
		return h.LineClaim[:h.rows[Lines]]
	case Diagnoses:
		out := make([]int32, h.rows[Diagnoses])
		for c := range h.rows[Settlements] {
			for d := h.Diagnoses[c]; d < h.Diagnoses[c+1]; d++ {
				out[d] = int32(c)
			}
		}
		return out
	}
	return nil
}

// Before reports whether claim a is before claim b in claim order.
func (h *History) Before(a, b int32) bool {
	from := h.origin[Settlements]
	return claimOrder{h.Dicts, h.Numbers(SetlTime), h.Codes(FixmedinsCode), h.pool.cols[SetlID].code.V}.before(a, b, from[a], from[b])
}

// claimOrder compares claims by (setl_time, fixmedins_code, setl_id), texts
// bytewise.
type claimOrder struct {
	dicts      *Dicts
	time       []int64
	inst, setl []int32
}

// before compares claims a and b, whose ids lie in the rows idA and idB.
func (o claimOrder) before(a, b, idA, idB int32) bool {
	if o.time[a] != o.time[b] {
		return o.time[a] < o.time[b]
	}
	if o.inst[a] != o.inst[b] {
		return o.dicts[DomainInstitution].Text(o.inst[a]) < o.dicts[DomainInstitution].Text(o.inst[b])
	}
	return o.dicts[DomainSettlement].Text(o.setl[idA]) < o.dicts[DomainSettlement].Text(o.setl[idB])
}
