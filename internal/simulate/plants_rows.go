package simulate

// pricePlants: R01 and R07.
func pricePlants() []plantKind {
	const r01, r07 = "R01-price-over-cap", "R07-out-of-scope"
	// priced bills an item at a price that is so far from the cap.
	priced := func(b *bench, in *institution, name string, more Price) {
		d := b.visit(b.adult(), in, b.start)
		l := d.one(name)
		l.Pric = d.w.cat.need(name).at(b.start).capAt(in.level) + more
		l.reprice()
		b.sole(d)
	}
	const versioned = "阿莫西林胶囊" // its cap falls on 2026-05-01
	oldPrice := func(b *bench) {
		d := b.visit(b.adult(), b.anyHospital(), b.start)
		l := d.one(versioned)
		l.Pric = d.w.cat.need(versioned).rows[0].cap
		l.reprice()
		b.sole(d)
	}
	vitamins := func(set func(*Line)) func(*bench) {
		return func(b *bench) {
			d := b.purchase(b.adult(), b.pharmacy(), b.start)
			l := d.one("多种维生素矿物质片")
			set(l)
			b.sole(d)
		}
	}
	return []plantKind{
		{r01, "above", true, "二级医院单价高出该级限价0.01元", nil, func(b *bench) { priced(b, b.hospital(2), "肝功能检测", priceUnit/100) }},
		{r01, "above", true, "药店单价高出限价0.000001元", nil, func(b *bench) { priced(b, b.pharmacy(), "维生素K1注射液", 1) }},
		{r01, "above", true, "新限价生效首日仍按旧限价收费", onDate("2026-05-01"), oldPrice},
		{r01, "below", false, "二级医院单价等于该级限价", nil, func(b *bench) { priced(b, b.hospital(2), "肝功能检测", 0) }},
		{r01, "below", false, "三级医院按三级限价收费，高于通用限价", nil, func(b *bench) { priced(b, b.hospital(3), "肾功能检测", 0) }},
		{r01, "below", false, "新限价生效前一日按旧限价收费", onDate("2026-04-30"), oldPrice},
		{r07, "above", true, "目录外药品计入政策范围金额", nil, vitamins(func(l *Line) { l.InscpScpAmt = l.DetItemFeeSumamt })},
		{r07, "above", true, "目录外药品计入0.01元政策范围金额", nil, vitamins(func(l *Line) { l.InscpScpAmt = 1 })},
		{r07, "below", false, "目录外药品政策范围金额为0", nil, vitamins(func(l *Line) { l.InscpScpAmt = 0 })},
		{r07, "below", false, "目录外药品未上传政策范围金额", nil, vitamins(func(l *Line) { l.InscpScpAmt = AbsentFen })},
	}
}

// onDate fixes a case to a calendar day, where the run has it.
func onDate(date string) func(*world) (int, bool) {
	return func(w *world) (int, bool) {
		d, err := parseDay(date)
		n := int(d - w.from)
		return n, err == nil && n >= plantLead && n < w.cfg.Days-1
	}
}

