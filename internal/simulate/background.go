package simulate

import (
	"math/rand/v2"
)

// visitClaims makes the claims of one ordinary visit, in settlement order.
func (w *world) visitClaims(p *person, v visit) []*Claim {
	rng := w.seedFor(forHome, p.index, uint64(v.slot))
	settle := w.settleTime(p, v)
	var d *draft
	switch v.kind {
	case visitPharmacy:
		d = w.purchase(rng, p, settle)
	case visitStay, visitMaternity, visitNewborn:
		d = w.inpatient(rng, p, v, settle)
	default:
		d = w.consultation(rng, p, v, settle)
	}
	first := d.claim
	claims := []*Claim{first}
	switch v.variant {
	case partialRefund:
		d.refundSome()
	case lineCancelled:
		d.cancelLast()
	}
	d.finish()
	switch v.variant {
	case twoParts:
		claims = append(claims, w.secondPart(rng, d))
	case laterReturn:
		claims = append(claims, w.returned(rng, d))
	case refunded:
		claims = append(claims, w.refundOf(&w.ids, first, d.sn, w.later(rng, settle)))
	case corrected:
		// On the same day: settled days later it could lie hours from the
		// next visit somewhere else.
		when := settle + Second(900+rng.IntN(900))
		claims = append(claims, w.refundOf(&w.ids, first, d.sn, when), w.again(first, when+600))
	}
	return claims
}

// later is a time some days after t, but inside the run.
func (w *world) later(rng *rand.Rand, t Second) Second {
	days := 1 + rng.IntN(5)
	last := w.from + Day(w.cfg.Days) - 1
	if dayOf(t)+Day(days) > last {
		return t + Second(900+rng.IntN(900))
	}
	return t + Second(days*secondsPerDay) + Second(rng.IntN(1800))
}

// choose picks the next ordinary scenario of an institution. Going through
// them by the golden ratio keeps each institution's mix of cases the same.
func (w *world) choose(in *institution, turn uint64, where setting, p *person, day Day, ok func(*scenario) bool) *scenario {
	list := w.scenarios[where]
	start := int(frac(float64(turn)*golden+in.rank) * float64(len(list)))
	age := int(float64(p.ageDays(day)) / daysPerYear)
	for i := range list {
		s := list[(start+i)%len(list)]
		if s.fits(p.sex, age) && (ok == nil || ok(s)) {
			return s
		}
	}
	return nil
}

// pick gives the institution of a visit and how many visits of the kind it had.
func (w *world) pick(p *person, kind visitKind) (*institution, uint64) {
	var in *institution
	switch {
	case kind == visitChronic:
		in = w.place.pickers[kind].at(p.index)
	case kind > visitStay:
		in = w.place.pickers[visitStay].next()
	default:
		in = w.place.pickers[kind].next()
	}
	in.turns[kind]++
	return in, in.turns[kind]
}

func (w *world) purchase(rng *rand.Rand, p *person, settle Second) *draft {
	in, turn := w.pick(p, visitPharmacy)
	d := w.open(&w.ids, rng, p, in, "41", settle)
	d.doctor = in.doctor(turn)
	d.clock = settle - 120
	start := int(frac(float64(turn)*golden+in.rank) * float64(len(w.baskets)))
	for i := range w.baskets {
		for _, it := range w.baskets[(start+i)%len(w.baskets)] {
			d.offer(it)
		}
		if len(d.used) > 1 || len(d.used) == 1 && i > 0 {
			break
		}
	}
	if len(d.used) == 0 {
		d.dispense(w.cat.need("叶酸片"), 1, 7, d.tick())
	}
	return d
}

// offer bills an item in an ordinary amount if nothing speaks against it.
func (d *draft) offer(it *item) *Line {
	if !d.allows(it, dayOf(d.clock)) {
		return nil
	}
	switch it.kind {
	case "drug":
		return d.dispense(it, 1+d.rng.IntN(2), int64(3+d.rng.IntN(5)), d.tick())
	case "herb":
		return d.bill(it, Quantity(10*(6+d.rng.IntN(10)))*quantityUnit, d.tick())
	}
	return d.bill(it, quantityUnit, d.tick())
}

