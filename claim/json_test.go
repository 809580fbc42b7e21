package claim

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim/claimtest"
)

const example = claimtest.Example

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

func newDecoder() *Decoder { return NewDecoder(memory.NewGoAllocator(), Seed{1, 2}, AllFields, true) }

// told writes problems as sorted "field rule".
func told(problems []Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Field+" "+string(p.Rule))
	}
	slices.Sort(out)
	return out
}

func TestTheExampleOfTheContractIsRead(t *testing.T) {
	d := newDecoder()
	if p := d.Decode([]byte(example)); p != nil {
		t.Fatal(told(p))
	}
	b := d.Batch
	if b.Rows(Settlements) != 1 || b.Rows(Lines) != 1 || b.Rows(Diagnoses) != 1 {
		t.Fatalf("%d settlements, %d lines, %d diagnoses", b.Rows(Settlements), b.Rows(Lines), b.Rows(Diagnoses))
	}
	for f, want := range map[Field]string{SetlID: "S1", PsnNo: "P1", RefdSetlFlag: "0", BillNo: "", InitSetlID: "", DiagName: "肺炎",
		MedListCodg: "XJ01CAA040A001010100001", MedType: "21"} {
		if got := b.Dicts.Of(f).Text(b.Codes(f)[0]); got != want {
			t.Errorf("%s: %q, want %q", f, got, want)
		}
	}
	for f, want := range map[Field]int64{MedfeeSumamt: 321050, Cnt: 20000, Pric: 15500000, DetItemFeeSumamt: 3100, PrdDays: 30000,
		DiagSrtNo: 1, Brdy: 30, SetlTime: 1773050400, Begntime: 1772699400} {
		if got := b.Numbers(f)[0]; got != want {
			t.Errorf("%s: %d, want %d", f, got, want)
		}
	}
	var traces []string
	b.Traces(0, func(code []byte) { traces = append(traces, string(code)) })
	if !slices.Equal(traces, []string{"81234567890123456789"}) {
		t.Errorf("traces %q", traces)
	}
}

