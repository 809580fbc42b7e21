package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// ids hands out identities. The background draws them from the stream, every
// planted case from a range of its own; scrambling makes both look alike.
type ids struct{ settlement, trace uint64 }

const (
	settlementModulus = 10_000_000_000
	traceModulus      = 10_000_000_000_000
)

func (g *ids) nextSettlement() string {
	g.settlement++
	return fmt.Sprintf("%010d", scramble(g.settlement, settlementModulus))
}

func (g *ids) nextTrace(it *item) string {
	g.trace++
	return fmt.Sprintf("8%06d%013d", 100_000+it.index*37%900_000, scramble(g.trace, traceModulus))
}

// draft is a claim being put together.
type draft struct {
	w        *world
	ids      *ids
	rng      *rand.Rand
	claim    *Claim
	p        *person
	in       *institution
	dept     string
	doctor   string
	codes    []string // diagnoses that count
	used     []*item
	sn       int
	clock    Second // of the next line
	windowed bool   // items with a frequency window may be used
	once     bool   // items for once in a life may be used
	deduct   Fen
}

func (w *world) open(g *ids, rng *rand.Rand, p *person, in *institution, medType string, settle Second) *draft {
	number := g.nextSettlement()
	d := &draft{w: w, ids: g, rng: rng, p: p, in: in, dept: "A03", claim: &Claim{}}
	d.doctor = in.doctors[rng.IntN(len(in.doctors))]
	d.claim.Setlinfo = Settlement{
		SetlID: "S" + number, MdtrtID: "M" + number, PsnNo: p.no, FixmedinsCode: in.code, Insutype: p.insutype,
		MedType: medType, SetlTime: settle, Gend: p.sex, Brdy: p.born, InsuplcAdmdvs: p.insuplc,
		MdtrtareaAdmvs: counties[in.county].code, BillNo: "15" + number, RefdSetlFlag: "0",
	}
	d.clock = settle - 40*60
	return d
}

// stay makes the draft an inpatient claim.
func (d *draft) stay(begin, end Second) {
	d.claim.Setlinfo.Begntime, d.claim.Setlinfo.Endtime = begin, end
	d.deduct = [...]Fen{20000, 20000, 40000, 60000}[d.in.level]
}

func (d *draft) isStay() bool { return d.claim.Setlinfo.Endtime != 0 }

func (d *draft) diagnose(code, name string) {
	main := "0"
	if len(d.claim.Diseinfo) == 0 {
		main = "1"
		d.claim.Setlinfo.DscgMaindiagCode = code
	}
	d.claim.Diseinfo = append(d.claim.Diseinfo, Diagnosis{DiagType: "1", MaindiagFlag: main,
		DiagSrtNo: len(d.claim.Diseinfo) + 1, DiagCode: code, DiagName: name})
	d.codes = append(d.codes, code)
}

// diagnoseTCM adds a diagnosis of Chinese medicine, which no detector counts.
func (d *draft) diagnoseTCM(code string) {
	d.claim.Diseinfo = append(d.claim.Diseinfo, Diagnosis{DiagType: "2", MaindiagFlag: "0",
		DiagSrtNo: len(d.claim.Diseinfo) + 1, DiagCode: code, DiagName: "腰痛病"})
}

// allows says whether the item may be billed here without breaking a limit.
func (d *draft) allows(it *item, day Day) bool {
	r := it.at(day)
	if r == nil || r.cap == noLimit {
		return false
	}
	age, s := d.p.ageDays(day), &d.claim.Setlinfo
	switch {
	case r.gend != "" && r.gend != s.Gend,
		r.ageMin != noLimit && age < r.ageMin,
		r.ageMax != noLimit && age > r.ageMax-stayRoom, // the lines of a stay come later
		r.medTypes != nil && !beginsWithAny(s.MedType, r.medTypes),
		r.insutypes != nil && !beginsWithAny(s.Insutype, r.insutypes),
		r.levelMin > 0 && int64(d.in.level) < r.levelMin,
		r.depts != nil && !d.isStay() && !beginsWithAny(d.dept, r.depts),
		r.once && !d.once,
		r.windowDays > 0 && (!d.windowed || r.windowDays > widestWindow),
		r.diagPrefixes != nil && !d.hasDiagnosis(r.diagPrefixes),
		r.diagForbidden != nil && d.hasDiagnosis(r.diagForbidden):
		return false
	}
	for _, other := range d.used {
		if other == it || other.clashes[it] {
			return false
		}
		if o := other.at(day); o != nil && r.actionGroup != "" && o.actionGroup == r.actionGroup {
			return false
		}
	}
	return d.hasRequired(it)
}

func (d *draft) hasRequired(it *item) bool {
	if it.requires == nil {
		return true
	}
	for _, other := range d.used {
		if it.requires[other] {
			return true
		}
	}
	return false
}

func (d *draft) hasDiagnosis(prefixes []string) bool {
	for _, c := range d.codes {
		if beginsWithAny(c, prefixes) {
			return true
		}
	}
	return false
}

// tick moves the clock to the time of the next line.
func (d *draft) tick() Second {
	t := d.clock
	d.clock += Second(30 + d.rng.IntN(60))
	return t
}

// bill adds a line, whether or not a limit allows it.
func (d *draft) bill(it *item, cnt Quantity, when Second) *Line {
	d.sn++
	row := it.at(dayOf(when))
	price := d.w.price(d.in, it, row)
	line := Line{
		FeedetlSn: strconv.Itoa(d.sn), FeeOcurTime: when, MedListCodg: it.code, MedinsListCodg: "N" + strconv.Itoa(1000+it.index),
		MedChrgitmType: it.chargeType, ChrgitmLv: it.grade, Cnt: cnt, Pric: price, BilgDrCodg: d.doctor,
		BilgDeptCodg: d.deptFor(row), TrdnFlag: "0", EtipFlag: "0", DscgTkdrugFlag: "0",
	}
	if d.in.kind == pharmacy {
		line.BilgDeptCodg = ""
	}
	line.reprice()
	d.claim.Feedetail = append(d.claim.Feedetail, line)
	d.used = append(d.used, it)
	return &d.claim.Feedetail[len(d.claim.Feedetail)-1]
}

