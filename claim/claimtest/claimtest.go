// Package claimtest builds messages of the claim contract for tests, from
// short forms that a table of test cases can hold in one line. All data in it
// is invented.
//
// The package imports nothing of ours, so that every package may use it in its
// own tests.
package claimtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Example is the claim that the contract shows, in one line.
const Example = `{"setlinfo":{"setl_id":"S1","mdtrt_id":"M1","psn_no":"P1","fixmedins_code":"H15290000001","insutype":"310","med_type":"21","setl_time":"2026-03-09 10:00:00","begntime":"2026-03-05 08:30:00","endtime":"2026-03-09 09:00:00","gend":"1","brdy":"1970-01-31","insuplc_admdvs":"152921","mdtrtarea_admvs":"152921","dscg_maindiag_code":"J18.900","medfee_sumamt":"3210.50","inscp_scp_amt":"2900.00","fund_pay_sumamt":"2100.00","hifp_pay":"2100.00","acct_pay":"200.00","psn_cash_pay":"910.50","bill_no":"","drg_code":"","refd_setl_flag":"0","init_setl_id":""},"diseinfo":[{"diag_type":"1","maindiag_flag":"1","diag_srt_no":1,"diag_code":"J18.900","diag_name":"肺炎"}],"feedetail":[{"feedetl_sn":"1","init_feedetl_sn":"","rxno":"","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"XJ01CAA040A001010100001","medins_list_codg":"A1","med_chrgitm_type":"09","chrgitm_lv":"01","cnt":"2","pric":"15.5","det_item_fee_sumamt":"31.00","inscp_scp_amt":"31.00","bilg_dr_codg":"D152900000001","bilg_dept_codg":"A03","prd_days":"3","trdn_flag":"0","etip_flag":"0","dscg_tkdrug_flag":"0","drugtracinfo":[{"drug_trac_codg":"81234567890123456789"}]}]}`

// Claim writes the message of a short form: parts between semicolons, words
// between spaces.
//
//	S2 visit=M1; 1 3 30/20; 2 -1 -10 of=1 trace=a,b; dx J18.900 肺炎
//
// The first part is the settlement: its setl_id, or fixmedins_code/setl_id,
// then any fields as name=value. Each other part is a fee line: feedetl_sn,
// cnt, det_item_fee_sumamt[/inscp_scp_amt], then fields. A part that begins
// with dx is a diagnosis: diag_code, diag_name.
//
// Fields go by their names in the contract or by these: visit (mdtrt_id),
// person (psn_no), at (setl_time; a number is the day of March 2026), refunds
// (init_setl_id of a refund settlement), of (init_feedetl_sn), item
// (med_list_codg), trace (trace codes between commas). What is not given has a
// value that satisfies the contract. In values, _ stands for a space.
func Claim(short string) string {
	parts := strings.Split(short, ";")
	words := strings.Fields(parts[0])
	inst, id, ok := strings.Cut(words[0], "/")
	if !ok {
		inst, id = "H1", words[0]
	}
	setl := object{{"setl_id", id}, {"mdtrt_id", "M1"}, {"psn_no", "P1"}, {"fixmedins_code", inst},
		{"insutype", "310"}, {"med_type", "11"}, {"setl_time", "2026-03-09 10:00:00"}, {"gend", "1"},
		{"brdy", "1970-01-31"}, {"insuplc_admdvs", "152921"}, {"mdtrtarea_admvs", "152921"},
		{"medfee_sumamt", "0"}, {"fund_pay_sumamt", "0"}, {"acct_pay", "0"}, {"psn_cash_pay", "0"}}
	setl.fields(words[1:])
	var lines, diagnoses []string
	for _, part := range parts[1:] {
		words := strings.Fields(part)
		switch {
		case len(words) == 0:
		case words[0] == "dx":
			d := object{{"diag_code", words[1]}}
			if len(words) > 2 {
				d.set("diag_name", words[2])
			}
			diagnoses = append(diagnoses, d.json())
		default:
			lines = append(lines, line(words))
		}
	}
	return fmt.Sprintf(`{"setlinfo":%s,"diseinfo":[%s],"feedetail":[%s]}`,
		setl.json(), strings.Join(diagnoses, ","), strings.Join(lines, ","))
}

// Claims writes one message for each short form.
func Claims(shorts ...string) []string {
	out := make([]string, len(shorts))
	for i, s := range shorts {
		out[i] = Claim(s)
	}
	return out
}

func line(words []string) string {
	l := object{{"feedetl_sn", words[0]}, {"fee_ocur_time", "2026-03-05 09:00:00"}, {"med_list_codg", "A"},
		{"med_chrgitm_type", "09"}, {"cnt", words[1]}, {"pric", "1"}}
	det, inscp, both := strings.Cut(words[2], "/")
	l.set("det_item_fee_sumamt", det)
	if both {
		l.set("inscp_scp_amt", inscp)
	}
	l.fields(words[3:])
	return l.json()
}

type member struct{ name, value string }

// object is the members of an object in their order.
type object []member

func (o *object) set(name, value string) {
	for i := range *o {
		if (*o)[i].name == name {
			(*o)[i].value = value
			return
		}
	}
	*o = append(*o, member{name, value})
}

func (o *object) fields(words []string) {
	short := map[string]string{"visit": "mdtrt_id", "person": "psn_no", "at": "setl_time", "of": "init_feedetl_sn",
		"item": "med_list_codg", "refunds": "init_setl_id", "trace": "drugtracinfo"}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			panic("claimtest: not name=value: " + w)
		}
		value = strings.ReplaceAll(value, "_", " ")
		if day, err := strconv.Atoi(value); name == "at" && err == nil {
			value = fmt.Sprintf("2026-03-%02d 10:00:00", day)
		}
		if name == "refunds" {
			o.set("refd_setl_flag", "1")
		}
		if full, ok := short[name]; ok {
			name = full
		}
		o.set(name, value)
	}
}

func (o object) json() string {
	var b strings.Builder
	for i, m := range o {
		b.WriteByte("{,"[min(i, 1)])
		value := quote(m.value)
		if m.name == "drugtracinfo" {
			codes := strings.Split(m.value, ",")
			for i, c := range codes {
				codes[i] = `{"drug_trac_codg":` + quote(c) + `}`
			}
			value = "[" + strings.Join(codes, ",") + "]"
		}
		b.WriteString(quote(m.name) + ":" + value)
	}
	return b.String() + "}"
}

func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Set gives the message with another value at a path such as
// feedetail[0].cnt. The value is JSON; an empty one takes the member away.
func Set(msg, path, value string) string {
	dec := json.NewDecoder(strings.NewReader(msg))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		panic(fmt.Sprintf("claimtest: %v in %s", err, msg))
	}
	steps := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	out, err := json.Marshal(change(root, steps, value))
	if err != nil {
		panic(fmt.Sprintf("claimtest: %v in %s", err, value))
	}
	return string(out)
}

func change(node any, steps []string, value string) any {
	if len(steps) == 0 {
		return json.RawMessage(value)
	}
	switch node := node.(type) {
	case nil:
		return change(map[string]any{}, steps, value)
	case map[string]any:
		if len(steps) == 1 && value == "" {
			delete(node, steps[0])
		} else {
			node[steps[0]] = change(node[steps[0]], steps[1:], value)
		}
		return node
	case []any:
		i, err := strconv.Atoi(steps[0])
		if err != nil || i > len(node) {
			panic("claimtest: no place " + steps[0])
		}
		if i == len(node) {
			node = append(node, nil)
		}
		node[i] = change(node[i], steps[1:], value)
		return node
	}
	panic("claimtest: no member " + steps[0])
}
