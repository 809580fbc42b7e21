package simulate

// chargePlants: S01 and S02.
func chargePlants() []plantKind {
	const s01, s02 = "S01-duplicate-charge", "S02-exclusive-items"
	twice := func(apart Second, cnt Quantity, cancelled bool) func(*bench) {
		return func(b *bench) {
			p, in := b.adult(), b.anyHospital()
			first := b.bare(p, in, "11", b.start.at(10, 0, 0))
			first.diagnose(cold, coldName)
			first.bill(b.w.stock.blood, quantityUnit, b.start.at(9, 12, 30))
			second := b.bare(p, in, "11", b.start.at(10, 20, 0))
			second.diagnose(cold, coldName)
			second.bill(b.w.stock.blood, cnt, b.start.at(9, 12, 30)+apart)
			b.sole(first)
			if c := b.sole(second); cancelled {
				b.cancel(c, 1)
			}
		}
	}
	exclusive := func(days Day) func(*bench) {
		return func(b *bench) {
			p, in := b.adult(), b.anyHospital()
			for i, name := range []string{"普通针刺", "电针治疗"} {
				d := b.bare(p, in, "11", (b.start+Day(i)*days).at(10+i, 0, 0))
				d.diagnose("M54.500", "下背痛")
				d.dept = "A50"
				d.one(name)
				b.sole(d)
			}
		}
	}
	visit := func(sameVisit bool) func(*bench) {
		return func(b *bench) {
			p, in := b.adult(), b.anyHospital()
			first := b.visit(p, in, b.start)
			first.one("静脉输液")
			one := b.sole(first)
			d := b.bare(p, in, "11", one.Setlinfo.SetlTime+7200)
			d.diagnose(cold, coldName)
			if sameVisit {
				d.claim.Setlinfo.MdtrtID, d.sn = one.Setlinfo.MdtrtID, first.sn
			}
			d.one("一次性使用无菌注射器")
			b.sole(d)
		}
	}
	return []plantKind{
		{s01, "above", true, "两次结算含同一秒、同数量、同单价的明细", nil, twice(0, quantityUnit, false)},
		{s01, "below", false, "两条明细相差一秒", nil, twice(1, quantityUnit, false)},
		{s01, "below", false, "两条明细数量不同", nil, twice(0, 2*quantityUnit, false)},
		{s01, "cancelled", false, "第二次结算已退费结算", nil, twice(0, quantityUnit, true)},
		{s02, "above", true, "互斥项目同日收费", nil, exclusive(0)},
		{s02, "above", true, "互斥项目同一就诊收费，分两次结算", nil, visit(true)},
		{s02, "below", false, "互斥项目（同日）分两日收费", nil, exclusive(1)},
		{s02, "below", false, "互斥项目（同次就诊）分两次就诊收费", nil, visit(false)},
	}
}

// dayPlants: S03.
func dayPlants() []plantKind {
	const s03 = "S03-daily-frequency"
	oxygen := func(hours ...Quantity) func(*bench) {
		return func(b *bench) {
			p, in := b.adult(), b.anyHospital()
			for i, h := range hours {
				d := b.bare(p, in, "13", b.start.at(8+3*i, 0, 0))
				d.diagnose(cold, coldName)
				d.count("吸氧（每小时）", h)
				b.sole(d)
			}
		}
	}
	refunded := func(b *bench) {
		d := b.bare(b.adult(), b.anyHospital(), "13", b.start.at(15, 0, 0))
		d.diagnose(cold, coldName)
		l := d.count("吸氧（每小时）", 26*quantityUnit)
		d.refund(l.FeedetlSn, 2*quantityUnit)
		b.rest(d)
	}
	return []plantKind{
		{s03, "above", true, "两次结算合计24.5小时吸氧", nil, oxygen(12*quantityUnit, 12*quantityUnit+quantityUnit/2)},
		{s03, "above", true, "一次结算24.0001小时吸氧", nil, oxygen(24*quantityUnit + 1)},
		{s03, "below", false, "两次结算合计24小时吸氧", nil, oxygen(12*quantityUnit, 12*quantityUnit)},
		{s03, "refunded", false, "26小时中退费2小时", nil, refunded},
	}
}