// restrictionPlants: limits of an item on person, place, insurance and illness.
func restrictionPlants() []plantKind {
	const r02, r03, r04, r05 = "R02-sex-restricted", "R03-age-restricted", "R04-care-setting", "R05-institution-level"
	sex := func(gend string, selfPaid bool) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.person(gend, 40), b.anyHospital(), b.start)
			if l := d.one("阴道分泌物检查"); selfPaid {
				l.InscpScpAmt = 0
			}
			b.sole(d)
		}
	}
	aged := func(name string, days int64) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.agedDays("1", days, b.start), b.anyHospital(), b.start)
			d.one(name)
			b.sole(d)
		}
	}
	adultFrom, childTo := int64(6574), int64(5113) // limits of the two items below
	setting := func(name, medType string, selfPaid bool) func(*bench) {
		return func(b *bench) {
			d := b.bare(b.adult(), b.bigHospital(), medType, b.noon(b.start))
			if medType[0] == '2' {
				d = b.days(b.adult(), b.bigHospital(), b.start, 4, "J18.900", "肺炎")
				d.claim.Setlinfo.MedType = medType
			} else {
				d.diagnose(cold, coldName)
				d.one("血常规（五分类）")
			}
			if l := d.one(name); selfPaid {
				l.InscpScpAmt = 0
			}
			b.sole(d)
		}
	}
	level := func(pick func(*bench) *institution) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.adult(), pick(b), b.start)
			d.one("血气分析")
			b.sole(d)
		}
	}
	return []plantKind{
		{r02, "above", true, "男性患者的限女性项目", nil, sex("1", false)},
		{r02, "below", false, "女性患者的限女性项目", nil, sex("2", false)},
		{r02, "self-paid", false, "男性患者的限女性项目，政策范围金额为0", nil, sex("1", true)},
		{r02, "unknown-sex", false, "性别未说明的患者", nil, sex("9", false)},
		{r03, "above", true, "比最低年龄小一天", nil, aged("左氧氟沙星片", adultFrom-1)},
		{r03, "above", true, "比最高年龄大一天", nil, aged("布洛芬混悬液", childTo+1)},
		{r03, "below", false, "恰为最低年龄", nil, aged("左氧氟沙星片", adultFrom)},
		{r03, "below", false, "恰为最高年龄", nil, aged("布洛芬混悬液", childTo)},
		{r04, "above", true, "限住院药品用于普通门诊", nil, setting("低分子肝素钠注射液", "11", false)},
		{r04, "above", true, "急诊诊查费用于普通门诊", nil, setting("急诊诊查费", "11", false)},
		{r04, "below", false, "限住院药品用于2101（21的下级）", nil, setting("低分子肝素钠注射液", "2101", false)},
		{r04, "self-paid", false, "限住院药品门诊自费", nil, setting("低分子肝素钠注射液", "11", true)},
		{r05, "above", true, "一级医院收取限二级以上项目", nil, level(func(b *bench) *institution { return b.hospital(1) })},
		{r05, "below", false, "二级医院收取限二级以上项目", nil, level(func(b *bench) *institution { return b.hospital(2) })},
		{r05, "no-level", false, "无等级的诊所，无从比较", nil, level((*bench).clinic)},
	}
}

// claimPlants: R08 and R09.
func claimPlants() []plantKind {
	const r08, r09 = "R08-arithmetic", "R09-outside-stay"
	sums := func(change func(*Claim)) func(*bench) {
		return func(b *bench) {
			d := b.visit(b.adult(), b.anyHospital(), b.start)
			d.one("尿常规")
			change(b.rest(d))
		}
	}
	line := func(by Fen) func(*bench) {
		return func(b *bench) {
			sums(func(c *Claim) {
				c.Feedetail[len(c.Feedetail)-1].DetItemFeeSumamt += by
				c.Setlinfo.MedfeeSumamt += by
				c.Setlinfo.PsnCashPay += by
			})(b)
			b.mark(b.claims[0])
		}
	}
	total := func(by Fen) func(*bench) {
		return sums(func(c *Claim) { c.Setlinfo.MedfeeSumamt += by; c.Setlinfo.PsnCashPay += by })
	}
	fund := func(over Fen) func(*bench) {
		return sums(func(c *Claim) {
			s := &c.Setlinfo
			s.FundPaySumamt, s.HifpPay = s.MedfeeSumamt+over, s.MedfeeSumamt+over
			s.AcctPay, s.PsnCashPay = 0, 0
		})
	}
	fee := func(when func(begin, end Day) Second) func(*bench) {
		return func(b *bench) {
			d := b.days(b.adult(), b.anyHospital(), b.start+1, 5, "J18.900", "肺炎")
			d.clock = when(b.start+1, b.start+6)
			d.one("血常规（五分类）")
			b.sole(d)
		}
	}
	return []plantKind{
		{r08, "above", true, "明细金额与数量×单价相差0.02元", nil, line(2)},
		{r08, "above", true, "明细合计与总额相差0.02元", nil, total(2)},
		{r08, "above", true, "基金支付大于总额0.01元", nil, fund(1)},
		{r08, "below", false, "明细金额相差0.01元，在容差内", nil, line(1)},
		{r08, "below", false, "明细合计相差0.01元，在容差内", nil, total(1)},
		{r08, "below", false, "基金支付等于总额", nil, fund(0)},
		{r09, "above", true, "费用发生在出院次日", nil, fee(func(_, end Day) Second { return (end + 1).at(0, 0, 0) })},
		{r09, "above", true, "费用发生在入院前一日", nil, fee(func(begin, _ Day) Second { return (begin - 1).at(23, 59, 59) })},
		{r09, "below", false, "费用发生在出院当日最后一秒", nil, fee(func(_, end Day) Second { return end.at(23, 59, 59) })},
		{r09, "below", false, "费用发生在入院当日零点", nil, fee(func(begin, _ Day) Second { return begin.at(0, 0, 0) })},
	}
}

