package claim

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// joiner finds the settlement of every line and diagnosis, the settlements
// that come a second time, and what is wrong with each message.
type joiner struct {
	*Tables
	badTraces map[int32][]Problem
	workers   int

	index    identities
	oddIndex map[[2]string]int32 // identities with a part that is no code
	conflict map[int32]bool
	problems map[int32][]Problem // by settlement
	orphans  [numTables][]int32
	signs    []uint8 // by settlement: what is known of its quantities
}

const (
	hasNegative = 1 << iota
	hasUnknown
)

func (j *joiner) join() {
	b := j.Batch
	j.conflict, j.problems, j.oddIndex = map[int32]bool{}, map[int32][]Problem{}, map[[2]string]int32{}
	j.index.head = make([]int32, b.Dicts[DomainSettlement].Len())
	for i := range j.index.head {
		j.index.head[i] = NoCode
	}
	j.index.next = make([]int32, 0, j.rows[Settlements])
	inst, setl := b.Codes(FixmedinsCode), b.Codes(SetlID)
	for row := range int32(j.rows[Settlements]) {
		if setl[row] >= 0 && inst[row] >= 0 && j.index.head[setl[row]] == NoCode {
			j.index.add(setl[row]) // the only one of its id so far
		} else {
			j.addSettlement(row)
		}
	}
	b.lineOwner, b.diagOwner = j.owners(Lines, b.lineOwner), j.owners(Diagnoses, b.diagOwner)
}

// key gives the identity in a row of a table: two codes, or two texts when a
// part is no code; ok is false when a part is blank.
func (j *joiner) key(t Table, row int32) (inst, setl int32, odd [2]string, ok bool) {
	ci, cs := j.cols[t][FixmedinsCode.String()], j.cols[t][SetlID.String()]
	inst, setl = ci.col.codeAt(row), cs.col.codeAt(row)
	if inst >= 0 && setl >= 0 {
		return inst, setl, odd, true
	}
	odd = [2]string{ci.keyText(row), cs.keyText(row)}
	return NoCode, NoCode, odd, odd[0] != "" && odd[1] != ""
}

func (c *TableColumn) keyText(row int32) string {
	if code := c.col.codeAt(row); code >= 0 {
		return c.t.Batch.Dicts.Of(c.field).Text(code)
	}
	return c.odd[row]
}

func (j *joiner) find(t Table, row int32) int32 {
	inst, setl, odd, ok := j.key(t, row)
	switch {
	case !ok:
		return NoCode
	case inst >= 0:
		return j.index.find(j.Batch.Codes(FixmedinsCode), inst, setl)
	}
	if at, found := j.oddIndex[odd]; found {
		return at
	}
	return NoCode
}

// addSettlement indexes a settlement, or notes that its identity was there.
func (j *joiner) addSettlement(row int32) {
	inst, setl, odd, ok := j.key(Settlements, row)
	switch {
	case !ok:
		j.index.skip()
	case j.find(Settlements, row) != NoCode:
		j.conflict[row] = true
		j.index.skip()
	case inst >= 0:
		j.index.add(setl)
	default:
		j.oddIndex[odd] = row
		j.index.skip()
	}
}

// owners finds the settlements of all rows of a table. They take the place of
// the setl_id that the rows name.
func (j *joiner) owners(t Table, before *Vector[int32]) *Vector[int32] {
	before.Release()
	inst, setl := j.cols[t][FixmedinsCode.String()], j.cols[t][SetlID.String()]
	rows := setl.col.code.V
	InRanges(j.workers, len(rows), func(lo, hi int) { j.findOwners(t, inst.col.pack, rows, lo, hi) })
	for row, owner := range rows {
		if owner == NoCode {
			j.orphans[t] = append(j.orphans[t], int32(row))
		}
	}
	out := setl.col.code
	inst.col.release()
	setl.col = column{}
	return out
}