// supplyPlants: S10, S11, S12.
func supplyPlants() []plantKind {
	const s10, s11, s12 = "S10-drug-hoarding", "S11-oversupply", "S12-max-days"
	hoard := func(places int, counts ...Quantity) func(*bench) {
		return func(b *bench) {
			p := b.adult()
			var shops []*institution
			for range places {
				shops = append(shops, b.different(b.pharmacy, shops...))
			}
			for i, n := range counts {
				d := b.purchase(p, shops[i%places], b.start+Day(17*i))
				d.count("叶酸片", n*quantityUnit)
				b.sole(d)
			}
		}
	}
	supply := func(after Day, returned bool) func(*bench) {
		return func(b *bench) {
			p, in := b.adult(), b.pharmacy()
			const name = "碳酸钙D3片"
			d := b.purchase(p, in, b.start)
			d.one(name).PrdDays = 30 * quantityUnit
			first := b.done(d)
			if returned {
				b.giveBack(first, p, in, 1)
			}
			d = b.purchase(p, in, b.start+after)
			d.one(name).PrdDays = 30 * quantityUnit
			b.sole(d)
		}
	}
	days := func(n Quantity) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.adult(), b.anyHospital(), b.start)
			d.one("感冒清热颗粒").PrdDays = n // at most 5 days
			b.sole(d)
		}
	}
	return []plantKind{
		{s10, "above", true, "三家药店合计61单位", nil, hoard(3, 20, 20, 21)},
		{s10, "below", false, "三家药店合计60单位", nil, hoard(3, 20, 20, 20)},
		{s10, "below", false, "两家药店合计80单位", nil, hoard(2, 40, 40)},
		{s11, "above", true, "剩余16天时再次购药", nil, supply(14, false)},
		{s11, "below", false, "剩余15天时再次购药", nil, supply(15, false)},
		{s11, "refunded", false, "首次购药已退药", nil, supply(10, true)},
		{s12, "above", true, "开药5.5天，限5天", nil, days(55_000)},
		{s12, "above", true, "开药6天，限5天", nil, days(60_000)},
		{s12, "below", false, "开药5天，限5天", nil, days(50_000)},
	}
}

// windowPlants: S13.
func windowPlants() []plantKind {
	const s13 = "S13-window-frequency"
	glycated := func(second Day) func(*bench) {
		return func(b *bench) {
			p, in := b.person("1", 55), b.anyHospital()
			for i := range Day(2) {
				d := b.ill(p, in, b.start+i*second, "E11.900", "2型糖尿病")
				d.one("糖化血红蛋白")
				b.sole(d)
			}
		}
	}
	dialysis := func(last Day) func(*bench) {
		return func(b *bench) {
			p, in := b.person("2", 58), b.bigHospital()
			for _, day := range []Day{0, 2, 4, last} {
				d := b.bare(p, in, "14", b.noon(b.start+day))
				d.diagnose("N18.900", "慢性肾脏病，未特指")
				d.one("血液透析")
				b.sole(d)
			}
		}
	}
	return []plantKind{
		{s13, "above", true, "90天限1次的检验，第89天再次收费", nil, glycated(89)},
		{s13, "above", true, "7天限3次的透析，7天内4次", nil, dialysis(6)},
		{s13, "below", false, "90天限1次的检验，第90天再次收费", nil, glycated(90)},
		{s13, "below", false, "7天限3次的透析，第8天第4次", nil, dialysis(7)},
	}
}

