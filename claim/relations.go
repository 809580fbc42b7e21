package claim

import "fmt"

// Masks of required fields, by position in their table.
var (
	requiredSettlement = requiredMask(Settlements)
	requiredLine       = requiredMask(Lines)
)

func requiredMask(t Table) (mask uint64) {
	for i, f := range t.Fields() {
		if specs[f].Required {
			mask |= 1 << i
		}
	}
	return mask
}

// claimMoney are the amounts of a settlement whose sign is checked.
var claimMoney = []Field{MedfeeSumamt, ClaimInscpScpAmt, FundPaySumamt, HifpPay, AcctPay, PsnCashPay}

// Setting is the place of care by the first two characters of med_type.
type Setting uint8

// The settings of the contract.
const (
	Outpatient Setting = iota
	Inpatient
	Pharmacy
	Emergency
)

// SettingOf gives the setting of a med_type.
func SettingOf(medType string) Setting {
	if len(medType) >= 2 {
		switch medType[:2] {
		case "21", "22", "23", "24", "52":
			return Inpatient
		case "41":
			return Pharmacy
		case "13":
			return Emergency
		}
	}
	return Outpatient
}

// header is what the checks between fields need of a settlement.
type header struct {
	values       []int64 // by position in the table
	present, bad uint64
	medType      string
	refundFlag   string
	unknown      bool // setlinfo itself could not be read
	linesUnknown bool // feedetail, or a member of it, could not be read
}

func (h *header) has(f Field) bool   { return h.present>>f&1 == 1 }
func (h *header) wrong(f Field) bool { return h.unknown || h.bad>>f&1 == 1 }

// signs sums up the quantities of a claim's lines.
type signs struct {
	negative bool // a line has a negative quantity
	unknown  bool // the quantity of a line is not known
}

// checkHeader tells the problems of a settlement that more than one value
// decides. A check whose values could not be read is not made.
func checkHeader(h *header, lines signs, problem func(f Field, rule Rule)) {
	if h.unknown {
		return
	}
	missing := requiredSettlement &^ (h.present | h.bad)
	if h.has(MedType) && SettingOf(h.medType) == Inpatient {
		missing |= (1<<Begntime | 1<<Endtime) &^ (h.present | h.bad)
	}
	refund := h.has(RefdSetlFlag) && h.refundFlag == "1"
	if refund {
		missing |= 1 << InitSetlID &^ (h.present | h.bad)
	}
	for f := SetlID; missing>>f != 0; f++ {
		if missing>>f&1 == 1 {
			problem(f, RuleRequired)
		}
	}
	if h.has(Begntime) && h.has(Endtime) && h.values[Endtime] < h.values[Begntime] {
		problem(Endtime, RuleOrder)
	}
	if refund || h.wrong(RefdSetlFlag) || lines.negative || lines.unknown || h.linesUnknown {
		return
	}
	for _, f := range claimMoney {
		if h.has(f) && h.values[f] < 0 {
			problem(f, RuleSign)
		}
	}
}

// wrongSign reports whether money goes against the sign of a quantity.
func wrongSign(cnt, money int64) bool {
	return money != None64 && (cnt > 0 && money < 0 || cnt < 0 && money > 0)
}

// relations makes the checks between the fields of the message whose rows
// begin at m, and appends its settlement.
func (d *Decoder) relations(m mark) {
	b := d.Batch
	h := header{values: d.setl.values[:], present: d.setl.present, bad: d.setl.bad,
		unknown: d.list[0] != OK, linesUnknown: d.list[2] != OK}
	if h.has(MedType) {
		h.medType = b.Dicts[DomainMedType].Text(int32(d.setl.values[MedType]))
	}
	if h.has(RefdSetlFlag) {
		h.refundFlag = b.Dicts[DomainFlag].Text(int32(d.setl.values[RefdSetlFlag]))
	}
	free := h.refundFlag == "1" || h.wrong(RefdSetlFlag)
	var lines signs
	for i := m.rows[Lines]; i < b.rows[Lines]; i++ {
		row := b.recentRow(Lines, i)
		cnt := row[Cnt-FeedetlSn]
		switch {
		case cnt == None64:
			lines.unknown = true
			continue
		case cnt < 0:
			lines.negative = true
		}
		if free {
			continue
		}
		if wrongSign(cnt, row[DetItemFeeSumamt-FeedetlSn]) {
			d.problem(fmt.Sprintf("feedetail[%d].%s", i-m.rows[Lines], DetItemFeeSumamt), RuleSign)
		}
		if wrongSign(cnt, row[InscpScpAmt-FeedetlSn]) {
			d.problem(fmt.Sprintf("feedetail[%d].%s", i-m.rows[Lines], InscpScpAmt), RuleSign)
		}
	}
	checkHeader(&h, lines, func(f Field, rule Rule) { d.problem("setlinfo."+f.String(), rule) })
	if len(d.problems) == 0 {
		b.pushRow(Settlements, d.setl.values[:])
	}
}
