package claim

import (
	"math"
	"math/bits"
)

// step is what a book knows of a settlement at a glance, in one place of
// memory: enough to tell whether new settlements of its person have anything to
// do with it.
type step struct {
	items         uint64 // a bit for each item of its lines; several items share one
	before        int32  // the settlement of the person before
	day           uint16 // of settlement, as in Days
	days          Days   // of its lines; of a stay also those from admission to discharge
	units, supply uint8  // see Glance
	marks         uint8
}

// What the marks of a step say.
const (
	aStay   = 1 << iota // it is a stay
	oldBill             // a claim before it has its bill number
)

// trail holds the steps of all settlements: of every person the latest, and of
// each the one before.
type trail struct {
	last  []int32 // by person
	steps paged[step]
}

// each calls yield with the settlements of a person, the latest first.
func (t *trail) each(person int32, yield func(settlement int32)) {
	if int(person) >= len(t.last) {
		return
	}
	for s := t.last[person]; s != NoCode; s = t.steps.at(s).before {
		yield(s)
	}
}

func (t *trail) add(person int32, s step) {
	for int(person) >= len(t.last) {
		t.last = append(t.last, NoCode)
	}
	s.before = t.last[person]
	t.last[person] = int32(t.steps.length)
	t.steps.push(s)
}

// touch loads the steps of some persons, so that the memory fetches them side
// by side. The sum only keeps the loads alive.
func (t *trail) touch(persons []int32) (sum int32) {
	var at [64]int32
	for i, p := range persons {
		at[i] = NoCode
		if int(p) < len(t.last) {
			at[i] = t.last[p]
		}
	}
	for going := true; going; {
		going = false
		for i := range persons {
			if at[i] != NoCode {
				at[i] = t.steps.at(at[i]).before
				sum += at[i]
				going = true
			}
		}
	}
	return sum
}

// Glance is what a book knows of a claim without looking at its lines.
type Glance struct {
	Day  int64 // of settlement
	Stay bool
	// Units and Supply are the most that the lines of any one item of the claim
	// add up to: of quantity (Cnt), and of days of supply (PrdDays), rounded up;
	// Much where they are more than can be told.
	Units, Supply uint8
}

// Much stands for any number that a Glance cannot tell.
const Much = math.MaxUint8

func (s *step) glance() Glance {
	return Glance{int64(s.day), s.marks&aStay != 0, s.units, s.supply}
}

// itemBit is the bit of an item in a step.
func itemBit(item int32) uint64 { return 1 << (uint32(item) * 0x9E3779B1 >> 26) }

// stepper makes the steps of new settlements.
type stepper struct {
	kinds []Setting // by code of med_type
	// columns of the new lines
	item, cnt, prd, time []int64
}

// addedLines is the number of lines from which nobody adds up those of an item.
const addedLines = 24

// load reads what lines' steps are made of, from a row on.
func (s *stepper) load(all *Batch, from int) {
	n := all.Rows(Lines) - from
	read := func(to *[]int64, f Field) {
		if !all.Keep.Has(f) {
			*to = nil
			return
		}
		if cap(*to) < n {
			*to = make([]int64, n+n/4)
		}
		*to = (*to)[:n]
		all.packed(f).read(from, *to)
	}
	read(&s.item, MedListCodg)
	read(&s.cnt, Cnt)
	read(&s.prd, PrdDays)
	read(&s.time, FeeOcurTime)
}

// of makes the step of a settlement whose lines are from to to of those loaded.
func (s *stepper) of(all *Batch, c int32, from, to int) step {
	out := step{day: dayAt(all.Numbers(SetlTime)[c]), days: noDays}
	for l := from; l < to; l++ {
		at := dayAt(s.time[l])
		out.days = out.days.and(Days{at, at})
	}
	if s.item != nil {
		for l := from; l < to; l++ {
			out.items |= itemBit(int32(s.item[l]))
		}
		distinct := bits.OnesCount64(out.items) == to-from
		out.units, out.supply = s.most(s.cnt, from, to, distinct), s.most(s.prd, from, to, distinct)
	}
	if s.setting(all, all.cols[MedType].codeAt(c)) == Inpatient {
		out.marks |= aStay
		out.days = out.days.and(Days{dayAt(all.cols[Begntime].numberAt(c)), dayAt(all.cols[Endtime].numberAt(c))})
	}
	return out
}

// most is the most that the lines of one item add up to, in whole numbers;
// distinct says that no item is there twice.
func (s *stepper) most(col []int64, from, to int, distinct bool) uint8 {
	if col == nil {
		return 0
	}
	most := int64(0)
	if distinct {
		for _, v := range col[from:to] {
			most = max(most, v)
		}
		most = min(most, Much*tenThousand)
		return uint8((most + tenThousand - 1) / tenThousand)
	}
	if to-from > addedLines {
		return Much
	}
	for l := from; l < to; l++ {
		sum := int64(0)
		for o := from; o <= l; o++ {
			if s.item[o] == s.item[l] && col[o] > 0 { // also absent ones are below 0
				sum = min(sum+min(col[o], Much*tenThousand), Much*tenThousand)
			}
		}
		most = max(most, sum)
	}
	return uint8((most + tenThousand - 1) / tenThousand)
}

// tenThousand is 1 in columns of four decimals.
const tenThousand = 10_000

// setting is that of a med_type.
func (s *stepper) setting(all *Batch, medType int32) Setting {
	for code := int32(len(s.kinds)); code <= medType; code++ {
		s.kinds = append(s.kinds, SettingOf(all.Dicts[DomainMedType].Text(code)))
	}
	if medType < 0 {
		return Outpatient
	}
	return s.kinds[medType]
}
