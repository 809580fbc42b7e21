package claim

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

const example = `{"setlinfo":{"setl_id":"S1","mdtrt_id":"M1","psn_no":"P1","fixmedins_code":"H15290000001","insutype":"310","med_type":"21","setl_time":"2026-03-09 10:00:00","begntime":"2026-03-05 08:30:00","endtime":"2026-03-09 09:00:00","gend":"1","brdy":"1970-01-31","insuplc_admdvs":"152921","mdtrtarea_admvs":"152921","dscg_maindiag_code":"J18.900","medfee_sumamt":"3210.50","inscp_scp_amt":"2900.00","fund_pay_sumamt":"2100.00","hifp_pay":"2100.00","acct_pay":"200.00","psn_cash_pay":"910.50","bill_no":"","drg_code":"","refd_setl_flag":"0","init_setl_id":""},"diseinfo":[{"diag_type":"1","maindiag_flag":"1","diag_srt_no":1,"diag_code":"J18.900","diag_name":"肺炎"}],"feedetail":[{"feedetl_sn":"1","init_feedetl_sn":"","rxno":"","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"XJ01CAA040A001010100001","medins_list_codg":"A1","med_chrgitm_type":"09","chrgitm_lv":"01","cnt":"2","pric":"15.5","det_item_fee_sumamt":"31.00","inscp_scp_amt":"31.00","bilg_dr_codg":"D152900000001","bilg_dept_codg":"A03","prd_days":"3","trdn_flag":"0","etip_flag":"0","dscg_tkdrug_flag":"0","drugtracinfo":[{"drug_trac_codg":"81234567890123456789"}]}]}`

func BenchmarkDecode(b *testing.B) {
	d := NewDecoder(memory.NewGoAllocator(), Seed{1, 2}, AllFields, true)
	b.SetBytes(int64(len(example)))
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		m := d.Batch.mark()
		if d.Decode([]byte(example)) != nil {
			b.Fatal()
		}
		d.Batch.rollback(m)
		d.Batch.Fingerprint = d.Batch.Fingerprint[:0]
	}
}
