package simulate

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// tableWriter takes claims as rows of the three tables. It is the only thing
// that knows how tables are stored, so that another writer can take its place.
type tableWriter interface {
	write(c *Claim) error
	close() error
}

// tablesOutput writes a folder of tables.
type tablesOutput struct{ tables tableWriter }

func openTables(dir, form string) (output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var t tableWriter
	var err error
	if form == FormParquet {
		t, err = openParquetTables(dir)
	} else {
		t, err = openCSVTables(dir)
	}
	if err != nil {
		return nil, err
	}
	return &tablesOutput{t}, nil
}

func (o *tablesOutput) write(m message, sum *Summary) error {
	sum.Messages++
	sum.count(m)
	return o.tables.write(m.claim)
}

func (o *tablesOutput) close() error { return o.tables.close() }

// The rows of the tables: columns are the field names of the contract. Money,
// quantities and prices are decimals, times have no zone, absent is null.
type (
	settlementRow struct {
		SetlID           string `parquet:"setl_id"`
		MdtrtID          string `parquet:"mdtrt_id"`
		PsnNo            string `parquet:"psn_no"`
		FixmedinsCode    string `parquet:"fixmedins_code,dict"`
		Insutype         string `parquet:"insutype,dict"`
		MedType          string `parquet:"med_type,dict"`
		SetlTime         int64  `parquet:"setl_time,timestamp(microsecond:local)"`
		Begntime         int64  `parquet:"begntime,optional,timestamp(microsecond:local)"`
		Endtime          int64  `parquet:"endtime,optional,timestamp(microsecond:local)"`
		Gend             string `parquet:"gend,dict"`
		Brdy             int32  `parquet:"brdy,date"`
		InsuplcAdmdvs    string `parquet:"insuplc_admdvs,dict"`
		MdtrtareaAdmvs   string `parquet:"mdtrtarea_admvs,dict"`
		DscgMaindiagCode string `parquet:"dscg_maindiag_code,optional,dict"`
		MedfeeSumamt     int64  `parquet:"medfee_sumamt,decimal(2:16)"`
		InscpScpAmt      *int64 `parquet:"inscp_scp_amt,optional,decimal(2:16)"`
		FundPaySumamt    int64  `parquet:"fund_pay_sumamt,decimal(2:16)"`
		HifpPay          int64  `parquet:"hifp_pay,decimal(2:16)"`
		AcctPay          int64  `parquet:"acct_pay,decimal(2:16)"`
		PsnCashPay       int64  `parquet:"psn_cash_pay,decimal(2:16)"`
		BillNo           string `parquet:"bill_no,optional"`
		DrgCode          string `parquet:"drg_code,optional,dict"`
		RefdSetlFlag     string `parquet:"refd_setl_flag,optional,dict"`
		InitSetlID       string `parquet:"init_setl_id,optional"`
	}
	lineRow struct {
		FixmedinsCode    string `parquet:"fixmedins_code,dict"`
		SetlID           string `parquet:"setl_id"`
		FeedetlSn        string `parquet:"feedetl_sn,dict"`
		InitFeedetlSn    string `parquet:"init_feedetl_sn,optional,dict"`
		Rxno             string `parquet:"rxno,optional"`
		FeeOcurTime      int64  `parquet:"fee_ocur_time,timestamp(microsecond:local)"`
		MedListCodg      string `parquet:"med_list_codg,dict"`
		MedinsListCodg   string `parquet:"medins_list_codg,optional,dict"`
		MedChrgitmType   string `parquet:"med_chrgitm_type,dict"`
		ChrgitmLv        string `parquet:"chrgitm_lv,optional,dict"`
		Cnt              int64  `parquet:"cnt,decimal(4:16)"`
		Pric             int64  `parquet:"pric,decimal(6:16)"`
		DetItemFeeSumamt int64  `parquet:"det_item_fee_sumamt,decimal(2:16)"`
		InscpScpAmt      *int64 `parquet:"inscp_scp_amt,optional,decimal(2:16)"`
		BilgDrCodg       string `parquet:"bilg_dr_codg,optional,dict"`
		BilgDeptCodg     string `parquet:"bilg_dept_codg,optional,dict"`
		PrdDays          int64  `parquet:"prd_days,optional,decimal(4:16)"`
		TrdnFlag         string `parquet:"trdn_flag,optional,dict"`
		EtipFlag         string `parquet:"etip_flag,optional,dict"`
		DscgTkdrugFlag   string `parquet:"dscg_tkdrug_flag,optional,dict"`
		DrugTracCodg     string `parquet:"drug_trac_codg,optional"`
	}
	diagnosisRow struct {
		FixmedinsCode string `parquet:"fixmedins_code,dict"`
		SetlID        string `parquet:"setl_id"`
		DiagType      string `parquet:"diag_type,dict"`
		MaindiagFlag  string `parquet:"maindiag_flag,dict"`
		DiagSrtNo     int32  `parquet:"diag_srt_no"`
		DiagCode      string `parquet:"diag_code,dict"`
		DiagName      string `parquet:"diag_name,dict"`
	}
)