// deptFor keeps the department of the visit where the item may be billed
// there, and otherwise names the one that carries it out.
func (d *draft) deptFor(row *itemRow) string {
	if row != nil && row.depts != nil && !beginsWithAny(d.dept, row.depts) {
		return row.depts[0]
	}
	return d.dept
}

// reprice makes the amounts follow from cnt and pric again.
func (l *Line) reprice() {
	l.DetItemFeeSumamt = lineFee(l.Cnt, l.Pric)
	switch l.ChrgitmLv {
	case "01":
		l.InscpScpAmt = l.DetItemFeeSumamt
	case "02":
		l.InscpScpAmt = l.DetItemFeeSumamt - share(l.DetItemFeeSumamt, 1, 10)
	default:
		l.InscpScpAmt = 0
	}
}

// dispense adds a drug with its supply and the trace codes of its packages.
func (d *draft) dispense(it *item, packs int, days int64, when Second) *Line {
	l := d.bill(it, Quantity(packs)*quantityUnit, when)
	row := it.at(dayOf(when))
	if row.maxDays != noLimit {
		days = min(days, int64(row.maxDays)/quantityUnit)
	}
	l.PrdDays = Quantity(days) * quantityUnit
	if d.in.kind != pharmacy {
		l.Rxno = "R" + d.claim.Setlinfo.MdtrtID[1:]
	}
	if d.isStay() {
		// Wards open packages: the code of an opened one comes back with
		// every patient and says nothing.
		l.PrdDays, l.TrdnFlag = 0, "1"
		if d.rng.IntN(3) == 0 {
			l.Drugtracinfo = []TraceCode{{fmt.Sprintf("8%06d%06d%07d", 100_000+it.index*37%900_000, d.in.index, dayOf(when)/7)}}
		}
		return l
	}
	for range min(packs, 3) {
		l.Drugtracinfo = append(l.Drugtracinfo, TraceCode{d.ids.nextTrace(it)})
	}
	return l
}

// refund takes back part of the line with the number, inside the same claim.
func (d *draft) refund(sn string, cnt Quantity) {
	for i := range d.claim.Feedetail {
		if d.claim.Feedetail[i].FeedetlSn == sn {
			d.sn++
			back := d.claim.Feedetail[i].back(cnt)
			back.FeedetlSn = strconv.Itoa(d.sn)
			d.claim.Feedetail = append(d.claim.Feedetail, back)
			return
		}
	}
}

// back is the refund line that takes cnt of l back.
func (l *Line) back(cnt Quantity) Line {
	b := *l
	b.InitFeedetlSn, b.Cnt, b.PrdDays, b.Drugtracinfo = l.FeedetlSn, -cnt, 0, nil
	b.FeeOcurTime += 60
	b.reprice()
	return b
}

// finish adds up the claim and divides it among the payers.
func (d *draft) finish() *Claim {
	d.claim.settle(d.p, d.in, d.deduct)
	return d.claim
}

func (c *Claim) settle(p *person, in *institution, deduct Fen) {
	s := &c.Setlinfo
	s.MedfeeSumamt, s.InscpScpAmt = 0, 0
	for i := range c.Feedetail {
		s.MedfeeSumamt += c.Feedetail[i].DetItemFeeSumamt
		if in := c.Feedetail[i].InscpScpAmt; in != AbsentFen {
			s.InscpScpAmt += in
		}
	}
	percent := int64(50)
	switch {
	case strings.HasPrefix(s.MedType, "2"), s.MedType == "52":
		percent = 85 - 5*int64(in.level)
	case s.MedType == "14":
		percent = 70
	case s.MedType == "13":
		percent = 60
	}
	if p.insutype == "390" {
		percent -= 10
	}
	sign := Fen(1)
	if s.InscpScpAmt < 0 {
		sign = -1
	}
	s.FundPaySumamt = sign * share(max(0, sign*s.InscpScpAmt-deduct), percent, 100)
	s.HifpPay = s.FundPaySumamt
	rest := s.MedfeeSumamt - s.FundPaySumamt
	s.AcctPay = 0
	if p.insutype == "310" && rest > 0 {
		s.AcctPay = min(rest, 8000)
	}
	s.PsnCashPay = rest - s.AcctPay
}

// price is what the institution takes for the item: always under the cap,
// and evenly spread among peers (see rankPeers).
func (w *world) price(in *institution, it *item, row *itemRow) Price {
	limit := Price(10 * priceUnit)
	if row != nil && row.capAt(in.level) != noLimit {
		limit = row.capAt(in.level)
	}
	var f float64
	switch it.chargeType {
	case "09", "10", "11":
		f = 0.35 + 0.62*in.rank
	case "03", "04":
		f = 0.97 - 0.45*in.rank
	case "08":
		f = 0.97 - 0.67*in.rank
	case "05":
		f = 0.30 + 0.67*in.rank2
	default:
		f = 0.57 + 0.40*in.rank2
	}
	f *= 0.96 + 0.04*chance(mix(uint64(in.index)<<20|uint64(it.index)))
	unit := Price(priceUnit / 100)
	if limit < priceUnit {
		unit = priceUnit / 10_000
	}
	p := Price(math.Floor(float64(limit)*f)) / unit * unit
	return max(p, unit)
}
