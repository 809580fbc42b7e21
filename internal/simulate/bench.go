package simulate

import "fmt"

// person makes somebody who has no claims but those of the case.
func (b *bench) person(sex string, years int) *person {
	p := &person{index: plantPersons + uint64(b.number*idsPerCase+b.people), sex: sex, insutype: "310", ageYears: years,
		insuplc: counties[b.rng.IntN(len(counties))].code}
	b.people++
	p.no = personNo(p.index)
	p.born = b.start - Day(float64(years)*daysPerYear) - Day(30+b.rng.IntN(300))
	return p
}

// agedDays makes a person who is so many days old on the day.
func (b *bench) agedDays(sex string, days int64, on Day) *person {
	p := b.person(sex, int(float64(days)/daysPerYear))
	p.born = on - Day(days)
	return p
}

func (b *bench) adult() *person {
	sex := "1"
	if b.rng.IntN(2) == 0 {
		sex = "2"
	}
	return b.person(sex, 25+b.rng.IntN(20))
}

func (b *bench) oneOf(list []*institution) *institution { return list[b.rng.IntN(len(list))] }

// hospital picks a hospital of exactly the level.
func (b *bench) hospital(level int) *institution {
	var of []*institution
	for _, in := range b.w.place.byKind[hospital] {
		if in.level == level {
			of = append(of, in)
		}
	}
	return b.oneOf(of)
}

func (b *bench) anyHospital() *institution { return b.oneOf(b.w.place.byKind[hospital]) }

// bigHospital has at least level 2, which most operations need.
func (b *bench) bigHospital() *institution { return b.oneOf(b.w.place.of(hospital, 2)) }

func (b *bench) clinic() *institution { return b.oneOf(b.w.place.byKind[clinic]) }

func (b *bench) pharmacy() *institution { return b.oneOf(b.w.place.byKind[pharmacy]) }

// different picks institutions until one is not among those there are.
func (b *bench) different(pick func() *institution, not ...*institution) *institution {
	for {
		in, same := pick(), false
		for _, n := range not {
			same = same || n == in
		}
		if !same {
			return in
		}
	}
}

// near picks a hospital of the same county, far one of another.
func (b *bench) near(to *institution) *institution {
	return b.different(func() *institution {
		for {
			if in := b.anyHospital(); in.county == to.county {
				return in
			}
		}
	}, to)
}

func (b *bench) far(from *institution) *institution {
	for {
		if in := b.anyHospital(); in.county != from.county {
			return in
		}
	}
}

const cold, coldName = "J06.900", "急性上呼吸道感染"

// bare opens a claim with nothing in it.
func (b *bench) bare(p *person, in *institution, medType string, settle Second) *draft {
	d := b.w.open(&b.ids, b.rng, p, in, medType, settle)
	return d
}

// visit opens an outpatient claim with an ordinary diagnosis, a fee and a test.
func (b *bench) visit(p *person, in *institution, day Day) *draft {
	d := b.bare(p, in, "11", b.noon(day))
	d.diagnose(cold, coldName)
	d.offer(b.w.stock.visit)
	if b.rng.IntN(2) == 0 {
		d.offer(b.w.stock.blood)
	}
	return d
}

// ill opens a visit for a diagnosis.
func (b *bench) ill(p *person, in *institution, day Day, code, name string) *draft {
	d := b.bare(p, in, "11", b.noon(day))
	d.diagnose(code, name)
	d.offer(b.w.stock.visit)
	return d
}

func (b *bench) noon(day Day) Second { return day.at(9+b.rng.IntN(7), b.rng.IntN(60), b.rng.IntN(60)) }

// purchase opens a pharmacy claim.
func (b *bench) purchase(p *person, in *institution, day Day) *draft {
	d := b.bare(p, in, "41", b.noon(day))
	d.clock = d.claim.Setlinfo.SetlTime - 120
	return d
}

