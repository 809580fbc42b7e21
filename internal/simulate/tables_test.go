package simulate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Both kinds of tables must hold what the JSON holds.
func TestTablesHoldTheSameClaims(t *testing.T) {
	c := Config{Claims: 2000, Seed: 3}
	plain, _ := run(t, c)
	c.Form = FormCSV
	asCSV, sum := run(t, c)
	c.Form = FormParquet
	asParquet, _ := run(t, c)

	var settlements, details []string
	for _, raw := range lines(t, filepath.Join(plain, "claims.jsonl")) {
		var w wireClaim
		if err := json.Unmarshal(raw, &w); err != nil {
			t.Fatal(err)
		}
		settlements = append(settlements, canonical(w.Setlinfo))
		for _, l := range w.Feedetail {
			row := map[string]string{"fixmedins_code": w.Setlinfo["fixmedins_code"], "setl_id": w.Setlinfo["setl_id"]}
			var codes []string
			for f, v := range l {
				if list, ok := v.([]any); ok {
					for _, m := range list {
						codes = append(codes, m.(map[string]any)["drug_trac_codg"].(string))
					}
					continue
				}
				row[f] = v.(string)
			}
			row["drug_trac_codg"] = strings.Join(codes, "|")
			details = append(details, canonical(row))
		}
	}
	if len(details) != sum.Lines {
		t.Fatalf("%d lines, summary says %d", len(details), sum.Lines)
	}
	compare(t, "csv settlements", settlements, canonicalRows(table(t, filepath.Join(asCSV, "claims", "settlements.csv"))))
	compare(t, "csv lines", details, canonicalRows(table(t, filepath.Join(asCSV, "claims", "lines.csv"))))
	compare(t, "parquet settlements", settlements, parquetRows(t, filepath.Join(asParquet, "claims", "settlements.parquet"), func(r settlementRow) map[string]string {
		s := Settlement{SetlTime: Second(r.SetlTime / microseconds), Begntime: Second(r.Begntime / microseconds), Endtime: Second(r.Endtime / microseconds)}
		return map[string]string{"setl_id": r.SetlID, "mdtrt_id": r.MdtrtID, "psn_no": r.PsnNo, "fixmedins_code": r.FixmedinsCode, "insutype": r.Insutype,
			"med_type": r.MedType, "setl_time": s.SetlTime.String(), "begntime": orBlank(s.Begntime), "endtime": orBlank(s.Endtime), "gend": r.Gend,
			"brdy": Day(r.Brdy).String(), "insuplc_admdvs": r.InsuplcAdmdvs, "mdtrtarea_admvs": r.MdtrtareaAdmvs, "dscg_maindiag_code": r.DscgMaindiagCode,
			"medfee_sumamt": Fen(r.MedfeeSumamt).String(), "inscp_scp_amt": Fen(*r.InscpScpAmt).String(), "fund_pay_sumamt": Fen(r.FundPaySumamt).String(),
			"hifp_pay": Fen(r.HifpPay).String(), "acct_pay": Fen(r.AcctPay).String(), "psn_cash_pay": Fen(r.PsnCashPay).String(),
			"bill_no": r.BillNo, "drg_code": r.DrgCode, "refd_setl_flag": r.RefdSetlFlag, "init_setl_id": r.InitSetlID}
	}))
	compare(t, "parquet lines", details, parquetRows(t, filepath.Join(asParquet, "claims", "lines.parquet"), func(r lineRow) map[string]string {
		in, days := "", ""
		if r.InscpScpAmt != nil {
			in = Fen(*r.InscpScpAmt).String()
		}
		if r.PrdDays > 0 {
			days = Quantity(r.PrdDays).String()
		}
		return map[string]string{"fixmedins_code": r.FixmedinsCode, "setl_id": r.SetlID, "feedetl_sn": r.FeedetlSn, "init_feedetl_sn": r.InitFeedetlSn, "rxno": r.Rxno,
			"fee_ocur_time": Second(r.FeeOcurTime / microseconds).String(), "med_list_codg": r.MedListCodg, "medins_list_codg": r.MedinsListCodg,
			"med_chrgitm_type": r.MedChrgitmType, "chrgitm_lv": r.ChrgitmLv, "cnt": Quantity(r.Cnt).String(), "pric": Price(r.Pric).String(),
			"det_item_fee_sumamt": Fen(r.DetItemFeeSumamt).String(), "inscp_scp_amt": in, "bilg_dr_codg": r.BilgDrCodg, "bilg_dept_codg": r.BilgDeptCodg,
			"prd_days": days, "trdn_flag": r.TrdnFlag, "etip_flag": r.EtipFlag, "dscg_tkdrug_flag": r.DscgTkdrugFlag, "drug_trac_codg": r.DrugTracCodg}
	}))
}

// The columns of the Parquet tables must have the kinds the contract allows.
func TestParquetColumnsAreTyped(t *testing.T) {
	dir, _ := run(t, Config{Claims: 500, Form: FormParquet})
	want := map[string]string{
		"det_item_fee_sumamt": "DECIMAL(16,2)", "cnt": "DECIMAL(16,4)", "pric": "DECIMAL(16,6)", "prd_days": "DECIMAL(16,4)",
		"fee_ocur_time": "TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)", "setl_time": "TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)",
		"brdy": "DATE", "setl_id": "STRING", "med_list_codg": "STRING", "diag_name": "STRING", "fund_pay_sumamt": "DECIMAL(16,2)",
	}
	for _, name := range []string{"settlements", "lines", "diagnoses"} {
		f, err := os.Open(filepath.Join(dir, "claims", name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		stat, _ := f.Stat()
		file, err := parquet.OpenFile(f, stat.Size())
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range file.Schema().Fields() {
			if kind, ok := want[field.Name()]; ok && field.Type().String() != kind && fmt.Sprint(field.Type().LogicalType()) != kind {
				t.Errorf("%s.%s is %s (%v), want %s", name, field.Name(), field.Type(), field.Type().LogicalType(), kind)
			}
		}
	}
}

// canonical writes a row in one way: blank is absent, numbers without zeros.
func canonical(row map[string]string) string {
	out := map[string]string{}
	for k, v := range row {
		if v != "" {
			out[k] = plainJSON(v)
		}
	}
	return fmt.Sprint(out)
}

func canonicalRows(rows []map[string]string) []string {
	var all []string
	for _, r := range rows {
		all = append(all, canonical(r))
	}
	return all
}

func parquetRows[T any](t *testing.T, path string, plain func(T) map[string]string) []string {
	t.Helper()
	rows, err := parquet.ReadFile[T](path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, canonical(plain(r)))
	}
	return all
}

func compare(t *testing.T, what string, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s row %d:\n%s\nwant\n%s", what, i, got[i], want[i])
			return
		}
	}
}