// consultation is an outpatient, clinic, chronic or emergency visit.
func (w *world) consultation(rng *rand.Rand, p *person, v visit, settle Second) *draft {
	in, turn := w.pick(p, v.kind)
	medType, where := "11", inOutpatient
	switch v.kind {
	case visitClinic:
		where = inClinic
	case visitChronic:
		medType, where = "14", inChronic
	case visitEmergency:
		medType, where = "13", inEmergency
	}
	d := w.open(&w.ids, rng, p, in, medType, settle)
	d.doctor = in.doctor(turn)
	d.windowed = w.windowed(p, v.slot)
	day := dayOf(settle)
	s := w.choose(in, turn, where, p, day, nil)
	if v.kind == visitChronic {
		s = w.illness(p, day)
	}
	d.applyScenario(s, v.kind, day)
	return d
}

// illness is the chronic illness a person has all year.
func (w *world) illness(p *person, day Day) *scenario {
	list := w.scenarios[inChronic]
	start := int(w.roll(forHome, p.index, 99) % uint64(len(list)))
	age := int(float64(p.ageDays(day)) / daysPerYear)
	for i := range list {
		if s := list[(start+i)%len(list)]; s.fits(p.sex, age) {
			return s
		}
	}
	return list[0]
}

// windowed says whether items with a frequency window may be used in a slot:
// every fourth, so that no window of 90 days reaches from one to the next.
func (w *world) windowed(p *person, slot int) bool {
	return (slot+int(w.roll(forPhase, p.index, 0)%8))%4 == 0
}

func (d *draft) applyScenario(s *scenario, kind visitKind, day Day) {
	if s == nil {
		d.fee(kind)
		return
	}
	d.dept = s.dept
	d.diagnose(s.code, s.name)
	if s.tcm != "" {
		d.diagnoseTCM(s.tcm)
	}
	if ill := alsoIll[d.rng.IntN(len(alsoIll))]; d.rng.IntN(4) == 0 && ill.code != s.code && d.p.ageDays(day) > int64(ill.ageMin*366) {
		d.diagnose(ill.code, ill.name)
	}
	d.fee(kind)
	have := d.w.items[s]
	d.some(have.tests, 0.48)
	d.some(have.cares, 0.50)
	if kind != visitClinic {
		// Rare dear materials would make a small practice an outlier.
		d.some(have.materials, 0.7)
	}
	offset := d.rng.IntN(max(1, len(have.drugs)))
	if kind == visitChronic {
		// The same drugs every time: that is what a chronic patient takes.
		offset = int(mix(d.p.index) % uint64(max(1, len(have.drugs))))
	}
	for i, n, most := 0, 0, 2+d.rng.IntN(2); i < len(have.drugs) && n < most; i++ {
		it := have.drugs[(offset+i)%len(have.drugs)]
		if !d.allows(it, day) {
			continue
		}
		n++
		if kind == visitChronic {
			d.dispense(it, 1+d.rng.IntN(2), 28, d.tick())
			continue
		}
		d.dispense(it, 1+d.rng.IntN(2), int64(3+d.rng.IntN(5)), d.tick())
	}
}

// some bills each item with a probability.
func (d *draft) some(items []*item, p float64) {
	for _, it := range items {
		if d.rng.Float64() < p {
			d.offer(it)
		}
	}
}

// fee bills what a visit of the kind costs before anything is done.
func (d *draft) fee(kind visitKind) {
	b := &d.w.stock
	choice := b.visit
	switch {
	case kind == visitEmergency:
		choice = b.emergency
	case kind == visitClinic:
		choice = b.basic
	case d.dept == "A50":
		choice = b.tcmVisit
	case d.in.level >= 2 && d.rng.IntN(3) == 0:
		choice = b.seniorVisit
	}
	if d.offer(choice) == nil {
		d.offer(b.visit)
	}
}