// Each case changes the example of the contract at some places. Changes stand
// between " & ", each a path and the JSON to put there.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ change, want string }{
		// Nothing is wrong with these.
		{`setlinfo.refd_setl_flag ""`, ""},
		{`setlinfo.refd_setl_flag null`, ""},
		{`setlinfo.refd_setl_flag "\u3000"`, ""},
		{`setlinfo.unheard_of {"a":[1,2,{"b":null}]}`, ""},
		{`diseinfo null`, ""},
		{`diseinfo `, ""},
		{`diseinfo []`, ""},
		{`diseinfo[0] {}`, ""},
		{`feedetail null`, ""},
		{`feedetail `, ""},
		{`feedetail []`, ""},
		{`feedetail[0].drugtracinfo null`, ""},
		{`feedetail[0].drugtracinfo []`, ""},
		{`feedetail[0].drugtracinfo[0] {}`, ""},
		{`feedetail[0].drugtracinfo[0] {"drug_trac_codg":null,"drug_trac_code":" A "}`, ""},
		{`setlinfo.begntime null & setlinfo.endtime null & setlinfo.med_type "11"`, ""},
		{`setlinfo.endtime "2026-03-05 08:30:00"`, ""},
		{`setlinfo.med_type "99 unknown"`, ""},
		{`setlinfo.insutype "999"`, ""},
		{`feedetail[0].med_chrgitm_type "zz"`, ""},
		{`diseinfo[0].diag_name "a|b/\u0001"`, ""},
		{`diseinfo[0].diag_srt_no "1"`, ""},
		{`feedetail[0].prd_days 0`, ""},
		{`feedetail[0].pric 0`, ""},
		{`setlinfo.medfee_sumamt 0`, ""},
		{`setlinfo.drug_trac_codg 7`, ""},
		{`feedetail[0].drug_trac_codg 7`, ""},
		{`setlinfo.cnt "x"`, ""},

		// Required values.
		{`setlinfo.setl_id null`, "setlinfo.setl_id required"},
		{`setlinfo.setl_id `, "setlinfo.setl_id required"},
		{`setlinfo.setl_id ""`, "setlinfo.setl_id required"},
		{`setlinfo.setl_id " \u3000\t"`, "setlinfo.setl_id required"},
		{`setlinfo.gend ""`, "setlinfo.gend required"},
		{`setlinfo.acct_pay " "`, "setlinfo.acct_pay required"},
		{`setlinfo.setl_time ""`, "setlinfo.setl_time required"},
		{`setlinfo {}`, `setlinfo.acct_pay required, setlinfo.brdy required, setlinfo.fixmedins_code required, setlinfo.fund_pay_sumamt required,
			setlinfo.gend required, setlinfo.insuplc_admdvs required, setlinfo.insutype required, setlinfo.mdtrt_id required,
			setlinfo.mdtrtarea_admvs required, setlinfo.med_type required, setlinfo.medfee_sumamt required, setlinfo.psn_cash_pay required,
			setlinfo.psn_no required, setlinfo.setl_id required, setlinfo.setl_time required`},
		{`feedetail[0] {}`, `feedetail[0].cnt required, feedetail[0].det_item_fee_sumamt required, feedetail[0].fee_ocur_time required,
			feedetail[0].feedetl_sn required, feedetail[0].med_chrgitm_type required, feedetail[0].med_list_codg required, feedetail[0].pric required`},
		{`setlinfo.begntime null`, "setlinfo.begntime required"},
		{`setlinfo.begntime "" & setlinfo.endtime `, "setlinfo.begntime required, setlinfo.endtime required"},
		{`setlinfo.begntime null & setlinfo.med_type "5201"`, "setlinfo.begntime required"},
		{`setlinfo.begntime null & setlinfo.med_type null`, "setlinfo.med_type required"},
		{`setlinfo.refd_setl_flag "1"`, "setlinfo.init_setl_id required"},
		{`setlinfo.refd_setl_flag " 1 "`, "setlinfo.init_setl_id required"},

		// Kinds.
		{`setlinfo.setl_id 1`, "setlinfo.setl_id string"},
		{`setlinfo.setl_id true`, "setlinfo.setl_id string"},
		{`setlinfo.setl_id ["S1"]`, "setlinfo.setl_id string"},
		{`setlinfo.setl_id {"a":"S1"}`, "setlinfo.setl_id string"},
		{`setlinfo.bill_no 12`, "setlinfo.bill_no string"},
		{`diseinfo[0].diag_name 12`, "diseinfo[0].diag_name string"},
		{`feedetail[0].rxno false`, "feedetail[0].rxno string"},
		{`feedetail[0].cnt true`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt []`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt {}`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt "two"`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt 2e0`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt 2E+1`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt " 2"`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt "+2"`, "feedetail[0].cnt number"},
		{`feedetail[0].cnt 1.00001`, "feedetail[0].cnt decimals"},
		{`feedetail[0].cnt 1000000000000`, "feedetail[0].cnt digits"},
		{`feedetail[0].cnt 0`, "feedetail[0].cnt not-zero"},
		{`feedetail[0].cnt "-0.0"`, "feedetail[0].cnt not-zero"},
		{`feedetail[0].pric -1`, "feedetail[0].pric not-negative"},
		{`feedetail[0].prd_days "-0.5"`, "feedetail[0].prd_days not-negative"},
		{`diseinfo[0].diag_srt_no -1`, "diseinfo[0].diag_srt_no not-negative"},
		{`diseinfo[0].diag_srt_no 1.5`, "diseinfo[0].diag_srt_no decimals"},
		{`diseinfo[0].diag_srt_no 1000000000`, "diseinfo[0].diag_srt_no digits"},
		{`setlinfo.medfee_sumamt 1.005`, "setlinfo.medfee_sumamt decimals"},
		{`setlinfo.medfee_sumamt 100000000000000`, "setlinfo.medfee_sumamt digits"},
		{`setlinfo.setl_time "2026-03-09"`, "setlinfo.setl_time time"},
		{`setlinfo.setl_time "2026-03-09T10:00:00"`, "setlinfo.setl_time time"},
		{`setlinfo.brdy "1970-02-30"`, "setlinfo.brdy day"},
		{`setlinfo.brdy "1970-01-31 00:00:00"`, "setlinfo.brdy day"},

		// Codes.
		{`setlinfo.psn_no "a|b"`, "setlinfo.psn_no characters"},
		{`setlinfo.psn_no "a/b"`, "setlinfo.psn_no characters"},
		{`setlinfo.mdtrt_id "a/b"`, "setlinfo.mdtrt_id characters"},
		{`setlinfo.init_setl_id "a/b"`, "setlinfo.init_setl_id characters"},
		{`feedetail[0].feedetl_sn "a/b"`, "feedetail[0].feedetl_sn characters"},
		{`feedetail[0].init_feedetl_sn "a/b"`, "feedetail[0].init_feedetl_sn characters"},
		{`feedetail[0].med_list_codg "a/b"`, ""},
		{`feedetail[0].med_list_codg "a\tb"`, "feedetail[0].med_list_codg characters"},
		{`feedetail[0].med_list_codg "a\u0000b"`, "feedetail[0].med_list_codg characters"},
		{`feedetail[0].med_list_codg "\u007f"`, "feedetail[0].med_list_codg characters"},
		{`feedetail[0].drugtracinfo[0].drug_trac_codg "a|b"`, "feedetail[0].drugtracinfo[0].drug_trac_codg characters"},
		{`feedetail[0].drugtracinfo[0].drug_trac_code "a|b"`, "feedetail[0].drugtracinfo[0].drug_trac_code characters"},
		{`feedetail[0].drugtracinfo[0].drug_trac_codg "a/b"`, ""},
		{`feedetail[0].drugtracinfo[1].drug_trac_code 7`, "feedetail[0].drugtracinfo[1].drug_trac_code string"},
		{`setlinfo.gend "3"`, "setlinfo.gend sex"},
		{`setlinfo.gend "男"`, "setlinfo.gend sex"},
		{`setlinfo.gend 1`, "setlinfo.gend string"},
		{`setlinfo.refd_setl_flag "2"`, "setlinfo.refd_setl_flag refund-flag"},
		{`setlinfo.refd_setl_flag 0`, "setlinfo.refd_setl_flag string"},
		{`setlinfo.insuplc_admdvs "15292"`, "setlinfo.insuplc_admdvs division"},
		{`setlinfo.mdtrtarea_admvs "15292a"`, "setlinfo.mdtrtarea_admvs division"},
		// A text that is fine in one field of a dictionary is not in another.
		{`feedetail[0].med_chrgitm_type "3" & setlinfo.gend "3"`, "setlinfo.gend sex"},
		{`feedetail[0].chrgitm_lv "7" & setlinfo.refd_setl_flag "7"`, "setlinfo.refd_setl_flag refund-flag"},
		{`diseinfo[0].diag_type "9" & setlinfo.refd_setl_flag "9"`, "setlinfo.refd_setl_flag refund-flag"},

		// Relations.
		{`setlinfo.endtime "2026-03-05 08:29:59"`, "setlinfo.endtime before-begntime"},
		{`setlinfo.endtime "2026-03-05"`, "setlinfo.endtime time"},
		{`setlinfo.begntime "soon" & setlinfo.endtime "0001-01-01 00:00:00"`, "setlinfo.begntime time"},
		{`feedetail[0].det_item_fee_sumamt -1`, "feedetail[0].det_item_fee_sumamt sign"},
		{`feedetail[0].inscp_scp_amt "-0.01"`, "feedetail[0].inscp_scp_amt sign"},
		{`feedetail[0].inscp_scp_amt "-0.00"`, ""},
		{`feedetail[0].cnt -2`, "feedetail[0].det_item_fee_sumamt sign, feedetail[0].inscp_scp_amt sign"},
		{`feedetail[0].cnt -2 & feedetail[0].inscp_scp_amt null & feedetail[0].det_item_fee_sumamt 0`, ""},
		{`feedetail[0].cnt 0 & feedetail[0].det_item_fee_sumamt -1`, "feedetail[0].cnt not-zero"},
		{`feedetail[0].cnt "x" & feedetail[0].det_item_fee_sumamt -1`, "feedetail[0].cnt number"},
		{`setlinfo.medfee_sumamt -1`, "setlinfo.medfee_sumamt sign"},
		{`setlinfo.medfee_sumamt -1 & setlinfo.inscp_scp_amt -1 & setlinfo.fund_pay_sumamt -1 & setlinfo.hifp_pay -1 & setlinfo.acct_pay -1 & setlinfo.psn_cash_pay -1`,
			`setlinfo.acct_pay sign, setlinfo.fund_pay_sumamt sign, setlinfo.hifp_pay sign, setlinfo.inscp_scp_amt sign,
			setlinfo.medfee_sumamt sign, setlinfo.psn_cash_pay sign`},
		{`setlinfo.acct_pay -1 & feedetail []`, "setlinfo.acct_pay sign"},
		{`setlinfo.acct_pay -1 & feedetail 7`, "feedetail list"},
		{`setlinfo.acct_pay -1 & feedetail[1] 7`, "feedetail[1] object"},
		{`setlinfo.acct_pay -1 & feedetail[0].cnt "x"`, "feedetail[0].cnt number"},
		{`setlinfo.acct_pay -1 & feedetail[0].cnt 0`, "feedetail[0].cnt not-zero, setlinfo.acct_pay sign"},
		{`setlinfo.acct_pay -1 & setlinfo.refd_setl_flag "x"`, "setlinfo.refd_setl_flag refund-flag"},
		{`setlinfo.acct_pay -1 & feedetail[0].cnt -2 & feedetail[0].det_item_fee_sumamt -31 & feedetail[0].inscp_scp_amt -31`, ""},
		{`setlinfo.acct_pay -1 & feedetail[0].cnt -2`, "feedetail[0].det_item_fee_sumamt sign, feedetail[0].inscp_scp_amt sign"},
		{`setlinfo.refd_setl_flag "1" & setlinfo.init_setl_id "S0" & setlinfo.acct_pay -1 & feedetail[0].det_item_fee_sumamt -1`, ""},
		{`feedetail[0].det_item_fee_sumamt -1 & setlinfo.refd_setl_flag "x"`, "setlinfo.refd_setl_flag refund-flag"},
		{`setlinfo.refd_setl_flag "1" & setlinfo.init_setl_id 7`, "setlinfo.init_setl_id string"},
		{`feedetail[1] {"feedetl_sn":" 1 ","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"A","med_chrgitm_type":"1","cnt":1,"pric":1,"det_item_fee_sumamt":1}`,
			"feedetail[1].feedetl_sn repeated"},
		{`feedetail[1] {"feedetl_sn":"1"} & feedetail[2] {"feedetl_sn":"1"}`,
			`feedetail[1].cnt required, feedetail[1].det_item_fee_sumamt required, feedetail[1].fee_ocur_time required, feedetail[1].feedetl_sn repeated,
			feedetail[1].med_chrgitm_type required, feedetail[1].med_list_codg required, feedetail[1].pric required,
			feedetail[2].cnt required, feedetail[2].det_item_fee_sumamt required, feedetail[2].fee_ocur_time required, feedetail[2].feedetl_sn repeated,
			feedetail[2].med_chrgitm_type required, feedetail[2].med_list_codg required, feedetail[2].pric required`},

		// Shapes.
		{`setlinfo null`, "setlinfo object"},
		{`setlinfo `, "setlinfo object"},
		{`setlinfo "x"`, "setlinfo object"},
		{`setlinfo [{}]`, "setlinfo object"},
		{`setlinfo 7 & feedetail[0].cnt 0`, "feedetail[0].cnt not-zero, setlinfo object"},
		{`setlinfo 7 & feedetail[0].det_item_fee_sumamt -1`, "setlinfo object"},
		{`diseinfo ""`, "diseinfo list"},
		{`diseinfo " "`, "diseinfo list"},
		{`diseinfo {}`, "diseinfo list"},
		{`diseinfo 0`, "diseinfo list"},
		{`diseinfo false`, "diseinfo list"},
		{`diseinfo[0] null`, "diseinfo[0] object"},
		{`diseinfo[1] ""`, "diseinfo[1] object"},
		{`diseinfo[1] []`, "diseinfo[1] object"},
		{`feedetail ""`, "feedetail list"},
		{`feedetail {"0":{}}`, "feedetail list"},
		{`feedetail[0] null`, "feedetail[0] object"},
		{`feedetail[1] [null]`, "feedetail[1] object"},
		{`feedetail[0] 1 & feedetail[1] {"cnt":"x"}`, `feedetail[0] object, feedetail[1].cnt number, feedetail[1].det_item_fee_sumamt required,
			feedetail[1].fee_ocur_time required, feedetail[1].feedetl_sn required, feedetail[1].med_chrgitm_type required,
			feedetail[1].med_list_codg required, feedetail[1].pric required`},
		{`feedetail[0].drugtracinfo ""`, "feedetail[0].drugtracinfo list"},
		{`feedetail[0].drugtracinfo {}`, "feedetail[0].drugtracinfo list"},
		{`feedetail[0].drugtracinfo[0] null`, "feedetail[0].drugtracinfo[0] object"},
		{`feedetail[0].drugtracinfo[1] "81234567890123456789"`, "feedetail[0].drugtracinfo[1] object"},

		// Everything at once.
		{`setlinfo.gend "x" & setlinfo.setl_id null & setlinfo.brdy 1 & diseinfo[0].diag_srt_no -1 & diseinfo[1] 3 & feedetail[0].cnt 0 &
			feedetail[0].rxno [] & feedetail[0].drugtracinfo[0].drug_trac_code "|" & feedetail[1] 5 & setlinfo.endtime "1999-01-01 00:00:00"`,
			`diseinfo[0].diag_srt_no not-negative, diseinfo[1] object, feedetail[0].cnt not-zero,
			feedetail[0].drugtracinfo[0].drug_trac_code characters, feedetail[0].rxno string, feedetail[1] object, setlinfo.brdy string,
			setlinfo.endtime before-begntime, setlinfo.gend sex, setlinfo.setl_id required`},
	} {
		msg := example
		for _, change := range strings.Split(strings.Join(strings.Fields(c.change), " "), " & ") {
			path, value, _ := strings.Cut(strings.TrimSpace(change), " ")
			msg = claimtest.Set(msg, path, value)
		}
		var want []string
		if c.want != "" {
			for _, w := range strings.Split(c.want, ",") {
				want = append(want, strings.Join(strings.Fields(w), " "))
			}
		}
		d := newDecoder()
		if got := told(d.Decode([]byte(msg))); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.change, got, want)
		}
	}
}