// stay opens an inpatient claim with bed, nursing and doctor for every day.
func (b *bench) stay(p *person, in *institution, begin, end Second, code, name string) *draft {
	d := b.bed(p, in, begin, end, code, name)
	days := max(1, int(dayOf(end)-dayOf(begin)))
	d.bill(b.w.stock.bed, Quantity(days)*quantityUnit, dayOf(end).at(6, 0, b.rng.IntN(60)))
	return d
}

// bed is a stay whose bed is not yet billed.
func (b *bench) bed(p *person, in *institution, begin, end Second, code, name string) *draft {
	d := b.bare(p, in, "21", end+2400)
	d.stay(begin, end)
	d.deduct = 0 // met before, so that the fund pays and a finding has an amount
	d.diagnose(code, name)
	days := Quantity(max(1, int(dayOf(end)-dayOf(begin)))) * quantityUnit
	d.bill(b.w.stock.nursing, days, dayOf(end).at(5, 0, b.rng.IntN(60)))
	d.bill(b.w.stock.ward, days, dayOf(end).at(5, 30, b.rng.IntN(60)))
	d.clock = dayOf(begin).at(14, 0, b.rng.IntN(60))
	return d
}

// days is a stay from the morning of one day to the afternoon of another.
func (b *bench) days(p *person, in *institution, begin Day, days int, code, name string) *draft {
	return b.stay(p, in, begin.at(8, 30, 0), (begin+Day(days)).at(15, 0, 0), code, name)
}

// one bills the named item once at the next moment.
func (d *draft) one(name string) *Line { return d.count(name, quantityUnit) }

func (d *draft) count(name string, cnt Quantity) *Line {
	return d.bill(d.w.cat.need(name), cnt, d.tick())
}

// done finishes a claim and makes it part of the case.
func (b *bench) done(d *draft) *Claim {
	c := d.finish()
	b.claims = append(b.claims, c)
	return c
}

// rest finishes a claim and names it as one that a finding must rest on.
func (b *bench) rest(d *draft) *Claim {
	c := b.done(d)
	b.rests = append(b.rests, c)
	return c
}

// mark names the last line of a claim as evidence.
func (b *bench) mark(c *Claim) {
	b.lines = append(b.lines, c.ID()+"/"+c.Feedetail[len(c.Feedetail)-1].FeedetlSn)
}

// sole is the case of one claim whose last line matters.
func (b *bench) sole(d *draft) *Claim {
	c := b.rest(d)
	b.mark(c)
	return c
}

// cancel adds the refund settlement of a claim of the case.
func (b *bench) cancel(c *Claim, days int) {
	when := c.Setlinfo.SetlTime + Second(days*secondsPerDay)
	b.claims = append(b.claims, b.w.refundOf(&b.ids, c, len(c.Feedetail), when))
}

// giveBack adds a return: a settlement that takes the last line back.
func (b *bench) giveBack(c *Claim, p *person, in *institution, days int) {
	d := b.bare(p, in, c.Setlinfo.MedType, c.Setlinfo.SetlTime+Second(days*secondsPerDay))
	d.claim.Setlinfo.MdtrtID = c.Setlinfo.MdtrtID
	last := &c.Feedetail[len(c.Feedetail)-1]
	back := last.back(last.Cnt)
	back.FeedetlSn, back.FeeOcurTime = itoa(len(c.Feedetail)+1), d.claim.Setlinfo.SetlTime-60
	d.claim.Feedetail = append(d.claim.Feedetail, back)
	b.done(d)
}

// practitioner registers a doctor who works for the case only.
func (b *bench) practitioner(in *institution) string {
	code := fmt.Sprintf("D%s8%07d", counties[in.county].code, b.number)
	b.extra.practitioners = append(b.extra.practitioners, []string{code, fmt.Sprintf("虚构医师T%07d", b.number), "doctor", in.code})
	return code
}

func (b *bench) suspend(kind, code string, from, to Day) {
	b.extra.suspensions = append(b.extra.suspensions, []string{kind, code, from.String(), to.String(), "暂停医保支付（虚构）"})
}

func (b *bench) died(p *person, on Day) {
	b.extra.persons = append(b.extra.persons, []string{p.no, p.sex, p.born.String(), on.String()})
}