// findOwners puts the settlements of rows lo to hi in the place of their ids.
// Lines of one settlement mostly stand together, and settlements in the order
// of their table.
func (j *joiner) findOwners(t Table, inst *packed, rows []int32, lo, hi int) {
	lastSetl, lastInst, owner := int32(NoCode), int32(NoCode), int32(NoCode)
	insts, setls := j.Batch.Codes(FixmedinsCode), j.Batch.Codes(SetlID)
	for row := lo; row < hi; row++ {
		ownSetl, ownInst := rows[row], inst.code(int32(row))
		if ownSetl < 0 || ownInst < 0 || ownSetl != lastSetl || ownInst != lastInst {
			lastSetl, lastInst = ownSetl, ownInst
			next := owner + 1
			owner = NoCode
			if _, broken := j.broken[t][int32(row)]; broken {
			} else if int(next) < len(setls) && ownSetl >= 0 && setls[next] == ownSetl && ownInst >= 0 && insts[next] == ownInst && !j.conflict[next] {
				owner = next
			} else {
				owner = j.find(t, int32(row))
			}
		}
		rows[row] = owner
	}
}

// check gathers the problems of every settlement.
func (j *joiner) check() {
	j.checkLines()
	j.checkHeaders()
	positions := j.positions()
	j.cells(positions)
	for row, ps := range j.badTraces {
		if owner := j.Batch.lineOwner.V[row]; owner >= 0 {
			for _, p := range ps {
				j.add(owner, linePath(positions(Lines, row), p.Field), p.Rule)
			}
		}
	}
}

func (j *joiner) add(settlement int32, field string, rule Rule) {
	j.problems[settlement] = append(j.problems[settlement], Problem{field, rule})
}

// pending is a problem of a line whose position is not known yet.
type pending struct {
	row   int32
	field Field
	rule  Rule
}

// checkLines looks at quantities, signs and repeated numbers of all lines.
func (j *joiner) checkLines() {
	b, free := j.Batch, j.freeSigns()
	b.joined = &joined{}
	InParallel(j.workers, []func(){
		func() {
			b.joined.lines = membersOf(b.Owners(Lines), j.rows[Settlements])
			sn := j.cols[Lines][FeedetlSn.String()]
			for _, row := range j.repeated() {
				sn.bad = append(sn.bad, badCell{row, RuleRepeated})
			}
		},
		j.findSigns,
		func() { j.checkSigns(DetItemFeeSumamt, free) },
		func() { j.checkSigns(InscpScpAmt, free) },
		func() { b.joined.diagnoses = membersOf(b.Owners(Diagnoses), j.rows[Settlements]) },
	})
}

// findSigns notes of every settlement whether it has lines with negative or
// unreadable quantities.
func (j *joiner) findSigns() {
	b := j.Batch
	j.signs = written[uint8](j.rows[Settlements])
	b.joined.negative = b.negative()
	for _, l := range b.joined.negative {
		owner := b.lineOwner.V[l]
		switch {
		case owner < 0:
		case b.packed(Cnt).at(l) == None64:
			j.signs[owner] |= hasUnknown
		default:
			j.signs[owner] |= hasNegative
		}
	}
}

// checkSigns compares the signs of the lines' quantities with those of a field
// of money, but for the settlements whose signs are free.
func (j *joiner) checkSigns(f Field, free []bool) {
	c, cnt := j.cols[Lines][f.String()], j.Batch.packed(Cnt)
	var counts [1024]int64
	for from, money := range j.Batch.packed(f).blocks() {
		cnt.read(from, counts[:len(money)])
		for i, n := range counts[:len(money)] {
			if n == None64 || !wrongSign(n, money[i]) {
				continue
			}
			if owner := j.Batch.lineOwner.V[from+i]; owner >= 0 && !free[owner] {
				c.bad = append(c.bad, badCell{int32(from + i), RuleSign})
			}
		}
	}
}

// freeSigns marks the settlements whose signs are not judged: refund
// settlements, and those whose flag cannot be read.
func (j *joiner) freeSigns() []bool {
	out := make([]bool, j.rows[Settlements])
	flag, one := j.Batch.Codes(RefdSetlFlag), j.Batch.Dicts[DomainFlag].Lookup("1")
	for row := range out {
		out[row] = flag[row] != NoCode && flag[row] == one
	}
	for _, c := range j.cols[Settlements][RefdSetlFlag.String()].bad {
		out[c.row] = true
	}
	return out
}