func TestStructuralProblemsStandAlone(t *testing.T) {
	deep := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	with := func(value string) string {
		return strings.Replace(example, `"setlinfo"`, `"x":`+value+`,"setlinfo"`, 1)
	}
	wrong := strings.Replace(example, `"cnt":"2"`, `"cnt":"two"`, 1) // a problem of its own that may not show
	cut := func(s, old, new string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("nothing to replace: %s", old)
		}
		return strings.Replace(s, old, new, 1)
	}
	for _, c := range []struct {
		name, msg string
		rule      Rule
	}{
		{"empty", "", RuleJSON},
		{"white space", " \t\r\n", RuleJSON},
		{"text", "hello", RuleJSON},
		{"byte order mark", "\xef\xbb\xbf" + example, RuleJSON},
		{"cut off", wrong[:len(wrong)-1], RuleJSON},
		{"more behind it", wrong + "x", RuleJSON},
		{"two messages", wrong + example, RuleJSON},
		{"two messages, comma", wrong + "," + example, RuleJSON},
		{"comma at the end of an object", cut(wrong, `"init_setl_id":""}`, `"init_setl_id":"",}`), RuleJSON},
		{"comma at the end of a list", cut(wrong, `}]}]}`, `},]}]}`), RuleJSON},
		{"no comma", cut(wrong, `,"mdtrt_id"`, ` "mdtrt_id"`), RuleJSON},
		{"no colon", cut(wrong, `"mdtrt_id":`, `"mdtrt_id" `), RuleJSON},
		{"bare name", cut(wrong, `"mdtrt_id":`, `mdtrt_id:`), RuleJSON},
		{"single quotes", cut(wrong, `"M1"`, `'M1'`), RuleJSON},
		{"leading zero of a number", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":01`), RuleJSON},
		{"plus sign", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":+1`), RuleJSON},
		{"point without digits", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":1.`), RuleJSON},
		{"word", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":nul`), RuleJSON},
		{"NaN", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":NaN`), RuleJSON},
		{"comment", cut(wrong, `"diag_srt_no":1`, `"diag_srt_no":/**/1`), RuleJSON},
		{"control character in a text", cut(wrong, `"M1"`, "\"M\n1\""), RuleJSON},
		{"NUL in a text", cut(wrong, `"M1"`, "\"M\x001\""), RuleJSON},
		{"NUL behind it", wrong + "\x00", RuleJSON},
		{"unknown escape", cut(wrong, `"M1"`, `"M\x1"`), RuleJSON},
		{"short escape", cut(wrong, `"M1"`, `"M\u12"`), RuleJSON},
		{"invalid UTF-8", cut(wrong, `"M1"`, "\"M\xff\""), RuleJSON},
		{"overlong UTF-8", cut(wrong, `"M1"`, "\"M\xc0\x80\""), RuleJSON},
		{"surrogate in UTF-8", cut(wrong, `"M1"`, "\"M\xed\xa0\x80\""), RuleJSON},
		{"cut UTF-8", cut(wrong, `肺炎`, "肺\xe7\x82"), RuleJSON},
		{"invalid UTF-8 where nobody looks", with("\"\xff\""), RuleJSON},
		{"invalid UTF-8 in an unknown name", with("{\"\xff\":1}"), RuleJSON},
		{"invalid UTF-8 behind an escape", with("\"\\n\xff\""), RuleJSON},
		{"first half of a surrogate", cut(wrong, `"M1"`, `"\ud83d"`), RuleJSON},
		{"second half of a surrogate", cut(wrong, `"M1"`, `"\ude00"`), RuleJSON},
		{"halves the wrong way round", cut(wrong, `"M1"`, `"\ude00\ud83d"`), RuleJSON},
		{"half and an ordinary escape", cut(wrong, `"M1"`, `"\ud83d\u0041"`), RuleJSON},
		{"half and a text", cut(wrong, `"M1"`, `"\ud83dxxxxxx"`), RuleJSON},
		{"half where nobody looks", with(`["\ud83d"]`), RuleJSON},
		{"half in an unknown name", with(`{"\ud83d":1}`), RuleJSON},
		{"name of a field twice", cut(wrong, `"mdtrt_id"`, `"setl_id":"S1","mdtrt_id"`), RuleDuplicate},
		{"name twice by an escape", cut(wrong, `"mdtrt_id"`, `"setl\u005fid":"S1","mdtrt_id"`), RuleDuplicate},
		{"part twice", cut(wrong, `"diseinfo"`, `"setlinfo":{},"diseinfo"`), RuleDuplicate},
		{"null part twice", cut(wrong, `"diseinfo"`, `"diseinfo":null,"diseinfo"`), RuleDuplicate},
		{"name twice in a line", cut(wrong, `"rxno"`, `"cnt":1,"rxno"`), RuleDuplicate},
		{"name twice in a diagnosis", cut(wrong, `"diag_type"`, `"diag_code":null,"diag_type"`), RuleDuplicate},
		{"name twice in a trace", cut(wrong, `"drug_trac_codg"`, `"drug_trac_codg":"a","drug_trac_codg"`), RuleDuplicate},
		{"unknown name twice", cut(wrong, `"mdtrt_id"`, `"x":1,"y":2,"x":1,"mdtrt_id"`), RuleDuplicate},
		{"unknown name twice where nobody looks", with(`[{"a":1,"a":1}]`), RuleDuplicate},
		{"empty name twice", with(`{"":1,"":1}`), RuleDuplicate},
		{"unknown name twice by an escape", with(`{"\u0061":1,"a":1}`), RuleDuplicate},
		{"name twice among hundreds", with(manyNames(300, 7)), RuleDuplicate},
		{"the last of hundreds twice", with(manyNames(300, 299)), RuleDuplicate},
		{"name twice in a list instead of the message", `[{"a":1,"a":2}]`, RuleDuplicate},
		{"deep lists", with(deep("[", "]", 64)), RuleDepth},
		{"deep objects", with(strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64)), RuleDepth},
		{"deep in a field", cut(wrong, `"bill_no":""`, `"bill_no":`+deep("[", "]", 63)), RuleDepth},
		{"deep in an unknown field of a line", cut(wrong, `"rxno"`, `"x":`+deep("[", "]", 62)+`,"rxno"`), RuleDepth},
		{"deep in a trace", cut(wrong, `"drug_trac_codg"`, `"x":`+deep("[", "]", 60)+`,"drug_trac_codg"`), RuleDepth},
		{"deep list instead of setlinfo", `{"setlinfo":` + deep("[", "]", 64) + `}`, RuleDepth},
		{"deep object instead of lines", `{"feedetail":{"a":` + deep("[", "]", 63) + `}}`, RuleDepth},
		{"deep member of lines", `{"feedetail":[` + deep("[", "]", 63) + `]}`, RuleDepth},
		{"deep list instead of traces", cut(wrong, `[{"drug_trac_codg":"81234567890123456789"}]`, `{"a":`+deep("[", "]", 61)+`}`), RuleDepth},
		{"deep member of traces", cut(wrong, `[{"drug_trac_codg":"81234567890123456789"}]`, `[`+deep("[", "]", 61)+`]`), RuleDepth},
		{"deep list instead of the message", deep("[", "]", 65), RuleDepth},
		{"very deep", strings.Repeat("[", 1<<20), RuleDepth},
		{"list instead of the message", "[" + wrong + "]", RuleObject},
		{"text instead of the message", `"x"`, RuleObject},
		{"number instead of the message", "-1.5e3", RuleObject},
		{"null instead of the message", " null ", RuleObject},
	} {
		d := newDecoder()
		d.Decode([]byte(example)) // so that the names are expected
		if got := d.Decode([]byte(c.msg)); len(got) != 1 || got[0] != (Problem{"", c.rule}) {
			t.Errorf("%s: %q, want %q of the whole message", c.name, told(got), c.rule)
		}
	}
	for _, c := range []struct{ name, msg string }{
		{"white space everywhere", " \t\r\n" + cut(cut(example, `:{`, " :\n{ "), `,"mdtrt_id"`, "\r,\t\"mdtrt_id\" ") + " \n"},
		{"pairs of surrogates", cut(example, `"M1"`, `"\ud83d\ude00\uD83D\uDE00"`)},
		{"escaped non-characters", cut(example, `"M1"`, `"\uffff\ufffe\ufdd0"`)},
		{"the same name in different objects", with(`[{"a":{"a":1}},{"a":{"a":1}}]`)},
		{"hundreds of names", with(manyNames(300, -1))},
		{"names that differ in case", with(`{"a":1,"A":1}`)},
		{"lists of depth 64", with(deep("[", "]", 63))},
		{"objects of depth 64", with(strings.Repeat(`{"a":`, 63) + "1" + strings.Repeat("}", 63))},
		{"depth 64 in an unknown field of a line", cut(example, `"rxno"`, `"x":`+deep("[", "]", 61)+`,"rxno"`)},
		{"depth 64 in a trace", cut(example, `"drug_trac_codg"`, `"x":`+deep("[", "]", 59)+`,"drug_trac_codg"`)},
		{"numbers of all forms", with(`[0,-0,1.5,-1.5e+10,1E-400,2e999,123456789012345678901234567890]`)},
		{"a shared name of another table", with(`{"setl_id":1}`)},
	} {
		d := newDecoder()
		d.Decode([]byte(example))
		if got := d.Decode([]byte(c.msg)); got != nil {
			t.Errorf("%s: %q", c.name, told(got))
		}
	}
}

// manyNames is an object of n names, one of which stands twice.
func manyNames(n, twice int) string {
	var b strings.Builder
	b.WriteString(`{"first":0`)
	for i := range n {
		fmt.Fprintf(&b, `,"name%d":%d`, i, i)
	}
	if twice >= 0 {
		fmt.Fprintf(&b, `,"name%d":0`, twice)
	}
	return b.String() + "}"
}

func TestMessageTooLong(t *testing.T) {
	msg := bytes.Repeat([]byte{' '}, MaxMessage+1)
	copy(msg, example)
	d := newDecoder()
	if got := d.Decode(msg); len(got) != 1 || got[0] != (Problem{"", RuleTooLong}) {
		t.Errorf("%q", told(got))
	}
	if got := d.Decode(msg[:MaxMessage]); got != nil {
		t.Errorf("the longest message: %q", told(got))
	}
}

// Messages that are refused at any place leave no trace in the batch.
func TestRefusedMessagesLeaveTheBatchAsItWas(t *testing.T) {
	other := claimtest.Claim("S2 med_type=21 begntime=2026-03-05_08:30:00 endtime=2026-03-06_08:30:00; 1 2 31 trace=a,b; 2 3 4/4 trace=c; dx I10; dx I11 高血压")
	refused := []string{claimtest.Set(other, "setlinfo.gend", `"x"`), claimtest.Set(other, "feedetail[1].cnt", `0`),
		claimtest.Set(other, "feedetail[1]", `7`), claimtest.Set(other, "diseinfo[1]", `null`),
		claimtest.Set(other, "feedetail[0].drugtracinfo[1]", `null`), claimtest.Set(other, "setlinfo", `null`)}
	for i := range len(other) {
		refused = append(refused, other[:i]) // cut off everywhere
	}
	for _, before := range [][]string{nil, {example}, {example, claimtest.Claim("S3; 1 1 1 trace=z; 2 1 1")}} {
		clean, dirty := newDecoder(), newDecoder()
		for _, msg := range append(slices.Clone(before), other) {
			if p := clean.Decode([]byte(msg)); p != nil {
				t.Fatal(told(p))
			}
		}
		for _, msg := range before {
			dirty.Decode([]byte(msg))
		}
		for _, msg := range refused {
			if p := dirty.Decode([]byte(msg)); p == nil {
				t.Fatalf("accepted: %s", msg)
			}
		}
		if got := dirty.Batch.Rows(Settlements); got != len(before) {
			t.Fatalf("%d settlements, want %d", got, len(before))
		}
		if got := len(dirty.Batch.Fingerprint); got != len(before) {
			t.Fatalf("%d fingerprints, want %d", got, len(before))
		}
		if p := dirty.Decode([]byte(other)); p != nil {
			t.Fatal(told(p))
		}
		if !slices.Equal(clean.Batch.Fingerprint, dirty.Batch.Fingerprint) {
			t.Error("fingerprints differ")
		}
		for tab := range numTables {
			a, b := clean.Batch.Record(tab), dirty.Batch.Record(tab)
			if a.NumRows() != b.NumRows() || !a.Schema().Equal(b.Schema()) {
				t.Fatalf("%s: %d and %d rows", tab, a.NumRows(), b.NumRows())
			}
			for i, name := range a.Schema().Fields() {
				if isCodes := a.Column(i).DataType().Name() == "int32" && name.Name != "settlement"; isCodes {
					continue // dictionaries keep texts of refused messages, so codes may differ; see below
				}
				if !array.Equal(a.Column(i), b.Column(i)) {
					t.Errorf("%s.%s: %v and %v", tab, name.Name, a.Column(i), b.Column(i))
				}
			}
			a.Release()
			b.Release()
		}
		for c := range clean.Batch.Rows(Settlements) {
			if a, b := batchClaim(clean.Batch, c).content(), batchClaim(dirty.Batch, c).content(); a != b {
				t.Errorf("claim %d:\n%s\n%s", c, a, b)
			}
		}
	}
}

// What equal content is: every message of a group is equal to the others and
// to none of another group.
func TestEqualContent(t *testing.T) {
	base := claimtest.Claim("S1 bill_no=B_1 hifp_pay=5; 1 2 12.30/12 trace=a,b; 2 1 5 trace=c; dx I10 高血压; dx I11")
	set := func(path, value string) string { return claimtest.Set(base, path, value) }
	lines := strings.Split(strings.TrimSuffix(base[strings.Index(base, `"feedetail":[`)+len(`"feedetail":[`):], "]}"), `]},`)
	swapped := base[:strings.Index(base, `"feedetail":[`)] + `"feedetail":[` + lines[1] + "," + lines[0] + "]}]}"
	for _, group := range [][]string{
		{
			base,
			set("feedetail[0].det_item_fee_sumamt", `"12.3"`),
			set("feedetail[0].det_item_fee_sumamt", `12.30`),
			set("feedetail[0].det_item_fee_sumamt", `"0012.3000000"`),
			set("feedetail[0].cnt", `2`),
			set("feedetail[0].cnt", `2.0000`),
			set("setlinfo.setl_id", `" S1\u3000"`),
			set("setlinfo.setl_id", `"\u0053\u0031"`),
			set("setlinfo.bill_no", `"B 1\t"`),
			set("setlinfo.extra", `{"a":[1,2]}`),
			set("feedetail[1].extra", `"x"`),
			set("diseinfo[1].diag_name", `""`),
			set("diseinfo[1].diag_name", `null`),
			set("setlinfo.refd_setl_flag", `""`),
			set("setlinfo.refd_setl_flag", `null`),
			set("setlinfo.init_setl_id", `" "`),
			set("more", `null`),
			swapped,
			set("feedetail[0].drugtracinfo", `[{"drug_trac_codg":"b"},{"drug_trac_codg":"a"}]`),
			set("feedetail[0].drugtracinfo", `[{"drug_trac_code":"b"},{"drug_trac_codg":" a "}]`),
			set("feedetail[0].drugtracinfo", `[{"drug_trac_codg":"a","drug_trac_code":"z"},{"drug_trac_codg":" ","drug_trac_code":"b"}]`),
			set("feedetail[0].drugtracinfo", `[{"drug_trac_codg":"a"},{"drug_trac_codg":"b"},{"drug_trac_codg":"a"},{},{"drug_trac_codg":""}]`),
			strings.ReplaceAll(strings.ReplaceAll(base, ",", " ,\r\n"), ":{", " : { "),
		},
		{set("setlinfo.refd_setl_flag", `"0"`)},
		{set("setlinfo.bill_no", `""`), set("setlinfo.bill_no", ``), set("setlinfo.bill_no", `null`)},
		{set("setlinfo.bill_no", `"b 1"`)},
		{set("setlinfo.bill_no", `"B  1"`)},
		{set("setlinfo.drg_code", `"B 1"`)},
		{claimtest.Set(set("setlinfo.drg_code", `"B 1"`), "setlinfo.bill_no", ``)}, // the same text in another field
		{set("setlinfo.hifp_pay", `0`), set("setlinfo.hifp_pay", `"-0.00"`)},
		{set("setlinfo.hifp_pay", ``), set("setlinfo.hifp_pay", `" "`)},
		{set("setlinfo.inscp_scp_amt", `5`)},
		{claimtest.Set(set("setlinfo.inscp_scp_amt", `5`), "setlinfo.hifp_pay", ``)}, // 5 in another field
		{set("setlinfo.init_setl_id", `"S0"`)},
		{set("setlinfo.gend", `"2"`)},
		{set("setlinfo.setl_time", `"2026-03-09 10:00:01"`)},
		{set("feedetail[0].cnt", `2.0001`)},
		{set("feedetail[0].inscp_scp_amt", ``)},
		{set("feedetail[0].inscp_scp_amt", `0`)},
		{set("feedetail[0].feedetl_sn", `"3"`)},
		{set("feedetail[0].feedetl_sn", `"01"`)},
		{set("feedetail[0].drugtracinfo", `[{"drug_trac_codg":"a"}]`)},
		{set("feedetail[0].drugtracinfo", `[{"drug_trac_codg":"ab"}]`)},
		{set("feedetail[0].drugtracinfo", `[]`), set("feedetail[0].drugtracinfo", ``), set("feedetail[0].drugtracinfo", `[{}]`)},
		{set("feedetail[0].rxno", `"a"`)},
		{set("feedetail", ``), set("feedetail", `[]`), set("feedetail", `null`)},
		{set("diseinfo", ``), set("diseinfo", `[]`), set("diseinfo", `null`)},
		{set("diseinfo", `[{"diag_code":"I11"},{"diag_code":"I10","diag_name":"高血压"}]`)}, // in order
		{set("diseinfo", `[{"diag_code":"I10"},{"diag_code":"I11","diag_name":"高血压"}]`)},
		{set("diseinfo", `[{"diag_code":"I10","diag_name":"高血压"}]`)},
		{set("diseinfo", `[{"diag_code":"I10","diag_name":"高血压"},{"diag_code":"I11"},{"diag_code":"I11"}]`)},
		{set("diseinfo[0].diag_srt_no", `1`), set("diseinfo[0].diag_srt_no", `"1"`), set("diseinfo[0].diag_srt_no", `1.0`)},
	} {
		for i, msg := range group {
			checkContent(t, group[0], msg, true)
			if i == 0 && msg != base {
				checkContent(t, base, msg, false)
			}
		}
	}
	// The values of two lines exchanged, the lines in another order or not.
	a := claimtest.Claim("S1; 1 2 10 rxno=x; 2 3 10 rxno=y")
	checkContent(t, a, claimtest.Claim("S1; 2 3 10 rxno=y; 1 2 10 rxno=x"), true)
	checkContent(t, a, claimtest.Claim("S1; 1 3 10 rxno=x; 2 2 10 rxno=y"), false)
	checkContent(t, a, claimtest.Claim("S1; 1 2 10 rxno=y; 2 3 10 rxno=x"), false)
	checkContent(t, claimtest.Claim("S1; 1 2 10 trace=a; 2 3 10 trace=b"), claimtest.Claim("S1; 1 2 10 trace=b; 2 3 10 trace=a"), false)
	checkContent(t, claimtest.Claim("S1; 1 2 10 trace=a; 2 3 10"), claimtest.Claim("S1; 1 2 10; 2 3 10 trace=a"), false)
}

func checkContent(t *testing.T, a, b string, want bool) {
	t.Helper()
	d := newDecoder()
	for _, msg := range []string{a, b} {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatalf("%q: %s", told(p), msg)
		}
	}
	if got := d.Batch.Fingerprint[0] == d.Batch.Fingerprint[1]; got != want {
		t.Errorf("equal content is %v, want %v, of\n%s\n%s", got, want, a, b)
	}
	if got := slowDecode([]byte(a)).content() == slowDecode([]byte(b)).content(); got != want {
		t.Errorf("the slow decoder: equal content is %v, want %v, of\n%s\n%s", got, want, a, b)
	}
}

// A text that fails in one message is no better in the next, though the
// dictionary may know it by then.
func TestProblemsStayWhenMessagesComeAgain(t *testing.T) {
	d := newDecoder()
	bad := claimtest.Set(claimtest.Set(example, "feedetail[0].chrgitm_lv", `"5"`), "setlinfo.gend", `"5"`)
	for range 3 {
		if got := told(d.Decode([]byte(bad))); !slices.Equal(got, []string{"setlinfo.gend sex"}) {
			t.Fatalf("%q", got)
		}
	}
	twice := claimtest.Set(example, "feedetail[0].med_list_codg", `"a\u0001b"`)
	for range 2 {
		if got := told(d.Decode([]byte(twice))); !slices.Equal(got, []string{"feedetail[0].med_list_codg characters"}) {
			t.Fatalf("%q", got)
		}
	}
	if p := d.Decode([]byte(example)); p != nil { // its line number was used by refused messages
		t.Fatalf("%q", told(p))
	}
}

// Problems are told even of fields that nobody keeps.
func TestFieldsThatAreNotKeptAreCheckedAndCompared(t *testing.T) {
	d := NewDecoder(memory.NewGoAllocator(), Seed{1, 2}, 0, true)
	bad := claimtest.Set(claimtest.Set(example, "setlinfo.gend", `"x"`), "feedetail[0].bilg_dr_codg", `"|"`)
	if got := told(d.Decode([]byte(bad))); !slices.Equal(got, []string{"feedetail[0].bilg_dr_codg characters", "setlinfo.gend sex"}) {
		t.Errorf("%q", got)
	}
	for _, msg := range []string{example, claimtest.Set(example, "feedetail[0].bilg_dr_codg", `"D2"`), claimtest.Set(example, "feedetail[0].drugtracinfo", `[]`)} {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatal(told(p))
		}
	}
	if f := d.Batch.Fingerprint; f[0] == f[1] || f[0] == f[2] {
		t.Error("a difference in a field that is not kept does not show")
	}
}

// A message of millions of bad members is rejected with as many problems as
// anybody reads, and takes no more memory than that.
func TestProblemsOfOneMessageAreBounded(t *testing.T) {
	for _, member := range []string{"0", "{}"} {
		msg := `{"feedetail":[` + strings.Repeat(member+",", 1_000_000) + member + `]}`
		d := newDecoder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		problems := d.Decode([]byte(msg))
		runtime.ReadMemStats(&after)
		last := problems[len(problems)-1]
		if len(problems) != MaxProblems+1 || last.Field != "" || last.Rule != RuleTooMany {
			t.Errorf("%s: %d problems, the last %v", member, len(problems), last)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d MiB allocated", member, used>>20)
		}
		d.Batch.Release()
	}
	// Empty diagnoses are allowed, however many; they keep their places.
	msg, _, _ := strings.Cut(example, `"diseinfo":[`)
	_, rest, _ := strings.Cut(example, `"diseinfo":[`)
	d := newDecoder()
	if p := d.Decode([]byte(msg + `"diseinfo":[` + strings.Repeat("{},", 100_000) + rest)); p != nil || d.Batch.Rows(Diagnoses) != 1 {
		t.Errorf("%v, %d diagnoses", p, d.Batch.Rows(Diagnoses))
	}
}