const (
	rowsPerWrite    = 2048
	rowsPerRowGroup = 400_000 // what bounds the memory of the writer
	microseconds    = 1_000_000
)

// parquetTables writes every table into a file of its own.
type parquetTables struct {
	settlements *parquetTable[settlementRow]
	lines       *parquetTable[lineRow]
	diagnoses   *parquetTable[diagnosisRow]
}

type parquetTable[T any] struct {
	file *os.File
	out  *parquet.GenericWriter[T]
	rows []T
}

func openParquetTable[T any](path string) (*parquetTable[T], error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	out := parquet.NewGenericWriter[T](f, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowsPerRowGroup),
		parquet.CreatedBy("fundwatch simulate", "1", ""))
	return &parquetTable[T]{file: f, out: out, rows: make([]T, 0, rowsPerWrite)}, nil
}

func (t *parquetTable[T]) add(row T) error {
	t.rows = append(t.rows, row)
	if len(t.rows) < rowsPerWrite {
		return nil
	}
	return t.flush()
}

func (t *parquetTable[T]) flush() error {
	_, err := t.out.Write(t.rows)
	clear(t.rows) // let go of the claims behind the pointers
	t.rows = t.rows[:0]
	return err
}

func (t *parquetTable[T]) close() error {
	return errors.Join(t.flush(), t.out.Close(), t.file.Close())
}

func openParquetTables(dir string) (tableWriter, error) {
	var p parquetTables
	var errs [3]error
	p.settlements, errs[0] = openParquetTable[settlementRow](filepath.Join(dir, "settlements.parquet"))
	p.lines, errs[1] = openParquetTable[lineRow](filepath.Join(dir, "lines.parquet"))
	p.diagnoses, errs[2] = openParquetTable[diagnosisRow](filepath.Join(dir, "diagnoses.parquet"))
	return &p, errors.Join(errs[:]...)
}

