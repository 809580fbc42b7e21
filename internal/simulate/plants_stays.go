package simulate

const pneumonia, pneumoniaName = "J18.900", "肺炎"

// stayPlants: S05, S06, S07, S08.
func stayPlants() []plantKind {
	const s05, s06, s07, s08 = "S05-overlapping-stays", "S06-outpatient-in-stay", "S07-split-stay", "S08-frequent-stays"
	overlap := func(over Second, samePlace bool) func(*bench) {
		return func(b *bench) {
			p, in := b.person("1", 50), b.anyHospital()
			end := (b.start + 4).at(20, 0, 0)
			b.rest(b.stay(p, in, b.start.at(8, 0, 0), end, pneumonia, pneumoniaName))
			if !samePlace {
				in = b.different(b.anyHospital, in)
			}
			b.rest(b.stay(p, in, end-over, (b.start+9).at(15, 0, 0), "K52.900", "非感染性胃肠炎和结肠炎"))
		}
	}
	const half = 12 * 3600
	inStay := func(day Day, medType, etip string) func(*bench) {
		return func(b *bench) {
			p, in := b.person("2", 48), b.anyHospital()
			b.rest(b.days(p, in, b.start, 6, pneumonia, pneumoniaName))
			d := b.bare(p, b.anyHospital(), medType, b.noon(b.start+day))
			d.diagnose(cold, coldName)
			d.one("尿常规").EtipFlag = etip
			b.sole(d)
		}
	}
	split := func(gap int, first, second [2]string) func(*bench) {
		return func(b *bench) {
			p, in := b.person("1", 57), b.anyHospital()
			b.rest(b.days(p, in, b.start, 5, first[0], first[1]))
			begin := b.start + 5 + Day(gap)
			b.rest(b.stay(p, in, begin.at(16, 30, 0), (begin+4).at(15, 0, 0), second[0], second[1]))
		}
	}
	lung, other := [2]string{pneumonia, pneumoniaName}, [2]string{"J15.900", "细菌性肺炎"}
	chemo := [2]string{"Z51.100", "为肿瘤化学治疗疗程"}
	often := func(stays int, cancelled bool) func(*bench) {
		return func(b *bench) {
			p := b.person("2", 66)
			for i := range stays {
				g := [...][2]string{lung, {"K52.900", "非感染性胃肠炎和结肠炎"}, {"I50.900", "心力衰竭"}, {"N39.000", "泌尿道感染"}, {"M54.500", "下背痛"}, {"E11.900", "2型糖尿病"}}[i]
				c := b.rest(b.days(p, b.anyHospital(), b.start+Day(13*i), 3, g[0], g[1]))
				if cancelled && i == 2 {
					b.cancel(c, 2)
				}
			}
		}
	}
	return []plantKind{
		{s05, "above", true, "两院住院重叠12小时零1秒", nil, overlap(half+1, false)},
		{s05, "above", true, "两院住院重叠三日", nil, overlap(6*half, false)},
		{s05, "below", false, "两院住院重叠恰12小时", nil, overlap(half, false)},
		{s05, "same-place", false, "同一机构的重叠", nil, overlap(2*half, true)},
		{s06, "above", true, "入院次日的门诊", nil, inStay(1, "11", "0")},
		{s06, "above", true, "出院前一日的门诊", nil, inStay(5, "11", "0")},
		{s06, "below", false, "出院当日的门诊", nil, inStay(6, "11", "0")},
		{s06, "below", false, "入院当日的门诊", nil, inStay(0, "11", "0")},
		{s06, "emergency", false, "住院期间的急诊", nil, inStay(3, "13", "0")},
		{s06, "external-test", false, "住院期间的外检", nil, inStay(3, "11", "1")},
		{s07, "above", true, "出院15日后同病再入院", nil, split(15, lung, [2]string{"J18.901", "非典型性肺炎"})},
		{s07, "above", true, "出院当日同病再入院", nil, split(0, lung, lung)},
		{s07, "below", false, "出院16日后同病再入院", nil, split(16, lung, lung)},
		{s07, "below", false, "再入院主诊断类目不同", nil, split(3, lung, other)},
		{s07, "excluded", false, "化疗周期住院", nil, split(10, chemo, chemo)},
		{s08, "above", true, "一年内住院6次", nil, often(6, false)},
		{s08, "below", false, "一年内住院5次", nil, often(5, false)},
		{s08, "cancelled", false, "6次住院中1次已退费结算", nil, often(6, true)},
	}
}

// stayItemPlants: S04 and S09.
func stayItemPlants() []plantKind {
	const s04, s09 = "S04-stay-frequency", "S09-bed-days"
	device := func(counts ...Quantity) func(*bench) {
		return func(b *bench) {
			d := b.days(b.person("1", 45), b.bigHospital(), b.start, 6, "K80.200", "胆囊结石不伴有胆囊炎")
			d.dept = "A04"
			for i, n := range counts {
				d.clock = (b.start + Day(i)).at(14, 0, 0)
				d.count("腹腔镜用一次性穿刺器", n*quantityUnit) // at most 4 a stay
			}
			b.sole(d)
		}
	}
	beds := func(counts ...Quantity) func(*bench) {
		return func(b *bench) {
			begin, end := b.start.at(9, 0, 0), (b.start+5).at(15, 0, 0)
			d := b.bed(b.person("2", 61), b.anyHospital(), begin, end, pneumonia, pneumoniaName)
			for i, n := range counts {
				d.bill(b.w.stock.bed, n, (b.start+Day(i)).at(20, 0, 0))
			}
			b.sole(d)
		}
	}
	return []plantKind{
		{s04, "above", true, "一次住院5件，限4件", nil, device(3, 2)},
		{s04, "below", false, "一次住院4件，限4件", nil, device(3, 1)},
		{s09, "above", true, "住院5日收取床位6.0001日", nil, beds(3*quantityUnit, 3*quantityUnit+1)},
		{s09, "above", true, "住院5日收取床位7日", nil, beds(7 * quantityUnit)},
		{s09, "below", false, "住院5日收取床位6日，在容差内", nil, beds(3*quantityUnit, 3*quantityUnit)},
	}
}

// oncePlants: S15.
func oncePlants() []plantKind {
	const s15 = "S15-once-in-life"
	operated := func(days []Day, stays bool, cancelled bool) func(*bench) {
		return func(b *bench) {
			p, in := b.person("2", 44), b.bigHospital()
			var d *draft
			for i, day := range days {
				if d == nil || stays {
					d = b.days(p, in, b.start+day, 6, "K80.200", "胆囊结石不伴有胆囊炎")
					d.dept = "A04"
				}
				d.clock = (b.start + day + 1).at(10, 0, 0)
				d.one("腹腔镜胆囊切除术")
				if !stays && i < len(days)-1 {
					continue
				}
				if c := b.sole(d); cancelled && i == 0 {
					b.cancel(c, 2)
				}
			}
		}
	}
	return []plantKind{
		{s15, "above", true, "两次住院各切除一次胆囊", nil, operated([]Day{0, 40}, true, false)},
		{s15, "below", false, "一次结算内两条明细", nil, operated([]Day{0, 2}, false, false)},
		{s15, "cancelled", false, "第一次结算已退费结算", nil, operated([]Day{0, 30}, true, true)},
	}
}