// refundSome takes back one package of a drug of which there are more.
func (d *draft) refundSome() {
	for i := range d.claim.Feedetail {
		if l := &d.claim.Feedetail[i]; l.PrdDays > 0 && l.Cnt > quantityUnit {
			d.refund(l.FeedetlSn, quantityUnit)
			return
		}
	}
	d.cancelLast()
}

// cancelLast takes the last line back, unless it is the only one.
func (d *draft) cancelLast() {
	if n := len(d.claim.Feedetail); n > 1 {
		last := d.claim.Feedetail[n-1]
		d.refund(last.FeedetlSn, last.Cnt)
	}
}

// secondPart settles the rest of the same visit: things added an hour later.
func (w *world) secondPart(rng *rand.Rand, first *draft) *Claim {
	d := w.open(&w.ids, rng, first.p, first.in, first.claim.Setlinfo.MedType, first.claim.Setlinfo.SetlTime+3600)
	d.claim.Setlinfo.MdtrtID = first.claim.Setlinfo.MdtrtID
	d.dept, d.sn = first.dept, first.sn
	for _, g := range first.claim.Diseinfo {
		if g.DiagType == "1" {
			d.diagnose(g.DiagCode, g.DiagName)
		}
	}
	d.used = append(d.used, first.used...)
	for _, it := range []*item{w.stock.urine, w.stock.blood, w.stock.salts, w.stock.ecg} {
		if d.offer(it) != nil && rng.IntN(2) == 0 {
			break
		}
	}
	if len(d.claim.Feedetail) == 0 {
		d.bill(w.stock.ecg, quantityUnit, d.tick())
	}
	return d.finish()
}

// returned is a settlement that takes a line of the first one back.
func (w *world) returned(rng *rand.Rand, first *draft) *Claim {
	settle := w.later(rng, first.claim.Setlinfo.SetlTime)
	d := w.open(&w.ids, rng, first.p, first.in, first.claim.Setlinfo.MedType, settle)
	d.claim.Setlinfo.MdtrtID = first.claim.Setlinfo.MdtrtID
	d.claim.Setlinfo.DscgMaindiagCode = first.claim.Setlinfo.DscgMaindiagCode
	lines := first.claim.Feedetail
	back := lines[len(lines)-1].back(lines[len(lines)-1].Cnt)
	back.FeedetlSn, back.FeeOcurTime = itoa(first.sn+1), settle-60
	d.claim.Feedetail = append(d.claim.Feedetail, back)
	return d.finish()
}

// refundOf is the refund settlement of a claim; its lines count on from sn.
func (w *world) refundOf(g *ids, of *Claim, sn int, when Second) *Claim {
	c := &Claim{Setlinfo: of.Setlinfo, Diseinfo: of.Diseinfo}
	number := g.nextSettlement()
	s := &c.Setlinfo
	s.SetlID, s.BillNo, s.SetlTime = "S"+number, "15"+number, when
	s.RefdSetlFlag, s.InitSetlID = "1", of.Setlinfo.SetlID
	s.MedfeeSumamt, s.InscpScpAmt, s.FundPaySumamt = -s.MedfeeSumamt, -s.InscpScpAmt, -s.FundPaySumamt
	s.HifpPay, s.AcctPay, s.PsnCashPay = -s.HifpPay, -s.AcctPay, -s.PsnCashPay
	for i := range of.Feedetail {
		if l := &of.Feedetail[i]; l.Cnt > 0 {
			back := l.back(l.Cnt)
			back.FeedetlSn, back.FeeOcurTime = itoa(sn+1+i), when-60
			c.Feedetail = append(c.Feedetail, back)
		}
	}
	return c
}

// again settles a refunded claim once more under a new number.
func (w *world) again(of *Claim, when Second) *Claim {
	c := *of
	number := w.ids.nextSettlement()
	c.Setlinfo.SetlID, c.Setlinfo.BillNo, c.Setlinfo.SetlTime = "S"+number, "15"+number, when
	return &c
}