// partyPlants: R10 and R11.
func partyPlants() []plantKind {
	const r10, r11 = "R10-after-death", "R11-suspended-party"
	dead := func(days Day, empty bool) func(*bench) {
		return func(b *bench) {
			p := b.person("1", 74)
			b.died(p, b.start-days)
			d := b.purchase(p, b.pharmacy(), b.start)
			if !empty {
				d.one("叶酸片")
				b.sole(d)
				return
			}
			s := &b.rest(d).Setlinfo
			s.MedfeeSumamt, s.InscpScpAmt, s.FundPaySumamt, s.HifpPay, s.PsnCashPay = 5000, 5000, 2500, 2500, 2500
		}
	}
	doctor := func(medType string, from, to Day) func(*bench) {
		return func(b *bench) {
			in := b.anyHospital()
			d := b.bare(b.adult(), in, medType, b.noon(b.start))
			d.diagnose(cold, coldName)
			d.doctor = b.practitioner(in)
			b.suspend("practitioner", d.doctor, b.start+from, b.start+to)
			d.one("血常规（五分类）")
			b.sole(d)
		}
	}
	patient := func(from, to Day) func(*bench) {
		return func(b *bench) {
			p := b.adult()
			b.suspend("person", p.no, b.start+from, b.start+to)
			d := b.purchase(p, b.pharmacy(), b.start)
			d.one("叶酸片")
			b.sole(d)
		}
	}
	inStay := func(from Day) func(*bench) {
		return func(b *bench) {
			p := b.adult()
			b.suspend("person", p.no, b.start+from, b.start+30)
			b.rest(b.days(p, b.anyHospital(), b.start, 6, "J18.900", "肺炎"))
		}
	}
	place := func(b *bench) {
		d := b.visit(b.adult(), b.w.place.suspended, b.start)
		// All cases meet here on the same few days: no two bills may be alike.
		d.count("吸氧（每小时）", Quantity(1+b.number%1000)*quantityUnit/100)
		b.sole(d)
	}
	return []plantKind{
		{r10, "above", true, "费用发生在死亡后第二日", nil, dead(2, false)},
		{r10, "above", true, "死亡后第二日结算，无明细", nil, dead(2, true)},
		{r10, "below", false, "费用发生在死亡次日，在宽限内", nil, dead(1, false)},
		{r11, "above", true, "暂停首日由被暂停医师开单", nil, doctor("11", 0, 60)},
		{r11, "above", true, "暂停末日的参保人购药", nil, patient(-60, 0)},
		{r11, "above", true, "暂停首日的机构结算", onSuspension(0), place},
		{r11, "above", true, "暂停末日的机构结算", onSuspension(suspensionDays - 1), place},
		{r11, "above", true, "入院日即暂停首日", nil, inStay(0)},
		{r11, "below", false, "医师暂停前一日开单", nil, doctor("11", 1, 60)},
		{r11, "below", false, "参保人暂停结束次日", nil, patient(-60, -1)},
		{r11, "below", false, "机构暂停结束次日", onSuspension(suspensionDays), place},
		{r11, "emergency", false, "急诊不受暂停影响", nil, doctor("13", -5, 60)},
		{r11, "stay-begun", false, "入院在暂停之前的住院", nil, inStay(1)},
	}
}

const suspensionDays = 20

// suspensionStart is the first day of the reserved clinic's suspension.
func (w *world) suspensionStart() int { return w.cfg.Days / 2 }

func onSuspension(day int) func(*world) (int, bool) {
	return func(w *world) (int, bool) {
		n := w.suspensionStart() + day
		return n, n < w.cfg.Days-1
	}
}