// travelPlants: S14 and S16.
func travelPlants() []plantKind {
	const s14, s16 = "S14-impossible-travel", "S16-repeat-benefit"
	travel := func(spare Second, pick func(b *bench) (from, to *institution)) func(*bench) {
		return func(b *bench) {
			p := b.adult()
			from, to := pick(b)
			seconds := Second(kilometres(from, to) / 120 * 3600)
			for i, in := range []*institution{from, to} {
				at := b.start.at(8, 30, 0) + Second(i)*max(60, seconds+spare)
				medType := "11"
				if in.kind == pharmacy {
					medType = "41"
				}
				d := b.bare(p, in, medType, at)
				d.diagnose(cold, coldName)
				d.one("对乙酰氨基酚片")
				b.rest(d)
			}
		}
	}
	apart := func(b *bench) (*institution, *institution) {
		from := b.anyHospital()
		return from, b.far(from)
	}
	shops := func(b *bench) (*institution, *institution) {
		from := b.anyHospital()
		for {
			if to := b.pharmacy(); to.county != from.county {
				return from, to
			}
		}
	}
	together := func(b *bench) (*institution, *institution) {
		from := b.anyHospital()
		for from.county != 0 { // small counties may have a single hospital
			from = b.anyHospital()
		}
		return from, b.near(from)
	}
	bill := func(set func(first, second *Claim), others bool) func(*bench) {
		return func(b *bench) {
			p := b.adult()
			first := b.rest(b.visit(p, b.anyHospital(), b.start))
			if others {
				p = b.adult()
			}
			set(first, b.rest(b.visit(p, b.anyHospital(), b.start+9)))
		}
	}
	same := func(first, second *Claim) { second.Setlinfo.BillNo = first.Setlinfo.BillNo }
	return []plantKind{
		{s14, "above", true, "两地间隔比最快车程少2秒", nil, travel(-2, apart)},
		{s14, "above", true, "两地间隔不足一小时", nil, travel(-5400, apart)},
		{s14, "below", false, "两地间隔比最快车程多3秒", nil, travel(3, apart)},
		{s14, "below", false, "同一旗县不足30公里", nil, travel(-7200, together)},
		{s14, "pharmacy", false, "其中一处为药店", nil, travel(-7200, shops)},
		{s16, "above", true, "同一票据号两次结算", nil, bill(same, false)},
		{s16, "below", false, "票据号不同", nil, bill(func(_, _ *Claim) {}, false)},
		{s16, "below", false, "两次均无票据号", nil, bill(func(a, c *Claim) { a.Setlinfo.BillNo, c.Setlinfo.BillNo = "", "" }, false)},
		{s16, "other-person", false, "同一票据号属于两人", nil, bill(same, true)},
	}
}

// tracePlants: T01.
func tracePlants() []plantKind {
	const t01 = "T01-trace-reused"
	const name = "六味地黄丸"
	sold := func(b *bench, p *person, in *institution, day Day) *draft {
		d := b.purchase(p, in, day)
		d.one(name)
		return d
	}
	code := func(b *bench) []TraceCode { return []TraceCode{{b.ids.nextTrace(b.w.cat.need(name))}} }
	reuse := func(samePerson bool, second func(b *bench, first *Claim, l *Line, p *person, in *institution)) func(*bench) {
		return func(b *bench) {
			p, in, trace := b.adult(), b.pharmacy(), code(b)
			d := sold(b, p, in, b.start)
			d.claim.Feedetail[0].Drugtracinfo = trace
			first := b.sole(d)
			if !samePerson {
				p = b.adult()
			}
			d = sold(b, p, b.pharmacy(), b.start+23)
			d.claim.Feedetail[0].Drugtracinfo = trace
			if second != nil {
				second(b, first, &d.claim.Feedetail[0], b.adultOf(first), in)
			}
			b.sole(d)
		}
	}
	return []plantKind{
		{t01, "above", true, "同一追溯码售予两人", nil, reuse(false, nil)},
		{t01, "above", true, "同一追溯码对一人结算两次", nil, reuse(true, nil)},
		{t01, "below", false, "第二次为拆零", nil, reuse(false, func(_ *bench, _ *Claim, l *Line, _ *person, _ *institution) { l.TrdnFlag = "1" })},
		{t01, "returned", false, "首次销售已退货", nil, reuse(false, func(b *bench, first *Claim, _ *Line, p *person, in *institution) {
			b.giveBack(first, p, in, 2)
		})},
		{t01, "below", false, "同一结算内两条明细同码", nil, func(b *bench) {
			d := sold(b, b.adult(), b.pharmacy(), b.start)
			d.one(name)
			trace := code(b)
			d.claim.Feedetail[0].Drugtracinfo, d.claim.Feedetail[1].Drugtracinfo = trace, trace
			b.rest(d)
		}},
	}
}

// adultOf is the person of a claim, for another claim of the same visit.
func (b *bench) adultOf(c *Claim) *person {
	s := &c.Setlinfo
	return &person{no: s.PsnNo, sex: s.Gend, born: s.Brdy, insutype: s.Insutype, insuplc: s.InsuplcAdmdvs}
}
