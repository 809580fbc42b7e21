package simulate

import (
	"math/rand/v2"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// inpatient makes a stay that ends on the day of its settlement.
func (w *world) inpatient(rng *rand.Rand, p *person, v visit, settle Second) *draft {
	where, medType := inStay, "21"
	switch {
	case v.kind == visitMaternity:
		where, medType = inMaternity, "52"
	case v.kind == visitNewborn:
		where = inNewborn
	case rng.IntN(12) == 0:
		medType = "24"
	case rng.IntN(3) == 0:
		medType = "2101" // a local child of 21
	}
	in, turn := w.pick(p, v.kind)
	day := dayOf(settle)
	once := v.slot/4 == int(w.roll(forPhase, p.index, 2)%3)
	d := w.open(&w.ids, rng, p, in, medType, settle)
	d.doctor = in.doctor(turn)
	d.once, d.windowed = once, true
	s := w.choose(in, turn, where, p, day, func(s *scenario) bool { return w.canOperate(s, in, once) })
	days := newbornDays
	if s != nil {
		d.dept = s.dept
		d.diagnose(s.code, s.name)
		days = s.days
	}
	if v.kind != visitNewborn {
		days = min(max(1, days-1+rng.IntN(3)), longestStay)
	}
	begin := (day-Day(days)).at(7, 30, 0) + Second(rng.IntN(2*3600))
	d.stay(begin, settle-Second(1800+rng.IntN(1200)))
	d.fillStay(s, days)
	return d
}

// canOperate leaves out operations that the place or the person cannot have.
func (w *world) canOperate(s *scenario, in *institution, once bool) bool {
	for _, it := range w.items[s].surgery {
		if r := it.at(w.from); r.levelMin > int64(in.level) || r.once && !once {
			return false
		}
	}
	return true
}

// fillStay bills a stay of so many days: by the day, by the order, and what
// an operation takes.
func (d *draft) fillStay(s *scenario, days int) {
	begin := dayOf(d.claim.Setlinfo.Begntime)
	b, cnt := &d.w.stock, Quantity(days)*quantityUnit
	bed, nursing := b.bed, b.nursing
	switch {
	case s != nil && s.where&inNewborn != 0:
		bed, nursing = b.newbornBed, b.newborn
	case d.rng.IntN(3) == 0:
		bed, nursing = b.betterBed, b.light
	}
	last := (begin + Day(days)).at(8, 0, 0)
	for i, it := range []*item{bed, nursing, b.ward} {
		d.bill(it, cnt, last+Second(i*31+d.rng.IntN(30)))
	}
	if s == nil {
		d.bill(b.blood, quantityUnit, begin.at(11, 0, 0))
		return
	}
	have := d.w.items[s]
	d.clock = begin.at(11, 0, 0) + Second(d.rng.IntN(1800))
	d.some(have.tests, 0.9)
	d.routine(begin, days)
	d.operate(have.surgery, begin, days)
	for _, it := range have.cares {
		d.treat(it, begin, days)
	}
	for i, it := range have.drugs {
		if i < 2 || d.rng.IntN(2) == 0 {
			d.infuse(it, begin, days)
		}
	}
	d.clock = begin.at(15, 0, 0) + Second(d.rng.IntN(1800))
	d.some(have.materials, 0.8)
}

// routine is what every stay takes: infusions, blood samples, a cannula. It
// keeps the shares of treatment and materials alike from stay to stay.
func (d *draft) routine(begin Day, days int) {
	b := &d.w.stock
	if d.allows(b.infusion, begin) {
		for i := range min(2, days) {
			d.bill(b.infusion, Quantity(2+d.rng.IntN(2))*quantityUnit, (begin+Day(i)).at(10, 0, 0)+Second(d.rng.IntN(3600)))
		}
	}
	for _, it := range []*item{b.cannula, b.dressing} {
		if d.allows(it, begin) {
			d.bill(it, 2*quantityUnit, begin.at(13, 0, 0)+Second(d.rng.IntN(3600)))
		}
	}
}

// operate bills the operation with its anaesthesia and materials on one day.
func (d *draft) operate(items []*item, begin Day, days int) {
	if len(items) == 0 {
		return
	}
	d.clock = (begin+Day(min(1, days-1))).at(13, 0, 0) + Second(d.rng.IntN(1800))
	for _, it := range items {
		d.offer(it)
	}
}

// treat bills a treatment on one or two days of the stay.
func (d *draft) treat(it *item, begin Day, days int) {
	if !d.allows(it, begin) {
		return
	}
	cnt := Quantity(1)
	if r := it.at(begin); r.maxPerDay >= 8*quantityUnit {
		cnt = Quantity(4 + d.rng.IntN(8)) // by the hour
	}
	first := begin + Day(d.rng.IntN(days))
	d.bill(it, cnt*quantityUnit, first.at(9, 30, 0)+Second(d.rng.IntN(3600)))
	if next := first + 1; next < begin+Day(days) && d.rng.IntN(2) == 0 {
		d.bill(it, cnt*quantityUnit, next.at(9, 30, 0)+Second(d.rng.IntN(3600)))
	}
}

// infuse gives a drug of the ward over the stay, now and then in two lines.
func (d *draft) infuse(it *item, begin Day, days int) {
	if !d.allows(it, begin) {
		return
	}
	packs := 1 + d.rng.IntN(min(6, days+1))
	d.dispense(it, packs, 0, begin.at(14, 0, 0)+Second(d.rng.IntN(3600)))
	if days > 4 && d.rng.IntN(3) == 0 {
		d.dispense(it, packs, 0, (begin+Day(days/2)).at(10, 0, 0)+Second(d.rng.IntN(3600)))
	}
}
