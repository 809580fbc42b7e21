package simulate

import "strconv"

// jsonStyle is how a message is written. The same content in another style is
// still the same content, which is what a duplicate has to prove.
type jsonStyle int

const (
	// styleText writes numbers as strings, as institutions mostly do.
	styleText jsonStyle = iota
	// styleNumber writes numbers as numbers and the trace codes under their
	// other name.
	styleNumber
)

// AppendJSON appends the claim as one JSON object without a line feed.
func (c *Claim) AppendJSON(dst []byte) []byte { return c.appendJSON(dst, styleText) }

// MarshalJSON gives the same bytes as AppendJSON.
func (c *Claim) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

func (c *Claim) appendJSON(dst []byte, style jsonStyle) []byte {
	w := jsonWriter{dst: append(dst, `{"setlinfo":{`...), style: style}
	w.settlement(&c.Setlinfo)
	w.dst = append(w.dst, '}')
	if len(c.Diseinfo) > 0 {
		w.dst = append(w.dst, `,"diseinfo":[`...)
		for i := range c.Diseinfo {
			w.object(i)
			w.diagnosis(&c.Diseinfo[i])
		}
		w.dst = append(w.dst, ']')
	}
	if len(c.Feedetail) > 0 {
		w.dst = append(w.dst, `,"feedetail":[`...)
		for i := range c.Feedetail {
			w.object(i)
			w.line(&c.Feedetail[i])
		}
		w.dst = append(w.dst, ']')
	}
	return append(w.dst, '}')
}

type jsonWriter struct {
	dst   []byte
	style jsonStyle
}

func (w *jsonWriter) object(i int) {
	if i > 0 {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, '{')
}

func (w *jsonWriter) name(name string) {
	if last := w.dst[len(w.dst)-1]; last != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(append(append(w.dst, '"'), name...), `":`...)
}

// text writes a code or name. The simulator's own texts hold no character
// that JSON escapes; the test that parses every message would show one.
func (w *jsonWriter) text(name, value string) {
	w.name(name)
	w.dst = append(append(append(w.dst, '"'), value...), '"')
}

func (w *jsonWriter) optional(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *jsonWriter) number(name string, v int64, digits int, short bool) {
	w.name(name)
	if w.style == styleText {
		w.dst = append(w.dst, '"')
	}
	if short || w.style == styleNumber {
		w.dst = appendShort(w.dst, v, digits)
	} else {
		w.dst = appendDecimal(w.dst, v, digits)
	}
	if w.style == styleText {
		w.dst = append(w.dst, '"')
	}
}

func (w *jsonWriter) money(name string, v Fen) {
	if v != AbsentFen {
		w.number(name, int64(v), fractionsMoney, false)
	}
}

func (w *jsonWriter) second(name string, s Second) {
	if s == 0 {
		return
	}
	w.name(name)
	w.dst = append(w.dst, '"')
	w.dst = append(appendSecond(w.dst, s), '"')
}

func (w *jsonWriter) settlement(s *Settlement) {
	w.text("setl_id", s.SetlID)
	w.text("mdtrt_id", s.MdtrtID)
	w.text("psn_no", s.PsnNo)
	w.text("fixmedins_code", s.FixmedinsCode)
	w.text("insutype", s.Insutype)
	w.text("med_type", s.MedType)
	w.second("setl_time", s.SetlTime)
	w.second("begntime", s.Begntime)
	w.second("endtime", s.Endtime)
	w.text("gend", s.Gend)
	w.name("brdy")
	w.dst = append(appendDay(append(w.dst, '"'), s.Brdy), '"')
	w.text("insuplc_admdvs", s.InsuplcAdmdvs)
	w.text("mdtrtarea_admvs", s.MdtrtareaAdmvs)
	w.optional("dscg_maindiag_code", s.DscgMaindiagCode)
	w.money("medfee_sumamt", s.MedfeeSumamt)
	w.money("inscp_scp_amt", s.InscpScpAmt)
	w.money("fund_pay_sumamt", s.FundPaySumamt)
	w.money("hifp_pay", s.HifpPay)
	w.money("acct_pay", s.AcctPay)
	w.money("psn_cash_pay", s.PsnCashPay)
	w.optional("bill_no", s.BillNo)
	w.optional("drg_code", s.DrgCode)
	w.optional("refd_setl_flag", s.RefdSetlFlag)
	w.optional("init_setl_id", s.InitSetlID)
}

func (w *jsonWriter) diagnosis(d *Diagnosis) {
	w.text("diag_type", d.DiagType)
	w.text("maindiag_flag", d.MaindiagFlag)
	w.name("diag_srt_no")
	w.dst = strconv.AppendInt(w.dst, int64(d.DiagSrtNo), 10)
	w.text("diag_code", d.DiagCode)
	w.text("diag_name", d.DiagName)
	w.dst = append(w.dst, '}')
}

func (w *jsonWriter) line(l *Line) {
	w.text("feedetl_sn", l.FeedetlSn)
	w.optional("init_feedetl_sn", l.InitFeedetlSn)
	w.optional("rxno", l.Rxno)
	w.second("fee_ocur_time", l.FeeOcurTime)
	w.text("med_list_codg", l.MedListCodg)
	w.optional("medins_list_codg", l.MedinsListCodg)
	w.text("med_chrgitm_type", l.MedChrgitmType)
	w.optional("chrgitm_lv", l.ChrgitmLv)
	w.number("cnt", int64(l.Cnt), fractionsCount, true)
	w.number("pric", int64(l.Pric), fractionsPrice, true)
	w.money("det_item_fee_sumamt", l.DetItemFeeSumamt)
	w.money("inscp_scp_amt", l.InscpScpAmt)
	w.optional("bilg_dr_codg", l.BilgDrCodg)
	w.optional("bilg_dept_codg", l.BilgDeptCodg)
	if l.PrdDays > 0 {
		w.number("prd_days", int64(l.PrdDays), fractionsCount, true)
	}
	w.optional("trdn_flag", l.TrdnFlag)
	w.optional("etip_flag", l.EtipFlag)
	w.optional("dscg_tkdrug_flag", l.DscgTkdrugFlag)
	if len(l.Drugtracinfo) > 0 {
		w.traces(l.Drugtracinfo)
	}
	w.dst = append(w.dst, '}')
}

func (w *jsonWriter) traces(codes []TraceCode) {
	field := "drug_trac_codg"
	if w.style == styleNumber {
		field = "drug_trac_code"
	}
	w.name("drugtracinfo")
	w.dst = append(w.dst, '[')
	for i := range codes {
		w.object(i)
		w.text(field, codes[i].DrugTracCodg)
		w.dst = append(w.dst, '}')
	}
	w.dst = append(w.dst, ']')
}
