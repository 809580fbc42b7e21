package claim

import (
	"bytes"
	"encoding/json"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// jsonClaim is what a program without a decoder of its own would declare: the
// contract's shape for encoding/json.
type jsonClaim struct {
	Setlinfo struct {
		SetlID           string `json:"setl_id"`
		MdtrtID          string `json:"mdtrt_id"`
		PsnNo            string `json:"psn_no"`
		FixmedinsCode    string `json:"fixmedins_code"`
		Insutype         string `json:"insutype"`
		MedType          string `json:"med_type"`
		SetlTime         string `json:"setl_time"`
		Begntime         string `json:"begntime"`
		Endtime          string `json:"endtime"`
		Gend             string `json:"gend"`
		Brdy             string `json:"brdy"`
		InsuplcAdmdvs    string `json:"insuplc_admdvs"`
		MdtrtareaAdmvs   string `json:"mdtrtarea_admvs"`
		DscgMaindiagCode string `json:"dscg_maindiag_code"`
		MedfeeSumamt     string `json:"medfee_sumamt"`
		InscpScpAmt      string `json:"inscp_scp_amt"`
		FundPaySumamt    string `json:"fund_pay_sumamt"`
		HifpPay          string `json:"hifp_pay"`
		AcctPay          string `json:"acct_pay"`
		PsnCashPay       string `json:"psn_cash_pay"`
		BillNo           string `json:"bill_no"`
		DrgCode          string `json:"drg_code"`
		RefdSetlFlag     string `json:"refd_setl_flag"`
		InitSetlID       string `json:"init_setl_id"`
	} `json:"setlinfo"`
	Diseinfo []struct {
		DiagType     string          `json:"diag_type"`
		MaindiagFlag string          `json:"maindiag_flag"`
		DiagSrtNo    json.RawMessage `json:"diag_srt_no"`
		DiagCode     string          `json:"diag_code"`
		DiagName     string          `json:"diag_name"`
	} `json:"diseinfo"`
	Feedetail []struct {
		FeedetlSn        string `json:"feedetl_sn"`
		InitFeedetlSn    string `json:"init_feedetl_sn"`
		Rxno             string `json:"rxno"`
		FeeOcurTime      string `json:"fee_ocur_time"`
		MedListCodg      string `json:"med_list_codg"`
		MedinsListCodg   string `json:"medins_list_codg"`
		MedChrgitmType   string `json:"med_chrgitm_type"`
		ChrgitmLv        string `json:"chrgitm_lv"`
		Cnt              string `json:"cnt"`
		Pric             string `json:"pric"`
		DetItemFeeSumamt string `json:"det_item_fee_sumamt"`
		InscpScpAmt      string `json:"inscp_scp_amt"`
		BilgDrCodg       string `json:"bilg_dr_codg"`
		BilgDeptCodg     string `json:"bilg_dept_codg"`
		PrdDays          string `json:"prd_days"`
		TrdnFlag         string `json:"trdn_flag"`
		EtipFlag         string `json:"etip_flag"`
		DscgTkdrugFlag   string `json:"dscg_tkdrug_flag"`
		Drugtracinfo     []struct {
			DrugTracCodg string `json:"drug_trac_codg"`
		} `json:"drugtracinfo"`
	} `json:"feedetail"`
}

// benchMessages are the messages of the file that CLAIMS names (made by
// fundwatch simulate), else the contract's example many times.
func benchMessages(b *testing.B) [][]byte {
	data := bytes.Repeat([]byte(example+"\n"), 2000)
	if path := os.Getenv("CLAIMS"); path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	}
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

// BenchmarkJSON reads the same messages with encoding/json into structs and
// with the Decoder into columns, in turn, on one core, and prints how many
// times as fast the Decoder is.
func BenchmarkJSON(b *testing.B) {
	messages := benchMessages(b)
	size := 0
	for _, m := range messages {
		size += len(m)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var structs, columns time.Duration
	d := NewDecoder(memory.NewGoAllocator(), Seed{1, 2}, AllFields, true)
	decodeAll(d, messages) // once before, as in a stream: the memory is there then
	for b.Loop() {
		runtime.GC()
		start := time.Now()
		for _, m := range messages {
			var c jsonClaim
			if err := json.Unmarshal(m, &c); err != nil {
				b.Fatal(err)
			}
		}
		structs += time.Since(start)
		runtime.GC() // what one side leaves behind is not the other's to clear away
		start = time.Now()
		decodeAll(d, messages)
		columns += time.Since(start)
	}
	total := float64(size) * float64(b.N) / 1e6
	b.ReportMetric(total/structs.Seconds(), "structs-MB/s")
	b.ReportMetric(total/columns.Seconds(), "columns-MB/s")
	b.ReportMetric(structs.Seconds()/columns.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkColumns is the Decoder alone.
func BenchmarkColumns(b *testing.B) {
	messages := benchMessages(b)
	size := 0
	for _, m := range messages {
		size += len(m)
	}
	b.SetBytes(int64(size))
	d := NewDecoder(memory.NewGoAllocator(), Seed{1, 2}, AllFields, true)
	for b.Loop() {
		decodeAll(d, messages)
	}
}

// decodeAll decodes as the reader of files and the consumer of a log do: some
// megabytes a batch, whose memory is used again for the next.
func decodeAll(d *Decoder, messages [][]byte) {
	size := 0
	for _, m := range messages {
		if d.Decode(m) != nil {
			panic("a message of the benchmark has problems")
		}
		if size += len(m); size > 4<<20 {
			d.Batch.settle()
			d.Batch.Reset()
			d.Reset(d.Batch)
			size = 0
		}
	}
	d.Batch.settle()
	d.Batch.Reset()
	d.Reset(d.Batch)
}