// repeated finds the lines whose number their claim had before.
func (j *joiner) repeated() (out []int32) {
	owners, sn := j.Batch.lineOwner.V, j.Batch.packed(FeedetlSn)
	seen := make([]int32, j.Batch.Dicts[DomainLine].Len()) // the claim that had a number last
	for i := range seen {
		seen[i] = NoCode
	}
	if sorted := j.Batch.joined.lines.sorted; sorted != nil { // the lines of claims do not lie together
		for _, row := range sorted {
			if n := sn.code(row); n >= 0 {
				if seen[n] == owners[row] {
					out = append(out, row)
				}
				seen[n] = owners[row]
			}
		}
		return out
	}
	for from, block := range sn.blocks() {
		for i, n := range block {
			owner := owners[from+i]
			if owner < 0 || n < 0 {
				continue
			}
			if seen[n] == owner {
				out = append(out, int32(from+i))
			}
			seen[n] = owner
		}
	}
	return out
}

// checkHeaders makes the checks between the fields of settlements. Required
// fields were checked cell by cell, so they count as present here.
func (j *joiner) checkHeaders() {
	b := j.Batch
	bad := map[int32]uint64{}
	negative := map[int32]uint64{}
	for _, f := range Settlements.Fields() {
		c := j.cols[Settlements][f.String()]
		kept := c.bad[:0]
		for _, cell := range c.bad {
			if cell.rule == RuleSign {
				negative[cell.row] |= 1 << f
				continue
			}
			bad[cell.row] |= 1 << f
			kept = append(kept, cell)
		}
		c.bad = kept
	}
	begin, end, kind := b.Numbers(Begntime), b.Numbers(Endtime), b.Codes(MedType)
	flag, orig := b.Codes(RefdSetlFlag), b.Codes(InitSetlID)
	one := b.Dicts[DomainFlag].Lookup("1")
	inpatient := make([]bool, b.Dicts[DomainMedType].Len())
	for c := range inpatient {
		inpatient[c] = SettingOf(b.Dicts[DomainMedType].Text(int32(c))) == Inpatient
	}
	var mu sync.Mutex
	var look []int32
	InRanges(j.workers, j.rows[Settlements], func(lo, hi int) {
		var own []int32
		for row := lo; row < hi; row++ {
			stay := kind[row] >= 0 && inpatient[kind[row]]
			missing := begin[row] == None64 || end[row] == None64
			if stay && missing || !missing && end[row] < begin[row] || flag[row] >= 0 && flag[row] == one && orig[row] < 0 {
				own = append(own, int32(row))
			}
		}
		mu.Lock()
		defer mu.Unlock()
		look = append(look, own...)
	})
	for row := range negative {
		look = append(look, row)
	}
	slices.Sort(look)
	for _, row := range slices.Compact(look) {
		j.checkHeader(row, bad[row], negative[row])
	}
}

func (j *joiner) checkHeader(row int32, bad, negative uint64) {
	b := j.Batch
	var values [24]int64
	values[Begntime], values[Endtime] = b.Numbers(Begntime)[row], b.Numbers(Endtime)[row]
	h := header{values: values[:], bad: bad, present: requiredSettlement | negative}
	set := func(f Field, has bool) {
		if has {
			h.present |= 1 << f
		} else {
			h.present &^= 1 << f
		}
	}
	set(Begntime, values[Begntime] != None64)
	set(Endtime, values[Endtime] != None64)
	set(MedType, b.Codes(MedType)[row] >= 0)
	set(RefdSetlFlag, b.Codes(RefdSetlFlag)[row] >= 0)
	set(InitSetlID, b.Codes(InitSetlID)[row] >= 0)
	h.bad |= 1 << MedType &^ h.present // a missing med_type was told already
	h.medType = b.Dicts[DomainMedType].Text(b.Codes(MedType)[row])
	h.refundFlag = b.Dicts[DomainFlag].Text(b.Codes(RefdSetlFlag)[row])
	for _, f := range claimMoney {
		if negative>>f&1 == 1 {
			values[f] = -1
		}
	}
	lines := signs{negative: j.signs[row]&hasNegative != 0, unknown: j.signs[row]&hasUnknown != 0}
	checkHeader(&h, lines, func(f Field, rule Rule) { j.add(row, "setlinfo."+f.String(), rule) })
}