func (p *parquetTables) write(c *Claim) error {
	if err := p.settlements.add(settlementRowOf(&c.Setlinfo)); err != nil {
		return err
	}
	for i := range c.Feedetail {
		if err := p.lines.add(lineRowOf(c, &c.Feedetail[i])); err != nil {
			return err
		}
	}
	for i := range c.Diseinfo {
		g := &c.Diseinfo[i]
		row := diagnosisRow{c.Setlinfo.FixmedinsCode, c.Setlinfo.SetlID, g.DiagType, g.MaindiagFlag, int32(g.DiagSrtNo), g.DiagCode, g.DiagName}
		if err := p.diagnoses.add(row); err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetTables) close() error {
	return errors.Join(p.settlements.close(), p.lines.close(), p.diagnoses.close())
}

func settlementRowOf(s *Settlement) settlementRow {
	return settlementRow{
		SetlID: s.SetlID, MdtrtID: s.MdtrtID, PsnNo: s.PsnNo, FixmedinsCode: s.FixmedinsCode, Insutype: s.Insutype, MedType: s.MedType,
		SetlTime: int64(s.SetlTime) * microseconds, Begntime: int64(s.Begntime) * microseconds, Endtime: int64(s.Endtime) * microseconds,
		Gend: s.Gend, Brdy: int32(s.Brdy), InsuplcAdmdvs: s.InsuplcAdmdvs, MdtrtareaAdmvs: s.MdtrtareaAdmvs,
		DscgMaindiagCode: s.DscgMaindiagCode, MedfeeSumamt: int64(s.MedfeeSumamt), InscpScpAmt: given(&s.InscpScpAmt),
		FundPaySumamt: int64(s.FundPaySumamt), HifpPay: int64(s.HifpPay), AcctPay: int64(s.AcctPay), PsnCashPay: int64(s.PsnCashPay),
		BillNo: s.BillNo, DrgCode: s.DrgCode, RefdSetlFlag: s.RefdSetlFlag, InitSetlID: s.InitSetlID,
	}
}

func lineRowOf(c *Claim, l *Line) lineRow {
	return lineRow{
		FixmedinsCode: c.Setlinfo.FixmedinsCode, SetlID: c.Setlinfo.SetlID, FeedetlSn: l.FeedetlSn, InitFeedetlSn: l.InitFeedetlSn,
		Rxno: l.Rxno, FeeOcurTime: int64(l.FeeOcurTime) * microseconds, MedListCodg: l.MedListCodg, MedinsListCodg: l.MedinsListCodg,
		MedChrgitmType: l.MedChrgitmType, ChrgitmLv: l.ChrgitmLv, Cnt: int64(l.Cnt), Pric: int64(l.Pric),
		DetItemFeeSumamt: int64(l.DetItemFeeSumamt), InscpScpAmt: given(&l.InscpScpAmt), BilgDrCodg: l.BilgDrCodg,
		BilgDeptCodg: l.BilgDeptCodg, PrdDays: int64(l.PrdDays), TrdnFlag: l.TrdnFlag, EtipFlag: l.EtipFlag,
		DscgTkdrugFlag: l.DscgTkdrugFlag, DrugTracCodg: l.traces(),
	}
}

func given(f *Fen) *int64 {
	if *f == AbsentFen {
		return nil
	}
	return (*int64)(f)
}

// traces joins the trace codes as the tables have them.
func (l *Line) traces() string {
	if len(l.Drugtracinfo) == 1 {
		return l.Drugtracinfo[0].DrugTracCodg
	}
	codes := make([]string, len(l.Drugtracinfo))
	for i := range l.Drugtracinfo {
		codes[i] = l.Drugtracinfo[i].DrugTracCodg
	}
	return strings.Join(codes, "|")
}

// csvTables writes the same rows as CSV.
type csvTables struct {
	settlements, lines, diagnoses *csvTable
}

type csvTable struct {
	file   *os.File
	buffer *bufio.Writer
	out    *csv.Writer
	record []string
}

func openCSVTable(path string, header string) (*csvTable, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	t := &csvTable{file: f, buffer: bufio.NewWriterSize(f, fileBuffer)}
	t.out = csv.NewWriter(io.Writer(t.buffer))
	return t, t.out.Write(strings.Split(header, ","))
}

func (t *csvTable) close() error {
	t.out.Flush()
	return errors.Join(t.out.Error(), t.buffer.Flush(), t.file.Close())
}

func openCSVTables(dir string) (tableWriter, error) {
	var t csvTables
	var errs [3]error
	t.settlements, errs[0] = openCSVTable(filepath.Join(dir, "settlements.csv"), "setl_id,mdtrt_id,psn_no,fixmedins_code,insutype,med_type,setl_time,begntime,endtime,gend,brdy,insuplc_admdvs,mdtrtarea_admvs,dscg_maindiag_code,medfee_sumamt,inscp_scp_amt,fund_pay_sumamt,hifp_pay,acct_pay,psn_cash_pay,bill_no,drg_code,refd_setl_flag,init_setl_id")
	t.lines, errs[1] = openCSVTable(filepath.Join(dir, "lines.csv"), "fixmedins_code,setl_id,feedetl_sn,init_feedetl_sn,rxno,fee_ocur_time,med_list_codg,medins_list_codg,med_chrgitm_type,chrgitm_lv,cnt,pric,det_item_fee_sumamt,inscp_scp_amt,bilg_dr_codg,bilg_dept_codg,prd_days,trdn_flag,etip_flag,dscg_tkdrug_flag,drug_trac_codg")
	t.diagnoses, errs[2] = openCSVTable(filepath.Join(dir, "diagnoses.csv"), "fixmedins_code,setl_id,diag_type,maindiag_flag,diag_srt_no,diag_code,diag_name")
	return &t, errors.Join(errs[:]...)
}

func (t *csvTables) write(c *Claim) error {
	s := &c.Setlinfo
	t.settlements.record = append(t.settlements.record[:0], s.SetlID, s.MdtrtID, s.PsnNo, s.FixmedinsCode, s.Insutype, s.MedType,
		s.SetlTime.String(), orBlank(s.Begntime), orBlank(s.Endtime), s.Gend, s.Brdy.String(), s.InsuplcAdmdvs, s.MdtrtareaAdmvs,
		s.DscgMaindiagCode, s.MedfeeSumamt.String(), moneyOrBlank(s.InscpScpAmt), s.FundPaySumamt.String(), s.HifpPay.String(),
		s.AcctPay.String(), s.PsnCashPay.String(), s.BillNo, s.DrgCode, s.RefdSetlFlag, s.InitSetlID)
	if err := t.settlements.out.Write(t.settlements.record); err != nil {
		return err
	}
	for i := range c.Feedetail {
		l := &c.Feedetail[i]
		days := ""
		if l.PrdDays > 0 {
			days = l.PrdDays.String()
		}
		t.lines.record = append(t.lines.record[:0], s.FixmedinsCode, s.SetlID, l.FeedetlSn, l.InitFeedetlSn, l.Rxno, l.FeeOcurTime.String(),
			l.MedListCodg, l.MedinsListCodg, l.MedChrgitmType, l.ChrgitmLv, l.Cnt.String(), l.Pric.String(), l.DetItemFeeSumamt.String(),
			moneyOrBlank(l.InscpScpAmt), l.BilgDrCodg, l.BilgDeptCodg, days, l.TrdnFlag, l.EtipFlag, l.DscgTkdrugFlag, l.traces())
		if err := t.lines.out.Write(t.lines.record); err != nil {
			return err
		}
	}
	for i := range c.Diseinfo {
		g := &c.Diseinfo[i]
		t.diagnoses.record = append(t.diagnoses.record[:0], s.FixmedinsCode, s.SetlID, g.DiagType, g.MaindiagFlag, strconv.Itoa(g.DiagSrtNo), g.DiagCode, g.DiagName)
		if err := t.diagnoses.out.Write(t.diagnoses.record); err != nil {
			return err
		}
	}
	return nil
}

func (t *csvTables) close() error {
	return errors.Join(t.settlements.close(), t.lines.close(), t.diagnoses.close())
}

func orBlank(s Second) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

func moneyOrBlank(f Fen) string {
	if f == AbsentFen {
		return ""
	}
	return f.String()
}
