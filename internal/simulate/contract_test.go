package simulate

import (
	"encoding/csv"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The contract's section 2, read once more and on its own: nothing here uses
// the simulator's types or arithmetic.

var (
	numberForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	timeForm   = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`)
	dayForm    = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	admdvsForm = regexp.MustCompile(`^[0-9]{6}$`)
)

type wireClaim struct {
	Setlinfo  map[string]string `json:"setlinfo"`
	Diseinfo  []map[string]any  `json:"diseinfo"`
	Feedetail []map[string]any  `json:"feedetail"`
}

func TestCleanClaimsKeepTheContract(t *testing.T) {
	dir, sum := run(t, Config{Claims: testClaims})
	plants, err := Plants(Config{Claims: testClaims})
	if err != nil {
		t.Fatal(err)
	}
	loose := map[string]bool{} // R08 plants are wrong on purpose
	for _, p := range plants {
		for _, id := range p.Settlements {
			loose[id] = loose[id] || strings.HasPrefix(p.Detector, "R08") || strings.HasPrefix(p.Detector, "R09") || strings.HasPrefix(p.Detector, "R10")
		}
	}
	seen := map[string]bool{}
	refunds := map[string]string{}
	all := lines(t, filepath.Join(dir, "claims.jsonl"))
	for _, raw := range all {
		var c wireClaim
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		id := c.Setlinfo["fixmedins_code"] + "/" + c.Setlinfo["setl_id"]
		if seen[id] {
			t.Errorf("%s: identity twice", id)
		}
		seen[id] = true
		if c.Setlinfo["refd_setl_flag"] == "1" {
			refunds[id] = c.Setlinfo["fixmedins_code"] + "/" + c.Setlinfo["init_setl_id"]
		}
		for _, problem := range problemsOf(&c, loose[id]) {
			t.Errorf("%s: %s", id, problem)
		}
	}
	for refund, of := range refunds {
		if !seen[of] {
			t.Errorf("%s refunds %s, which is not there", refund, of)
		}
	}
	if len(all) != sum.Messages || len(refunds) != sum.Cancelled {
		t.Errorf("%d messages, %d refunds, summary %+v", len(all), len(refunds), sum)
	}
}

func problemsOf(c *wireClaim, loose bool) []string {
	problems := settlementProblems(c.Setlinfo)
	refund := c.Setlinfo["refd_setl_flag"] == "1"
	sum, negative := new(big.Rat), false
	sns := map[string]bool{}
	for _, l := range c.Feedetail {
		problems = append(problems, lineProblems(l, refund, loose)...)
		sn := text(l, "feedetl_sn")
		if sns[sn] {
			problems = append(problems, "feedetl_sn repeated: "+sn)
		}
		sns[sn] = true
		negative = negative || strings.HasPrefix(text(l, "cnt"), "-")
		sum.Add(sum, rat(text(l, "det_item_fee_sumamt")))
		if inpatient(c.Setlinfo["med_type"]) && !loose && !refund {
			if day := text(l, "fee_ocur_time")[:10]; day < c.Setlinfo["begntime"][:10] || day > c.Setlinfo["endtime"][:10] {
				problems = append(problems, "fee outside the stay")
			}
		}
	}
	if !loose && sum.Cmp(rat(c.Setlinfo["medfee_sumamt"])) != 0 {
		problems = append(problems, "medfee_sumamt is not the sum of the lines")
	}
	if !negative && !refund {
		for _, f := range []string{"medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay"} {
			if strings.HasPrefix(c.Setlinfo[f], "-") {
				problems = append(problems, "negative "+f)
			}
		}
		if !loose && rat(c.Setlinfo["fund_pay_sumamt"]).Cmp(rat(c.Setlinfo["medfee_sumamt"])) > 0 {
			problems = append(problems, "fund above fee")
		}
	}
	paid := new(big.Rat)
	for _, f := range []string{"fund_pay_sumamt", "acct_pay", "psn_cash_pay"} {
		paid.Add(paid, rat(c.Setlinfo[f]))
	}
	if !loose && paid.Cmp(rat(c.Setlinfo["medfee_sumamt"])) != 0 {
		problems = append(problems, "the payers do not pay the fee")
	}
	return problems
}

func settlementProblems(s map[string]string) []string {
	var problems []string
	for _, f := range strings.Fields("setl_id mdtrt_id psn_no fixmedins_code insutype med_type setl_time gend brdy insuplc_admdvs mdtrtarea_admvs medfee_sumamt fund_pay_sumamt acct_pay psn_cash_pay") {
		if strings.TrimSpace(s[f]) == "" {
			problems = append(problems, "missing "+f)
		}
	}
	for f, v := range s {
		switch {
		case strings.HasSuffix(f, "_pay"), strings.HasSuffix(f, "amt"):
			if !decimal(v, 2) {
				problems = append(problems, f+" is no money: "+v)
			}
		case strings.HasSuffix(f, "time"):
			if _, err := time.Parse(time.DateTime, v); err != nil || !timeForm.MatchString(v) {
				problems = append(problems, f+" is no time: "+v)
			}
		case strings.Contains(f, "adm") && !admdvsForm.MatchString(v):
			problems = append(problems, f+" is no division: "+v)
		case strings.ContainsAny(v, "|/\x00\t\n") || v != strings.TrimSpace(v):
			problems = append(problems, f+" holds what a code may not: "+v)
		}
	}
	if !dayForm.MatchString(s["brdy"]) || s["brdy"] > s["setl_time"][:10] {
		problems = append(problems, "born "+s["brdy"])
	}
	if !slices.Contains([]string{"0", "1", "2", "9"}, s["gend"]) {
		problems = append(problems, "gend "+s["gend"])
	}
	if s["refd_setl_flag"] == "1" && s["init_setl_id"] == "" {
		problems = append(problems, "refund of nothing")
	}
	if inpatient(s["med_type"]) && (s["begntime"] == "" || s["endtime"] == "" || s["endtime"] < s["begntime"] || s["setl_time"] < s["endtime"]) {
		problems = append(problems, "stay from "+s["begntime"]+" to "+s["endtime"])
	}
	return problems
}

func lineProblems(l map[string]any, refund, loose bool) []string {
	var problems []string
	for _, f := range strings.Fields("feedetl_sn fee_ocur_time med_list_codg med_chrgitm_type cnt pric det_item_fee_sumamt") {
		if text(l, f) == "" {
			problems = append(problems, "missing "+f)
		}
	}
	for f, digits := range map[string]int{"cnt": 4, "pric": 6, "det_item_fee_sumamt": 2, "inscp_scp_amt": 2, "prd_days": 4} {
		if v := text(l, f); v != "" && !decimal(v, digits) {
			problems = append(problems, f+" is no number: "+v)
		}
	}
	cnt, pric, det := rat(text(l, "cnt")), rat(text(l, "pric")), rat(text(l, "det_item_fee_sumamt"))
	if cnt.Sign() == 0 || pric.Sign() < 0 {
		problems = append(problems, "cnt or pric has no sense")
	}
	if !refund && cnt.Sign()*det.Sign() < 0 {
		problems = append(problems, "sign of the money")
	}
	if off := new(big.Rat).Sub(new(big.Rat).Mul(cnt, pric), det); !loose && off.Abs(off).Cmp(big.NewRat(1, 200)) > 0 {
		problems = append(problems, "the line does not compute")
	}
	codes := map[string]bool{}
	traces, _ := l["drugtracinfo"].([]any)
	for _, m := range traces {
		code, _ := m.(map[string]any)["drug_trac_codg"].(string)
		if len(code) != 20 || codes[code] {
			problems = append(problems, "trace code "+code)
		}
		codes[code] = true
	}
	return problems
}

func inpatient(medType string) bool {
	return slices.Contains([]string{"21", "22", "23", "24", "52"}, medType[:2])
}

func text(m map[string]any, field string) string {
	s, _ := m[field].(string)
	return s
}

func decimal(v string, digits int) bool {
	_, after, _ := strings.Cut(v, ".")
	return numberForm.MatchString(v) && len(after) <= digits
}

func rat(v string) *big.Rat {
	r, ok := new(big.Rat).SetString(v)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// usccHolds follows GB 32100-2015 by its text: characters, weights 3^(i-1)
// mod 31, and the organisation code's own digit by GB 11714.
func usccHolds(code string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(code) != 18 {
		return false
	}
	weights := []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		v := strings.IndexByte(alphabet, code[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	if alphabet[(31-sum%31)%31] != code[17] {
		return false
	}
	sum = 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		c := code[8+i]
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		sum += v * w
	}
	check := "0123456789X0"[11-sum%11]
	return check == code[16]
}

func TestCreditCodes(t *testing.T) {
	// The sample of the standard itself.
	if !usccHolds("91350100M000100Y43") || usccHolds("91350100M000100Y44") {
		t.Fatal("the test's own check of credit codes is wrong")
	}
	dir := t.TempDir()
	if err := WriteKnowledge(Config{Claims: 300_000}, dir); err != nil {
		t.Fatal(err)
	}
	rows := table(t, filepath.Join(dir, "institutions.csv"))
	codes := map[string]bool{}
	for _, row := range rows {
		if !usccHolds(row["uscc"]) {
			t.Errorf("credit code %s", row["uscc"])
		}
		if codes[row["uscc"]] || codes[row["fixmedins_code"]] {
			t.Errorf("%s or its credit code twice", row["fixmedins_code"])
		}
		codes[row["uscc"]], codes[row["fixmedins_code"]] = true, true
		if !strings.Contains(row["name"], "虚构") || !strings.Contains(row["legal_rep"], "虚构") {
			t.Errorf("%s is not marked as invented", row["name"])
		}
	}
	if len(rows) < 100 {
		t.Errorf("only %d institutions", len(rows))
	}
}

func TestRegistriesHoldNothingTwice(t *testing.T) {
	dir := t.TempDir()
	if err := WriteKnowledge(Config{}, dir); err != nil {
		t.Fatal(err)
	}
	institutions := map[string]bool{}
	for _, row := range table(t, filepath.Join(dir, "institutions.csv")) {
		institutions[row["fixmedins_code"]] = true
	}
	if n := len(institutions); n < 30 || n > 32 {
		t.Errorf("%d institutions in the default place", n)
	}
	for file, key := range map[string]string{"practitioners.csv": "code", "persons.csv": "psn_no"} {
		seen := map[string]bool{}
		for _, row := range table(t, filepath.Join(dir, file)) {
			if row[key] == "" || seen[row[key]] {
				t.Errorf("%s: %q empty or twice", file, row[key])
			}
			seen[row[key]] = true
			if at, ok := row["fixmedins_code"]; ok && !institutions[at] {
				t.Errorf("%s: no institution %s", file, at)
			}
		}
	}
	for _, row := range table(t, filepath.Join(dir, "suspensions.csv")) {
		if row["to"] != "" && row["from"] > row["to"] {
			t.Errorf("suspension of %s ends before it begins", row["code"])
		}
	}
}

func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}