// positions gives a function that says which line or diagnosis of its
// settlement a row is, for the settlements that have a bad cell.
func (j *joiner) positions() func(t Table, row int32) int {
	var at [numTables]map[int32]int
	want := [numTables]map[int32]bool{Lines: {}, Diagnoses: {}}
	for _, t := range []Table{Lines, Diagnoses} {
		owners := j.Batch.Owners(t)
		for _, c := range j.cols[t] {
			for _, cell := range c.bad {
				if owners[cell.row] >= 0 {
					want[t][owners[cell.row]] = true
				}
			}
		}
		for row := range j.badTraces {
			if t == Lines && owners[row] >= 0 {
				want[t][owners[row]] = true
			}
		}
		at[t] = map[int32]int{}
		if len(want[t]) == 0 {
			continue
		}
		count := map[int32]int{}
		for row, owner := range owners {
			if owner >= 0 && want[t][owner] {
				at[t][int32(row)] = count[owner]
				count[owner]++
			}
		}
	}
	return func(t Table, row int32) int { return at[t][row] }
}

// cells turns bad cells into problems of their settlements.
func (j *joiner) cells(position func(t Table, row int32) int) {
	for _, t := range []Table{Settlements, Diagnoses, Lines} {
		for _, f := range t.Fields() {
			for _, cell := range j.cols[t][f.String()].bad {
				switch owner := cell.row; t {
				case Settlements:
					if _, broken := j.broken[t][cell.row]; !broken {
						j.add(owner, "setlinfo."+f.String(), cell.rule)
					}
				case Lines:
					if owner = j.Batch.lineOwner.V[cell.row]; owner >= 0 {
						j.add(owner, linePath(position(t, cell.row), f.String()), cell.rule)
					}
				default:
					if owner = j.Batch.diagOwner.V[cell.row]; owner >= 0 {
						j.add(owner, fmt.Sprintf("diseinfo[%d].%s", position(t, cell.row), f), cell.rule)
					}
				}
			}
		}
	}
}

// rejects lists all messages that are no claims, and takes them out of the
// index.
func (j *joiner) rejects() []TableReject {
	var out []TableReject
	for row := range j.conflict {
		out = append(out, TableReject{Row: row, Conflict: true})
	}
	for row, rule := range j.broken[Settlements] {
		out = append(out, TableReject{Row: row, Problems: []Problem{{"", rule}}})
	}
	members := j.members()
	for row, ps := range j.problems {
		if _, broken := j.broken[Settlements][row]; broken || j.conflict[row] {
			continue
		}
		slices.SortFunc(ps, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Rule, b.Rule))
		})
		out = append(out, TableReject{Row: row, Problems: ps, Lines: members[Lines][row], Diagnoses: members[Diagnoses][row]})
	}
	if len(out) > 0 {
		j.Batch.Rejected = make([]bool, j.rows[Settlements])
		setl := j.Batch.Codes(SetlID)
		for _, r := range out {
			j.Batch.Rejected[r.Row] = true
			j.index.remove(setl[r.Row], r.Row)
		}
	}
	for _, t := range []Table{Lines, Diagnoses} {
		for _, row := range j.orphans[t] {
			p := Problem{"setlinfo.setl_id", RuleOrphan}
			if rule, broken := j.broken[t][row]; broken {
				p = Problem{"", rule}
			}
			r := TableReject{Table: t, Row: row, Problems: []Problem{p}}
			if t == Lines {
				r.Lines = []int32{row}
			} else {
				r.Diagnoses = []int32{row}
			}
			out = append(out, r)
		}
	}
	SortRejects(out)
	return out
}

// members gives the lines and diagnoses of the settlements with problems.
func (j *joiner) members() (out [numTables]map[int32][]int32) {
	for _, t := range []Table{Lines, Diagnoses} {
		if out[t] = map[int32][]int32{}; len(j.problems) == 0 {
			continue
		}
		for row, owner := range j.Batch.Owners(t) {
			if owner >= 0 {
				if _, bad := j.problems[owner]; bad {
					out[t][owner] = append(out[t][owner], int32(row))
				}
			}
		}
	}
	return out
}
